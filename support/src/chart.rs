//! Figures: bars that compare times, lanes that show a timeline, lines that show how a time grows, or a count changes, a circle
//! of those who wait for each other.
//!
//! A figure is computed from plain data, without clock or screen, and has three forms that say the same: an SVG drawn by
//! plotters, for a page and for a phone; a description for those who cannot see it, whose first sentence says the point;
//! and a plain text for terminals. Shapes are placed by pure functions; what they look like on a page is the business of
//! `svg`.

mod axis;
mod bars;
mod circle;
mod lanes;
mod legend;
mod marks;
mod palette;
mod rows;
mod scaling;
mod steps;
mod svg;
mod text;

use crate::display::{self, Rich, escape};
use std::fmt;
use std::time::Duration;
use svg::Drawing;

pub use bars::{Bar, bars};
pub use circle::{Link, circle};
pub use lanes::{
    Event, Held, Lane, Marks, Outcome, Span, Wake, lanes, lanes_with_events, lanes_with_wakes, tree,
};
pub(crate) use lanes::{no_lanes, timeline};
pub use scaling::{Series, scaling};
pub use steps::{Steps, steps};

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
#[derive(Clone, PartialEq, Eq)]
pub struct Figure {
    title: String,
    description: String,
    plain: String,
    wide: Drawing,
    narrow: Drawing,
    note: Option<String>,
}

/// The plain form. Where the kernel cannot show a value as it wants to be shown, it falls back on this.
impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Figure {
    /// A figure that `draw` draws for any width.
    fn new(title: &str, description: String, plain: String, draw: impl Fn(i32) -> Drawing) -> Self {
        Figure {
            title: title.to_owned(),
            description,
            plain,
            wide: draw(svg::WIDE),
            narrow: draw(svg::NARROW),
            note: None,
        }
    }

    /// What the figure shows, in a few words.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the figure shows, in sentences: first the point, then the rest.
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
        self.wide.document(&self.title, &self.description)
    }

    /// The same, for a narrow page.
    pub fn narrow_svg(&self) -> String {
        self.narrow.document(&self.title, &self.description)
    }

    /// The figure as HTML, as it stands in a notebook: drawn for its width, whatever that is.
    pub fn html(&self) -> String {
        let note = self.note.as_ref().map_or(String::new(), |note| {
            format!("<div style=\"margin-top:4px\">{}</div>", escape(note))
        });
        format!(
            "<figure style=\"margin:8px 0;max-width:{width}px;break-inside:avoid;{place}\">\
             <figcaption style=\"font-weight:600;margin-bottom:4px\">{title}</figcaption>\n{drawings}\n{note}</figure>",
            width = self.wide.width(),
            place = svg::PLACE,
            title = escape(&self.title),
            drawings = svg::fitting(&self.wide, &self.narrow, &self.description),
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

/// A count as a sentence has it: in letters while it is small.
fn count(number: usize) -> String {
    const WORDS: [&str; 13] = [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    WORDS.get(number).map_or_else(
        || display::grouped(&number.to_string()),
        |word| (*word).to_owned(),
    )
}

/// A sentence begins with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_with_markup_comes_out_as_text() {
        let attack = "<script>alert(1)</script>";
        let figure = bars(attack, &[Bar::new(attack, Duration::from_secs(1))]).with_note(attack);
        assert!(!figure.html().contains("<script"), "{}", figure.html());
        assert!(figure.html().contains("&lt;script&gt;"));
    }

    #[test]
    fn title_and_description_stand_once() {
        let figure = bars("One wait", &[Bar::new("alone", Duration::from_secs(1))]);
        for document in [figure.html(), figure.svg()] {
            for words in [figure.title(), figure.description()] {
                assert_eq!(document.matches(words).count(), 1, "{words}: {document}");
            }
        }
    }

    #[test]
    fn a_sentence_begins_with_a_capital_letter_and_counts_in_words() {
        assert_eq!(sentence(&count(3)), "Three");
        assert_eq!(count(10_000), "10,000");
        assert_eq!(sentence(""), "");
    }
}
