//! How a cell can be left: the compiler sees a function or an async block around it, which no learner has written.

use super::told::{Level, Told};

/// What the compiler calls what it sees around a cell, and what it is to the learner.
const AROUND: [(&str, &str); 3] = [
    ("an async block", "a cell"),
    ("a closure", "a cell"),
    ("this function returns", "a cell returns"),
];

/// What helps who would leave a cell early.
const EARLY: &str = "leave it by an error, `Err::<(), _>(\"…\")?;`, or put what may end early into a function, and call that";

/// Puts what is said of `?`, `return`, `break` and `continue` in the statements of a cell into the words of a notebook.
pub(super) fn reword(told: &mut Told) {
    let code = told.code.clone().unwrap_or_default();
    match code.as_str() {
        // What is around the place is pointed to, where the cell has it.
        "E0267" if !labels(told, "enclosing") => outside_of_loops(told),
        "E0277" if told.message.contains("the `?` operator") && !labels(told, "this function") => {
            for (words, instead) in AROUND {
                told.message = told.message.replace(words, instead);
                for label in told.spans.iter_mut().filter_map(|span| span.label.as_mut()) {
                    *label = label.replace(words, instead);
                }
            }
        }
        "E0308" => returned(told),
        _ => {}
    }
}

fn labels(told: &Told, words: &str) -> bool {
    let mut labels = told.spans.iter().filter_map(|span| span.label.as_deref());
    labels.any(|label| label.starts_with(words))
}

/// In no function there would be no block around it.
fn outside_of_loops(told: &mut Told) {
    let Some(word) = told.message.split('`').nth(1).map(str::to_owned) else {
        return;
    };
    let outside = format!("`{word}` outside of a loop or labeled block");
    told.code = Some("E0268".to_owned());
    for span in &mut told.spans {
        span.label = Some(format!("cannot {outside}"));
    }
    told.message = outside;
}

/// A value is returned, where evcxr's function returns another one.
fn returned(told: &mut Told) {
    let at_end = told
        .more
        .iter()
        .find(|more| more.message.starts_with("return type inferred to be"));
    let of_pointer = |label: &str| label.starts_with("expected `*mut ");
    let mut labels = told.spans.iter().filter_map(|span| span.label.as_deref());
    let is_of_pointer = labels.any(of_pointer);
    let place = match at_end {
        Some(more) if !told.is_in_cell() => more.place(),
        _ if is_of_pointer => told.place(),
        _ => None,
    };
    if let Some((number, bytes)) = place.map(|(number, bytes)| (number, bytes.clone())) {
        *told = Told::new(
            Level::Error,
            "`return` cannot give a cell a value: a cell is not a function",
        )
        .pointing_to(number, bytes, "returned here")
        .with(Told::new(Level::Help, EARLY));
        told.is_in_statements = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, message: &str, label: &str) -> Told {
        let mut told = Told::new(Level::Error, message).pointing_to(3, 2..5, label);
        told.code = Some(code.to_owned());
        told
    }

    #[test]
    fn a_block_that_nobody_has_written_is_not_spoken_of() {
        let mut told = said(
            "E0267",
            "`break` inside `async` block",
            "cannot `break` inside `async` block",
        );
        reword(&mut told);
        assert_eq!(told.code.as_deref(), Some("E0268"));
        assert_eq!(told.message, "`break` outside of a loop or labeled block");
        let message = "the `?` operator can only be used on `Result`s, not `Option`s, in an async block that returns `Result`";
        let mut told = said("E0277", message, "use `.ok_or(...)?`");
        reword(&mut told);
        assert!(told.message.ends_with("in a cell that returns `Result`"));
    }

    #[test]
    fn a_block_of_the_cell_is() {
        let with = |code: &str, message: &str, label: &str| {
            let mut told = said(code, message, "here").pointing_to(3, 0..1, label);
            let before = told.clone();
            reword(&mut told);
            assert_eq!(told, before);
        };
        let message = "`break` inside `async` block";
        with("E0267", message, "enclosing `async` block");
        let message = "the `?` operator can only be used in an async block that returns `Result`";
        with("E0277", message, "this function should return `Result`");
        with("E0308", "mismatched types", "expected `u32`");
    }

    #[test]
    fn a_value_that_is_returned_has_its_place() {
        let mut told = Told::new(Level::Error, "mismatched types");
        told.code = Some("E0308".to_owned());
        let told = &mut told.with(
            Told::new(Level::Note, "return type inferred to be `{integer}` here").pointing_to(
                3,
                7..8,
                "",
            ),
        );
        reword(told);
        assert!(
            told.message
                .starts_with("`return` cannot give a cell a value")
        );
        assert_eq!(told.place(), Some((3, &(7..8))));
        let told = &mut said(
            "E0308",
            "mismatched types",
            "expected `*mut u8`, found integer",
        );
        reword(told);
        assert_eq!(told.place(), Some((3, &(2..5))));
    }
}
