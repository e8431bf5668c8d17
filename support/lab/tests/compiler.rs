//! Compile errors of async Rust, as learners make them: the notebook names the line of the cell, and says all that cargo says.
//!
//! The cells lie in `compiler/`, each with marks that say what is expected (see `compiler/corpus.rs`). Cargo is asked of each
//! cell as a program, which proves the marks; then one kernel is asked of all of them. `cargo test --test compiler --
//! --ignored` writes a page with the two side by side.

#![cfg(unix)]

mod common;

#[path = "compiler/cargo.rs"]
mod cargo;
#[path = "compiler/compare.rs"]
mod compare;
#[path = "compiler/corpus.rs"]
mod corpus;
#[path = "compiler/table.rs"]
mod table;

use cargo::Diagnostic;
use common::root;
use compare::{Answer, complaints, wrong_marks};
use corpus::{Cell, Error};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

fn cells() -> &'static [Cell] {
    static CELLS: OnceLock<Vec<Cell>> = OnceLock::new();
    CELLS.get_or_init(corpus::cells)
}

/// What cargo says of a cell.
fn said(cell: &Cell) -> &'static [Diagnostic] {
    static SAID: OnceLock<BTreeMap<String, Vec<Diagnostic>>> = OnceLock::new();
    &SAID.get_or_init(|| cargo::check(cells()))[&cell.name]
}

/// What the kernel says of a cell; nothing, if it never came to it.
fn answer(cell: &Cell) -> &'static Answer {
    static ANSWERS: OnceLock<BTreeMap<String, Answer>> = OnceLock::new();
    static NONE: Answer = Answer {
        number: 0,
        text: String::new(),
    };
    ANSWERS.get_or_init(ask).get(&cell.name).unwrap_or(&NONE)
}

/// One kernel for all: a cell that fails leaves nothing behind.
fn ask() -> BTreeMap<String, Answer> {
    let cells: Vec<_> = cells()
        .iter()
        .map(|cell| json!({ "name": cell.name, "source": cell.source }))
        .collect();
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(&file, json!(cells).to_string()).expect("written");
    let told = common::told(
        common::jupyter("compiler.py")
            .arg(file.path())
            .arg(root().join("notebooks/exercises")),
    );
    let told = told.as_object().expect("by name").clone();
    let answer = |(name, told): (String, Value)| {
        let answer = Answer {
            number: told["number"].as_u64().unwrap_or_default(),
            text: told["text"].as_str().unwrap_or_default().to_owned(),
        };
        (name, answer)
    };
    told.into_iter().map(answer).collect()
}

/// A list by file.
fn listed(wrong: impl Iterator<Item = (&'static Cell, Vec<String>)>) -> String {
    wrong
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(cell, wrong)| format!("\n{}.rs\n  - {}", cell.name, wrong.join("\n  - ")))
        .collect()
}

/// What a notebook would say that draws each error as cargo does, at its place in the cell.
fn drawn_as_by_cargo(cell: &Cell) -> Answer {
    let number = 7;
    let errors = said(cell).iter().map(|said| {
        let (line, column) = said.places.first().copied().unwrap_or_default();
        let mut headed = false;
        let lines = said.rendered.lines().map(|text| {
            if text.trim_start().starts_with("--> ") && !headed {
                headed = true;
                return format!("\u{1b}[94m  --> \u{1b}[0mcell [{number}]:{line}:{column}\n");
            }
            format!("{text}\n")
        });
        lines.collect::<String>()
    });
    let text = errors.collect();
    Answer { number, text }
}

#[test]
fn each_mark_is_where_rustc_has_its_error_and_each_error_has_a_mark() {
    let wrong = listed(
        cells()
            .iter()
            .map(|cell| (cell, wrong_marks(cell, said(cell)))),
    );
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_mark_that_is_wrong_or_missing_is_found() {
    for cell in cells() {
        let with = |marks: Vec<corpus::Mark>| {
            let cell = Cell {
                name: cell.name.clone(),
                source: cell.source.clone(),
                marks,
            };
            wrong_marks(&cell, said(&cell))
        };
        for (index, (line, error)) in cell.marks_of_programs().into_iter().enumerate() {
            let mut marks = cell.marks_of_programs();
            // The first line says what is wrong, and is right.
            for other in [(1, error.clone()), (line, Error::Code("E9999".to_owned()))] {
                marks[index] = other;
                assert!(with(marks.clone()).len() >= 2, "{}", cell.name);
            }
            marks.remove(index);
            assert!(!with(marks).is_empty(), "{}", cell.name);
        }
    }
}

#[test]
fn a_notebook_that_draws_as_cargo_does_has_nothing_against_it() {
    let cells = cells()
        .iter()
        .filter(|cell| !cell.marks_of_programs().is_empty());
    let wrong =
        listed(cells.map(|cell| (cell, complaints(cell, said(cell), &drawn_as_by_cargo(cell)))));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_a_notebook_leaves_out_or_lets_show_is_found() {
    let cell = cells()
        .iter()
        .find(|cell| cell.name == "awaiting/method_on_a_future");
    let cell = cell.expect("it is there");
    // As if the notebook had no words of its own for it.
    let cell = &Cell {
        name: cell.name.clone(),
        source: cell.source.clone(),
        marks: cell.marks_of_programs(),
    };
    let good = drawn_as_by_cargo(cell);
    let of = |old: &str, new: &str| {
        let text = compare::without_colours(&good.text).replace(old, new);
        let number = good.number;
        complaints(cell, said(cell), &Answer { number, text })
    };
    assert_eq!(of("", ""), [""; 0]);
    for (old, new, begins) in [
        (
            "[7]:6:27",
            "[7]:7:27",
            "no `error[E0599]` at `--> cell [7]:6:27`",
        ),
        (
            "[7]:6:27",
            "[7]:6:2",
            "no `error[E0599]` at `--> cell [7]:6:27`",
        ),
        (
            "[7]:6:27",
            "[8]:6:27",
            "no `error[E0599]` at `--> cell [7]:6:27`",
        ),
        ("help: consider", "", "no help: consider `await`ing on"),
        (
            "page.await.len()",
            "page.len()",
            "no help with the code: await.",
        ),
        (
            "no method named",
            "no method",
            "no title: no method named `len`",
        ),
        ("method not found in", "", "no label: method not found in"),
        ("println!", "evcxr_println!", "`evcxr_` shows: "),
    ] {
        let wrong = of(old, new);
        assert!(wrong[0].starts_with(begins), "{old}: {wrong:?}");
    }
    let unknown = of(
        "help: consider",
        "error[E0001]: x\n --> cell [7]:1:1\nhelp: consider",
    );
    assert_eq!(unknown, ["cargo has no `error[E0001]` on line 1"]);
    let silent = complaints(cell, said(cell), &Answer::default());
    assert!(silent.len() > 2, "{silent:?}");
}

#[test]
fn each_exception_is_made_for_some_cell() {
    for (words, why) in compare::EXCEPTIONS {
        let mut parts = cells().iter().flat_map(said).flat_map(|said| &said.parts);
        assert!(
            parts.any(|part| part.message.contains(words)),
            "{words}: {why}"
        );
    }
}

#[test]
fn a_mark_points_to_its_line() {
    let marks = |text: &str| Cell::parse("x", text).map(|cell| cell.marks);
    let code = |line: usize, code: &str| (line, Error::Code(code.to_owned()));
    assert_eq!(marks("a\nb //~ E0277"), Ok(vec![code(2, "E0277")]));
    assert_eq!(
        marks("a\n//~^ E0001 E0002"),
        Ok(vec![code(1, "E0001"), code(1, "E0002")])
    );
    assert_eq!(marks("a\nb\n//~^^ error"), Ok(vec![(1, Error::Plain)]));
    assert_eq!(marks("//~v notebook\na"), Ok(vec![(2, Error::Notebook)]));
    for wrong in [
        "a",
        "a //~",
        "a //~ E27",
        "a //~^ E0277",
        "a //~v error",
        "a\nb //~^v error",
        "a //~ errors",
    ] {
        assert!(marks(wrong).is_err(), "{wrong}");
    }
    let cell = Cell::parse("x", "a  //~ error\nb");
    assert_eq!(cell.map(|cell| cell.source), Ok("a\nb".to_owned()));
}

#[test]
fn each_cell_says_first_what_is_wrong_and_is_as_short_as_a_learners() {
    assert!(cells().len() >= 60, "{}", cells().len());
    for cell in cells() {
        let lines = cell.source.lines().count();
        let first = cell.source.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("// ") && (4..=16).contains(&lines),
            "{}",
            cell.name
        );
    }
}

#[test]
fn a_notebook_names_the_line_and_says_all_that_cargo_says() {
    let wrong = listed(
        cells()
            .iter()
            .map(|cell| (cell, complaints(cell, said(cell), answer(cell)))),
    );
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[ignore = "writes a page that a person reads"]
fn what_cargo_and_the_notebook_say_stands_side_by_side() {
    let rows = cells().iter().map(|cell| {
        let (said, answer) = (said(cell), answer(cell));
        (cell, said, answer, complaints(cell, said, answer))
    });
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_errors.html");
    fs::write(&file, table::page(rows)).expect("written");
    println!("{}", file.display());
}
