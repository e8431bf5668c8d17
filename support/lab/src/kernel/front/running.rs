//! The cell that runs: what it has written, shown and failed with, and what the notebook is told of it in the end.

use super::bindings::Why;
use super::cells::{Cells, Ended, Now, Out, Surroundings, Work};
use super::compiler::Of;
use super::ending::{self, Ending};
use super::failure::Failure;
use super::message::Message;
use super::output::{CHANGED, DONE, PANICKED, Panic, QUESTION_MARK, Returned, Shown, Stream};
use super::source;
use super::sources::Line;
use super::words::{changed, code, is_command, listed};
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
            now.ran |= [PANICKED, QUESTION_MARK, DONE].contains(&line);
            match line {
                // A cell that is interrupted while it awaits unwinds without a panic.
                PANICKED if now.interrupted && now.panic.is_none() => {
                    now.failure = Some(Failure::cancelled());
                }
                PANICKED => {
                    now.panic_due = None;
                    let panic = now.panic.take();
                    let line = self.line_of(panic.as_ref().and_then(Panic::within));
                    self.fail(Failure::panic(panic.as_ref(), line.as_ref()));
                }
                QUESTION_MARK => {
                    let returned = now.returned.take();
                    let line =
                        self.line_of(returned.as_ref().map(|returned| returned.place.as_str()));
                    self.fail(Failure::returned(returned.as_ref(), line.as_ref()));
                }
                DONE => self.show_value(),
                _ => {
                    if let Some(name) = line.strip_prefix(CHANGED) {
                        self.variables.lose(name, Why::Redefined);
                    }
                }
            }
        }
        let order = if line == DONE { "done" } else { "pass" };
        self.out.push(Out::Order(format!("{order} {line}\n")));
    }

    /// The line of a cell that a place means.
    fn line_of(&mut self, place: Option<&str>) -> Option<Line> {
        self.know_source();
        self.sources.line(place?, &self.history)
    }

    fn fail(&mut self, failure: Failure) {
        if let Some(now) = &mut self.now {
            now.failure = Some(failure);
        }
    }

    /// The error by which the cell will return, if it does.
    pub(super) fn returned(&mut self, returned: Returned) {
        if let Some(now) = &mut self.now {
            now.returned = Some(returned);
        }
    }

    /// Says under the cell that runs what the compiler warns of.
    pub(super) fn warn(&mut self) {
        let Some(now) = &self.now else {
            return;
        };
        let (Work::Asked(request) | Work::Again(request, _)) = &now.work else {
            return;
        };
        if !now.executes || request.content()["silent"] == true {
            return;
        }
        let Some(warned) = self.around.compiled(true) else {
            return;
        };
        let of = Of {
            number: now.count,
            code: &code(request),
            history: &self.history,
            variables: &self.variables,
        };
        if let Some(text) = of.warnings(warned) {
            let content = json!({ "name": Stream::Stderr.name(), "text": text });
            self.publish("stream", &content);
        }
    }

    pub(super) fn text(&mut self, stream: Stream, text: &str, at: Instant) {
        self.warn();
        if self.now.as_ref().is_some_and(Now::holds) {
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
        self.warn();
        self.let_go(at + HELD);
        match &mut self.now {
            Some(now) if shown.name.is_none() => now.shown = Some((shown, at + HELD)),
            _ => self.display(shown),
        }
    }

    pub(super) fn panicked(&mut self, panic: Panic, at: Instant) {
        self.warn();
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
                    if let Work::Asked(request) = &now.work
                        && is_command(&code(request), ":vars")
                    {
                        let data = listed(&message.content()["data"]);
                        message.set("data", &data, &self.key);
                    }
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
            let ending = Ending {
                status,
                interrupted: now.interrupted,
                out_of_memory: self.around.was_out_of_memory(),
                stderr: &now.stderr,
                variables: self.variables.known(),
            };
            let code = match &now.work {
                Work::Asked(request) | Work::Again(request, _) => code(request),
                _ => String::new(),
            };
            let place = ending.place(now.count, &code, &self.history);
            Failure::ended(printed, &ending.words(), place.as_ref())
        } else if now.interrupted {
            if std::mem::replace(&mut now.told, true) {
                return;
            }
            Failure::stopped()
        } else if let Work::Asked(request) | Work::Again(request, _) = &now.work {
            // For each error there is a message, and the first tells all.
            if std::mem::replace(&mut now.told, true) {
                return;
            }
            let of = Of {
                number: now.count,
                code: &code(request),
                history: &self.history,
                variables: &self.variables,
            };
            match of.errors(self.around.compiled(false), said) {
                Some(explained) => Failure::compiler(explained),
                None => {
                    let (theirs, ours) = (now.theirs, now.count);
                    let mut message = message.clone();
                    let (theirs, ours) = (format!("command_{theirs}:"), format!("command_{ours}:"));
                    message.reword(&theirs, &ours, &self.key);
                    Failure::of(&message)
                }
            }
        } else {
            Failure::of(message)
        };
        now.failure_told = true;
        let content = json!(failure);
        now.failure.get_or_insert(failure);
        self.let_go(Instant::now() + HELD);
        self.publish("error", &content);
    }

    /// Tells the notebook how the cell has ended, and whether it failed.
    pub(super) fn conclude(&mut self) -> bool {
        self.warn();
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
        let (count, mut failure, reply) = (now.count, now.failure.take(), now.reply.take());
        let (told, ran, code) = (now.failure_told, now.ran, code(&request));
        self.know_source();
        let moved = self.sources.moved(count);
        if let Some(failure) = &mut failure {
            if !ran {
                self.variables.refuse(count, &code);
            } else if let Some(lost) = self.variables.fail(count, &code, &moved) {
                failure.add(&lost);
            }
            if !told {
                self.publish("error", &json!(failure));
            }
        }
        if let Some(reply) = reply {
            let content = match &failure {
                Some(failure) => failure.reply(count),
                None => {
                    self.variables.keep(count, &code, &moved);
                    self.variables.know(self.sources.kept(count));
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
