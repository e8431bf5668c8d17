//! Colours that stay apart for everybody.
//!
//! Eight is how many a search found that keep both promises which the tests below compute: a contrast of at least 3 to 1
//! against the grounds that a page may have (WCAG 2.1, 1.4.11), and a distance of at least 15 in CIELAB from each other,
//! also as they look with protanopia, deuteranopia and tritanopia. The ninth has the colour of the first again: names
//! stand beside what is drawn, and lines have marks and dashes, so that no figure needs to be read by its colours.

use plotters::prelude::RGBColor;

/// In the order in which they stay furthest apart.
const PALETTE: [RGBColor; 8] = [
    RGBColor(0x08, 0x95, 0xff),
    RGBColor(0xb1, 0x8e, 0x15),
    RGBColor(0xf7, 0x59, 0x81),
    RGBColor(0x8b, 0x8e, 0xc1),
    RGBColor(0x66, 0x6d, 0x22),
    RGBColor(0x2c, 0x73, 0x4a),
    RGBColor(0xa6, 0x40, 0x7e),
    RGBColor(0x88, 0x4a, 0xb3),
];

/// The colour of the task with this index.
pub(super) fn colour(index: usize) -> RGBColor {
    PALETTE[index % PALETTE.len()]
}

/// How often the colours were used up before this index: what has the same colour differs by this.
pub(super) fn round(index: usize) -> usize {
    index / PALETTE.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red, green and blue, or another three.
    type Three = [f64; 3];
    type Matrix = [Three; 3];

    const AS_IT_IS: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    /// Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency (2009),
    /// severity 1, on linear light: without red, green, blue cones.
    const BLIND: [(&str, Matrix); 3] = [
        (
            "protanopia",
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255528, -0.076749, -0.178779],
                [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ],
        ),
    ];

    /// Pages that show figures: white, JupyterLab's dark theme, the site's, GitHub's.
    const GROUNDS: [RGBColor; 4] = [
        RGBColor(0xff, 0xff, 0xff),
        RGBColor(0x11, 0x11, 0x11),
        RGBColor(0x14, 0x18, 0x1e),
        RGBColor(0x0d, 0x11, 0x17),
    ];

    fn times(matrix: Matrix, vector: Three) -> Three {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    fn linear(colour: RGBColor) -> Three {
        [colour.0, colour.1, colour.2].map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// CIELAB under the light D65.
    fn lab(linear: Three) -> Three {
        let to_xyz = [
            [0.4124, 0.3576, 0.1805],
            [0.2126, 0.7152, 0.0722],
            [0.0193, 0.1192, 0.9505],
        ];
        let xyz = times(to_xyz, linear);
        let white = times(to_xyz, [1.0; 3]);
        let f = |index: usize| {
            let share = xyz[index] / white[index];
            if share > 0.008_856 {
                share.cbrt()
            } else {
                7.787 * share + 16.0 / 116.0
            }
        };
        [
            116.0 * f(1) - 16.0,
            500.0 * (f(0) - f(1)),
            200.0 * (f(1) - f(2)),
        ]
    }

    fn seen(matrix: Matrix, colour: RGBColor) -> Three {
        lab(times(matrix, linear(colour)).map(|value| value.clamp(0.0, 1.0)))
    }

    fn distance(one: Three, other: Three) -> f64 {
        let squares = one.iter().zip(other).map(|(a, b)| (a - b).powi(2));
        squares.sum::<f64>().sqrt()
    }

    fn nearest(matrix: Matrix) -> f64 {
        let colours = PALETTE.map(|colour| seen(matrix, colour));
        let pairs = (0..colours.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        pairs
            .map(|(one, other)| distance(colours[one], colours[other]))
            .fold(f64::MAX, f64::min)
    }

    fn luminance(colour: RGBColor) -> f64 {
        let [red, green, blue] = linear(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: RGBColor, other: RGBColor) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn contrast_and_distance_are_computed_as_their_definitions_say() {
        let (black, white) = (RGBColor(0, 0, 0), GROUNDS[0]);
        assert!((contrast(black, white) - 21.0).abs() < 1e-9);
        let apart = distance(seen(AS_IT_IS, black), seen(AS_IT_IS, white));
        assert!((apart - 100.0).abs() < 1e-9, "{apart}");
        // A red and a green that differ for most people, and not for who has no green cones.
        let (red, green) = (RGBColor(0xc0, 0x6c, 0x3c), RGBColor(0x90, 0x80, 0x38));
        let apart = |matrix| distance(seen(matrix, red), seen(matrix, green));
        assert!(apart(BLIND[1].1) < apart(AS_IT_IS) / 2.0);
    }

    #[test]
    fn every_colour_stands_out_on_every_page() {
        for colour in PALETTE {
            for page in GROUNDS {
                let ratio = contrast(colour, page);
                assert!(ratio >= 3.0, "{colour:?} on {page:?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn any_two_colours_differ_for_the_colour_blind_too() {
        for (name, matrix) in [("all cones", AS_IT_IS)].into_iter().chain(BLIND) {
            let nearest = nearest(matrix);
            println!("{name}: {nearest:.1}");
            assert!(nearest >= 15.0, "{name}: {nearest:.1}");
        }
    }

    #[test]
    fn the_ninth_has_the_first_colour_and_another_round() {
        assert_eq!((colour(8), round(8)), (colour(0), 1));
        assert_eq!(round(7), 0);
    }
}
