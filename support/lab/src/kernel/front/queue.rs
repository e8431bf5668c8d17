//! What happens to the requests of a notebook on their way to evcxr, and to its answers on their way back.
//!
//! One request at a time is with evcxr, the others wait here: so a cell that fails can end what waits behind it, and something
//! of our own can be run between two cells. That is, in a new process of the cells, the settings that evcxr itself runs in its
//! first process only, and before the first cell that awaits, another one that does, so that evcxr knows how such cells are built.
//! Nothing of that reaches the notebook, and it does not count.
//!
//! Where a crate that a cell adds has changed what `support` is built from (see [`crate::evcxr::crates`]), the process of the cells
//! has ended without having loaded the cell. The cell then runs once more, in the new process, and the notebook sees one
//! sentence and the result. Until it has run, evcxr does not count its dependencies in: they are declared with the settings,
//! or everything would be built back in between.
//!
//! Who asks which names fit, or what is known of a name, gets an answer for which evcxr may have been asked several times, in other words
//! (see [`super::assist`]).
//!
//! What belongs to the cell that runs is in [`running`](super::running).

use super::assist::Assist;
use super::cells::{Cells, Ended, Now, Out, Surroundings, Work};
use super::ending;
use super::failure::Failure;
use super::message::Message;
use super::output::{Piece, Stream};
use super::source;
use super::spoilt::{Health, is_of_panic};
use super::words::{ANEW, changed, code, crates, is_command, restarts};
use crate::evcxr::compiler::Cell;
use serde_json::json;
use std::time::{Duration, Instant};

/// How often the settings are run until they hold: where an interrupt has ended the process, evcxr notices at the first.
const TRIES: u8 = 3;

/// Has evcxr read what it reads at its start.
const LOAD: &str = ":load_config --quiet";

/// How often it is looked whether the compiler has warned of the cell that runs.
pub(super) const LOOK: Duration = Duration::from_millis(200);

/// The shortest cell that awaits.
const AWAITS: &str = "std::future::ready(()).await;";

impl<S: Surroundings> Cells<S> {
    /// A notebook asks for something.
    pub(crate) fn request(&mut self, request: Message) -> Vec<Out> {
        self.waiting.push_back(Work::Asked(request));
        self.start();
        std::mem::take(&mut self.out)
    }

    /// Interrupts the cell that runs, and returns its name. Between cells there is nothing to interrupt.
    pub(crate) fn interrupt(&mut self) -> Option<(String, Vec<Out>)> {
        let now = self.now.as_mut()?;
        if !now.executes || now.is_ours() {
            return None;
        }
        now.interrupted = true;
        Some((now.id.clone(), vec![Out::Order("cancel \n".to_owned())]))
    }

    /// Whether a message of evcxr says that the cell that runs has ended.
    pub(crate) fn ends_with(&self, message: &Message) -> bool {
        is_idle(message) && self.is_running(message.parent_id())
    }

    /// `support` is being built.
    pub(crate) fn builds_support(&mut self) -> Vec<Out> {
        if let Some(now) = &mut self.now
            && let Work::Asked(request) = &now.work
            && now.executes
            && !now.told
        {
            now.told = true;
            let content = json!({ "name": "stdout", "text": changed(&code(request)) });
            let message = request.child("stream", &content, &self.key);
            self.out.push(Out::Publish(message));
        }
        std::mem::take(&mut self.out)
    }

    /// The process of the cells has written something.
    pub(crate) fn output(&mut self, piece: Piece, at: Instant) -> Vec<Out> {
        match piece {
            Piece::Line(line) => self.line(&line),
            Piece::Text(stream, text) => self.text(stream, &text, at),
            Piece::Shown(shown) => self.shown(shown, at),
            Piece::Panic(panic) => self.panicked(panic, at),
            Piece::Returned(returned) => self.returned(returned),
            Piece::Started(_) => {}
        }
        std::mem::take(&mut self.out)
    }

    /// Hands on what has waited long enough.
    pub(crate) fn tick(&mut self, at: Instant) -> Vec<Out> {
        if self.due().is_some_and(|due| due <= at) {
            if let Some(now) = &mut self.now
                && let Some(look) = &mut now.look
                && *look <= at
            {
                *look = at + LOOK;
                self.warn();
            }
            self.let_go(at);
            self.hand_on();
            let late = self.now.as_ref().and_then(|now| now.late);
            if late.is_some_and(|due| due <= at) {
                self.answer_late();
            }
        }
        std::mem::take(&mut self.out)
    }

    /// Evcxr answers.
    pub(crate) fn reply(&mut self, reply: Message) -> Vec<Out> {
        match &mut self.now {
            Some(now) if now.id == reply.parent_id() => {
                now.replied = true;
                if now.executes || now.is_ours() {
                    now.reply = Some(reply);
                } else {
                    self.out.push(Out::Reply(reply));
                }
                self.finish();
            }
            _ if reply.answers_us() => {}
            _ => self.out.push(Out::Reply(reply)),
        }
        std::mem::take(&mut self.out)
    }

    /// Evcxr publishes something.
    pub(crate) fn published(&mut self, mut message: Message) -> Vec<Out> {
        match &mut self.now {
            Some(now) if now.id == message.parent_id() => {
                if is_idle(&message) {
                    now.idle = true;
                    self.await_answer();
                } else if now.is_ours() {
                    if message.kind() == "error" {
                        let content = message.content();
                        let said = content["evalue"].as_str().unwrap_or_default();
                        now.ended = ending::told(said).map(|_| Ended::Died);
                    }
                } else {
                    if let Work::Asked(request) = &now.work
                        && message.kind() == "execute_input"
                    {
                        message.set("code", &code(request), &self.key);
                    }
                    self.of_cell(message);
                }
                self.finish();
            }
            _ if !message.answers_us() => self.out.push(Out::Publish(message)),
            // What a task writes after the settings have run belongs to the cell before.
            None if message.kind() == "stream" => {
                if let Some(last) = &self.last {
                    self.out
                        .push(Out::Publish(message.answering(last, &self.key)));
                }
            }
            _ => {}
        }
        std::mem::take(&mut self.out)
    }

    /// Goes on with what waits, once evcxr has done what it was asked to.
    pub(super) fn finish(&mut self) {
        let done = |now: &Now| now.idle && (now.replied || !now.answered);
        if !self.now.as_ref().is_some_and(done) {
            return;
        }
        let failed = self.conclude();
        let Some(now) = self.now.take() else {
            return;
        };
        match now.work {
            Work::Asked(request) if now.ended == Some(Ended::Rebuilt) => {
                let crates = crates(&code(&request));
                self.waiting.push_front(Work::Again(request, now.count));
                self.settle(format!("{crates}{}", self.settings), 1);
            }
            Work::Asked(request) | Work::Again(request, _) => {
                if failed && request.content()["stop_on_error"] != false {
                    self.abort();
                }
                if now.ended.is_some() {
                    self.settle(self.settings.to_owned(), 1);
                } else if is_command(&code(&request), ":clear") {
                    // Nothing is left of what evcxr has read at its start.
                    self.awaits = false;
                    self.settle(LOAD.to_owned(), 1);
                }
            }
            Work::Settings { code, tries } => {
                self.around.take_rebuilt();
                if now.ended.is_some() && tries < TRIES {
                    self.settle(code, tries + 1);
                }
            }
            Work::Assist(request, mut assist) => {
                let answer = now.reply.map(|reply| reply.content()).unwrap_or_default();
                if is_of_panic(&answer) {
                    self.health = Health::Spoilt;
                }
                assist.hears(answer);
                self.assist(request, assist);
            }
            Work::Await => {}
        }
        self.start();
    }

    /// Has a new process of the cells get its settings before anything else runs in it.
    fn settle(&mut self, code: String, tries: u8) {
        self.variables.lose_all();
        self.waiting.push_front(Work::Settings { code, tries });
    }

    /// Cells that were asked for before one failed do not run.
    pub(super) fn abort(&mut self) {
        // It has no number: it did not run.
        let content = json!({ "status": "aborted" });
        for work in std::mem::take(&mut self.waiting) {
            match work {
                Work::Asked(request) if request.kind() == "execute_request" => {
                    self.answer(&request, &[], &content);
                }
                other => self.waiting.push_back(other),
            }
        }
    }

    fn start(&mut self) {
        while self.now.is_none()
            && let Some(work) = self.waiting.pop_front()
        {
            match work {
                Work::Asked(request) if request.kind() == "execute_request" => {
                    self.execute(request)
                }
                Work::Asked(request) if self.answers(&request) => {}
                Work::Asked(request) => match Assist::new(request.kind(), &request.content()) {
                    Some(assist) => self.assist(request, assist),
                    None => self.begin(Work::Asked(request)),
                },
                work => self.begin(work),
            }
        }
    }

    fn execute(&mut self, request: Message) {
        let code = code(&request);
        if !self.awaits && self.health != Health::Spoilt && source::awaits(&code) {
            self.awaits = true;
            self.waiting.push_front(Work::Asked(request));
            self.begin(Work::Await);
            return;
        }
        let content = request.content();
        if content["silent"] != true && content["store_history"] != false {
            self.count += 1;
            self.history.add(self.count, &code);
        }
        self.hand_on();
        self.last = Some(request.clone());
        self.places.clear();
        if self.health == Health::Spoilt {
            self.refuse(&request);
            return;
        }
        if let Some(line) = source::reads_stdin(&code) {
            let failure = Failure::reads_stdin(line);
            let input = json!({ "code": code, "execution_count": self.count });
            let published = [("execute_input", input), ("error", json!(failure))];
            self.answer(&request, &published, &failure.reply(self.count));
            if content["stop_on_error"] != false {
                self.abort();
            }
            return;
        }
        if is_command(&code, ":restart") {
            // Evcxr would go on to look for the variables in the new process.
            let input = json!({ "code": code, "execution_count": self.count });
            let told = json!({ "name": Stream::Stdout.name(), "text": ANEW });
            let reply = json!({ "status": "ok", "execution_count": self.count, "user_expressions": {}, "payload": [] });
            self.answer(
                &request,
                &[("execute_input", input), ("stream", told)],
                &reply,
            );
            self.out.push(Out::End);
            self.settle(self.settings.to_owned(), 1);
            return;
        }
        self.begin(Work::Asked(request));
    }

    /// Asks evcxr what is still to be asked, or answers.
    fn assist(&mut self, request: Message, assist: Assist) {
        match assist.question() {
            Some(_) if self.health != Health::Spoilt => {
                self.begin(Work::Assist(request, assist));
            }
            _ => self.answer(&request, &[], &assist.answer()),
        }
    }

    /// Has evcxr do something.
    fn begin(&mut self, work: Work) {
        let ours = |code: String| {
            let content = json!({
                "code": code, "silent": true, "store_history": false,
                "user_expressions": {}, "allow_stdin": false, "stop_on_error": false,
            });
            Message::request("execute_request", &content, &self.key)
        };
        let request = match &work {
            Work::Asked(request) | Work::Again(request, _) => request.clone(),
            Work::Assist(request, assist) => {
                let question = assist.question().unwrap_or_default();
                Message::request(request.kind(), &question, &self.key)
            }
            Work::Settings { code, .. } => ours(code.clone()),
            Work::Await => ours(AWAITS.to_owned()),
        };
        let count = match work {
            Work::Again(_, count) => count,
            _ => self.count,
        };
        let mut now = Now::new(work, &request, count);
        if now.executes {
            let number = count;
            let code = code(&request);
            self.around.begins(Cell { number, code });
            now.look = Some(Instant::now() + LOOK);
            self.out.push(Out::Order("run \n".to_owned()));
        }
        self.now = Some(now);
        self.out.push(Out::Ask(self.as_evcxr_keeps_it(request)));
    }

    /// A request in which evcxr does not read over what a cell begins with: documentation, or a bracket that closes nothing.
    fn as_evcxr_keeps_it(&self, mut request: Message) -> Message {
        if request.kind() == "execute_request" {
            let code = code(&request);
            if let Some(code) = source::documented(&code).or_else(|| source::opened(&code)) {
                request.set("code", &code, &self.key);
            }
        }
        request
    }

    /// Says what the statics of a cell do, when it has run.
    pub(super) fn note_statics(&mut self, code: &str) {
        let names = source::restarting_statics(code);
        if !names.is_empty() {
            let content = json!({ "name": Stream::Stderr.name(), "text": restarts(&names) });
            self.publish("stream", &content);
        }
    }
}

fn is_idle(message: &Message) -> bool {
    message.kind() == "status" && message.content()["execution_state"] == "idle"
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
