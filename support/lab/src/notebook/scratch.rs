//! Small checkouts for tests: two exercises with their solutions, a guide, and git where a test asks for it.

use crate::notebook::{self, EXERCISE, Notebook, committed};
use crate::system::{files, paths::Paths};
use fs_err as fs;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A checkout that goes with the test.
pub(crate) struct Checkout {
    folder: TempDir,
    pub(crate) paths: Paths,
}

/// A code cell.
pub(crate) fn cell(id: &str, source: &str) -> Value {
    json!({ "cell_type": "code", "execution_count": null, "id": id, "metadata": {}, "outputs": [],
            "source": source })
}

/// A cell that the learner writes.
pub(crate) fn yours(id: &str, source: &str) -> Value {
    let mut cell = cell(id, source);
    cell["metadata"]["tags"] = json!([EXERCISE]);
    cell
}

/// The sources of all cells.
pub(crate) fn sources(notebook: &Notebook) -> Vec<String> {
    notebook.cells().iter().map(notebook::source).collect()
}

impl Checkout {
    /// One without git.
    pub(crate) fn new() -> Self {
        let folder = scratch();
        let root = folder.path().join("lab");
        fs::create_dir_all(&root).expect("made");
        let checkout = Checkout {
            paths: Paths::of(&root).expect("a folder"),
            folder,
        };
        for (folder, answer) in [
            ("solutions", "fn answer() {}"),
            ("exercises", "todo!(\"answer\")"),
        ] {
            let answer = yours("b", answer);
            let cells = [cell("a", "shared()"), answer, cell("c", "check()")];
            checkout.write(&format!("{folder}/1_first.ipynb"), cells.clone());
            checkout.write(&format!("{folder}/2_second.ipynb"), cells);
        }
        checkout.write("guides/patterns.ipynb", [cell("p", "pattern()")]);
        checkout.write("start_here.ipynb", [cell("s", "start()")]);
        checkout.file("support/lib.rs", "// one\n");
        checkout.file(
            ".gitignore",
            "/.progress.json\n/.progress.json.lock\n/notebooks/kept/\n/.original/\n/target/\n",
        );
        checkout
    }

    /// One that git knows.
    pub(crate) fn with_git() -> Self {
        let checkout = Checkout::new();
        checkout.git(&["init", "--quiet", "--initial-branch=main"]);
        checkout.commit("First");
        checkout
    }

    /// Somebody's clone of it, which follows it.
    pub(crate) fn cloned(&self) -> Self {
        let folder = scratch();
        let root = folder.path().join("lab");
        let from = self.paths.root.to_str().expect("a path").to_owned();
        run(folder.path(), &["clone", "--quiet", &from, "lab"]);
        Checkout {
            paths: Paths::of(&root).expect("a folder"),
            folder,
        }
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        run(&self.paths.root, arguments)
    }

    /// The same where it may end in a conflict.
    pub(crate) fn git_may_fail(&self, arguments: &[&str]) {
        git(&self.paths.root, arguments);
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", message]);
    }

    /// A place outside the checkout that goes with it.
    pub(crate) fn beside(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, path: &str, text: &str) {
        let file = self.paths.root.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, text).expect("written");
    }

    /// Writes a notebook in its committed form.
    pub(crate) fn write(&self, inside: &str, cells: impl IntoIterator<Item = Value>) {
        let tidy = committed::tidy(&Notebook::with(cells));
        let text = tidy.text().expect("JSON");
        self.file(&format!("notebooks/{inside}"), &text);
    }

    pub(crate) fn read(&self, inside: &str) -> Notebook {
        Notebook::read(&self.paths.notebooks().join(inside)).expect("read")
    }

    pub(crate) fn text(&self, inside: &str) -> String {
        fs::read_to_string(self.paths.notebooks().join(inside)).expect("read")
    }

    /// Every file of the checkout but git's own.
    pub(crate) fn everything(&self) -> Vec<(Vec<u8>, std::path::PathBuf)> {
        let seen = |path: &Path| !path.ends_with(".git");
        let all = files::below(&self.paths.root, &seen).expect("read");
        let with_bytes = |path| (fs::read(&path).expect("read"), path);
        all.into_iter().map(with_bytes).collect()
    }

    pub(crate) fn is_there(&self, inside: &str) -> bool {
        self.paths.notebooks().join(inside).exists()
    }

    pub(crate) fn change(&self, inside: &str, change: impl FnOnce(&mut Vec<Value>)) {
        let mut notebook = self.read(inside);
        change(notebook.json["cells"].as_array_mut().expect("cells"));
        let text = notebook.text().expect("JSON");
        self.file(&format!("notebooks/{inside}"), &text);
    }

    /// Does what learners do, to every notebook: runs it, answers it, adds a cell in the middle and one at the end, and
    /// leaves copies and a new notebook beside.
    pub(crate) fn learn(&self) {
        for inside in [
            "exercises/1_first.ipynb",
            "exercises/2_second.ipynb",
            "guides/patterns.ipynb",
            "start_here.ipynb",
        ] {
            self.change(inside, |cells| {
                for cell in cells.iter_mut() {
                    cell["outputs"] = json!([{ "output_type": "stream", "name": "stdout", "text": ["ran\n"] }]);
                    cell["execution_count"] = 4.into();
                    if notebook::has_tag(cell, EXERCISE) {
                        cell["source"] = json!(["fn answer() {\n", "    // todo!(\"done\")\n", "}"]);
                    }
                }
                cells.insert(1, json!({ "cell_type": "markdown", "id": "my-note", "metadata": {}, "source": "My note." }));
                cells.push(cell("my-cell", "my_helper()"));
            });
        }
        self.write("exercises/Untitled.ipynb", [cell("u", "untitled()")]);
        let copy = self.text("exercises/1_first.ipynb");
        self.file("notebooks/exercises/1_first-Copy1.ipynb", &copy);
    }

    /// The cells of all notebooks that a learner wrote by [`Checkout::learn`], by their places.
    pub(crate) fn learnt(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for path in notebook::below(&self.paths.notebooks()).expect("read") {
            let inside = path.strip_prefix(self.paths.notebooks()).expect("inside");
            let inside = inside.to_str().expect("a name").to_owned();
            if inside.starts_with("kept/") || inside.starts_with("solutions/") {
                continue;
            }
            let wrote = |source: &String| {
                ["My note.", "my_helper()", "fn answer()", "untitled()"]
                    .iter()
                    .any(|mine| source.contains(mine))
            };
            let Ok(notebook) = Notebook::read(&path) else {
                continue;
            };
            let mine = sources(&notebook).into_iter().filter(wrote);
            found.extend(mine.map(|source| (inside.clone(), source)));
        }
        found
    }
}

/// A folder in memory where there is one: what is flushed in tests is not worth waiting for a disk.
fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .expect("a folder")
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = git(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn git(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .args(["-c", "user.name=Somebody"])
        .args(["-c", "user.email=some@body.example"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git is there")
}
