//! What is damaged of what was prepared is seen by the doctor, and mended by the kernel that needs it.

mod common;

use common::{code, entries, prepared, run, state};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn doctor_is_content() -> bool {
    let output = Command::new(env!("CARGO_BIN_EXE_lab"))
        .arg("doctor")
        .output()
        .expect("it starts");
    String::from_utf8_lossy(&output.stdout).contains("up to date")
}

/// Leaves half of a file, as a full disk or a sudden end does.
fn cut(file: &Path) {
    let whole = fs::read(file).expect("it is there");
    fs::write(file, &whole[..whole.len() / 2]).expect("written");
}

/// An outline that type inference reads, of a crate from the registry.
fn outline() -> PathBuf {
    let list = fs::read_to_string(prepared().join("async-lab-outlines.json")).expect("a list");
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let outlines = list.as_array().expect("a list").iter();
    let mut files = outlines.filter_map(|two| Some(Path::new(two[1].as_str()?).join("src/lib.rs")));
    files.find(|file| file.is_file()).expect("a crate has one")
}

#[test]
fn what_is_cut_off_is_seen_and_mended() {
    assert!(doctor_is_content(), "the lab is prepared");
    let mut files = vec![outline()];
    // Those of all toolchains: one of them is that of this test.
    let homes = entries(&state().join("cargo-homes"));
    files.extend(homes.iter().map(|home| home.join("bin/cargo")));
    let whole: Vec<_> = files
        .iter()
        .map(|file| fs::read(file).expect("read"))
        .collect();
    files.iter().for_each(|file| cut(file));
    let seen = !doctor_is_content();
    let cells = [
        code("let x = String::from(\"a\");"),
        code("let y = x.clone();"),
        code("assert_eq!(y, \"a\");"),
    ];
    let ran = run(&cells, &[]);
    let mended = doctor_is_content() && fs::read(&files[0]).is_ok_and(|now| now == whole[0]);
    // Programs of other toolchains wait for a kernel of theirs.
    for (file, whole) in files.iter().zip(&whole).skip(1) {
        if fs::read(file).is_ok_and(|now| now != *whole) {
            fs::write(file, whole).expect("written");
        }
    }
    assert!(seen);
    ran.assert_ok();
    assert!(mended);
}
