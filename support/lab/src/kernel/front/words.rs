//! What a notebook is told that evcxr does not tell, apart from failures (see [`super::failure`]).

use super::message::Message;
use serde_json::{Value, json};

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

/// Of a cell that asks for another process.
pub(crate) const ANEW: &str =
    "The process of the cells is started anew: variables are gone; functions and `use` stay.\n";

/// Whether a cell gives evcxr this command.
pub(crate) fn is_command(code: &str, command: &str) -> bool {
    code.lines().any(|line| line.trim() == command)
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

/// What to say of statics that a cell declares.
pub(crate) fn restarts(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let (subject, verb) = match names.as_slice() {
        [name] => (format!("the static {name}"), "starts"),
        names => (format!("the statics {}", names.join(", ")), "start"),
    };
    format!(
        "note: {subject} {verb} anew in each cell: a notebook compiles every cell by itself.\n\
         hint: keep the value in a variable, `let shared = std::sync::Arc::new(…);`, and clone that\n"
    )
}

/// What evcxr shows of the variables, in the order of their names, and with rows that end.
pub(crate) fn listed(shown: &Value) -> Value {
    let sorted = |items: Vec<&str>, begin: &str, end: &str| -> String {
        let mut items: Vec<_> = items.into_iter().filter(|item| !item.is_empty()).collect();
        items.sort_unstable();
        let items = items.into_iter();
        items.map(|item| format!("{begin}{item}{end}")).collect()
    };
    // What is kept always owns what it has.
    let form = |name: &str| {
        let text = shown[name].as_str().unwrap_or_default();
        text.replace(" + 'static", "")
    };
    let (html, text) = (form("text/html"), form("text/plain"));
    let html = html.trim_end_matches("</table>");
    let (head, rows) = html.split_once("</tr>").unwrap_or((html, ""));
    let rows = sorted(rows.split("<tr>").collect(), "<tr>", "</tr>");
    let text = sorted(text.lines().collect(), "", "\n");
    json!({ "text/plain": text, "text/html": format!("{head}</tr>{rows}</table>") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_listed_in_a_whole_table() {
        let cell = |name: &str| format!("<td>{name}</td>");
        let (a, b) = (cell("a") + &cell("u8"), cell("b") + &cell("Vec&lt;u8&gt;"));
        let head = "<table><tr><th>Variable</th><th>Type</th></tr>";
        let shown = json!({
            "text/plain": "b: Vec<u8> + 'static\na: u8\n",
            "text/html": format!("{head}<tr>{b}<tr><tr>{a}<tr></table>"),
        });
        assert_eq!(
            listed(&shown),
            json!({
                "text/plain": "a: u8\nb: Vec<u8>\n",
                "text/html": format!("{head}<tr>{a}</tr><tr>{b}</tr></table>"),
            })
        );
        let none = json!({ "text/plain": "", "text/html": format!("{head}</table>") });
        assert_eq!(listed(&none), none);
    }

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
