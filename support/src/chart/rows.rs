//! Rows: a name and a shape for each, the names beside the shapes or, where there is no room for that, above them.

use super::svg::{self, Canvas, TEXT, WIDE};
use plotters::style::text_anchor::{HPos, VPos};

/// Height of a line of names that stands above its shape.
const NAME: i32 = 17;

/// Where the names and the shapes of some rows stand.
#[derive(Debug)]
pub(super) struct Rows {
    width: i32,
    top: i32,
    count: i32,
    /// Height of a shape, with what keeps it from the next.
    shape: i32,
    /// Width of the column of names, or nothing where names stand above.
    column: Option<i32>,
    /// Height of what is left free above a shape.
    pub(super) above: i32,
    /// Where shapes begin.
    pub(super) left: i32,
}

impl Rows {
    /// Places rows below `top`. `beside` is what else has to stand beside the shapes, in pixels.
    pub(super) fn new<'a>(
        names: impl ExactSizeIterator<Item = &'a str>,
        (width, top): (i32, i32),
        shape: i32,
        beside: i32,
    ) -> Self {
        let count = i32::try_from(names.len()).unwrap_or(i32::MAX).max(1);
        let widest = svg::widest(names, TEXT).max(40);
        let most = if width >= WIDE { 240 } else { 120 };
        // Too many rows to make each of them higher.
        let dense = count > 20;
        let column = (width >= WIDE || dense || widest + beside <= width * 2 / 5)
            .then_some(widest.min(most));
        Rows {
            width,
            top,
            count,
            shape,
            column,
            above: 0,
            left: column.map_or(8, |column| column + 12),
        }
    }

    /// Leaves room above each shape, for what is written there.
    pub(super) fn with_room_above(mut self, above: i32) -> Self {
        self.above = above;
        self
    }

    fn height(&self) -> i32 {
        self.shape + self.above + if self.column.is_none() { NAME } else { 0 }
    }

    /// Where the last row ends.
    pub(super) fn bottom(&self) -> i32 {
        self.top + self.count * self.height()
    }

    /// The upper and the lower edge of the place for a shape.
    pub(super) fn shape(&self, index: usize) -> (i32, i32) {
        let bottom = self.top + (index as i32 + 1) * self.height();
        (bottom - self.shape, bottom)
    }

    /// Whether names stand above their shapes.
    pub(super) fn stacked(&self) -> bool {
        self.column.is_none()
    }

    /// Writes the name of a row, and, where names stand above, what else is to be said of it at the right.
    pub(super) fn name(&self, canvas: &Canvas<'_>, index: usize, name: &str, aside: &str) {
        let (top, bottom) = self.shape(index);
        match self.column {
            Some(column) => {
                let name = svg::fit(name, TEXT, f64::from(column));
                let at = (self.left - 8, (top + bottom) / 2);
                svg::label(canvas, &name, at, TEXT, (HPos::Right, VPos::Center));
            }
            None => {
                let y = top - self.above - NAME / 2;
                let room = f64::from(self.width - 24) - svg::width(aside, TEXT);
                let name = svg::fit(name, TEXT, room);
                svg::label(canvas, &name, (8, y), TEXT, (HPos::Left, VPos::Center));
                let end = (self.width - 8, y);
                svg::label(canvas, aside, end, TEXT, (HPos::Right, VPos::Center));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::svg::NARROW;

    #[test]
    fn names_that_leave_no_room_stand_above_their_shapes() {
        let long = ["item 1 · process, and what else a name may say"];
        let short = ["data1"];
        let stacked = |names: [&'static str; 1], width| {
            let rows = Rows::new(names.into_iter(), (width, 8), 28, 0);
            rows.stacked()
        };
        assert!(!stacked(long, WIDE) && !stacked(short, NARROW));
        assert!(stacked(long, NARROW));
    }

    #[test]
    fn room_above_parts_a_name_from_its_shape_and_moves_what_comes_after() {
        let rows = |above| {
            let rows = Rows::new(["a"; 2].into_iter(), (WIDE, 8), 20, 0);
            rows.with_room_above(above)
        };
        assert_eq!(rows(14).shape(0), (8 + 14, 8 + 14 + 20));
        assert_eq!(rows(14).bottom(), rows(0).bottom() + 28);
    }

    #[test]
    fn a_shape_begins_where_the_one_before_and_its_name_end() {
        let names = ["a name that is far too long to stand beside"; 2];
        let rows = Rows::new(names.into_iter(), (NARROW, 8), 20, 0);
        assert_eq!(rows.shape(0), (8 + NAME, 8 + NAME + 20));
        assert_eq!(rows.shape(1).0, rows.shape(0).1 + NAME);
        assert_eq!(rows.bottom(), rows.shape(1).1);
    }
}
