//! Marks on lines: a shape that tells a line from others of nearly its colour.

use super::palette;
use super::svg::{Canvas, DRAWN};
use plotters::prelude::*;

/// Half the size of a mark.
pub(super) const HALF: i32 = 5;

/// A mark that only lines have whose indexes are some apart.
pub(super) fn draw(canvas: &Canvas<'_>, (x, y): (i32, i32), index: usize) {
    let colour = palette::colour(index);
    let corners: &[(i32, i32)] = match index % 6 {
        0 => {
            let circle = Circle::new((x, y), HALF, colour.filled());
            canvas.draw(&circle).expect(DRAWN);
            return;
        }
        1 => &[(-4, -4), (4, -4), (4, 4), (-4, 4)],
        2 => &[(0, -6), (6, 5), (-6, 5)],
        3 => &[(0, -6), (6, 0), (0, 6), (-6, 0)],
        4 => &[(0, 6), (6, -5), (-6, -5)],
        _ => &[
            (-6, -2),
            (-2, -2),
            (-2, -6),
            (2, -6),
            (2, -2),
            (6, -2),
            (6, 2),
            (2, 2),
            (2, 6),
            (-2, 6),
            (-2, 2),
            (-6, 2),
        ],
    };
    let corners: Vec<_> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
    canvas
        .draw(&Polygon::new(corners, colour.filled()))
        .expect(DRAWN);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::svg::Drawing;

    #[test]
    fn each_of_six_lines_has_marks_of_its_own() {
        let drawn = |index| {
            let drawing = Drawing::new((20, 20), |canvas| draw(canvas, (10, 10), index));
            // Its colour apart.
            let RGBColor(red, green, blue) = palette::colour(index);
            let colour = format!("#{red:02X}{green:02X}{blue:02X}");
            drawing.document("", "").replace(&colour, "")
        };
        let shapes: std::collections::BTreeSet<_> = (0..6).map(drawn).collect();
        assert_eq!(shapes.len(), 6, "{shapes:?}");
    }
}
