//! What Jupyter's format asks of a notebook, version 4.5 of it, and what is done where a file does not have it.
//!
//! Learners' notebooks come from old editors, and from files that were damaged on the way; JupyterLab warns of what is not
//! valid, and other programs refuse it. So whatever is read is completed: what a cell lacks it gets, what no program could
//! use is left out. What somebody wrote, the kind, order and text of cells, stays as it is.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

type Object = Map<String, Value>;

/// Makes a notebook valid whose cells have their kinds and texts.
pub(super) fn complete(json: &mut Value) {
    let minor = json["nbformat_minor"].as_u64().unwrap_or(5);
    json["nbformat"] = 4.into();
    json["nbformat_minor"] = minor.max(5).into();
    json["metadata"] = of_notebook(&json["metadata"]).into();
    keep(json, &["cells", "metadata", "nbformat", "nbformat_minor"]);
    let Some(cells) = json["cells"].as_array_mut() else {
        return;
    };
    cells.iter_mut().for_each(complete_cell);
    let mut names = BTreeSet::new();
    let mut is_first = |id: &str| is_id(id) && names.insert(id.to_owned());
    let nameless: Vec<&mut Value> = cells
        .iter_mut()
        .map(|cell| &mut cell["id"])
        .filter(|id| !id.as_str().is_some_and(&mut is_first))
        .collect();
    let mut free = (1..)
        .map(|number| format!("own-{number}"))
        .filter(|name| !names.contains(name));
    for id in nameless {
        *id = free.next().into();
    }
}

fn complete_cell(cell: &mut Value) {
    cell["metadata"] = of_cell(&cell["metadata"]).into();
    if !has_all(&cell["attachments"], is_bundle) {
        remove(cell, "attachments");
    }
    if cell["cell_type"] != "code" {
        return keep(
            cell,
            &["id", "cell_type", "metadata", "attachments", "source"],
        );
    }
    let count = cell["execution_count"].take();
    cell["execution_count"] = if is_count(&count) { count } else { Value::Null };
    match cell["outputs"].as_array_mut() {
        Some(outputs) => outputs.retain(is_output),
        None => cell["outputs"] = json!([]),
    }
    let known = [
        "id",
        "cell_type",
        "metadata",
        "source",
        "outputs",
        "execution_count",
    ];
    keep(cell, &known);
}

/// What is said of a notebook, without what is said in no known way.
fn of_notebook(metadata: &Value) -> Object {
    let has = |value: &Value, names: &[&str]| names.iter().all(|name| value[name].is_string());
    let is_language = |value: &Value| {
        let others = ["file_extension", "mimetype", "pygments_lexer"];
        let mode = &value["codemirror_mode"];
        has(value, &["name"])
            && (mode.is_string() || mode.is_object() || value.get("codemirror_mode").is_none())
            && others
                .iter()
                .all(|name| value.get(name).is_none_or(Value::is_string))
    };
    without(metadata, |key, value| match key {
        "kernelspec" => has(value, &["name", "display_name"]),
        "language_info" => is_language(value),
        "title" => value.is_string(),
        "authors" => value.is_array(),
        "orig_nbformat" => false,
        _ => true,
    })
}

/// The same of a cell.
fn of_cell(metadata: &Value) -> Object {
    let mut kept = without(metadata, |key, value| match key {
        "name" | "format" => value.as_str().is_some_and(|text| !text.trim().is_empty()),
        "jupyter" => value.is_object(),
        "execution" => has_all(value, Value::is_string),
        "collapsed" => value.is_boolean(),
        "scrolled" => value.is_boolean() || value == "auto",
        "tags" => value.is_array(),
        _ => true,
    });
    if let Some(tags) = kept.get_mut("tags").and_then(Value::as_array_mut) {
        let mut seen = BTreeSet::new();
        tags.retain(|tag| {
            tag.as_str().is_some_and(|tag| {
                !tag.is_empty() && !tag.contains(',') && seen.insert(tag.to_owned())
            })
        });
    }
    kept
}

fn is_output(output: &Value) -> bool {
    let is_whole = |names: &[&str]| {
        let keys = output.as_object().into_iter().flat_map(Object::keys);
        let keys: BTreeSet<&str> = keys.map(String::as_str).collect();
        let names: BTreeSet<&str> = names.iter().copied().collect();
        keys == names
    };
    match output["output_type"].as_str() {
        Some("stream") => {
            is_whole(&["output_type", "name", "text"])
                && output["name"].is_string()
                && is_text(&output["text"])
        }
        Some("display_data") => {
            is_whole(&["output_type", "data", "metadata"])
                && is_bundle(&output["data"])
                && output["metadata"].is_object()
        }
        Some("execute_result") => {
            is_whole(&["output_type", "data", "metadata", "execution_count"])
                && is_bundle(&output["data"])
                && output["metadata"].is_object()
                && is_count(&output["execution_count"])
        }
        Some("error") => {
            is_whole(&["output_type", "ename", "evalue", "traceback"])
                && output["ename"].is_string()
                && output["evalue"].is_string()
                && is_lines(&output["traceback"])
        }
        _ => false,
    }
}

/// Data by their kinds: JSON is any value, everything else text.
fn is_bundle(bundle: &Value) -> bool {
    let is_right = |(kind, data): (&String, &Value)| {
        let is_json = kind == "application/json"
            || (kind.starts_with("application/") && kind.ends_with("+json"));
        is_json || is_text(data)
    };
    bundle
        .as_object()
        .is_some_and(|bundle| bundle.iter().all(is_right))
}

/// Whether a value is text, as one string or as a list of lines.
pub(super) fn is_text(value: &Value) -> bool {
    value.is_string() || is_lines(value)
}

fn is_lines(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|lines| lines.iter().all(Value::is_string))
}

fn is_count(value: &Value) -> bool {
    value.is_u64() || value.is_null()
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether a value is an object of such values.
fn has_all(value: &Value, is_right: impl Fn(&Value) -> bool) -> bool {
    value
        .as_object()
        .is_some_and(|object| object.values().all(is_right))
}

fn without(value: &Value, is_right: impl Fn(&str, &Value) -> bool) -> Object {
    let mut object = value.as_object().cloned().unwrap_or_default();
    object.retain(|key, value| is_right(key, value));
    object
}

fn remove(value: &mut Value, key: &str) {
    value
        .as_object_mut()
        .and_then(|object| object.shift_remove(key));
}

fn keep(value: &mut Value, known: &[&str]) {
    if let Some(object) = value.as_object_mut() {
        object.retain(|key, _| known.contains(&key.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(mut json: Value) -> Value {
        complete(&mut json);
        json
    }

    #[test]
    fn what_is_valid_is_left_as_it_is() {
        let outputs = json!([
            { "output_type": "stream", "name": "stdout", "text": ["a\n", "b"] },
            { "output_type": "error", "ename": "E", "evalue": "", "traceback": ["x"] },
            { "output_type": "display_data", "metadata": {}, "data": { "image/svg+xml": "<svg/>",
              "application/vnd.x+json": { "passed": true }, "application/json": 5 } },
            { "output_type": "execute_result", "metadata": {}, "data": {}, "execution_count": 2 },
        ]);
        let cell = json!({
            "cell_type": "code", "execution_count": 2, "id": "a", "outputs": outputs, "source": ["a"],
            "metadata": { "tags": ["x"], "scrolled": "auto", "collapsed": true, "mine": 7,
                          "execution": { "iopub.status.busy": "now" }, "jupyter": { "source_hidden": true } },
        });
        let note = json!({
            "cell_type": "markdown", "id": "b", "metadata": {}, "source": "c",
            "attachments": { "a.png": { "image/png": "iVBO" } },
        });
        let notebook = json!({
            "cells": [cell, note], "nbformat": 4, "nbformat_minor": 5,
            "metadata": { "kernelspec": { "name": "k", "display_name": "K" }, "language_info": { "name": "Rust" },
                          "title": "T", "other": [] },
        });
        assert_eq!(completed(notebook.clone()), notebook);
    }

    #[test]
    fn what_is_lacking_is_given_and_what_is_wrong_is_left_out() {
        let notebook = completed(json!({
            "cells": [
                { "cell_type": "code", "source": "a", "id": "own-1", "outputs": [5, { "output_type": "stream" }],
                  "execution_count": "x", "foreign": 1 },
                { "cell_type": "markdown", "source": ["b"], "id": "own-1", "outputs": [], "attachments": 7 },
                { "cell_type": "code", "source": "d", "id": "d" },
                { "cell_type": "raw", "source": "c", "id": "no id", "metadata": { "tags": ["x", "x", "a,b", 5], "name": 3 } },
            ],
            "metadata": { "kernelspec": { "name": "k" }, "language_info": [], "orig_nbformat": 3 },
            "nbformat_minor": 2, "foreign": {},
        }));
        let wanted = json!({
            "cells": [
                { "cell_type": "code", "source": "a", "id": "own-1", "outputs": [], "execution_count": null, "metadata": {} },
                { "cell_type": "markdown", "source": ["b"], "id": "own-2", "metadata": {} },
                { "cell_type": "code", "source": "d", "id": "d", "outputs": [], "execution_count": null, "metadata": {} },
                { "cell_type": "raw", "source": "c", "id": "own-3", "metadata": { "tags": ["x"] } },
            ],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
        });
        assert_eq!(notebook, wanted);
    }
}
