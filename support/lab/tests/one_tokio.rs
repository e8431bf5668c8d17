//! There is exactly one Tokio in the process of a kernel, whatever order cells run in.
//!
//! With two of them, a server spawned in one cell is never reached from the next, and runtimes deadlock now and then. So
//! these tests ask for a notebook that comes to its end: a cell that hangs fails by its time-out.

mod common;

use common::{Ran, code, dependencies, failing, run, run_in, tool};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::thread;
use tempfile::TempDir;

/// What a server does, once it has a listener.
const SERVING: &str = r#"
tokio::spawn(async move {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut request = [0; 1024];
        if stream.read(&mut request).await.is_ok() {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello").await;
        }
    }
});
"#;

/// A server whose handle and address are kept in variables.
fn server() -> String {
    format!(
        r#"
let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
let address: std::net::SocketAddr = listener.local_addr()?;
let server: tokio::task::JoinHandle<()> = {SERVING}"#
    )
}

const CLIENT: &str = r#"
let answer = reqwest::get(format!("http://{address}/")).await?.text().await?;
assert_eq!(answer, "hello");
"#;

const TASKS: &str = r#"
let tasks: Vec<_> = (0..100u64)
    .map(|n| tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(n % 7)).await;
        n
    }))
    .collect();
let mut sum = 0;
for task in tasks {
    sum += task.await?;
}
assert_eq!(sum, 4950);
"#;

/// The server again, in braces: no variable is kept, and the address goes through a file, which saves each of the many
/// kernels the seconds of its first type inference.
fn server_in_braces() -> String {
    format!(
        r#"{{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    std::fs::write("address", listener.local_addr().expect("it has an address").to_string()).expect("written");
    {SERVING}
}}"#
    )
}

const CLIENT_IN_BRACES: &str = r#"{
    let address = std::fs::read_to_string("address").expect("read");
    let answer = reqwest::get(format!("http://{address}/")).await.expect("an answer").text().await.expect("its text");
    assert_eq!(answer, "hello");
}"#;

/// Which libraries with a Tokio in them the process has loaded.
const LOADED: &str = r#"
let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
let loaded: std::collections::BTreeSet<&str> =
    maps.lines().filter_map(|line| line.split_whitespace().nth(5)).filter(|file| file.contains("libsupport")).collect();
assert!(loaded.len() == 1 || maps.is_empty(), "{loaded:?}");
"#;

/// A first cell that awaits and names nothing of `support`.
fn first() -> Value {
    code(format!(
        "{}\ntokio::time::sleep(std::time::Duration::from_millis(5)).await; 42",
        dependencies()
    ))
}

/// Such a first cell, then everything else.
fn notebook() -> Vec<Value> {
    vec![
        first(),
        code("use support::*;"),
        code(TASKS),
        code(server()),
        code(CLIENT),
        code(format!("{{{LOADED}}}")),
        code("server.abort();"),
    ]
}

/// A runtime may be started before the first await and not after it; then everything else.
fn running_loop() -> Vec<Value> {
    let blocking =
        "fn blocking() -> u8 { tokio::runtime::Runtime::new().unwrap().block_on(async { 42 }) }";
    let mut cells = vec![
        code(format!(
            "{}\n{blocking}\nassert_eq!(blocking(), 42);",
            dependencies()
        )),
        code("tokio::time::sleep(std::time::Duration::from_millis(5)).await; assert_eq!(1, 1);"),
        failing("blocking();"),
    ];
    cells.extend(notebook());
    cells
}

#[track_caller]
fn came_to_its_end(ran: &Ran, cells: usize) {
    ran.assert_ok();
    assert_eq!(ran.line["cells"].as_array().map(Vec::len), Some(cells));
}

#[test]
fn a_server_of_one_cell_is_reached_from_the_next() {
    let first = format!("{}\nuse support::*;", dependencies());
    let cells = [
        code(first),
        code(server()),
        code(CLIENT),
        code(format!("for _ in 0..50 {{ {CLIENT} }}")),
    ];
    came_to_its_end(&run(&cells, &["--timeout", "60"]), 4);
}

#[test]
fn an_await_before_anything_is_named_is_safe() {
    let mut cells = vec![code(
        "tokio::time::sleep(std::time::Duration::from_millis(5)).await; 42",
    )];
    cells.extend(notebook());
    came_to_its_end(&run(&cells, &["--timeout", "60"]), 8);
}

/// Many, since the deadlock that it looks for showed in one kernel of two at times; two at a time, for there are
/// two cores at least.
#[test]
fn eight_kernels_come_to_their_end() {
    let cells = [
        first(),
        code("use support::*;"),
        code(format!("{{{TASKS}}}")),
        code(server_in_braces()),
        code(CLIENT_IN_BRACES),
        code(format!("{{{LOADED}}}")),
    ];
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..4 {
                    came_to_its_end(&run(&cells, &["--timeout", "60"]), 6);
                }
            });
        }
    });
}

#[test]
fn the_stock_kernel_runs_the_same_notebook() {
    let folder = TempDir::new().expect("a folder");
    let jupyter = folder.path().join("jupyter");
    let installed = Command::new(tool("evcxr_jupyter"))
        .arg("--install")
        .env("JUPYTER_PATH", &jupyter)
        .output();
    assert!(
        installed.is_ok_and(|output| output.status.success()),
        "the stock kernel registers itself"
    );
    // It builds every dependency in its first cell.
    let stock = ["--kernel", "rust", "--timeout", "1200"];
    let variables: [(&str, &Path); 1] = [("JUPYTER_PATH", &jupyter)];
    let stock = run_in(folder.path(), &running_loop(), &stock, &variables);
    let ours = run(&running_loop(), &["--timeout", "60"]);
    came_to_its_end(&stock, 10);
    came_to_its_end(&ours, 10);
    let statuses = |ran: &Ran| -> Vec<Value> {
        let cells = ran.line["cells"].as_array().expect("cells are listed");
        cells.iter().map(|cell| cell["status"].clone()).collect()
    };
    assert_eq!(statuses(&stock), statuses(&ours), "cell by cell");
}
