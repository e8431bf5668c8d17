//! Figures in text: bars and lanes made of characters.

use super::Lane;
use std::time::Duration;

/// Characters across a figure.
const COLUMNS: usize = 40;

/// Labels padded to one width, so that what follows lines up.
pub(super) fn padded<'a>(
    labels: impl Iterator<Item = &'a str> + Clone,
) -> impl Iterator<Item = String> {
    let longest = labels
        .clone()
        .map(|label| label.chars().count())
        .max()
        .unwrap_or(0);
    labels
        .map(move |label| format!("{label:<longest$}"))
        .collect::<Vec<_>>()
        .into_iter()
}

/// A bar whose length is the share of `value` in `longest`; anything above zero shows.
pub(super) fn bar(value: Duration, longest: Duration) -> String {
    if value.is_zero() || longest.is_zero() {
        return String::new();
    }
    let share = value.as_secs_f64() / longest.as_secs_f64();
    "█".repeat(((share * COLUMNS as f64).round() as usize).clamp(1, COLUMNS))
}

/// The moments that the characters of a line stand for, from zero to `end`.
pub(super) fn moments(end: Duration) -> impl Iterator<Item = Duration> {
    (0..COLUMNS).map(move |column| end * column as u32 / (COLUMNS - 1) as u32)
}

/// A lane: `█` where the task ran, `▒` where it waited and held a lock, `·` where it waited.
pub(super) fn lane(lane: &Lane, longest: Duration) -> String {
    let column = |at: Duration| {
        let share = at.as_secs_f64() / longest.as_secs_f64().max(f64::MIN_POSITIVE);
        ((share * COLUMNS as f64) as usize).min(COLUMNS - 1)
    };
    let mut cells = [' '; COLUMNS];
    if !lane.polls.is_empty() {
        cells[column(lane.start())..=column(lane.end)].fill('·');
    }
    for locked in lane.locked() {
        cells[column(locked.start)..=column(locked.end)].fill('▒');
    }
    for poll in &lane.polls {
        cells[column(poll.start)..=column(poll.end)].fill('█');
    }
    cells.iter().collect::<String>().trim_end().to_owned()
}
