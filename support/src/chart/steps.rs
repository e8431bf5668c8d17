//! Steps: how a count changes over time, one line a count.

use super::axis::{self, Axis};
use super::legend::{Legend, Sign};
use super::svg::{self, Drawing, INK, SMALL};
use super::{Figure, listed, seconds, text};
use crate::display::grouped;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::time::Duration;

/// A count that changes at moments, and stays between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    name: String,
    /// Moments, in order, and the count from then on.
    changes: Vec<(Duration, usize)>,
}

impl Steps {
    /// A count that is `changes[i].1` from the moment `changes[i].0` until the next.
    pub fn new(
        name: impl Into<String>,
        changes: impl IntoIterator<Item = (Duration, usize)>,
    ) -> Self {
        let mut changes: Vec<_> = changes.into_iter().collect();
        changes.sort_by_key(|(moment, _)| *moment);
        Steps {
            name: name.into(),
            changes,
        }
    }

    fn most(&self) -> usize {
        self.changes
            .iter()
            .map(|(_, count)| *count)
            .max()
            .unwrap_or(0)
    }

    /// The count at a moment, none before the first change.
    fn at(&self, moment: Duration) -> Option<usize> {
        let before = self.changes.iter().take_while(|(at, _)| *at <= moment);
        before.last().map(|(_, count)| *count)
    }
}

/// Counts, upwards, against time, to the right, both from zero; `counted` says what is counted.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::chart::{self, Steps};
///
/// let ms = Duration::from_millis;
/// let queue = Steps::new("waiting", [(ms(0), 0), (ms(10), 3), (ms(200), 0)]);
/// let figure = chart::steps("A queue", "items", &[queue]);
/// assert!(figure.description().starts_with("At most 3 items at the same time."));
/// ```
pub fn steps(title: &str, counted: &str, lines: &[Steps]) -> Figure {
    let end = lines.iter().flat_map(|line| line.changes.last());
    let end = end.map(|(moment, _)| *moment).max().unwrap_or_default();
    let description = format!(
        "{} The number of {counted} over {}, at its end {}.",
        point(counted, lines),
        seconds(end),
        listed(lines.iter().map(|line| {
            let last = line.changes.last().map_or(0, |(_, count)| *count);
            format!("{} {last}", line.name)
        }))
    );
    Figure::new(title, description, in_text(lines, end), |width| {
        draw(width, counted, lines, end)
    })
}

/// The largest counts, in a sentence.
fn point(counted: &str, lines: &[Steps]) -> String {
    let most = |line: &Steps| grouped(&line.most().to_string());
    match lines {
        [] => format!("No {counted} were counted."),
        [only] => format!("At most {} {counted} at the same time.", most(only)),
        several => {
            let each = several.iter();
            let each = each.map(|line| format!("{} {}", line.name, most(line)));
            format!(
                "The most {counted} at the same time: {}.",
                each.collect::<Vec<_>>().join("; ")
            )
        }
    }
}

const TOP: i32 = 8;
const AREA: i32 = 160;

/// Room for what is counted, above the numbers.
const COUNTED: i32 = 30;

fn draw(width: i32, counted: &str, lines: &[Steps], end: Duration) -> Drawing {
    let entries = lines.iter().enumerate();
    let entries = entries.map(|(index, line)| (Sign::Line(index), line.name.as_str()));
    let legend = Legend::new(entries, (8, TOP), width - 16);
    let top = TOP + legend.height + COUNTED;
    let bottom = top + AREA;
    let most = lines.iter().map(Steps::most).max().unwrap_or(0).max(1);
    let marks = marks(most);
    let numbers: Vec<_> = marks
        .iter()
        .map(|mark| grouped(&mark.to_string()))
        .collect();
    let left = svg::widest(numbers.iter().map(String::as_str), SMALL) + 20;
    let right = width - 24;
    let y = |count: usize| bottom - (f64::from(AREA) * count as f64 / most as f64).round() as i32;
    let axis = Axis::new(end, left, right);

    Drawing::new((width, bottom + axis::HEIGHT), |canvas| {
        legend.draw(canvas);
        for (mark, number) in marks.iter().zip(&numbers) {
            let y = y(*mark);
            svg::line(canvas, [(left, y), (right, y)], INK.mix(0.18));
            let at = (left - 8, y);
            svg::label(canvas, number, at, SMALL, (HPos::Right, VPos::Center));
        }
        let above = (8, top - 12);
        let counted = svg::fit(counted, SMALL, f64::from(width - 16));
        svg::label(canvas, &counted, above, SMALL, (HPos::Left, VPos::Bottom));
        axis.draw(canvas, top, bottom);
        for (index, line) in lines.iter().enumerate() {
            let path = corners(&line.changes).map(|(moment, count)| (axis.at(moment), y(count)));
            svg::dashed(canvas, path, index);
        }
    })
}

/// The corners of a line that is flat between changes.
fn corners(changes: &[(Duration, usize)]) -> impl Iterator<Item = (Duration, usize)> {
    changes
        .iter()
        .enumerate()
        .flat_map(|(index, (moment, count))| {
            let before = index.checked_sub(1).map(|before| changes[before].1);
            before
                .map(|before| (*moment, before))
                .into_iter()
                .chain([(*moment, *count)])
        })
}

/// At most seven whole numbers from zero to `most`, evenly apart.
fn marks(most: usize) -> Vec<usize> {
    let step = [1, 2, 5]
        .into_iter()
        .cycle()
        .zip(0_u32..)
        .map(|(factor, turn)| factor * 10_usize.pow(turn / 3))
        .find(|step| most / step < 7)
        .unwrap_or(most);
    (0..=most / step).map(|index| index * step).collect()
}

/// One row a line; each character is the count at its moment, `+` above nine.
fn in_text(lines: &[Steps], end: Duration) -> String {
    text::padded(lines.iter().map(|line| line.name.as_str()))
        .zip(lines)
        .map(|(name, line)| {
            let counts: String = text::moments(end)
                .map(|moment| match line.at(moment) {
                    None => ' ',
                    Some(count) => u32::try_from(count)
                        .ok()
                        .and_then(|count| char::from_digit(count, 10))
                        .unwrap_or('+'),
                })
                .collect();
            format!("  {name}  {counts}  at most {}", line.most())
        })
        .chain([format!("  from zero to {}", seconds(end))])
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_flat_between_changes() {
        let ms = Duration::from_millis;
        let corners: Vec<_> = corners(&[(ms(0), 0), (ms(5), 2), (ms(9), 1)]).collect();
        assert_eq!(
            corners,
            [(ms(0), 0), (ms(5), 0), (ms(5), 2), (ms(9), 2), (ms(9), 1)]
        );
    }

    #[test]
    fn marks_are_whole_and_few() {
        assert_eq!(marks(1), [0, 1]);
        assert_eq!(marks(6), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(marks(8), [0, 2, 4, 6, 8]);
        for most in [1, 7, 30, 99, 12_345] {
            assert!((2..=7).contains(&marks(most).len()), "{most}");
        }
    }
}
