//! What is left of the local HTTP service when it is gone: nothing. Alone in its process, since it counts what the
//! process holds.

#![cfg(target_os = "linux")]

use std::time::Duration;
use support::server::{Server, Settings};

/// Open files and threads of this process, as the operating system counts them.
fn held() -> (usize, usize) {
    let count = |folder: &str| {
        std::fs::read_dir(folder)
            .map(Iterator::count)
            .unwrap_or_default()
    };
    (count("/proc/self/fd"), count("/proc/self/task"))
}

#[tokio::test]
async fn two_hundred_starts_and_drops_leave_no_port_no_file_and_no_thread() {
    let client = reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client");
    let mut before = (0, 0);
    for round in 0..200 {
        let server = Server::start(Settings::default().latency(Duration::ZERO)).expect("it starts");
        let url = server.url("/posts/1");
        let answer = client.get(&url).send().await.expect("an answer");
        answer.bytes().await.expect("its body");
        // One that is never answered is in flight when the service ends.
        let _ = tokio::time::timeout(
            Duration::from_millis(2),
            client.get(server.url("/posts/1?fault=never")).send(),
        )
        .await;
        drop(server);
        assert!(
            client.get(&url).send().await.is_err(),
            "nobody listens any more"
        );
        if round == 9 {
            before = held();
        }
    }
    let after = held();
    assert!(
        after.0 <= before.0 + 2 && after.1 <= before.1,
        "files and threads: {before:?}, then {after:?}"
    );
}
