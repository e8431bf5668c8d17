//! Figures: bars that compare times, and lanes that show a timeline.
//!
//! A figure is computed from plain data, without clock or screen, and has three forms that say the same: an SVG drawn by
//! plotters, a description in sentences for those who cannot see it, and a plain text for terminals. Shapes are placed
//! by pure functions; what they look like on a page is the business of `svg`.

mod bars;
mod lanes;
mod plain;
mod svg;

use crate::display::{self, Rich, escape};
use std::fmt;
use std::time::Duration;

pub use bars::{Bar, bars};
pub use lanes::lanes;

/// A drawn figure, ready to be shown under a cell.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::chart::{self, Bar};
///
/// let figure = chart::bars("A wait", &[Bar::new("sync", Duration::from_millis(600))]);
/// assert!(figure.svg().contains("role=\"img\""));
/// assert!(figure.to_string().contains("0.60 s"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    title: String,
    description: String,
    plain: String,
    /// What plotters drew, without the element around it.
    shapes: String,
    size: (u32, u32),
    note: Option<String>,
}

impl Figure {
    /// What the figure shows, in a few words.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the figure shows, in sentences.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Adds a sentence that stands under the figure.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        self.note = Some(match self.note {
            Some(before) => format!("{before} {note}"),
            None => note.to_owned(),
        });
        self
    }

    /// The figure as an SVG that stands on its own, with its title and description inside.
    pub fn svg(&self) -> String {
        svg::document(&self.title, &self.description, self.size, &self.shapes)
    }

    /// The figure as HTML, as it stands in a notebook.
    pub fn html(&self) -> String {
        let note = self.note.as_ref().map_or(String::new(), |note| {
            format!("<div style=\"margin-top:4px\">{}</div>", escape(note))
        });
        format!(
            "<figure style=\"margin:8px 0;max-width:{width}px\">\
             <figcaption style=\"font-weight:600;margin-bottom:4px\">{title}</figcaption>\n{svg}\n{note}</figure>",
            width = self.size.0,
            title = escape(&self.title),
            svg = self.svg(),
        )
    }

    /// Shows the figure under the cell.
    pub fn evcxr_display(&self) {
        Rich::new(self.to_string()).html(self.html()).show();
    }
}

/// The plain form: the same figure in text.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.title, self.plain)?;
        match &self.note {
            Some(note) => write!(f, "\n{note}"),
            None => Ok(()),
        }
    }
}

/// The unit in which an axis is labelled, chosen by the longest time on it.
#[derive(Debug, Clone, Copy)]
struct Unit {
    name: &'static str,
    per_second: f64,
}

impl Unit {
    fn for_longest(longest: Duration) -> Self {
        let (name, per_second) = match longest.as_secs_f64() {
            seconds if seconds >= 0.0995 => ("seconds", 1.0),
            seconds if seconds >= 0.000_995 => ("milliseconds", 1e3),
            _ => ("microseconds", 1e6),
        };
        Unit { name, per_second }
    }

    fn of(self, duration: Duration) -> f64 {
        duration.as_secs_f64() * self.per_second
    }
}

/// Marks of an axis from zero: at most `most` round numbers (1, 2 or 5 times a power of ten apart), none past `end`.
fn ticks(end: f64, most: usize) -> Vec<f64> {
    if !(end.is_finite() && end > 0.0) {
        return vec![0.0];
    }
    let rough = end / most.max(2) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| end / step < most as f64)
        .unwrap_or(power * 10.0);
    (0..most)
        .map(|index| index as f64 * step)
        .take_while(|tick| *tick <= end * 1.000_001)
        .collect()
}

/// A number of an axis without the digits that rounding adds.
fn tick_label(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// A list in a sentence, cut where it would tire a listener.
fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    const MOST: usize = 12;
    let count = items.len();
    let mut text = items.take(MOST).collect::<Vec<_>>().join("; ");
    if count > MOST {
        text.push_str(&format!("; and {} more", count - MOST));
    }
    text
}

fn seconds(duration: Duration) -> String {
    display::seconds(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_few_and_inside_the_axis() {
        assert_eq!(
            ticks(0.6, 7),
            [
                0.0,
                0.1,
                0.2,
                0.30000000000000004,
                0.4,
                0.5,
                0.6000000000000001
            ]
        );
        assert_eq!(ticks(3.0, 7).len(), 7);
        assert_eq!(ticks(0.0, 7), [0.0]);
        for end in [1e-6, 0.003, 0.61, 1.0, 7.3, 123.0, 99_999.0] {
            let marks = ticks(end, 7);
            assert!((2..=7).contains(&marks.len()), "{end}: {marks:?}");
            assert!(marks.iter().all(|mark| *mark <= end * 1.001));
        }
    }

    #[test]
    fn tick_labels_carry_no_rounding() {
        assert_eq!(tick_label(0.30000000000000004), "0.3");
        assert_eq!(tick_label(0.0), "0");
        assert_eq!(tick_label(20.0), "20");
    }

    #[test]
    fn a_title_with_markup_comes_out_as_text() {
        let attack = "<script>alert(1)</script>";
        let figure = bars(attack, &[Bar::new(attack, Duration::from_secs(1))]).with_note(attack);
        assert!(!figure.html().contains("<script"), "{}", figure.html());
        assert!(figure.html().contains("&lt;script&gt;"));
    }
}
