//! What a timeline looks like.

use super::{Lane, Outcome, mark};
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

/// Height of a lane. Letters need 15 pixels to stay apart: where lanes are lower, every second has its name.
fn height(count: usize) -> i32 {
    match count {
        0..=12 => 28,
        13..=40 => 18,
        _ => 8,
    }
}

/// Signs and what they mean; of those that not every timeline has, the ones that this has.
fn legend(lanes: &[Lane], width: i32) -> Legend {
    let mut entries = vec![(Sign::Solid, "runs"), (Sign::Pale, "waits")];
    if lanes.iter().any(|lane| !lane.in_vain.is_empty()) {
        entries.push((Sign::Tick, "polled, though not woken"));
    }
    Legend::new(entries, (8, TOP), width - 16)
}

pub(super) fn draw(width: i32, lanes: &[Lane], longest: Duration) -> Drawing {
    let height = height(lanes.len());
    let every = if height < 15 { 2 } else { 1 };
    // Between lanes lower than a letter, words about their ends would run into each other's bars.
    let mark = |outcome: Outcome| if every == 1 { mark(outcome) } else { "" };
    let marked = svg::widest(lanes.iter().map(|lane| mark(lane.outcome)), TEXT);

    let legend = legend(lanes, width);
    let top = TOP + legend.height;
    let names = lanes.iter().map(|lane| lane.name.as_str());
    let rows = Rows::new(names, (width, top), height, marked);
    let beside = if rows.stacked() { 0 } else { marked };
    let axis = Axis::new(longest, rows.left, width - 24 - beside);
    let bottom = rows.bottom();

    Drawing::new((width, bottom + axis::HEIGHT), |canvas| {
        legend.draw(canvas);
        axis.draw(canvas, top, bottom);
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (index, lane) in lanes.iter().enumerate() {
            let next = seen.len();
            let task = lane.name.split(" · ").next().unwrap_or_default();
            let task = *seen.entry(task).or_insert(next);
            let (high, low) = rows.shape(index);
            let inset = (height / 6).max(1);
            band(canvas, lane, &axis, (high + inset, low - inset), task);
            if index % every == 0 {
                let word = mark(lane.outcome);
                rows.name(canvas, index, &lane.name, word);
                if !rows.stacked() {
                    let end = (axis.at(lane.end) + 6, (high + low) / 2);
                    svg::label(canvas, word, end, TEXT, (HPos::Left, VPos::Center));
                }
            }
        }
    })
}

/// What one lane did, between two heights.
fn band(canvas: &Canvas<'_>, lane: &Lane, axis: &Axis, (top, low): (i32, i32), task: usize) {
    let colour = palette::colour(task);
    // A poll of a microsecond is still a poll: three pixels show it.
    let shown = |from: i32, to: i32| (from.min(axis.to - 3), to.max(from.min(axis.to - 3) + 3));
    if !lane.polls.is_empty() {
        let (from, to) = shown(axis.at(lane.start()), axis.at(lane.end));
        svg::pale(canvas, [(from, top), (to, low)], colour);
        stripes(
            canvas,
            [(from, top), (to, low)],
            colour,
            palette::round(task),
        );
    }
    for poll in &lane.in_vain {
        let (from, to) = shown(axis.at(poll.start), axis.at(poll.end));
        svg::solid(canvas, [(from, (top + low) / 2), (to, low)], colour);
    }
    for poll in &lane.polls {
        let (from, to) = shown(axis.at(poll.start), axis.at(poll.end));
        svg::solid(canvas, [(from, top), (to, low)], colour);
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

/// An axis of nothing, and why there is nothing.
pub(super) fn empty(width: i32, why: &str) -> Drawing {
    let (top, bottom) = (TOP, TOP + 56);
    let axis = Axis::new(Duration::ZERO, 12, width - 24);
    Drawing::new((width, bottom + axis::HEIGHT), |canvas| {
        let corners = [(axis.from, top), (axis.to, bottom - 6)];
        let edge = Rectangle::new(corners, INK.mix(0.6).stroke_width(1));
        canvas.draw(&edge).expect(svg::DRAWN);
        axis.draw(canvas, top, bottom);
        let why = svg::fit(why, TEXT, f64::from(axis.to - axis.from - 16));
        let middle = ((axis.from + axis.to) / 2, (top + bottom - 6) / 2);
        svg::label(canvas, &why, middle, TEXT, (HPos::Center, VPos::Center));
    })
}
