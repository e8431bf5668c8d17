//! What the measurements come to: medians, as a table, as JSON and as figures.

use super::cells::FIRST;
use super::{Kind, Measured};
use crate::jupyter::{
    self,
    driver::{self, Driver, Job},
};
use crate::prepare::Tools;
use crate::system::paths::{KERNEL, Paths};
use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// Medians over the rounds; seconds, and bytes.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Report {
    alone: Vec<Alone>,
    /// Seconds from the first cell to its result, on our kernel 25 s after its start.
    after_25_seconds: f64,
    at_once: Vec<AtOnce>,
}

/// One kernel at a time.
#[derive(Debug, Clone, Serialize)]
struct Alone {
    kind: Kind,
    rounds: usize,
    ready: f64,
    first_result: f64,
    first_figure: f64,
    /// The first cells, each with its name.
    first: Vec<(&'static str, f64)>,
    later_median: f64,
    later_worst: f64,
    /// The median of each ten of the later cells.
    tens: Vec<f64>,
    memory_at_rest: f64,
    memory_at_peak: f64,
}

/// Some kernels started together.
#[derive(Debug, Clone, Serialize)]
struct AtOnce {
    kind: Kind,
    kernels: usize,
    first_figure: f64,
    memory_at_rest: f64,
    memory_at_peak: f64,
}

/// The middle value, or the mean of the two in the middle; 0 of none.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

/// What the figures were measured on.
pub(super) fn machine() -> Value {
    json!({
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
    })
}

impl Report {
    pub(super) fn new(measured: &[Measured]) -> Self {
        let of = |kind: Kind, wait: u32, kernels: usize| -> Vec<&Measured> {
            let is_it =
                |one: &&Measured| (one.kind, one.wait, one.kernels) == (kind, wait, kernels);
            measured.iter().filter(is_it).collect()
        };
        let alone = Kind::ALL.map(|kind| Alone::of(kind, &of(kind, 0, 1)));
        let counts: BTreeSet<usize> = measured.iter().map(|one| one.kernels).collect();
        let at_once = counts.into_iter().flat_map(|kernels| {
            Kind::ALL.map(|kind| AtOnce::of(kind, kernels, &of(kind, 0, kernels)))
        });
        Report {
            alone: alone.into_iter().flatten().collect(),
            after_25_seconds: over(&of(Kind::Lab, 25, 1), |one| one.run.sessions[0].cells[0]),
            at_once: at_once.flatten().collect(),
        }
    }

    fn of(&self, kind: Kind) -> Option<&Alone> {
        self.alone.iter().find(|one| one.kind == kind)
    }

    /// The table as text.
    pub(super) fn table(&self) -> String {
        let mut rows: Vec<(String, Vec<String>)> = Vec::new();
        let mut row = |name: &str, value: &dyn Fn(&Alone) -> String| {
            rows.push((name.to_owned(), self.alone.iter().map(value).collect()));
        };
        row("medians", &|one| one.kind.name().to_owned());
        row("ready", &|one| seconds(one.ready));
        row("first result, from the start", &|one| {
            seconds(one.first_result)
        });
        row("first figure, from the start", &|one| {
            seconds(one.first_figure)
        });
        for (at, name) in FIRST.iter().enumerate() {
            row(&format!("cell: {name}"), &|one| seconds(one.first[at].1));
        }
        row("later cells, median", &|one| seconds(one.later_median));
        row("later cells, worst", &|one| seconds(one.later_worst));
        let tens = self.alone.iter().map(|one| one.tens.len()).max();
        for ten in 0..tens.unwrap_or(0) {
            let name = format!("later cells {} to {}", ten * 10 + 1, ten * 10 + 10);
            row(&name, &|one| {
                one.tens.get(ten).copied().map(seconds).unwrap_or_default()
            });
        }
        row("memory at rest", &|one| megabytes(one.memory_at_rest));
        row("memory at its peak", &|one| megabytes(one.memory_at_peak));
        let mut text = String::new();
        for (name, values) in rows {
            let _ = write!(text, "{name:30}");
            for value in values {
                let _ = write!(text, "{value:>22}");
            }
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "first cell of the async lab, 25 s after its start: {}",
            seconds(self.after_25_seconds)
        );
        for one in &self.at_once {
            let _ = writeln!(
                text,
                "{} at once: {:24} first figure {:>9}, at rest {:>9}, at the peak {:>9}",
                one.kernels,
                one.kind.name(),
                seconds(one.first_figure),
                megabytes(one.memory_at_rest),
                megabytes(one.memory_at_peak)
            );
        }
        for kind in [Kind::Plain, Kind::Stock] {
            let (Some(stock), Some(lab)) = (self.of(kind), self.of(Kind::Lab)) else {
                continue;
            };
            let _ = writeln!(
                text,
                "async lab against {}: first figure 1/{:.1}, later cells 1/{:.1}, memory at rest {:.2}, at its peak {:.2}",
                kind.name(),
                stock.first_figure / lab.first_figure,
                stock.later_median / lab.later_median,
                lab.memory_at_rest / stock.memory_at_rest,
                lab.memory_at_peak / stock.memory_at_peak
            );
        }
        text
    }
}

impl Alone {
    fn of(kind: Kind, runs: &[&Measured]) -> Option<Self> {
        let cells = runs.first()?.run.sessions[0].cells.len();
        let cell = |at: usize| over(runs, |one| one.run.sessions[0].cells[at]);
        let later: Vec<f64> = (FIRST.len()..cells).map(cell).collect();
        let worst = runs
            .iter()
            .flat_map(|one| one.run.sessions[0].cells[FIRST.len()..].to_vec());
        Some(Alone {
            kind,
            rounds: runs.len(),
            ready: over(runs, |one| one.run.sessions[0].ready),
            first_result: over(runs, |one| one.run.sessions[0].results[0]),
            first_figure: over(runs, |one| one.run.sessions[0].figure.unwrap_or_default()),
            first: (0..FIRST.len()).map(|at| (FIRST[at], cell(at))).collect(),
            later_median: median(&later),
            later_worst: worst.fold(0.0, f64::max),
            tens: later.chunks_exact(10).map(median).collect(),
            memory_at_rest: over(runs, |one| one.run.rest),
            memory_at_peak: over(runs, |one| one.run.peak),
        })
    }
}

impl AtOnce {
    fn of(kind: Kind, kernels: usize, runs: &[&Measured]) -> Option<Self> {
        runs.first()?;
        let figures: Vec<f64> = runs
            .iter()
            .flat_map(|one| one.run.sessions.iter().filter_map(|session| session.figure))
            .collect();
        Some(AtOnce {
            kind,
            kernels,
            first_figure: median(&figures),
            memory_at_rest: over(runs, |one| one.run.rest),
            memory_at_peak: over(runs, |one| one.run.peak),
        })
    }
}

fn over(runs: &[&Measured], value: impl Fn(&Measured) -> f64) -> f64 {
    median(&runs.iter().map(|one| value(one)).collect::<Vec<_>>())
}

fn seconds(value: f64) -> String {
    format!("{value:.2} s")
}

fn megabytes(value: f64) -> String {
    format!("{:.0} MB", value / 1e6)
}

/// Draws the figures with the charts that notebooks use: a kernel of ours runs the cell that writes them.
pub(super) fn draw(paths: &Paths, tools: &Tools, report: &Report, out: &Path) -> Result<()> {
    let bars: Vec<_> = report
        .alone
        .iter()
        .rev()
        .map(|one| json!({ "name": one.kind.name(), "seconds": one.first_figure }))
        .collect();
    let cells = report.alone.iter().map(|one| {
        let tens = one.tens.iter().enumerate();
        series(one.kind, tens.map(|(ten, time)| (ten * 10 + 10, *time)))
    });
    let kernels = Kind::ALL.into_iter().map(|kind| {
        let of = report.at_once.iter().filter(|one| one.kind == kind);
        series(kind, of.map(|one| (one.kernels, one.first_figure)))
    });
    let by_place = "Time of a cell, by its place in the notebook";
    let by_number = "First figure, by the kernels started at once";
    let lines = [
        lines("cells", by_place, cells),
        lines("kernels", by_number, kernels),
    ];
    let lines: Vec<_> = lines.into_iter().flatten().collect();
    let figures = json!({ "bars": bars, "lines": lines });
    fs_err::write(out.join("figures.json"), figures.to_string())?;
    let notebook = driver::notebook([include_str!("../../../assets/bench/figures.rs")]);
    let job = Job {
        notebook: &notebook,
        folder: out,
        kernel: KERNEL,
        timeout: 120,
        save: None,
    };
    let mut driver = Driver::start(jupyter::command(paths, &tools.python), paths, &job)?;
    let mut drawn = false;
    let mut said = Value::Null;
    while let Some(cell) = driver.next()? {
        drawn = cell
            .outputs
            .iter()
            .any(|output| output["data"]["text/plain"] == "Ok(\"drawn\")");
        said = cell.outputs.into();
    }
    if !drawn {
        bail!("the figures could not be drawn: {said}");
    }
    Ok(())
}

/// A figure of lines by what is counted, of those that have more than a point: one shows no growth.
fn lines(counted: &str, title: &str, series: impl Iterator<Item = Value>) -> Option<Value> {
    let file = format!("{counted}.svg");
    let points = |line: &Value| line["points"].as_array().map_or(0, Vec::len);
    let series: Vec<_> = series.filter(|line| points(line) > 1).collect();
    (!series.is_empty())
        .then(|| json!({ "file": file, "title": title, "counted": counted, "series": series }))
}

fn series(kind: Kind, points: impl Iterator<Item = (usize, f64)>) -> Value {
    json!({ "name": kind.name(), "points": points.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::super::{Run, Session};
    use super::*;

    fn measured(kind: Kind, figure: f64, later: f64) -> Measured {
        let mut cells = vec![figure / 2.0; FIRST.len()];
        cells.extend(vec![later; 20]);
        let session = Session {
            ready: figure / 4.0,
            figure: Some(figure),
            results: vec![figure / 2.0],
            cells,
        };
        Measured {
            kind,
            kernels: 1,
            wait: 0,
            run: Run {
                sessions: vec![session],
                rest: 4e8,
                peak: 8e8,
            },
        }
    }

    #[test]
    fn medians_are_over_the_rounds() {
        let runs = [150.0, 160.0, 900.0].map(|figure| measured(Kind::Stock, figure, 4.0));
        let lab = [8.0, 9.0, 7.0].map(|figure| measured(Kind::Lab, figure, 0.5));
        let all: Vec<_> = runs.into_iter().chain(lab).collect();
        let table = Report::new(&all).table();
        assert!(
            table.contains("against stock evcxr: first figure 1/20.0, later cells 1/8.0"),
            "{table}"
        );
        assert!(table.contains("160.00 s"), "{table}");
        assert!(table.contains("later cells 11 to 20"), "{table}");
    }

    #[test]
    fn a_median_lies_between_the_two_in_the_middle() {
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&[]), 0.0);
    }
}
