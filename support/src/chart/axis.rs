//! The axis of time that figures share: from zero to the longest time, in round numbers of a fitting unit.

use super::svg::{self, Canvas, INK, SMALL, label};
use crate::display::grouped;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::time::Duration;

/// Height that the numbers and the unit take below an area.
pub(super) const HEIGHT: i32 = 42;

/// Room for a number of the axis, with what keeps it from the next.
const NUMBER: i32 = 48;

/// Places durations between two edges, the left and the right one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) from: i32,
    pub(super) to: i32,
    unit: Unit,
    /// The longest time, in the unit.
    end: f64,
}

impl Axis {
    pub(super) fn new(longest: Duration, from: i32, to: i32) -> Self {
        let unit = Unit::for_longest(longest);
        Axis {
            from,
            to,
            unit,
            end: unit.of(longest),
        }
    }

    /// Where a moment lies.
    pub(super) fn at(&self, moment: Duration) -> i32 {
        self.place(self.unit.of(moment))
    }

    fn place(&self, value: f64) -> i32 {
        if self.end > 0.0 {
            self.from + (value / self.end * f64::from(self.to - self.from)).round() as i32
        } else {
            self.from
        }
    }

    /// Draws the marks through an area from `top` to `bottom`, and below it their numbers and the unit.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, top: i32, bottom: i32) {
        let most = ((self.to - self.from) / NUMBER).clamp(2, 7).unsigned_abs();
        for tick in ticks(self.end, most as usize) {
            let x = self.place(tick);
            svg::line(canvas, [(x, top), (x, bottom)], INK.mix(0.18));
            let below = (x, bottom + 6);
            let number = tick_label(tick);
            label(canvas, &number, below, SMALL, (HPos::Center, VPos::Top));
        }
        let base = [(self.from, bottom), (self.to, bottom)];
        svg::line(canvas, base, INK.mix(0.6));
        let below = ((self.from + self.to) / 2, bottom + 23);
        let unit = self.unit.name;
        label(canvas, unit, below, SMALL, (HPos::Center, VPos::Top));
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
        grouped(text)
    }
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
        assert_eq!(tick_label(12_000.0), "12,000");
    }

    #[test]
    fn an_axis_of_nothing_stays_at_its_left_edge() {
        assert_eq!(
            Axis::new(Duration::ZERO, 50, 700).at(Duration::from_secs(1)),
            50
        );
    }
}
