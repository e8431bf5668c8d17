//! A cell is compiled as cargo did it before, and by cargo again as soon as anything but the cell has changed.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// What the kernel asks for, and where it finds what was built.
fn build(folder: &Path) -> Output {
    let rustc = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("a compiler");
    let text = String::from_utf8_lossy(&rustc.stdout);
    let host = text
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("a host");
    Command::new(env!("CARGO_BIN_EXE_lab"))
        .arg("compile")
        .arg(recording_rustc())
        .args([env!("CARGO"), "--offline", "build", "--target"])
        .args([host, "--message-format=json"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", "target")
        .env("EVCXR_EXECUTION_SO_PATH", folder.join("product"))
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .output()
        .expect("it starts")
}

/// The compiler of the kernel's cargo home.
fn recording_rustc() -> PathBuf {
    let homes = fs::read_dir(common::state().join("cargo-homes")).expect("the lab is prepared");
    let home = homes.flatten().next().expect("there is one");
    home.path().join("bin/rustc")
}

fn cell(folder: &Path, source: &str) {
    fs::write(folder.join("src/lib.rs"), source).expect("written");
}

fn asked_cargo(output: &Output) -> bool {
    String::from_utf8_lossy(&output.stdout).contains("\"reason\":\"build-finished\"")
}

#[test]
fn cargo_is_asked_once_for_each_manifest() {
    let scratch = TempDir::new().expect("a folder");
    let folder = scratch.path();
    let manifest = "[package]\nname = \"ctx\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    fs::create_dir_all(folder.join("src")).expect("made");
    fs::write(folder.join("Cargo.toml"), manifest).expect("written");

    cell(
        folder,
        "#[unsafe(no_mangle)] pub extern \"C\" fn first_cell() {}",
    );
    // The first build writes the lock file, which is a change.
    for _ in 0..2 {
        let first = build(folder);
        assert!(first.status.success() && asked_cargo(&first), "{first:?}");
        cell(
            folder,
            "#[unsafe(no_mangle)] pub extern \"C\" fn second_cell() {}",
        );
    }

    let second = build(folder);
    assert!(
        second.status.success() && !asked_cargo(&second),
        "{second:?}"
    );
    let product = fs::read_to_string(folder.join("product")).expect("it says where");
    let library = fs::read(&product).expect("the library is there");
    let has = |name: &[u8]| library.windows(name.len()).any(|part| part == name);
    assert!(has(b"second_cell") && !has(b"first_cell"));

    // A mistake reads as cargo would have told it.
    cell(folder, "pub fn third() { missing(); }");
    let wrong = build(folder);
    assert!(!wrong.status.success() && !asked_cargo(&wrong));
    let said = String::from_utf8_lossy(&wrong.stderr);
    let messages: Vec<serde_json::Value> = said
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert!(
        messages
            .iter()
            .any(|message| message["code"]["code"] == "E0425"),
        "{said}"
    );

    // With another manifest, it is cargo's turn.
    cell(folder, "pub fn fourth() {}");
    let manifest = format!("{manifest}[profile.dev]\npanic = \"unwind\"\n");
    fs::write(folder.join("Cargo.toml"), manifest).expect("written");
    let changed = build(folder);
    assert!(
        changed.status.success() && asked_cargo(&changed),
        "{changed:?}"
    );
}

#[test]
fn a_crate_that_is_gone_is_cargos_to_mend() {
    let scratch = TempDir::new().expect("a folder");
    let folder = scratch.path();
    fs::create_dir_all(folder.join("src")).expect("made");
    fs::create_dir_all(folder.join("other/src")).expect("made");
    fs::write(folder.join("other/src/lib.rs"), "pub fn two() -> u8 { 2 }").expect("written");
    fs::write(
        folder.join("other/Cargo.toml"),
        "[package]\nname = \"other\"\nedition = \"2024\"\n",
    )
    .expect("written");
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"ctx\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n[dependencies]\nother = { path = \"other\" }\n",
    )
    .expect("written");
    for number in 0..3 {
        cell(
            folder,
            &format!("pub fn cell_{number}() -> u8 {{ other::two() }}"),
        );
        let output = build(folder);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(asked_cargo(&output), number < 2);
    }
    let target = walk(&folder.join("target"));
    for file in target.iter().filter(|file| file.contains("libother-")) {
        fs::remove_file(file).expect("removed");
    }
    cell(folder, "pub fn cell() -> u8 { other::two() + 1 }");
    let output = build(folder);
    assert!(
        output.status.success() && asked_cargo(&output),
        "{output:?}"
    );
}

/// All files below a folder.
fn walk(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path.to_string_lossy().into_owned()]
            }
        })
        .collect()
}
