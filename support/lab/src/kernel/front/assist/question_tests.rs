//! What evcxr is asked, for cells in which `|` stands for the cursor.

use super::*;

fn spot<T>(marked: &str, question: impl FnOnce(&Spot) -> T) -> T {
    let (before, after) = marked.split_once('|').expect("a cursor");
    let code = format!("{before}{after}");
    question(&Spot::new(&code, Some(before.chars().count() as u64)))
}

/// The code, with `|` where the cursor is.
fn marked(question: impl Into<Option<Question>>) -> String {
    let Some(question) = question.into() else {
        return String::new();
    };
    let (before, after) = question.code.split_at(question.cursor);
    format!("{before}|{after}")
}

#[test]
fn what_is_asked_for_names_is_whole_code() {
    let rows = [
        // What follows in the word does not count.
        ("let a = pri|nt; b", "let a = {();pri|;}; b"),
        ("a\n    .b()\n    .c|", "a\n    .b()\n    .c|"),
        ("fn f() { g(a|\nlet b", "fn f() { g({();a|;})}"),
        ("use tokio::{time::sl|}", "use tokio::{time::sl|}"),
        (":dep a\nlet x = 1;\n|", ":dep a\nlet x = 1;\n{();|;}"),
        (":de|p a", ":de|p a"),
        ("let a: Ve|c<u8> = b;", "let a: Ve|<u8> = b;"),
        ("let Some(a|) = b;", "let Some(a|) = b;"),
        ("P { x|, y: 1 }", "P { x|, y: 1 }"),
        ("x = print|ln!(1)", "x = {();print|;}(1)"),
        ("match a { b| }", "match a { b| }"),
        ("let a = b:|", ""),
        ("let a = b:|c()", ""),
        ("print!a|", ""),
        ("fn f() {}\n.|a::b! {", "fn f() {}\n.|"),
        ("|", "{();|;}"),
        ("// a\n|\nf()", "// a\n{();|;}\nf()"),
        ("|word", "{();|;}"),
        ("select! { a = b =|> c }", "( a = b ={();|;})"),
    ];
    for (code, asked) in rows {
        assert_eq!(marked(spot(code, names)), asked, "{code}");
    }
}

#[test]
fn what_a_macro_is_given_is_asked_for_by_itself() {
    let rows = [
        ("println!(\"{}\", wo|", "( {();wo|;})"),
        ("println!(\"{}\", wo|); f()", "( {();wo|;}); f()"),
        ("x = vec![a, b.c|, d] + 1", "x = ( b.c|) + 1"),
        ("tokio::join!(f(a|), g())", "(f({();a|;}))"),
        ("assert_eq!(1, vec![2, a|]);", "( ( {();a|;}));"),
        ("select! { v = r.re|() => f(v), x => y }", "( v = r.re|() )"),
        (
            "select! { v = r => f(a|), x => y }",
            "({ let v = (r).await;  f({();a|;})})",
        ),
        (
            "select! { Some(v) = r() => { v.na| } w = s => {} }",
            "({ let Some(v) = (r()).await;  { v.na| }})",
        ),
        ("select! { v = r, if a == b => v.na|, }", "( v.na|)"),
        ("select! { v = r => {} w = na| => {} }", "( w = {();na|;} )"),
        ("select! { v = r => v.na|", "({ let v = (r).await;  v.na|})"),
        ("println!(\"a {wo|rd:?} {}\", b);", "({();wo|;});"),
        ("println!(\"a {wo|", "({();wo|;})"),
        (
            "macro_rules! m { () => { a| } }",
            "macro_rules! m { () => { a| } }",
        ),
    ];
    for (code, asked) in rows {
        assert_eq!(marked(spot(code, names)), asked, "{code}");
    }
}

#[test]
fn only_values_have_members() {
    let rows = [
        ("let a.|", true),
        ("while let Some(a).| = b {}", true),
        ("a as u8.|", true),
        ("fn f(a: u8.|)", true),
        ("a.|", false),
        ("f(a).b.|", false),
        ("let a = b::c(d).|", false),
        ("vec![a].|", false),
        ("select! { a = b.| => {} }", false),
        ("\"a\".|", false),
        ("let a = (b).|", false),
        ("for a in b.| {}", false),
    ];
    for (code, expected) in rows {
        assert_eq!(spot(code, is_of_no_value), expected, "{code}");
    }
}

#[test]
fn a_path_of_modules_is_asked_for_as_a_use() {
    let rows = [
        ("f(tokio::time::sl|)", "f({ use tokio::time::sl|; })"),
        ("vec![std::|]", "({ use std::|; })"),
        (
            "let x: tokio::time::In|",
            "let x: { use tokio::time::In|; }",
        ),
        ("Vec::ne|", ""),
        ("use tokio::time::sl|", ""),
        ("<T as a>::b|", ""),
        ("::std::b|", ""),
        ("sl|", ""),
    ];
    for (code, asked) in rows {
        let question = spot(code, names_in_use).map(marked);
        assert_eq!(question.unwrap_or_default(), asked, "{code}");
    }
}

#[test]
fn fields_that_are_written_are_asked_for_as_fields_of_a_value() {
    let rows = [
        (
            "let p = Point { x|",
            "let p = { let value: Point = loop {}; value.x|}",
        ),
        (
            "f(a::Point { x: 1, y|: 2 })",
            "f({ let value: a::Point = loop {}; value.y|})",
        ),
        ("let p = Point { x: y|", ""),
        ("struct Point { x|", ""),
        ("impl a::Point { f|", ""),
        ("for x in A { x|", ""),
        ("match a { b|", ""),
        ("x|", ""),
    ];
    for (code, asked) in rows {
        let question = spot(code, fields_in_use).map(marked);
        assert_eq!(question.unwrap_or_default(), asked, "{code}");
    }
}

#[test]
fn a_name_that_is_asked_about_stands_at_the_end() {
    let about = |code, called| {
        marked(spot(code, |spot| {
            about(spot, spot.name_at().expect("a name"), called)
        }))
    };
    assert_eq!(about("let a = so|me(1);", false), "let a = some|");
    assert_eq!(
        about(":dep x\n!ls\na.pu|sh(1);", true),
        "\n\nlet _ = a.push(|"
    );
    assert_eq!(about("f(vec![1, wo|rd])", false), "let _ = f(( word|");
    assert_eq!(about("println|!(\"{}\", 1)", false), "let _ = println|");
    assert_eq!(
        marked(spot("println!(\"{wo|rd}\")", about_hole)),
        "let _ = (word|"
    );
    let made = |code| {
        let made = spot(code, |spot| {
            about_made(spot, spot.name_at().expect("a name"))
        });
        made.map(marked).unwrap_or_default()
    };
    assert_eq!(
        made(":dep x\nfn ad|d() {} // a"),
        "\nfn add() {} // a\n;add|"
    );
    let used = |code| {
        let used = spot(code, |spot| {
            about_used(spot, spot.name_at().expect("a name"))
        });
        used.map(marked).unwrap_or_default()
    };
    assert_eq!(used("a(); use b::{c, d::{e::f|g, h}};"), "b::d::e::fg|");
    assert_eq!(used("use a::b|::c;"), "a::b|");
    assert_eq!(used("a::b|"), "");
    assert_eq!(made("/// A.\nfn ad|d() {}"), " /// A.\nfn add() {}\n;add|");
    assert_eq!(made("{ let a| = 1; }"), "");
}

#[test]
fn the_cursor_is_counted_as_evcxr_counts() {
    let question = spot("let é = \"e\u{301}👩\u{200d}💻\";\r\né.|", names).expect("a name");
    assert_eq!(question.content()["cursor_pos"], 16);
}
