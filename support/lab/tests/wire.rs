//! What the kernel sends, compared with what Jupyter's specification (5.4, "Messaging in Jupyter") says that it has to be.

#![cfg(target_os = "linux")]

mod common;

use common::root;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// All that a kernel sent, by situation.
fn record() -> &'static Value {
    static RECORD: OnceLock<Value> = OnceLock::new();
    RECORD.get_or_init(|| {
        let folder = root().join("notebooks/exercises");
        common::told(common::jupyter("wire.py").arg(folder))
    })
}

/// The messages of a situation.
fn messages(situation: &str) -> Vec<(&'static str, &'static Value)> {
    let messages = record()[situation].as_array().expect("it was recorded");
    let message = |message: &'static Value| (message[0].as_str().expect("a type"), &message[1]);
    messages.iter().map(message).collect()
}

/// Each message in short, with neighbouring pieces of one stream joined: their number is nobody's business.
fn short(situation: &str) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for (kind, content) in messages(situation) {
        let text = |field: &str| content[field].as_str().unwrap_or_default();
        let shown = || content["data"].to_string();
        let next = match kind {
            "status" => text("execution_state").to_owned(),
            "stream" => {
                let start = format!("{}: ", text("name"));
                if let Some(last) = told.last_mut().filter(|last| last.starts_with(&start)) {
                    last.push_str(text("text"));
                    continue;
                }
                start + text("text")
            }
            "execute_input" => format!("input {}", content["execution_count"]),
            "execute_result" => format!("result {} {}", content["execution_count"], shown()),
            "display_data" => format!("display {}", shown()),
            "error" => format!("error {}", text("ename")),
            "execute_reply" => {
                format!("{} {}", text("status"), content["execution_count"])
            }
            other => other.to_owned(),
        };
        told.push(next);
    }
    told
}

#[track_caller]
fn sends(situation: &str, expected: &[&str]) {
    assert_eq!(short(situation), expected, "{situation}");
}

#[test]
fn cells_that_end_well() {
    let plain = |number: u64, text: &str| format!("result {number} {{\"text/plain\":\"{text}\"}}");
    sends("ok", &["busy", "input 1", &plain(1, "2"), "idle", "ok 1"]);
    sends("silent", &["busy", "idle", "ok 6"]);
    // What is not kept in the history does not count.
    sends(
        "not counted",
        &["busy", "input 6", &plain(6, "4"), "idle", "ok 6"],
    );
    sends(
        "first await",
        &["busy", "input 16", &plain(16, "41"), "idle", "ok 16"],
    );
}

#[test]
fn cells_that_fail() {
    sends(
        "compile error",
        &[
            "busy",
            "input 2",
            "idle",
            "ok 2",
            "busy",
            "input 3",
            "error CompileError",
            "idle",
            "error 3",
        ],
    );
    sends(
        "panic",
        &["busy", "input 4", "error Panic", "idle", "error 4"],
    );
    sends(
        "question mark",
        &["busy", "input 5", "error ErrorReturned", "idle", "error 5"],
    );
    // The three came at once: the first fails, the others do not run.
    sends(
        "abort",
        &[
            "busy",
            "input 6",
            "error CompileError",
            "idle",
            "busy",
            "idle",
            "busy",
            "idle",
            "error 6",
            "aborted null",
            "aborted null",
        ],
    );
}

#[test]
fn what_cells_write() {
    let html = |text: &str| format!("{{\"text/html\":\"<b>{text}</b>\"}}");
    sends(
        "display",
        &[
            "busy",
            "input 7",
            "stdout: one\n",
            &format!("display {}", html("a")),
            "stdout: two\n",
            &format!("display {}", html("b")),
            "idle",
            "ok 7",
        ],
    );
    sends(
        "no newline",
        &[
            "busy",
            "input 10",
            "stdout: x",
            "idle",
            "ok 10",
            "busy",
            "input 11",
            "stdout: next\n",
            "idle",
            "ok 11",
        ],
    );
    sends(
        "carriage return",
        &[
            "busy",
            "input 12",
            "stdout: 1 of 2\r2 of 2",
            "idle",
            "ok 12",
        ],
    );
    sends(
        "not UTF-8",
        &[
            "busy",
            "input 13",
            "stdout: \u{fffd}\n",
            "idle",
            "ok 13",
            "busy",
            "input 14",
            "stdout: next\n",
            "idle",
            "ok 14",
        ],
    );
    sends(
        "both streams",
        &[
            "busy",
            "input 15",
            "stdout: a\n",
            "stderr: b\n",
            "stdout: c\n",
            "idle",
            "ok 15",
        ],
    );
}

#[test]
fn many_lines_come_whole_and_in_few_messages() {
    let lines: String = (0..100_000).map(|number| format!("{number}\n")).collect();
    sends(
        "many lines",
        &[
            "busy",
            "input 9",
            &format!("stdout: {lines}"),
            "idle",
            "ok 9",
        ],
    );
    let pieces = messages("many lines");
    // JupyterLab's server drops what is more than a thousand in a second.
    assert!(pieces.len() < 500, "{}", pieces.len());
}

#[test]
fn a_bar_is_shown_once_and_then_updated() {
    let all = messages("update");
    let ids: Vec<_> = all
        .iter()
        .filter(|(kind, _)| kind.contains("display_data"))
        .map(|(kind, content)| (*kind, &content["transient"]["display_id"]))
        .collect();
    assert_eq!(ids[0].0, "display_data");
    assert!(
        ids.len() > 1
            && ids[1..]
                .iter()
                .all(|(kind, id)| *kind == "update_display_data" && *id == ids[0].1),
        "{ids:?}"
    );
    let last = all.iter().rfind(|(kind, _)| *kind == "update_display_data");
    let plain = last.map(|(_, content)| content["data"]["text/plain"].to_string());
    assert!(plain.is_some_and(|text| text.contains("steps: 2 of 2")));
}

#[test]
fn interrupts() {
    let result = "result 18 {\"text/plain\":\"41\"}";
    sends(
        "interrupt, awaiting",
        &[
            "busy",
            "input 17",
            "stdout: begun\n",
            "error Interrupted",
            "idle",
            "error 17",
            "busy",
            "input 18",
            result,
            "idle",
            "ok 18",
        ],
    );
    sends(
        "interrupt, computing",
        &[
            "busy",
            "input 19",
            "stdout: begun\n",
            "error ProcessEnded",
            "idle",
            "error 19",
            "busy",
            "input 20",
            "error Panic",
            "idle",
            "error 20",
        ],
    );
    let errors = messages("interrupt, computing");
    let errors: Vec<_> = errors.iter().filter(|(kind, _)| *kind == "error").collect();
    let words = errors[0].1["evalue"].as_str().expect("words");
    assert!(words.contains("`kept`"), "{words}");
    let trace = errors[1].1["traceback"].to_string();
    assert!(!trace.contains("backtrace"), "{trace}");
}

#[test]
fn each_message_has_the_fields_that_the_specification_asks_for() {
    let fields = |kind: &str, status: &str| -> &[&str] {
        match (kind, status) {
            ("status", _) => &["execution_state"],
            ("execute_input", _) => &["code", "execution_count"],
            ("stream", _) => &["name", "text"],
            ("execute_result", _) => &["execution_count", "data", "metadata"],
            ("display_data" | "update_display_data", _) => &["data", "metadata", "transient"],
            ("error", _) => &["ename", "evalue", "traceback"],
            ("execute_reply", "ok") => &["status", "execution_count", "user_expressions"],
            ("execute_reply", "error") => {
                &["status", "execution_count", "ename", "evalue", "traceback"]
            }
            ("execute_reply", "aborted") => &["status"],
            _ => panic!("{kind} {status} is no message of the specification"),
        }
    };
    for (situation, recorded) in record().as_object().expect("situations") {
        for message in recorded.as_array().expect("messages") {
            let (kind, content) = (message[0].as_str().expect("a type"), &message[1]);
            for field in fields(kind, content["status"].as_str().unwrap_or_default()) {
                assert_ne!(
                    content[field],
                    json!(null),
                    "{situation}: {kind} has no {field}"
                );
            }
            if let Some(lines) = content.get("traceback") {
                let lines = lines.as_array().expect("lines");
                assert!(
                    !lines.is_empty() && lines.iter().all(Value::is_string),
                    "{situation}"
                );
            }
        }
    }
}
