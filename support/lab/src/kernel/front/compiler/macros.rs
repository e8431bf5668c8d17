//! What is wrong in a macro that a cell has written: who calls it has to be told, too.
//!
//! The compiler also takes `for`, `?` and `.await` for something that it expands. Nobody has called those.

use super::places::{Place, Places};
use super::told::{At, Span};
use crate::evcxr::compiler;
use cargo_metadata::diagnostic::{DiagnosticSpan, DiagnosticSpanMacroExpansion};

/// The call of a macro in which something is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Where it stands.
    pub(super) span: Span,
    /// From where what is wrong comes, as the compiler says it.
    pub(super) origin: String,
}

/// The call that a learner has written of a macro of a cell's, where what is wrong is in the macro.
pub(super) fn call(span: &DiagnosticSpan, places: &Places) -> Option<Call> {
    let inside = own(span, places)?;
    let mut expansions = Vec::new();
    let mut next = span.expansion.as_deref();
    while let Some(expansion) = next {
        expansions.extend(name(expansion).map(|name| (name, expansion)));
        next = expansion.span.expansion.as_deref();
    }
    let calls = expansions.iter().rev();
    let place = calls.filter_map(|(_, expansion)| own(&expansion.span, places));
    // What a macro was given is not in the macro.
    let holds = |call: &Place| {
        call.cell.number == inside.cell.number
            && call.bytes.start <= inside.bytes.start
            && inside.bytes.end <= call.bytes.end
    };
    let place = place.into_iter().find(|call| !holds(call))?;
    let is_of_cell = |expansion: &DiagnosticSpanMacroExpansion| {
        let defined = expansion.def_site_span.as_ref();
        defined.is_some_and(|defined| compiler::is_source(&defined.file_name))
    };
    let names = expansions
        .iter()
        .filter(|(_, expansion)| is_of_cell(expansion));
    let mut names = names.map(|(name, _)| *name);
    let first = names.next()?;
    let comes_from = match names.next_back().filter(|last| *last != first) {
        Some(last) => format!(" which comes from the expansion of the macro `{last}`"),
        None => String::new(),
    };
    Some(Call {
        span: Span {
            at: At::Cell {
                number: place.cell.number,
                bytes: place.bytes,
            },
            label: Some("in this macro invocation".to_owned()),
            is_primary: false,
            replacement: None,
        },
        origin: format!("originates in the macro `{first}`{comes_from}"),
    })
}

/// The name of what is expanded, if that is a macro.
fn name(expansion: &DiagnosticSpanMacroExpansion) -> Option<&str> {
    expansion.macro_decl_name.strip_suffix('!')
}

fn own<'a>(span: &DiagnosticSpan, places: &'a Places) -> Option<Place<'a>> {
    match compiler::is_source(&span.file_name) {
        true => places.at(span.byte_start as usize..span.byte_end as usize),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::places::Cell;
    use super::*;
    use serde_json::{Value, json};

    const CODE: &str = "macro_rules! twice { ($v:expr) => { $v.await * 2 } }\n\
                        macro_rules! outer { ($v:expr) => { twice!($v) } }\n\
                        println!(\"{}\", outer!(21));\nfor x in f() {}\n";

    fn places() -> Places {
        let cell = Cell {
            number: 3,
            code: CODE.to_owned(),
        };
        Places::new(CODE.to_owned(), vec![cell])
    }

    /// A span of the compiler's: that of this text, in what is expanded to it, the innermost first.
    fn span(text: &str, expanded: &[(&str, &str, bool)]) -> Value {
        let start = CODE.find(text).expect("it is there");
        let expansion = expanded.split_first().map(|((name, call, is_macro), rest)| {
            let mut defined = span("macro_rules! twice", &[]);
            if !is_macro {
                defined["file_name"] = json!("/rustc/library/core/src/macros.rs");
            }
            json!({ "span": span(call, rest), "macro_decl_name": name, "def_site_span": defined })
        });
        json!({
            "file_name": compiler::BEGIN.to_owned() + "3" + compiler::END,
            "byte_start": start, "byte_end": start + text.len(), "line_start": 1, "line_end": 1, "column_start": 1,
            "column_end": 1, "is_primary": true, "text": [], "label": null, "suggested_replacement": null,
            "suggestion_applicability": null, "expansion": expansion
        })
    }

    fn told(span: Value) -> Option<(String, String)> {
        let span = serde_json::from_value(span).expect("a span");
        let call = call(&span, &places())?;
        Some((CODE[call.span.at.bytes().clone()].to_owned(), call.origin))
    }

    #[test]
    fn a_macro_of_a_cell_is_told_with_its_call() {
        let awaits = ("desugaring of `await` expression", "await", false);
        let twice = |call| ("twice!", call, true);
        let outer = ("outer!", "outer!(21)", true);
        assert_eq!(
            told(span("await", &[awaits, twice("outer!(21)")])),
            Some((
                "outer!(21)".to_owned(),
                "originates in the macro `twice`".to_owned()
            ))
        );
        assert_eq!(
            told(span("await", &[awaits, twice("twice!($v)"), outer])),
            Some((
                "outer!(21)".to_owned(),
                "originates in the macro `twice` which comes from the expansion of the macro `outer`".to_owned()
            ))
        );
    }

    #[test]
    fn what_is_no_macro_or_was_given_to_one_has_no_call() {
        let loops = ("desugaring of `for` loop", "for x in f() {}", false);
        assert_eq!(told(span("f()", &[loops])), None);
        let given = ("outer!", "outer!(21)", true);
        assert_eq!(told(span("21", &[given])), None);
        assert_eq!(told(span("21", &[])), None);
        // A library has written it.
        let prints = ("println!", "println!(\"{}\", outer!(21))", false);
        assert_eq!(told(span("for", &[prints])), None);
    }
}
