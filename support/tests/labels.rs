//! Whether figures can be read: every label of small and large ones, drawn for a page and for a phone, has room.

mod lanes;

use lanes::{holding, lane, ms};
use std::time::Duration;
use support::Figure;
use support::chart::{self, Bar, Link, Series, Steps};
use support::timeline::{Event, Outcome, Wake};

/// The box that a label may take, from above: the estimate that the figures are laid out with is not used here.
struct Label {
    text: String,
    size: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

fn attribute(tag: &str, name: &str) -> f64 {
    let start = tag
        .find(&format!(" {name}=\""))
        .expect("the attribute is there")
        + name.len()
        + 3;
    tag[start..]
        .split('"')
        .next()
        .and_then(|value| value.parse().ok())
        .expect("a number")
}

/// Reads the labels out of an SVG. A letter of a sans-serif font is 0.6 em wide on average, a wide one 0.9.
fn labels(svg: &str) -> Vec<Label> {
    svg.split("<text ")
        .skip(1)
        .map(|part| {
            let (tag, rest) = part.split_once('>').expect("the tag ends");
            let tag = format!(" {tag}");
            let text = rest
                .split_once("</text>")
                .expect("the text ends")
                .0
                .trim()
                .to_owned();
            let size = attribute(&tag, "font-size");
            let (x, y) = (attribute(&tag, "x"), attribute(&tag, "y"));
            let wide = text.chars().filter(|c| "mwMW—…@".contains(*c)).count() as f64;
            let width = size * (0.56 * text.chars().count() as f64 + 0.35 * wide);
            let left = match tag
                .split("text-anchor=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
            {
                Some("end") => x - width,
                Some("middle") => x - width / 2.0,
                _ => x,
            };
            let top = if tag.contains("dy=\"0.76em\"") {
                y
            } else {
                y - size * 0.5
            };
            Label {
                text,
                size,
                left,
                right: left + width,
                top,
                bottom: top + size,
            }
        })
        .collect()
}

/// The smallest letters of a drawing. Where it is shown smallest, they have five sixths of that.
const SMALLEST: f64 = 12.0;

fn legible(figure: &Figure, what: &str) {
    for (svg, width) in [(figure.svg(), "wide"), (figure.narrow_svg(), "narrow")] {
        readable(&svg, &format!("{what}, {width}"));
    }
}

fn readable(svg: &str, what: &str) {
    let (width, height) = (attribute(svg, "width"), attribute(svg, "height"));
    let labels = labels(svg);
    assert!(!labels.is_empty(), "{what}");
    for (index, label) in labels.iter().enumerate() {
        assert!(label.size >= SMALLEST, "{what}: `{}` is small", label.text);
        assert!(
            label.left >= 0.0 && label.right <= width,
            "{what}: `{}` is clipped at the side",
            label.text
        );
        assert!(
            label.top >= 0.0 && label.bottom <= height,
            "{what}: `{}` is clipped above or below",
            label.text
        );
        for other in &labels[..index] {
            let apart = label.right <= other.left
                || other.right <= label.left
                || label.bottom <= other.top
                || other.bottom <= label.top;
            assert!(apart, "{what}: `{}` overlaps `{}`", label.text, other.text);
        }
    }
}

#[test]
fn labels_have_room_at_1_to_30_bars() {
    for count in 1..=30 {
        for longest in [
            Duration::from_nanos(700),
            ms(3),
            ms(600),
            Duration::from_secs(12_345),
        ] {
            let bars: Vec<_> = (1..=count)
                .map(|n| match n % 7 {
                    6 => Bar::missing(
                        format!("task {n}, whose name is longer than anybody would wish"),
                        "not written yet",
                    ),
                    _ => Bar::new(
                        format!("task {n}"),
                        longest.mul_f64(f64::from(n) / f64::from(count)),
                    ),
                })
                .collect();
            legible(
                &chart::bars("Many", &bars),
                &format!("{count} bars to {longest:?}"),
            );
        }
    }
}

#[test]
fn labels_have_room_at_1_to_100_lanes() {
    for count in 1..=100u64 {
        let lanes: Vec<_> = (0..count)
            .map(|n| {
                let outcome = [
                    Outcome::Finished,
                    Outcome::Running,
                    Outcome::Dropped,
                    Outcome::Panicked,
                ][n as usize % 4];
                lane(format!("request number {n}"), n, 200 + 7 * n, outcome)
            })
            .collect();
        legible(&chart::lanes("Many", &lanes), &format!("{count} lanes"));
        let held: Vec<_> = lanes
            .into_iter()
            .map(|lane| holding(lane, "the lock of an account", 100, 150))
            .collect();
        let figure = chart::lanes("Many", &held);
        legible(&figure, &format!("{count} lanes with locks"));
        assert!(figure.html().contains("holds a lock"));
    }
}

#[test]
fn labels_have_room_in_a_circle_of_1_to_12() {
    for count in 1..=12 {
        for words in [
            "a",
            "a name that is far too long to stand in a box of any width, whatever it be",
        ] {
            let links: Vec<_> = (0..count)
                .map(|n| Link {
                    who: format!("task {n} {words}"),
                    wants: format!("lock {n} {words}"),
                })
                .collect();
            legible(
                &chart::circle("A circle", &links),
                &format!("{count} {words}"),
            );
        }
    }
}

#[test]
fn labels_have_room_at_1_to_60_lanes_that_wake_each_other() {
    for count in 1..=60usize {
        let outcomes = [Outcome::Finished, Outcome::Running, Outcome::Dropped];
        let lanes: Vec<_> = (0..count)
            .map(|n| {
                lane(
                    format!("task number {n}"),
                    0,
                    200 + n as u64,
                    outcomes[n % 3],
                )
            })
            .collect();
        let wakes: Vec<_> = (0..2 * count)
            .map(|n| Wake {
                at: ms(150 + 9 * n as u64),
                by: (n % 4 > 0).then_some(n * 7 % count),
                lane: n % count,
            })
            .collect();
        let figure = chart::lanes_with_wakes("Many", &lanes, &wakes);
        legible(&figure, &format!("{count} lanes that wake"));
    }
}

#[test]
fn labels_have_room_at_1_to_60_lanes_with_up_to_200_events() {
    for count in 1..=60usize {
        let lanes: Vec<_> = (0..count)
            .map(|n| lane(format!("task {n}"), 0, 200 + n as u64, Outcome::Running))
            .collect();
        for many in [1, 7, 200] {
            let events: Vec<_> = (0..many)
                .map(|n| Event {
                    at: ms(200 * n as u64 / many as u64),
                    lane: n * 7 % count,
                    text: "something".to_owned(),
                })
                .collect();
            let figure = chart::lanes_with_events("Many", &lanes, &events);
            legible(&figure, &format!("{count} lanes with {many} events"));
        }
    }
}

#[test]
fn labels_have_room_in_a_tree_of_1_to_60_lanes() {
    for count in 1..=60usize {
        let outcomes = [Outcome::Finished, Outcome::Running, Outcome::Dropped];
        let lanes: Vec<_> = (0..count)
            .map(|n| {
                lane(
                    format!("task number {n}"),
                    0,
                    200 + n as u64,
                    outcomes[n % 3],
                )
            })
            .collect();
        // Up to three deep.
        let parents: Vec<_> = (0..count).map(|n| (n % 4 > 0).then(|| n - 1)).collect();
        let figure = chart::tree("Many", &lanes, &parents);
        legible(&figure, &format!("a tree of {count}"));
    }
}

#[test]
fn the_largest_count_is_written_under_the_end_of_its_axis() {
    for (most, written) in [
        (7, "7"),
        (100, "100"),
        (100_000, "100,000"),
        (4_000_000_000, "4,000,000,000"),
    ] {
        let figure = chart::scaling(
            "t",
            "waits",
            &[Series::new("a", [(3, ms(1)), (most, ms(9))])],
        );
        let texts: Vec<_> = labels(&figure.svg())
            .into_iter()
            .map(|label| label.text)
            .collect();
        assert!(texts.iter().any(|text| text == written), "{texts:?}");
    }
}

#[test]
fn every_count_of_a_thin_scale_is_written() {
    let counts = [1, 3, 10, 30, 100];
    let line = Series::new("in turn", counts.map(|count| (count, ms(20) * count)));
    let figure = chart::scaling("Requests", "requests", &[line]);
    for svg in [figure.svg(), figure.narrow_svg()] {
        let labels = labels(&svg);
        for count in counts {
            let written = labels.iter().any(|label| label.text == count.to_string());
            assert!(written, "{count}: {svg}");
        }
    }
}

#[test]
fn each_line_of_a_scaling_chart_has_its_name_at_its_end_and_marks_of_its_own() {
    let line = |name: &str, factor| Series::new(name, [(1, ms(factor)), (100, ms(100 * factor))]);
    let figure = chart::scaling("t", "waits", &[line("slow", 50), line("quick", 1)]);
    let svg = figure.svg();
    let labels = labels(&svg);
    let height = |name| {
        let label = labels.iter().find(|label| label.text == name);
        label.map(|label| label.top).expect("it is there")
    };
    assert!(
        height("slow") < height("quick"),
        "the slower line ends above"
    );
    assert!(svg.contains("<circle") && svg.contains("<polygon"), "{svg}");
}

#[test]
fn labels_have_room_at_1_to_6_lines_of_steps() {
    for lines in 1..=6 {
        for most in [1, 9, 30, 12_345] {
            for end in [ms(1), ms(600), Duration::from_secs(12_345)] {
                let steps: Vec<_> = (1..=lines)
                    .map(|line| {
                        let changes = [(Duration::ZERO, 0), (end / 2, most), (end, line)];
                        Steps::new(format!("queue number {line} of several"), changes)
                    })
                    .collect();
                let figure = chart::steps("Queues", "items that wait", &steps);
                legible(&figure, &format!("{lines} lines of {most} to {end:?}"));
            }
        }
    }
}

#[test]
fn labels_have_room_at_1_to_6_series_of_1_to_100_counts() {
    for lines in 1..=6 {
        for most in [1, 2, 7, 30, 100u32] {
            for longest in [
                Duration::from_nanos(700),
                ms(600),
                Duration::from_secs(12_345),
            ] {
                let series: Vec<_> = (1..=lines)
                    .map(|line| {
                        let points = (1..=most).map(|count| (count, longest / line * count / most));
                        Series::new(format!("way number {line} of doing it"), points)
                    })
                    .collect();
                let figure = chart::scaling("Growth", "requests at the same time", &series);
                legible(
                    &figure,
                    &format!("{lines} lines of {most} counts to {longest:?}"),
                );
            }
        }
    }
}

#[test]
fn figures_of_nothing_are_figures() {
    legible(&chart::scaling("None", "requests", &[]), "no series");
    legible(&chart::bars("None", &[]), "no bars");
    legible(&chart::lanes("None", &[]), "no lanes");
    assert!(
        chart::lanes("None", &[])
            .to_string()
            .contains("nothing was recorded")
    );
}
