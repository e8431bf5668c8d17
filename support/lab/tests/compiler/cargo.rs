//! What cargo says of the cells, each made a program: items at its top, statements in an async function, as evcxr sorts them.
//!
//! It is asked anew in each run and not kept: a newer compiler says it in other words, and the notebook then has to.

use super::common::root;
use super::corpus::{Cell, Error};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use syn::spanned::Spanned as _;

/// What stands above a cell: what evcxr allows, and the import with which each notebook begins.
const HEAD: &str = "#![allow(unused_imports, unused_mut, dead_code)]\nuse support::*;\n";

/// The function with the statements.
const OPEN: &str = "async fn cell() -> Result<(), Box<dyn std::error::Error>> {";
const CLOSE: &str = "Ok(())\n}";
const MAIN: &str = "fn main() {}";

/// The last expression is shown.
const SHOW: &str = "let _ = format!(\"{:?}\", &(";

/// A cell as a program.
#[derive(Debug)]
pub(crate) struct Program {
    source: String,
    /// For each line of the program, that of the cell.
    lines: Vec<Option<usize>>,
}

impl Program {
    /// Where a bracket is missing, the cell stands alone, so that it is missed in the cell. What cannot be read as Rust stays
    /// together: what is wrong with it is found before anything is looked for at the top.
    pub(crate) fn of(cell: &str) -> Self {
        let mut program = Program {
            source: String::new(),
            lines: Vec::new(),
        };
        let numbered = || cell.lines().enumerate();
        if !has_its_brackets(cell) {
            program.generated(MAIN);
            numbered().for_each(|(index, line)| program.push(line, Some(index + 1)));
            return program;
        }
        let count = cell.lines().count();
        let (mut items, mut shown) = (vec![false; count], None);
        if let Ok(block) = syn::parse_str::<syn::Block>(&format!("{{\n{cell}\n}}")) {
            // The brace is a line of its own, so that lines count from 1, as spans do.
            let lines = |span: proc_macro2::Span| span.start().line - 2..span.end().line - 1;
            for statement in &block.stmts {
                if let syn::Stmt::Item(item) = statement {
                    items[lines(item.span())].fill(true);
                }
            }
            if let Some(syn::Stmt::Expr(last, None)) =
                block.stmts.last().filter(|last| has_value(last))
            {
                shown = Some(lines(last.span()));
            }
        }
        program.generated(HEAD.trim_end());
        for (index, line) in numbered().filter(|(index, _)| items[*index]) {
            program.push(line, Some(index + 1));
        }
        program.generated(OPEN);
        for (index, line) in numbered().filter(|(index, _)| !items[*index]) {
            if shown.as_ref().is_some_and(|shown| shown.start == index) {
                program.generated(SHOW);
            }
            program.push(line, Some(index + 1));
        }
        if shown.is_some() {
            program.generated("));");
        }
        program.generated(CLOSE);
        program.generated(MAIN);
        program
    }

    fn generated(&mut self, text: &str) {
        text.lines().for_each(|line| self.push(line, None));
    }

    fn push(&mut self, line: &str, of: Option<usize>) {
        self.source.push_str(line);
        self.source.push('\n');
        self.lines.push(of);
    }

    /// The place in the cell at which a span of rustc's JSON begins: line and column, from 1. A span in a macro of others is
    /// where that was called; one that begins before the cell begins for a learner with the cell's first line in it.
    fn place(&self, span: &Value) -> Option<(usize, usize)> {
        let is_ours = text(&span["file_name"]).starts_with("src/bin/");
        if !is_ours {
            let called = &span["expansion"]["span"];
            return called.is_object().then(|| self.place(called))?;
        }
        let number = |field: &str| usize::try_from(span[field].as_u64()?).ok();
        let (start, end) = (number("line_start")?, number("line_end")?);
        let mut lines =
            (start..=end).filter_map(|line| Some((line, (*self.lines.get(line - 1)?)?)));
        let (first, line) = lines.next()?;
        let column = if first == start {
            number("column_start")?
        } else {
            1
        };
        Some((line, column))
    }
}

/// Whether each bracket has its other half. What is not tokens is counted by letters.
fn has_its_brackets(cell: &str) -> bool {
    let count = |bracket: char| cell.matches(bracket).count();
    cell.parse::<proc_macro2::TokenStream>().is_ok()
        || [('(', ')'), ('[', ']'), ('{', '}')]
            .iter()
            .all(|(open, close)| count(*open) == count(*close))
}

/// Whether evcxr and we show it; a block at the end is for what it does.
fn has_value(last: &syn::Stmt) -> bool {
    use syn::Expr::{Block, ForLoop, If, Loop, Match, Unsafe, While};
    !matches!(
        last,
        syn::Stmt::Expr(
            Block(_) | ForLoop(_) | If(_) | Loop(_) | Match(_) | Unsafe(_) | While(_),
            _
        )
    )
}

/// A message below an error, or a label in it.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// `note`, `help` or `label`.
    pub(crate) level: String,
    pub(crate) message: String,
    /// What it proposes to write.
    pub(crate) proposals: Vec<String>,
    /// It shows source, and none of it is the cell's.
    pub(crate) elsewhere: bool,
}

/// An error as rustc tells it.
#[derive(Debug, Clone)]
pub(crate) struct Diagnostic {
    pub(crate) error: Error,
    pub(crate) message: String,
    /// Lines and columns in the cell, those first of which it says that the error is there.
    pub(crate) places: Vec<(usize, usize)>,
    pub(crate) parts: Vec<Part>,
    /// As cargo prints it.
    pub(crate) rendered: String,
}

impl Diagnostic {
    fn of(message: &Value, program: &Program) -> Self {
        let (primary, others): (Vec<_>, Vec<_>) = array(&message["spans"])
            .iter()
            .partition(|span| span["is_primary"] == true);
        let spans = || primary.iter().chain(&others);
        let labels = spans().filter(|span| program.place(span).is_some());
        let labels = labels.filter_map(|span| {
            Some(Part {
                level: "label".to_owned(),
                message: span["label"].as_str()?.to_owned(),
                proposals: Vec::new(),
                elsewhere: false,
            })
        });
        let children = array(&message["children"]);
        let children = children.iter().map(|child| part(child, program));
        Diagnostic {
            error: Error::of(message["code"]["code"].as_str()),
            message: text(&message["message"]),
            places: spans().filter_map(|span| program.place(span)).collect(),
            parts: labels.chain(children).collect(),
            rendered: text(&message["rendered"]),
        }
    }
}

fn part(child: &Value, program: &Program) -> Part {
    let spans = array(&child["spans"]);
    let proposals = spans
        .iter()
        .filter_map(|span| span["suggested_replacement"].as_str());
    Part {
        level: text(&child["level"]),
        message: text(&child["message"]),
        proposals: proposals.map(str::to_owned).collect(),
        elsewhere: !spans.is_empty() && spans.iter().all(|span| program.place(span).is_none()),
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What it says of each cell, by name.
pub(crate) fn check(cells: &[Cell]) -> BTreeMap<String, Vec<Diagnostic>> {
    let programs: BTreeMap<_, _> = cells
        .iter()
        .map(|cell| (binary(cell), (cell, Program::of(&cell.source))))
        .collect();
    let folder = write(&programs);
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--offline",
            "--bins",
            "--keep-going",
            "--message-format=json",
        ])
        // What the lab depends on is built already, for the tests.
        .arg("--target-dir")
        .arg(
            Path::new(env!("CARGO_TARGET_TMPDIR"))
                .parent()
                .expect("it lies in the target"),
        )
        .current_dir(folder)
        // Warnings stay what they are.
        .env_remove("RUSTFLAGS")
        .output()
        .expect("it starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let mut said: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut finished = 0;
    for line in stdout.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let target = line["target"]["name"].as_str().unwrap_or_default();
        let Some((cell, program)) = programs.get(target) else {
            finished += usize::from(line["reason"] == "build-finished");
            continue;
        };
        let message = &line["message"];
        let diagnostics = said.entry(cell.name.clone()).or_default();
        // The last of an unsuccessful compiler counts the others.
        let counts = text(&message["message"]).starts_with("aborting due to");
        if message["level"] == "error" && !counts {
            diagnostics.push(Diagnostic::of(message, program));
        }
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let unheard: Vec<_> = cells
        .iter()
        .filter(|cell| !said.contains_key(&cell.name))
        .collect();
    assert!(
        finished == 1 && unheard.is_empty(),
        "cargo said nothing of {unheard:?}:\n{stderr}"
    );
    said
}

fn binary(cell: &Cell) -> String {
    cell.name.replace('/', "-")
}

/// One package for all of them, with the dependencies and the profile of the workspace, so that nothing is built for it alone.
fn write(programs: &BTreeMap<String, (&Cell, Program)>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiler");
    let sources = folder.join("src/bin");
    if sources.is_dir() {
        fs::remove_dir_all(&sources).expect("the last run's are removed");
    }
    fs::create_dir_all(&sources).expect("made");
    for (name, (_, program)) in programs {
        fs::write(sources.join(name).with_extension("rs"), &program.source).expect("written");
    }
    let support = Value::from(root().join("support").to_string_lossy());
    let tokio = Value::from(root().join("support/tokio").to_string_lossy());
    let manifest = format!(
        "[package]\nname = \"cells\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nsupport = {{ path = {support} }}\n\
         tokio = {{ package = \"support-tokio\", path = {tokio} }}\n"
    );
    let workspace = fs::read_to_string(root().join("Cargo.toml")).expect("read");
    let profile = workspace
        .find("[profile.dev]")
        .map_or("", |start| &workspace[start..]);
    fs::write(folder.join("Cargo.toml"), manifest + profile).expect("written");
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("copied");
    folder
}
