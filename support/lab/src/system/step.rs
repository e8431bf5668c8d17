//! What the command says while it works: a moving line on a terminal, one line a step elsewhere. All on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// One step of a longer job.
#[derive(Debug)]
pub(crate) struct Step {
    bar: ProgressBar,
    /// How far the count had come when a line was last printed, where there is no terminal.
    printed: u64,
}

impl Step {
    /// Starts a step of unknown length.
    pub(crate) fn start(name: impl Into<String>) -> Self {
        Step::new(
            name.into(),
            ProgressBar::new_spinner(),
            "{spinner} {prefix} {wide_msg} {elapsed}",
        )
    }

    /// Starts a step of `total` parts.
    pub(crate) fn counting(name: impl Into<String>, total: u64) -> Self {
        Step::new(
            name.into(),
            ProgressBar::new(total),
            "{spinner} {prefix} [{bar:24}] {pos}/{len} {wide_msg} {elapsed}",
        )
    }

    fn new(name: String, bar: ProgressBar, template: &str) -> Self {
        if std::io::stderr().is_terminal() {
            bar.set_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_bar())
                    .progress_chars("=> "),
            );
            bar.enable_steady_tick(Duration::from_millis(120));
        } else {
            eprintln!("{name} …");
        }
        bar.set_prefix(name);
        Step { bar, printed: 0 }
    }

    /// Says what is going on now.
    pub(crate) fn message(&self, text: impl Into<String>) {
        self.bar.set_message(text.into());
    }

    /// One part more is done.
    pub(crate) fn advance(&mut self, what: &str) {
        self.bar.inc(1);
        self.bar.set_message(what.to_owned());
        let position = self.bar.position();
        if self.bar.is_hidden() && position >= self.printed + 50 {
            self.printed = position;
            eprintln!("  {position} done, now {what}");
        }
    }

    /// Lets `print` write lines above the moving one.
    pub(crate) fn above<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// The step is over; `text` says what came of it.
    pub(crate) fn done(self, text: &str) {
        self.bar.finish_and_clear();
        let (name, seconds) = (self.bar.prefix(), self.bar.elapsed().as_secs_f64());
        eprintln!("{name}: {text} ({seconds:.1} s)");
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        // A step that ends in an error leaves no half-drawn line before the message.
        self.bar.finish_and_clear();
    }
}
