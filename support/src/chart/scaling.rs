//! Scaling: how a time grows with the number of things that are done, one line a way of doing them.

use super::axis::{self, Axis};
use super::svg::{self, DRAWN, INK, TEXT, WIDTH};
use super::{Figure, listed, plain, seconds};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
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

/// Time (from the left to the right) against count (from the top to the bottom), so that the same axis of time serves all
/// figures: a line that falls steeply scales well.
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
/// assert!(figure.description().contains("at once: 1 in 20.0 ms, 100 in 30.0 ms"));
/// ```
pub fn scaling(title: &str, counted: &str, series: &[Series]) -> Figure {
    let times = series
        .iter()
        .flat_map(|line| &line.points)
        .map(|(_, time)| *time);
    let longest = times.max().unwrap_or_default();
    let size = (WIDTH, (TOP + LEGEND + AREA + axis::HEIGHT).unsigned_abs());
    Figure {
        title: title.to_owned(),
        description: format!(
            "Time against the number of {counted}. {}.",
            listed(series.iter().map(sentence))
        ),
        plain: in_text(counted, series, longest),
        shapes: svg::shapes(size, |canvas| draw(canvas, counted, series, longest)),
        size,
        note: None,
    }
}

fn sentence(series: &Series) -> String {
    let points: Vec<_> = series
        .points
        .iter()
        .map(|(count, time)| format!("{count} in {}", seconds(*time)))
        .collect();
    format!("{}: {}", series.name, points.join(", "))
}

const TOP: i32 = 8;
const LEGEND: i32 = 26;
const AREA: i32 = 190;

fn draw(canvas: &svg::Canvas<'_>, counted: &str, series: &[Series], longest: Duration) {
    let mut counts: Vec<u32> = series
        .iter()
        .flat_map(|line| &line.points)
        .map(|(count, _)| *count)
        .collect();
    counts.sort_unstable();
    counts.dedup();
    let labels: Vec<_> = counts
        .iter()
        .map(|count| format!("{count} {counted}"))
        .collect();
    let labels_width = svg::column(labels.iter().map(String::as_str), TEXT, 200.0);
    let axis = Axis::new(longest, labels_width as i32 + 14, WIDTH as i32 - 24);
    let (top, bottom) = (TOP + LEGEND, TOP + LEGEND + AREA);
    axis.draw(canvas, top, bottom);

    // Counts are spread evenly: what interests is which were measured, and most series of them are powers.
    let row = AREA / counts.len().max(1) as i32;
    let y = |count: u32| {
        top + row / 2 + row * counts.iter().position(|known| *known == count).unwrap_or(0) as i32
    };
    // Letters need room: of many counts, some are named.
    let every = (18 / row.max(1) + 1) as usize;
    for (index, (count, text)) in counts.iter().zip(&labels).enumerate() {
        let line = vec![(axis.left, y(*count)), (axis.right, y(*count))];
        canvas
            .draw(&PathElement::new(line, INK.mix(0.10)))
            .expect(DRAWN);
        if index % every == 0 {
            let text = svg::fit(text, TEXT, labels_width);
            svg::label(
                canvas,
                &text,
                (axis.left - 8, y(*count)),
                TEXT,
                (HPos::Right, VPos::Center),
            );
        }
    }
    let room = f64::from(axis.right - axis.left) / series.len().max(1) as f64;
    for (index, line) in series.iter().enumerate() {
        let colour = svg::colour(index);
        let points: Vec<_> = line
            .points
            .iter()
            .map(|(count, time)| (axis.x(*time), y(*count)))
            .collect();
        for point in &points {
            canvas
                .draw(&Circle::new(*point, 4, colour.filled()))
                .expect(DRAWN);
        }
        canvas
            .draw(&PathElement::new(points, colour.stroke_width(2)))
            .expect(DRAWN);
        let left = axis.left + (room * index as f64) as i32;
        canvas
            .draw(&Circle::new((left + 5, TOP + 9), 5, colour.filled()))
            .expect(DRAWN);
        let name = svg::fit(&line.name, TEXT, room - 24.0);
        svg::label(
            canvas,
            &name,
            (left + 15, TOP + 9),
            TEXT,
            (HPos::Left, VPos::Center),
        );
    }
}

fn in_text(counted: &str, series: &[Series], longest: Duration) -> String {
    let rows = || {
        series
            .iter()
            .flat_map(|line| line.points.iter().map(move |point| (line, point)))
    };
    let names: Vec<_> = rows()
        .map(|(line, (count, _))| format!("{}, {count} {counted}", line.name))
        .collect();
    plain::padded(names.iter().map(String::as_str))
        .zip(rows())
        .map(|(label, (_, (_, time)))| {
            format!(
                "  {label}  {} {}",
                plain::bar(*time, longest),
                seconds(*time)
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}
