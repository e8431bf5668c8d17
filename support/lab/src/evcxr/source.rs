//! The source of a cell as the compiler reads it: what evcxr has made of the cell, with a few lines changed.
//!
//! - Lint levels that an earlier cell has set are taken out: they hold for that cell.
//! - What needs no `mut` is told, which evcxr keeps still.
//! - An error by which a cell returns is handed to `support` with its place and all that it says (see `support::kernel`).
//!
//! Each line stays where it is, since evcxr counts lines.

/// The attributes that set the level of a lint.
const LEVELS: [&str; 5] = ["allow", "warn", "deny", "forbid", "expect"];

/// In the lines that keep and take variables.
const VARIABLES: &str = "evcxr_variable_store.";

/// Begins the line by which evcxr would keep a variable, where it only checks.
pub(crate) const WOULD_KEEP: &str = "evcxr_variable_store(";

/// In the lines that keep one, and in those that take one.
pub(crate) const PUTS: &str = "evcxr_variable_store.put_variable::<";
const TAKES_VARIABLE: &str = "evcxr_variable_store.take_variable::<";

/// Begins the variables of a source that is only checked; a bracket ends them.
pub(crate) const CHECKS: &str = "async fn evcxr_analysis_wrapper(";

/// A type that inference finds under this name, such as that of a panic, whether or not a cell knows the name.
const ANY: &str = "dyn Any";

/// What begins the code that takes such an error, and the lines in it.
const TAKES: &str = "> From<T> for EvcxrUserCodeError {";
const TAKE: &str = "fn from(error: T) -> Self {";
const PRINT: &str = "eprintln!(\"";

/// How the error that leaves a cell is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errors {
    /// With its sources, if it is an error that may go to other threads.
    AnyThread,
    /// The same, of errors that stay.
    OneThread,
    /// By its words.
    InWords,
    /// As evcxr does, where there is nobody else.
    Printed,
}

impl Errors {
    /// What the error is made into.
    fn kind(self) -> Option<&'static str> {
        match self {
            Errors::AnyThread => Some("Box<dyn std::error::Error + Send + Sync>"),
            Errors::OneThread => Some("Box<dyn std::error::Error>"),
            Errors::InWords | Errors::Printed => None,
        }
    }
}

/// The source that the compiler is given. `code` is the cell's own.
pub(super) fn prepared(source: &str, code: &str, errors: Errors) -> String {
    let (mut takes, mut checks) = (false, false);
    let lines = source.split_inclusive('\n').map(|line| {
        let words = line.trim();
        let (start, end) = line.split_at(line.trim_end_matches('\n').len());
        if sets_level(words) && !code.contains(words) {
            return end.to_owned();
        }
        // A cell that makes warnings errors means its functions, and not what later cells will change.
        if words == OWN && !code.lines().any(|line| sets_level(line.trim())) {
            return line.replace(MUTABLE, "");
        }
        checks = words == CHECKS || checks && !words.starts_with(')');
        if (checks || words.contains(VARIABLES)) && words.contains(ANY) {
            return line.replace(ANY, "dyn std::any::Any");
        }
        takes |= words.ends_with(TAKES);
        if words.ends_with(TAKES)
            && let Some(kind) = errors.kind()
        {
            return format!("impl<T: Into<{kind}>{TAKES}{end}");
        }
        if takes && errors != Errors::Printed && words == TAKE {
            return format!("#[track_caller] {TAKE}{end}");
        }
        if takes && words.starts_with(PRINT) {
            takes = false;
            return match errors {
                Errors::AnyThread | Errors::OneThread => {
                    let kind = errors.kind().unwrap_or_default();
                    format!(
                        "let error: {kind} = error.into(); support::kernel::returned(error);{end}"
                    )
                }
                Errors::Printed => line.to_owned(),
                Errors::InWords => {
                    let words = start.trim().replacen("eprintln!", "format!", 1);
                    let words = words.trim_end_matches(';');
                    format!("support::kernel::returned({words}.into());{end}")
                }
            };
        }
        line.to_owned()
    });
    lines.collect()
}

/// The Rust of a cell. Lines for evcxr are left empty, so that the others keep their numbers: those that begin with `:`, and,
/// before the first line of Rust, those for a shell.
pub(crate) fn rust(code: &str) -> String {
    let mut begun = false;
    let mut kept = String::new();
    for line in code.lines() {
        let text = line.trim_start();
        let command = text.starts_with(':') || !begun && line.starts_with('!');
        begun |= !command && !text.is_empty() && !line.starts_with("//");
        kept.push_str(if command { "" } else { line });
        kept.push('\n');
    }
    kept
}

/// A source without the lines that keep variables.
pub(super) fn unkept(source: &str) -> String {
    let lines = source.split_inclusive('\n').map(|line| {
        let keeps = line.starts_with(PUTS)
            || line.starts_with(WOULD_KEEP) && line.trim_end().ends_with(");");
        let end = line.trim_end_matches('\n').len();
        if keeps { &line[end..] } else { line }
    });
    lines.collect()
}

/// The variables that a source takes from those before and does not put back: the cell moves them.
pub(crate) fn moved(source: &str) -> Vec<String> {
    let put = kinds(source, PUTS);
    let taken = kinds(source, TAKES_VARIABLE).into_iter();
    let moved = taken.filter(|(name, _)| !put.iter().any(|(put, _)| put == name));
    moved.map(|(name, _)| name.to_owned()).collect()
}

/// The variables that a source keeps, with their types.
pub(crate) fn kept(source: &str) -> Vec<(&str, &str)> {
    kinds(source, PUTS)
}

/// The variables in lines with such a call, with their types.
fn kinds<'a>(source: &'a str, call: &str) -> Vec<(&'a str, &'a str)> {
    let lines = source.lines().filter_map(|line| {
        let (_, rest) = line.split_once(call)?;
        let (kind, rest) = rest.rsplit_once(">(stringify!(")?;
        Some((rest.split_once(')')?.0, kind))
    });
    lines.collect()
}

/// Whether a line is an attribute that sets the level of lints for all that follows.
fn sets_level(line: &str) -> bool {
    // Evcxr's own, which is first, is a line with spaces after the commas, and stays.
    line.strip_prefix("#![")
        .and_then(|rest| rest.strip_suffix(']'))
        .and_then(|rest| rest.split_once('('))
        .is_some_and(|(level, _)| LEVELS.contains(&level.trim()))
        && line != OWN
}

/// The levels that evcxr sets in every source.
const OWN: &str = "#![allow(unused_imports, unused_mut, dead_code)]";

/// In these, what keeps still what `mut` is not needed for.
const MUTABLE: &str = " unused_mut,";

#[cfg(test)]
mod tests {
    use super::*;

    const TAKEN: &str = "\
#![allow(unused_imports, unused_mut, dead_code)]
#![deny(unused_must_use)]
#![feature(never_type)]

            struct EvcxrUserCodeError {}
            impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {
                fn from(error: T) -> Self {
                    eprintln!(\"{}\", error);
                    println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);
                    EvcxrUserCodeError {}
                }
            }
fn of_the_cell() {
    eprintln!(\"{}\", error);
}
";

    #[test]
    fn levels_hold_for_their_cell_and_every_line_stays_where_it_is() {
        let source = prepared(TAKEN, "1 + 1", Errors::AnyThread);
        assert_eq!(source.lines().count(), TAKEN.lines().count());
        let lines: Vec<_> = source.lines().collect();
        let own = "#![allow(unused_imports, dead_code)]";
        assert_eq!(lines[..3], [own, "", "#![feature(never_type)]"]);
        let source = prepared(TAKEN, "#![deny(unused_must_use)]\n1", Errors::AnyThread);
        let lines: Vec<_> = source.lines().take(2).collect();
        assert_eq!(lines, [OWN, "#![deny(unused_must_use)]"]);
    }

    #[test]
    fn what_is_taken_and_not_put_back_is_moved() {
        let source = "let mut a = evcxr_variable_store.take_variable::<Vec<u8>>(stringify!(a));\n\
                      let b = evcxr_variable_store.take_variable::<String>(stringify!(b));\n\
                      evcxr_variable_store.put_variable::<String>(stringify!(b), b);\n\
                      evcxr_variable_store.put_variable::<u8>(stringify!(c), c);\n";
        assert_eq!(moved(source), ["a"]);
        let unkept = unkept(source);
        assert!(!unkept.contains("put_variable") && unkept.contains("take_variable"));
        assert_eq!(unkept.lines().count(), source.lines().count());
        assert_eq!(kept(source), [("b", "String"), ("c", "u8")]);
    }

    #[test]
    fn what_a_panic_leaves_can_be_kept() {
        let line = "evcxr_variable_store.put_variable::<Result<(), Box<dyn Any + Send>>>(stringify!(r), r);\n";
        let source = prepared(line, "", Errors::Printed);
        assert!(source.contains("Box<dyn std::any::Any + Send>"));
        let checked = format!("{CHECKS}\nr: Box<dyn Any>,\n) -> X {{\nlet r: Box<dyn Any> = x;\n");
        let source = prepared(&checked, "", Errors::Printed);
        assert!(source.contains("r: Box<dyn std::any::Any>,"));
        assert!(source.contains("let r: Box<dyn Any> = x;"));
    }

    #[test]
    fn an_error_that_leaves_a_cell_is_handed_over_with_its_place() {
        let lines = |errors| -> Vec<String> {
            let source = prepared(TAKEN, "", errors);
            source.lines().map(|line| line.trim().to_owned()).collect()
        };
        let with_sources = lines(Errors::AnyThread);
        assert!(with_sources[5].starts_with("impl<T: Into<Box<dyn std::error::Error"));
        assert_eq!(
            with_sources[6],
            "#[track_caller] fn from(error: T) -> Self {"
        );
        assert!(with_sources[7].ends_with("support::kernel::returned(error);"));
        assert!(
            lines(Errors::OneThread)[5].starts_with("impl<T: Into<Box<dyn std::error::Error>>>")
        );
        let in_words = lines(Errors::InWords);
        assert!(in_words[5].starts_with("impl<T: std::fmt::Display>"));
        assert_eq!(
            in_words[7],
            "support::kernel::returned(format!(\"{}\", error).into());"
        );
        assert!(lines(Errors::Printed)[7].starts_with("eprintln!"));
        // The cell's own code is left alone.
        assert_eq!(in_words[13], "eprintln!(\"{}\", error);");
    }
}
