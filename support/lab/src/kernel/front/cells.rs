//! The state of a notebook's requests: what evcxr is doing, what waits for it, and what is on its way to the notebook.
//!
//! What happens to requests is in [`queue`](super::queue), to what the cell that runs writes in [`running`](super::running). All of it is pure:
//! messages and output come in and go out, and what lies outside is asked of [`Surroundings`].

use super::assist::Assist;
use super::bindings::Variables;
use super::compiler::written::has_places;
use super::failure::Failure;
use super::history::History;
use super::message::{Key, Message};
use super::output::{Panic, Returned, Shown};
use super::pace::Pace;
use super::sources::Sources;
use super::spoilt::Health;
use crate::evcxr::compiler::{Cell, Compiled};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Instant;

/// How much is kept of what a cell writes to standard error: its end tells why a process ended.
const KEPT: usize = 4000;

/// The requests that evcxr answers.
const ANSWERED: [&str; 3] = ["execute_request", "complete_request", "inspect_request"];

/// Where a message goes.
#[derive(Debug)]
pub(crate) enum Out {
    /// To evcxr, as a request.
    Ask(Message),
    /// To whom it answers.
    Reply(Message),
    /// To all who listen.
    Publish(Message),
    /// To the process of the cells.
    Order(String),
    /// The process of the cells is to be ended.
    End,
    /// The kernel is to end.
    Quit,
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
    /// The compiler will be given this cell.
    fn begins(&mut self, cell: Cell);
    /// What the compiler has said of a cell that it has compiled, or of one that it has not: once.
    fn compiled(&mut self, succeeded: bool) -> Option<Compiled>;
    /// What was compiled last.
    fn source(&self) -> Option<String>;
}

/// Something for evcxr to do.
#[derive(Debug)]
pub(super) enum Work {
    /// What a notebook asks for.
    Asked(Message),
    /// Help with what a notebook writes.
    Assist(Message, Assist),
    /// A cell once more, under the number that it has.
    Again(Message, u64),
    /// The code that puts the settings back.
    Settings { code: String, tries: u8 },
    /// A cell that awaits.
    Await,
}

/// How a cell took its process along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Died,
    Rebuilt,
}

/// What evcxr is doing.
#[derive(Debug)]
pub(super) struct Now {
    pub(super) work: Work,
    pub(super) id: String,
    pub(super) executes: bool,
    /// Whether evcxr answers such requests.
    pub(super) answered: bool,
    /// The number of the cell, and the one that evcxr has for it.
    pub(super) count: u64,
    pub(super) theirs: u64,
    pub(super) replied: bool,
    pub(super) idle: bool,
    /// Until when its answer is awaited, where that may not come.
    pub(super) late: Option<Instant>,
    /// Evcxr's answer, until all else is told.
    pub(super) reply: Option<Message>,
    /// Why it has failed, and whether the notebook has been told so.
    pub(super) failure: Option<Failure>,
    pub(super) failure_told: bool,
    pub(super) ended: Option<Ended>,
    /// Its code has run, to its end or not.
    pub(super) ran: bool,
    pub(super) interrupted: bool,
    /// The notebook has been told that `support` is built anew, or that the folder is gone.
    pub(super) told: bool,
    pub(super) stderr: String,
    /// When to look next for what the compiler warns of: a cell may wait long before it writes something.
    pub(super) look: Option<Instant>,
    /// Its process has said why it ends.
    pub(super) last_words: bool,
    /// What was shown last, which may be the value of the cell.
    pub(super) shown: Option<(Shown, Instant)>,
    /// The error by which it returns.
    pub(super) returned: Option<Returned>,
    /// The last panic, and until when it is awaited whether it ends the cell.
    pub(super) panic: Option<Panic>,
    pub(super) panic_due: Option<Instant>,
}

impl Now {
    pub(super) fn new(work: Work, request: &Message, count: u64) -> Self {
        Now {
            work,
            id: request.id().to_owned(),
            executes: request.kind() == "execute_request",
            answered: ANSWERED.contains(&request.kind()),
            count,
            theirs: 0,
            replied: false,
            idle: false,
            late: None,
            reply: None,
            failure: None,
            failure_told: false,
            ended: None,
            ran: false,
            interrupted: false,
            told: false,
            stderr: String::new(),
            look: None,
            last_words: false,
            shown: None,
            returned: None,
            panic: None,
            panic_due: None,
        }
    }

    /// Whether the notebook knows nothing of what evcxr is asked.
    pub(super) fn is_ours(&self) -> bool {
        matches!(
            self.work,
            Work::Settings { .. } | Work::Await | Work::Assist(..)
        )
    }

    /// Whether something is held.
    pub(super) fn holds(&self) -> bool {
        self.shown.is_some() || self.panic_due.is_some()
    }

    /// When it is known what is held, or when to look.
    pub(super) fn due(&self) -> Option<Instant> {
        let shown = self.shown.as_ref().map(|(_, due)| *due);
        shown
            .into_iter()
            .chain(self.panic_due)
            .chain(self.look)
            .chain(self.late)
            .min()
    }

    /// Keeps the end of what the cell writes to standard error.
    pub(super) fn keep(&mut self, text: &str) {
        self.stderr.push_str(text);
        if self.stderr.len() > 2 * KEPT {
            let start = self.stderr.ceil_char_boundary(self.stderr.len() - KEPT);
            self.stderr.drain(..start);
        }
    }
}

/// The requests of a notebook.
#[derive(Debug)]
pub(crate) struct Cells<S> {
    pub(super) key: Key,
    pub(super) settings: &'static str,
    /// What evcxr says of itself.
    pub(super) info: Value,
    pub(super) around: S,
    pub(super) waiting: VecDeque<Work>,
    pub(super) now: Option<Now>,
    pub(super) count: u64,
    pub(super) last: Option<Message>,
    /// Whether evcxr builds cells that await.
    pub(super) awaits: bool,
    pub(super) health: Health,
    /// The variables that cells have made.
    pub(super) variables: Variables,
    /// Where the last cell has shown something that it may replace.
    pub(super) places: Vec<String>,
    pub(super) history: History,
    pub(super) sources: Sources,
    pub(super) text: Pace,
    pub(super) out: Vec<Out>,
}

impl<S: Surroundings> Cells<S> {
    /// `settings` is what a new process of the cells has to run first, `info` what evcxr says of itself.
    pub(crate) fn new(key: Key, settings: &'static str, info: Value, around: S) -> Self {
        Cells {
            key,
            settings,
            info,
            around,
            waiting: VecDeque::new(),
            now: None,
            count: 0,
            last: None,
            awaits: false,
            health: Health::default(),
            variables: Variables::default(),
            places: Vec::new(),
            history: History::default(),
            sources: Sources::default(),
            text: Pace::default(),
            out: Vec::new(),
        }
    }

    /// Whether this cell still runs.
    pub(crate) fn is_running(&self, id: &str) -> bool {
        self.now.as_ref().is_some_and(|now| now.id == id)
    }

    /// When to [`tick`](Cells::tick).
    pub(crate) fn due(&self) -> Option<Instant> {
        let held = self.now.as_ref().and_then(Now::due);
        self.text.due().into_iter().chain(held).min()
    }

    /// The request that what is written belongs to: that of the cell that runs, or of the last one. Nothing belongs to a silent one.
    pub(super) fn of(&self) -> Option<&Message> {
        let request = match self.now.as_ref().map(|now| &now.work) {
            Some(Work::Asked(request) | Work::Again(request, _)) => request,
            _ => self.last.as_ref()?,
        };
        (request.content()["silent"] != true).then_some(request)
    }

    /// Publishes something of the cell that runs, after what it has written before.
    pub(super) fn publish(&mut self, kind: &str, content: &Value) {
        self.hand_on();
        let message = self
            .of()
            .map(|request| request.child(kind, content, &self.key));
        self.out.extend(message.map(Out::Publish));
    }

    /// Publishes the text that waits.
    pub(super) fn hand_on(&mut self) {
        for (stream, text) in self.text.take() {
            let text = self.with_cells(&text);
            let content = json!({ "name": stream.name(), "text": text });
            let message = self
                .of()
                .map(|request| request.child("stream", &content, &self.key));
            self.out.extend(message.map(Out::Publish));
        }
    }

    /// A text with the cells and lines that its places in sources mean.
    pub(super) fn with_cells(&mut self, text: &str) -> String {
        if !has_places(text) {
            return text.to_owned();
        }
        self.know_source();
        self.sources.with_cells(text, &self.history)
    }

    /// Keeps what was compiled for the cell that runs.
    pub(super) fn know_source(&mut self) {
        if let Some(now) = self.now.as_ref().filter(|now| now.executes)
            && !self.sources.has(now.count)
            && let Some(source) = self.around.source()
        {
            self.sources.add(now.count, source);
        }
    }

    /// Answers a request here, with the states that go with it.
    pub(super) fn answer(&mut self, request: &Message, published: &[(&str, Value)], reply: &Value) {
        let state = |state: &str| {
            let content = json!({ "execution_state": state });
            Out::Publish(request.child("status", &content, &self.key))
        };
        let (busy, idle) = (state("busy"), state("idle"));
        self.out.push(busy);
        for (kind, content) in published {
            let message = request.child(kind, content, &self.key);
            self.out.push(Out::Publish(message));
        }
        self.out.push(Out::Reply(request.reply(reply, &self.key)));
        self.out.push(idle);
    }
}
