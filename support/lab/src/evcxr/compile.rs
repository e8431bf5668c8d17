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

use super::compiler::{CELL, Cell, Compiled, SAID, SOURCE, forget, is_code, name};
use super::crates;
use super::source::{Errors, prepared, rust};
use super::types::{self, Types};
use crate::system::files;
use anyhow::{Context, Result};
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use fs_err as fs;
use proc_macro2::TokenStream;
use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Where a cell is written as it is.
const ALONE: &str = "src/cell.rs";

/// Begins the function around it, where it has one.
const WITHIN: &str = "async fn cell() {";

/// How wide a line of the compiler's is: types that are longer are shortened.
const WIDTH: &str = "--diagnostic-width=100";

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
        .arg(format!("--remap-path-prefix={SOURCE}={}", name(number)));
    let mut call = Call::new(command);
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
    if !said.succeeded
        && said.is_about_syntax()
        && let Some((source, alone)) = call.alone(&code, number)?
    {
        (said, compiled) = (alone, source);
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

    /// What is said of the syntax of a cell by itself, and of which source: what evcxr puts around it would be in the message. A cell
    /// whose brackets do not match is read without a function around it, which would be taken for a part of it.
    fn alone(&self, code: &str, number: u64) -> Result<Option<(String, Said)>> {
        let code = rust(code);
        let read = code.parse::<TokenStream>();
        proc_macro2::extra::invalidate_current_thread_spans();
        let within = format!("{WITHIN}\n{code}\n}}\n");
        let sources: &[String] = match read {
            Ok(_) => &[within],
            Err(_) => &[code, within],
        };
        for source in sources {
            files::write_if_changed(Path::new(ALONE), source)?;
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
            // What the cell takes from others is missing here, and without a function statements are out of place.
            let is_within = source.contains(WITHIN);
            said.diagnostics
                .retain(|said| is_about_syntax(said) && (is_within || is_about_ends(said)));
            if said.errors().next().is_some() {
                return Ok(Some((source.clone(), said)));
            }
        }
        Ok(None)
    }

    fn run(&mut self) -> Result<Said> {
        let program = self.command.get_program().to_owned();
        let output = self
            .command
            .stderr(Stdio::piped())
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .with_context(|| format!("`{}` could not be started", program.display()))?;
        let lines = String::from_utf8_lossy(&output.stderr).into_owned();
        let diagnostics = lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        Ok(Said {
            succeeded: output.status.success(),
            status: output.status.code(),
            diagnostics: diagnostics.collect(),
            lines,
        })
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

    /// Whether the source could not be parsed.
    fn is_about_syntax(&self) -> bool {
        let mut errors = self.errors().peekable();
        errors.peek().is_some() && errors.all(is_about_syntax)
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

/// Whether something was said while the source was parsed: only then it has no code, and is no lint.
fn is_about_syntax(said: &Diagnostic) -> bool {
    let numbered = ["E0758", "E0762", "E0763", "E0765", "E0766", "E0748"];
    said.code
        .as_ref()
        .is_none_or(|code| numbered.contains(&code.code.as_str()))
}

/// Whether a bracket or a quote is not closed, or a comment.
fn is_about_ends(said: &Diagnostic) -> bool {
    ["delimiter", "unterminated"]
        .iter()
        .any(|word| said.message.contains(word))
}

/// Whether a word is in what the compiler says, or in what it says about it.
fn mentions(said: &Diagnostic, word: &str) -> bool {
    let labels = said.spans.iter().filter_map(|span| span.label.as_deref());
    said.message.contains(word)
        || labels.into_iter().any(|label| label.contains(word))
        || said.children.iter().any(|child| mentions(child, word))
}
