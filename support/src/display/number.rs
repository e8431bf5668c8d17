//! Numbers as the lab writes them.

use std::time::Duration;

/// Seconds the way the lab writes them: two digits where a learner compares, more where the time is short.
pub fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds >= 0.0995 {
        format!("{} s", grouped(&format!("{seconds:.2}")))
    } else if seconds >= 0.000_995 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{:.0} µs", seconds * 1e6)
    }
}

/// A number with a comma between thousands; what follows its first digits stays as it is.
///
/// ```
/// assert_eq!(support::display::grouped("1167.5 MB"), "1,167.5 MB");
/// assert_eq!(support::display::grouped("100"), "100");
/// ```
pub fn grouped(number: &str) -> String {
    let start = number
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(number.len());
    let digits = number[start..]
        .chars()
        .take_while(char::is_ascii_digit)
        .count();
    let mut text = number[..start].to_owned();
    for (index, digit) in number[start..start + digits].chars().enumerate() {
        if index > 0 && (digits - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(&number[start + digits..]);
    text
}

/// Whether a text is one number, with its unit where it has one: `-3`, `1,167.5 MB`, `42 %`.
pub(super) fn is_number(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '+', '−', '~']);
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit() || ",.".contains(c));
    let unit = digits.trim_start();
    text.starts_with(|c: char| c.is_ascii_digit())
        && unit.chars().count() <= LONGEST_UNIT
        && unit.chars().all(|c| c.is_alphabetic() || "%×°".contains(c))
}

/// Letters of the longest unit: `min`. What is longer is a word, and the text a name, as in `10 requests`.
const LONGEST_UNIT: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_keep_the_digits_that_matter() {
        assert_eq!(seconds(Duration::from_millis(600)), "0.60 s");
        assert_eq!(seconds(Duration::from_micros(1_500)), "1.5 ms");
        assert_eq!(seconds(Duration::from_nanos(12_300)), "12 µs");
        assert_eq!(seconds(Duration::from_secs(12_345)), "12,345.00 s");
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, expected) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.1234", "-1,234,567.1234"),
            ("4,000", "4,000"),
            ("none", "none"),
            ("", ""),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn a_number_is_told_from_a_name_that_begins_with_one() {
        for number in ["3", "0.20 s", "-1.5 ms", "12 µs", "1,167 MB", "42%", "3.0×"] {
            assert!(is_number(number), "{number}");
        }
        for name in ["", "10 requests", "3xx ok", "v2", "-", "127.0.0.1:80", "-s"] {
            assert!(!is_number(name), "{name}");
        }
    }
}
