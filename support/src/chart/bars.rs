//! Bars: one duration a row, all from zero.

use super::axis::{self, Axis};
use super::svg::{self, DRAWN, TEXT, WIDTH};
use super::{Figure, listed, seconds, text};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::time::Duration;

/// One row of a bar chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    label: String,
    /// The time, or why there is none.
    value: Result<Duration, String>,
}

impl Bar {
    /// A bar for a time.
    pub fn new(label: impl Into<String>, value: Duration) -> Self {
        Bar {
            label: label.into(),
            value: Ok(value),
        }
    }

    /// A row without a bar, and the reason in words.
    pub fn missing(label: impl Into<String>, reason: impl Into<String>) -> Self {
        Bar {
            label: label.into(),
            value: Err(reason.into()),
        }
    }

    fn words(&self) -> String {
        match &self.value {
            Ok(value) => seconds(*value),
            Err(reason) => reason.clone(),
        }
    }

    fn length(&self) -> Duration {
        self.value.as_ref().copied().unwrap_or_default()
    }
}

/// Horizontal bars of elapsed time, one under the other, each with its value written at its end.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::chart::{self, Bar};
///
/// let figure = chart::bars(
///     "Three fetches",
///     &[
///         Bar::new("synchronous", Duration::from_millis(600)),
///         Bar::new("asynchronous", Duration::from_millis(200)),
///     ],
/// );
/// assert!(figure.description().contains("synchronous 0.60 s; asynchronous 0.20 s"));
/// ```
pub fn bars(title: &str, bars: &[Bar]) -> Figure {
    let longest = bars.iter().map(Bar::length).max().unwrap_or_default();
    let size = (WIDTH, height(bars.len()));
    Figure {
        title: title.to_owned(),
        description: format!(
            "Horizontal bars of elapsed time: {}.",
            listed(
                bars.iter()
                    .map(|bar| format!("{} {}", bar.label, bar.words()))
            )
        ),
        plain: in_text(bars, longest),
        shapes: svg::shapes(size, |canvas| draw(canvas, bars, longest)),
        size,
        note: None,
    }
}

const TOP: i32 = 8;

fn row(count: usize) -> i32 {
    if count <= 10 { 32 } else { 24 }
}

fn height(count: usize) -> u32 {
    (TOP + row(count) * count.max(1) as i32 + axis::HEIGHT).unsigned_abs()
}

fn draw(canvas: &svg::Canvas<'_>, bars: &[Bar], longest: Duration) {
    let row = row(bars.len());
    let labels = svg::column(bars.iter().map(|bar| bar.label.as_str()), TEXT, 240.0);
    let values = bars
        .iter()
        .map(|bar| svg::width(&bar.words(), TEXT))
        .fold(30.0, f64::max)
        .min(160.0);
    let axis = Axis::new(
        longest,
        labels as i32 + 12,
        WIDTH as i32 - values as i32 - 14,
    );
    let bottom = TOP + row * bars.len().max(1) as i32;

    axis.draw(canvas, TOP, bottom);

    for (index, bar) in bars.iter().enumerate() {
        let top = TOP + row * index as i32;
        let middle = top + row / 2;
        let tip = axis.at(bar.length());
        if bar.value.is_ok() {
            let corners = [
                (axis.from, top + 5),
                (tip.max(axis.from + 1), top + row - 5),
            ];
            canvas
                .draw(&Rectangle::new(corners, svg::colour(index).filled()))
                .expect(DRAWN);
        }
        let name = svg::fit(&bar.label, TEXT, labels);
        svg::label(
            canvas,
            &name,
            (axis.from - 8, middle),
            TEXT,
            (HPos::Right, VPos::Center),
        );
        let words = svg::fit(&bar.words(), TEXT, 160.0);
        svg::label(
            canvas,
            &words,
            (tip + 7, middle),
            TEXT,
            (HPos::Left, VPos::Center),
        );
    }
}

fn in_text(bars: &[Bar], longest: Duration) -> String {
    text::padded(bars.iter().map(|bar| bar.label.as_str()))
        .zip(bars)
        .map(|(label, bar)| {
            let drawn = text::bar(bar.length(), longest);
            let space = if drawn.is_empty() { "" } else { " " };
            format!("  {label}  {drawn}{space}{}", bar.words())
        })
        .collect::<Vec<_>>()
        .join("\n")
}
