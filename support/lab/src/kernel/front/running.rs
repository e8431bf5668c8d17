//! The cell that runs: what it has written, shown and failed with, and what the notebook is told of it in the end.

use super::cells::{Cells, Ended, Out, Surroundings, Work};
use super::ending::{self, Ending};
use super::failure::Failure;
use super::message::Message;
use super::output::{DONE, PANICKED, Panic, QUESTION_MARK, Shown, Stream};
use super::source;
use super::words::{changed, code};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// How long it is awaited whether a figure is the value of the cell, and a panic its end.
const HELD: Duration = Duration::from_millis(50);

/// What evcxr shows of a cell that ends in a value which says nothing.
const UNIT: &str = "()";

impl<S: Surroundings> Cells<S> {
    /// A line for evcxr. Some say what has become of the cell.
    pub(super) fn line(&mut self, line: &str) {
        if let Some(now) = &mut self.now {
            match line {
                // A cell that is interrupted while it awaits unwinds without a panic.
                PANICKED if now.interrupted && now.panic.is_none() => {
                    now.failure = Some(Failure::cancelled());
                }
                PANICKED => {
                    let seen = now.panic_due.take().is_none();
                    now.failure = Some(Failure::panic(now.panic.as_ref(), seen));
                }
                QUESTION_MARK => {
                    let said = now.stderr.lines().rfind(|line| !line.trim().is_empty());
                    let said = said.unwrap_or("an error left the cell").to_owned();
                    self.text.take_back(Stream::Stderr, &format!("{said}\n"));
                    now.failure = Some(Failure::question_mark(&said));
                }
                DONE => self.show_value(),
                _ => {}
            }
        }
        let order = if line == DONE { "done" } else { "pass" };
        self.out.push(Out::Order(format!("{order} {line}\n")));
    }

    pub(super) fn text(&mut self, stream: Stream, text: &str, at: Instant) {
        if self.due().is_some() {
            self.let_go(at + HELD);
        }
        if let Some(now) = &mut self.now
            && stream == Stream::Stderr
        {
            // What evcxr's process says of the library that it was given in the cell's place is its last word.
            now.last_words |= text.starts_with("While processing instruction");
            if now.last_words && self.around.is_rebuilt() {
                return;
            }
            now.keep(text);
        }
        self.text.add(stream, text, at);
    }

    pub(super) fn shown(&mut self, shown: Shown, at: Instant) {
        self.let_go(at + HELD);
        match &mut self.now {
            Some(now) if shown.name.is_none() => now.shown = Some((shown, at + HELD)),
            _ => self.display(shown),
        }
    }

    pub(super) fn panicked(&mut self, panic: Panic, at: Instant) {
        self.let_go(at + HELD);
        match &mut self.now {
            Some(now) => {
                now.keep(&panic.report());
                now.panic = Some(panic);
                now.panic_due = Some(at + HELD);
            }
            None => self.text.add(Stream::Stderr, &panic.report(), at),
        }
    }

    /// Publishes what is held no longer than until then: it is neither the value of the cell nor its end.
    pub(super) fn let_go(&mut self, until: Instant) {
        let Some(now) = &mut self.now else {
            return;
        };
        if now.panic_due.is_some_and(|due| due <= until) {
            now.panic_due = None;
            let report = now.panic.as_ref().map(Panic::report).unwrap_or_default();
            self.text.add(Stream::Stderr, &report, until);
        }
        if let Some(now) = &mut self.now
            && let Some((shown, _)) = now.shown.take_if(|(_, due)| *due <= until)
        {
            self.display(shown);
        }
    }

    fn display(&mut self, shown: Shown) {
        let mut content = json!({ "data": data(shown.forms), "metadata": {}, "transient": {} });
        let mut kind = "display_data";
        if let Some(name) = shown.name
            && let Some(request) = self.of()
        {
            // Each run of a cell has places of its own.
            let place = format!("{}-{name}", request.id());
            content["transient"]["display_id"] = place.clone().into();
            if self.places.contains(&place) {
                kind = "update_display_data";
            } else {
                self.places.push(place);
            }
        }
        self.publish(kind, &content);
    }

    /// What was shown last is the value of the cell, if it ends in one.
    fn show_value(&mut self) {
        let Some(now) = &mut self.now else {
            return;
        };
        let Some((shown, _)) = now.shown.take() else {
            return;
        };
        // As elsewhere, nothing is not shown.
        if shown.forms.iter().all(|(_, content)| content == UNIT) {
            return;
        }
        let (count, request) = (now.count, self.of());
        if request.is_some_and(|request| source::ends_in_value(&code(request))) {
            let content =
                json!({ "data": data(shown.forms), "metadata": {}, "execution_count": count });
            self.publish("execute_result", &content);
        } else {
            self.display(shown);
        }
    }

    /// What evcxr publishes of the cell that runs, or of another request that is worked on.
    pub(super) fn of_cell(&mut self, mut message: Message) {
        let Some(now) = &mut self.now else {
            return;
        };
        let again = matches!(now.work, Work::Again(..));
        match message.kind() {
            "status" if again => return,
            "status" => {}
            "execute_input" => {
                now.theirs = message.content()["execution_count"].as_u64().unwrap_or(0);
                if again || self.of().is_none() {
                    return;
                }
                message.set("execution_count", &self.count, &self.key);
            }
            "error" => return self.failed(&message),
            kind => {
                if kind == "execute_result" {
                    message.set("execution_count", &now.count, &self.key);
                }
                self.hand_on();
                if self.of().is_none() {
                    return;
                }
            }
        }
        self.out.push(Out::Publish(message));
    }

    /// Tells why a cell has failed, in words that the notebook can use.
    fn failed(&mut self, message: &Message) {
        let Some(now) = &mut self.now else {
            return;
        };
        let content = message.content();
        let said = content["evalue"].as_str().unwrap_or_default();
        let failure = if self.around.is_gone() {
            if std::mem::replace(&mut now.told, true) {
                return;
            }
            Failure::gone()
        } else if let Some((printed, status)) = ending::told(said) {
            if let Work::Asked(request) = &now.work
                && self.around.take_rebuilt()
                && !now.interrupted
            {
                now.ended = Some(Ended::Rebuilt);
                if !std::mem::replace(&mut now.told, true) {
                    let content = json!({ "name": "stdout", "text": changed(&code(request)) });
                    self.publish("stream", &content);
                }
                return;
            }
            now.ended = Some(Ended::Died);
            let words = Ending {
                status,
                interrupted: now.interrupted,
                out_of_memory: self.around.was_out_of_memory(),
                stderr: &now.stderr,
                variables: &self.variables,
            }
            .words();
            Failure::ended(printed, &words)
        } else if now.interrupted {
            if std::mem::replace(&mut now.told, true) {
                return;
            }
            Failure::stopped()
        } else {
            let (theirs, ours) = (now.theirs, now.count);
            let mut message = message.clone();
            message.reword(
                &format!("command_{theirs}:"),
                &format!("command_{ours}:"),
                &self.key,
            );
            Failure::of(&message)
        };
        now.failure_told = true;
        let content = json!(failure);
        now.failure.get_or_insert(failure);
        self.let_go(Instant::now() + HELD);
        self.publish("error", &content);
    }

    /// Tells the notebook how the cell has ended, and whether it failed.
    pub(super) fn conclude(&mut self) -> bool {
        self.let_go(Instant::now() + HELD);
        self.hand_on();
        let Some(now) = &mut self.now else {
            return false;
        };
        let (Work::Asked(request) | Work::Again(request, _)) = &now.work else {
            return false;
        };
        if now.ended == Some(Ended::Rebuilt) {
            return false;
        }
        let request = request.clone();
        let (count, failure, reply) = (now.count, now.failure.take(), now.reply.take());
        if let Some(failure) = &failure
            && !now.failure_told
        {
            self.publish("error", &json!(failure));
        }
        if let Some(reply) = reply {
            let content = match &failure {
                Some(failure) => failure.reply(count),
                None => {
                    let code = code(&request);
                    for name in source::variables(&code) {
                        if !self.variables.contains(&name) {
                            self.variables.push(name);
                        }
                    }
                    self.note_statics(&code);
                    success(&request, count)
                }
            };
            self.out
                .push(Out::Reply(reply.with_content(&content, &self.key)));
        }
        let idle = json!({ "execution_state": "idle" });
        let idle = request.child("status", &idle, &self.key);
        self.out.push(Out::Publish(idle));
        failure.is_some()
    }
}

/// The content of the reply to a cell that has run.
fn success(request: &Message, count: u64) -> Value {
    let content = request.content();
    let asked = content["user_expressions"].as_object();
    let expressions: Map<String, Value> = asked
        .into_iter()
        .flatten()
        .map(|(name, _)| {
            let words = "expressions are not evaluated beside a cell: run them as one";
            let failure = json!({ "status": "error", "ename": "Unsupported", "evalue": words, "traceback": [] });
            (name.clone(), failure)
        })
        .collect();
    json!({ "status": "ok", "execution_count": count, "user_expressions": expressions, "payload": [] })
}

/// Forms as Jupyter wants them: what is JSON is not text.
fn data(forms: Vec<(String, String)>) -> Map<String, Value> {
    let value = |mime: &str, content: String| match mime.contains("json") {
        true => serde_json::from_str(&content).unwrap_or(Value::String(content)),
        false => Value::String(content),
    };
    forms
        .into_iter()
        .map(|(mime, content)| {
            let value = value(&mime, content);
            (mime, value)
        })
        .collect()
}

#[cfg(test)]
#[path = "running_tests.rs"]
mod tests;
