//! Kernels keep to themselves: several at once, and those that are killed, leave nothing for others to trip over.

mod common;

use common::{entries, notebooks, prepared, state};
use serde_json::{Value, json};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::Duration;
use tempfile::TempDir;

/// Everything in a folder: names and bytes.
fn content(folder: &Path) -> u64 {
    fn add(folder: &Path, hasher: &mut DefaultHasher) {
        for path in entries(folder) {
            path.hash(hasher);
            if path.is_dir() {
                add(&path, hasher);
            } else {
                fs::read(&path).expect("it is read").hash(hasher);
            }
        }
    }
    let mut hasher = DefaultHasher::new();
    add(folder, &mut hasher);
    hasher.finish()
}

#[test]
fn four_at_once_solve_an_exercise_and_change_nothing_that_is_shared() {
    let before = content(&prepared());
    let solution = notebooks().join("solutions/1_first_async_function.ipynb");
    let kernels: Vec<Child> = (0..4)
        .map(|_| {
            Command::new(env!("CARGO_BIN_EXE_lab"))
                .args(["run", "--json"])
                .arg(&solution)
                .env("LAB_PROGRESS", "")
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts")
        })
        .collect();
    for kernel in kernels {
        let output = kernel.wait_with_output().expect("it ends");
        let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(line["verdicts"][0]["passed"], true, "{line:#}");
    }
    assert_eq!(content(&prepared()), before);
}

/// A kernel as Jupyter starts one, and its folder is named after it.
struct Kernel(Child);

impl Kernel {
    fn start(scratch: &Path) -> Self {
        let ports: Vec<u16> = (0..5)
            .map(|_| std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port"))
            .collect::<Vec<_>>()
            .iter()
            .map(|listener| listener.local_addr().expect("it has one").port())
            .collect();
        let connection = json!({
            "shell_port": ports[0], "iopub_port": ports[1], "stdin_port": ports[2], "control_port": ports[3],
            "hb_port": ports[4], "ip": "127.0.0.1", "key": "a-key", "transport": "tcp",
            "signature_scheme": "hmac-sha256", "kernel_name": "async-lab",
        });
        let file = scratch.join(format!("{}.json", ports[0]));
        fs::write(&file, connection.to_string()).expect("written");
        let child = Command::new(env!("CARGO_BIN_EXE_lab"))
            .arg("kernel")
            .arg(file)
            .current_dir(scratch)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        Kernel(child)
    }

    /// Its folder, while there is one.
    fn folder(&self) -> Option<PathBuf> {
        let start = format!("{}-", self.0.id());
        entries(&state().join("kernels")).into_iter().find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(&start))
        })
    }

    /// As the system does it when memory runs out.
    fn kill(&mut self) {
        self.0.kill().expect("it is killed");
        self.0.wait().expect("it has ended");
    }
}

/// Whether any process works in the folder of one of these kernels. Only Linux tells.
fn work_goes_on(kernels: &[Kernel]) -> Vec<String> {
    let folders: Vec<_> = kernels
        .iter()
        .map(|kernel| format!("/kernels/{}-", kernel.0.id()))
        .collect();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| {
            let variables = fs::read(process.path().join("environ")).ok()?;
            let text = String::from_utf8_lossy(&variables).into_owned();
            let ours = folders.iter().any(|folder| text.contains(folder.as_str()));
            ours.then(|| process.path().display().to_string())
        })
        .collect()
}

/// A kernel that is killed at some moment: every other one has a folder already, and the last of them compile.
fn killed_after(number: u64, scratch: &Path) -> Kernel {
    let mut kernel = Kernel::start(scratch);
    let waits = number % 2 == 1;
    let there = (0..600).any(|_| {
        sleep(Duration::from_millis(100));
        !waits || kernel.folder().is_some()
    });
    assert!(there, "a kernel has a folder within a minute");
    sleep(Duration::from_millis(30 * number));
    kernel.kill();
    kernel
}

#[test]
fn fifty_that_are_killed_leave_no_process_and_no_folder() {
    let scratch = &TempDir::new().expect("a folder");
    // Some at a time: what each of them waits for is a moment of its life, not the others' end.
    let mut killed: Vec<Kernel> = Vec::new();
    for first in (0..50).step_by(5) {
        let kernels = thread::scope(|scope| {
            let started: Vec<_> = (first..first + 5)
                .map(|number| scope.spawn(move || killed_after(number, scratch.path())))
                .collect();
            let ended = started.into_iter().map(|one| one.join().expect("killed"));
            ended.collect::<Vec<_>>()
        });
        killed.extend(kernels);
    }
    let mut next = Kernel::start(scratch.path());
    // Compilers end when they notice that nobody reads what they say.
    let ended = (0..300).any(|_| {
        sleep(Duration::from_millis(100));
        next.folder().is_some() && work_goes_on(&killed).is_empty()
    });
    assert!(ended, "{:?}", work_goes_on(&killed));
    next.kill();
    let mut last = Kernel::start(scratch.path());
    let gone = (0..300).any(|_| {
        sleep(Duration::from_millis(100));
        last.folder().is_some() && killed.iter().all(|kernel| kernel.folder().is_none())
    });
    let left: Vec<_> = killed.iter().filter_map(Kernel::folder).collect();
    last.kill();
    assert!(gone, "{left:?}");
}
