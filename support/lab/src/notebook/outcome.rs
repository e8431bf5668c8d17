//! Says how a cell ended, from what the kernel sent.
//!
//! The kernel's own word is not enough: it answers "ok" to a cell that panicked, and to one that returned early through
//! a `?`. Both are told by what the cell wrote to standard error. This module is pure: what it is given decides.

use crate::jupyter::driver::Reply;
use crate::notebook::{FAILS, has_tag, source, text_of};
use proc_macro2::{TokenStream, TokenTree};
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

/// How a cell ended, its tags considered.
pub(crate) fn status(cell: &Value, reply: Reply, outputs: &[Value]) -> Status {
    match (failure(cell, reply, outputs), has_tag(cell, FAILS)) {
        (None, false) => Status::Ok,
        (None, true) => Status::Failed {
            cause: Cause::DidNotFail,
            message: format!("the cell carries the tag `{FAILS}`"),
        },
        (Some((Cause::CompileError | Cause::Panic | Cause::QuestionMark, _)), true) => Status::Ok,
        (Some((cause, message)), _) => Status::Failed { cause, message },
    }
}

fn failure(cell: &Value, reply: Reply, outputs: &[Value]) -> Option<(Cause, String)> {
    let stderr = stderr(outputs);
    match reply {
        Reply::Dead => Some((Cause::KernelDied, stderr)),
        Reply::Timeout => Some((Cause::Timeout, stderr)),
        Reply::Error => {
            let message = errors(outputs);
            // The lab's kernel names it; the stock one only says it.
            let named = |output: &Value| output["ename"] == "ProcessEnded";
            let ended = outputs.iter().any(named) || message.contains("Subprocess terminated");
            let cause = if ended {
                Cause::ProcessEnded
            } else {
                Cause::CompileError
            };
            Some((cause, message))
        }
        Reply::Ok if panicked(&stderr) => Some((Cause::Panic, stderr)),
        // The kernel writes the error to standard error and goes on as if nothing had been. A cell that uses `?` and
        // writes there for another reason is taken to have failed: better a false alarm than a false calm.
        Reply::Ok if !stderr.trim().is_empty() && has_question_mark(&source(cell)) => {
            Some((Cause::QuestionMark, stderr))
        }
        Reply::Ok => demonstration(outputs),
    }
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

/// Whether standard error has the report of a panic: `thread 'main' (123) panicked at src/lib.rs:1:2:`.
fn panicked(stderr: &str) -> bool {
    stderr
        .lines()
        .any(|line| line.starts_with("thread '") && line.contains(" panicked at "))
}

/// Whether code uses the `?` operator. What Rust cannot read as tokens, it cannot run.
fn has_question_mark(code: &str) -> bool {
    fn among(tokens: TokenStream) -> bool {
        // That of `T: ?Sized` follows no value.
        let mut after_value = false;
        tokens.into_iter().any(|token| {
            let value_before = std::mem::replace(
                &mut after_value,
                !matches!(&token, TokenTree::Punct(punct) if punct.as_char() != '?'),
            );
            match token {
                TokenTree::Group(group) => among(group.stream()),
                TokenTree::Punct(punct) => punct.as_char() == '?' && value_before,
                TokenTree::Ident(_) | TokenTree::Literal(_) => false,
            }
        })
    }
    // Lines that begin with a colon are the kernel's own.
    let rust: Vec<_> = code
        .lines()
        .filter(|line| !line.trim_start().starts_with(':'))
        .collect();
    rust.join("\n").parse().is_ok_and(among)
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

    fn written(text: &str) -> Vec<Value> {
        vec![json!({ "output_type": "stream", "name": "stderr", "text": text })]
    }

    #[track_caller]
    fn ends(source: &str, tags: &[&str], reply: Reply, outputs: &[Value], expected: Option<Cause>) {
        let cell = json!({ "cell_type": "code", "metadata": { "tags": tags }, "source": source });
        let cause = match status(&cell, reply, outputs) {
            Status::Failed { cause, .. } => Some(cause),
            Status::Ok | Status::Skipped => None,
        };
        assert_eq!(cause, expected);
    }

    #[test]
    fn a_panic_fails_although_the_kernel_says_ok() {
        let panic = written("\nthread 'main' (12) panicked at src/lib.rs:3:1:\nboom\n");
        ends("f()", &[], Reply::Ok, &panic, Some(Cause::Panic));
        ends("f()", &[FAILS], Reply::Ok, &panic, None);
    }

    #[test]
    fn an_error_through_a_question_mark_fails_although_the_kernel_says_ok() {
        let said = written("Os { code: 2 }\n");
        let cause = Some(Cause::QuestionMark);
        ends("open(p)?;", &[], Reply::Ok, &said, cause);
        ends("eprintln!(\"why?\")", &[], Reply::Ok, &said, None);
    }

    #[test]
    fn a_cell_that_must_fail_and_does_not_is_a_failure() {
        ends("1", &[FAILS], Reply::Ok, &[], Some(Cause::DidNotFail));
    }

    #[test]
    fn no_tag_excuses_an_endless_cell_or_a_dead_process() {
        let ended = [
            json!({ "output_type": "error", "evalue": "Subprocess terminated with status: 1", "traceback": [] }),
        ];
        let tags = &[FAILS];
        ends("loop {}", tags, Reply::Timeout, &[], Some(Cause::Timeout));
        ends("x", tags, Reply::Dead, &[], Some(Cause::KernelDied));
        ends("x", tags, Reply::Error, &ended, Some(Cause::ProcessEnded));
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
        assert_eq!(status(&cell, Reply::Error, &outputs), told);
    }

    #[test]
    fn a_demonstration_must_end_as_it_says() {
        for (happened, cause) in [("works", Some(Cause::Demonstration)), ("panics", None)] {
            let shown =
                json!({ "title": "t", "expected": "panics", "happened": happened, "words": "42" });
            let outputs = [json!({ "data": { PITFALL: shown } })];
            ends("x", &[], Reply::Ok, &outputs, cause);
        }
    }

    #[test]
    fn question_marks_in_texts_do_not_count() {
        for without in [
            "\"a?\"",
            "r#\"a\"?\"#",
            "// why?\n1",
            "/* ? */ 1",
            "'?'",
            "\"\\\"?\"",
            "fn f<'a>(x: &'a str) {}",
            "/* a /* ? */ ? */ 1",
            "fn f<T: ?Sized>(x: &T) {}",
        ] {
            assert!(!has_question_mark(without), "{without}");
        }
        for with in [
            "f()?",
            "\"x\"; f()?;",
            "// a\nf()?",
            "let q = '\"'; f()?",
            "let q = '\\\"'; f()?;",
            ":dep x\nf(a?)",
            "/* /* */ */ f()?",
        ] {
            assert!(has_question_mark(with), "{with}");
        }
    }
}
