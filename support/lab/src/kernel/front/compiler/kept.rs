//! Variables that a cell would keep, of types that have no name: what is the matter, and code that works.

use super::awaiting::is_future;
use super::pending::joined;
use super::places::{Cell, find_word};
use super::told::{Level, Told};
use crate::kernel::front::source::{self, Closure};
use std::ops::Range;

/// How a variable can be used without being kept.
pub(super) const WITHIN: &str = "used within this cell only, in `{ … }`, it may have any type";

/// Why a variable of a type without a name cannot be kept.
pub(super) const TO_NAME: &str = "later cells would have to name its type";

/// How a type of a future is written, up to what it gives.
pub(super) const BOXED: &str = "std::pin::Pin<Box<dyn Future<Output = ";

/// `known` are the variables of earlier cells.
pub(super) fn closure(name: &str, cell: &Cell, known: &[String]) -> Told {
    let told = Told::new(
        Level::Error,
        format!(
            "`{name}` is a closure, which has a type without a name: a variable cannot keep it for later cells"
        ),
    );
    let told = at_let(told, name, cell, TO_NAME);
    let found = source::closure(&cell.code, name);
    let is_async = found.as_ref().is_some_and(|found| found.gives_future);
    let function = match is_async {
        true => "async fn",
        false => "fn",
    };
    let used = found.as_ref().map(|found| captured(found, cell, known));
    let help = match used.unwrap_or_default().as_slice() {
        [] => format!("make it a function: `{function} {name}(…) -> … {{ … }}`"),
        used => {
            let given: Vec<_> = used.iter().map(|name| format!("{name}: …")).collect();
            let given = given.join(", ");
            format!(
                "make it a function, which is given what it uses: `{function} {name}(…, {given}) -> … {{ … }}`"
            )
        }
    };
    let told = told.with(Told::new(Level::Help, help));
    let boxed = found.and_then(|found| in_a_box(name, &found, cell, known));
    let boxed = boxed.unwrap_or_else(|| {
        let kind = match is_async {
            true => format!("{BOXED}u32> + Send>>"),
            false => "u32".to_owned(),
        };
        let value = match is_async {
            true => "|x| Box::pin(async move { x + 1 })",
            false => "|x| x + 1",
        };
        let words = format!(
            "or box it, with the types of what it takes and gives: `let {name}: Box<dyn Fn(u32) -> {kind}> = Box::new({value});`"
        );
        Told::new(Level::Help, words)
    });
    told.with(boxed).with(Told::new(Level::Note, WITHIN))
}

/// The variables that a closure uses without being given them.
fn captured(closure: &Closure, cell: &Cell, known: &[String]) -> Vec<String> {
    let holds =
        |bytes: &Range<usize>, name: &str| find_word(&cell.code[bytes.clone()], name).is_some();
    let mut names = source::variables(&cell.code);
    names.extend_from_slice(known);
    names.retain(|name| holds(&closure.body, name) && !holds(&closure.inputs, name));
    names.sort();
    names.dedup();
    names
}

/// What boxes a closure that says what it takes, as the cell has it.
fn in_a_box(name: &str, closure: &Closure, cell: &Cell, known: &[String]) -> Option<Told> {
    let text = |bytes: &Range<usize>| &cell.code[bytes.clone()];
    let declared = find_let(&cell.code, name)?;
    // What is behind the name is a type already, or a pattern goes on.
    let between = cell.code.get(declared.end..closure.bytes.start)?;
    let is_typed = closure.gives_future && !closure.is_async && closure.output.is_some();
    if between.trim() != "=" || is_typed {
        return None;
    }
    let types = closure.types.as_ref()?;
    let types: Vec<_> = types.iter().map(text).collect();
    let output = closure.output.as_ref().map_or("_", text);
    let output = match closure.gives_future {
        true => format!("{BOXED}{output}> + Send>>"),
        false => output.to_owned(),
    };
    let kind = format!(": Box<dyn Fn({}) -> {output}>", types.join(", "));
    let moves = if closure.moves || !captured(closure, cell, known).is_empty() {
        "move "
    } else {
        ""
    };
    let help = Told::new(Level::Help, "or box it")
        .putting(cell.number, declared.end..declared.end, kind)
        .putting(
            cell.number,
            closure.bytes.start..closure.inputs.start,
            format!("Box::new({moves}"),
        );
    let end = closure.bytes.end..closure.bytes.end;
    Some(if closure.is_async {
        // What it gives is written with the type.
        let between = closure.inputs.end..closure.body.start;
        help.putting(cell.number, between, " Box::pin(async move { ")
            .putting(cell.number, end, " }))")
    } else if closure.gives_future {
        let body = closure.body.start..closure.body.start;
        help.putting(cell.number, body, "Box::pin(")
            .putting(cell.number, end, "))")
    } else {
        help.putting(cell.number, end, ")")
    })
}

pub(super) fn unnamed(name: &str, kind: &str, cell: &Cell) -> Told {
    let told = Told::new(
        Level::Error,
        format!(
            "`{name}` has a type without a name, `{kind}`: a variable cannot keep it for later cells"
        ),
    );
    let told = at_let(told, name, cell, TO_NAME);
    let told = match kind.strip_prefix("impl ") {
        Some(traits) if traits.starts_with("AsyncFn") => told.with(Told::new(
            Level::Help,
            format!("make it a function: {}", called(name, traits, cell)),
        )),
        Some(traits) if !traits.contains("impl ") => {
            let value = source::initial(&cell.code, name).map_or("…", |bytes| &cell.code[bytes]);
            let words = format!("box it: `let {name}: Box<dyn {traits}> = Box::new({value});`");
            told.with(Told::new(Level::Help, words))
        }
        None if kind.strip_prefix("Vec<").is_some_and(is_future) => {
            told.with(Told::new(Level::Help, joined(name, cell)))
        }
        _ => told,
    };
    told.with(Told::new(Level::Note, WITHIN))
}

/// A function that calls what makes an async function, for who cannot keep that one.
fn called(name: &str, traits: &str, cell: &Cell) -> String {
    let value = source::initial(&cell.code, name).map_or("…", |bytes| &cell.code[bytes]);
    let inputs = traits.split_once('(').map_or("", |(_, rest)| rest);
    let (inputs, output) = inputs.split_once(')').unwrap_or((inputs, ""));
    // `AsyncFn(u32) -> u32`, or `AsyncFn<(u32,), Output = u32>`.
    let output = match output.strip_prefix(", Output = ") {
        Some(kind) => format!(" -> {}", kind.strip_suffix('>').unwrap_or(kind)),
        None => output.to_owned(),
    };
    let inputs = inputs.trim_end_matches(',');
    let types = inputs.split(", ").filter(|kind| !kind.is_empty());
    let named: Vec<_> = ('a'..='z').zip(types).collect();
    let takes: Vec<_> = named
        .iter()
        .map(|(name, kind)| format!("{name}: {kind}"))
        .collect();
    let gives: Vec<_> = named.iter().map(|(name, _)| name.to_string()).collect();
    format!(
        "`async fn {name}({}){output} {{ {value}({}).await }}`",
        takes.join(", "),
        gives.join(", ")
    )
}

pub(super) fn unknown(name: &str, cell: &Cell) -> Told {
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
pub(super) fn at_let(told: Told, name: &str, cell: &Cell, label: &str) -> Told {
    match find_let(&cell.code, name) {
        Some(bytes) => told.pointing_to(cell.number, bytes, label),
        None => told,
    }
}

/// Where the last `let` of a variable has its name.
pub(super) fn find_let(code: &str, name: &str) -> Option<Range<usize>> {
    let lets = code.match_indices("let ").map(|(at, _)| at);
    let found = lets.filter_map(|at| {
        let length = code[at..].find(['=', ';']).unwrap_or(code.len() - at);
        let start = at + find_word(&code[at..at + length], name)?;
        Some(start..start + name.len())
    });
    found.last()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(code: &str) -> Cell {
        Cell {
            number: 3,
            code: code.to_owned(),
        }
    }

    /// A cell with what is advised last put in.
    fn mended(told: &Told, code: &str) -> String {
        let boxes = told.more.iter().rfind(|more| !more.spans.is_empty());
        let mut code = code.to_owned();
        for span in boxes.expect("it is drawn").spans.iter().rev() {
            let text = span.replacement.as_deref().expect("something to write");
            code.replace_range(span.at.bytes().clone(), text);
        }
        code
    }

    #[test]
    fn a_closure_is_boxed_as_it_stands() {
        let rows = [
            (
                "let add = |x: i32| x + 1;",
                "let add: Box<dyn Fn(i32) -> _> = Box::new(|x: i32| x + 1);",
            ),
            (
                "let one = 1; let add = |x: i32| -> i32 { x + one };",
                "let one = 1; let add: Box<dyn Fn(i32) -> i32> = Box::new(move |x: i32| -> i32 { x + one });",
            ),
            (
                "let add = |x: i32| x + earlier;",
                "let add: Box<dyn Fn(i32) -> _> = Box::new(move |x: i32| x + earlier);",
            ),
            (
                "let get = async |x: u32| x;",
                "let get: Box<dyn Fn(u32) -> std::pin::Pin<Box<dyn Future<Output = _> + Send>>> = \
                 Box::new(|x: u32| Box::pin(async move { x }));",
            ),
            (
                "let get = || async { 1 };",
                "let get: Box<dyn Fn() -> std::pin::Pin<Box<dyn Future<Output = _> + Send>>> = \
                 Box::new(|| Box::pin(async { 1 }));",
            ),
        ];
        for (code, boxed) in rows {
            let name = if code.contains("get") { "get" } else { "add" };
            assert_eq!(
                mended(&closure(name, &cell(code), &["earlier".to_owned()]), code),
                boxed
            );
        }
        // What it takes is not written: there is an example.
        let told = closure("f", &cell("let f = |x| x;"), &[]);
        assert!(told.more.iter().all(|more| more.spans.is_empty()));
    }

    #[test]
    fn a_closure_that_uses_variables_becomes_a_function_that_is_given_them() {
        let rows = [
            ("let one = 1; let add = |x: i32| x + one;", "(…, one: …)"),
            ("let add = |x: i32| x + earlier;", "(…, earlier: …)"),
            (
                "let earlier = 2; let add = |earlier: i32| earlier + 1;",
                "(…)",
            ),
            ("let one = 1; let add = |x: i32| x + 1;", "(…)"),
        ];
        for (code, given) in rows {
            let told = closure("add", &cell(code), &["earlier".to_owned()]);
            let function = format!("`fn add{given} -> … {{ … }}`");
            assert!(
                told.more[0].message.ends_with(&function),
                "{code}: {told:?}"
            );
        }
    }

    #[test]
    fn a_list_of_futures_is_awaited_at_once() {
        let code = "let jobs: Vec<_> = (1..=3).map(fetch).collect();";
        let told = unnamed("jobs", "Vec<impl Future<Output = String>>", &cell(code));
        let joined = "`let jobs = futures::future::join_all((1..=3).map(fetch)).await;`";
        assert!(told.more[0].message.contains(joined), "{told:?}");
        let code = "let jobs = vec![fetch(1), fetch(2)];";
        let told = unnamed("jobs", "Vec<impl Future<Output = String>>", &cell(code));
        let joined = "join_all(vec![fetch(1), fetch(2)]).await";
        assert!(told.more[0].message.contains(joined), "{told:?}");
    }

    #[test]
    fn who_cannot_keep_an_async_function_calls_what_makes_it() {
        let code = "let f = make();";
        let told = unnamed("f", "impl AsyncFn(u32, String) -> u32", &cell(code));
        assert_eq!(
            told.more[0].message,
            "make it a function: `async fn f(a: u32, b: String) -> u32 { make()(a, b).await }`"
        );
        let told = unnamed("f", "impl AsyncFn<(u32,), Output = u32>", &cell(code));
        assert_eq!(
            told.more[0].message,
            "make it a function: `async fn f(a: u32) -> u32 { make()(a).await }`"
        );
    }
}
