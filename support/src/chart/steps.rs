//! Steps: how a count changes over time, one line a count.

use super::axis::{self, Axis};
use super::svg::{self, DRAWN, INK, TEXT, WIDTH};
use super::{Figure, listed, seconds, text};
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
/// assert!(figure.description().contains("waiting: at most 3"));
/// ```
pub fn steps(title: &str, counted: &str, lines: &[Steps]) -> Figure {
    let end = lines.iter().flat_map(|line| line.changes.last());
    let end = end.map(|(moment, _)| *moment).max().unwrap_or_default();
    let size = (WIDTH, (TOP + LEGEND + AREA + axis::HEIGHT).unsigned_abs());
    Figure {
        title: title.to_owned(),
        description: format!(
            "Number of {counted} over {}. {}.",
            seconds(end),
            listed(lines.iter().map(|line| {
                let last = line.changes.last().map_or(0, |(_, count)| *count);
                format!("{}: at most {}, {last} at the end", line.name, line.most())
            }))
        ),
        plain: in_text(lines, end),
        shapes: svg::shapes(size, |canvas| draw(canvas, counted, lines, end)),
        size,
        note: None,
    }
}

const TOP: i32 = 8;
const LEGEND: i32 = 48;
const AREA: i32 = 160;

fn draw(canvas: &svg::Canvas<'_>, counted: &str, lines: &[Steps], end: Duration) {
    let (top, bottom) = (TOP + LEGEND, TOP + LEGEND + AREA);
    let most = lines.iter().map(Steps::most).max().unwrap_or(0).max(1);
    let marks = marks(most);
    let numbers: Vec<_> = marks.iter().map(usize::to_string).collect();
    let left = svg::column(numbers.iter().map(String::as_str), TEXT, 100.0) as i32 + 20;
    let right = WIDTH as i32 - 24;
    let y = |count: usize| bottom - (f64::from(AREA) * count as f64 / most as f64).round() as i32;

    for (mark, number) in marks.iter().zip(&numbers) {
        let line = vec![(left, y(*mark)), (right, y(*mark))];
        canvas
            .draw(&PathElement::new(line, INK.mix(0.18)))
            .expect(DRAWN);
        let at = (left - 8, y(*mark));
        svg::label(canvas, number, at, TEXT, (HPos::Right, VPos::Center));
    }
    let above = (4, top - 14);
    svg::label(canvas, counted, above, TEXT, (HPos::Left, VPos::Bottom));
    let axis = Axis::new(end, left, right);
    axis.draw(canvas, top, bottom);

    let room = f64::from(right - left) / lines.len().max(1) as f64;
    for (index, line) in lines.iter().enumerate() {
        let colour = svg::colour(index);
        let path = corners(&line.changes)
            .map(|(moment, count)| (axis.at(moment), y(count)))
            .collect::<Vec<_>>();
        canvas
            .draw(&PathElement::new(path, colour.stroke_width(2)))
            .expect(DRAWN);
        svg::key(canvas, &line.name, index, (left, TOP + 9), room);
    }
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
