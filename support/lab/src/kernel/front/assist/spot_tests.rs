//! Where the cursor is, for cells in which `|` stands for it.

use super::*;

/// What `question` answers where `|` stands.
fn at<T>(marked: &str, question: impl FnOnce(&Spot) -> T) -> T {
    let (before, after) = marked.split_once('|').expect("a cursor");
    let code = format!("{before}{after}");
    question(&Spot::new(&code, Some(before.chars().count() as u64)))
}

#[test]
fn the_cursor_is_in_code_in_prose_or_in_a_line_for_evcxr() {
    let rows = [
        (":de|p a", Place::Command(0)),
        ("// b\n!l|s", Place::Command(5)),
        ("a // b|", Place::Prose),
        ("a // b\n|", Place::Code),
        ("f(\"a|\")", Place::Prose),
        ("f(\"a\"|)", Place::Code),
        ("f(\"a|", Place::Prose),
        ("'a|'", Place::Prose),
        ("println!(\"ü {wo|}\")", Place::Hole(14)),
        ("println!(\"{{wo|}}\")", Place::Prose),
        ("println!(\"{wo|", Place::Hole(11)),
        ("println!(\"{}|\")", Place::Prose),
        ("f(\"{wo|}\")", Place::Prose),
    ];
    for (code, place) in rows {
        assert_eq!(at(code, |spot| spot.place()), place, "{code}");
    }
}

#[test]
fn the_word_at_the_cursor_is_found_in_its_whole_length() {
    let rows = [
        ("a + gr|öße", 4..11),
        ("ab|", 0..2),
        ("|ab", 0..2),
        ("a |+ b", 2..2),
        ("f(\"{x|y}\")", 5..5),
        ("print!(\"{x|y}\")", 9..11),
    ];
    for (code, word) in rows {
        assert_eq!(at(code, |spot| spot.word()), word, "{code}");
    }
}

#[test]
fn calls_around_the_cursor_are_named() {
    let rows = [
        ("f(a, |)", "f"),
        ("a.g::<Vec<u8>>(|", "g"),
        ("fn h<T>(|)", "h"),
        ("tokio::join!(|)", "join"),
        ("vec![|]", "vec"),
        ("select! {|}", "select"),
        ("if (|)", ""),
        ("(|)", ""),
        ("a[|]", ""),
        ("a & !(|)", ""),
        ("a != (|)", ""),
    ];
    for (code, name) in rows {
        let named = at(code, |spot| {
            let group = spot.groups.last().expect("brackets");
            spot.callee(group).map(|name| spot.text(name).to_owned())
        });
        assert_eq!(named.unwrap_or_default(), name, "{code}");
    }
}

#[test]
fn brackets_without_partner_are_found() {
    for (code, is_whole) in [
        ("f(|)", true),
        ("f(|", false),
        ("{ f(| }", false),
        ("f|)", false),
        ("f(\"|)", false),
        ("f('(', |)", true),
    ] {
        assert_eq!(at(code, |spot| spot.is_whole), is_whole, "{code}");
    }
    assert_eq!(at("{ f(| }", |spot| spot.groups.len()), 2);
}

#[test]
fn names_are_told_apart_by_what_stands_before_them() {
    let about = |code: &str| {
        at(code, |spot| {
            let name = spot.name_at().expect("a name");
            let path = spot.text(spot.path(name)).to_owned();
            (
                path,
                spot.is_member(name),
                spot.is_made(name),
                spot.is_in_use(spot.at),
            )
        })
    };
    let row = |path: &str, member, made, is_in_use| (path.to_owned(), member, made, is_in_use);
    assert_eq!(about("f(a::b::c|)"), row("a", false, false, false));
    assert_eq!(about("a.b()\n  .c|"), row("c", true, false, false));
    assert_eq!(about("0..c|"), row("c", false, false, false));
    assert_eq!(about("let c| = 1;"), row("c", false, true, false));
    assert_eq!(about("macro_rules! c| {"), row("c", false, true, false));
    assert_eq!(about("let x; use a::{b, c|"), row("c", false, false, true));
    assert_eq!(about("use a; c|"), row("c", false, false, false));
}

#[test]
fn a_statement_that_may_be_a_value_is_found_where_it_begins() {
    let rows = [
        ("f(a|)", Some(0)),
        ("let x = f(a|)", None),
        ("x; for a in b { c|", Some(3)),
        ("if a { b } else { c|", Some(0)),
        ("if a { b } c|", Some(11)),
        ("fn f() {} a.b(|", Some(10)),
        ("fn f() { g(|", None),
        ("async fn f() { g(|", None),
        ("async { g(|", Some(0)),
        (":dep a\n// b\nc|", Some(12)),
        ("a; |", None),
    ];
    for (code, begin) in rows {
        assert_eq!(at(code, |spot| spot.value(spot.at)), begin, "{code}");
    }
}

#[test]
fn behind_a_value_no_name_begins() {
    let rows = [
        ("f()|", true),
        ("a[0]|", true),
        ("\"a\"|", true),
        ("f() |", false),
        ("{}|", false),
        ("a.|", false),
        ("f(|", false),
        ("a|", false),
    ];
    for (code, is_behind) in rows {
        assert_eq!(at(code, |spot| spot.is_behind_value()), is_behind, "{code}");
    }
}

#[test]
fn a_member_has_something_that_it_belongs_to() {
    let rows = [
        ("f().|", false),
        ("a?.b|", false),
        ("a.await.|", false),
        ("0..b|", false),
        ("[.|", true),
        ("&mut .b|", true),
        ("a|", false),
    ];
    for (code, is_lone) in rows {
        assert_eq!(
            at(code, |spot| spot.is_behind_lone_point()),
            is_lone,
            "{code}"
        );
    }
}
