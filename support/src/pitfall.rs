//! Runs something that may go wrong and shows how it did, in the words of whoever complained, without a backtrace.
//!
//! A demonstration says beforehand what will happen. Where something else happens, nothing is hidden and the cell goes
//! on, for instance when a learner runs cells in another order; but the output carries both for programs to read, and
//! `cargo lab run` fails.

use crate::display::{Rich, escape};
use crate::panics;
use crate::protocol;
use serde::Serialize;
use std::fmt::{self, Debug};
use std::future::Future;

/// What a demonstration does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// It returns.
    Works,
    /// It panics.
    Panics,
}

/// A demonstration that has run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pitfall {
    title: String,
    expected: Ending,
    happened: Ending,
    /// What was returned, as `{:?}` writes it, or what the panic said.
    words: String,
}

impl Pitfall {
    fn new<T: Debug>(
        title: impl Into<String>,
        expected: Ending,
        outcome: Result<T, panics::Payload>,
    ) -> Self {
        let (happened, words) = match outcome {
            Ok(value) => (Ending::Works, format!("{value:?}")),
            Err(payload) => (Ending::Panics, panics::message(&*payload)),
        };
        Pitfall {
            title: title.into(),
            expected,
            happened,
            words,
        }
    }

    /// What happened.
    pub fn ending(&self) -> Ending {
        self.happened
    }

    /// What was returned, or what the panic said.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Whether it ended as was said beforehand.
    pub fn as_expected(&self) -> bool {
        self.expected == self.happened
    }

    fn verb(&self) -> &'static str {
        match self.happened {
            Ending::Works => "returned",
            Ending::Panics => "panicked",
        }
    }

    fn surprise(&self) -> Option<&'static str> {
        match (self.as_expected(), self.expected) {
            (true, _) => None,
            (false, Ending::Works) => Some(
                "On a fresh kernel, cells run from the top, this works. The first `.await` of a kernel starts its \
                 runtime, and nothing stops it again: restart the kernel to see the difference.",
            ),
            (false, Ending::Panics) => {
                Some("Run in its place, after the cells above, this panics.")
            }
        }
    }

    /// Shows the demonstration under the cell.
    pub fn evcxr_display(&self) {
        let colour = match self.happened {
            Ending::Works => "#2e8f57",
            Ending::Panics => "#cb4b56",
        };
        let surprise = self
            .surprise()
            .map_or(String::new(), |text| format!("<div>{}</div>", escape(text)));
        let html = format!(
            "<div style=\"border-left:4px solid {colour};padding:2px 10px;margin:6px 0\">\
             <div><strong>{title}</strong> {verb}:</div>\
             <pre style=\"margin:4px 0;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere\">{words}</pre>{surprise}</div>",
            title = escape(&self.title),
            verb = self.verb(),
            words = escape(&self.words),
        );
        Rich::new(self.to_string())
            .html(html)
            .json(protocol::PITFALL, self)
            .show();
    }
}

impl fmt::Display for Pitfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}:\n  {}", self.title, self.verb(), self.words)?;
        match self.surprise() {
            Some(text) => write!(f, "\n{text}"),
            None => Ok(()),
        }
    }
}

/// Runs something that works here, perhaps not elsewhere.
///
/// # Examples
///
/// ```
/// let shown = support::pitfall::works("1 + 1", || 1 + 1);
/// assert!(shown.as_expected());
/// assert_eq!(shown.words(), "2");
/// ```
pub fn works<T: Debug>(title: impl Into<String>, work: impl FnOnce() -> T) -> Pitfall {
    Pitfall::new(title, Ending::Works, panics::catch(work))
}

/// Runs something that panics here.
///
/// # Examples
///
/// ```
/// let shown = support::pitfall::panics("an index", || vec![1, 2][7]);
/// assert!(shown.words().contains("index is 7"));
/// ```
pub fn panics<T: Debug>(title: impl Into<String>, work: impl FnOnce() -> T) -> Pitfall {
    Pitfall::new(title, Ending::Panics, panics::catch(work))
}

/// Runs a future that works here, perhaps not elsewhere.
pub async fn works_async<T: Debug>(
    title: impl Into<String>,
    work: impl Future<Output = T>,
) -> Pitfall {
    Pitfall::new(title, Ending::Works, panics::catch_async(work).await)
}

/// Runs a future that panics here.
pub async fn panics_async<T: Debug>(
    title: impl Into<String>,
    work: impl Future<Output = T>,
) -> Pitfall {
    Pitfall::new(title, Ending::Panics, panics::catch_async(work).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on_inside() -> i32 {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        runtime.block_on(async { 42 })
    }

    #[test]
    fn block_on_works_outside_a_runtime() {
        assert_eq!(works("block_on", block_on_inside).words(), "42");
    }

    #[tokio::test]
    async fn block_on_panics_inside_a_runtime_in_the_words_of_tokio() {
        let shown = panics("block_on", block_on_inside);
        assert!(shown.as_expected());
        assert!(
            shown
                .words()
                .starts_with("Cannot start a runtime from within a runtime"),
            "{shown}"
        );
        assert!(!shown.to_string().contains("backtrace"));
    }

    #[tokio::test]
    async fn a_future_is_shown_too() {
        assert!(works_async("ready", async { 1 }).await.as_expected());
        assert_eq!(
            panics_async("boom", async { panic!("boom") as () })
                .await
                .words(),
            "boom"
        );
    }

    #[test]
    fn what_was_not_expected_is_said() {
        let shown = works("divide", || panic!("<script>"));
        let _: &Pitfall = &shown;
        assert!(!shown.as_expected());
        assert!(shown.to_string().contains("restart the kernel"));
    }
}
