//! Legends: what the signs of a figure mean, above it, in as many rows as its width needs.

use super::svg::{self, Canvas, INK, TEXT};
use super::{marks, palette};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

/// Height of a row.
const ROW: i32 = 19;

/// Room for a sign, and between an entry and the next.
const SIGN: i32 = 28;
const GAP: i32 = 18;

/// What is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A box full of colour.
    Solid,
    /// A box with little colour and an edge.
    Pale,
    /// Such a box, darker, under a line.
    Held,
    /// A low mark in such a box.
    Tick,
    /// An arrow.
    Arrow,
    /// A line that leads nowhere.
    Nowhere,
    /// A mark that points at a moment.
    Event,
    /// The line with this index, by its dashes.
    Line(usize),
    /// The line with this index, by its marks.
    Mark(usize),
}

/// Signs with their meaning, placed in rows.
#[derive(Debug)]
pub(super) struct Legend {
    /// Sign, meaning, and where it begins.
    entries: Vec<(Sign, String, (i32, i32))>,
    pub(super) height: i32,
}

impl Legend {
    /// Fills rows of the given width from `top` on.
    pub(super) fn new<'a>(
        entries: impl IntoIterator<Item = (Sign, &'a str)>,
        (left, top): (i32, i32),
        room: i32,
    ) -> Self {
        let (mut x, mut y) = (0, 0);
        let entries: Vec<_> = entries
            .into_iter()
            .map(|(sign, meaning)| {
                let meaning = svg::fit(meaning, TEXT, f64::from(room - SIGN));
                let width = SIGN + svg::width(&meaning, TEXT).ceil() as i32;
                if x > 0 && x + width > room {
                    (x, y) = (0, y + ROW);
                }
                let place = (left + x, top + y + ROW / 2);
                x += width + GAP;
                (sign, meaning, place)
            })
            .collect();
        Legend {
            height: if entries.is_empty() { 0 } else { y + ROW + 4 },
            entries,
        }
    }

    pub(super) fn draw(&self, canvas: &Canvas<'_>) {
        for (sign, meaning, (x, y)) in &self.entries {
            let (x, y) = (*x, *y);
            let whole = [(x + 1, y - 6), (x + 21, y + 6)];
            match sign {
                Sign::Solid => svg::solid(canvas, whole, INK),
                Sign::Pale => svg::pale(canvas, whole, INK),
                Sign::Held => {
                    svg::pale(canvas, whole, INK);
                    svg::held(canvas, whole, INK);
                }
                Sign::Tick => {
                    svg::pale(canvas, whole, INK);
                    svg::solid(canvas, [(x + 10, y), (x + 12, y + 6)], INK);
                }
                Sign::Arrow => svg::arrow(canvas, [(x + 11, y - 7), (x + 11, y + 7)]),
                Sign::Nowhere => svg::nowhere(canvas, [(x + 11, y - 7), (x + 11, y + 3)]),
                Sign::Event => svg::pointer(canvas, (x + 11, y + 4)),
                Sign::Mark(index) => {
                    let style = palette::colour(*index).stroke_width(2);
                    svg::line(canvas, [(x, y), (x + 22, y)], style);
                    marks::draw(canvas, (x + 11, y), *index);
                }
                Sign::Line(index) => svg::dashed(canvas, [(x, y), (x + 22, y)], *index),
            }
            let at = (x + SIGN, y);
            svg::label(canvas, meaning, at, TEXT, (HPos::Left, VPos::Center));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_in_a_row_begins_the_next() {
        let entries = [(Sign::Solid, "runs"), (Sign::Pale, "waits")];
        let one = Legend::new(entries, (4, 8), 300);
        assert_eq!(one.height, ROW + 4);
        let two = Legend::new(entries, (4, 8), 90);
        assert_eq!(two.height, 2 * ROW + 4);
        assert_eq!(two.entries[1].2.0, two.entries[0].2.0);
        assert_eq!(Legend::new([], (4, 8), 90).height, 0);
    }
}
