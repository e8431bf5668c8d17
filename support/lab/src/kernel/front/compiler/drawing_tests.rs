//! What a drawing has of places, suggestions and libraries.

use super::super::places::Cell;
use super::*;

const CODE: &str = "async fn fetch() -> u32 {\n    1\n}\nlet n: u32 = fetch();\nn";

fn places() -> Places {
    let cell = |number, code: &str| Cell {
        number,
        code: code.to_owned(),
    };
    let cells = vec![cell(4, CODE), cell(2, "struct Job;")];
    Places::new(String::new(), cells)
}

fn at(text: &str) -> Range<usize> {
    let start = CODE.rfind(text).expect("it is there");
    start..start + text.len()
}

#[test]
fn a_cell_is_named_with_its_number_line_and_column() {
    let end = at("fetch();").end - 1;
    let told = Told::new(Kind::Error, "mismatched types")
        .pointing_to(4, at("fetch()"), "expected `u32`, found future")
        .with(Told::new(Kind::Note, "a note"))
        .with(Told::new(Kind::Help, "consider this").putting(4, end..end, ".await"))
        .with(Told::new(Kind::Note, "made here").pointing_to(2, 0..10, "this one"));
    let drawn = render(&[told], &places(), &Renderer::plain());
    assert_eq!(
        drawn,
        "error: mismatched types
 --> cell [4]:4:14
  |
4 | let n: u32 = fetch();
  |              ^^^^^^^ expected `u32`, found future
  |
  = note: a note
help: consider this
  |
4 | let n: u32 = fetch().await;
  |                     ++++++
note: made here
 --> cell [2]:1:1
  |
1 | struct Job;
  | ^^^^^^^^^^ this one"
    );
}

#[test]
fn changes_of_one_place_are_alternatives_and_of_several_one_change() {
    let start = 0..0;
    let told = Told::new(Kind::Error, "unknown")
        .pointing_to(4, at("fetch()"), "here")
        .with(
            Told::new(Kind::Help, "one of these")
                .putting(4, start.clone(), "use a::b;\n")
                .putting(4, start, "use c::b;\n"),
        )
        .with(
            Told::new(Kind::Help, "both")
                .putting(4, at("n: u32"), "m")
                .putting(4, at("fetch();"), "f();"),
        );
    let drawn = render(&[told], &places(), &Renderer::plain());
    assert_eq!(drawn.matches("+ use ").count(), 2, "{drawn}");
    assert!(drawn.contains("let m = f();"), "{drawn}");
}

#[test]
fn words_have_the_colour_of_the_theme() {
    let told = Told::new(Kind::Warning, "unused").pointing_to(4, at("n"), "this");
    let drawn = draw(&[told], &places());
    let styles: Vec<&str> = drawn
        .split("\u{1b}[")
        .skip(1)
        .map(|rest| rest.split_once('m').expect("a style").0)
        .collect();
    assert!(styles.contains(&"1"), "{drawn:?}");
    assert!(
        styles.iter().all(|style| ["0", "1"].contains(style)),
        "{drawn:?}"
    );
    assert!(drawn.contains("\u{1b}[1mthis"), "{drawn:?}");
}

#[test]
fn lines_of_one_file_of_a_library_are_drawn_together() {
    let at = |line: usize, text: &str, bytes: Range<usize>, is_primary| Span {
        at: At::Library {
            path: "tokio-1.54.1/src/task/spawn.rs".to_owned(),
            file: "/nowhere/spawn.rs".to_owned(),
            line,
            text: text.to_owned(),
            bytes,
        },
        label: Some(format!("line {line}")),
        is_primary,
        replacement: None,
    };
    let mut note = Told::new(Kind::Note, "required by a bound");
    note.spans = vec![
        at(174, "    pub fn spawn<F>(", 11..16, false),
        at(176, "        F: Send,", 11..15, true),
    ];
    let told = Told::new(Kind::Error, "no").with(note);
    let drawn = render(&[told], &places(), &Renderer::plain());
    assert_eq!(drawn.matches("spawn.rs").count(), 1, "{drawn}");
    assert!(drawn.contains("spawn.rs:176:12"), "{drawn}");
    assert!(drawn.contains("174 |     pub fn spawn<F>("), "{drawn}");
}

#[test]
fn a_change_takes_away_what_it_says_and_no_more() {
    let code = "async fn fetch() {}\nlet page = await fetch(1);\nprintln!(\"{page}\");";
    let cell = Cell {
        number: 9,
        code: code.to_owned(),
    };
    let places = Places::new(String::new(), vec![cell]);
    let start = code.find("await").expect("it is there");
    let end = code.find(";\nprintln").expect("it is there");
    let told = Told::new(Kind::Error, "incorrect use of `await`").with(
        Told::new(Kind::Help, "`await` is a postfix operation")
            .putting(9, start..start + 6, "")
            .putting(9, end..end, ".await"),
    );
    let drawn = render(&[told], &places, &Renderer::plain());
    assert!(drawn.contains("let page = fetch(1).await;"), "{drawn}");
}
