//! Names that the compiler does not know, and the notebook does: variables that are not there any more, and those that a function
//! cannot see.

use super::super::bindings::{Variables, Why};
use super::places::{Places, find_word};
use super::told::{Level, Told};
use crate::kernel::front::source::{self, Arguments, Borrower};

/// The code of a function in a function that uses a variable of that one.
const CAPTURE: &str = "E0434";

/// Longer arguments of a call are not repeated.
const SHORT: usize = 40;

/// Adds why a name is not known, or how a task gets what it borrows.
pub(super) fn advise(told: &mut Told, places: &Places, variables: &Variables) {
    if told.code.as_deref() == Some("E0597") {
        let words = told.message.strip_suffix("` does not live long enough");
        let name = words.and_then(|words| words.strip_prefix('`'));
        let is_known = |name: &&str| variables.known().iter().any(|known| known == name);
        let help = name
            .filter(is_known)
            .and_then(|name| owning(told, name, places));
        told.more.extend(help);
        return;
    }
    let rest = told.message.strip_prefix("cannot find value `");
    let Some((name, _)) = rest.and_then(|rest| rest.split_once('`')) else {
        return;
    };
    let name = name.to_owned();
    let is_known =
        variables.known().contains(&name) || source::variables(&places.cell().code).contains(&name);
    if is_known && !told.is_in_statements {
        unseen(told, places, &name, variables);
    } else if let Some(why) = variables.gone(&name) {
        told.more.extend(gone(&name, why, places));
    }
}

/// A task or a thread borrows a variable of an earlier cell: the compiler advises to move those of the same cell only.
fn owning(told: &Told, name: &str, places: &Places) -> Option<Told> {
    let (number, bytes) = told.place()?;
    let Borrower { at, is_async } = source::borrower(places.code(number), bytes.start)?;
    let what = if is_async { "async block" } else { "closure" };
    let words = format!(
        "to force the {what} to take ownership of `{name}` (and any other referenced variables), use the `move` keyword; \
         move a clone where later cells need `{name}`, too"
    );
    Some(Told::new(Level::Help, words).putting(number, at..at, "move "))
}

/// A function uses a variable. The compiler would advise a closure, which no later cell could keep.
fn unseen(told: &mut Told, places: &Places, name: &str, variables: &Variables) {
    told.code = Some(CAPTURE.to_owned());
    told.message = format!("a function cannot use `{name}`, a variable of the notebook");
    // What has a similar name is not meant.
    told.spans.retain(|span| span.is_primary);
    for span in &mut told.spans {
        span.label = Some(format!("`{name}` is made outside of the function"));
    }
    let found = told.place().and_then(|(number, bytes)| {
        let arguments = source::arguments_around(places.code(number), bytes.start)?;
        Some((number, arguments))
    });
    told.more = vec![match found {
        Some((_, arguments)) if arguments.are_of_trait => {
            let words = format!(
                "a trait says what `{}` takes: give the type a field for `{name}`, and use it as `self.{name}`",
                arguments.of
            );
            Told::new(Level::Help, words)
        }
        Some((number, arguments)) => one_more(number, &arguments, places, name, variables),
        None => Told::new(
            Level::Help,
            format!("pass `{name}` to the function, as one more argument"),
        ),
    }];
}

/// A function takes a variable as an argument, and its calls give it.
fn one_more(
    number: u64,
    arguments: &Arguments,
    places: &Places,
    name: &str,
    variables: &Variables,
) -> Told {
    let call = source::call(&places.cell().code, &arguments.of)
        .filter(|given| given.len() <= SHORT && !given.contains('\n'));
    let given = match call.as_deref() {
        Some("") => name.to_owned(),
        Some(given) => format!("{given}, {name}"),
        None if arguments.is_empty => name.to_owned(),
        None => format!("…, {name}"),
    };
    let call = format!("give it in each call: `{}({given})`", arguments.of);
    let code = &places.cell().code;
    let is_made_here = source::variables(code).contains(&name.to_owned());
    let written = source::made(code, name).and_then(|made| made.kind);
    let kind = match written {
        Some(bytes) => Some(&code[bytes]),
        None if is_made_here => places.kind(name),
        None => variables.kind(name),
    };
    let is_typed = match is_made_here {
        true => source::says_type(code, name),
        false => variables.is_typed(name),
    };
    // A number without a type has one by default, and the function may need another.
    let is_certain = |kind: &&str| {
        let has = |default: &&str| find_word(kind, default).is_some();
        is_typed || !source::DEFAULTS.iter().any(has)
    };
    let help = "pass it to the function, as one more argument";
    match kind.filter(is_certain) {
        Some(kind) => {
            let comma = if arguments.is_empty { "" } else { ", " };
            let at = arguments.end..arguments.end;
            Told::new(Level::Help, format!("{help}, and {call}")).putting(
                number,
                at,
                format!("{comma}{name}: {kind}"),
            )
        }
        None if is_made_here || kind.is_none() => {
            let words = format!("{help}, with the type that the function needs, and {call}");
            Told::new(Level::Help, words)
        }
        None => {
            let words = format!(
                "{help}, with the type that the function needs, which `let {name}: … = …;` gives the variable, too, and {call}"
            );
            Told::new(Level::Help, words)
        }
    }
}

/// What has become of a variable.
fn gone(name: &str, why: Why, places: &Places) -> Vec<Told> {
    let again = format!("run the cell again that makes `{name}`");
    let at = |told: Told, number: u64, label: &str| match find_word(places.code(number), name) {
        Some(start) => told.pointing_to(number, start..start + name.len(), label),
        None => told,
    };
    match why {
        Why::Moved(number) => {
            let words = format!("cell [{number}] has moved `{name}`, so no later cell has it");
            let clone =
                format!("{again}, and give a clone away where it shall be kept: `{name}.clone()`");
            vec![
                at(Told::new(Level::Note, words), number, "moved here"),
                Told::new(Level::Help, clone),
            ]
        }
        Why::Failed(number) => {
            let words = format!(
                "cell [{number}], which would make `{name}`, has failed, so no later cell has it"
            );
            vec![at(Told::new(Level::Note, words), number, "made here")]
        }
        Why::Redefined => vec![Told::new(
            Level::Note,
            format!("`{name}` is gone, since its type is another one now: {again}"),
        )],
        Why::Ended => vec![Told::new(
            Level::Note,
            format!("`{name}` is gone, since variables have started anew: {again}"),
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::super::places::Cell;
    use super::*;

    fn places(source: &str, cells: &[(u64, &str)]) -> Places {
        let cell = |(number, code): &(u64, &str)| Cell {
            number: *number,
            code: (*code).to_owned(),
        };
        Places::new(source.to_owned(), cells.iter().map(cell).collect())
    }

    fn unknown(name: &str, number: u64, at: usize) -> Told {
        let mut told = Told::new(
            Level::Error,
            format!("cannot find value `{name}` in this scope"),
        );
        told.code = Some("E0425".to_owned());
        told.pointing_to(number, at..at + name.len(), "not found in this scope")
    }

    /// What is advised where a function of `code` uses `factor`, a variable that an earlier cell has made, and what is to be written.
    fn advised(made: &str, kind: &'static str, code: &str) -> (String, Option<String>) {
        let places = places("", &[(3, code)]);
        let mut variables = Variables::default();
        variables.keep(2, made, &[]);
        variables.know(vec![("factor", kind)]);
        let at = code.rfind("factor }").expect("it is used");
        let mut told = unknown("factor", 3, at);
        advise(&mut told, &places, &variables);
        assert_eq!(told.code.as_deref(), Some("E0434"));
        assert_eq!(
            told.message,
            "a function cannot use `factor`, a variable of the notebook"
        );
        assert_eq!(told.more.len(), 1);
        let put = told.more[0].spans.first();
        let put = put.and_then(|put| put.replacement.clone());
        (told.more[0].message.clone(), put)
    }

    #[test]
    fn a_function_is_given_what_it_cannot_see() {
        let code = "fn triple(x: u32) -> u32 { x * factor }\nprintln!(\"{}\", triple(2));";
        let (words, put) = advised("let factor: u32 = 3;", "u32", code);
        assert_eq!(
            words,
            "pass it to the function, as one more argument, and give it in each call: `triple(2, factor)`"
        );
        assert_eq!(put.as_deref(), Some(", factor: u32"));
        let (words, put) = advised(
            "let factor = names();",
            "Vec<String>",
            "fn f() -> usize { factor }",
        );
        assert!(words.ends_with("`f(factor)`"), "{words}");
        assert_eq!(put.as_deref(), Some("factor: Vec<String>"));
    }

    #[test]
    fn what_a_function_takes_has_no_type_by_default() {
        let code = "fn triple(x: u32) -> u32 { x * factor }";
        let (words, put) = advised("let factor = 3;", "i32", code);
        assert!(
            words.contains("with the type that the function needs"),
            "{words}"
        );
        assert!(words.ends_with("`triple(…, factor)`"), "{words}");
        assert_eq!(put, None);
        // Made in the same cell.
        let code = "let factor = 3;\nfn triple(x: u32) -> u32 { x * factor }";
        let (words, _) = advised("let factor: u32 = 3;", "i32", code);
        assert!(
            words.contains(", with the type that the function needs, and give"),
            "{words}"
        );
        let code = "let factor: i32 = 3;\nfn triple(x: i32) -> i32 { x * factor }";
        let (_, put) = advised("let factor = 3;", "i32", code);
        assert_eq!(put.as_deref(), Some(", factor: i32"));
    }

    #[test]
    fn a_trait_says_what_its_methods_take() {
        let code = "impl Source for Memory { fn read(&self) -> u32 { factor } }";
        let (words, put) = advised("let factor: u32 = 3;", "u32", code);
        assert!(words.ends_with("use it as `self.factor`"), "{words}");
        assert_eq!(put, None);
    }

    #[test]
    fn what_nobody_has_made_is_not_known() {
        let places = places("", &[(3, "fn triple(x: u32) -> u32 { x * factors }")]);
        let mut variables = Variables::default();
        variables.keep(2, "let factor = 3;", &[]);
        let mut other = unknown("factors", 3, 31);
        let before = other.clone();
        advise(&mut other, &places, &variables);
        assert_eq!(other, before);
    }

    #[test]
    fn a_task_that_borrows_is_told_to_own() {
        let code = "spawn(async { names.len() })";
        let places = places("", &[(3, code)]);
        let mut variables = Variables::default();
        let told =
            Told::new(Level::Error, "`names` does not live long enough").pointing_to(3, 14..19, "");
        let told = Told {
            code: Some("E0597".to_owned()),
            ..told
        };
        let mut other = told.clone();
        advise(&mut other, &places, &variables);
        assert!(other.more.is_empty());
        variables.keep(2, "let names = 1;", &[]);
        let mut told = told;
        advise(&mut told, &places, &variables);
        let put = &told.more[0].spans[0];
        assert_eq!(put.replacement.as_deref(), Some("move "));
        assert_eq!(put.at.bytes(), &(12..12));
    }

    #[test]
    fn what_was_moved_is_told_from_what_never_was() {
        let places = places("", &[(4, "v"), (2, "let w = v; let x = 1;")]);
        let mut variables = Variables::default();
        variables.keep(1, "let v = 1;", &[]);
        variables.keep(2, "let w = v;", &["v".to_owned()]);
        let mut told = unknown("v", 4, 0);
        told.is_in_statements = true;
        advise(&mut told, &places, &variables);
        assert_eq!(
            told.more[0].message,
            "cell [2] has moved `v`, so no later cell has it"
        );
        assert_eq!(told.more[0].place(), Some((2, &(8..9))));
        variables.fail(2, "let x = 1;", &[]);
        let mut told = unknown("x", 4, 0);
        advise(&mut told, &places, &variables);
        assert!(
            told.more[0]
                .message
                .contains("cell [2], which would make `x`, has failed")
        );
    }
}
