//! Bars: one duration a row, all from zero.

use super::axis::{self, Axis};
use super::rows::Rows;
use super::svg::{self, Drawing, TEXT};
use super::{Figure, listed, palette, seconds, text};
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
    let description = format!(
        "{} Horizontal bars of elapsed time: {}.",
        point(bars),
        listed(
            bars.iter()
                .map(|bar| format!("{} {}", bar.label, bar.words()))
        )
    );
    Figure::new(title, description, in_text(bars, longest), |width| {
        draw(width, bars, longest)
    })
}

/// What the bars show, in a sentence.
fn point(bars: &[Bar]) -> String {
    let timed = || bars.iter().filter(|bar| bar.value.is_ok());
    match (
        timed().max_by_key(|bar| bar.length()),
        timed().min_by_key(|bar| bar.length()),
    ) {
        (Some(long), Some(short)) if long.length() > short.length() => {
            format!(
                "“{}” takes longest, “{}” shortest.",
                long.label, short.label
            )
        }
        (Some(_), Some(_)) if timed().count() > 1 => "All take the same time.".to_owned(),
        (Some(only), _) => format!("“{}” was measured alone.", only.label),
        _ => "Nothing was measured yet.".to_owned(),
    }
}

const TOP: i32 = 8;

/// The most that words behind a bar may take, in pixels.
const WORDS: f64 = 160.0;

fn draw(width: i32, bars: &[Bar], longest: Duration) -> Drawing {
    let words: Vec<_> = bars
        .iter()
        .map(|bar| svg::fit(&bar.words(), TEXT, WORDS))
        .collect();
    // Where there is no bar, its words stand at the beginning.
    let timed = bars.iter().zip(&words).filter(|(bar, _)| bar.value.is_ok());
    let beside = svg::widest(timed.map(|(_, words)| words.as_str()), TEXT).max(30) + 14;
    let names = bars.iter().map(|bar| bar.label.as_str());
    let shape = if bars.len() <= 10 { 32 } else { 24 };
    let rows = Rows::new(names, (width, TOP), shape, beside);
    let axis = Axis::new(longest, rows.left, width - beside);
    let bottom = rows.bottom();
    Drawing::new((width, bottom + axis::HEIGHT), |canvas| {
        axis.draw(canvas, TOP, bottom);
        for (index, (bar, words)) in bars.iter().zip(&words).enumerate() {
            rows.name(canvas, index, &bar.label, "");
            let (top, low) = rows.shape(index);
            let tip = axis.at(bar.length());
            if bar.value.is_ok() {
                let corners = [(axis.from, top + 5), (tip.max(axis.from + 2), low - 5)];
                let colour = palette::colour(index);
                match palette::round(index) % 2 {
                    0 => svg::solid(canvas, corners, colour),
                    _ => svg::pale(canvas, corners, colour),
                }
            }
            let at = (tip + 7, (top + low) / 2);
            svg::label(canvas, words, at, TEXT, (HPos::Left, VPos::Center));
        }
    })
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
