//! The verdict on both functions, from what was seen alone.

mod serve;

use super::cut::Cut;
use super::lines::{BEHIND, LINES, RESTING, Read, TORN};
use super::{Seen, Service};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::Run;
use crate::check::words::{ending, holds_thread, quote};

/// The name under which it is called in findings.
const NAME: &str = "next_line";

/// A finding for each function at most. `serve` calls `next_line`, so much of what is wrong there follows from what is wrong
/// here.
pub(super) fn judge(seen: &Seen) -> Vec<Finding> {
    let line = lines(&seen.lines).or_else(|| rests(seen.rests.as_ref()?));
    let serve = serve(&seen.serve).filter(|serve| match &line {
        None => true,
        Some(line) => {
            // A line that is read late is handled late.
            let late = line.code == Code::WaitsForEver && serve.code == Code::Sequential;
            !late && !FOLLOWS.contains(&serve.code) && !same_task(line, serve)
        }
    });
    line.into_iter().chain(serve).collect()
}

/// What `serve` shows where only `next_line` is wrong.
const FOLLOWS: [Code; 11] = [
    Code::BytesLost,
    Code::WrongResult,
    Code::Panicked,
    Code::NeverEnds,
    Code::BlocksThread,
    Code::BusyWait,
    Code::RuntimeInRuntime,
    Code::ErrorLost,
    Code::WaitsForEver,
    Code::StarvedBranch,
    Code::RestartsTimer,
];

/// The words of a `todo!` in `next_line`, heard through `serve`.
fn same_task(line: &Finding, serve: &Finding) -> bool {
    let task = |finding: &Finding| {
        let words = finding.message.split_once("is not written yet: ");
        words.map(|(_, task)| task.to_owned())
    };
    task(line).is_some() && task(line) == task(serve)
}

pub(super) fn lines(runs: &[Run<Read>]) -> Option<Finding> {
    let cuts = runs.iter().filter(|run| super::lines::was_cut(run)).count();
    runs.iter().find_map(|run| line(run, cuts))
}

pub(super) fn serve(trials: &[Service]) -> Option<Finding> {
    let cuts = trials
        .iter()
        .filter(|seen| super::service::was_cut(seen))
        .count();
    trials.iter().find_map(|seen| serve::service(seen, cuts))
}

fn line(run: &Run<Read>, cuts: usize) -> Option<Finding> {
    let crate::check::run::Ended::Returned(read) = &run.ended else {
        return ending(NAME, &run.ended);
    };
    if let Some(kind) = read.fails {
        return error_lost(read, kind).or_else(|| half_line_lost(read));
    }
    let whole = read.cut == Cut::At(0);
    if whole && let Some(held) = holds_thread(NAME, run) {
        return Some(held);
    }
    // Whoever is dropped at each wait may have a wait that it never comes past.
    if read.cut == Cut::Each && !read.ended && read.error.is_none() {
        return None;
    }
    if let Some(error) = &read.error {
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "`{NAME}` returned the error `{}`, and the input had none.",
                quote(error)
            ),
            "Look for what your code takes for an error: the end of the input is `Ok(None)`.",
        ));
    }
    let expected: Vec<_> = LINES.iter().map(|line| (*line).to_owned()).collect();
    if !read.ended && read.lines.starts_with(&expected) {
        return Some(no_end());
    }
    let differs = differs(&expected, &read.lines);
    differs
        .map(|differs| differs.finding(NAME, &place(read, cuts)))
        .or_else(|| waits(read).filter(|_| whole))
}

/// A line was there whole, and it waited for more.
fn waits(read: &Read) -> Option<Finding> {
    let late = BEHIND
        .into_iter()
        .find(|line| read.times[*line] > read.times[line - 1])?;
    Some(Finding::new(
        Code::WaitsForEver,
        format!(
            "`{NAME}` waited for the next piece though the line `{}` was whole in `input.begun`. On an input that says nothing more, \
             that is for ever.",
            LINES[late]
        ),
        "Look into `input.begun` first. Only where there is no whole line, `source.chunk().await`.",
    ))
}

/// When it was dropped, in words.
fn place(read: &Read, cuts: usize) -> String {
    match read.cut {
        Cut::At(0) => String::new(),
        Cut::At(wait) => format!(
            " Its future was dropped at wait {wait} of the input (waits tried so far: {cuts}), and called again."
        ),
        Cut::Each => {
            " Its future was dropped at each of its waits, as by a `select!` whose other branch is always first, and called again."
                .to_owned()
        }
    }
}

fn no_end() -> Finding {
    Finding::new(
        Code::NeverEnds,
        format!(
            "`{NAME}` still returns lines where the input has ended, and so would do for ever."
        ),
        "At the end of the input, what is left in `begun` is the last line; after it, and where nothing is left, the answer is \
         `Ok(None)`.",
    )
}

/// An input that said nothing for a long time.
fn rests(run: &Run<Read>) -> Option<Finding> {
    let crate::check::run::Ended::Returned(read) = &run.ended else {
        return ending(NAME, &run.ended);
    };
    (read.lines != RESTING).then(|| {
        Finding::new(
            Code::WrongResult,
            format!(
                "The source said nothing for a long time, had not ended, and then went on. `{NAME}` made `{}` of it, and not \
                 `{RESTING:?}`.",
                quote(&format!("{:?}", read.lines))
            ),
            "Only `Ok(None)` of `chunk()` is the end. A source may be silent for as long as it likes.",
        )
    })
}

/// What was there of a line when the source failed.
fn half_line_lost(read: &Read) -> Option<Finding> {
    (read.begun != b"be").then(|| {
        Finding::new(
            Code::BytesLost,
            format!(
                "The source failed when `be` of a line was there, and `{NAME}` left `{}` in `input.begun`.",
                quote(&String::from_utf8_lossy(&read.begun))
            ),
            "What belongs to no line yet stays in `input.begun`, whatever the source says: whoever calls again may still get the rest \
             of it.",
        )
    })
}

fn error_lost(read: &Read, kind: std::io::ErrorKind) -> Option<Finding> {
    let told = read
        .error
        .as_ref()
        .is_some_and(|error| error.contains(TORN));
    (!told).then(|| {
        let came = match (&read.error, read.ended) {
            (Some(error), _) => format!("the error `{}`", quote(error)),
            (None, true) => "`Ok(None)`, as if the input had ended".to_owned(),
            (None, false) => "more and more lines".to_owned(),
        };
        Finding::new(
            Code::ErrorLost,
            format!("The source failed with `{TORN}` ({kind:?}), and `{NAME}` returned {came}."),
            "`chunk().await?` hands the error on. A source that failed has not ended.",
        )
    })
}

/// How lines differ from those that were in the input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Differs {
    /// These bytes are nowhere.
    Lost(String),
    /// The first line that is another, with the right one.
    Other(String, String),
}

impl Differs {
    pub(super) fn finding(&self, name: &str, place: &str) -> Finding {
        match self {
            Differs::Lost(bytes) => Finding::new(
                Code::BytesLost,
                format!(
                    "`{name}` loses bytes: of what was in the input, `{}` came out nowhere.{place}",
                    quote(bytes)
                ),
                "What was read lies in a variable inside the future while it waits, and is dropped with it. Put it where the next \
                 call finds it, before each `.await`: into `input.begun`.",
            ),
            Differs::Other(right, wrong) => Finding::new(
                Code::WrongResult,
                format!(
                    "`{name}`: where the line `{}` was to come, `{}` came.{place}",
                    quote(right),
                    quote(&wrong.escape_debug().to_string())
                ),
                "A line is all that stands before a `\\n`, its blanks too, without the `\\n`; each line once, in their order.",
            ),
        }
    }
}

/// Compares lines. What is missing of all bytes, whatever the lines, was lost.
pub(super) fn differs(expected: &[String], came: &[String]) -> Option<Differs> {
    let place =
        (0..expected.len().max(came.len())).find(|at| expected.get(*at) != came.get(*at))?;
    let right = expected.get(place).map_or("", String::as_str);
    let wrong = came.get(place).map_or("", String::as_str);
    let count = |lines: &[String], byte: u8| {
        let bytes = lines.iter().flat_map(|line| line.bytes());
        bytes.filter(|other| *other == byte).count()
    };
    // Blanks that are missing were cut off, and not lost.
    let lost = (0..=u8::MAX)
        .any(|byte| !byte.is_ascii_whitespace() && count(expected, byte) > count(came, byte));
    if !lost {
        return Some(Differs::Other(right.to_owned(), wrong.to_owned()));
    }
    // A whole line is missing, and the next one came.
    if expected.get(place + 1).map(String::as_str) == Some(wrong) || wrong.is_empty() {
        return Some(Differs::Lost(right.to_owned()));
    }
    // What is between the common beginning and the common end. Letters, since bytes may end in the middle of one.
    let (right, wrong): (Vec<_>, Vec<_>) = (right.chars().collect(), wrong.chars().collect());
    let same = |pair: &(&char, &char)| pair.0 == pair.1;
    let front = right.iter().zip(&wrong).take_while(same).count();
    let (right, wrong) = (&right[front..], &wrong[front..]);
    let back = right
        .iter()
        .rev()
        .zip(wrong.iter().rev())
        .take_while(same)
        .count();
    let missing: String = right[..right.len() - back].iter().collect();
    Some(Differs::Lost(match missing.is_empty() {
        true => expected.get(place).cloned().unwrap_or_default(),
        false => missing,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_is_nowhere_is_lost_and_quoted() {
        let expected = lines("alpha\nbeta\ngamma");
        let lost = |came: &str, bytes: &str| {
            let differs = differs(&expected, &lines(came));
            assert_eq!(differs, Some(Differs::Lost(bytes.to_owned())), "{came}");
        };
        lost("alpha\nta\ngamma", "be");
        lost("alpha\nbe\ngamma", "ta");
        lost("alpha\ngamma", "beta");
        lost("alpha\nbeta", "gamma");
        assert_eq!(differs(&expected, &expected), None);
    }

    #[test]
    fn lines_that_are_all_there_are_not_lost() {
        let expected = lines("a\nb");
        let other = |came: &[&str]| {
            let came: Vec<_> = came.iter().map(|line| (*line).to_owned()).collect();
            matches!(differs(&expected, &came), Some(Differs::Other(..)))
        };
        assert!(other(&["b", "a"]) && other(&["a\n", "b\n"]) && other(&["a", "b", "b"]));
    }
}
