//! A logarithmic scale: the same distance for the same ratio. What grows in proportion is a slope of one, whatever its size.

/// A scale from one value above zero to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Scale {
    /// From the round number below the least to the one above the most, and over a factor of ten at least: on less, noise
    /// would look like growth.
    pub(super) fn around(least: f64, most: f64) -> Self {
        let to = round_above(most);
        Scale {
            from: round_below(least).min(round_below(to / 10.0)),
            to,
        }
    }

    /// From the least to the most, as they are.
    pub(super) fn over(least: f64, most: f64) -> Self {
        Scale {
            from: least,
            to: most,
        }
    }

    /// Where a value lies, from zero to one; in the middle where there is one value only.
    pub(super) fn at(&self, value: f64) -> f64 {
        let whole = (self.to / self.from).ln();
        if whole > 0.0 {
            ((value / self.from).ln() / whole).clamp(0.0, 1.0)
        } else {
            0.5
        }
    }

    /// The marks, and which of them have room for their number: powers of ten, and what lies between where the scale is
    /// short. `room` is how many numbers fit in.
    pub(super) fn ticks(&self, room: usize) -> Vec<(f64, bool)> {
        let decades = (self.to / self.from).log10();
        let (first, last) = (exponent(self.from), exponent(self.to));
        // Each power of ten, each second, each third …
        let every = (1..).find(|every| decades / f64::from(*every) < room as f64);
        let every = every.unwrap_or(i32::MAX);
        let between = decades * 3.0 < room as f64;
        let lines = decades < 5.0;
        (first..=last)
            .flat_map(|power| (1..10).map(move |factor| (power, factor)))
            .map(|(power, factor)| {
                let numbered = match factor {
                    1 => power % every == 0,
                    2 | 5 => between,
                    _ => false,
                };
                (f64::from(factor) * 10f64.powi(power), factor, numbered)
            })
            .filter(|(value, factor, _)| {
                (lines || *factor == 1) && (self.from * 0.999..=self.to * 1.001).contains(value)
            })
            .map(|(value, _, numbered)| (value, numbered))
            .collect()
    }
}

/// The power of ten at or below a value.
fn exponent(value: f64) -> i32 {
    (value.log10() + 1e-9).floor() as i32
}

/// One, two and five times powers of ten, around a value.
fn round(value: f64) -> impl DoubleEndedIterator<Item = f64> {
    let power = exponent(value);
    [power, power + 1]
        .into_iter()
        .flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * 10f64.powi(power)))
}

fn round_below(value: f64) -> f64 {
    round(value)
        .rev()
        .find(|round| *round <= value * 1.000_001)
        .unwrap_or(value)
}

fn round_above(value: f64) -> f64 {
    round(value)
        .find(|round| *round >= value * 0.999_999)
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_round_numbers_and_covers_a_factor_of_ten() {
        for (least, most, from, to) in [
            (0.02, 2.0, 0.02, 2.0),
            (0.021, 2.1, 0.02, 5.0),
            (0.2, 0.21, 0.05, 0.5),
            (1.0, 1.0, 0.1, 1.0),
            (3e-7, 9_000.0, 2e-7, 10_000.0),
        ] {
            let scale = Scale::around(least, most);
            let near = |one: f64, other: f64| (one / other - 1.0).abs() < 1e-6;
            assert!(near(scale.from, from) && near(scale.to, to), "{scale:?}");
        }
    }

    #[test]
    fn equal_ratios_are_equal_distances() {
        let scale = Scale::over(1.0, 100.0);
        assert_eq!(scale.at(1.0), 0.0);
        assert!((scale.at(10.0) - 0.5).abs() < 1e-9);
        assert_eq!(scale.at(100.0), 1.0);
        assert_eq!(Scale::over(7.0, 7.0).at(7.0), 0.5);
    }

    #[test]
    fn numbers_stand_at_every_power_of_ten_and_between_where_there_is_room() {
        let numbered = |scale: Scale, room| {
            let ticks = scale.ticks(room).into_iter();
            ticks
                .filter(|(_, numbered)| *numbered)
                .map(|(value, _)| format!("{value}"))
                .collect::<Vec<_>>()
        };
        let decade = Scale::over(1.0, 10.0);
        assert_eq!(numbered(decade, 12), ["1", "2", "5", "10"]);
        assert_eq!(decade.ticks(12).len(), 10, "each of one to ten is a line");
        assert_eq!(
            numbered(Scale::over(1.0, 1000.0), 5),
            ["1", "10", "100", "1000"]
        );
        let many = numbered(Scale::over(1e-9, 1e9), 12);
        assert!((5..=12).contains(&many.len()), "{many:?}");
    }
}
