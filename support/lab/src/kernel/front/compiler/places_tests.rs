//! Where a cell is found in a source of evcxr's.

use super::*;

fn cell(number: u64, code: &str) -> Cell {
    Cell {
        number,
        code: code.to_owned(),
    }
}

/// What stands in a cell where this stands in the source.
fn found<'a>(places: &'a Places, text: &str) -> Option<(u64, usize, &'a str)> {
    let start = places.source.find(text).expect("it is in the source");
    let place = places.at(start..start + text.len())?;
    let (line, _) = place.start();
    Some((
        place.cell.number,
        line,
        &place.cell.code[place.bytes.clone()],
    ))
}

#[test]
fn a_cell_is_found_among_what_evcxr_writes_around_it() {
    let code = "// a comment\nfn twice(x: u32) -> u32 {\n    x * 2\n}\nlet a = 1; let b = twice(a);\nprintln!(\"{b}\");\nb + nope";
    let source = "#![allow(x)]\nuse std::fmt;\n// a comment\nfn twice(x: u32) -> u32 {\n    x * 2\n}\nlet evcxr = 1;\n\
                  let a = 1; \nlet b = twice(a);\nprintln!(\"{b}\");\n(\nb + nope\n).evcxr_display();\n}\nput::<u32>(a);\n";
    let places = Places::new(source.to_owned(), vec![cell(4, code)]);
    assert_eq!(found(&places, "x * 2"), Some((4, 3, "x * 2")));
    assert_eq!(found(&places, "a = 1"), Some((4, 5, "a = 1")));
    assert_eq!(found(&places, "twice(a)"), Some((4, 5, "twice(a)")));
    assert_eq!(found(&places, "nope"), Some((4, 7, "nope")));
    assert_eq!(found(&places, "evcxr_display"), None);
    assert_eq!(found(&places, "put::<u32>"), None);
    let across = places.at(source.find("twice(a)").unwrap()..source.find("println").unwrap() + 7);
    assert_eq!(
        across.map(|place| place.bytes),
        Some(code.find("twice(a)").unwrap()..code.find("println").unwrap() + 7)
    );
}

#[test]
fn columns_of_a_running_program_are_those_of_a_terminal() {
    let code = "fn f() {\n\t\tä(\"\u{4e2d}\", g())\n}";
    let places = Places::new(format!("{code}\n"), vec![cell(1, code)]);
    for (shown, character) in [(9, 3), (10, 4), (12, 6), (16, 9)] {
        let place = places
            .at_line(2, shown, Columns::Shown)
            .expect("it is in the cell");
        assert_eq!(place.start(), (2, character), "{shown}");
    }
}

#[test]
fn the_last_expression_is_without_the_brackets_of_evcxr() {
    let source = "pub extern \"C\" fn run_user_code_1(\nsend(&format!(\"{:?}\", &(\np - q\n)));\n}";
    let places = Places::new(source.to_owned(), vec![cell(1, "p - q")]);
    let start = source.find("(\np - q").unwrap();
    let place = places.at(start..start + 9).expect("it is in the cell");
    assert_eq!(place.bytes, 0..5);
    let column = "send(&format!(\"{:?}\", &(".len();
    let place = places
        .at_line(2, column, Columns::Shown)
        .expect("it is in the cell");
    assert_eq!(place.start(), (1, 1));
}

#[test]
fn the_end_of_a_source_without_evcxr_is_the_end_of_the_cell() {
    let places = Places::new(
        "async fn cell() {\nif 5\n\n}\n".to_owned(),
        vec![cell(1, "if 5")],
    );
    let bracket = places.source.rfind('}').unwrap();
    let place = places.at(bracket..bracket + 1).expect("it is in the cell");
    assert_eq!(place.bytes, 4..4);
}

#[test]
fn in_a_cell_that_is_compiled_alone_each_letter_has_its_place() {
    for (source, code) in [
        (";;)\n", ";;)"),
        ("async fn cell() {\n\n;;)\n\n}\n", ":dep a\n;;)\n"),
        ("}\n", "}"),
    ] {
        let places = Places::new(source.to_owned(), vec![cell(1, code)]);
        let mark = if code == "}" { "}" } else { ";)" };
        let at = source.find(mark).expect("it is there");
        let place = places.at(at..at + mark.len()).expect("it is in the cell");
        assert_eq!(&code[place.bytes], mark);
    }
}

#[test]
fn what_an_earlier_cell_has_defined_is_there() {
    let source = "fn old() -> u32 {\n    1\n}\nfn new() -> u32 {\n    old()\n}\n";
    let cells = vec![
        cell(3, "fn new() -> u32 {\n    old()\n}"),
        cell(2, "old()"),
        cell(1, "\n\nfn old() -> u32 {\n    1\n}\n"),
    ];
    let places = Places::new(source.to_owned(), cells);
    assert_eq!(found(&places, "old() -> u32"), Some((1, 3, "old() -> u32")));
    assert_eq!(found(&places, "old()\n"), Some((3, 2, "old()\n")));
}

#[test]
fn lines_and_columns_are_those_of_characters() {
    let code = "let größe = \"ä\"; größe.nope()";
    let source = format!("x\n{}\n{}\n", "let größe = \"ä\"; ", "größe.nope()");
    let places = Places::new(source, vec![cell(1, code)]);
    let place = places
        .at_line(3, 7, Columns::Characters)
        .expect("it is in the cell");
    assert_eq!(place.start(), (1, 24));
    assert_eq!(place.line(), code);
    assert!(
        places.at_line(1, 1, Columns::Shown).is_none()
            && places.at_line(99, 1, Columns::Shown).is_none()
    );
}

#[test]
fn the_end_of_a_line_that_evcxr_has_added_is_not_in_the_cell() {
    let places = Places::new(
        "let a = await \nfetch();\n".to_owned(),
        vec![cell(1, "let a = await fetch();")],
    );
    let place = places.at(8..15).expect("it is in the cell");
    assert_eq!(place.bytes, 8..14);
}

#[test]
fn a_space_before_a_line_is_not_in_the_way() {
    let places = Places::new(
        " /// Says it.\nfn say() {}\n".to_owned(),
        vec![cell(1, "/// Says it.\nfn say() {}")],
    );
    assert_eq!(found(&places, "say() {}"), Some((1, 2, "say() {}")));
}

#[test]
fn brackets_of_evcxr_are_not_those_of_the_cell() {
    let places = Places::new(
        "{\nlet x = 1;\n}\n".to_owned(),
        vec![cell(1, "let y = {\n1\n}")],
    );
    assert!(places.parts.is_empty());
}

#[test]
fn a_variable_that_is_kept_is_known() {
    let source = "x\nevcxr_variable_store.put_variable::<Vec<u8>>(stringify!(all), all);\n";
    let places = Places::new(source.to_owned(), vec![cell(1, "")]);
    let at = source.find("Vec").unwrap();
    let kept = ("all".to_owned(), "Vec<u8>".to_owned());
    assert_eq!(places.variable_kept_at(at), Some(kept));
    assert_eq!(places.variable_kept_at(0), None);
}

#[test]
fn a_name_in_a_use_is_found() {
    let source = "use std::nope;\nuse std::fmt;\n";
    let places = Places::new(
        source.to_owned(),
        vec![cell(2, "use std::{fmt, nope};\nlet nope = 1;")],
    );
    let at = source.find("nope").unwrap();
    let place = places.in_use(&(at..at + 4)).expect("it is there");
    assert_eq!(place.start(), (1, 16));
}
