//! Why a cell has failed, in Jupyter's terms: name, value and traceback.

use super::compiler::{Explained, library, noted, pointed};
use super::ending;
use super::message::Message;
use super::output::{Panic, Returned};
use super::sources::Line;
use serde::Serialize;
use serde_json::{Value, json};

/// Of every cell, where the kernel has nowhere to build.
const GONE: &str = "The folder in which this kernel builds cells has been removed, so it cannot run any more.\n\
                    hint: restart the kernel (Kernel › Restart Kernel); a new one gets a new folder";

/// Of a cell that was interrupted while it awaited.
const CANCELLED: &str = "The cell was interrupted while it awaited: its future was dropped, and with it everything that it held.\n\
                         Variables of earlier cells are kept.";

/// Of a cell that was interrupted before it ran.
const STOPPED: &str =
    "The cell was interrupted while it was compiled, and has not run. Variables are kept.";

/// Of a cell that would wait for input which cannot come.
const STDIN: &str = "A cell cannot read standard input: the kernel sends cells to their process through it, and the cell would wait for ever.\n\
                     hint: `:dep evcxr_input = \"1\"`, then `evcxr_input::get_string(\"prompt\")` asks for a line below the cell";

/// Of every cell, once evcxr has panicked.
const SPOILT: &str = "evcxr, which runs the cells, has panicked and runs none any more. (Rust-analyzer, which it asks for names and types, \
                      does so over some code that is not finished.) The kernel starts anew; variables, functions and `use` are gone.\n\
                      hint: run the cells again from the first";

/// The name of what evcxr calls just an error.
const COMPILER: &str = "CompileError";

/// A failure of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Failure {
    ename: String,
    evalue: String,
    traceback: Vec<String>,
}

impl Failure {
    fn new(name: &str, value: impl Into<String>, traceback: &str) -> Self {
        Failure {
            ename: name.to_owned(),
            evalue: value.into(),
            traceback: traceback.lines().map(str::to_owned).collect(),
        }
    }

    /// The kernel's folder is gone.
    pub(super) fn gone() -> Self {
        Self::new("KernelFolderGone", GONE, GONE)
    }

    /// The future of the cell was dropped.
    pub(super) fn cancelled() -> Self {
        Self::new("Interrupted", CANCELLED, CANCELLED)
    }

    /// The compiler was ended.
    pub(super) fn stopped() -> Self {
        Self::new("Interrupted", STOPPED, STOPPED)
    }

    /// Evcxr has panicked, over this cell or before it.
    pub(super) fn spoilt(over_cell: bool) -> Self {
        let told = match over_cell {
            true => format!("{SPOILT}, and write this one in another way"),
            false => SPOILT.to_owned(),
        };
        Self::new("KernelSpoilt", told.clone(), &told)
    }

    /// The cell reads standard input in this line.
    pub(super) fn reads_stdin(line: usize) -> Self {
        Self::new("StdinNotSupported", STDIN, &format!("line {line}: {STDIN}"))
    }

    /// A panic left the cell, in this line.
    pub(super) fn panic(panic: Option<&Panic>, line: Option<&Line>) -> Self {
        let words = panic.map_or("the cell panicked", |panic| &panic.words);
        let place = panic.and_then(|panic| panic.place.as_deref());
        let told = match (line, place) {
            (Some(line), place) => {
                let told = pointed("the cell panicked", words, line);
                match place.filter(|_| panic.is_some_and(|panic| panic.called.is_some())) {
                    Some(place) => format!("{told}\nnote: it panicked in {}", library(place)),
                    None => told,
                }
            }
            // In a library, which the cell, or a function that it calls, has called.
            (None, Some(place)) => format!(
                "error: the cell panicked: {words}\n  --> {}",
                library(place)
            ),
            (None, None) => format!("error: the cell panicked: {words}"),
        };
        Self::new("Panic", words, &told)
    }

    /// An error left the cell through `?`, in this line.
    pub(super) fn returned(returned: Option<&Returned>, line: Option<&Line>) -> Self {
        let words = returned.map_or(&[][..], |returned| &returned.words);
        let first = words
            .first()
            .map_or("an error left the cell", String::as_str);
        let mut told = match line {
            Some(line) => pointed("the cell returned an error", first, line),
            None => format!("the cell returned an error: {first}"),
        };
        for cause in words.iter().skip(1) {
            told += &format!("\ncaused by: {}", cause.replace('\n', "\n           "));
        }
        Self::new("ErrorReturned", first, &told)
    }

    /// The compiler refuses the cell.
    pub(super) fn compiler(explained: Explained) -> Self {
        Self::new(COMPILER, explained.value, &explained.drawn)
    }

    /// The process of the cells has ended, after it had printed this.
    pub(super) fn ended(printed: &str, words: &str, place: Option<&(String, Line)>) -> Self {
        let mut told = format!("{printed}{words}");
        if let Some((done, line)) = place {
            told += &format!("\n{}", noted(done, line));
        }
        Self::new(ending::NAME, words, &told)
    }

    /// What the compiler says, or evcxr.
    pub(super) fn of(error: &Message) -> Self {
        let content = error.content();
        let text = |field: &str| content[field].as_str().unwrap_or_default().to_owned();
        let lines = content["traceback"].as_array().into_iter().flatten();
        Failure {
            ename: COMPILER.to_owned(),
            evalue: text("evalue"),
            traceback: lines.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// Says something more.
    pub(super) fn add(&mut self, note: &str) {
        self.traceback.extend(note.lines().map(str::to_owned));
    }

    /// The content of the reply.
    pub(super) fn reply(&self, count: u64) -> Value {
        let mut content = json!(self);
        content["status"] = "error".into();
        content["execution_count"] = count.into();
        content
    }
}
