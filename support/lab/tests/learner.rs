//! What the commands about a learner's work do, as programs: to readers that go away, to notebooks that Jupyter is to read.

mod common;

use common::root;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The exercise that learners of these tests work on.
const EXERCISE: &str = "exercises/1_first_async_function.ipynb";

/// The same among the lab's, and what belongs to it.
const NOTEBOOKS: [&str; 3] = [
    EXERCISE,
    "solutions/1_first_async_function.ipynb",
    "start_here.ipynb",
];

/// A small checkout, with some of the lab's notebooks and nothing else, that goes with the test.
struct Checkout {
    folder: TempDir,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Checkout {
            folder: TempDir::new().expect("a folder"),
        };
        for inside in NOTEBOOKS {
            let text = fs::read(common::notebooks().join(inside)).expect("read");
            checkout.write(&format!("notebooks/{inside}"), text);
        }
        checkout.write("support/lab/Cargo.toml", "");
        checkout
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("lab")
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, text).expect("written");
    }

    fn read(&self, inside: &str) -> Value {
        let text = fs::read(self.root().join("notebooks").join(inside)).expect("read");
        serde_json::from_slice(&text).expect("JSON")
    }

    /// The command as cargo starts it there.
    fn lab(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command
            .args(arguments)
            .env("CARGO_PKG_NAME", "lab")
            .env("CARGO_MANIFEST_DIR", self.root().join("support/lab"))
            .env_remove("LAB_PROGRESS")
            .current_dir(self.folder.path());
        command
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) {
        let output = self.lab(arguments).output().expect("it starts");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    /// A learner's work, saved into `work.json` beside the checkout.
    fn saved() -> (Self, Value) {
        let learner = Checkout::new();
        // Without git, the first command takes what is there for the lab's.
        learner.done(&["progress"]);
        let mut notebook = learner.read(EXERCISE);
        let cells = notebook["cells"].as_array_mut().expect("cells");
        cells.insert(
            1,
            json!({ "cell_type": "markdown", "id": "note", "metadata": {}, "source": "My note." }),
        );
        learner.write(&format!("notebooks/{EXERCISE}"), notebook.to_string());
        learner.write(
            "notebooks/exercises/Untitled.ipynb",
            json!({ "cells": [{ "cell_type": "code", "source": "mine()" }] }).to_string(),
        );
        learner.done(&["progress", "--export", "work.json"]);
        let text = fs::read(learner.folder.path().join("work.json")).expect("read");
        (learner, serde_json::from_slice(&text).expect("JSON"))
    }
}

/// A saved work in which one cell, or one notebook, has something that it should not have, or lacks something.
fn damaged(good: &Value) -> Vec<Value> {
    let wrong = [
        json!(5),
        json!("hello"),
        json!(null),
        json!([]),
        json!({}),
        json!(-1),
        json!(true),
        json!([5]),
        json!(["a", "a"]),
        json!({ "tags": 5, "name": "", "scrolled": 7 }),
        json!({ "tags": ["a", "a,b", 5], "execution": { "a": 5 }, "kernelspec": {} }),
        json!([{ "output_type": "stream", "name": "stdout" }]),
    ];
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Value)| {
        let mut json = good.clone();
        change(&mut json["notebooks"][EXERCISE]);
        all.push(json);
    };
    for cell in [0, 1, 2] {
        for key in [
            "id",
            "metadata",
            "outputs",
            "execution_count",
            "attachments",
            "foreign",
        ] {
            for value in &wrong {
                with(&|notebook| notebook["cells"][cell][key] = value.clone());
            }
            with(&|notebook| {
                let cell = notebook["cells"][cell].as_object_mut();
                cell.expect("a cell").remove(key);
            });
        }
        with(&|notebook| notebook["cells"][cell]["cell_type"] = "raw".into());
        with(&|notebook| notebook["cells"][cell]["id"] = "no id".into());
    }
    for key in ["metadata", "nbformat", "nbformat_minor", "foreign"] {
        for value in &wrong {
            with(&|notebook| notebook[key] = value.clone());
        }
        with(&|notebook| {
            notebook.as_object_mut().expect("a notebook").remove(key);
        });
    }
    all
}

/// What Jupyter's validation refuses below some folders, and how many notebooks it looked at.
fn refused(folders: &[PathBuf]) -> (u64, Value) {
    let told = common::told(common::jupyter("valid.py").args(folders));
    let looked_at = told["looked_at"].as_u64().expect("a number");
    (looked_at, told["refused"].clone())
}

#[test]
fn every_notebook_that_is_brought_back_is_valid() {
    let (learner, good) = Checkout::saved();
    let mut checkouts = vec![learner];
    for json in [good.clone()].iter().chain(&damaged(&good)) {
        let here = Checkout::new();
        let file = here.folder.path().join("work.json");
        fs::write(&file, json.to_string()).expect("written");
        here.done(&["progress", "--import", "work.json"]);
        // What was merged once is merged again with what it became.
        here.done(&["sync"]);
        checkouts.push(here);
    }
    let folders: Vec<_> = checkouts[1..]
        .iter()
        .map(|checkout| checkout.root().join("notebooks"))
        .collect();
    let (looked_at, wrong) = refused(&folders);
    assert_eq!(wrong, json!({}), "of {looked_at}");
    assert!(looked_at > 1000, "{looked_at}");
    // The learner's own, which no command has written, is not valid; and that is seen.
    let (_, wrong) = refused(&[checkouts[0].root()]);
    let wrong: Vec<&String> = wrong.as_object().expect("an object").keys().collect();
    assert!(
        matches!(wrong[..], [one] if one.ends_with("Untitled.ipynb")),
        "{wrong:?}"
    );
    // In most of them, what the learner wrote has come back.
    let has_note = |checkout: &&Checkout| checkout.read(EXERCISE).to_string().contains("My note.");
    let back = checkouts.iter().filter(has_note).count();
    assert!(back * 2 > checkouts.len(), "{back} of {}", checkouts.len());
}

#[test]
fn a_reader_that_has_gone_stops_no_command() {
    let (learner, _) = Checkout::saved();
    let here = Checkout::new();
    let work = learner.folder.path().join("work.json");
    let work = work.to_str().expect("a path");
    for arguments in [
        &["progress"][..],
        &["progress", "--import", work],
        &["progress", "--export", "more.json"],
        &["sync"],
        &["reset", "1", "start_here"],
        &["doctor"],
        &["--help"],
    ] {
        let mut command = here.lab(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        // Before anything is written.
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        let doctor_may_miss_something = arguments == ["doctor"];
        assert!(
            output.status.success() || doctor_may_miss_something,
            "{arguments:?}: {said}"
        );
    }
    // Nor did it stop them in the middle: the work came, was saved, and was put aside.
    let notes = |path: &Path| {
        fs::read_to_string(path)
            .expect("read")
            .matches("My note.")
            .count()
    };
    assert_eq!(notes(&here.folder.path().join("more.json")), 1);
    let kept = here.root().join("notebooks/kept");
    let mut kept = fs::read_dir(kept).expect("kept").flatten();
    assert!(kept.any(|entry| notes(&entry.path()) == 1));
    assert!(!here.read(EXERCISE).to_string().contains("My note."));
    assert_ne!(here.root(), root());
}

#[test]
fn a_git_that_is_killed_has_not_said_that_it_knows_nothing() {
    let here = Checkout::new();
    let git = here.folder.path().join("bin/git");
    fs::create_dir(here.folder.path().join("bin")).expect("made");
    fs::write(&git, "#!/bin/sh\nkill -9 $$\n").expect("written");
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).expect("a program");
    let path = std::env::var_os("PATH").expect("it is set");
    let folders = std::iter::once(here.folder.path().join("bin"));
    let folders = folders.chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).expect("a path");
    let before = fs::read(here.root().join("notebooks").join(EXERCISE)).expect("read");
    let mut command = here.lab(&["reset", "1"]);
    let output = command.env("PATH", path).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("git was killed"),
        "{said}"
    );
    // Without git, a copy of what is there would be taken for what the lab has.
    assert!(!here.root().join(".original").exists());
    let after = fs::read(here.root().join("notebooks").join(EXERCISE)).expect("read");
    assert_eq!(after, before);
}

/// The bytes of all notebooks, and of what else the commands write for learners.
fn written(checkout: &Checkout) -> Vec<(PathBuf, Vec<u8>)> {
    fn add(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
        for path in fs::read_dir(folder).expect("a folder").flatten() {
            let path = path.path();
            if path.is_file() {
                let bytes = fs::read(&path).expect("read");
                found.push((path, bytes));
            } else if !path.ends_with("target") {
                add(&path, found);
            }
        }
    }
    let mut found = Vec::new();
    add(checkout.folder.path(), &mut found);
    found.sort();
    found
}

#[test]
fn what_cannot_be_written_whole_is_not_written() {
    let (learner, _) = Checkout::saved();
    let work = learner.folder.path().join("work.json");
    let work = work.to_str().expect("a path");
    let here = Checkout::new();
    here.done(&["progress"]);
    for arguments in [
        &["progress", "--import", work][..],
        &["reset", "1"],
        &["progress", "--export", "mine.json"],
    ] {
        let before = written(&here);
        // As on a disk that is full after a thousand bytes or less.
        let mut command = here.lab(&[]);
        let program = command.get_program().to_owned();
        let mut limited = Command::new("sh");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"])
            .arg(program)
            .args(arguments)
            .current_dir(here.folder.path());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        let output = limited.output().expect("it starts");
        assert!(!output.status.success(), "{arguments:?}: {output:?}");
        assert!(written(&here) == before, "{arguments:?} changed something");
        // With room it does what it was to do.
        let output = command.args(arguments).output().expect("it starts");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert!(written(&here) != before, "{arguments:?} does nothing");
    }
}
