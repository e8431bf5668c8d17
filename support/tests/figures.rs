//! What figures look like: snapshots of typical ones.

mod lanes;

use lanes::{holding, lane, ms};
use support::Figure;
use support::chart::{self, Bar, Link, Series, Steps};
use support::timeline::{Event, Outcome, Wake};

fn fetches() -> Figure {
    let lanes: Vec<_> = (1..=3)
        .map(|id| lane(format!("data{id}"), 0, 200, Outcome::Finished))
        .collect();
    chart::lanes("Three fetches", &lanes)
}

fn comparison() -> Figure {
    chart::bars(
        "Three fetches",
        &[
            Bar::new("synchronous", ms(600)),
            Bar::new("asynchronous", ms(200)),
        ],
    )
    .with_note("asynchronous: 3.0 times faster than synchronous.")
}

#[test]
fn bars_as_svg() {
    insta::assert_snapshot!(comparison().html());
}

#[test]
fn bars_as_text() {
    insta::assert_snapshot!(comparison().to_string());
}

#[test]
fn lanes_as_svg() {
    insta::assert_snapshot!(fetches().html());
}

#[test]
fn lanes_as_text() {
    let lanes = [
        lane("quick", 0, 100, Outcome::Finished),
        lane("slow", 50, 400, Outcome::Finished),
        lane("given up", 0, 300, Outcome::Dropped),
        lane("wrong", 0, 200, Outcome::Panicked),
    ];
    insta::assert_snapshot!(chart::lanes("Four tasks", &lanes).to_string());
}

fn woken() -> Figure {
    let mut lanes = [
        lane("reactor", 200, 400, Outcome::Finished),
        lane("first", 0, 200, Outcome::Finished),
        lane("second", 0, 400, Outcome::Finished),
        lane("asks", 0, 100, Outcome::Running),
    ];
    let again = lanes[1].polls[1];
    lanes[2].in_vain.push(again);
    lanes[3].end = ms(400);
    let wake = |at, by, lane| Wake {
        at: ms(at),
        by,
        lane,
    };
    let wakes = [
        wake(50, None, 3),
        wake(200, Some(0), 1),
        wake(300, Some(3), 3),
        wake(400, Some(0), 2),
    ];
    chart::lanes_with_wakes("Who wakes whom", &lanes, &wakes)
}

#[test]
fn lanes_with_wakes_as_svg() {
    insta::assert_snapshot!(woken().html());
}

#[test]
fn lanes_with_wakes_as_text() {
    insta::assert_snapshot!(woken().to_string());
}

#[test]
fn only_a_timeline_that_notes_wakes_has_arrows() {
    assert!(woken().svg().contains("<polygon"), "{}", woken().svg());
    assert!(woken().svg().contains("woken, and did not run"));
    assert!(!fetches().svg().contains("<polygon"), "{}", fetches().svg());
}

fn said() -> Figure {
    let lanes = [
        lane("fetch user=1", 0, 200, Outcome::Finished),
        lane("fetch user=2", 0, 400, Outcome::Running),
    ];
    let event = |at, lane, text: &str| Event {
        at: ms(at),
        lane,
        text: text.to_owned(),
    };
    let events = [
        event(100, 0, "found"),
        event(102, 0, "kept"),
        event(398, 1, "not found"),
    ];
    chart::lanes_with_events("Two fetches", &lanes, &events)
}

#[test]
fn lanes_with_events_as_svg() {
    insta::assert_snapshot!(said().html());
}

#[test]
fn lanes_with_events_as_text() {
    insta::assert_snapshot!(said().to_string());
}

fn locks() -> Figure {
    let one = holding(
        lane("0 → 1", 0, 300, Outcome::Finished),
        "account 0",
        100,
        300,
    );
    let other = lane("1 → 0", 0, 500, Outcome::Finished);
    let lanes = [
        holding(one, "account 1", 120, 300),
        holding(other, "account 0", 300, 500),
    ];
    chart::lanes("Two transfers", &lanes)
}

#[test]
fn lanes_with_locks_as_svg() {
    insta::assert_snapshot!(locks().html());
}

#[test]
fn lanes_with_locks_as_text() {
    insta::assert_snapshot!(locks().to_string());
}

fn deadlock() -> Figure {
    let link = |who: &str, wants: &str| Link {
        who: who.to_owned(),
        wants: wants.to_owned(),
    };
    let links = [link("0 → 1", "account 1"), link("1 → 0", "account 0")];
    chart::circle("A deadlock", &links)
}

#[test]
fn circle_as_svg() {
    insta::assert_snapshot!(deadlock().html());
}

#[test]
fn circle_as_text() {
    insta::assert_snapshot!(deadlock().to_string());
}

fn tree() -> Figure {
    let lanes = [
        lane("serve", 0, 400, Outcome::Finished),
        lane("tea", 50, 200, Outcome::Finished),
        lane("rinse", 60, 120, Outcome::Finished),
        lane("soup", 100, 400, Outcome::Dropped),
        lane("rice", 150, 600, Outcome::Finished),
    ];
    let parents = [None, Some(0), Some(1), Some(0), Some(0)];
    chart::tree("A service and its tasks", &lanes, &parents)
}

#[test]
fn tree_as_svg() {
    insta::assert_snapshot!(tree().html());
}

#[test]
fn tree_as_text() {
    insta::assert_snapshot!(tree().to_string());
}

#[test]
fn lanes_without_parents_are_the_same_as_a_tree() {
    let lanes = [
        lane("a", 0, 400, Outcome::Finished),
        lane("b", 50, 200, Outcome::Dropped),
    ];
    assert_eq!(
        chart::tree("Two", &lanes, &[None, None]),
        chart::lanes("Two", &lanes)
    );
}

fn queue() -> Figure {
    let waiting = [(0, 0), (10, 1), (20, 4), (120, 3), (200, 0)];
    let at_work = [(0, 0), (10, 2), (200, 1), (260, 0)];
    let line = |name, changes: &[(u64, usize)]| {
        Steps::new(name, changes.iter().map(|(at, count)| (ms(*at), *count)))
    };
    chart::steps(
        "A queue",
        "items",
        &[line("waiting", &waiting), line("at work", &at_work)],
    )
}

#[test]
fn steps_as_svg() {
    insta::assert_snapshot!(queue().html());
}

#[test]
fn steps_as_text() {
    insta::assert_snapshot!(queue().to_string());
}

fn growth() -> Figure {
    let in_turn = Series::new("in turn", [(1, ms(20)), (10, ms(200)), (100, ms(2000))]);
    let at_once = Series::new("all at once", [(1, ms(20)), (10, ms(25)), (100, ms(70))]);
    chart::scaling("Requests", "requests", &[in_turn, at_once])
}

#[test]
fn scaling_as_svg() {
    insta::assert_snapshot!(growth().html());
}

#[test]
fn scaling_as_text() {
    insta::assert_snapshot!(growth().to_string());
}

#[test]
fn every_label_comes_out_as_text() {
    let attack = "<script>alert(1)</script>";
    let figures = [
        chart::bars(
            attack,
            &[Bar::new(attack, ms(1)), Bar::missing(attack, attack)],
        )
        .with_note(attack),
        chart::lanes(attack, &[lane(attack, 0, 1, Outcome::Dropped)]).with_note(attack),
        chart::lanes_with_wakes(
            attack,
            &[lane(attack, 0, 1, Outcome::Dropped)],
            &[Wake {
                at: ms(0),
                by: Some(0),
                lane: 0,
            }],
        ),
        chart::tree(
            attack,
            &[
                lane(attack, 0, 9, Outcome::Finished),
                lane(attack, 1, 8, Outcome::Dropped),
            ],
            &[None, Some(0)],
        ),
        chart::scaling(attack, attack, &[Series::new(attack, [(1, ms(1))])]),
        chart::circle(
            attack,
            &[Link {
                who: attack.to_owned(),
                wants: attack.to_owned(),
            }],
        ),
    ];
    for figure in figures {
        assert!(
            !figure.html().to_lowercase().contains("<script"),
            "{}",
            figure.html()
        );
    }
}

#[test]
fn what_is_pale_has_an_edge_of_its_colour() {
    let svg = fetches().svg();
    let boxes: Vec<_> = svg.split("<rect ").skip(1).collect();
    let pale = |tag: &&&str| tag.contains("opacity=\"0.28\"");
    assert_eq!(
        boxes.iter().filter(pale).count(),
        4,
        "three lanes and the legend"
    );
    let value = |tag: &str, name: &str| {
        let rest = tag
            .split_once(&format!("{name}=\""))
            .expect("it is there")
            .1;
        rest.split('"').next().map(str::to_owned)
    };
    for pair in boxes.windows(2).filter(|pair| pale(&&pair[0])) {
        assert_eq!(value(pair[1], "stroke"), value(pair[0], "fill"), "{pair:?}");
        assert!(pair[1].contains("fill=\"none\""), "{pair:?}");
    }
}

#[test]
fn every_timeline_says_what_solid_and_pale_mean() {
    for svg in [fetches().svg(), fetches().narrow_svg()] {
        assert!(svg.contains("runs") && svg.contains("waits"), "{svg}");
        assert!(!svg.contains("not woken"), "nothing was polled in vain");
    }
    let mut polled = lane("data1", 0, 200, Outcome::Finished);
    polled.in_vain.push(polled.polls[0]);
    let figure = chart::lanes("One fetch", &[polled]);
    assert!(figure.svg().contains("polled, though not woken"));
}

#[test]
fn an_empty_timeline_says_so_in_the_picture() {
    let figure = chart::lanes("Mine", &[]);
    for form in [figure.svg(), figure.narrow_svg(), figure.to_string()] {
        assert!(form.contains("not written yet"), "{form}");
    }
}
