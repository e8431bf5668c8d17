//! What a check found, in words for the learner and as data for programs.

use super::code::Code;
use crate::chart::Figure;
use crate::display::{Rich, escape};
use crate::protocol;
use crate::solved;
use serde::Serialize;
use std::fmt;

/// One thing that is wrong, why, and where to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The stable name of the mistake.
    pub code: Code,
    /// What was seen and why it is so.
    pub message: String,
    /// The line to read, or the next step.
    #[serde(skip)]
    pub read: String,
}

impl Finding {
    pub(super) fn new(code: Code, message: impl Into<String>, read: impl Into<String>) -> Self {
        Finding {
            code,
            message: message.into(),
            read: read.into(),
        }
    }
}

/// The verdict on one exercise. As the last expression of a cell it displays itself.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    exercise: &'static str,
    passed: bool,
    findings: Vec<Finding>,
    #[serde(skip)]
    explanation: String,
    #[serde(skip)]
    figure: Option<Figure>,
    /// Why a pass could not be noted, where it could not.
    #[serde(skip)]
    not_noted: Option<String>,
}

/// The plain form. Where the kernel cannot show a value as it wants to be shown, it falls back on this.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Report {
    /// A verdict: passed where there is nothing to find. `explanation` is shown after a pass.
    pub(super) fn new(
        exercise: &'static str,
        findings: Vec<Finding>,
        explanation: String,
        figure: Figure,
    ) -> Self {
        let passed = findings.is_empty();
        // Before anything is written there is nothing of the learner's to draw.
        let written = !findings
            .iter()
            .any(|finding| finding.code == Code::NotWritten);
        Report {
            exercise,
            passed,
            findings,
            explanation,
            figure: written.then_some(figure),
            not_noted: None,
        }
    }

    /// Notes a pass in the learner's progress file. Whoever judged does so, once; showing the verdict notes nothing.
    pub(super) fn noted(mut self) -> Self {
        if self.passed {
            let noted = solved::note_for_learner(self.exercise);
            self.not_noted = noted.err().map(|error| error.to_string());
        }
        self
    }

    /// No verdict, since the check itself could not run.
    pub(super) fn impossible(exercise: &'static str, why: &str) -> Self {
        let finding = Finding::new(
            Code::CheckFailed,
            why,
            "This is not your mistake. Run the check again.",
        );
        let (explanation, findings) = (String::new(), vec![finding]);
        Report {
            exercise,
            passed: false,
            findings,
            explanation,
            figure: None,
            not_noted: None,
        }
    }

    /// Whether the exercise is solved.
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// What is wrong, most important first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What made the difference, after a pass.
    pub fn explanation(&self) -> &str {
        &self.explanation
    }

    fn heading(&self) -> &'static str {
        if self.passed {
            "Passed"
        } else {
            "Not there yet"
        }
    }

    /// Shows the verdict under the cell.
    pub fn evcxr_display(&self) {
        let note = self.not_noted.as_ref().map_or(String::new(), |error| {
            format!("The pass could not be recorded in your progress file: {error}")
        });
        let plain = if note.is_empty() {
            self.to_string()
        } else {
            format!("{self}\n{note}")
        };
        Rich::new(plain)
            .html(self.html(&note))
            .json(protocol::VERDICT, self)
            .show();
    }

    fn html(&self, note: &str) -> String {
        let colour = if self.passed { "#2e8f57" } else { "#c96a10" };
        let sign = if self.passed { "✓" } else { "✗" };
        let body = if self.passed {
            format!("<p>{}</p>", in_html(&self.explanation))
        } else {
            let items: String = self
                .findings
                .iter()
                .map(|finding| {
                    format!(
                        "<li style=\"margin:4px 0\"><code>{}</code>: {} <em>{}</em></li>",
                        finding.code,
                        in_html(&finding.message),
                        in_html(&finding.read)
                    )
                })
                .collect();
            format!("<ul>{items}</ul>")
        };
        let note = if note.is_empty() {
            String::new()
        } else {
            format!("<p>{}</p>", escape(note))
        };
        let figure = self.figure.as_ref().map_or(String::new(), Figure::html);
        format!(
            "<div style=\"border-left:4px solid {colour};padding:2px 12px;margin:6px 0\">\
             <p><strong><span aria-hidden=\"true\">{sign}</span> {}</strong></p>{body}{note}{figure}</div>",
            self.heading()
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.heading())?;
        for finding in &self.findings {
            write!(
                f,
                "\n- {}: {} {}",
                finding.code, finding.message, finding.read
            )?;
        }
        if self.passed {
            write!(f, "\n{}", self.explanation)?;
        }
        match &self.figure {
            Some(figure) => write!(f, "\n\n{figure}"),
            None => Ok(()),
        }
    }
}

/// Text with `code` between back-ticks, as HTML.
fn in_html(text: &str) -> String {
    let mut html = String::new();
    for (index, part) in text.split('`').enumerate() {
        let part = escape(part);
        html.push_str(&if index % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part
        });
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart;

    fn report(findings: Vec<Finding>) -> Report {
        Report::new(
            "1_x",
            findings,
            "It overlaps.".to_owned(),
            chart::lanes("yours", &[]),
        )
    }

    #[test]
    fn a_verdict_is_data_for_programs() {
        let finding = Finding::new(Code::Sequential, "One after the other.", "Read the loop.");
        let json = serde_json::to_string(&report(vec![finding])).expect("plain data");
        assert_eq!(
            json,
            r#"{"exercise":"1_x","passed":false,"findings":[{"code":"sequential","message":"One after the other."}]}"#
        );
    }

    #[test]
    fn words_of_a_panic_come_out_as_text() {
        let finding = Finding::new(Code::Panicked, "It said `<script>alert(1)</script>`.", "");
        let html = report(vec![finding]).html("");
        assert!(
            html.contains("<code>&lt;script&gt;") && !html.contains("<script"),
            "{html}"
        );
    }

    #[test]
    fn a_pass_explains_itself_and_draws_the_timeline() {
        let text = report(vec![]).to_string();
        assert!(
            text.contains("Passed") && text.contains("It overlaps.") && text.contains("yours"),
            "{text}"
        );
    }
}
