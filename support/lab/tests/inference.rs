//! The kernel finds the types of variables, though it reads outlines of the sources only.

mod common;

use common::{code, dependencies, run_file};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A cell each: variables, and the types that the kernel must find.
const CELLS: [(&str, &[(&str, &str)]); 8] = [
    (
        "let bytes = 5u32.to_be_bytes(); let map = (0..3).map(|n| (n, n.to_string())).collect::<HashMap<_, _>>();",
        &[("bytes", "[u8; 4]"), ("map", "HashMap<i32, String>")],
    ),
    (
        "let values = map.values().cloned().collect::<Vec<_>>(); let length = map.iter().filter(|(n, _)| **n > 1).count();",
        &[("values", "Vec<String>"), ("length", "usize")],
    ),
    (
        "let (sender, receiver) = tokio::sync::mpsc::channel::<u8>(3); let shared = Arc::new(Mutex::new(vec![Duration::ZERO]));",
        &[
            ("sender", "Sender<u8>"),
            ("receiver", "Receiver<u8>"),
            ("shared", "Arc<Mutex<Vec<Duration>>>"),
        ],
    ),
    (
        "let client = reqwest::Client::new(); let value = serde_json::json!({ \"a\": 1 }); let integer = value[\"a\"].as_i64();",
        &[
            ("client", "Client"),
            ("value", "Value"),
            ("integer", "Option<i64>"),
        ],
    ),
    (
        "let server = server::Server::start(Default::default())?; let request = client.get(server.url(\"/\")).build()?; let url = request.url().clone();",
        &[("server", "Server"), ("request", "Request"), ("url", "Url")],
    ),
    (
        "let response = reqwest::get(server.url(\"/posts/1\")).await?; let status = response.status(); let version = response.version(); let number = status.as_u16(); let headers = response.headers().clone();",
        &[
            ("response", "Response"),
            ("status", "StatusCode"),
            ("version", "Version"),
            ("number", "u16"),
            ("headers", "HeaderMap"),
        ],
    ),
    (
        "let mut set = tokio::task::JoinSet::new(); set.spawn(async { 1u8 }); let first = set.join_next().await; let second = tokio::spawn(async { 2i64 }).await?;",
        &[
            ("set", "JoinSet<u8>"),
            ("first", "Option<Result<u8, JoinError>>"),
            ("second", "i64"),
        ],
    ),
    (
        "let all = futures::future::join_all((0..3).map(|n| async move { n * 2 })).await; let some = futures::StreamExt::collect::<Vec<_>>(futures::stream::iter(0u8..3)).await;",
        &[("all", "Vec<i32>"), ("some", "Vec<u8>")],
    ),
];

#[test]
fn variables_have_the_types_that_the_compiler_gives_them() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("types.ipynb");
    let mut cells = vec![code(format!(
        "{}\nuse support::*; use std::{{collections::HashMap, sync::{{Arc, Mutex}}, time::Duration}};",
        dependencies()
    ))];
    cells.extend(CELLS.iter().map(|(source, _)| code(*source)));
    cells.push(code(":vars"));
    let notebook = json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    fs::write(&file, notebook.to_string()).expect("written");
    let saved = folder.path().join("saved");
    run_file(&file, &["--save", &saved.to_string_lossy()], &[]).assert_ok();
    let files = fs::read_dir(&saved).expect("a copy is saved");
    let copy = files.flatten().next().expect("of this notebook").path();
    let text = fs::read_to_string(copy).expect("read");
    let notebook: Value = serde_json::from_str(&text).expect("it is JSON");
    let outputs = notebook["cells"][CELLS.len() + 1]["outputs"].to_string();
    for (name, expected) in CELLS.iter().flat_map(|(_, variables)| variables.iter()) {
        assert_eq!(
            shown(&outputs, name).as_deref(),
            Some(*expected),
            "{name} in {outputs}"
        );
    }
}

/// The type that the kernel shows of a variable, without the paths of its parts.
fn shown(outputs: &str, name: &str) -> Option<String> {
    let (_, rest) = outputs.split_once(&format!("<td>{name}</td><td>"))?;
    let (shown, _) = rest.split_once("</td>")?;
    let plain = shown.replace("&lt;", "<").replace("&gt;", ">");
    let mut parts = String::new();
    for part in plain.split_inclusive(['<', '>', ',', ' ']) {
        parts.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    Some(parts)
}
