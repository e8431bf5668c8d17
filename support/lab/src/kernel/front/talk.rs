//! A notebook and evcxr, for tests: messages alone tell what either sees.

use super::cells::{Cells, Out, Surroundings};
use super::message::{Key, Message};
use super::output::{DONE, Piece, Shown, Stream};
use super::words::code;
use crate::evcxr::compiler::{Cell, Compiled};
use serde_json::{Value, json};
use std::time::Instant;

/// A world in which things are as a test says.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) rebuilt: bool,
    pub(super) gone: bool,
    pub(super) refused: Option<Compiled>,
    pub(super) warned: Option<Compiled>,
    pub(super) source: String,
}

impl Surroundings for World {
    fn is_rebuilt(&self) -> bool {
        self.rebuilt
    }
    fn take_rebuilt(&mut self) -> bool {
        std::mem::take(&mut self.rebuilt)
    }
    fn is_gone(&self) -> bool {
        self.gone
    }
    fn was_out_of_memory(&mut self) -> bool {
        false
    }
    fn begins(&mut self, _: Cell) {}
    fn compiled(&mut self, succeeded: bool) -> Option<Compiled> {
        match succeeded {
            true => self.warned.take(),
            false => self.refused.take(),
        }
    }
    fn source(&self) -> Option<String> {
        Some(self.source.clone())
    }
}

pub(super) fn key() -> Key {
    Key::new("a-key").expect("it fits")
}

/// A notebook's side and evcxr's side of the cells.
pub(super) struct Talk {
    pub(super) cells: Cells<World>,
    /// What evcxr was asked for, the last of it being what it works on.
    pub(super) asked: Vec<Message>,
    /// What the notebook got: kind and content.
    pub(super) got: Vec<(String, Value)>,
    /// What the process of the cells was told.
    pub(super) orders: Vec<String>,
    pub(super) evcxrs_count: u64,
}

impl Talk {
    pub(super) fn new() -> Self {
        Talk {
            cells: Cells::new(
                key(),
                "settings()",
                json!({ "implementation_version": "1.2.3" }),
                World::default(),
            ),
            asked: Vec::new(),
            got: Vec::new(),
            orders: Vec::new(),
            evcxrs_count: 1,
        }
    }

    pub(super) fn take(&mut self, out: Vec<Out>) {
        for out in out {
            match out {
                Out::Ask(message) => self.asked.push(message),
                Out::Order(order) => self.orders.push(order),
                Out::End => self.orders.push("end".to_owned()),
                Out::Quit => self.orders.push("quit".to_owned()),
                Out::Reply(message) | Out::Publish(message) => {
                    let content = message.content();
                    self.got.push((message.kind().to_owned(), content));
                }
            }
        }
    }

    pub(super) fn execute(&mut self, code: &str) {
        self.asks("execute_request", &json!({ "code": code }));
    }

    pub(super) fn asks(&mut self, kind: &str, content: &Value) {
        // The ids of a notebook are not like ours.
        let request = Message::request(kind, content, &key());
        let mut frames = request.frames();
        let code = content["code"].as_str().unwrap_or(kind);
        let header = json!({ "msg_id": format!("of-{code}"), "msg_type": kind });
        frames[2] = header.to_string().into();
        let none = Key::new("").expect("none");
        let request = Message::read(frames, &none).expect("a message");
        let out = self.cells.request(request);
        self.take(out);
    }

    pub(super) fn works_on(&self) -> Message {
        self.asked.last().expect("something was asked").clone()
    }

    pub(super) fn publishes(&mut self, kind: &str, content: Value) {
        let message = self.works_on().child(kind, &content, &key());
        let out = self.cells.published(message);
        self.take(out);
    }

    pub(super) fn replies(&mut self, status: &str) {
        let content = json!({ "status": status, "execution_count": self.evcxrs_count });
        let reply = self.works_on().reply(&content, &key());
        let out = self.cells.reply(reply);
        self.take(out);
    }

    /// Evcxr answers a request that is no cell.
    pub(super) fn answers(&mut self, content: &Value) {
        let reply = self.works_on().reply(content, &key());
        let out = self.cells.reply(reply);
        self.take(out);
        self.publishes("status", json!({ "execution_state": "idle" }));
    }

    pub(super) fn begins(&mut self) {
        self.evcxrs_count += 1;
        self.publishes("status", json!({ "execution_state": "busy" }));
        let count = self.evcxrs_count;
        self.publishes("execute_input", json!({ "execution_count": count }));
    }

    pub(super) fn ends(&mut self, status: &str) {
        self.replies(status);
        self.publishes("status", json!({ "execution_state": "idle" }));
    }

    pub(super) fn succeeds(&mut self, result: &str) {
        self.begins();
        let content =
            json!({ "execution_count": self.evcxrs_count, "data": { "text/plain": result } });
        self.publishes("execute_result", content);
        self.ends("ok");
    }

    pub(super) fn fails(&mut self, words: &str) {
        self.begins();
        let content = json!({ "ename": "Error", "evalue": words, "traceback": [words] });
        self.publishes("error", content);
        self.ends("error");
    }

    pub(super) fn writes(&mut self, piece: Piece) {
        let out = self.cells.output(piece, Instant::now());
        self.take(out);
    }

    pub(super) fn prints(&mut self, text: &str) {
        self.writes(Piece::Text(Stream::Stdout, text.to_owned()));
    }

    pub(super) fn shows(&mut self, text: &str) {
        self.shows_as(None, text);
    }

    pub(super) fn shows_as(&mut self, name: Option<&str>, text: &str) {
        self.writes(Piece::Shown(Shown {
            forms: vec![("text/plain".to_owned(), text.to_owned())],
            name: name.map(str::to_owned),
        }));
    }

    pub(super) fn line(&mut self, line: &str) {
        self.writes(Piece::Line(line.to_owned()));
    }

    /// The cell does what the lines say, and ends; evcxr never hears of failures.
    pub(super) fn does(&mut self, pieces: Vec<Piece>) {
        self.begins();
        for piece in pieces {
            self.writes(piece);
        }
        self.line(DONE);
        self.ends("ok");
    }

    pub(super) fn asked_for(&self) -> Vec<String> {
        self.asked.iter().map(code).collect()
    }

    pub(super) fn kinds(&self) -> Vec<&str> {
        self.got.iter().map(|(kind, _)| kind.as_str()).collect()
    }

    pub(super) fn contents(&self, of: &str) -> Vec<&Value> {
        let contents = self.got.iter().filter(|(kind, _)| kind == of);
        contents.map(|(_, content)| content).collect()
    }
}

/// What evcxr says of a process that was killed.
pub(super) const KILLED: &str = "Subprocess terminated with status: signal: 9 (SIGKILL)";
