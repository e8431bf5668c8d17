//! Scaling: how a time grows with the number of things that are done, one line a way of doing them.

mod log;
mod picture;

use super::{Figure, listed, seconds, text};
use crate::display::grouped;
use std::time::Duration;

/// One line of a scaling chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    name: String,
    /// Pairs of count and time, by rising count.
    points: Vec<(u32, Duration)>,
}

impl Series {
    /// A line through these pairs of count and time.
    pub fn new(name: impl Into<String>, points: impl IntoIterator<Item = (u32, Duration)>) -> Self {
        let mut points: Vec<_> = points.into_iter().collect();
        points.sort_unstable();
        Series {
            name: name.into(),
            points,
        }
    }
}

/// Time, upwards, against count, to the right, both on logarithmic scales: a line that stays flat scales well, and one that
/// rises by a step a step takes each thing in turn.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::chart::{self, Series};
///
/// let ms = Duration::from_millis;
/// let figure = chart::scaling(
///     "Requests",
///     "requests",
///     &[
///         Series::new("in turn", [(1, ms(20)), (100, ms(2000))]),
///         Series::new("at once", [(1, ms(20)), (100, ms(30))]),
///     ],
/// );
/// let point = "From 1 to 100 requests, the time is multiplied by 100 (in turn), 1.5 (at once).";
/// assert!(figure.description().starts_with(point));
/// ```
pub fn scaling(title: &str, counted: &str, series: &[Series]) -> Figure {
    let times = series
        .iter()
        .flat_map(|line| &line.points)
        .map(|(_, time)| *time);
    let longest = times.max().unwrap_or_default();
    let description = format!(
        "{} Lines on logarithmic scales, of time against the number of {counted}: {}.",
        point(counted, series),
        listed(series.iter().map(ends))
    );
    let plain = in_text(counted, series, longest);
    Figure::new(title, description, plain, |width| {
        picture::draw(width, counted, series)
    })
}

/// How much the time grows, in a sentence.
fn point(counted: &str, series: &[Series]) -> String {
    let growth = |line: &Series| {
        let (first, last) = (line.points.first()?, line.points.last()?);
        let grows = first.0 < last.0 && !first.1.is_zero();
        grows.then(|| last.1.div_duration_f64(first.1))
    };
    let grown: Vec<_> = series
        .iter()
        .filter_map(|line| Some((line, growth(line)?)))
        .collect();
    let counts = || {
        series
            .iter()
            .flat_map(|line| &line.points)
            .map(|(count, _)| *count)
    };
    match (counts().min(), counts().max(), grown.is_empty()) {
        (Some(least), Some(most), false) => format!(
            "From {} to {} {counted}, the time is multiplied by {}.",
            grouped(&least.to_string()),
            grouped(&most.to_string()),
            grown
                .iter()
                .map(|(line, factor)| format!("{} ({})", factor_in_words(*factor), line.name))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        _ => format!("No two numbers of {counted} were measured."),
    }
}

/// A factor with the digits that one compares.
fn factor_in_words(factor: f64) -> String {
    if factor >= 10.0 {
        grouped(&format!("{factor:.0}"))
    } else {
        format!("{factor:.1}")
    }
}

/// The first and the last point of a line.
fn ends(line: &Series) -> String {
    let said = |(count, time): &(u32, Duration)| {
        format!("{} in {}", grouped(&count.to_string()), seconds(*time))
    };
    match line.points.as_slice() {
        [] => format!("{}: not measured", line.name),
        [only] => format!("{}: {}", line.name, said(only)),
        [first, .., last] => format!("{}: {}, {}", line.name, said(first), said(last)),
    }
}

fn in_text(counted: &str, series: &[Series], longest: Duration) -> String {
    let rows = || {
        series
            .iter()
            .flat_map(|line| line.points.iter().map(move |point| (line, point)))
    };
    let names: Vec<_> = rows()
        .map(|(line, (count, _))| {
            format!("{}, {counted}: {}", line.name, grouped(&count.to_string()))
        })
        .collect();
    text::padded(names.iter().map(String::as_str))
        .zip(rows())
        .map(|(label, (_, (_, time)))| {
            format!(
                "  {label}  {} {}",
                text::bar(*time, longest),
                seconds(*time)
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}
