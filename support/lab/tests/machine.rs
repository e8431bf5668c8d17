//! What is set on a machine neither changes what the lab builds nor stops it, and questions change nothing.
//!
//! These tests look at the folder that is prepared already: where a setting would have it built anew, the doctor says so.

mod common;

use common::{code, root, run_in, state};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::SystemTime;
use tempfile::TempDir;

/// Held by those that start kernels, which note that they have used a folder, and by who looks whether anything changes.
static KERNELS: Mutex<()> = Mutex::new(());

fn lab() -> Command {
    Command::new(env!("CARGO_BIN_EXE_lab"))
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// What the doctor says where variables are set.
fn doctor(variables: &[(&str, &OsStr)]) -> String {
    let output = lab()
        .arg("doctor")
        .envs(variables.iter().copied())
        .output()
        .expect("it starts");
    said(&output)
}

#[track_caller]
fn assert_ready(said: &str) {
    assert!(said.contains("up to date"), "{said}");
}

fn script(file: &Path, lines: &str) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    fs::write(file, format!("#!/bin/sh\n{lines}\n")).expect("written");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("a program");
}

/// Names, sizes and times of everything below a folder, but for what belongs to kernels that live.
fn look(folder: &Path, found: &mut Vec<(PathBuf, u64, SystemTime)>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let (path, data) = (entry.path(), entry.metadata().expect("it is there"));
        if path.ends_with("kernels") && !path.ends_with("data/kernels") {
            continue;
        }
        found.push((path.clone(), data.len(), data.modified().expect("a time")));
        if data.is_dir() {
            look(&path, found);
        }
    }
}

#[test]
fn another_kernel_on_the_path_is_left_alone() {
    let scratch = TempDir::new().expect("a folder");
    let other = scratch.path().join("evcxr_jupyter");
    script(&other, "echo '--install'; echo called >> \"$0.calls\"");
    let path = std::env::var_os("PATH").expect("it is set");
    let folders = std::iter::once(scratch.path().to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).expect("a path");
    let doctor = doctor(&[("PATH", &path)]);
    assert_ready(&doctor);
    assert!(doctor.contains("is left alone"), "{doctor}");
    let ran = run_in(
        scratch.path(),
        &[code("let n = \"7\".parse::<i32>()?;")],
        &[],
        &[("PATH", Path::new(&path))],
    );
    ran.assert_ok();
    assert!(!scratch.path().join("evcxr_jupyter.calls").exists());
}

#[test]
fn variables_that_only_move_builds_have_nothing_built_anew() {
    let elsewhere = OsStr::new("/no/such/folder");
    let said = doctor(&[
        ("CARGO_TARGET_DIR", elsewhere),
        ("CARGO_BUILD_JOBS", OsStr::new("1")),
        ("CARGO_INCREMENTAL", OsStr::new("0")),
        ("CARGO_PROFILE_DEV_PANIC", OsStr::new("abort")),
        ("RUSTFLAGS", OsStr::new("-Cdebuginfo=2")),
        ("PIP_USER", OsStr::new("1")),
        ("PYTHONHOME", elsewhere),
    ]);
    assert_ready(&said);
    assert!(!said.contains("missing"), "{said}");
    // A C compiler does change what is built.
    assert!(!doctor(&[("CC", OsStr::new("/bin/another-cc"))]).contains("up to date"));
}

/// The `PATH` without the folders that lead to a toolchain, and with one folder more.
fn path_without_cargo(more: Option<&Path>) -> OsString {
    let path = std::env::var_os("PATH").expect("it is set");
    let leads = |folder: &PathBuf| {
        let mut programs = ["cargo", "rustc", "rustup"].iter();
        programs.any(|program| folder.join(program).exists())
    };
    let kept = std::env::split_paths(&path).filter(|folder| !leads(folder));
    let folders = more.map(Path::to_owned).into_iter().chain(kept);
    std::env::join_paths(folders).expect("a path")
}

#[test]
fn a_path_without_cargo_leads_to_the_same_toolchain() {
    let said = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .expect("it starts");
    let toolchain = Path::new(String::from_utf8_lossy(&said.stdout).trim()).join("bin");
    let mut paths = vec![path_without_cargo(Some(&toolchain))];
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    if cargo_home.is_some_and(|home| home.join("bin/rustup").exists()) {
        paths.push(path_without_cargo(None));
    } else {
        println!("skipped: without a PATH, since rustup is not where it installs itself");
    }
    for path in paths {
        assert_ready(&doctor(&[("PATH", &path)]));
        let folder = TempDir::new().expect("a folder");
        let cells = [
            code("let said = std::process::Command::new(\"cargo\").arg(\"--version\").output()?;"),
            code("assert!(said.status.success());"),
        ];
        run_in(folder.path(), &cells, &[], &[("PATH", Path::new(&path))]).assert_ok();
    }
}

#[test]
fn settings_of_cargo_that_are_damaged_are_named() {
    // The second is the old name.
    for name in ["config.toml", "config"] {
        let scratch = TempDir::new().expect("a folder");
        fs::write(scratch.path().join(name), "[profile").expect("written");
        let said = doctor(&[("CARGO_HOME", scratch.path().as_os_str())]);
        assert!(
            said.contains("is not what cargo reads") && !said.contains("up to date"),
            "{said}"
        );
    }
}

#[test]
fn a_variable_that_is_not_utf8_is_nobodys_concern() {
    let odd = OsString::from_vec(b"/home/caf\xe9".to_vec());
    assert_ready(&doctor(&[("PWD", &odd), ("SOMETHING", &odd)]));
    let said = doctor(&[("CFLAGS", &odd)]);
    assert!(
        said.contains("`CFLAGS` is not UTF-8") && !said.contains("panicked"),
        "{said}"
    );
}

#[test]
fn questions_write_nothing() {
    let _turn = KERNELS.lock();
    let folder = state();
    let all = || {
        let mut found = Vec::new();
        look(&folder, &mut found);
        found.sort();
        found
    };
    let before = all();
    for toolchain in ["", "nightly", "no-such-toolchain"] {
        let mut command = lab();
        command.arg("doctor");
        if !toolchain.is_empty() {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command.output().expect("it starts");
    }
    assert_eq!(all(), before);
}

#[test]
fn a_wrapper_around_the_compiler_is_not_asked() {
    let scratch = TempDir::new().expect("a folder");
    let wrapper = scratch.path().join("wrapper");
    script(&wrapper, "echo \"$*\" >> \"$0.calls\"; exec \"$@\"");
    let _turn = KERNELS.lock();
    let cells = [code("let a = 1;"), code("async { 2 }.await"), code("a + 3")];
    run_in(scratch.path(), &cells, &[], &[("RUSTC_WRAPPER", &wrapper)]).assert_ok();
    assert!(!scratch.path().join("wrapper.calls").exists());
}

#[test]
fn kernels_are_started_by_a_program_of_this_checkout() {
    let file = state().join("jupyter/data/kernels/async-lab/kernel.json");
    let text = fs::read_to_string(file).expect("it is registered");
    let specification: Value = serde_json::from_str(&text).expect("JSON");
    let program = PathBuf::from(specification["argv"][0].as_str().expect("a program"));
    assert_eq!(program, state().join("bin/lab"));
}

#[test]
fn what_is_started_behind_the_guard_ends_with_whoever_started_it() {
    let scratch = TempDir::new().expect("a folder");
    let mut guard = lab()
        .args(["guard", "--", "sh", "-c", "sleep 600 & echo $! ; wait"])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .current_dir(scratch.path())
        .spawn()
        .expect("it starts");
    let mut stdout = guard.stdout.take().expect("piped");
    let mut first = [0; 1];
    stdout.read_exact(&mut first).expect("it has started");
    drop(guard.stdin.take());
    // Its end closes standard output, which the sleeping one holds open, too.
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("both have ended");
    assert!(!guard.wait().expect("it ends").success());
}

/// A folder with the files that git tracks, and nothing that was built.
fn copy_of_the_checkout(to: &Path) {
    let files = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()
        .expect("git starts");
    for name in String::from_utf8_lossy(&files.stdout)
        .split('\0')
        .filter(|name| !name.is_empty())
    {
        let (from, to) = (root().join(name), to.join(name));
        if from.is_file() {
            fs::create_dir_all(to.parent().expect("a folder")).expect("made");
            fs::copy(from, to).expect("copied");
        }
    }
}

/// The command as cargo starts it in another checkout.
fn lab_of(checkout: &Path) -> Command {
    let mut command = lab();
    command
        .env("CARGO_PKG_NAME", "lab")
        .env("CARGO_MANIFEST_DIR", checkout.join("support/lab"))
        .env_remove("LAB_PROGRESS")
        .current_dir(checkout);
    command
}

#[test]
fn a_copied_checkout_is_itself() {
    let scratch = TempDir::new().expect("a folder");
    let copy = scratch.path().join("li fé's");
    copy_of_the_checkout(&copy);
    fs::write(
        copy.join(".progress.json"),
        "{\"1_first_async_function\": 5}",
    )
    .expect("written");
    let progress = said(&lab_of(&copy).arg("progress").output().expect("it starts"));
    assert!(progress.contains("1 of "), "{progress}");

    let exercise = "notebooks/exercises/1_first_async_function.ipynb";
    let original = fs::read(root().join(exercise)).expect("read");
    let text = fs::read_to_string(copy.join(exercise)).expect("read");
    fs::write(copy.join(exercise), text.replacen("async", "ASYNC", 3)).expect("written");
    lab_of(&copy).arg("sync").output().expect("it starts");
    assert_eq!(fs::read(root().join(exercise)).expect("read"), original);
}

#[test]
fn a_path_that_cannot_work_is_refused_before_anything_is_built() {
    let scratch = TempDir::new().expect("a folder");
    let copy = scratch.path().join("a\"b");
    copy_of_the_checkout(&copy);
    let output = lab_of(&copy).arg("setup").output().expect("it starts");
    let said = said(&output);
    assert!(
        !output.status.success() && said.contains("hint: rename"),
        "{said}"
    );
    assert!(!copy.join("target").exists());
}
