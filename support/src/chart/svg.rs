//! What figures look like: colours, letters, and the element around what plotters draws.
//!
//! Text and lines take the colour of the page (`currentColor`), so that a figure is legible on a light and on a dark
//! theme. Plotters knows fixed colours only: we draw with marks ([`INK`]) and put the page's colour in their place.
//! No font is asked for its measures, since a machine may have none: widths are estimated, from above.

use crate::display::escape;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Stands for the colour of the page's text.
pub(super) const INK: RGBColor = RGBColor(1, 1, 1);

/// Width of every figure, in pixels of its own; on a page it shrinks to fit.
pub(super) const WIDTH: u32 = 720;

/// Size of labels in pixels.
pub(super) const TEXT: f64 = 12.5;

/// Colours of tasks, in the order of their first appearance. Each has a contrast of at least 3 to 1 against white and
/// against JupyterLab's dark background (WCAG 2.1, 1.4.11: graphical objects).
const PALETTE: [RGBColor; 8] = [
    RGBColor(0x2f, 0x7e, 0xc7),
    RGBColor(0xc9, 0x6a, 0x10),
    RGBColor(0x2e, 0x8f, 0x57),
    RGBColor(0xcb, 0x4b, 0x56),
    RGBColor(0x8f, 0x68, 0xc2),
    RGBColor(0x9a, 0x70, 0x4b),
    RGBColor(0xc2, 0x5a, 0x9c),
    RGBColor(0x1c, 0x8b, 0x99),
];

/// The colour of the task with this index.
pub(super) fn colour(index: usize) -> RGBColor {
    PALETTE[index % PALETTE.len()]
}

/// What plotters calls a drawing area, over a string.
pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Lets `draw` draw on a canvas of the given size and returns the shapes.
pub(super) fn shapes(size: (u32, u32), draw: impl FnOnce(&Canvas<'_>)) -> String {
    let mut text = String::new();
    {
        let canvas = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(&canvas);
        canvas.present().expect(DRAWN);
    }
    let inside = text
        .split_once('>')
        .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
        .map_or("", |(inside, _)| inside);
    inside.trim().replace("#010101", "currentColor")
}

/// Why drawing cannot fail: the backend writes into a string, and a string takes everything.
pub(super) const DRAWN: &str = "writing into a string does not fail";

/// Writes a label. `anchor` is the point of the text that stands at `at`.
pub(super) fn label(
    canvas: &Canvas<'_>,
    text: &str,
    at: (i32, i32),
    size: f64,
    anchor: (HPos, VPos),
) {
    // Plotters divides font sizes by 1.24 on the way to SVG.
    let style = TextStyle::from(("sans-serif", size * 1.24).into_font())
        .color(&INK)
        .pos(Pos::new(anchor.0, anchor.1));
    canvas
        .draw(&Text::new(text.to_owned(), at, style))
        .expect(DRAWN);
}

/// Names a line of the figure beside a dot of its colour, the `index`-th of a row that begins at `from`.
pub(super) fn key(canvas: &Canvas<'_>, name: &str, index: usize, from: (i32, i32), room: f64) {
    let (x, y) = (from.0 + (room * index as f64) as i32, from.1);
    canvas
        .draw(&Circle::new((x + 5, y), 5, colour(index).filled()))
        .expect(DRAWN);
    let name = fit(name, TEXT, room - 24.0);
    label(canvas, &name, (x + 15, y), TEXT, (HPos::Left, VPos::Center));
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

/// The width to keep free for a column of labels, between 40 and `most` pixels.
pub(super) fn column<'a>(labels: impl Iterator<Item = &'a str>, size: f64, most: f64) -> f64 {
    labels
        .map(|text| width(text, size))
        .fold(40.0, f64::max)
        .min(most)
}

/// The element around the shapes: what it is, for those who see it and for those who do not.
pub(super) fn document(
    title: &str,
    description: &str,
    (width, height): (u32, u32),
    shapes: &str,
) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{title}. {description}\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         style=\"max-width:100%;height:auto;display:block\">\n\
         <title>{title}</title>\n<desc>{description}</desc>\n{shapes}\n</svg>",
        title = escape(title),
        description = escape(description),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2.1 defines it.
    fn luminance(colour: RGBColor) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(colour.0) + 0.7152 * channel(colour.1) + 0.0722 * channel(colour.2)
    }

    #[test]
    fn every_colour_stands_out_on_a_light_and_on_a_dark_page() {
        let contrast = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
        for colour in PALETTE {
            for page in [RGBColor(255, 255, 255), RGBColor(0x11, 0x11, 0x11)] {
                let ratio = contrast(luminance(colour), luminance(page));
                assert!(ratio >= 3.0, "{colour:?} on {page:?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn a_label_too_long_is_cut_and_fits() {
        let long = "a very long name of a task that nobody would read to its end";
        let cut = fit(long, TEXT, 120.0);
        assert!(cut.ends_with('…') && width(&cut, TEXT) <= 120.0, "{cut}");
        assert_eq!(fit("short", TEXT, 120.0), "short");
    }

    #[test]
    fn letters_take_the_colour_of_the_page() {
        let shapes = shapes((100, 20), |canvas| {
            label(canvas, "a <b>", (0, 0), TEXT, (HPos::Left, VPos::Top));
        });
        assert!(shapes.contains("fill=\"currentColor\""), "{shapes}");
        assert!(shapes.contains("&lt;b&gt;"), "{shapes}");
    }
}
