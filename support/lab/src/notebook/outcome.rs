//! Says how a cell ended, from what the kernel sent.
//!
//! The lab's kernel names each failure. The stock one answers "ok" to a cell that panicked, and to one that returned early through
//! a `?`: there such cells count as done. This module is pure: what it is given decides.

use crate::jupyter::driver::Reply;
use crate::notebook::{FAILS, UNTIL_SOLVED, has_tag, text_of};
use serde::Serialize;
use serde_json::Value;

/// MIME types of what the support crate adds to its outputs.
const VERDICT: &str = "application/vnd.async-lab.verdict+json";
const PITFALL: &str = "application/vnd.async-lab.pitfall+json";

/// What is wrong with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cause {
    CompileError,
    Panic,
    /// An error left the cell through `?`.
    QuestionMark,
    Timeout,
    /// The process that runs cells ended.
    ProcessEnded,
    KernelDied,
    /// A cell that must fail did not.
    DidNotFail,
    /// A demonstration ended otherwise than it says.
    Demonstration,
}

impl Cause {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Cause::CompileError => "compile error",
            Cause::Panic => "panic",
            Cause::QuestionMark => "an error returned through `?`",
            Cause::Timeout => "not finished in time",
            Cause::ProcessEnded => "the process of the cells ended",
            Cause::KernelDied => "the kernel died",
            Cause::DidNotFail => "was expected to fail and did not",
            Cause::Demonstration => "a demonstration did not end as it says",
        }
    }
}

/// What a cell did, against its tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub(crate) enum Status {
    Ok,
    Failed {
        cause: Cause,
        message: String,
    },
    /// A cell before it stopped the notebook.
    Skipped,
}

/// How a cell ended, its tags considered. Not every kernel `tells` that a cell has panicked.
pub(crate) fn status(cell: &Value, reply: Reply, outputs: &[Value], tells: bool) -> Status {
    match (failure(reply, outputs), has_tag(cell, FAILS)) {
        (None, false) => Status::Ok,
        (None, true) if has_tag(cell, UNTIL_SOLVED) || !tells => Status::Ok,
        (None, true) => Status::Failed {
            cause: Cause::DidNotFail,
            message: format!("the cell carries the tag `{FAILS}`"),
        },
        (Some((Cause::CompileError | Cause::Panic | Cause::QuestionMark, _)), true) => Status::Ok,
        (Some((cause, message)), _) => Status::Failed { cause, message },
    }
}

fn failure(reply: Reply, outputs: &[Value]) -> Option<(Cause, String)> {
    match reply {
        Reply::Dead => Some((Cause::KernelDied, stderr(outputs))),
        Reply::Timeout => Some((Cause::Timeout, stderr(outputs))),
        Reply::Error => Some((cause(outputs), errors(outputs))),
        Reply::Ok => demonstration(outputs),
    }
}

/// What the kernel calls the failure.
fn cause(outputs: &[Value]) -> Cause {
    let names = outputs.iter().filter_map(|output| output["ename"].as_str());
    let mut known = names.filter_map(|name| match name {
        "ProcessEnded" => Some(Cause::ProcessEnded),
        "Panic" => Some(Cause::Panic),
        "ErrorReturned" => Some(Cause::QuestionMark),
        _ => None,
    });
    known.next_back().unwrap_or(Cause::CompileError)
}

fn stderr(outputs: &[Value]) -> String {
    let written = outputs.iter().filter(|output| output["name"] == "stderr");
    written.map(|output| text_of(&output["text"])).collect()
}

fn errors(outputs: &[Value]) -> String {
    let plain = |text: &str| anstream::adapter::strip_str(text).to_string();
    let errors = outputs
        .iter()
        .filter(|output| output["output_type"] == "error");
    let lines: Vec<String> = errors
        .flat_map(|error| {
            let traceback = error["traceback"].as_array().into_iter().flatten();
            let traceback = traceback.filter_map(Value::as_str);
            let mut lines: Vec<String> = traceback.map(plain).collect();
            if lines.iter().all(|line| line.trim().is_empty()) {
                lines = vec![plain(&text_of(&error["evalue"]))];
            }
            lines
        })
        .collect();
    lines.join("\n")
}

/// A demonstration that ended otherwise than it says beforehand.
fn demonstration(outputs: &[Value]) -> Option<(Cause, String)> {
    outputs
        .iter()
        .map(|output| &output["data"][PITFALL])
        .find(|shown| shown.is_object() && shown["expected"] != shown["happened"])
        .map(|shown| {
            let words = format!(
                "{}: expected `{}`, and it `{}`: {}",
                text_of(&shown["title"]),
                text_of(&shown["expected"]),
                text_of(&shown["happened"]),
                text_of(&shown["words"])
            );
            (Cause::Demonstration, words)
        })
}

/// The verdicts of checks among the outputs of a cell.
pub(crate) fn verdicts(outputs: &[Value]) -> impl Iterator<Item = &Value> {
    outputs
        .iter()
        .map(|output| &output["data"][VERDICT])
        .filter(|verdict| verdict.is_object())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn ends(tags: &[&str], reply: Reply, outputs: &[Value], expected: Option<Cause>) {
        let cell = json!({ "cell_type": "code", "metadata": { "tags": tags } });
        let cause = match status(&cell, reply, outputs, true) {
            Status::Failed { cause, .. } => Some(cause),
            Status::Ok | Status::Skipped => None,
        };
        assert_eq!(cause, expected);
    }

    fn error(name: &str) -> Vec<Value> {
        vec![json!({ "output_type": "error", "ename": name, "evalue": "why", "traceback": [] })]
    }

    #[test]
    fn what_the_kernel_calls_a_failure_is_its_cause() {
        for (name, cause) in [
            ("Panic", Cause::Panic),
            ("ErrorReturned", Cause::QuestionMark),
            ("CompileError", Cause::CompileError),
            ("Error", Cause::CompileError),
            ("ProcessEnded", Cause::ProcessEnded),
        ] {
            ends(&[], Reply::Error, &error(name), Some(cause));
        }
        ends(&[FAILS], Reply::Error, &error("Panic"), None);
    }

    #[test]
    fn a_cell_that_must_fail_and_does_not_is_a_failure() {
        ends(&[FAILS], Reply::Ok, &[], Some(Cause::DidNotFail));
        ends(&[FAILS, UNTIL_SOLVED], Reply::Ok, &[], None);
        let cell = json!({ "metadata": { "tags": [FAILS] } });
        assert_eq!(status(&cell, Reply::Ok, &[], false), Status::Ok);
    }

    #[test]
    fn no_tag_excuses_an_endless_cell_or_a_dead_process() {
        let tags = &[FAILS];
        let ended = error("ProcessEnded");
        ends(tags, Reply::Timeout, &[], Some(Cause::Timeout));
        ends(tags, Reply::Dead, &[], Some(Cause::KernelDied));
        ends(tags, Reply::Error, &ended, Some(Cause::ProcessEnded));
    }

    #[test]
    fn a_compile_error_is_told_without_colours() {
        let outputs = [
            json!({ "output_type": "error", "evalue": "", "traceback": ["\u{1b}[31m[E0425] Error\u{1b}[0m: nope"] }),
        ];
        let told = Status::Failed {
            cause: Cause::CompileError,
            message: "[E0425] Error: nope".to_owned(),
        };
        let cell = json!({ "source": "x" });
        assert_eq!(status(&cell, Reply::Error, &outputs, true), told);
    }

    #[test]
    fn a_demonstration_must_end_as_it_says() {
        for (happened, cause) in [("works", Some(Cause::Demonstration)), ("panics", None)] {
            let shown =
                json!({ "title": "t", "expected": "panics", "happened": happened, "words": "42" });
            let outputs = [json!({ "data": { PITFALL: shown } })];
            ends(&[], Reply::Ok, &outputs, cause);
        }
    }
}
