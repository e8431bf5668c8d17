//! What the tests of attempts share: a module for each attempt, and how its verdict is written.

use support::check::{Code, Report};

/// The findings of a report as the first line of an attempt writes them.
pub(crate) fn found(report: &Report) -> String {
    if report.passed() {
        return "passed".to_owned();
    }
    let codes: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    codes.join(", ")
}

/// What a check finds is among what its exercise has hints for.
pub(crate) fn are_in_the_vocabulary(exercise: &str, report: &Report) {
    for finding in report.findings() {
        let known = Code::of(exercise).contains(&finding.code);
        assert!(known, "`Code::of` lacks {} in {exercise}", finding.code);
    }
}

/// A module for each attempt of an exercise: what its notebook has before the learner's cells, the attempt, the test.
macro_rules! attempts {
    (mod $exercise:ident in $folder:literal; before { $($before:item)* } judge { $judge:expr } $($attempt:ident)*) => {
        #[allow(dead_code, unused_imports, unused_variables, clippy::collapsible_if, reason = "attempts that do not wait use less of it")]
        mod $exercise {
            $($before)*

            $(
                #[allow(
                    clippy::todo,
                    clippy::len_zero,
                    clippy::let_underscore_future,
                    clippy::manual_is_multiple_of,
                    clippy::needless_return,
                    clippy::redundant_pattern_matching,
                    clippy::unnecessary_cast,
                    clippy::manual_async_fn,
                    clippy::while_immutable_condition,
                    reason = "the mistakes that attempts are made of, and other ways to be right"
                )]
                mod $attempt {
                    use super::*;

                    include!(concat!("attempts/", $folder, "/", stringify!($attempt), ".rs"));

                    #[test]
                    fn is_judged_rightly() {
                        let text = include_str!(concat!("attempts/", $folder, "/", stringify!($attempt), ".rs"));
                        let expected = text.lines().next().and_then(|line| line.strip_prefix("// expects: "));
                        let report = $judge;
                        crate::judged::are_in_the_vocabulary($folder, &report);
                        assert_eq!(Some(crate::judged::found(&report).as_str()), expected, "{report}");
                    }
                }
            )*

            #[test]
            fn every_attempt_is_in_the_list() {
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/attempts/", $folder);
                let mut files: Vec<_> = std::fs::read_dir(folder)
                    .expect("the folder is there")
                    .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
                    .collect();
                let mut listed = vec![$(stringify!($attempt).to_owned()),*];
                files.sort();
                listed.sort();
                assert_eq!(files, listed);
            }
        }
    };
}
