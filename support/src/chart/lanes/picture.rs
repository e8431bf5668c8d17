//! What a timeline looks like.

use super::events::{self, Event};
use super::tree::{self, Tree};
use super::wakes::{self, Wake};
use super::{HOLDS, Lane, Outcome, Span, holds, mark, signs};
use crate::chart::axis::{self, Axis};
use crate::chart::legend::{Legend, Sign};
use crate::chart::palette;
use crate::chart::rows::Rows;
use crate::chart::svg::{self, Canvas, Drawing, INK, TEXT};
use plotters::prelude::*;
use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};
use std::collections::HashMap;
use std::time::Duration;

const TOP: i32 = 6;

/// Height of a lane. Letters need 15 pixels to stay apart: where lanes are lower, every second has its name. Arrows between
/// lanes need room.
fn height(count: usize, arrows: bool) -> i32 {
    match count {
        0..=12 if arrows => 36,
        0..=12 => 28,
        13..=40 => 18,
        _ => 8,
    }
}

/// Signs and what they mean; of those that not every timeline has, the ones that this has.
fn legend(lanes: &[Lane], wakes: &[Wake], events: &[Event], width: i32) -> Legend {
    let (solid, pale) = signs(lanes);
    let mut entries = vec![(Sign::Solid, solid), (Sign::Pale, pale)];
    if holds(lanes) {
        entries.push((Sign::Held, HOLDS));
    }
    if lanes.iter().any(|lane| !lane.in_vain.is_empty()) {
        entries.push((Sign::Tick, "polled, though not woken"));
    }
    entries.extend(wakes::signs(lanes, wakes));
    if !events.is_empty() {
        entries.push((Sign::Event, events::SIGN));
    }
    Legend::new(entries, (8, TOP), width - 16)
}

pub(super) fn draw(
    width: i32,
    of: &Tree,
    wakes: &[Wake],
    events: &[Event],
    longest: Duration,
) -> Drawing {
    let lanes = of.lanes.as_slice();
    let height = height(lanes.len(), !wakes.is_empty());
    let every = if height < 15 { 2 } else { 1 };
    // Between lanes lower than a letter, words about their ends would run into each other's bars.
    let mark = |outcome: Outcome| if every == 1 { mark(outcome) } else { "" };
    let marked = svg::widest(lanes.iter().map(|lane| mark(lane.outcome)), TEXT);

    let legend = legend(lanes, wakes, events, width);
    let top = TOP + legend.height;
    let names = lanes.iter().map(|lane| lane.name.as_str());
    let above = if events.is_empty() { 0 } else { events::ABOVE };
    let rows = Rows::new(names, (width, top), height, marked).with_room_above(above);
    let beside = if rows.stacked() { 0 } else { marked };
    let axis = Axis::new(longest, rows.left, width - 24 - beside);
    let bottom = rows.bottom();

    let drawing = Drawing::new((width, bottom + axis::HEIGHT), |canvas| {
        legend.draw(canvas);
        axis.draw(canvas, top, bottom);
        of.draw(canvas, &axis, &rows);
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (index, lane) in lanes.iter().enumerate() {
            let next = seen.len();
            let task = tree::plain(&lane.name);
            let task = task.split(" · ").next().unwrap_or_default();
            let task = *seen.entry(task).or_insert(next);
            let (high, low) = rows.shape(index);
            band(canvas, lane, &axis, (high, low), task);
            if index % every == 0 {
                let word = mark(lane.outcome);
                rows.name(canvas, index, &lane.name, word);
                if !rows.stacked() {
                    let end = (axis.at(lane.end) + 9, (high + low) / 2);
                    svg::label(canvas, word, end, TEXT, (HPos::Left, VPos::Center));
                }
            }
        }
        wakes::draw(canvas, lanes, wakes, &axis, &rows);
        events::draw(canvas, events, &axis, &rows);
    });
    // Arrows may slope, and so do marks of events.
    if wakes.is_empty() && events.is_empty() {
        drawing
    } else {
        drawing.smooth()
    }
}

/// Pixels, from and to, of what is seen of some spans: a poll of a microsecond is still a poll, and five show it. What would
/// cover the one before is one with it.
fn shown(spans: &[Span], axis: &Axis) -> Vec<(i32, i32)> {
    let mut shown: Vec<(i32, i32)> = Vec::new();
    for span in spans {
        let from = axis.at(span.start).min(axis.to - INSTANT);
        let to = axis.at(span.end).max(from + INSTANT);
        match shown.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => shown.push((from, to)),
        }
    }
    shown
}

/// Width of a mark for what takes no time that could be seen.
pub(super) const INSTANT: i32 = 5;

/// What one lane did, between two heights. Polls stand out above and below what is pale, whose edges would be taken for
/// some.
fn band(canvas: &Canvas<'_>, lane: &Lane, axis: &Axis, (high, low): (i32, i32), task: usize) {
    let colour = palette::colour(task);
    let height = low - high;
    let (top, bottom) = (high + height / 6 + 1, low - height / 6 - 1);
    if !lane.polls.is_empty() {
        let (from, to) = (axis.at(lane.start()), axis.at(lane.end));
        let corners = [(from, top), (to.max(from + INSTANT), bottom)];
        if height < 15 {
            svg::low(canvas, corners, colour);
        } else {
            svg::pale(canvas, corners, colour);
            stripes(canvas, corners, colour, palette::round(task));
        }
    }
    for (from, to) in shown(&lane.locked(), axis) {
        svg::held(canvas, [(from, top), (to, bottom)], colour);
    }
    for (from, to) in shown(&lane.in_vain, axis) {
        svg::solid(canvas, [(from, (top + bottom) / 2), (to, bottom)], colour);
    }
    let out = (height / 9).min(2);
    for (from, to) in shown(&lane.polls, axis) {
        svg::solid(canvas, [(from, top - out), (to, bottom + out)], colour);
    }
}

/// Lines through a band, which tell tasks from each other that have the same colour.
fn stripes(canvas: &Canvas<'_>, corners: [(i32, i32); 2], colour: RGBColor, count: usize) {
    let [(left, top), (right, bottom)] = corners;
    let parts = count as i32 + 1;
    for part in 1..parts {
        let y = top + (bottom - top) * part / parts;
        svg::line(canvas, [(left, y), (right, y)], colour.stroke_width(2));
    }
}

/// A frame around nothing, and why there is nothing.
pub(super) fn empty(width: i32, why: &str) -> Drawing {
    const HEIGHT: i32 = 64;
    Drawing::new((width, HEIGHT), |canvas| {
        let corners = [(8, TOP), (width - 8, HEIGHT - TOP)];
        let edge = Rectangle::new(corners, INK.mix(0.6));
        canvas.draw(&edge).expect(svg::DRAWN);
        let why = svg::fit(why, TEXT, f64::from(width - 32));
        let middle = (width / 2, HEIGHT / 2);
        svg::label(canvas, &why, middle, TEXT, (HPos::Center, VPos::Center));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_that_would_cover_each_other_are_one_mark() {
        let axis = Axis::new(Duration::from_millis(100), 0, 100);
        let poll = |at| Span {
            start: Duration::from_millis(at),
            end: Duration::from_millis(at),
        };
        let spans = [poll(0), poll(2), poll(50), poll(100)];
        assert_eq!(shown(&spans, &axis), [(0, 7), (50, 55), (95, 100)]);
    }
}
