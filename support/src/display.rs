//! The one place that speaks the kernel's display protocol, whose names stand in `protocol`.
//!
//! A cell shows something rich by printing it between two marker lines, with its MIME type. We always print the plain
//! text too, so that terminals, screen readers and saved notebooks have something to read. Everything that comes from
//! outside goes through [`escape`] before it becomes HTML.

mod number;
mod table;

use crate::protocol;
use serde::Serialize;
use std::env;
use std::fmt::Write as _;
use std::io::{self, Write as _};

pub use number::{grouped, seconds};
pub use table::Table;

/// One thing to show, in every form it has.
///
/// # Examples
///
/// ```
/// use support::display::Rich;
///
/// let shown = Rich::new("3 times faster").html("<b>3 times faster</b>");
/// assert_eq!(shown.plain(), "3 times faster");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rich {
    /// Pairs of MIME type and content; the plain text is the first.
    forms: Vec<(String, String)>,
}

impl Rich {
    /// Starts with the plain text, which nothing goes without.
    pub fn new(plain: impl Into<String>) -> Self {
        Rich {
            forms: vec![(protocol::PLAIN.to_owned(), plain.into())],
        }
    }

    /// Adds the form that notebooks prefer.
    #[must_use]
    pub fn html(mut self, html: impl Into<String>) -> Self {
        self.forms.push((protocol::HTML.to_owned(), html.into()));
        self
    }

    /// Adds a form for programs that read saved notebooks. `mime` ends in `+json`.
    #[must_use]
    pub fn json(mut self, mime: &str, value: &impl Serialize) -> Self {
        // The types we hand over are plain data; one that could not be written would be left out, not guessed.
        if let Ok(text) = serde_json::to_string(value) {
            self.forms.push((mime.to_owned(), text));
        }
        self
    }

    /// The plain text.
    pub fn plain(&self) -> &str {
        &self.forms[0].1
    }

    /// Prints every form for the kernel to pick up; outside of a kernel, the plain text.
    pub fn show(&self) {
        let text = if in_kernel() {
            self.protocol()
        } else {
            format!("{}\n", self.plain())
        };
        print(&text);
    }

    /// Prints every form to be shown in the place of what this process has shown under that name before, in the same cell.
    pub(crate) fn show_in_place(&self, name: &str) {
        print(&format!(
            "{}{name}\n{}",
            protocol::SHOWN_AS,
            self.protocol()
        ));
    }

    fn protocol(&self) -> String {
        let mut text = String::new();
        for (mime, content) in &self.forms {
            let _ = writeln!(text, "{} {mime}", protocol::BEGIN);
            for line in content.lines() {
                text.push_str(line);
                if line == protocol::END || line == protocol::PANICKED {
                    // A line of content that reads like a marker would cut the content short: a space parts them.
                    text.push(' ');
                }
                text.push('\n');
            }
            let _ = writeln!(text, "{}", protocol::END);
        }
        text
    }
}

/// Prints all of it in one piece.
fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    // A kernel whose output is gone has nobody left to tell.
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// Whether what is shown can be replaced: the lab's kernel can.
pub(crate) fn replaces() -> bool {
    crate::kernel::is_the_labs()
}

/// Whether this process runs the cells of a kernel.
pub(crate) fn in_kernel() -> bool {
    env::var_os(protocol::IN_KERNEL).is_some()
}

/// Turns text into HTML that shows exactly that text.
///
/// ```
/// assert_eq!(support::display::escape("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
/// ```
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_stands_between_its_markers() {
        let shown = Rich::new("plain")
            .html("<i>rich</i>")
            .json("application/vnd.x+json", &1);
        assert_eq!(
            shown.protocol(),
            "EVCXR_BEGIN_CONTENT text/plain\nplain\nEVCXR_END_CONTENT\n\
             EVCXR_BEGIN_CONTENT text/html\n<i>rich</i>\nEVCXR_END_CONTENT\n\
             EVCXR_BEGIN_CONTENT application/vnd.x+json\n1\nEVCXR_END_CONTENT\n"
        );
    }

    #[test]
    fn content_cannot_end_itself() {
        let text = Rich::new("a\nEVCXR_END_CONTENT\nb").protocol();
        assert_eq!(
            text.lines().filter(|line| *line == protocol::END).count(),
            1
        );
        assert!(text.contains("\nb\n"));
    }
}
