//! An evcxr that has panicked, and what becomes of what it was asked.
//!
//! It keeps all that it knows behind one lock, which a panic spoils: from then on it answers nothing. Rust-analyzer, which it asks
//! for names and types, panics over some code that is not finished. To a question about names evcxr still says so; a cell it
//! just lets go, and whoever waits for its answer waits for ever. So that is noticed here, said in words, and the kernel ends:
//! Jupyter starts another.

use super::cells::{Cells, Out, Surroundings, Work};
use super::failure::Failure;
use super::message::Message;
use super::words::code;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long an answer may come after the word that its cell has ended: the two come over different connections.
const LATE: Duration = Duration::from_secs(1);

/// What is known of evcxr.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Health {
    #[default]
    Well,
    /// Something has panicked: perhaps evcxr, perhaps a program that it has started.
    Doubtful,
    /// It answers nothing any more.
    Spoilt,
}

/// Whether a line of a program's standard error says that it has panicked.
pub(super) fn tells_of_panic(line: &str) -> bool {
    line.starts_with("thread '") && line.contains(" panicked at ")
}

/// Whether evcxr says in an answer that it has panicked over the question.
pub(super) fn is_of_panic(answer: &Value) -> bool {
    let named = answer["ename"].as_str().unwrap_or_default();
    answer["status"] == "error" && named.contains("panicked")
}

impl<S: Surroundings> Cells<S> {
    /// Evcxr's standard error tells of a panic.
    pub(crate) fn panics(&mut self) {
        if self.health == Health::Well {
            self.health = Health::Doubtful;
        }
        self.await_answer();
    }

    /// Gives the answer some time where a panic may have kept it from coming.
    pub(super) fn await_answer(&mut self) {
        if let Some(now) = &mut self.now
            && self.health != Health::Well
            && now.answered
            && now.idle
            && !now.replied
        {
            now.late = Some(Instant::now() + LATE);
        }
    }

    /// Answers in evcxr's place what evcxr has let go.
    pub(super) fn answer_late(&mut self) {
        self.health = Health::Spoilt;
        let Some(now) = &mut self.now else {
            return;
        };
        now.late = None;
        now.replied = true;
        if let Work::Asked(request) | Work::Again(request, _) = &now.work {
            let reply = request.reply(&json!({ "status": "error" }), &self.key);
            if now.executes {
                now.failure = Some(Failure::spoilt(true));
                now.reply = Some(reply);
            } else {
                self.out.push(Out::Reply(reply));
            }
        }
        let ends = now.executes && !now.is_ours();
        self.finish();
        if ends {
            self.out.push(Out::Quit);
        }
    }

    /// Tells a cell that nothing will run it, and ends.
    pub(super) fn refuse(&mut self, request: &Message) {
        let failure = Failure::spoilt(false);
        let input = json!({ "code": code(request), "execution_count": self.count });
        let published = [("execute_input", input), ("error", json!(failure))];
        self.answer(request, &published, &failure.reply(self.count));
        self.abort();
        self.out.push(Out::Quit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::front::talk::Talk;

    const PANIC: &str = "task 12 panicked with message \"failed to unify\"";

    /// The cells that failed, by the names of their errors.
    fn failures(talk: &Talk) -> Vec<&str> {
        let name = |content: &&Value| content["status"] == "error";
        let replies = talk.contents("execute_reply");
        let replies = replies.into_iter().filter(name);
        replies
            .filter_map(|content| content["ename"].as_str())
            .collect()
    }

    #[test]
    fn lines_of_panics_are_known_as_what_they_are() {
        assert!(tells_of_panic(
            "thread 'tokio-rt-worker' (7) panicked at /src/core.rs:219:59:"
        ));
        assert!(tells_of_panic("thread '<unnamed>' panicked at a.rs:1:1:"));
        assert!(!tells_of_panic("   Compiling support v0.1.0"));
        assert!(is_of_panic(&json!({ "status": "error", "ename": PANIC })));
        assert!(!is_of_panic(
            &json!({ "status": "error", "ename": "no such offset" })
        ));
        assert!(!is_of_panic(
            &json!({ "status": "ok", "matches": ["panicked"] })
        ));
    }

    #[test]
    fn after_a_panic_over_names_the_next_cell_is_told_and_the_kernel_ends() {
        let mut talk = Talk::new();
        talk.execute("a");
        talk.succeeds("1");
        talk.asks("complete_request", &json!({ "code": "x", "cursor_pos": 1 }));
        talk.answers(&json!({ "status": "error", "ename": PANIC, "evalue": "" }));
        // Who asked for names gets none, and nothing else is asked.
        assert_eq!(talk.contents("complete_reply")[0]["matches"], json!([]));
        assert_eq!(talk.asked.len(), 2);
        assert!(!talk.orders.contains(&"quit".to_owned()));
        talk.execute("b");
        assert_eq!(failures(&talk), ["KernelSpoilt"]);
        assert_eq!(talk.asked.len(), 2);
        assert!(talk.orders.contains(&"quit".to_owned()));
    }

    #[test]
    fn a_cell_over_which_evcxr_panics_has_an_answer_and_what_waits_does_not_run() {
        let mut talk = Talk::new();
        talk.execute("a");
        talk.execute("b");
        talk.begins();
        talk.cells.panics();
        talk.publishes("status", json!({ "execution_state": "idle" }));
        assert_eq!(failures(&talk), [""; 0]);
        let due = talk.cells.due().expect("an answer is awaited");
        let out = talk.cells.tick(due + LATE);
        talk.take(out);
        assert_eq!(failures(&talk), ["KernelSpoilt"]);
        let last = talk.contents("execute_reply")[1];
        assert_eq!(last["status"], "aborted");
        assert_eq!(talk.asked_for(), ["a"]);
        assert!(talk.orders.contains(&"quit".to_owned()));
    }

    #[test]
    fn an_answer_that_is_late_is_an_answer() {
        let mut talk = Talk::new();
        talk.execute("a");
        talk.begins();
        talk.publishes("status", json!({ "execution_state": "idle" }));
        // A program that builds a crate may panic, too.
        talk.cells.panics();
        let due = talk.cells.due().expect("an answer is awaited");
        talk.replies("ok");
        let out = talk.cells.tick(due + LATE);
        talk.take(out);
        talk.execute("b");
        talk.succeeds("2");
        assert_eq!(failures(&talk), [""; 0]);
        assert_eq!(talk.contents("execute_reply").len(), 2);
    }
}
