//! A notebook may open onto a kernel that was started beforehand, and nothing in it tells.

mod common;

use common::root;
use serde_json::Value;
use std::path::Path;

#[test]
fn a_kernel_that_waited_is_handed_over_and_answers_like_a_new_one() {
    let output = common::jupyter("prestart.py")
        .arg(root().join("notebooks"))
        .env("ASYNC_LAB_PRESTART", "1")
        .output()
        .expect("Python starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let told = stdout.lines().find(|line| line.starts_with("{\"first\""));
    let stderr = String::from_utf8_lossy(&output.stderr);
    let told: Value = serde_json::from_str(told.unwrap_or_default()).expect(&stderr);

    assert_eq!(told["first"]["ahead"], false, "none waited yet");
    assert_eq!(told["second"]["ahead"], true, "{told:#}");
    assert_eq!(told["edited"]["ahead"], false, "it was made before an edit");
    assert_eq!(
        told["elsewhere"]["ahead"], false,
        "it waits in another folder"
    );

    let said = &told["second"]["said"];
    assert_eq!(said["folder"], "true");
    assert!(!said["names"].as_str().unwrap_or_default().contains("<td>"));
    assert_eq!(
        said["before"], "42",
        "no runtime runs before the first await"
    );
    assert_eq!(said["after"], "true", "one runs after it");
    assert_eq!(&told["first"]["said"], said, "cell by cell");

    let left = told["left"].to_string();
    assert!(is_gone(&left), "kernel {left} outlives its server");
}

/// Whether a process has ended, within the time that the system takes for that.
fn is_gone(process: &str) -> bool {
    let ended = || {
        let stat = std::fs::read_to_string(Path::new("/proc").join(process).join("stat"));
        // A process that nobody waits for stays in the table as a zombie.
        stat.map_or(true, |stat| stat.contains(") Z "))
    };
    (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        ended()
    })
}
