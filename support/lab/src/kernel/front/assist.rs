//! Help while a learner writes: which names fit at the cursor, and what is known of a name.
//!
//! Evcxr asks rust-analyzer, which sees only code that is whole, tells what nobody can use, and writes what an editor fills in. So what
//! it is asked is written anew ([`question`], from what [`spot`] and [`names`] find with [`scan`]), sometimes more than once, and what it answers
//! is put in order ([`mod@matches`], [`tooltip`]). All places are counted in the code of the learner.

mod matches;
mod names;
mod question;
mod scan;
mod spot;
mod tooltip;

use question::Question;
use serde_json::Value;
use spot::{Place, Spot};
use std::collections::VecDeque;

/// A request for help, with what is still to be asked of evcxr, and what it has answered.
#[derive(Debug)]
pub(crate) struct Assist {
    code: String,
    cursor: Option<u64>,
    is_completion: bool,
    questions: VecDeque<Question>,
    answers: Vec<Value>,
}

impl Assist {
    /// What a request asks for, if it is one for help.
    pub(crate) fn new(kind: &str, content: &Value) -> Option<Self> {
        let is_completion = kind == "complete_request";
        if !is_completion && kind != "inspect_request" {
            return None;
        }
        let code = content["code"].as_str().unwrap_or_default().to_owned();
        let cursor = content["cursor_pos"].as_u64();
        let spot = Spot::new(&code, cursor);
        let questions = if is_completion {
            for_names(&spot)
        } else {
            about_names(&spot)
        };
        Some(Assist {
            questions: questions.into(),
            answers: Vec::new(),
            code,
            cursor,
            is_completion,
        })
    }

    /// What to ask of evcxr now, if anything.
    pub(crate) fn question(&self) -> Option<Value> {
        self.questions.front().map(Question::content)
    }

    /// Evcxr answers.
    pub(crate) fn hears(&mut self, answer: Value) {
        self.questions.pop_front();
        let is_enough = if self.is_completion {
            matches::is_empty(&answer)
        } else {
            tooltip::is_found(&answer)
        };
        if is_enough {
            self.questions.clear();
        }
        self.answers.push(answer);
    }

    /// What the notebook is told, once nothing is to be asked any more.
    pub(crate) fn answer(&self) -> Value {
        if self.is_completion {
            let spot = Spot::new(&self.code, self.cursor);
            matches::answer(&spot, &self.answers)
        } else {
            tooltip::answer(self.answers.last())
        }
    }
}

/// What to ask where names are wanted: all that fit, then those that may be used.
fn for_names(spot: &Spot) -> Vec<Question> {
    match spot.place() {
        Place::Prose => Vec::new(),
        Place::Code
            if spot.is_behind_value()
                || spot.is_behind_lone_point()
                || question::is_of_no_value(spot) =>
        {
            Vec::new()
        }
        Place::Command(_) => question::names(spot).into_iter().collect(),
        Place::Code | Place::Hole(_) => {
            let in_use = question::names_in_use(spot).or_else(|| question::fields_in_use(spot));
            question::names(spot).into_iter().chain(in_use).collect()
        }
    }
}

/// What to ask, one after the other, until something is found: about the name at the cursor, then about what is called with the
/// brackets around it.
fn about_names(spot: &Spot) -> Vec<Question> {
    let mut questions = Vec::new();
    match spot.place() {
        Place::Command(_) => return questions,
        Place::Hole(_) => questions.push(question::about_hole(spot)),
        Place::Code => questions.extend(
            spot.name_at()
                .map(|name| about(spot, name))
                .into_iter()
                .flatten(),
        ),
        Place::Prose => {}
    }
    for group in spot.groups.iter().rev() {
        if let Some(name) = spot.callee(group) {
            questions.extend(about(spot, name));
        } else if spot.text(group.open) == "{" {
            break;
        }
    }
    questions
}

/// What to ask about one name.
fn about(spot: &Spot, name: usize) -> Vec<Question> {
    let plain = question::about(spot, name, false);
    if let Some(path) = question::about_used(spot, name) {
        vec![path]
    } else if spot.is_macro(name) || spot.text(name) == "await" {
        vec![plain]
    } else if spot.is_member(name) {
        // A method has its documentation where it is called.
        vec![question::about(spot, name, true), plain]
    } else if spot.is_made(name) {
        question::about_made(spot, name)
            .into_iter()
            .chain([plain])
            .collect()
    } else {
        vec![plain]
    }
}
