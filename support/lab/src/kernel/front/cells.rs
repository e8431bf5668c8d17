//! What happens to the requests of a notebook on their way to evcxr, and to its answers on their way back.
//!
//! One request at a time is with evcxr, the others wait here, so that something of our own can be run between two cells: in a
//! new process of the cells, the settings that evcxr itself runs in its first process only. Nothing of that reaches the
//! notebook, and it does not count.
//!
//! Where a crate that a cell adds has changed what `support` is built from (see [`crate::evcxr::crates`]), the process of the cells
//! has ended without having loaded the cell. The cell then runs once more, in the new process, and the notebook sees one
//! sentence and the result. Until it has run, evcxr does not count its dependencies in: they are declared with the settings,
//! or everything would be built back in between.
//!
//! This module is pure: messages come in and go out, and what lies outside is asked of [`Surroundings`].

use super::ending::{self, Ending};
use super::message::{Key, Message};
use super::words::{GONE, changed, code, crates, explain};
use serde_json::json;
use std::collections::VecDeque;

/// Where a message goes.
#[derive(Debug)]
pub(crate) enum Out {
    /// To evcxr, as a request.
    Ask(Message),
    /// To whom it answers.
    Reply(Message),
    /// To all who listen.
    Publish(Message),
}

/// What the world is like when a cell has failed.
pub(crate) trait Surroundings {
    /// Whether `support` was built anew, and the process of the cells has ended for it.
    fn is_rebuilt(&self) -> bool;
    /// Whether it was; from now on it is not.
    fn take_rebuilt(&mut self) -> bool;
    /// Whether the kernel's folder has been removed.
    fn is_gone(&self) -> bool;
    /// Whether the system has ended a process for want of memory since this was last asked.
    fn was_out_of_memory(&mut self) -> bool;
}

/// How often the settings are run until they hold: where an interrupt has ended the process, evcxr notices at the first.
const TRIES: u8 = 3;

/// How much is kept of what a cell writes to standard error: its end tells why a process ended.
const KEPT: usize = 4000;

/// Something for evcxr to do.
#[derive(Debug)]
enum Work {
    /// What a notebook asks for.
    Asked(Message),
    /// A cell once more, under the number that it has.
    Again(Message, u64),
    /// The settings, after these lines that add crates.
    Settings { crates: String, tries: u8 },
}

/// How a cell took its process along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Died,
    Rebuilt,
}

/// What evcxr is doing.
#[derive(Debug)]
struct Now {
    work: Work,
    id: String,
    executes: bool,
    /// The number of the cell, and the one that evcxr has for it.
    count: u64,
    theirs: u64,
    replied: bool,
    idle: bool,
    /// An answer that the cell has failed waits for the reason, which comes another way.
    failure: Option<Message>,
    ended: Option<Ended>,
    interrupted: bool,
    /// The notebook has been told that `support` is built anew, or that the folder is gone.
    told: bool,
    stderr: String,
}

/// The requests of a notebook.
#[derive(Debug)]
pub(crate) struct Cells<S> {
    key: Key,
    settings: &'static str,
    around: S,
    waiting: VecDeque<Work>,
    now: Option<Now>,
    count: u64,
    last: Option<Message>,
    out: Vec<Out>,
}

impl<S: Surroundings> Cells<S> {
    /// `settings` is what a new process of the cells has to run first.
    pub(crate) fn new(key: Key, settings: &'static str, around: S) -> Self {
        Cells {
            key,
            settings,
            around,
            waiting: VecDeque::new(),
            now: None,
            count: 0,
            last: None,
            out: Vec::new(),
        }
    }

    /// A notebook asks for something.
    pub(crate) fn request(&mut self, request: Message) -> Vec<Out> {
        self.waiting.push_back(Work::Asked(request));
        self.start();
        std::mem::take(&mut self.out)
    }

    /// Whether an interrupt has anything to end. Between cells it would end the process that keeps the variables.
    pub(crate) fn interrupt(&mut self) -> bool {
        match &mut self.now {
            Some(now) if now.executes => {
                now.interrupted = true;
                true
            }
            _ => false,
        }
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
            self.out
                .push(Out::Publish(request.child("stream", &content, &self.key)));
        }
        std::mem::take(&mut self.out)
    }

    /// Evcxr answers.
    pub(crate) fn reply(&mut self, mut reply: Message) -> Vec<Out> {
        match &mut self.now {
            Some(now) if now.id == reply.parent_id() => {
                now.replied = true;
                if matches!(now.work, Work::Settings { .. }) {
                } else if !now.executes {
                    self.out.push(Out::Reply(reply));
                } else {
                    reply.set("execution_count", &now.count, &self.key);
                    if reply.content()["status"] == "error" && !now.idle {
                        now.failure = Some(reply);
                    } else if now.ended != Some(Ended::Rebuilt) {
                        self.out.push(Out::Reply(reply));
                    }
                }
                self.finish();
            }
            _ if reply.answers_us() => {}
            _ => self.out.push(Out::Reply(reply)),
        }
        std::mem::take(&mut self.out)
    }

    /// Evcxr publishes something.
    pub(crate) fn published(&mut self, message: Message) -> Vec<Out> {
        match &mut self.now {
            Some(now) if now.id == message.parent_id() => {
                if is_idle(&message) {
                    now.idle = true;
                }
                if let Work::Settings { .. } = now.work {
                    if message.kind() == "error" {
                        let content = message.content();
                        let said = content["evalue"].as_str().unwrap_or_default();
                        now.ended = ending::told(said).map(|_| Ended::Died);
                    }
                } else {
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

    /// What belongs to the cell that runs, or to another request that is worked on.
    fn of_cell(&mut self, mut message: Message) {
        let Some(now) = &mut self.now else {
            return;
        };
        let again = matches!(now.work, Work::Again(..));
        match message.kind() {
            "status" if !now.idle && again => return,
            "status" if now.idle && now.ended == Some(Ended::Rebuilt) => return,
            "status" => {
                if let Some(failure) = now.failure.take() {
                    self.out.push(Out::Reply(failure));
                }
            }
            "execute_input" => {
                now.theirs = message.content()["execution_count"].as_u64().unwrap_or(0);
                if again {
                    return;
                }
                message.set("execution_count", &now.count, &self.key);
            }
            "execute_result" => message.set("execution_count", &now.count, &self.key),
            "stream" => {
                let content = message.content();
                let text = content["text"].as_str().unwrap_or_default();
                if content["name"] == "stderr" {
                    // What evcxr's process says of the library that it was given in the cell's place.
                    if text.starts_with("While processing instruction") && self.around.is_rebuilt()
                    {
                        return;
                    }
                    now.stderr.push_str(text);
                    if now.stderr.len() > 2 * KEPT {
                        let start = now.stderr.ceil_char_boundary(now.stderr.len() - KEPT);
                        now.stderr.drain(..start);
                    }
                }
            }
            "error" => {
                if let Some(message) = self.failure(message) {
                    self.out.push(Out::Publish(message));
                }
                return;
            }
            _ => {}
        }
        self.out.push(Out::Publish(message));
    }

    /// Why a cell has failed, as the notebook shall read it; nothing where it shall not.
    fn failure(&mut self, mut message: Message) -> Option<Message> {
        let now = self.now.as_mut()?;
        if self.around.is_gone() {
            let told = std::mem::replace(&mut now.told, true);
            explain(&mut message, "KernelFolderGone", "", GONE, &self.key);
            return (!told).then_some(message);
        }
        let content = message.content();
        let said = content["evalue"].as_str().unwrap_or_default();
        let Some((printed, status)) = ending::told(said) else {
            let (theirs, ours) = (now.theirs, now.count);
            message.reword(
                &format!("command_{theirs}:"),
                &format!("command_{ours}:"),
                &self.key,
            );
            return Some(message);
        };
        if let Work::Asked(request) = &now.work
            && self.around.take_rebuilt()
            && !now.interrupted
        {
            now.ended = Some(Ended::Rebuilt);
            now.failure = None;
            if std::mem::replace(&mut now.told, true) {
                return None;
            }
            let content = json!({ "name": "stdout", "text": changed(&code(request)) });
            return Some(request.child("stream", &content, &self.key));
        }
        now.ended = Some(Ended::Died);
        let words = Ending {
            status,
            interrupted: now.interrupted,
            out_of_memory: self.around.was_out_of_memory(),
            stderr: &now.stderr,
        }
        .words();
        explain(&mut message, ending::NAME, printed, &words, &self.key);
        Some(message)
    }

    /// Goes on with what waits, once evcxr has done what it was asked to.
    fn finish(&mut self) {
        let done = |now: &Now| now.idle && (now.replied || !now.executes);
        let Some(now) = self.now.take_if(|now| done(now)) else {
            return;
        };
        let settings = |crates: String, tries| Work::Settings { crates, tries };
        match now.work {
            Work::Asked(request) if now.ended == Some(Ended::Rebuilt) => {
                let crates = crates(&code(&request));
                self.waiting.push_front(Work::Again(request, now.count));
                self.waiting.push_front(settings(crates, 1));
            }
            Work::Asked(_) | Work::Again(..) => {
                if now.ended.is_some() || now.interrupted {
                    self.waiting.push_front(settings(String::new(), 1));
                }
            }
            Work::Settings { crates, tries } => {
                self.around.take_rebuilt();
                if now.ended.is_some() && tries < TRIES {
                    self.waiting.push_front(settings(crates, tries + 1));
                }
            }
        }
        self.start();
    }

    fn start(&mut self) {
        if self.now.is_some() {
            return;
        }
        let Some(work) = self.waiting.pop_front() else {
            return;
        };
        let request = match &work {
            Work::Asked(request) | Work::Again(request, _) => request.clone(),
            Work::Settings { crates, .. } => {
                let content = json!({
                    "code": format!("{crates}{}", self.settings), "silent": true, "store_history": false,
                    "user_expressions": {}, "allow_stdin": false, "stop_on_error": false,
                });
                Message::request("execute_request", &content, &self.key)
            }
        };
        let executes = request.kind() == "execute_request";
        if executes && let Work::Asked(request) = &work {
            let content = request.content();
            if content["silent"] != true && content["store_history"] != false {
                self.count += 1;
            }
            self.last = Some(request.clone());
        }
        self.now = Some(Now {
            id: request.id().to_owned(),
            executes,
            count: match work {
                Work::Again(_, count) => count,
                _ => self.count,
            },
            theirs: 0,
            replied: false,
            idle: false,
            failure: None,
            ended: None,
            interrupted: false,
            told: false,
            stderr: String::new(),
            work,
        });
        self.out.push(Out::Ask(request));
    }
}

fn is_idle(message: &Message) -> bool {
    message.kind() == "status" && message.content()["execution_state"] == "idle"
}

#[cfg(test)]
#[path = "cells_tests.rs"]
mod tests;
