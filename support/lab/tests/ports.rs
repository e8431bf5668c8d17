//! The ports of a kernel are its own from the moment they are chosen, seconds before it listens on them.
//!
//! Without that, of several servers that start kernels at the same time now and then one gives its kernel a port that
//! another one has chosen, too: that kernel ends, and ends again each time it is started.

#![cfg(target_os = "linux")]

mod common;

use common::root;
use serde_json::{Value, json};

#[test]
fn nobody_is_given_a_port_of_a_kernel_that_starts_runs_or_restarts() {
    let output = common::jupyter("ports.py")
        .arg(root().join("notebooks/exercises"))
        .output()
        .expect("Python starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    // The kernel speaks on the same standard output.
    let stdout = String::from_utf8_lossy(&output.stdout);
    let told = stdout.lines().rfind(|line| line.starts_with("{\"starts\""));
    let told: Value = serde_json::from_str(told.unwrap_or_default()).expect(&stderr);

    assert_eq!(
        told,
        json!({ "starts": [], "runs": [], "restarts": [], "same": true, "held": [] })
    );
}
