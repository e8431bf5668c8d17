//! What evcxr says in its own words, and what the compiler says about code that evcxr has made, in the words of a learner:
//! what is the matter with the cell, and code that works.

use super::awaiting::{self, AWAIT, is_future};
use super::borrows;
use super::kept::{WITHIN, at_let, closure, find_let, unknown, unnamed};
use super::leaving;
use super::pending::{future, pinned};
use super::places::{Cell, Places};
use super::told::{Level, OfEvcxr, Told};
use crate::kernel::front::source;

/// What is said of the reference by which a value is shown.
const BY_REFERENCE: [&str; 2] = ["required for `&", " redundant requirement"];

/// What evcxr says by itself, about the cell that it was given. `errors` is what the compiler says of it, `known` are the variables of
/// earlier cells.
pub(super) fn of_evcxr(said: &str, cell: &Cell, errors: &[Told], known: &[String]) -> Option<Told> {
    let mut quoted = said.split('`').skip(1).step_by(2);
    let name = quoted.next();
    if let Some(names) =
        said.strip_prefix("A type redefinition resulted in the following variables being lost: ")
    {
        return Some(lost(names));
    }
    if said.starts_with("Looks like you're missing a semicolon") {
        return Some(Told::new(
            Level::Error,
            "a `;` is missing between two statements",
        ));
    }
    let name = name?;
    if said.contains("is a closure, which cannot be persisted") {
        Some(closure(name, cell, known))
    } else if said.contains("which cannot be persisted") {
        let kind = quoted.next().unwrap_or_default();
        Some(match is_future(kind) {
            true if errors.iter().any(Told::is_about_pins) => pinned(name, kind, cell),
            true => future(name, kind, cell, errors),
            false if source::closure(&cell.code, name).is_some() => closure(name, cell, known),
            false => unnamed(name, kind, cell),
        })
    } else if said.starts_with("Couldn't automatically determine type of variable")
        || said.starts_with("Failed to determine type of variable")
    {
        Some(unknown(name, cell))
    } else {
        None
    }
}

/// What is the matter where all errors are about variables that are kept, and moved before that: most often, one of them is a closure.
pub(super) fn of_kept(errors: &[Told], cell: &Cell, known: &[String]) -> Option<Told> {
    let moved = |error: &Told| error.code.as_deref() == Some("E0382") && error.kept.is_some();
    if errors.is_empty() || !errors.iter().all(moved) {
        return None;
    }
    let names = source::variables(&cell.code);
    let closures = names
        .iter()
        .find(|name| source::closure(&cell.code, name).is_some());
    closures.map(|name| closure(name, cell, known))
}

/// Puts the compiler's words about evcxr's code into those of a notebook.
pub(super) fn reword(told: &mut Told, places: &Places) {
    let code = told.code.clone().unwrap_or_default();
    if !told.is_in_cell()
        && let Some((name, kind)) = told.kept.clone()
    {
        kept(told, &name, &kind, places.cell());
    }
    if !told.is_in_cell() && code == "E0277" && told.message.contains("`Debug`") {
        shown(told, places.cell());
    }
    awaiting::advise(told, places);
    if told.is_in_statements || !told.is_in_cell() {
        leaving::reword(told);
    }
    if ["E0384", "E0594", "E0596"].contains(&code.as_str()) {
        let cell = places.cell();
        let words = immutable(&told.message)
            .filter(|name| find_let(&cell.code, name).is_none())
            .map(|name| {
                format!(
                    "a variable of an earlier cell becomes mutable by `let mut {name} = {name};`"
                )
            })
            .or_else(|| shared(&told.message).map(str::to_owned));
        told.more
            .extend(words.map(|words| Told::new(Level::Help, words)));
    }
    if code == "E0038" && told.message.contains("`AsyncFn") {
        let words = "a function that gives a boxed future does what an async one does: \
                     `Box<dyn Fn(u32) -> std::pin::Pin<Box<dyn Future<Output = u32> + Send>>>`, made by \
                     `Box::new(|x| Box::pin(async move { x + 1 }))`";
        told.more.push(Told::new(Level::Help, words));
    }
    if code == "E0597"
        && let Some((name, _)) = told.kept.clone()
    {
        borrows::reword(told, &name, places);
    }
}

/// The variable that would have to be mutable.
fn immutable(message: &str) -> Option<&str> {
    let before = [
        ("cannot assign twice to immutable variable `", "`"),
        (", as `", "` is not declared as mutable"),
        (
            "cannot borrow `",
            "` as mutable, as it is not declared as mutable",
        ),
    ];
    before.iter().find_map(|(before, after)| {
        let (name, rest) = message.split_once(before)?.1.split_once('`')?;
        rest.starts_with(&after[1..]).then_some(name)
    })
}

/// How to change what several have.
fn shared(message: &str) -> Option<&'static str> {
    if message.contains("in an `Arc`") {
        Some(
            "what an `Arc` holds is shared, and changes behind a lock: `Arc::new(std::sync::Mutex::new(…))`, then `.lock().unwrap()` wherever it is read or changed",
        )
    } else if message.contains("in an `Rc`") {
        Some(
            "what an `Rc` holds is shared, and changes in a cell: `Rc::new(RefCell::new(…))`, then `.borrow_mut()` to change it",
        )
    } else {
        None
    }
}

/// Something is wrong with how a variable would be kept.
fn kept(told: &mut Told, name: &str, kind: &str, cell: &Cell) {
    let pointing = at_let(
        Told::new(told.level, ""),
        name,
        cell,
        "kept for later cells",
    );
    told.spans = pointing.spans;
    if told.code.as_deref() == Some("E0658") && told.message.contains("`!`") {
        told.message =
            format!("the type of `{name}` has a `!` in it, which later cells cannot name yet");
        let kind = kind.replace('!', "()");
        let words = format!("write the type behind the name: `let {name}: {kind} = …;`");
        told.more = vec![
            Told::new(Level::Help, words),
            Told::new(Level::Note, WITHIN),
        ];
    }
}

/// The value of a cell cannot be shown.
fn shown(told: &mut Told, cell: &Cell) {
    let Some(bytes) = source::value(&cell.code) else {
        return;
    };
    let kind = told.message.split('`').nth(1).unwrap_or_default();
    let inside = told.more.iter().any(|more| {
        let required = more.message.strip_prefix("required for `");
        required.is_some_and(|kind| !is_future(kind.trim_start_matches('&')))
    });
    if is_future(kind) && inside {
        *told = Told::new(
            Level::Error,
            "the value of this cell holds futures, which do nothing until they are awaited",
        )
        .pointing_to(cell.number, bytes, "these are futures")
        .with(Told::new(
            Level::Help,
            "await them together: `tokio::join!(…)` where their number is fixed, `futures::future::join_all(…).await` for a list",
        ));
        return;
    }
    if is_future(kind) {
        *told = Told::new(
            Level::Error,
            "the value of this cell is a future, which does nothing until it is awaited",
        )
        .pointing_to(cell.number, bytes.clone(), "this is a future")
        .with(Told::new(Level::Help, AWAIT).putting(
            cell.number,
            bytes.end..bytes.end,
            ".await",
        ));
        return;
    }
    let pointing =
        Told::new(told.level, "").pointing_to(cell.number, bytes, "shown as the value of the cell");
    told.spans = pointing.spans;
    told.of_evcxr = OfEvcxr::Nothing;
    // It is shown by a reference, which is nobody's business.
    told.more.retain(|more| {
        !BY_REFERENCE
            .iter()
            .any(|words| more.message.contains(words))
    });
}

fn lost(names: &str) -> Told {
    let names: Vec<_> = names.split(", ").map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    Told::new(
        Level::Error,
        format!("{names} cannot be kept: a type in it is defined anew, and is another one now"),
    )
    .with(Told::new(
        Level::Help,
        "run the cells again that make these variables",
    ))
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
