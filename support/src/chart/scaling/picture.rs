//! What a scaling chart looks like: a line for each series, with marks of its own, and its name at its end.

use super::Series;
use super::log::Scale;
use crate::chart::legend::{Legend, Sign};
use crate::chart::svg::{self, Canvas, Drawing, INK, SMALL, TEXT};
use crate::chart::{axis, marks, palette};
use crate::display::grouped;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::collections::BTreeSet;
use std::time::Duration;

const TOP: i32 = 8;

/// Room for what the upright axis is, above its numbers.
const TITLE: i32 = 26;
const AREA: i32 = 220;

/// Height of a name at the end of a line.
const NAME: i32 = 16;

/// What keeps the first and the last mark from the edges of the area.
const INSET: i32 = 10;

/// The shortest time that a logarithmic axis shows.
const SHORTEST: Duration = Duration::from_nanos(1);

/// Where counts and times lie.
struct Place {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    counts: Scale,
    times: Scale,
}

impl Place {
    fn x(&self, count: u32) -> i32 {
        let room = f64::from(self.right - self.left - 2 * INSET);
        let share = self.counts.at(f64::from(count.max(1)));
        self.left + INSET + (room * share).round() as i32
    }

    fn y(&self, seconds: f64) -> i32 {
        let share = self.times.at(seconds);
        self.bottom - (f64::from(self.bottom - self.top) * share).round() as i32
    }

    fn at(&self, (count, time): (u32, Duration)) -> (i32, i32) {
        (self.x(count), self.y(time.max(SHORTEST).as_secs_f64()))
    }
}

pub(super) fn draw(width: i32, counted: &str, series: &[Series]) -> Drawing {
    let points = || series.iter().flat_map(|line| &line.points);
    let counts: BTreeSet<u32> = points().map(|(count, _)| *count).collect();
    let seconds = |time: &Duration| time.max(&SHORTEST).as_secs_f64();
    let times = points().map(|(_, time)| seconds(time));
    let longest = times.clone().fold(f64::MIN_POSITIVE, f64::max);
    let times = if counts.is_empty() {
        Scale::around(0.1, 1.0)
    } else {
        Scale::around(times.fold(f64::MAX, f64::min), longest)
    };
    let least = f64::from(counts.first().copied().unwrap_or(1).max(1));
    let most = f64::from(counts.last().copied().unwrap_or(1).max(1));

    // Names stand at the ends of lines where there is room for each in full, and otherwise in a legend.
    let named = svg::widest(series.iter().map(|line| line.name.as_str()), TEXT);
    let at_ends = named <= width * 3 / 10;
    let entries = series.iter().enumerate().filter(|_| !at_ends);
    let entries = entries.map(|(index, line)| (Sign::Mark(index), line.name.as_str()));
    let legend = Legend::new(entries, (8, TOP), width - 16);
    let area = AREA.max(NAME * series.len() as i32);
    let top = TOP + legend.height + TITLE;
    let bottom = top + area;
    let ticks = times.ticks((area / 18).unsigned_abs() as usize);
    let numbers = ticks.iter().filter(|(_, numbered)| *numbered);
    let numbers: Vec<_> = numbers.map(|(value, _)| round_time(*value)).collect();
    // The largest count stands under the end of the axis, and half of it beyond.
    let beyond = svg::width(&grouped(&most.to_string()), SMALL) as i32 / 2;
    let named = if at_ends { named + 14 } else { 0 };
    let place = Place {
        left: svg::widest(numbers.iter().map(String::as_str), SMALL) + 14,
        right: width - named.max(beyond) - 8,
        top,
        bottom,
        counts: Scale::over(least, most),
        times,
    };

    let drawing = Drawing::new((width, bottom + axis::HEIGHT), |canvas| {
        legend.draw(canvas);
        draw_times(canvas, &place, &ticks);
        draw_counts(canvas, &place, &counts, counted);
        for (index, line) in series.iter().enumerate() {
            draw_line(canvas, &place, line, index);
        }
        if at_ends {
            draw_names(canvas, &place, series);
        }
    });
    drawing.smooth()
}

/// The axis of times, upright, with a line for each mark.
fn draw_times(canvas: &Canvas<'_>, place: &Place, ticks: &[(f64, bool)]) {
    let (left, right) = (place.left, place.right);
    for (seconds, numbered) in ticks {
        let y = place.y(*seconds);
        let ink = if *numbered { 0.3 } else { 0.12 };
        svg::line(canvas, [(left, y), (right, y)], INK.mix(ink));
        if *numbered {
            let at = (left - 6, y);
            let number = round_time(*seconds);
            svg::label(canvas, &number, at, SMALL, (HPos::Right, VPos::Center));
        }
    }
    svg::line(
        canvas,
        [(left, place.bottom), (left, place.top)],
        INK.mix(0.6),
    );
    let above = (4, place.top - 14);
    let title = "time, on a log scale";
    svg::label(canvas, title, above, SMALL, (HPos::Left, VPos::Bottom));
}

/// The axis of counts: a mark for each count that was measured, and its number where there is room beside the larger ones.
fn draw_counts(canvas: &Canvas<'_>, place: &Place, counts: &BTreeSet<u32>, counted: &str) {
    let (left, right, bottom) = (place.left, place.right, place.bottom);
    svg::line(canvas, [(left, bottom), (right, bottom)], INK.mix(0.6));
    let mut free = i32::MAX;
    for count in counts.iter().rev() {
        let (number, x) = (grouped(&count.to_string()), place.x(*count));
        let half = svg::width(&number, SMALL) as i32 / 2;
        let fits = x + half + 6 < free;
        let length = if fits { 6 } else { 3 };
        svg::line(canvas, [(x, bottom), (x, bottom + length)], INK.mix(0.6));
        if fits {
            let below = (x, bottom + 8);
            svg::label(canvas, &number, below, SMALL, (HPos::Center, VPos::Top));
            free = x - half;
        }
    }
    let title = format!("{counted}, on a log scale");
    let title = svg::fit(&title, SMALL, f64::from(right - 16));
    let below = (right, bottom + 25);
    svg::label(canvas, &title, below, SMALL, (HPos::Right, VPos::Top));
}

fn draw_line(canvas: &Canvas<'_>, place: &Place, line: &Series, index: usize) {
    let colour = palette::colour(index);
    let points: Vec<_> = line.points.iter().map(|point| place.at(*point)).collect();
    svg::line(canvas, points.iter().copied(), colour.stroke_width(2));
    let mut free = i32::MAX;
    for (x, y) in points.into_iter().rev() {
        // Marks that would cover each other are left out.
        if x + 2 * marks::HALF < free {
            marks::draw(canvas, (x, y), index);
            free = x;
        }
    }
}

/// Writes each name beside the end of its line, or as near as the other names let it; then a thin line leads there.
fn draw_names(canvas: &Canvas<'_>, place: &Place, series: &[Series]) {
    let ends: Vec<_> = series
        .iter()
        .enumerate()
        .filter_map(|(index, line)| Some((index, place.at(*line.points.last()?))))
        .collect();
    let heights: Vec<_> = ends.iter().map(|(_, (_, y))| *y).collect();
    let heights = apart(&heights, NAME, (place.top, place.bottom));
    for ((index, (x, y)), height) in ends.into_iter().zip(heights) {
        let at = (place.right + 10, height);
        if (height - y).abs() > 4 || x < place.right - INSET {
            let lead = [(x, y), (place.right, height), (at.0 - 2, height)];
            svg::line(canvas, lead, palette::colour(index).mix(0.7));
        }
        let name = svg::fit(&series[index].name, TEXT, f64::MAX);
        svg::label(canvas, &name, at, TEXT, (HPos::Left, VPos::Center));
    }
}

/// The heights that are nearest to these, at least `gap` from each other and inside of the bounds, in the same order.
fn apart(heights: &[i32], gap: i32, (top, bottom): (i32, i32)) -> Vec<i32> {
    let mut order: Vec<_> = (0..heights.len()).collect();
    order.sort_by_key(|index| heights[*index]);
    let mut placed: Vec<_> = order.iter().map(|index| heights[*index]).collect();
    // Down from the first, then up from the last; then none is too near to the one before.
    for index in 1..placed.len() {
        placed[index] = placed[index].max(placed[index - 1] + gap);
    }
    let mut below = bottom + gap / 2;
    for height in placed.iter_mut().rev() {
        *height = (*height).min(below);
        below = *height - gap;
    }
    let mut above = top - gap;
    for height in &mut placed {
        *height = (*height).max(above + gap);
        above = *height;
    }
    let mut result = vec![0; heights.len()];
    for (index, height) in order.into_iter().zip(placed) {
        result[index] = height;
    }
    result
}

/// A round number of seconds, without digits that say nothing.
fn round_time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        seconds if seconds > 0.099 => (seconds, "s"),
        seconds if seconds > 0.000_99 => (seconds * 1e3, "ms"),
        seconds if seconds > 0.000_000_99 => (seconds * 1e6, "µs"),
        seconds => (seconds * 1e9, "ns"),
    };
    let value = format!("{value:.1}");
    let value = value.trim_end_matches('0').trim_end_matches('.');
    format!("{} {unit}", grouped(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_the_same_height_are_moved_apart_and_stay_in_order() {
        assert_eq!(apart(&[50, 100], 16, (0, 200)), [50, 100]);
        assert_eq!(apart(&[100, 100, 98], 16, (0, 200)), [114, 130, 98]);
        assert_eq!(apart(&[199, 200], 16, (0, 200)), [192, 208]);
        assert!(apart(&[], 16, (0, 200)).is_empty());
    }

    #[test]
    fn times_are_written_in_their_unit() {
        for (seconds, expected) in [
            (1e-9, "1 ns"),
            (0.000_2, "200 µs"),
            (0.05, "50 ms"),
            (0.1, "0.1 s"),
            (20.0, "20 s"),
            (10_000.0, "10,000 s"),
        ] {
            assert_eq!(round_time(seconds), expected);
        }
    }
}
