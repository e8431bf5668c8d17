//! The compiler of a cell: what it is given, and what it says.
//!
//! Evcxr hands the compiler a source that it has made of the cell, and takes from the answer what it can use. More is in both.
//! So before the compiler reads the source,
//!
//! - lint levels that an earlier cell has set are taken out: they hold for that cell;
//! - the place of a `?` by which an error leaves the cell is kept, and all that the error says (see `support::kernel`);
//! - the source gets the number of the cell for its name, so that a place in it can be found later: a function may panic long
//!   after its cell has run.
//!
//! And of what the compiler says, everything is kept for who tells the notebook. A lint that finds fault with nothing but code
//! that evcxr has made does not stop a cell. All changes leave each line where it is, since evcxr counts lines.

use super::alone::{self, Doubt};
use super::compiler::{CELL, Cell, Compiled, SAID, SOURCE, forget, is_code, name};
use super::crates;
use super::source::{Errors, PUTS, WOULD_KEEP, prepared, unkept};
use super::types::{self, Types};
use crate::system::files;
use anyhow::{Context, Result};
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan};
use fs_err as fs;
use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Where a cell is written as it is.
const ALONE: &str = "src/cell.rs";

/// How wide a line of the compiler's is: it would shorten types that are longer, and leave nothing of `std::io::Error` but its last
/// word. The notebook shortens them itself.
const WIDTH: &str = "--diagnostic-width=100000";

/// What is compiled knows its lines: a panic in a library is told with the line that called it (see `support::kernel`).
const LINES: [&str; 2] = ["-Cdebuginfo=line-tables-only", "-Cstrip=none"];

/// What hides other errors where it is said of a variable that would be kept, or says where that is used instead of where the cell uses it.
const HIDE: [&str; 9] = [
    "E0499", "E0502", "E0503", "E0505", "E0506", "E0562", "E0597", "E0713", "E0716",
];

/// What borrows escapes, or lives longer than what it borrows.
const ESCAPES: &str = "E0521";
const OUTLIVES: &str = "E0373";

/// What evcxr makes of an error that leaves a cell.
const ERROR: &str = "EvcxrUserCodeError";

/// Runs the compiler of the cell in this folder.
pub(crate) fn run(mut command: Command) -> Result<ExitCode> {
    let folder = env::current_dir().context("the folder of the cell is unknown")?;
    let cell: Option<Cell> = fs::read_to_string(folder.join(CELL))
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok());
    let (number, code) = cell.map_or((0, String::new()), |cell| (cell.number, cell.code));
    let file = folder.join(SOURCE);
    let original = fs::read_to_string(&file)?;
    command
        .arg(WIDTH)
        .args(LINES)
        .arg(format!("--remap-path-prefix={SOURCE}={}", name(number)));
    let mut call = Call::new(command);
    if let Some(doubt) = Doubt::of(&code)
        && let Some((source, said)) = call.alone(doubt, &code, number)?
    {
        return said.refused(source, &folder);
    }
    let types = Types::read(&folder);
    let original = types::without_variables(&original, &types.changed_by(&code));
    let ways: &[Errors] = match crates::have_support(&folder) {
        true => &[Errors::AnyThread, Errors::OneThread, Errors::InWords],
        false => &[Errors::Printed],
    };
    let mut compiled = original.clone();
    let mut said = Said::default();
    for errors in ways {
        compiled = prepared(&original, &code, *errors);
        files::write_if_changed(&file, &compiled)?;
        said = call.run()?;
        if said.succeeded || !said.is_about_errors() {
            break;
        }
    }
    if !said.succeeded && said.finds_fault_with_nothing_in(&code) {
        call.command.arg("--cap-lints=warn");
        said = call.run()?;
    }
    let status = said.code();
    if said.succeeded && call.builds() {
        types.add(&code, &compiled, &folder);
    }
    // Evcxr takes a warning for an error.
    let passed = said
        .lines
        .split_inclusive('\n')
        .filter(|line| !is_warning(line));
    io::stderr().write_all(passed.collect::<String>().as_bytes())?;
    if let Some((source, unkept)) = call.unkept(&compiled, &said)? {
        (compiled, said) = (source, unkept);
    }
    forget(&folder);
    if !said.diagnostics.is_empty() {
        let file = SAID[usize::from(!said.succeeded)];
        files::write_json(&folder.join(file), &said.kept(compiled))?;
    }
    Ok(status)
}

/// Whether a line of the compiler's is a warning. What an error says besides may be of any level.
fn is_warning(line: &str) -> bool {
    let said: Option<Diagnostic> = serde_json::from_str(line).ok();
    said.is_some_and(|said| said.level == DiagnosticLevel::Warning)
}

/// The compiler, ready to be run.
struct Call {
    command: Command,
}

impl Call {
    fn new(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::inherit());
        Call { command }
    }

    /// Whether something that can be run is to come of it.
    fn builds(&self) -> bool {
        let mut arguments = self.command.get_args().filter_map(OsStr::to_str);
        arguments.any(|argument| argument.starts_with("--emit") && argument.contains("link"))
    }

    /// What is said of a cell by itself, and of which source, if anything is wrong with it.
    fn alone(&self, doubt: Doubt, code: &str, number: u64) -> Result<Option<(String, Said)>> {
        for source in doubt.sources(code) {
            files::write_if_changed(Path::new(ALONE), &source)?;
            let mut command = Command::new(self.command.get_program());
            for argument in self.command.get_args() {
                command.arg(if argument == SOURCE {
                    OsStr::new(ALONE)
                } else {
                    argument
                });
            }
            for (name, value) in self.command.get_envs() {
                command.env(name, value.unwrap_or_default());
            }
            command.arg(format!("--remap-path-prefix={ALONE}={}", name(number)));
            let mut said = Call::new(command).run()?;
            said.diagnostics
                .retain(|said| doubt.is_about(said, &source));
            said.diagnostics.iter_mut().for_each(alone::lift);
            if said.errors().next().is_some() {
                return Ok(Some((source, said)));
            }
        }
        Ok(None)
    }

    /// What is wrong with a cell whose variables nobody would keep, and with which source. What cannot be kept is found before what
    /// borrows, and to keep a variable is to use it once more.
    fn unkept(&self, compiled: &str, said: &Said) -> Result<Option<(String, Said)>> {
        let is_doubtful = |error: &Diagnostic| {
            let code = error.code.as_ref().map_or("", |code| code.code.as_str());
            HIDE.contains(&code) && error.spans.iter().any(is_of_keeping)
        };
        if said.succeeded || !said.errors().any(is_doubtful) {
            return Ok(None);
        }
        let source = unkept(compiled);
        files::write_if_changed(Path::new(SOURCE), &source)?;
        let mut command = Command::new(self.command.get_program());
        for argument in self.command.get_args() {
            let emits = argument
                .to_str()
                .is_some_and(|text| text.starts_with("--emit="));
            command.arg(if emits {
                OsStr::new("--emit=metadata")
            } else {
                argument
            });
        }
        for (name, value) in self.command.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let unkept = Call::new(command).run()?;
        let is_wrong = unkept.errors().next().is_some();
        Ok(is_wrong.then_some((source, unkept)))
    }

    fn run(&mut self) -> Result<Said> {
        let program = self.command.get_program().to_owned();
        let output = self
            .command
            .stderr(Stdio::piped())
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .with_context(|| format!("`{}` could not be started", program.display()))?;
        let mut said = Said {
            succeeded: output.status.success(),
            status: output.status.code(),
            ..Said::default()
        };
        for line in String::from_utf8_lossy(&output.stderr).split_inclusive('\n') {
            let read: Option<Diagnostic> = serde_json::from_str(line).ok();
            if read.as_ref().is_none_or(|read| !is_false(read)) {
                said.lines.push_str(line);
                said.diagnostics.extend(read);
            }
        }
        Ok(said)
    }
}

/// What one call has brought.
#[derive(Default)]
struct Said {
    succeeded: bool,
    status: Option<i32>,
    diagnostics: Vec<Diagnostic>,
    lines: String,
}

impl Said {
    fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        let is_error = |said: &&Diagnostic| said.level == DiagnosticLevel::Error;
        self.diagnostics
            .iter()
            .filter(is_error)
            .filter(|said| !said.spans.is_empty())
    }

    fn code(&self) -> ExitCode {
        let status = self.status.unwrap_or(1);
        ExitCode::from(u8::try_from(status).unwrap_or(1))
    }

    /// Whether something is wrong with how an error leaves the cell.
    fn is_about_errors(&self) -> bool {
        self.errors().any(|error| mentions(error, ERROR))
    }

    /// Whether all that is wrong are lints, none of which points to code of the cell.
    fn finds_fault_with_nothing_in(&self, code: &str) -> bool {
        let is_own = |error: &Diagnostic| {
            let primary = error.spans.iter().filter(|span| span.is_primary);
            let mut lines = primary.filter_map(|span| span.text.first());
            lines.any(|line| {
                // A cell that ends a line and evcxr's that does differ in what is before it.
                let chars = line
                    .text
                    .chars()
                    .skip(line.highlight_start.saturating_sub(1));
                code.contains(chars.collect::<String>().trim())
            })
        };
        let is_lint =
            |error: &Diagnostic| error.code.as_ref().is_some_and(|code| !is_code(&code.code));
        let mut errors = self.errors().peekable();
        errors.peek().is_some() && errors.all(|error| is_lint(error) && !is_own(error))
    }

    /// Evcxr is told that the cell is wrong, and nothing of where: it does not know this source.
    fn refused(self, source: String, folder: &Path) -> Result<ExitCode> {
        if let Some(error) = self.errors().next() {
            let mut error = error.clone();
            error.spans.clear();
            error.children.clear();
            eprintln!("{}", serde_json::to_string(&error)?);
        }
        forget(folder);
        files::write_json(&folder.join(SAID[1]), &self.kept(source))?;
        Ok(ExitCode::FAILURE)
    }

    /// What is kept of it. How the compiler would draw it is not.
    fn kept(self, source: String) -> Compiled {
        let mut diagnostics = self.diagnostics;
        for said in &mut diagnostics {
            said.rendered = None;
            if let Some(code) = &mut said.code {
                code.explanation = None;
            }
        }
        Compiled {
            source,
            diagnostics,
        }
    }
}

/// Whether something is wrong only in how evcxr checks a cell: there a variable that borrows for ever, such as a `&str`, is an
/// argument that borrows for a while.
fn is_false(said: &Diagnostic) -> bool {
    let mut primary = said.spans.iter().filter(|span| span.is_primary);
    let mut reasons = said.children.iter().flat_map(|child| &child.spans);
    match said.code.as_ref().map(|code| code.code.as_str()) {
        Some(ESCAPES) => primary.all(is_of_keeping),
        // It is only checked where it is a closure, which could not be kept anyway.
        Some(OUTLIVES) => reasons.any(is_of_keeping),
        _ => false,
    }
}

/// Whether something is in a line by which evcxr keeps a variable, or would.
fn is_of_keeping(span: &DiagnosticSpan) -> bool {
    let line = span.text.first().map(|line| line.text.as_str());
    line.is_some_and(|line| line.starts_with(WOULD_KEEP) || line.starts_with(PUTS))
}

/// Whether a word is in what the compiler says, or in what it says about it.
fn mentions(said: &Diagnostic, word: &str) -> bool {
    let labels = said.spans.iter().filter_map(|span| span.label.as_deref());
    said.message.contains(word)
        || labels.into_iter().any(|label| label.contains(word))
        || said.children.iter().any(|child| mentions(child, word))
}
