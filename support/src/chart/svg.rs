//! What figures look like: letters, and the elements around what plotters draws.
//!
//! Text and lines take the colour of the page (`currentColor`), so that a figure is legible on a light and on a dark
//! theme. Plotters knows fixed colours only: we draw with marks ([`INK`]) and put the page's colour in their place.
//! No font is asked for its measures, since a machine may have none: widths are estimated, from above.
//!
//! A figure is drawn twice, for two widths, since letters that shrink with a picture cannot be read on a phone. Which of
//! the two is shown is said in CSS, by the width of the place where the figure stands: a saved page needs no script.

use super::palette;
use crate::display::escape;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Stands for the colour of the page's text.
pub(super) const INK: RGBColor = RGBColor(1, 1, 1);

/// Widths that no line has, which stand for dashes of these lengths: plotters would draw each dash as an element.
const DASHES: [(u32, &str); 3] = [(1001, "7 4"), (1002, "2 3"), (1003, "12 3")];

/// Widths for which figures are drawn, in pixels: a page, and a phone.
pub(super) const WIDE: i32 = 720;
pub(super) const NARROW: i32 = 300;

/// Size of labels in pixels, and of the numbers of an axis. The wide drawing is shown from [`SWITCH`] on, where it has
/// shrunk to five sixths.
pub(super) const TEXT: f64 = 12.5;
pub(super) const SMALL: f64 = 12.0;

/// The width of a place, in pixels, from which on it shows the wide drawing.
const SWITCH: i32 = 600;

/// The narrow drawing shrinks and grows with its place between these widths, in pixels; where there is less, it scrolls.
const LEAST: i32 = 252;
const MOST: i32 = 380;

/// Width of the edges of boxes, in pixels, which plotters leaves open. One would get lost between the pixels of a screen where
/// the drawing shrinks.
const EDGE: i32 = 2;

/// A figure as it was drawn for one width.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Drawing {
    size: (i32, i32),
    /// What plotters drew, without the element around it.
    shapes: String,
    /// Whether edges fall on whole pixels. Right for what is upright, wrong for slopes and curves.
    crisp: bool,
}

/// What plotters calls a drawing area, over a string.
pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Why drawing cannot fail: the backend writes into a string, and a string takes everything.
pub(super) const DRAWN: &str = "writing into a string does not fail";

impl Drawing {
    /// Lets `draw` draw on a canvas of the given size.
    pub(super) fn new(size: (i32, i32), draw: impl FnOnce(&Canvas<'_>)) -> Self {
        let mut text = String::new();
        {
            let size = (size.0.unsigned_abs(), size.1.unsigned_abs());
            let canvas = SVGBackend::with_string(&mut text, size).into_drawing_area();
            draw(&canvas);
            canvas.present().expect(DRAWN);
        }
        let inside = text
            .split_once('>')
            .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
            .map_or("", |(inside, _)| inside);
        // What is so by default, or stands in the element around, need not be said of each shape.
        let mut shapes = [
            ("#010101", "currentColor"),
            (" opacity=\"1\"", ""),
            (" stroke=\"none\"", ""),
            (" font-family=\"sans-serif\"", ""),
        ]
        .into_iter()
        .fold(inside.trim().to_owned(), |text, (from, to)| {
            text.replace(from, to)
        });
        for (width, dashes) in DASHES {
            let dashed = format!("stroke-width=\"2\" stroke-dasharray=\"{dashes}\"");
            shapes = shapes.replace(&format!("stroke-width=\"{width}\""), &dashed);
        }
        Drawing {
            size,
            shapes,
            crisp: true,
        }
    }

    /// The same, for slopes and curves.
    pub(super) fn smooth(mut self) -> Self {
        self.crisp = false;
        self
    }

    pub(super) fn width(&self) -> i32 {
        self.size.0
    }

    /// An SVG element with these attributes, and with what comes first in it.
    fn element(&self, attributes: &str, first: &str) -> String {
        let (width, height) = self.size;
        let edges = if self.crisp {
            " shape-rendering=\"crispEdges\""
        } else {
            ""
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"sans-serif\" stroke-width=\"{EDGE}\"{edges} {attributes}>{first}\n{shapes}\n</svg>",
            shapes = self.shapes,
        )
    }

    /// A document that stands on its own, on a ground of its own, light or dark as the reader's system is.
    pub(super) fn document(&self, title: &str, description: &str) -> String {
        let first = format!(
            "\n<title>{}</title>\n<desc>{}</desc>\n<style>{GROUND}</style>",
            escape(title),
            escape(description)
        );
        self.element(
            "role=\"img\" style=\"max-width:100%;height:auto;display:block\"",
            &first,
        )
    }
}

/// Holds where the SVG is the whole document, and nowhere else.
const GROUND: &str = "svg:root{color:#1f2328;background:#fff}\
    @media(prefers-color-scheme:dark){svg:root{color:#e6edf3;background:#0d1117}}";

/// Both drawings, of which a page shows the one that fits. The description is said once, for both.
pub(super) fn fitting(wide: &Drawing, narrow: &Drawing, description: &str) -> String {
    // Where a page takes the styles away, the wide drawing is left, and one of the two where it takes the drawings, too.
    let style = format!(
        "@container async-lab (width < {SWITCH}px){{.async-lab-wide{{display:none!important}}\
         .async-lab-narrow{{display:block!important}}}}"
    );
    let shown = "aria-hidden=\"true\" style=\"display:block;height:auto";
    format!(
        "<style>{style}</style>\n<div role=\"img\" aria-label=\"{description}\">\n\
         <div class=\"async-lab-wide\">{wide}</div>\n\
         <div class=\"async-lab-narrow\" style=\"display:none;overflow-x:auto\">{narrow}</div>\n</div>",
        description = escape(description),
        wide = wide.element(&format!("{shown};max-width:100%\""), ""),
        narrow = narrow.element(
            &format!("{shown};width:100%;min-width:{LEAST}px;max-width:{MOST}px\""),
            ""
        ),
    )
}

/// What makes an element the place whose width counts.
pub(super) const PLACE: &str = "container:async-lab/inline-size";

/// Writes a label. `anchor` is the point of the text that stands at `at`.
pub(super) fn label(
    canvas: &Canvas<'_>,
    text: &str,
    at: (i32, i32),
    size: f64,
    anchor: (HPos, VPos),
) {
    if text.is_empty() {
        return;
    }
    // Plotters divides font sizes by 1.24 on the way to SVG.
    let style = TextStyle::from(("sans-serif", size * 1.24).into_font())
        .color(&INK)
        .pos(Pos::new(anchor.0, anchor.1));
    canvas
        .draw(&Text::new(text.to_owned(), at, style))
        .expect(DRAWN);
}

/// Draws a line through points.
pub(super) fn line(
    canvas: &Canvas<'_>,
    points: impl IntoIterator<Item = (i32, i32)>,
    style: impl Into<ShapeStyle>,
) {
    let points: Vec<_> = points.into_iter().collect();
    canvas.draw(&PathElement::new(points, style)).expect(DRAWN);
}

/// Draws a line through points, with the colour and the dashes of its index.
pub(super) fn dashed(
    canvas: &Canvas<'_>,
    points: impl IntoIterator<Item = (i32, i32)>,
    index: usize,
) {
    let kind = index % (DASHES.len() + 1);
    let width = kind.checked_sub(1).map_or(2, |dashes| DASHES[dashes].0);
    line(canvas, points, palette::colour(index).stroke_width(width));
}

/// A line with a head at its end, which touches what it points at.
pub(super) fn arrow(canvas: &Canvas<'_>, [from, to]: [(i32, i32); 2]) {
    let (high, wide) = (7, 4);
    let base = if to.1 >= from.1 {
        to.1 - high
    } else {
        to.1 + high
    };
    line(canvas, [from, (to.0, base)], INK.stroke_width(2));
    head(canvas, [to, (to.0 - wide, base), (to.0 + wide, base)]);
}

/// The head of an arrow.
pub(super) fn head(canvas: &Canvas<'_>, corners: [(i32, i32); 3]) {
    let head = Polygon::new(corners.to_vec(), INK.filled());
    canvas.draw(&head).expect(DRAWN);
}

/// A mark that points down at a moment.
pub(super) fn pointer(canvas: &Canvas<'_>, (x, y): (i32, i32)) {
    head(canvas, [(x, y), (x - 4, y - 8), (x + 4, y - 8)]);
}

/// A line with a cross at its end: what it should have led to is not there.
pub(super) fn nowhere(canvas: &Canvas<'_>, [from, to]: [(i32, i32); 2]) {
    line(canvas, [from, to], INK.stroke_width(2));
    let half = 4;
    for side in [-half, half] {
        let ends = [(to.0 - half, to.1 - side), (to.0 + half, to.1 + side)];
        line(canvas, ends, INK.stroke_width(2));
    }
}

/// A box full of its colour.
pub(super) fn solid(canvas: &Canvas<'_>, corners: [(i32, i32); 2], colour: RGBColor) {
    canvas
        .draw(&Rectangle::new(corners, colour.filled()))
        .expect(DRAWN);
}

/// A box with little of its colour, which alone would be lost on the page, and an edge that stands out.
pub(super) fn pale(canvas: &Canvas<'_>, corners: [(i32, i32); 2], colour: RGBColor) {
    canvas
        .draw(&Rectangle::new(corners, colour.mix(0.28).filled()))
        .expect(DRAWN);
    // Inside, so that the box keeps its size.
    let [(left, top), (right, bottom)] = corners;
    let inside = [(left + 1, top + 1), ((right - 1).max(left + 1), bottom - 1)];
    canvas.draw(&Rectangle::new(inside, colour)).expect(DRAWN);
}

/// The same for a box that is lower than a letter: its edge takes half as much of it.
pub(super) fn low(canvas: &Canvas<'_>, corners: [(i32, i32); 2], colour: RGBColor) {
    let [(left, top), (right, bottom)] = corners;
    canvas
        .draw(&Rectangle::new(corners, colour.mix(0.28).filled()))
        .expect(DRAWN);
    let around = [
        (left, top),
        (right, top),
        (right, bottom),
        (left, bottom),
        (left, top),
    ];
    line(canvas, around, colour.stroke_width(1));
}

/// What lies over a pale box where a lock is held: more of its colour, under a line that has the colour of the page's text.
pub(super) fn held(canvas: &Canvas<'_>, corners: [(i32, i32); 2], colour: RGBColor) {
    let [(left, top), (right, bottom)] = corners;
    canvas
        .draw(&Rectangle::new(corners, colour.mix(0.45).filled()))
        .expect(DRAWN);
    let line = [(left, top), (right, top + ((bottom - top) / 4).clamp(2, 4))];
    solid(canvas, line, INK);
}

/// A frame around other shapes, and a ground in it that they stand out from.
pub(super) fn frame(canvas: &Canvas<'_>, corners: [(i32, i32); 2]) {
    let ground = Rectangle::new(corners, INK.mix(0.08).filled());
    canvas.draw(&ground).expect(DRAWN);
    let edge = Rectangle::new(corners, INK.mix(0.6));
    canvas.draw(&edge).expect(DRAWN);
}

/// An upper estimate of the width of `text` in a sans-serif font of the given size, in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|character| match character {
            'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | ' '
            | '(' | ')' => 0.40,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.98,
            'A'..='Z' | '&' => 0.76,
            '_' | '-' => 0.52,
            other if other.is_ascii() => 0.64,
            '…' => 1.0,
            'µ' | '×' | '·' => 0.66,
            // Ideographs and pictures are as wide as they are high; most other scripts are narrower.
            _ => 1.1,
        })
        .sum();
    ems * size
}

/// `text`, cut with an ellipsis where it would be wider than `most` pixels.
pub(super) fn fit(text: &str, size: f64, most: f64) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if width(&text, size) <= most {
        return text;
    }
    let mut kept = String::new();
    for character in text.chars() {
        if width(&kept, size) + width(&character.to_string(), size) + size > most {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept
}

/// The width that the longest of these labels takes, in whole pixels.
pub(super) fn widest<'a>(labels: impl IntoIterator<Item = &'a str>, size: f64) -> i32 {
    labels
        .into_iter()
        .map(|text| width(text, size).ceil() as i32)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_too_long_is_cut_and_fits() {
        let long = "a very long name of a task that nobody would read to its end";
        let cut = fit(long, TEXT, 120.0);
        assert!(cut.ends_with('…') && width(&cut, TEXT) <= 120.0, "{cut}");
        assert_eq!(fit("short", TEXT, 120.0), "short");
    }

    #[test]
    fn letters_take_the_colour_of_the_page() {
        let drawing = Drawing::new((100, 20), |canvas| {
            label(canvas, "a <b>", (0, 0), TEXT, (HPos::Left, VPos::Top));
        });
        let svg = drawing.document("t", "d");
        assert!(svg.contains("fill=\"currentColor\""), "{svg}");
        assert!(svg.contains("&lt;b&gt;"), "{svg}");
    }

    #[test]
    fn letters_are_ten_pixels_high_where_a_drawing_is_smallest() {
        let smallest = SMALL.min(TEXT);
        assert!(smallest * f64::from(SWITCH) / f64::from(WIDE) >= 10.0);
        assert!(smallest * f64::from(LEAST) / f64::from(NARROW) >= 10.0);
    }
}
