//! What a learner is told instead of evcxr's words.

use super::*;

fn cell(code: &str) -> Cell {
    Cell {
        number: 3,
        code: code.to_owned(),
    }
}

/// The message, the text that is pointed to, and what else is said.
fn told(said: &str, code: &str) -> (String, String, Vec<String>) {
    let told = of_evcxr(said, &cell(code), &[], &[]).expect("it is known");
    let pointed = told.place().map_or("", |(_, bytes)| &code[bytes.clone()]);
    let more = told.more.iter().map(|more| more.message.clone());
    (told.message.clone(), pointed.to_owned(), more.collect())
}

#[test]
fn a_future_that_a_variable_would_keep_is_one_that_was_not_awaited() {
    let said = "The variable `s` has type `impl std::future::Future<Output = Vec<(u8, u8)>>` which cannot be persisted.\nYou might";
    let code = "let s = fetch(1);\nprintln!(\"{}\", s.len());";
    let (message, pointed, more) = told(said, code);
    assert_eq!(message, "`s` is a future: did you forget `.await`?");
    assert_eq!(pointed, "s");
    assert!(
        more[1].contains("Future<Output = Vec<(u8, u8)>> + Send"),
        "{more:?}"
    );
    let own = of_evcxr(said, &cell(code), &[], &[]).expect("it is known");
    assert_eq!(own.more[0].place(), Some((3, &(16..16))));
}

#[test]
fn what_has_no_name_for_its_type_is_told_how_to_get_one() {
    let (message, pointed, more) = told(
        "The variable `add` is a closure, which cannot be persisted.\nYou can however",
        "let other = 1;\nlet mut add = |x| x + 1;",
    );
    assert!(message.starts_with("`add` is a closure"));
    assert_eq!((pointed.as_str(), more.len()), ("add", 3));
    let (_, _, more) = told(
        "The variable `odd` has type `impl Iterator<Item = u32>` which cannot be persisted.",
        "let odd = numbers();",
    );
    assert_eq!(
        more[0],
        "box it: `let odd: Box<dyn Iterator<Item = u32>> = Box::new(numbers());`"
    );
    let (message, pointed, _) = told(
        "Couldn't automatically determine type of variable `v`.\nPlease give it an explicit type.",
        "let v = Vec::new();",
    );
    assert!(message.starts_with("the type of `v` could not be found out"));
    assert_eq!(pointed, "v");
}

#[test]
fn variables_of_a_type_that_is_defined_anew_are_lost() {
    let said = "A type redefinition resulted in the following variables being lost: a, b";
    let (message, _, more) = told(said, "struct S;");
    assert!(message.starts_with("`a`, `b` cannot be kept"));
    assert_eq!(more.len(), 1);
}

#[test]
fn what_the_compiler_says_is_not_evcxrs() {
    assert_eq!(
        of_evcxr("cannot find value `x` in this scope", &cell("x"), &[], &[]),
        None
    );
}

#[test]
fn the_value_of_a_cell_that_is_a_future_wants_to_be_awaited() {
    let places = Places::new(String::new(), vec![cell("let n = 1;\nfetch(n)")]);
    let refused = |kind: &str| {
        let mut told = Told::new(Level::Error, format!("`{kind}` doesn't implement `Debug`"));
        told.code = Some("E0277".to_owned());
        reword(&mut told, &places);
        told
    };
    let future = refused("impl Future<Output = u32>");
    assert!(
        future
            .message
            .contains("a future, which does nothing until it is awaited")
    );
    assert_eq!(future.place(), Some((3, &(11..19))));
    assert_eq!(
        future.more[0].spans[0].replacement.as_deref(),
        Some(".await")
    );
    let other = refused("Job");
    assert_eq!(other.message, "`Job` doesn't implement `Debug`");
    assert_eq!(other.place(), Some((3, &(11..19))));
}

#[test]
fn what_is_wrong_with_keeping_a_variable_is_shown_where_it_is_made() {
    let code = "let task = spawn(panics());";
    let places = Places::new(String::new(), vec![cell(code)]);
    let mut told = Told::new(Level::Error, "the `!` type is experimental");
    told.code = Some("E0658".to_owned());
    told.kept = Some(("task".to_owned(), "JoinHandle<!>".to_owned()));
    reword(&mut told, &places);
    assert!(
        told.message
            .starts_with("the type of `task` has a `!` in it")
    );
    assert_eq!(told.place(), Some((3, &(4..8))));
    assert!(
        told.more[0]
            .message
            .contains("let task: JoinHandle<()> = …;")
    );
}

#[test]
fn what_may_not_change_is_told_from_what_another_cell_made() {
    let rows = [
        (
            "cannot borrow `list` as mutable, as it is not declared as mutable",
            Some("list"),
        ),
        ("cannot assign twice to immutable variable `n`", Some("n")),
        (
            "cannot assign to `row.id`, as `row` is not declared as mutable",
            Some("row"),
        ),
        ("cannot borrow data in an `Arc` as mutable", None),
        (
            "cannot borrow `*text` as mutable, as it is behind a `&` reference",
            None,
        ),
    ];
    for (message, name) in rows {
        assert_eq!(immutable(message), name, "{message}");
    }
    assert!(shared(rows[3].0).is_some_and(|help| help.contains("Mutex")));
    assert_eq!(shared(rows[4].0), None);
}
