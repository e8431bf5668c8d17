//! repo2docker, which builds Binder's images, reads `environment.yml` and `postBuild` as they are meant; and what an image
//! may use, one core and 2 GB without a network, is enough to solve an exercise.

mod common;

use common::{root, state, tool};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// repo2docker in an environment of its own, made once for each release that is pinned: learners do not need it.
fn repo2docker() -> PathBuf {
    let pinned = root().join("support/lab/assets/requirements/binder.txt");
    let folder = state().join("repo2docker");
    let made = folder.join("made-of.txt");
    let text = |file: &Path| fs::read_to_string(file).unwrap_or_default();
    if text(&made) != text(&pinned) {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder));
        run(Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(&pinned));
        fs::copy(&pinned, &made).expect("written");
    }
    folder.join("bin/jupyter-repo2docker")
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("the command starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}

/// A folder with what repo2docker looks at, and nothing of `target`, which it would take for a part of the image.
fn recipe(folder: &Path) {
    for file in ["environment.yml", "postBuild"] {
        fs::copy(root().join(file), folder.join(file)).expect("the file is there");
    }
}

#[test]
fn the_image_has_the_environment_and_runs_post_build_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    recipe(folder.path());
    let dockerfile = run(Command::new(repo2docker())
        .args(["--no-build", "--debug"])
        .arg(folder.path()));
    assert!(
        dockerfile.contains("Building conda environment for python=3.12"),
        "{dockerfile}"
    );
    let place = |text: &str| {
        dockerfile
            .find(text)
            .unwrap_or_else(|| panic!("`{text}` is missing:\n{dockerfile}"))
    };
    let environment = place("env update -p ${NB_PYTHON_PREFIX} --file \"environment.yml\"");
    let user = dockerfile
        .rfind("USER ${NB_USER}")
        .expect("postBuild runs as the user");
    let post_build = place("RUN ./postBuild");
    assert!(
        environment < post_build && user < post_build,
        "{dockerfile}"
    );
}

#[test]
fn post_build_is_a_program_that_stops_at_the_first_error() {
    use std::os::unix::fs::PermissionsExt;
    let file = root().join("postBuild");
    let mode = file.metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "postBuild is executable");
    let text = fs::read_to_string(file).expect("it is read");
    assert!(text.starts_with("#!/usr/bin/env bash\n") && text.contains("set -euo pipefail"));
    run(Command::new("bash").arg("-n").arg(root().join("postBuild")));
}

#[test]
fn the_kernel_is_not_condas() {
    // Another release of it starts, answers, and fails in most notebooks.
    let text = fs::read_to_string(root().join("environment.yml")).expect("it is read");
    let packages = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "));
    let kernels: Vec<_> = packages
        .filter(|package| package.starts_with("evcxr"))
        .collect();
    assert!(kernels.is_empty(), "{kernels:?}");
}

#[test]
fn one_core_two_gigabytes_and_no_network_are_enough() {
    if let Some(why) = no_limits() {
        println!("skipped: {why}");
        return;
    }
    // Binder's Jupyter needs none of our modules; the kernel that is registered in a checkout does.
    let assets = root().join("support/lab/assets");
    let modules = std::env::join_paths([assets.clone(), assets.join("jupyter")]).expect("a path");
    let output = Command::new("unshare")
        .args(["--net", "--"])
        .arg(tool("JupyterLab"))
        .arg(root().join("support/lab/tests/binder.py"))
        .arg("--root")
        .arg(root())
        .env("PYTHONPATH", modules)
        .env("JUPYTER_PATH", state().join("jupyter/data"))
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let told: Value = serde_json::from_str(said.trim()).unwrap_or_default();
    println!("{told:#}");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(told["passed"], true, "{told:#}");
    assert_eq!(told["killed"], 0, "nothing ended for want of memory");
}

/// Why the limits cannot be set here, where they cannot.
fn no_limits() -> Option<&'static str> {
    let unshare = Command::new("unshare").args(["--net", "true"]).output();
    if !unshare.is_ok_and(|output| output.status.success()) {
        return Some("only root may start a process in a network of its own");
    }
    let groups =
        ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"].map(|top| Path::new(top).join("async-lab-try"));
    let limits = ["memory.limit_in_bytes", "memory.max"];
    let made = groups.iter().zip(limits).any(|(group, limit)| {
        let made = fs::create_dir(group).is_ok() && group.join(limit).exists();
        let _ = fs::remove_dir(group);
        made
    });
    (!made).then_some("no control group can be made that limits the memory")
}
