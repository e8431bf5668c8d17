//! What the compiler has to say about a cell, for the notebook: [`places`] knows where in which cell something is, [`reading`]
//! and [`told`] what is said about it, [`words`] how else it is said where evcxr's own code is meant: of variables that cannot be
//! [`kept`], such as futures that are [`pending`] and what [`borrows`], of [`names`] that are not known, of [`leaving`] a cell, of
//! [`awaiting`] what is a future. What is [`suggested`] stands as in a cell, [`paths`] are as short as they can be, [`macros`] are told
//! with who calls them. [`drawing`] is how it looks, [`written`] how places look in texts.

mod awaiting;
mod borrows;
mod drawing;
mod kept;
mod leaving;
mod macros;
mod names;
mod paths;
mod pending;
mod places;
mod reading;
mod suggested;
mod told;
mod words;
pub(super) mod written;

use super::bindings::Variables;
use super::history::History;
use super::sources::Line;
use crate::evcxr::compiler::Compiled;
pub(super) use places::{Columns, Places};
pub(super) use reading::library;
use told::{Level, OfEvcxr, Told};

/// The lints whose warnings say something about what a cell does. The others are about style, or about what a later cell uses.
const MATTER: [&str; 17] = [
    "deprecated",
    "dropping_copy_types",
    "dropping_references",
    "forgetting_copy_types",
    "let_underscore_lock",
    "overlapping_range_endpoints",
    "path_statements",
    "static_mut_refs",
    "unconditional_recursion",
    "unreachable_code",
    "unreachable_patterns",
    "unused_assignments",
    "unused_comparisons",
    "unused_must_use",
    "unused_mut",
    "unused_variables",
    "while_true",
];

/// What evcxr calls on the value of a cell. Where it is missing, the value is shown in another way.
const DISPLAY: &str = "`evcxr_display`";

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Explained {
    /// In a line.
    pub(super) value: String,
    /// Drawn.
    pub(super) drawn: String,
}

/// A cell, and what was compiled for it.
#[derive(Debug)]
pub(super) struct Of<'a> {
    pub(super) number: u64,
    pub(super) code: &'a str,
    pub(super) history: &'a History,
    pub(super) variables: &'a Variables,
}

impl Of<'_> {
    /// Why a cell was not compiled, by what the compiler has said, and evcxr.
    pub(super) fn errors(&self, compiled: Option<Compiled>, said: &str) -> Option<Explained> {
        let (source, diagnostics) = compiled.map_or_else(Default::default, |compiled| {
            (compiled.source, compiled.diagnostics)
        });
        let places = Places::of(source, self.number, self.code, self.history);
        let all = diagnostics
            .iter()
            .filter_map(|said| reading::read(said, &places));
        let (mut errors, warnings): (Vec<Told>, Vec<Told>) =
            all.partition(|told| told.level == Level::Error);
        for error in &mut errors {
            words::reword(error, &places);
            names::advise(error, &places, self.variables);
        }
        // What is wrong with evcxr's code follows from what is wrong with the cell's.
        let least = errors.iter().map(|error| error.of_evcxr).min();
        if least < Some(OfEvcxr::TheThing) {
            errors.retain(|error| error.of_evcxr < OfEvcxr::TheThing);
        } else if errors.iter().any(Told::is_in_cell) {
            errors.retain(Told::is_in_cell);
        }
        if errors.len() > 1 {
            errors.retain(|error| !error.message.contains(DISPLAY));
        }
        unite(&mut errors);
        let own = words::of_evcxr(said, places.cell(), &errors, self.variables.known());
        if let Some(mut own) =
            own.or_else(|| words::of_kept(&errors, places.cell(), self.variables.known()))
        {
            errors.retain(|error| error.of_evcxr < OfEvcxr::TheThing && error.is_in_cell());
            // A future that would be kept is not what another error is about.
            let is_other =
                awaiting::is_about_futures(&own) && !errors.iter().any(awaiting::is_about_futures);
            match errors.last_mut() {
                Some(_) if is_other => {}
                // Once that is put right, this is left.
                Some(last) => {
                    let more = std::mem::take(&mut own.more);
                    own.level = Level::Note;
                    // To await the variable later would still mean to keep the future until then.
                    let awaits = |more: &Told| more.spans.iter().any(told::Span::awaits);
                    if more.iter().any(awaits) {
                        last.more.retain(|more| !awaits(more));
                    }
                    last.more.push(own);
                    last.more.extend(more);
                }
                None => errors.push(own),
            }
        }
        let first = errors.first()?;
        let value = first.message.clone();
        let forgotten =
            |told: &Told| told.code.as_deref() == Some("unused_must_use") && self.matters(told);
        errors.extend(warnings.into_iter().filter(forgotten));
        Some(Explained {
            value,
            drawn: drawing::draw(&errors, &places),
        })
    }

    /// What is to be said of a cell that runs all the same.
    pub(super) fn warnings(&self, compiled: Compiled) -> Option<String> {
        let places = Places::of(compiled.source, self.number, self.code, self.history);
        let all = compiled.diagnostics.iter();
        let told = all.filter_map(|said| reading::read(said, &places));
        let mut told: Vec<Told> = told.filter(|told| self.matters(told)).collect();
        unite(&mut told);
        (!told.is_empty()).then(|| drawing::draw(&told, &places) + "\n")
    }

    /// Whether a warning is about this cell, and about more than its style.
    fn matters(&self, told: &Told) -> bool {
        let code = told.code.as_deref().unwrap_or_default();
        let here = told
            .place()
            .is_some_and(|(number, _)| number == self.number);
        let is_own = told.of_evcxr < OfEvcxr::TheThing;
        // What is still to be written will use them.
        let is_unwritten = code == "unused_variables" && self.code.contains("todo!(");
        // Of a variable, later cells may need it.
        let is_for_later = code == "unused_mut" && told.is_in_statements;
        let is_told = MATTER.contains(&code) && !is_unwritten && !is_for_later;
        told.level == Level::Warning && here && is_own && is_told
    }
}

/// What has happened in a line of a cell, drawn.
pub(super) fn pointed(what: &str, words: &str, line: &Line) -> String {
    drawing::draw_line(Level::Error, &format!("{what}: {words}"), line)
}

/// What stands in a line of a cell, drawn.
pub(super) fn noted(words: &str, line: &Line) -> String {
    drawing::draw_line(Level::Note, words, line)
}

/// Leaves out what is said a second time.
fn unite(told: &mut Vec<Told>) {
    let mut known: Vec<Told> = Vec::new();
    told.retain(|one| {
        let again = known.iter().any(|other| {
            other.message == one.message && other.code == one.code && other.place() == one.place()
        });
        if !again {
            known.push(one.clone());
        }
        !again
    });
}
