//! What the compiler would have written, as somebody who writes it by hand would.

use super::paths;
use std::ops::Range;

/// How far a block is indented from what is around it.
const INDENT: &str = "    ";

/// A suggestion for these bytes of a cell.
pub(super) fn written(text: &str, code: &str, bytes: &Range<usize>) -> String {
    let text = asynchronous(&paths::in_code(text), code);
    match (code.get(..bytes.start), code.get(bytes.start..)) {
        (Some(before), Some(after))
            if bytes.is_empty() && text.contains('\n') && after.starts_with('}') =>
        {
            in_block(&text, before)
        }
        _ => text,
    }
}

/// The import of a sleep that can be awaited, where it is awaited: the compiler knows only that of the standard library, which
/// would block the thread.
fn asynchronous(text: &str, code: &str) -> String {
    let awaited = code.match_indices("sleep(").any(|(at, call)| {
        let mut depth = 1;
        let rest = code[at + call.len()..].split_once(|letter| {
            depth += match letter {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        rest.is_some_and(|(_, rest)| rest.trim_start().starts_with(".await"))
    });
    match awaited {
        true => text.replace("use std::thread::sleep;", "use tokio::time::sleep;"),
        false => text.to_owned(),
    }
}

/// Lines that are put before the brace that closes a block. The compiler indents them as the brace.
fn in_block(text: &str, before: &str) -> String {
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let line = &before[line..];
    let margin = &line[..line.len() - line.trim_start().len()];
    // The margin of the brace is there already, unless other code is before it.
    let begin = match line.trim().is_empty() {
        true => INDENT.to_owned(),
        false => format!("\n{margin}{INDENT}"),
    };
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    let between = format!("\n{margin}{INDENT}");
    format!("{begin}{}\n{margin}", lines.join(&between))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell with what is suggested put in where it is marked.
    fn mended(code: &str, text: &str) -> String {
        let at = code.find('§').expect("it is marked");
        let code = code.replace('§', "");
        let text = written(text, &code, &(at..at));
        format!("{}{text}{}", &code[..at], &code[at..])
    }

    #[test]
    fn a_method_that_is_missing_stands_below_the_others() {
        let text = "fn name(&self) -> std::string::String { todo!() }\n";
        assert_eq!(
            mended("impl S for M {\n    fn a() {}\n§}", text),
            "impl S for M {\n    fn a() {}\n    fn name(&self) -> String { todo!() }\n}"
        );
        assert_eq!(
            mended("impl S for M {§}", text),
            "impl S for M {\n    fn name(&self) -> String { todo!() }\n}"
        );
        let text = "    fn a() { todo!() }\n    ";
        assert_eq!(
            mended("mod m {\n    impl S for M {\n    §}\n}", text),
            "mod m {\n    impl S for M {\n        fn a() { todo!() }\n    }\n}"
        );
    }

    #[test]
    fn a_sleep_that_is_awaited_is_that_of_tokio() {
        let text = "use std::thread::sleep;\n";
        assert_eq!(
            mended("§sleep(of(1))\n    .await;", text),
            "use tokio::time::sleep;\nsleep(of(1))\n    .await;"
        );
        assert_eq!(
            mended("§sleep(of(1)); later().await;", text),
            "use std::thread::sleep;\nsleep(of(1)); later().await;"
        );
    }

    #[test]
    fn other_suggestions_are_as_the_compiler_writes_them() {
        assert_eq!(mended("f(1)§", ".await"), "f(1).await");
        assert_eq!(
            mended("§let a = 1;", "use std::fmt::Debug;\n"),
            "use std::fmt::Debug;\nlet a = 1;"
        );
    }
}
