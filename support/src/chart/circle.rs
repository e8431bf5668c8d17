//! A circle: who waits for what, which the next one has, and so on, back to the first.

use super::svg::{self, Drawing, INK, TEXT};
use super::{Figure, count, palette, sentence};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// One in a circle, who waits for what the next one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Who waits.
    pub who: String,
    /// What it waits for.
    pub wants: String,
}

/// A deadlock: each waits for what the next one holds, the last for what the first holds. Who is alone waits for what it
/// holds itself.
///
/// # Examples
///
/// ```
/// use support::chart::{self, Link};
///
/// let link = |who: &str, wants: &str| Link { who: who.to_owned(), wants: wants.to_owned() };
/// let figure = chart::circle("A deadlock", &[link("a", "lock 1"), link("b", "lock 0")]);
/// assert!(figure.description().starts_with("Two wait for each other, and none can go on."));
/// ```
pub fn circle(title: &str, links: &[Link]) -> Figure {
    let sentences: Vec<_> = (0..links.len()).map(|index| said(links, index)).collect();
    let point = match links.len() {
        0 => "Nobody waits.".to_owned(),
        1 => "One waits for itself, and cannot go on.".to_owned(),
        many => format!(
            "{} wait for each other, and none can go on.",
            sentence(&count(many))
        ),
    };
    let description = format!("{point} {}", sentences.join(" "))
        .trim_end()
        .to_owned();
    let plain = sentences
        .iter()
        .map(|sentence| format!("  {sentence}"))
        .collect::<Vec<_>>()
        .join("\n");
    Figure::new(title, description, plain, |width| draw(width, links))
}

fn next(links: &[Link], index: usize) -> &Link {
    &links[(index + 1) % links.len()]
}

fn said(links: &[Link], index: usize) -> String {
    let Link { who, wants } = &links[index];
    if links.len() == 1 {
        return format!("{who} waits for {wants}, which it holds itself.");
    }
    let holder = &next(links, index).who;
    format!("{who} waits for {wants}, which {holder} holds.")
}

const TOP: i32 = 8;
const BOX: i32 = 28;
const GAP: i32 = 40;
/// Where boxes begin: the way back has its place beside them.
const LEFT: i32 = 36;
/// Where the arrows go down.
const DOWN: i32 = LEFT + 24;

/// The part of a long line that is used: what is estimated of many narrow letters is too little.
const ROOM: f64 = 0.9;

fn draw(width: i32, links: &[Link]) -> Drawing {
    let count = i32::try_from(links.len()).unwrap_or(1).max(1);
    let height = TOP + count * (BOX + GAP) + 8;
    Drawing::new((width, height), |canvas| {
        for (index, link) in (0..).zip(links) {
            let top = TOP + index * (BOX + GAP);
            let bottom = top + BOX;
            let right = width - 12;
            let colour = palette::colour(index as usize);
            svg::pale(canvas, [(LEFT, top), (right, bottom)], colour);
            let room = ROOM * f64::from(right - LEFT - 24);
            let name = svg::fit(&link.who, TEXT, room);
            let middle = (top + bottom) / 2;
            let at = (LEFT + 12, middle);
            svg::label(canvas, &name, at, TEXT, (HPos::Left, VPos::Center));
            let words = format!("waits for {}, held by", link.wants);
            let words = svg::fit(&words, TEXT, ROOM * f64::from(width - DOWN - 22));
            let at = (DOWN + 14, bottom + GAP / 2 - 2);
            svg::label(canvas, &words, at, TEXT, (HPos::Left, VPos::Center));
            if index + 1 < count {
                let end = bottom + GAP - 3;
                svg::line(canvas, [(DOWN, bottom + 2), (DOWN, end)], thick());
                svg::head(
                    canvas,
                    [(DOWN - 6, end - 9), (DOWN + 6, end - 9), (DOWN, end)],
                );
            } else {
                let (low, back, first) = (bottom + GAP - 6, 14, TOP + BOX / 2);
                let way = [
                    (DOWN, bottom + 2),
                    (DOWN, low),
                    (back, low),
                    (back, first),
                    (LEFT - 4, first),
                ];
                svg::line(canvas, way, thick());
                let end = LEFT - 3;
                svg::head(
                    canvas,
                    [(end - 9, first - 6), (end - 9, first + 6), (end, first)],
                );
            }
        }
    })
}

fn thick() -> ShapeStyle {
    INK.stroke_width(2)
}
