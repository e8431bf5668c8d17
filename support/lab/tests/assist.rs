//! What a kernel tells whoever writes a cell: which names fit at the cursor, and what is known of a name.

#![cfg(target_os = "linux")]

mod common;

use common::root;
use serde_json::Value;
use std::sync::OnceLock;

/// All that a kernel was asked, and answered.
fn record() -> &'static Value {
    static RECORD: OnceLock<Value> = OnceLock::new();
    RECORD.get_or_init(|| {
        let folder = root().join("notebooks/exercises");
        common::told(common::jupyter("assist.py").arg(folder))
    })
}

/// The names that fit, in their order.
#[track_caller]
fn names(question: &str) -> Vec<&'static str> {
    let answer = &record()["names"][question]["answer"];
    assert_eq!(answer["status"], "ok", "{question}: {answer}");
    let names = answer["matches"].as_array().expect("a list");
    names
        .iter()
        .map(|name| name.as_str().expect("a name"))
        .collect()
}

/// What is known, as text and as HTML; nothing where nothing was found.
#[track_caller]
fn known(question: &str) -> (&'static str, &'static str) {
    let answer = &record()["about"][question]["answer"];
    assert_eq!(answer["status"], "ok", "{question}: {answer}");
    let text = |mime: &str| answer["data"][mime].as_str().unwrap_or_default();
    assert_eq!(
        answer["found"],
        !text("text/plain").is_empty(),
        "{question}"
    );
    (text("text/plain"), text("text/html"))
}

#[test]
fn a_name_is_completed_wherever_it_stands() {
    let rows = [
        ("function", "add_one"),
        ("middle of a word", "add_one"),
        ("chain", "count"),
        ("not ASCII", "größe"),
        ("after commands", "add_one"),
        ("command", ":dep"),
        ("use", "time"),
        ("use of a list", "Instant"),
        ("type in a module", "Duration"),
        ("module of macros", "join!"),
        ("our own macro", "double!"),
        ("macro of std", "println!"),
        ("open brackets", "add_one"),
    ];
    for (question, name) in rows {
        assert_eq!(names(question).first(), Some(&name), "{question}");
    }
}

#[test]
fn the_name_takes_the_place_of_what_is_written_of_it() {
    for (question, about) in record()["names"].as_object().expect("questions") {
        let (code, answer) = (about["code"].as_str().expect("code"), &about["answer"]);
        let place = |field: &str| answer[field].as_u64().expect("a place") as usize;
        let (start, end) = (place("cursor_start"), place("cursor_end"));
        assert_eq!(Some(end as u64), about["cursor"].as_u64(), "{question}");
        let written: String = code.chars().skip(start).take(end - start).collect();
        for name in names(question) {
            assert!(
                name.starts_with(&written),
                "{question}: {name} for {written}"
            );
            let odd = |letter: char| !letter.is_alphanumeric() && !"_!#:".contains(letter);
            assert!(!name.contains(odd), "{question}: {name}");
        }
        let (mut once, all) = (names(question), names(question).len());
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), all, "{question}");
    }
}

#[test]
fn what_a_macro_is_given_is_completed_as_elsewhere() {
    let given = [
        "println",
        "println, closed",
        "hole",
        "vec",
        "assert_eq",
        "macro in a macro",
        "our own macro, argument",
    ];
    for question in given {
        assert_eq!(names(question)[..2], ["word", "wording"], "{question}");
    }
    assert_eq!(names("join"), ["add_one"]);
    assert!(names("in a macro, of a value").contains(&"len"));
}

#[test]
fn only_what_can_be_used_is_proposed_in_an_order() {
    let fields = names("fields of a value");
    assert!(!fields.contains(&"shared"), "{fields:?}");
    assert!(fields.contains(&"watch"), "{fields:?}");
    assert_eq!(names("fields of our own value")[..2], ["across", "down"]);
    assert_eq!(names("field of ours"), ["across"]);
    assert_eq!(names("field that is written"), ["down"]);
    let written = names("field that is written, private");
    assert!(!written.contains(&"shared"), "{written:?}");
    let module = names("module");
    for private in ["Clock", "safe_delay", "instant", "clock"] {
        assert!(!module.contains(&private), "{private} in {module:?}");
    }
    for public in ["sleep", "Instant", "timeout"] {
        assert!(module.contains(&public), "no {public} in {module:?}");
    }
    let of_std = names("module of std");
    assert!(
        of_std.contains(&"spawn") && !of_std.contains(&"Arc"),
        "{of_std:?}"
    );
    let of_type = names("type");
    let place = |name: &str| of_type.iter().position(|other| *other == name);
    assert!(
        place("new") < place("push") && place("new").is_some(),
        "{of_type:?}"
    );
    let methods = names("methods of a value");
    let place = |name: &str| methods.iter().position(|other| *other == name);
    assert!(place("push_str") < place("into"), "{methods:?}");
    let future = names("future");
    assert_eq!(future.first(), Some(&"await"));
    assert!(
        future.contains(&"deadline") && !future.contains(&"project"),
        "{future:?}"
    );
}

#[test]
fn where_no_name_is_written_none_is_proposed_and_where_all_fit_all_are() {
    assert!(names("comment").is_empty());
    assert!(names("string").is_empty());
    assert!(names("behind a value").is_empty());
    let all = names("empty");
    assert!(all.contains(&"add_one") && all.contains(&"word"), "{all:?}");
}

#[test]
fn a_name_is_known_at_each_of_its_letters_and_a_call_among_its_arguments() {
    let rows = [
        ("begin", "fn add_one(number: i32) -> i32"),
        ("middle", "fn add_one"),
        ("end", "fn add_one"),
        ("argument", "fn add_one"),
        ("later argument", "fn max"),
        ("argument that is known", "wording: i32"),
        ("method", "fn push(&mut self, ch: char)"),
        ("method without brackets", "fn push(&mut self, ch: char)"),
        ("arguments of a method", "fn push(&mut self, ch: char)"),
        ("field", "across: i32"),
        ("variable", "word: String"),
        ("type", "struct String"),
        ("macro", "macro_rules! println"),
        ("arguments of a macro", "macro_rules! println"),
        ("in a loop", "fn add_one"),
        ("in a task", "fn add_one"),
        ("name in a macro", "word: String"),
        ("name in a hole", "word: String"),
        ("macro of tokio", "macro_rules! join"),
        ("macro of ours", "macro_rules! double"),
        (
            "function in a path",
            "fn sleep(duration: Duration) -> Sleep",
        ),
        ("function of the lab", "fn new() -> Self"),
        ("made here", "fn twice(number: i32) -> i32"),
        ("variable made here", "number: i32"),
        ("chain", "fn filter"),
        ("after commands", "fn add_one"),
        ("not ASCII", "fn add_one"),
        ("use", "pub struct Mutex"),
        ("struct of the lab", "pub struct Timeline { /* … */ }"),
    ];
    for (question, words) in rows {
        let (text, html) = known(question);
        assert!(text.contains(words), "{question}: {text}");
        assert!(html.contains("<code"), "{question}: {html}");
    }
    assert_eq!(known("comment").0, "");
    assert_eq!(known("nothing").0, "");
}

#[test]
fn documentation_is_shown_as_rustdoc_shows_it() {
    let (text, html) = known("middle");
    for shown in [text, html] {
        assert!(
            shown.contains("Adds one.") && shown.contains("add_one(1), 2"),
            "{shown}"
        );
        assert!(
            !shown.contains("hidden") && !shown.contains("ctx"),
            "{shown}"
        );
    }
    let rows = [
        ("macro of ours", "Doubles what it is given."),
        ("macro", "Prints to the standard output"),
        ("macro of tokio", "Waits on multiple concurrent branches"),
        ("made here", "Twice."),
        (
            "function that comes with a feature",
            "Spawns a new asynchronous task",
        ),
        (
            "errors of the lab",
            "\n\nErrors\n\nWhere the operating system",
        ),
    ];
    for (question, words) in rows {
        assert!(
            known(question).0.contains(words),
            "{question}: {}",
            known(question).0
        );
    }
}
