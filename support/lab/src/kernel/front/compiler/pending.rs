//! Futures that a cell would keep in a variable: whether they were forgotten, and where they can be made instead.

use super::awaiting::AWAIT;
use super::kept::{BOXED, TO_NAME, at_let, find_let};
use super::places::{Cell, find_word};
use super::told::{Level, Told};
use crate::kernel::front::source::{self, Uses};

/// How it is used within a cell.
const IN_BLOCK: &str = "put the lines in `{ … }`, where nothing is kept";

/// `errors` is what else is wrong with the cell.
pub(super) fn future(name: &str, kind: &str, cell: &Cell, errors: &[Told]) -> Told {
    let Some(uses) = Uses::of(&cell.code, name) else {
        return forgotten(name, kind, cell);
    };
    let told = Told::new(
        Level::Error,
        format!(
            "`{name}` is a future, and has a type without a name: a variable cannot keep it for later cells"
        ),
    );
    let told = at_let(told, name, cell, TO_NAME);
    let again = format!("use of moved value: `{name}`");
    if uses.awaits > 1 && errors.iter().any(|error| error.message == again) {
        // Wherever it is kept, it cannot be awaited again.
        return told.with(Told::new(Level::Help, once(name, kind, cell)));
    }
    let made = source::initial(&cell.code, name).map_or("…", |bytes| &cell.code[bytes]);
    let words = match &uses {
        Uses {
            is_borrowed: true, ..
        } => IN_BLOCK.to_owned(),
        Uses {
            joined_by: Some(path),
            ..
        } => format!("make it where it is used: `{path}!(…)`, or {IN_BLOCK}"),
        Uses {
            awaits: 1,
            is_taken: false,
            ..
        } => format!("make it where it is used: `{made}.await`, or {IN_BLOCK}"),
        _ => format!("make it where it is used, or {IN_BLOCK}"),
    };
    told.with(Told::new(Level::Help, words)).with(Told::new(
        Level::Note,
        format!("to keep the future itself: {}", boxed(name, kind, cell, "")),
    ))
}

/// The line that awaits a list of futures which a variable would keep.
pub(super) fn joined(name: &str, cell: &Cell) -> String {
    let value = source::initial(&cell.code, name).map_or("", |bytes| &cell.code[bytes]);
    let futures = value
        .split_once(".collect")
        .map_or(value, |(futures, _)| futures);
    let futures = match futures.is_empty() || futures.contains('\n') {
        true => "…",
        false => futures,
    };
    format!(
        "await them together, `let {name} = futures::future::join_all({futures}).await;`, which makes the list of their values: use each without `.await` then"
    )
}

/// What to do with a future that is awaited twice.
fn once(name: &str, kind: &str, cell: &Cell) -> String {
    let made = source::initial(&cell.code, name).map_or("…", |bytes| &cell.code[bytes]);
    let begin = format!(
        "a future gives its value once: await it where it is made, `let {name} = {made}.await;`"
    );
    // Errors can seldom be cloned.
    match output(kind).is_some_and(|output| output.contains("Error")) {
        true => format!("{begin}, and use `{name}` instead of `{name}.await`"),
        false => {
            format!("{begin}, and write `{name}.clone()` instead of `{name}.await`")
        }
    }
}

fn forgotten(name: &str, kind: &str, cell: &Cell) -> Told {
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
    let told = match source::initial(&cell.code, name) {
        Some(bytes) => {
            let help = Told::new(Level::Help, AWAIT);
            told.with(help.putting(cell.number, bytes.end..bytes.end, ".await"))
        }
        None => told,
    };
    told.with(Told::new(
        Level::Note,
        format!("to keep the future itself: {}", boxed(name, kind, cell, "")),
    ))
}

/// A future that is asked again and again, or kept.
pub(super) fn pinned(name: &str, kind: &str, cell: &Cell) -> Told {
    let is_polled = find_word(&cell.code, &format!("{name}.poll")).is_some();
    let mutable = if is_polled { "mut " } else { "" };
    let told = Told::new(
        Level::Note,
        format!(
            "in a notebook, a pinned future that is a variable of a cell is a box: {}",
            boxed(name, kind, cell, mutable)
        ),
    );
    let told = told.with(Told::new(
        Level::Note,
        "in `{ … }`, where nothing is kept, `std::pin::pin!` does it, too",
    ));
    // To poll a box would move it.
    let words = format!("either is polled by `{name}.as_mut().poll(…)`");
    match is_polled {
        true => told.with(Told::new(Level::Help, words)),
        false => told,
    }
}

/// The line that makes a variable of a future.
fn boxed(name: &str, kind: &str, cell: &Cell, mutable: &str) -> String {
    let output = output(kind).unwrap_or("()");
    let initial = source::initial(&cell.code, name).map_or("…", |bytes| &cell.code[bytes]);
    let before = find_let(&cell.code, name).map_or("", |bytes| &cell.code[..bytes.start]);
    let mutable = match before.trim_end().ends_with(" mut") {
        true => "mut ",
        false => mutable,
    };
    format!("`let {mutable}{name}: {BOXED}{output}> + Send>> = Box::pin({initial});`")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(code: &str) -> Cell {
        Cell {
            number: 3,
            code: code.to_owned(),
        }
    }

    const KIND: &str = "impl Future<Output = String>";

    #[test]
    fn a_future_that_is_used_was_not_forgotten() {
        let code = "let s = f(1);\ntokio::join!(s, f(2))";
        let joined = future("s", KIND, &cell(code), &[]);
        assert!(joined.message.contains("has a type without a name"));
        assert_eq!(joined.spans[0].label.as_deref(), Some(TO_NAME));
        assert_eq!(
            joined.more[0].message,
            "make it where it is used: `tokio::join!(…)`, or put the lines in `{ … }`, where nothing is kept"
        );
        let code = "let s = f(1);\nprintln!(\"{}\", s);";
        let forgotten = future("s", KIND, &cell(code), &[]);
        assert!(forgotten.message.contains("did you forget `.await`?"));
    }

    #[test]
    fn what_is_advised_leaves_no_await_without_its_future() {
        let help = |code: &str| future("s", KIND, &cell(code), &[]).more[0].message.clone();
        assert!(
            help("let s = f(1);\nlet a = s.await;")
                .starts_with("make it where it is used: `f(1).await`")
        );
        assert!(
            help("let s = f(1);\ntokio::spawn(s).await?")
                .starts_with("make it where it is used, or")
        );
        assert_eq!(
            help("let mut s = f(1);\nloop { tokio::select! { _ = &mut s => break } }"),
            IN_BLOCK
        );
        let moved = Told::new(Level::Error, "use of moved value: `s`");
        let code = cell("let s = f(1);\nlet a = s.await;\nlet b = s.await;");
        let twice = future("s", KIND, &code, std::slice::from_ref(&moved));
        let messages: Vec<_> = twice
            .more
            .iter()
            .map(|more| more.message.as_str())
            .collect();
        assert_eq!(
            messages,
            [
                "a future gives its value once: await it where it is made, `let s = f(1).await;`, \
              and write `s.clone()` instead of `s.await`"
            ]
        );
        let kind = "impl Future<Output = Result<u8, std::io::Error>>";
        let twice = future("s", kind, &code, &[moved]);
        assert!(
            twice.more[0]
                .message
                .ends_with("and use `s` instead of `s.await`")
        );
    }

    #[test]
    fn a_box_is_polled_through_its_pin() {
        let told = pinned("s", KIND, &cell("let s = f(1);\ns.poll(&mut context)"));
        assert!(told.message.contains("`let mut s: "), "{}", told.message);
        assert_eq!(
            told.more[1].message,
            "either is polled by `s.as_mut().poll(…)`"
        );
        let code = "let mut s = f(1);\ntokio::select! { _ = &mut s => {} }";
        assert_eq!(pinned("s", KIND, &cell(code)).more.len(), 1);
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
