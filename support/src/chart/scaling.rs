//! Scaling: how a time grows with the number of things that are done, one line a way of doing them.

use super::axis::{self, Axis};
use super::svg::{self, DRAWN, INK, TEXT, WIDTH};
use super::{Figure, listed, seconds, text};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::collections::BTreeSet;
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

/// Time, upwards, against count, to the right, both from zero: a line that stays flat scales well.
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
const LEGEND: i32 = 44;
const AREA: i32 = 200;

fn draw(canvas: &svg::Canvas<'_>, counted: &str, series: &[Series], longest: Duration) {
    let (top, bottom) = (TOP + LEGEND, TOP + LEGEND + AREA);
    let axis = Axis::new(longest, bottom, top);
    let counts = || {
        let points = series.iter().flat_map(|line| &line.points);
        points.map(|(count, _)| *count)
    };
    let most = counts().max().unwrap_or(0).max(1);
    // The largest count stands under the end of the axis, and half of it beyond.
    let beyond = svg::width(&most.to_string(), TEXT) as i32 / 2 + 8;
    let (left, right) = (axis.width() + 20, WIDTH as i32 - beyond.max(24));
    axis.draw_upright(canvas, left, right);

    let x =
        |count: u32| left + (f64::from(right - left) * f64::from(count) / f64::from(most)) as i32;
    let base = vec![(left, bottom), (right, bottom)];
    canvas
        .draw(&PathElement::new(base, INK.mix(0.6)))
        .expect(DRAWN);
    label_counts(canvas, &counts().collect(), x, bottom);
    let name = ((left + right) / 2, bottom + 23);
    svg::label(canvas, counted, name, TEXT, (HPos::Center, VPos::Top));

    let room = f64::from(right - left) / series.len().max(1) as f64;
    for (index, line) in series.iter().enumerate() {
        let colour = svg::colour(index);
        let points: Vec<_> = line
            .points
            .iter()
            .map(|(count, time)| (x(*count), axis.at(*time)))
            .collect();
        for point in &points {
            canvas
                .draw(&Circle::new(*point, 4, colour.filled()))
                .expect(DRAWN);
        }
        canvas
            .draw(&PathElement::new(points, colour.stroke_width(2)))
            .expect(DRAWN);
        svg::key(canvas, &line.name, index, (left, TOP + 9), room);
    }
}

/// Writes counts below the axis, the largest first, and leaves out those that have no room beside it.
fn label_counts(
    canvas: &svg::Canvas<'_>,
    counts: &BTreeSet<u32>,
    x: impl Fn(u32) -> i32,
    bottom: i32,
) {
    let mut free = WIDTH as i32;
    for count in counts.iter().rev() {
        let text = count.to_string();
        let half = svg::width(&text, TEXT) as i32 / 2;
        if x(*count) + half + 6 < free {
            let at = (x(*count), bottom + 6);
            svg::label(canvas, &text, at, TEXT, (HPos::Center, VPos::Top));
            free = x(*count) - half;
        }
    }
}

fn in_text(counted: &str, series: &[Series], longest: Duration) -> String {
    let rows = || {
        series
            .iter()
            .flat_map(|line| line.points.iter().map(move |point| (line, point)))
    };
    let names: Vec<_> = rows()
        .map(|(line, (count, _))| format!("{}, {counted}: {count}", line.name))
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
