//! What evcxr says in its own words, and what the compiler says about code that evcxr has made, in the words of a learner:
//! what is the matter with the cell, and code that works.

use super::awaiting::{self, AWAIT, is_future};
use super::places::{Cell, Places, find_word};
use super::told::{Level, OfEvcxr, Span, Told};
use crate::kernel::front::source;
use std::ops::Range;

/// How a variable can be used without being kept.
const WITHIN: &str = "used within this cell only, in `{ … }`, it may have any type";

/// What evcxr says by itself, about the cell that it was given.
pub(super) fn of_evcxr(said: &str, cell: &Cell, is_pinned: bool) -> Option<Told> {
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
        Some(closure(name, cell))
    } else if said.contains("which cannot be persisted") {
        let kind = quoted.next().unwrap_or_default();
        Some(match is_future(kind) {
            true if is_pinned => pinned(name, kind, cell),
            true => future(name, kind, cell),
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
pub(super) fn of_kept(errors: &[Told], cell: &Cell) -> Option<Told> {
    let moved = |error: &Told| error.code.as_deref() == Some("E0382") && error.kept.is_some();
    if errors.is_empty() || !errors.iter().all(moved) {
        return None;
    }
    let names = source::variables(&cell.code);
    let closures = names
        .iter()
        .find(|name| source::is_closure(&cell.code, name));
    closures.map(|name| closure(name, cell))
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
    if told.spans.iter().any(|span| {
        span.label
            .as_deref()
            .is_some_and(|label| label.starts_with("expected `*mut "))
    }) {
        let words = "a cell is no function that `return` could leave with a value: end it in the value, or in an error by `?`";
        told.spans.iter_mut().for_each(|span| span.label = None);
        told.more = vec![Told::new(Level::Help, words)];
    }
    if ["E0384", "E0594", "E0596"].contains(&code.as_str())
        && let Some(name) = told.message.split('`').nth(1).map(str::to_owned)
        && find_let(&places.cell().code, &name).is_none()
    {
        let words =
            format!("a variable of an earlier cell becomes mutable by `let mut {name} = {name};`");
        told.more.push(Told::new(Level::Help, words));
    }
    if code == "E0597"
        && let Some((name, _)) = told.kept.clone()
    {
        borrowed(told, &name, places.cell());
    }
}

/// A variable that would be kept borrows from another.
fn borrowed(told: &mut Told, name: &str, cell: &Cell) {
    let Some(owner) = told.message.split('`').nth(1).map(str::to_owned) else {
        return;
    };
    told.message = format!(
        "`{name}` borrows from `{owner}`, and a variable that later cells can use has to own what it has"
    );
    told.spans.retain(|span| span.is_primary);
    for span in &mut told.spans {
        span.label = Some(format!("`{owner}` is borrowed here"));
    }
    if let Some(bytes) = find_let(&cell.code, name) {
        let kept =
            Told::new(Level::Error, "").pointing_to(cell.number, bytes, "kept for later cells");
        told.spans.extend(kept.spans.into_iter().map(|span| Span {
            is_primary: false,
            ..span
        }));
    }
    let words = "keep a value of its own, as `.clone()` or `.to_owned()` makes it, or an `Arc`; or put all that uses it in `{ … }`";
    told.more = vec![Told::new(Level::Help, words)];
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

fn closure(name: &str, cell: &Cell) -> Told {
    let told = Told::new(
        Level::Error,
        format!(
            "`{name}` is a closure, which has a type without a name: a variable cannot keep it for later cells"
        ),
    );
    at_let(told, name, cell, "later cells would have to name its type")
        .with(Told::new(Level::Help, format!("make it a function: `fn {name}(…) {{ … }}`")))
        .with(Told::new(
            Level::Help,
            format!("or box it, with its types: `let {name}: Box<dyn Fn(u32) -> u32> = Box::new(|x| x + 1);`"),
        ))
        .with(Told::new(Level::Note, WITHIN))
}

fn future(name: &str, kind: &str, cell: &Cell) -> Told {
    if cell.code.contains(&format!("{name}.await")) {
        let told = Told::new(
            Level::Error,
            format!(
                "`{name}` is a future, and has a type without a name: a variable cannot keep it for later cells"
            ),
        );
        return at_let(told, name, cell, "kept for later cells")
            .with(Told::new(
                Level::Help,
                "await it where it is made, or put the lines in `{ … }`, where nothing is kept",
            ))
            .with(Told::new(
                Level::Note,
                format!("to keep the future itself: {}", boxed(name, kind, cell)),
            ));
    }
    let told = Told::new(
        Level::Error,
        format!("`{name}` is a future: did you forget `.await`?"),
    );
    let told = at_let(
        told,
        name,
        cell,
        "this future does nothing until it is awaited",
    );
    let initial = source::initial(&cell.code, name);
    let told = match initial.clone() {
        Some(bytes) => {
            let help = Told::new(Level::Help, AWAIT);
            told.with(help.putting(cell.number, bytes.end..bytes.end, ".await"))
        }
        None => told,
    };
    told.with(Told::new(
        Level::Note,
        format!("to keep the future itself: {}", boxed(name, kind, cell)),
    ))
}

/// A future that is asked again and again, or kept.
pub(super) fn pinned(name: &str, kind: &str, cell: &Cell) -> Told {
    let told = Told::new(
        Level::Note,
        format!(
            "in a notebook, a pinned future that is a variable of a cell is a box: {}",
            boxed(name, kind, cell)
        ),
    );
    told.with(Told::new(
        Level::Note,
        "in `{ … }`, where nothing is kept, `std::pin::pin!` does it, too",
    ))
}

/// The line that makes a variable of a future.
fn boxed(name: &str, kind: &str, cell: &Cell) -> String {
    let output = output(kind).unwrap_or("()");
    let initial = source::initial(&cell.code, name).map_or("…", |bytes| &cell.code[bytes]);
    let before = find_let(&cell.code, name).map_or("", |bytes| &cell.code[..bytes.start]);
    let mutable = if before.trim_end().ends_with(" mut") {
        "mut "
    } else {
        ""
    };
    format!(
        "`let {mutable}{name}: std::pin::Pin<Box<dyn Future<Output = {output}> + Send>> = Box::pin({initial});`"
    )
}

/// What a future gives, by its type.
fn output(kind: &str) -> Option<&str> {
    let (_, rest) = kind.split_once("Output = ")?;
    let mut depth = 0;
    let end = rest.char_indices().find(|(_, character)| {
        match character {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            _ => {}
        }
        depth < 0 || (depth == 0 && *character == '+')
    });
    Some(rest[..end.map_or(rest.len(), |(at, _)| at)].trim())
}

fn unnamed(name: &str, kind: &str, cell: &Cell) -> Told {
    let told = Told::new(
        Level::Error,
        format!(
            "`{name}` has a type without a name, `{kind}`: a variable cannot keep it for later cells"
        ),
    );
    let told = at_let(told, name, cell, "later cells would have to name its type");
    let told = match kind.strip_prefix("impl ") {
        Some(traits) if !traits.contains("impl ") => told.with(Told::new(
            Level::Help,
            format!("box it: `let {name}: Box<dyn {traits}> = Box::new(…);`"),
        )),
        _ => told,
    };
    told.with(Told::new(Level::Note, WITHIN))
}

fn unknown(name: &str, cell: &Cell) -> Told {
    let told = Told::new(
        Level::Error,
        format!("the type of `{name}` could not be found out, and later cells have to know it"),
    );
    at_let(told, name, cell, "of which type is this?")
        .with(Told::new(
            Level::Help,
            format!("write it behind the name: `let {name}: Vec<u32> = …;`"),
        ))
        .with(Told::new(Level::Note, WITHIN))
}

/// Points to where a variable is declared.
fn at_let(told: Told, name: &str, cell: &Cell, label: &str) -> Told {
    match find_let(&cell.code, name) {
        Some(bytes) => told.pointing_to(cell.number, bytes, label),
        None => told,
    }
}

/// Where the last `let` of a variable has its name.
fn find_let(code: &str, name: &str) -> Option<Range<usize>> {
    let lets = code.match_indices("let ").map(|(at, _)| at);
    let found = lets.filter_map(|at| {
        let length = code[at..].find(['=', ';']).unwrap_or(code.len() - at);
        let start = at + find_word(&code[at..at + length], name)?;
        Some(start..start + name.len())
    });
    found.last()
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
