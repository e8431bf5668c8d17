//! Futures that were not awaited, and places that cannot await: what the compiler says about them, and what to write instead.
//!
//! A forgotten `.await` is the most frequent mistake of all, and the compiler names it only where it sees no other reading.

use super::pending::joined;
use super::places::Places;
use super::told::{Level, Span, Told};
use crate::kernel::front::source::{self, Around};

/// As the compiler says it.
pub(super) const AWAIT: &str = "consider `await`ing on the `Future`";

/// What is said of a future in a function that is not async: until a cell has awaited, evcxr's is not.
pub(super) const SYNCHRONOUS: &str = "the future cannot be awaited in a synchronous function";

/// A future, in the words of types.
const FUTURE: [&str; 4] = [
    "impl Future",
    "impl std::future::Future",
    "{async block",
    "{async fn body",
];

/// Methods of iterators that call a closure for each element.
const OF_ITERATORS: [&str; 10] = [
    "map",
    "for_each",
    "filter",
    "filter_map",
    "flat_map",
    "fold",
    "any",
    "all",
    "find",
    "inspect",
];

/// What the compiler says where a function around is meant: there is none that a learner has written.
const AROUND: [(&str, &str); 1] = [("the current function", "the cell")];

/// Whether a type is a future's own.
pub(super) fn is_future(kind: &str) -> bool {
    FUTURE.iter().any(|words| kind.starts_with(words))
}

/// Adds what to write to what is said of futures.
pub(super) fn advise(told: &mut Told, places: &Places) {
    if told.is_in_statements {
        in_statements(told, places);
    }
    match told.code.as_deref() {
        Some("E0728") => make_async(told, places),
        Some("E0733") => box_recursion(told, places),
        Some("E0282" | "E0283") => collected(told, places),
        _ => forgotten(told, places),
    }
    elsewhere(told, places);
}

/// Whether something is about a future.
pub(super) fn is_about_futures(told: &Told) -> bool {
    let says = |words: &str| {
        words.contains("future") || words.contains("Future") || words.contains("async block@")
    };
    let labels = told.spans.iter().filter_map(|span| span.label.as_deref());
    says(&told.message) || labels.into_iter().any(says)
}

/// The statements of a cell can await, and return errors; the compiler sees a function that cannot, or an async block.
fn in_statements(told: &mut Told, places: &Places) {
    for (words, instead) in AROUND {
        told.message = told.message.replace(words, instead);
    }
    for said in &mut told.more {
        if let Some((number, bytes)) = said.place()
            && said.message.contains(SYNCHRONOUS)
            && source::around(places.code(number), bytes.start) == Around::Cell
        {
            let end = bytes.start..bytes.start;
            *said = Told::new(Level::Help, AWAIT).putting(number, end, ".await");
        }
    }
    let Some((number, bytes)) = told.place() else {
        return;
    };
    let end = bytes.end..bytes.end;
    let label = told.spans.iter().find_map(|span| span.label.as_deref());
    let mut types = label.unwrap_or_default().split('`').skip(1).step_by(2);
    if told.code.as_deref() == Some("E0308")
        && let (Some(expected), Some(found)) = (types.next(), types.next())
        && found.starts_with(&format!("Result<{expected}, "))
    {
        let words = format!(
            "use the `?` operator to extract the `{found}` value, propagating a `Result::Err` value to the caller"
        );
        // It stops the cell with the error, which `expect` only says.
        told.more.retain(|more| {
            !more.message.contains("`Result::expect`") && !more.message.contains("the `?` operator")
        });
        told.more
            .push(Told::new(Level::Help, words).putting(number, end, "?"));
    }
}

/// A function that awaits has to be async. What closures can do instead depends on who calls them.
fn make_async(told: &mut Told, places: &Places) {
    let not_async = |span: &&Span| span.label.as_deref() == Some("this is not `async`");
    let Some((number, bytes)) = told
        .spans
        .iter()
        .find(not_async)
        .and_then(Span::in_cell)
        .map(|(number, bytes)| (number, bytes.clone()))
    else {
        return;
    };
    let awaits = told.place().map(|(_, bytes)| bytes.clone());
    let code = places.code(number);
    let around = source::around(code, awaits.clone().unwrap_or(bytes.clone()).start);
    let help = match around {
        Around::Closure(taken_by) => in_closure(taken_by.as_deref()),
        _ => Told::new(
            Level::Help,
            "make the function `async`, and await it where it is called",
        )
        .putting(number, bytes.start..bytes.start, "async "),
    };
    told.more.push(help);
}

/// What a closure that is not async can do with a future, by what calls it.
fn in_closure(taken_by: Option<&str>) -> Told {
    let words = match taken_by {
        Some("spawn_blocking") => {
            "where a thread may block, a future is waited for by `tokio::runtime::Handle::current().block_on(…)`"
        }
        Some("spawn" | "scope") => {
            "a thread cannot await: spawn a task, `tokio::spawn(async move { … })`, and await in that"
        }
        Some(name) if OF_ITERATORS.contains(&name) => {
            return Told::new(
                Level::Help,
                format!(
                    "`{name}` cannot wait for its closure: have it give futures, and await all of them, \
                     `futures::future::join_all(…).await`, or write a `for` loop"
                ),
            );
        }
        _ => "have the closure give the future, and await what it gives where it is called",
    };
    Told::new(Level::Help, words)
}

/// The compiler advises to await in closures, too, where that is not allowed.
fn elsewhere(told: &mut Told, places: &Places) {
    for more in &mut told.more {
        let mut awaiting = more.spans.iter().filter(|span| span.awaits());
        if let Some((number, bytes)) = awaiting.find_map(Span::in_cell)
            && let Around::Closure(taken_by) = source::around(places.code(number), bytes.start)
        {
            *more = in_closure(taken_by.as_deref());
        }
    }
}

/// A future that awaits its like is boxed.
fn box_recursion(told: &mut Told, places: &Places) {
    let calls = |span: &&Span| span.label.as_deref() == Some("recursive call here");
    let help = told.spans.iter().find(calls).and_then(|span| {
        let (number, bytes) = span.in_cell()?;
        let call = places.code(number).get(bytes.clone())?;
        let length = call.strip_suffix(".await")?.len();
        let (start, end) = (bytes.start, bytes.start + length);
        let help = Told::new(Level::Help, "put the future in a box");
        Some(
            help.putting(number, start..start, "Box::pin(")
                .putting(number, end..end, ")"),
        )
    });
    told.more.extend(help);
}

/// Into what futures are collected is not known: with any type that is written, the list is one that no later cell can have.
fn collected(told: &mut Told, places: &Places) {
    let is_of_futures = |more: &Told| {
        let mut collected = more.message.split("FromIterator<").skip(1);
        collected.any(is_future)
    };
    let name = told.is_in_statements.then(|| told.place()).flatten();
    let name = name.and_then(|(number, bytes)| places.code(number).get(bytes.clone()));
    let Some(name) = name.filter(|_| told.more.iter().any(is_of_futures)) else {
        return;
    };
    let words = format!(
        "the list would be one of futures, and later cells cannot name their type: {}, \
         or put the lines in `{{ … }}`, where nothing is kept",
        joined(name, places.cell())
    );
    told.more.push(Told::new(Level::Note, words));
}

/// Where something is a future and should not be, says so, and what would make it what is wanted.
fn forgotten(told: &mut Told, places: &Places) {
    let says = |words: &str| {
        let mut quoted = words.split('`').skip(1).step_by(2);
        quoted.any(is_future) || is_future(words) || words.contains("found future")
    };
    let advised =
        |more: &Told| more.message.contains("await") || more.spans.iter().any(Span::awaits);
    // Where what it gives is what is wanted, the compiler itself says so.
    let is_other = told.code.as_deref() == Some("E0308");
    if told.level != Level::Error
        || is_other
        || told.more.iter().any(advised)
        || told.is_about_pins()
    {
        return;
    }
    let labelled = |span: &&Span| span.label.as_deref().is_some_and(says);
    let mut futures: Vec<&Span> = told.spans.iter().filter(labelled).collect();
    if futures.is_empty() && says(&told.message) {
        futures.extend(told.spans.iter().find(|span| span.is_primary));
    }
    let mut help = Told::new(
        Level::Help,
        "this is a future: it does nothing until it is awaited",
    );
    for span in futures {
        let Some((number, bytes)) = span.in_cell() else {
            continue;
        };
        let text = places.code(number).get(bytes.clone()).unwrap_or_default();
        let awaits = source::around(places.code(number), bytes.start).awaits();
        // What is no call, such as a pattern or an operator, is not what should be awaited.
        if text.ends_with(')') && !text.contains('|') && awaits {
            help = help.putting(number, bytes.end..bytes.end, ".await");
        }
    }
    if !help.spans.is_empty() {
        told.more.push(help);
    }
}

#[cfg(test)]
#[path = "awaiting_tests.rs"]
mod tests;
