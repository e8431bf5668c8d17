//! A kernel that could not be started, and says why: in the notebook, under each cell that is run. One that only ended would be
//! started again and again, and then be called dead.

use super::life::stop_when_told;
use super::message::{Key, Message};
use super::sockets::{Connection, Jupyter};
use super::traffic::{WAITING, echo, publish, receive, send};
use anyhow::Result;
use bytes::Bytes;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use tokio::sync::mpsc::channel;

/// What a cell is told before the reason.
const TITLE: &str = "The kernel could not be started, so no cell can run";

/// What to do about it.
const HINT: &str = "When that is mended, restart the kernel (Kernel › Restart Kernel)";

/// Answers to Jupyter until it has had enough, and to each cell with the reason.
pub(crate) fn excuse(connection_file: &Path, why: &str) -> Result<ExitCode> {
    let connection = Connection::read(connection_file)?;
    let key = Key::new(connection.key())?;
    super::in_one_thread(serve(&connection, key, why))
}

async fn serve(connection: &Connection, key: Key, why: &str) -> Result<ExitCode> {
    let jupyter = Jupyter::listen(connection).await?;
    let publisher = publish(jupyter.iopub, key.clone());
    tokio::spawn(echo(jupyter.heartbeat));
    let (stop, mut stopped) = channel(1);
    tokio::spawn(stop_when_told(stop));
    let (mut shell, requests) = jupyter.shell;
    let (events, mut asked) = channel::<Vec<Bytes>>(WAITING);
    receive(requests, events, std::convert::identity);
    let (mut control, requests) = jupyter.control;
    let (events, mut ordered) = channel::<Vec<Bytes>>(WAITING);
    receive(requests, events, std::convert::identity);
    loop {
        let (socket, frames) = tokio::select! {
            _ = stopped.recv() => return Ok(ExitCode::FAILURE),
            Some(frames) = asked.recv() => (&mut shell, frames),
            Some(frames) = ordered.recv() => (&mut control, frames),
        };
        let Ok(request) = Message::read(frames, &key) else {
            continue;
        };
        let (published, reply) = answer(&request, why);
        let state = |state: &str| json!({ "execution_state": state });
        let mut all = vec![("status", state("busy"))];
        all.extend(published.map(|error| ("error", error)));
        all.push(("status", state("idle")));
        send(socket, request.reply(&reply, &key).frames()).await;
        for (kind, content) in all {
            // Who has left hears nothing.
            let _ = publisher
                .send(request.child(kind, &content, &key).frames())
                .await;
        }
        if request.kind() == "shutdown_request" {
            return Ok(ExitCode::FAILURE);
        }
    }
}

/// What all are told upon a request, and the answer to it.
fn answer(request: &Message, why: &str) -> (Option<Value>, Value) {
    match request.kind() {
        "kernel_info_request" => (
            None,
            super::answers::kernel_info(&json!({ "banner": TITLE })),
        ),
        "execute_request" => {
            let text = format!("{TITLE}:\n{why}\n{HINT}");
            let lines: Vec<_> = text.lines().collect();
            let error = json!({ "ename": "NoKernel", "evalue": text, "traceback": lines });
            let mut reply = error.clone();
            reply["status"] = "error".into();
            reply["execution_count"] = 0.into();
            (Some(error), reply)
        }
        "shutdown_request" => {
            let restart = request.content()["restart"] == true;
            (None, json!({ "status": "ok", "restart": restart }))
        }
        "is_complete_request" => (None, json!({ "status": "unknown" })),
        "comm_info_request" => (None, json!({ "status": "ok", "comms": {} })),
        "history_request" => (None, json!({ "status": "ok", "history": [] })),
        _ => (
            None,
            json!({ "status": "error", "ename": "NoKernel", "evalue": why, "traceback": [] }),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_told_why_there_is_no_kernel() {
        let key = Key::new("").expect("none");
        let request = Message::request("execute_request", &json!({ "code": "1" }), &key);
        let (error, reply) = answer(&request, "`rustc` is not on the PATH\nhint: install Rust");
        let error = error.expect("a cell fails");
        assert_eq!(reply["status"], "error");
        let lines = error["traceback"].as_array().expect("lines");
        assert!(
            lines.iter().any(|line| line == "hint: install Rust"),
            "{lines:?}"
        );
    }
}
