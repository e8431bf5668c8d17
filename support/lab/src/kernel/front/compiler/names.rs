//! Names that the compiler does not know, and the notebook does: variables that are not there any more, and those that a function
//! cannot see.

use super::super::bindings::{Variables, Why};
use super::places::{Places, find_word};
use super::told::{Level, Told};
use crate::kernel::front::source::{self, Borrower};

/// What the compiler says of a function in a function that uses a variable of that one.
const CAPTURE: (&str, &str, &str) = (
    "E0434",
    "can't capture dynamic environment (local variable) in a fn item",
    "use the `|| { ... }` closure form instead",
);

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
        let kind = places.kind(&name).or_else(|| variables.kind(&name));
        unseen(told, places, &name, kind.unwrap_or("…"));
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

/// A function uses a variable.
fn unseen(told: &mut Told, places: &Places, name: &str, kind: &str) {
    let (code, message, closure) = CAPTURE;
    told.code = Some(code.to_owned());
    told.message = message.to_owned();
    for span in &mut told.spans {
        span.label = span.is_primary.then(|| {
            format!("`{name}` is a variable of the notebook, which a function cannot see")
        });
    }
    told.more = vec![Told::new(Level::Help, closure)];
    let function = told.place().and_then(|(number, bytes)| {
        let found = source::arguments_around(places.code(number), bytes.start)?;
        Some((number, found))
    });
    let help = "pass it to the function, as one more argument";
    told.more.push(match function {
        Some((number, arguments)) => {
            let comma = if arguments.is_empty { "" } else { ", " };
            let at = arguments.end..arguments.end;
            Told::new(Level::Help, help).putting(number, at, format!("{comma}{name}: {kind}"))
        }
        None => Told::new(Level::Help, format!("{help}: `{name}: {kind}`")),
    });
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

    #[test]
    fn a_function_is_told_that_it_cannot_see_a_variable() {
        let code = "fn triple(x: u32) -> u32 { x * factor }";
        let places = places("", &[(3, code)]);
        let mut variables = Variables::default();
        variables.keep(2, "let factor = 3;", &[]);
        variables.know(vec![("factor", "u32")]);
        let mut told = unknown("factor", 3, 31);
        advise(&mut told, &places, &variables);
        assert_eq!(told.code.as_deref(), Some("E0434"));
        assert_eq!(told.more[0].message, CAPTURE.2);
        let put = &told.more[1].spans[0];
        assert_eq!(put.replacement.as_deref(), Some(", factor: u32"));
        assert_eq!(put.at.bytes(), &(16..16));
        // What nobody has made is not known.
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
