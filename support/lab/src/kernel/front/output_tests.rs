//! What cells write, taken apart.

use super::*;

fn text(stream: Stream, text: &str) -> Piece {
    Piece::Text(stream, text.to_owned())
}

fn out(words: &str) -> Piece {
    text(Stream::Stdout, words)
}

fn err(words: &str) -> Piece {
    text(Stream::Stderr, words)
}

fn line(words: &str) -> Piece {
    Piece::Line(words.to_owned())
}

fn shown(forms: &[(&str, &str)]) -> Piece {
    let owned = |(mime, content): &(&str, &str)| ((*mime).to_owned(), (*content).to_owned());
    Piece::Shown(Shown {
        forms: forms.iter().map(owned).collect(),
        name: None,
    })
}

/// The same, with each text whole.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(stream, text) => push(&mut joined, stream, text),
            other => joined.push(other),
        }
    }
    joined
}

/// What comes of it, in whatever parts it arrives.
#[track_caller]
fn reads(bytes: &[u8], expected: &[Piece]) {
    for size in [1, 2, 3, 7, 64, bytes.len()] {
        let mut output = Output::default();
        let mut pieces = Vec::new();
        for part in bytes.chunks(size) {
            pieces.extend(output.read(Stream::Stdout, part));
        }
        pieces.extend(output.end());
        assert_eq!(joined(pieces), expected, "in parts of {size}");
    }
}

#[test]
fn text_is_told_from_what_evcxr_has_to_hear() {
    let rows: [(&[u8], &[Piece]); 11] = [
        (b"a\nb\n", &[out("a\nb\n")]),
        (b"x\rEVCXR_EXECUTION_COMPLETE\n", &[out("x\r"), line(DONE)]),
        (b"xEVCXR_PANIC_NOTIFICATION\n", &[out("x"), line(PANICKED)]),
        (
            b"EVCXR_ERROR_OCCURRED\nEVCXR_EXECUTION_COMPLETE\n",
            &[line(QUESTION_MARK), line(DONE)],
        ),
        (
            b"EVCXR_VARIABLE_CHANGED_TYPE:x\n",
            &[line("EVCXR_VARIABLE_CHANGED_TYPE:x")],
        ),
        (
            b"EVCXR_LAB_STARTED 17\n1\n",
            &[Piece::Started(17), out("1\n")],
        ),
        (
            b"EVCXR_FOLDER is set\nEVCXR_",
            &[out("EVCXR_FOLDER is set\nEVCXR_")],
        ),
        (
            b"EVCXR_EXECUTION_COMPLETE?\n",
            &[out("EVCXR_EXECUTION_COMPLETE?\n")],
        ),
        (b"EVC\nEVCX\n", &[out("EVC\nEVCX\n")]),
        ("ä\u{1F980}\n".as_bytes(), &[out("ä\u{1F980}\n")]),
        (b"\xff\xc3(\n\xc3", &[out("\u{fffd}\u{fffd}(\n\u{fffd}")]),
    ];
    for (bytes, expected) in rows {
        reads(bytes, expected);
    }
}

#[test]
fn what_is_shown_keeps_its_place_and_its_forms() {
    let block = |mime: &str, content: &str| format!("{BEGIN}{mime}\n{content}\n{END}\n");
    let figure = block("text/plain", "three\nlines\n") + &block("text/html", "<b>EVCXR_x</b>");
    let both = [
        ("text/plain", "three\nlines\n"),
        ("text/html", "<b>EVCXR_x</b>"),
    ];
    reads(
        format!("before\n{figure}{figure}after{figure}{DONE}\n").as_bytes(),
        &[
            out("before\n"),
            shown(&both),
            shown(&both),
            out("after"),
            shown(&both),
            line(DONE),
        ],
    );
    reads(
        format!("{BEGIN}text/plain\nhalf\n{PANICKED}\n").as_bytes(),
        &[shown(&[("text/plain", "half")]), line(PANICKED)],
    );
    // Whoever forgets the end shall not wait for it.
    reads(
        format!("{BEGIN}text/plain\nhalf\n{DONE}\n").as_bytes(),
        &[shown(&[("text/plain", "half")]), line(DONE)],
    );
    reads(
        block("text/plain", "").as_bytes(),
        &[shown(&[("text/plain", "")])],
    );
}

#[test]
fn what_takes_the_place_of_something_has_its_name() {
    let block = format!("{BEGIN}text/plain\n1\n{END}\n");
    let [first, second] = [Some("bar".to_owned()), None].map(|name| {
        Piece::Shown(Shown {
            forms: vec![("text/plain".to_owned(), "1".to_owned())],
            name,
        })
    });
    reads(
        format!("{block}EVCXR_LAB_SHOWN_AS bar\n{block}{block}").as_bytes(),
        &[second.clone(), first, second],
    );
}

#[test]
fn text_is_handed_on_before_its_line_ends_and_characters_are_whole() {
    let mut output = Output::default();
    assert_eq!(output.read(Stream::Stdout, b"..."), [out("...")]);
    assert_eq!(output.read(Stream::Stdout, b"\xc3"), []);
    assert_eq!(output.read(Stream::Stdout, b"\xa4EVC"), [out("ä")]);
    assert_eq!(output.read(Stream::Stdout, b"X"), []);
    assert_eq!(output.read(Stream::Stdout, b"!"), [out("EVCX!")]);
}

#[test]
fn a_figure_waits_for_another_form_no_longer_than_it_is_let() {
    let mut output = Output::default();
    let block = format!("{BEGIN}text/plain\n1\n{END}\n");
    assert_eq!(output.read(Stream::Stdout, block.as_bytes()), []);
    assert!(output.has_rest());
    assert_eq!(output.rest(), [shown(&[("text/plain", "1")])]);
    assert!(!output.has_rest());
}

#[test]
fn a_panic_is_told_as_data_between_what_else_is_written() {
    let told = "a EVCXR_LAB_PANIC {\"words\":\"boom\\n2\",\"place\":\"src/lib.rs:1:2\"}\nb\n";
    for size in [1, 5, told.len()] {
        let mut output = Output::default();
        let mut pieces = Vec::new();
        for part in told.as_bytes().chunks(size) {
            pieces.extend(output.read(Stream::Stderr, part));
        }
        let panic = Panic {
            words: "boom\n2".to_owned(),
            place: Some("src/lib.rs:1:2".to_owned()),
            called: None,
        };
        assert_eq!(
            joined(pieces),
            [err("a "), Piece::Panic(panic), err("b\n")],
            "{size}"
        );
    }
}

#[test]
fn a_variable_that_is_lost_by_a_new_crate_is_told_with_its_cause() {
    let told = "a\nThe type of the variable one was redefined, so was lost.\nThe type of one is i32\nThe type of the variable\n";
    for size in [1, 5, told.len()] {
        let mut output = Output::default();
        let parts = told.as_bytes().chunks(size);
        let pieces = parts.flat_map(|part| output.read(Stream::Stderr, part));
        let note = "a\nnote: `one` is gone, since a crate was added, and with it types that cells define are new ones\n";
        let rest = "The type of one is i32\nThe type of the variable\n";
        assert_eq!(
            joined(pieces.collect()),
            [err(&format!("{note}{rest}"))],
            "{size}"
        );
    }
}

#[test]
fn a_large_content_is_looked_through_once() {
    let mut output = Output::default();
    let content = "x".repeat(5_000_000);
    let block = format!("{BEGIN}text/plain\n{content}\n{END}\n");
    let mut pieces = Vec::new();
    for part in block.as_bytes().chunks(4096) {
        pieces.extend(output.read(Stream::Stdout, part));
    }
    pieces.extend(output.rest());
    assert_eq!(pieces, [shown(&[("text/plain", &content)])]);
}
