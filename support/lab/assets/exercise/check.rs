//! Exercise NUMBER: say in a sentence what it is about.
//!
//! Say what is judged: here one function, `work`, which waits without holding its thread.

use super::code::Code;
use super::observe::observe;
use super::report::{Finding, Report};
use super::run::{Ended, Run};
use super::words::{ending, figure, holds_thread};
use std::future::Future;

const EXERCISE: &str = "NUMBER_NAME";

/// Judges the learner's `work`.
///
/// It is to wait without blocking, and to return 42.
///
/// # Examples
///
/// ```
/// let report = support::check::NAME(async || 41);
/// assert_eq!(report.findings()[0].code.name(), "no-wait");
/// ```
pub fn NAME<Work: Future<Output = u32>>(work: impl Fn() -> Work + Clone + Send + 'static) -> Report {
    let run = observe("work", work);
    let lanes = run.lane.clone();
    let figure = figure("Your function, on a clock that only waiting moves", lanes);
    let explanation = "Say what the learner has shown, and why it matters.".to_owned();
    Report::new(EXERCISE, judge(&run), explanation, figure).noted()
}

/// The verdict, from what was seen alone. The first finding is the cause; what follows from it is left out.
fn judge(run: &Run<u32>) -> Vec<Finding> {
    let finding = ending("work", &run.ended)
        .or_else(|| holds_thread("work", run))
        .or_else(|| run.waited.is_zero().then(no_wait))
        .or_else(|| match run.ended {
            Ended::Returned(result) if result != 42 => Some(wrong(result)),
            _ => None,
        });
    finding.into_iter().collect()
}

fn no_wait() -> Finding {
    Finding::new(
        Code::NoWait,
        "`work` returned without waiting for anything.",
        "Look for the line that is to wait: is it there, and does it end in `.await`?",
    )
}

fn wrong(result: u32) -> Finding {
    Finding::new(
        Code::WrongResult,
        format!("`work` returned {result} instead of 42."),
        "Read the last line of `work`.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_result_is_quoted() {
        let run = Run::that(Ended::Returned(41));
        let codes: Vec<_> = judge(&run).iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::NoWait], "nothing was waited for, and that is told first");
    }
}
