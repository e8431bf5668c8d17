//! A real kernel's first run, in the new prepared folder itself: it proves that the kernel does what notebooks need, and
//! builds whatever its release does otherwise.

use crate::evcxr::install;
use crate::jupyter::{
    self,
    driver::{self, Driver, Job},
};
use crate::system::{
    paths::{KERNEL, Paths},
    step::Step,
    variables,
};
use anyhow::{Result, bail};
use serde_json::Value;
use std::path::Path;

/// What a cell of the proof shows.
struct Need {
    what: &'static str,
    source: &'static str,
    mime: &'static str,
    /// A part of what its last expression shows.
    shows: &'static str,
}

const fn plain(what: &'static str, source: &'static str, shows: &'static str) -> Need {
    Need {
        what,
        source,
        mime: "text/plain",
        shows,
    }
}

/// What notebooks need, and releases of the kernel other than the tested one have been seen to lack.
const NEEDS: [Need; 6] = [
    plain(
        "a cell that uses the library of the notebooks",
        "use support::*; use std::time::Duration;\n1 + 1",
        "2",
    ),
    plain(
        "an await",
        "tokio::time::sleep(Duration::from_millis(1)).await; 42",
        "42",
    ),
    plain(
        "a variable made with `?`",
        "let number = \"7\".parse::<i32>()?;\nnumber",
        "7",
    ),
    plain(
        "a variable made of what `join!` returns",
        "let (one, two) = tokio::join!(async { 1 }, async { \"two\" });\n(one, two)",
        "(1, \"two\")",
    ),
    plain(
        "a variable made of what a trait's method returns",
        "let text = [number, one].iter().map(|n| n.to_string()).collect::<Vec<_>>().join(\"+\");\ntext.clone()",
        "\"7+1\"",
    ),
    Need {
        what: "a figure",
        source: "chart::bars(\"First start\", &[chart::Bar::new(\"a bar\", Duration::from_secs(1))])",
        mime: "text/html",
        shows: "<svg",
    },
];

/// Runs a kernel that works in `folder`.
///
/// # Errors
///
/// Names what the kernel cannot do, and its version where that is not the tested one.
pub(crate) fn run(paths: &Paths, python: &Path, evcxr: &Path, folder: &Path) -> Result<()> {
    let step = Step::start("First start of the kernel");
    let notebook = driver::notebook(NEEDS.iter().map(|need| need.source));
    let mut command = jupyter::command(paths, python);
    command.env(variables::PREPARING, folder);
    let job = Job {
        notebook: &notebook,
        folder: &paths.state(),
        kernel: KERNEL,
        timeout: 600,
        save: None,
    };
    let mut driver = Driver::start(command, paths, &job)?;
    let mut missing = Vec::new();
    let mut answered = false;
    while let Some(done) = driver.next()? {
        answered = true;
        let need = &NEEDS[done.index];
        let shown = |output: &Value| {
            let text = output["data"][need.mime].as_str();
            text.is_some_and(|text| text.contains(need.shows))
        };
        if !done.outputs.iter().any(shown) {
            missing.push(format!("{}:\n{}", need.what, said(&done.outputs)));
        }
    }
    if driver.version() != install::VERSION && answered {
        bail!(
            "`{}` says that it is version {}, and the lab needs {}\nhint: remove it, then run `cargo lab setup`",
            evcxr.display(),
            driver.version(),
            install::VERSION
        );
    }
    if !answered {
        bail!(
            "the kernel started, but did not answer\n{}\nhint: `cargo lab doctor` shows what is installed",
            driver.said()
        );
    }
    if !missing.is_empty() {
        bail!(
            "the kernel works, but notebooks would miss\n- {}",
            missing.join("\n- ")
        );
    }
    step.done("it does what notebooks need");
    Ok(())
}

/// What a cell said instead.
fn said(outputs: &[Value]) -> String {
    let texts = outputs.iter().map(|output| {
        let lines = output["traceback"].as_array().into_iter().flatten();
        let traceback: Vec<_> = lines.filter_map(Value::as_str).collect();
        let traceback = traceback.join("\n");
        let text = output["text"]
            .as_str()
            .or_else(|| output["data"]["text/plain"].as_str());
        format!("{traceback}{}", text.unwrap_or_default())
    });
    texts.collect::<Vec<_>>().join("\n")
}
