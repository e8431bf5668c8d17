//! What a notebook is told that evcxr does not tell, apart from the end of a process (see [`super::ending`]).

use super::message::{Key, Message};
use serde_json::Value;

/// Of every cell, where the kernel has nowhere to build.
pub(crate) const GONE: &str = "The folder in which this kernel builds cells has been removed, so it cannot run any more.\n\
                    hint: restart the kernel (Kernel › Restart Kernel); a new one gets a new folder";

/// The source of the cell that a request brings.
pub(crate) fn code(request: &Message) -> String {
    let content = request.content();
    content["code"].as_str().unwrap_or_default().to_owned()
}

/// The lines of a cell that add crates.
pub(crate) fn crates(code: &str) -> String {
    let adds = |line: &&str| {
        let line = line.trim_start();
        line.starts_with(":dep ") || line.starts_with("extern crate ")
    };
    code.lines()
        .filter(adds)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// What to say of a cell that has changed what `support` is built from.
pub(crate) fn changed(code: &str) -> String {
    let lines = crates(code);
    let names: Vec<_> = lines
        .lines()
        .filter_map(|line| line.trim_start().split_once(' '))
        .map(|(_, rest)| rest.trim_start_matches("crate "))
        .filter_map(|rest| rest.split([' ', '=', ';']).next())
        .map(|name| format!("`{name}`"))
        .collect();
    let (subject, changes) = match names.as_slice() {
        [] => ("The cell".to_owned(), "changes"),
        [name] => (format!("{name} was added and"), "changes"),
        names => (format!("{} were added and", names.join(", ")), "change"),
    };
    format!("{subject} {changes} what `support` is built from: variables start anew.\n")
}

/// Puts other words into an error.
pub(crate) fn explain(message: &mut Message, name: &str, printed: &str, words: &str, key: &Key) {
    let lines: Vec<Value> = printed
        .lines()
        .chain(words.lines())
        .map(Value::from)
        .collect();
    message.set("ename", &name, key);
    message.set("evalue", &words, key);
    message.set("traceback", &lines, key);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crates_of_a_cell_are_named() {
        assert_eq!(
            changed(":dep rand = \"0.9\"\n  :dep serde_json\nlet x = 1;"),
            "`rand`, `serde_json` were added and change what `support` is built from: variables start anew.\n"
        );
        assert_eq!(
            changed("extern crate rand;"),
            "`rand` was added and changes what `support` is built from: variables start anew.\n"
        );
        assert!(changed("1 + 1").starts_with("The cell changes"));
    }
}
