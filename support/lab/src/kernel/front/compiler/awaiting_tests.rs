//! What is advised where a future is.

use super::super::places::Cell;
use super::super::words::reword;
use super::*;

fn cell(code: &str) -> Cell {
    Cell {
        number: 3,
        code: code.to_owned(),
    }
}

/// An error about this text of a cell, reworded: what else is said, with what is to be written.
fn more(
    code: &str,
    error: &str,
    message: &str,
    at: &str,
    label: &str,
) -> Vec<(String, Vec<String>)> {
    let places = Places::new(String::new(), vec![cell(code)]);
    let start = code.find(at).expect("it is there");
    let mut told = Told::new(Level::Error, message).pointing_to(3, start..start + at.len(), label);
    told.code = Some(error.to_owned());
    reword(&mut told, &places);
    let changes = |more: &Told| {
        more.spans
            .iter()
            .filter_map(|span| span.replacement.clone())
            .collect()
    };
    told.more
        .iter()
        .map(|more| (more.message.clone(), changes(more)))
        .collect()
}

#[test]
fn statements_of_a_cell_can_await_and_return_errors() {
    let code = "let n: u32 = task.await;\nload(1)?;";
    let places = Places::new(String::new(), vec![cell(code)]);
    let told = |is_in_statements| {
        let label = "expected `u32`, found `Result<u32, JoinError>`";
        let mut told = Told::new(Level::Error, "mismatched types").pointing_to(3, 13..23, label);
        told.code = Some("E0308".to_owned());
        told.is_in_statements = is_in_statements;
        let note = Told::new(
            Level::Note,
            format!("this implements `Future`, but {SYNCHRONOUS}"),
        );
        told.more.push(note.pointing_to(3, 32..32, ""));
        reword(&mut told, &places);
        told.more
    };
    let more = told(true);
    assert_eq!(more[0].spans[0].replacement.as_deref(), Some(".await"));
    assert_eq!(more[1].spans[0].replacement.as_deref(), Some("?"));
    assert_eq!(more[1].place(), Some((3, &(23..23))));
    assert_eq!(told(false).len(), 1);
}

#[test]
fn a_function_that_awaits_is_made_async() {
    let said = more(
        "fn first() {\n    f().await\n}",
        "E0728",
        "`await` is only allowed",
        "fn first()",
        "this is not `async`",
    );
    assert_eq!(said[0].1, ["async "]);
}

#[test]
fn a_future_that_awaits_its_like_is_boxed() {
    let code = "async fn down(n: u32) { down(n - 1).await }";
    let said = more(
        code,
        "E0733",
        "recursion",
        "down(n - 1).await",
        "recursive call here",
    );
    assert_eq!(said[0].1, ["Box::pin(", ")"]);
}

#[test]
fn a_list_of_futures_is_one_that_no_later_cell_has() {
    let code = "let jobs = (1..=3).map(fetch).collect();";
    let places = Places::new(String::new(), vec![cell(code)]);
    let told = |kind: &str| {
        let note = format!("cannot satisfy `_: FromIterator<{kind}>`");
        let mut told = Told::new(Level::Error, "type annotations needed")
            .pointing_to(3, 4..8, "")
            .with(Told::new(Level::Note, note));
        told.code = Some("E0283".to_owned());
        told.is_in_statements = true;
        reword(&mut told, &places);
        told.more
    };
    let more = told("impl Future<Output = String>");
    let joined = "`let jobs = futures::future::join_all((1..=3).map(fetch)).await;`";
    assert!(more[1].message.contains(joined), "{}", more[1].message);
    assert_eq!(told("u32").len(), 1);
}

#[test]
fn a_future_that_should_be_something_else_is_one_that_was_not_awaited() {
    let code = "println!(\"{}\", fetch(1));";
    let message = "`impl Future<Output = u32>` doesn't implement `Display`";
    let said = more(code, "E0277", message, "fetch(1)", "cannot be formatted");
    assert_eq!(
        said,
        [(
            "this is a future: it does nothing until it is awaited".to_owned(),
            vec![".await".to_owned()]
        )]
    );
    // The name of a variable is awaited where it is made.
    let said = more(
        "for page in pages {}",
        "E0277",
        "`impl Future<Output = u32>` is not an iterator",
        "pages",
        "",
    );
    assert_eq!(said, []);
}
