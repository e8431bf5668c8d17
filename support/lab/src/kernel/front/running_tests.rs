//! What a notebook sees of what its cells write, and of how they end.

use crate::evcxr::compiler::Compiled;
use crate::kernel::front::cells::Now;
use crate::kernel::front::output::{DONE, PANICKED, Panic, Piece, QUESTION_MARK, Returned, Stream};
use crate::kernel::front::talk::{KILLED, Talk};
use serde_json::json;

fn boom() -> Piece {
    Piece::Panic(Panic {
        words: "boom".to_owned(),
        place: Some("src/lib.rs:1:2".to_owned()),
        called: None,
    })
}

fn failing() -> Vec<(&'static str, Vec<Piece>, &'static str, &'static str)> {
    let line = |line: &str| Piece::Line(line.to_owned());
    let err = |text: &str| Piece::Text(Stream::Stderr, text.to_owned());
    vec![
        ("panic!()", vec![boom(), line(PANICKED)], "Panic", "boom"),
        (
            "f()?",
            vec![
                err("before\n"),
                Piece::Returned(Returned {
                    words: vec!["no such file".to_owned()],
                    place: "src/lib.rs:1:2".to_owned(),
                }),
                line(QUESTION_MARK),
            ],
            "ErrorReturned",
            "no such file",
        ),
    ]
}

#[test]
fn a_cell_that_fails_says_so_in_an_error_and_in_its_reply_and_ends_what_waits() {
    for (code, pieces, name, value) in failing() {
        let mut talk = Talk::new();
        talk.execute(code);
        talk.execute("next");
        talk.asks("comm_info_request", &json!({}));
        talk.does(pieces);
        let [error] = talk.contents("error")[..] else {
            panic!("{code}: {:?}", talk.got);
        };
        assert_eq!(
            (&error["ename"], &error["evalue"]),
            (&json!(name), &json!(value))
        );
        let replies = talk.contents("execute_reply");
        assert_eq!(replies[0]["status"], "error", "{code}");
        for field in ["ename", "evalue", "traceback"] {
            assert_eq!(replies[0][field], error[field], "{code}");
        }
        assert_eq!(replies[1]["status"], "aborted", "{code}");
        assert_eq!(talk.asked_for(), [code]);
        // What is asked for later runs, and what is no cell is answered.
        assert_eq!(talk.contents("comm_info_reply").len(), 1);
        talk.execute("later");
        assert_eq!(talk.asked_for(), [code, "later"]);
        // What the error says is not said again.
        let printed: Vec<_> = talk
            .contents("stream")
            .iter()
            .map(|stream| stream["text"].clone())
            .collect();
        assert!(
            !printed
                .iter()
                .any(|text| text.as_str().is_some_and(|text| text.contains(value))),
            "{printed:?}"
        );
    }
}

#[test]
fn where_nobody_wants_to_stop_the_next_cell_runs() {
    for (code, pieces, ..) in failing() {
        let mut talk = Talk::new();
        talk.asks(
            "execute_request",
            &json!({ "code": code, "stop_on_error": false }),
        );
        talk.execute("next");
        talk.does(pieces);
        assert_eq!(talk.asked_for(), [code, "next"]);
    }
}

#[test]
fn a_panic_that_is_caught_is_reported_in_its_place() {
    let mut talk = Talk::new();
    talk.execute("a");
    let caught = Piece::Text(Stream::Stdout, "caught".to_owned());
    talk.does(vec![boom(), caught]);
    let texts: Vec<_> = talk
        .contents("stream")
        .iter()
        .map(|stream| stream["text"].clone())
        .collect();
    assert_eq!(
        texts,
        [
            "thread 'main' panicked at src/lib.rs:1:2:\nboom\n",
            "caught"
        ]
    );
    assert_eq!(talk.contents("execute_reply")[0]["status"], "ok");
}

#[test]
fn a_cell_that_is_interrupted_while_it_awaits_keeps_everything() {
    let mut talk = Talk::new();
    talk.execute("a");
    talk.begins();
    let (id, orders) = talk.cells.interrupt().expect("it runs");
    talk.take(orders);
    assert_eq!(talk.orders.last().expect("an order"), "cancel \n");
    talk.line(PANICKED);
    talk.line(DONE);
    talk.ends("ok");
    assert!(!talk.cells.is_running(&id));
    assert_eq!(talk.contents("execute_reply")[0]["ename"], "Interrupted");
    assert_eq!(talk.asked_for(), ["a"]);
}

#[test]
fn text_and_figures_come_in_order_and_the_value_last() {
    let mut talk = Talk::new();
    talk.execute("a();\nb()");
    talk.begins();
    talk.prints("one\n");
    talk.shows("figure");
    talk.prints("two");
    talk.prints("\rthree");
    talk.shows("value");
    talk.line(DONE);
    talk.prints("rest");
    talk.ends("ok");
    let kinds = [
        "status",
        "execute_input",
        "stream",
        "display_data",
        "stream",
        "execute_result",
        "stream",
        "execute_reply",
        "status",
    ];
    assert_eq!(talk.kinds(), kinds);
    assert_eq!(talk.contents("stream")[1]["text"], "two\rthree");
    assert_eq!(
        talk.contents("execute_result")[0]["data"]["text/plain"],
        "value"
    );
    talk.execute("a();");
    talk.begins();
    talk.shows("figure");
    talk.line(DONE);
    talk.ends("ok");
    assert_eq!(talk.contents("execute_result").len(), 1);
    assert_eq!(talk.contents("display_data").len(), 2);
    assert_eq!(
        talk.orders,
        ["run \n", "done EVCXR_EXECUTION_COMPLETE\n"].repeat(2)
    );
}

#[test]
fn a_value_that_says_nothing_is_not_shown() {
    let mut talk = Talk::new();
    talk.execute("print!(\"x\")");
    talk.begins();
    talk.shows("()");
    talk.line(DONE);
    talk.ends("ok");
    assert!(talk.contents("execute_result").is_empty());
}

#[test]
fn a_bar_is_replaced_in_its_place() {
    let mut talk = Talk::new();
    for code in ["a", "b"] {
        talk.execute(code);
        talk.begins();
        talk.shows_as(Some("bar"), "1 of 2");
        talk.shows_as(Some("bar"), "2 of 2");
        talk.line(DONE);
        talk.ends("ok");
    }
    // Another run of the cell has a place of its own.
    for kind in ["display_data", "update_display_data"] {
        let contents = talk.contents(kind);
        let names: Vec<_> = contents
            .iter()
            .map(|content| &content["transient"]["display_id"])
            .collect();
        assert_eq!(names, ["of-a-bar", "of-b-bar"], "{kind}");
    }
}

#[test]
fn a_figure_does_not_wait_for_the_end_of_its_cell() {
    let mut talk = Talk::new();
    talk.execute("a");
    talk.begins();
    talk.shows("figure");
    assert!(talk.contents("display_data").is_empty());
    let due = talk.cells.due().expect("it waits");
    let out = talk.cells.tick(due);
    talk.take(out);
    assert_eq!(talk.contents("display_data").len(), 1);
    assert!(!talk.cells.now.as_ref().is_some_and(Now::holds));
}

#[test]
fn warnings_do_not_wait_for_the_end_of_their_cell() {
    let mut talk = Talk::new();
    talk.execute("fetch(1);");
    talk.begins();
    let due = talk.cells.due().expect("it looks");
    let out = talk.cells.tick(due);
    talk.take(out);
    assert!(talk.contents("stream").is_empty());
    let source = "fetch(1);\n";
    talk.cells.around.warned = Some(Compiled {
        source: source.to_owned(),
        diagnostics: vec![
            serde_json::from_value(json!({
                "message": "unused", "level": "warning", "children": [], "rendered": null,
                "code": { "code": "unused_must_use", "explanation": null },
                "spans": [{
                    "file_name": "src/lib.rs", "byte_start": 0, "byte_end": 8, "line_start": 1, "line_end": 1,
                    "column_start": 1, "column_end": 9, "is_primary": true, "text": [], "label": null,
                    "suggested_replacement": null, "suggestion_applicability": null, "expansion": null,
                }],
            }))
            .expect("a diagnostic"),
        ],
    });
    let due = talk.cells.due().expect("it looks again");
    let out = talk.cells.tick(due);
    talk.take(out);
    let [stream] = talk.contents("stream")[..] else {
        panic!("{:?}", talk.got);
    };
    assert_eq!(stream["name"], "stderr");
    let text = stream["text"].as_str().expect("text");
    assert!(
        text.contains("unused") && text.contains("cell [1]:1:1"),
        "{text:?}"
    );
}

#[test]
fn of_a_silent_cell_nothing_is_shown_and_it_does_not_count() {
    let mut talk = Talk::new();
    talk.asks("execute_request", &json!({ "code": "a", "silent": true }));
    talk.begins();
    talk.prints("one");
    talk.shows("value");
    talk.line(DONE);
    talk.ends("ok");
    assert_eq!(talk.kinds(), ["status", "execute_reply", "status"]);
    talk.execute("b");
    talk.succeeds("2");
    assert_eq!(talk.contents("execute_result")[0]["execution_count"], 1);
}

#[test]
fn what_a_cell_does_not_know_of_its_statics_is_noted() {
    let mut talk = Talk::new();
    talk.execute("static SHARED: Mutex<u8> = Mutex::new(1);");
    talk.does(Vec::new());
    let [note] = talk.contents("stream")[..] else {
        panic!("{:?}", talk.got);
    };
    assert!(
        note["text"]
            .as_str()
            .is_some_and(|text| text.contains("`SHARED` starts anew"))
    );
}

#[test]
fn what_is_gone_with_a_process_is_named() {
    let mut talk = Talk::new();
    talk.execute("let kept = 1; let mut more = 2;");
    talk.does(Vec::new());
    talk.execute("a");
    talk.fails(KILLED);
    let words = talk.contents("error")[0]["evalue"].to_string();
    assert!(words.contains("(`kept`, `more` are gone)"), "{words}");
}
