//! Variables that a cell would keep, of types that have no name: what is the matter, and code that works.

use super::awaiting::AWAIT;
use super::places::{Cell, find_word};
use super::told::{Level, Told};
use crate::kernel::front::source::{self, Closure};
use std::ops::Range;

/// How a variable can be used without being kept.
pub(super) const WITHIN: &str = "used within this cell only, in `{ … }`, it may have any type";

/// How a type of a future is written, up to what it gives.
const BOXED: &str = "std::pin::Pin<Box<dyn Future<Output = ";

/// `known` are the variables of earlier cells.
pub(super) fn closure(name: &str, cell: &Cell, known: &[String]) -> Told {
    let told = Told::new(
        Level::Error,
        format!(
            "`{name}` is a closure, which has a type without a name: a variable cannot keep it for later cells"
        ),
    );
    let told = at_let(told, name, cell, "later cells would have to name its type");
    let found = source::closure(&cell.code, name);
    let is_async = found.as_ref().is_some_and(|found| found.gives_future);
    let function = match is_async {
        true => "async fn",
        false => "fn",
    };
    let help = format!("make it a function: `{function} {name}(…) {{ … }}`");
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
    let variables = source::variables(&cell.code);
    let captures = |name: &String| find_word(text(&closure.body), name).is_some();
    let moves = if closure.moves || variables.iter().chain(known).any(captures) {
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

pub(super) fn future(name: &str, kind: &str, cell: &Cell) -> Told {
    if source::is_used_as_future(&cell.code, name) {
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

pub(super) fn unnamed(name: &str, kind: &str, cell: &Cell) -> Told {
    let told = Told::new(
        Level::Error,
        format!(
            "`{name}` has a type without a name, `{kind}`: a variable cannot keep it for later cells"
        ),
    );
    let told = at_let(told, name, cell, "later cells would have to name its type");
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

    #[test]
    fn a_future_that_is_joined_was_not_forgotten() {
        let kind = "impl Future<Output = u32>";
        let joined = future("s", kind, &cell("let s = f(1);\ntokio::join!(s, f(2))"));
        assert!(joined.message.contains("has a type without a name"));
        let forgotten = future("s", kind, &cell("let s = f(1);\nprintln!(\"{}\", s);"));
        assert!(forgotten.message.contains("did you forget `.await`?"));
    }

    #[test]
    fn what_a_future_gives_is_read_from_its_type() {
        assert_eq!(output("impl Future<Output = u32>"), Some("u32"));
        assert_eq!(
            output("impl Future<Output = Result<(), Box<dyn Error + Send>>> + Send"),
            Some("Result<(), Box<dyn Error + Send>>")
        );
        assert_eq!(output("{async block}"), None);
    }
}
