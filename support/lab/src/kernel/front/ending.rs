//! Why the process of the cells ended, and what to do next: in words, as far as it can be known.
//!
//! The kernel tells the signal or the status only. What the process wrote last says more, and so does the control group's
//! count of processes that were ended for want of memory.

use super::history::History;
use super::source::{self, Culprit, End};
use super::sources::Line;
use fs_err as fs;

/// What evcxr says when the process of the cells is gone; before it stands what that process printed last.
const SAID: &str = "Subprocess terminated with status: ";

/// The `ename` of the error that tells of it.
pub(crate) const NAME: &str = "ProcessEnded";

/// How many variables are named.
const NAMED: usize = 8;

/// What is known about the end of a process.
#[derive(Debug, Default)]
pub(crate) struct Ending<'a> {
    /// As the kernel tells it: `signal: 9 (SIGKILL)`, `exit status: 3`.
    pub(crate) status: &'a str,
    /// An interrupt was asked for.
    pub(crate) interrupted: bool,
    /// The system has ended a process of this group for want of memory since.
    pub(crate) out_of_memory: bool,
    /// The last that the process wrote to standard error.
    pub(crate) stderr: &'a str,
    /// What it kept.
    pub(crate) variables: &'a [String],
}

/// Takes apart what the kernel says when the process of the cells has ended: what that process printed last, and its status.
pub(crate) fn told(said: &str) -> Option<(&str, &str)> {
    said.rsplit_once(SAID)
        .map(|(printed, status)| (printed, status.trim()))
}

impl Ending<'_> {
    /// What happened, and the next step.
    pub(crate) fn words(&self) -> String {
        format!(
            "{}. {}; functions and `use` stay.\nhint: run the cells again that set the variables",
            self.cause(),
            self.lost()
        )
    }

    /// The line that may have done it, and what it did: in the cell, or in a function of an earlier one that it calls.
    pub(crate) fn place(
        &self,
        number: u64,
        code: &str,
        history: &History,
    ) -> Option<(String, Line)> {
        let end = self.end()?;
        let here = source::culprit(code, end, None).map(|found| (found, number, code));
        let called = source::words(code);
        let mut earlier = history.latest();
        let (found, number, code) = here.or_else(|| {
            earlier.find_map(|(number, code)| {
                Some((source::culprit(code, end, Some(&called))?, number, code))
            })
        })?;
        let Culprit { name, line, column } = found;
        let done = match end {
            End::Recursion => format!("`{name}` calls itself"),
            End::Call(_) => format!("`{name}` is called"),
        };
        let text = code.lines().nth(line - 1)?.to_owned();
        Some((
            done,
            Line {
                number,
                line,
                column,
                text,
            },
        ))
    }

    /// What may have brought the end.
    fn end(&self) -> Option<End> {
        let has = |signal: &str| self.status.contains(signal);
        if self.interrupted || self.out_of_memory || self.refused().is_some() {
            None
        } else if has("SIGSEGV") || has("SIGBUS") || self.overflowed() {
            Some(End::Recursion)
        } else if has("SIGABRT") {
            Some(End::Call("abort"))
        } else if has("exit status") || has("exit code") {
            Some(End::Call("exit"))
        } else {
            None
        }
    }

    fn overflowed(&self) -> bool {
        ["overflowed its stack", "stack overflow"]
            .iter()
            .any(|words| self.stderr.contains(words))
    }

    fn lost(&self) -> String {
        let names = self.variables.iter().take(NAMED);
        let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
        let more = self.variables.len().saturating_sub(NAMED);
        match (names.is_empty(), more) {
            (true, _) => "Variables start anew".to_owned(),
            (false, 0) if names.len() == 1 => {
                format!("Variables start anew ({} is gone)", names[0])
            }
            (false, 0) => format!("Variables start anew ({} are gone)", names.join(", ")),
            (false, _) => format!(
                "Variables start anew ({} and {more} more are gone)",
                names.join(", ")
            ),
        }
    }

    fn cause(&self) -> String {
        let status = self.status;
        let has = |signal: &str| status.contains(signal);
        if self.interrupted {
            return "The cell was interrupted, which ends the process of the cells".to_owned();
        }
        if self.out_of_memory {
            return format!(
                "The process of the cells reached the memory limit, and the system ended it ({status})"
            );
        }
        if let Some(bytes) = self.refused() {
            return format!(
                "The cell asked for {bytes} bytes of memory, more than it may have, and Rust ended its process ({status})"
            );
        }
        if self.overflowed() {
            return format!(
                "The stack overflowed, most often because a function calls itself without end, and Rust ended the process of \
                 the cells ({status})"
            );
        }
        if has("SIGKILL") {
            return "The process of the cells was ended from outside (SIGKILL); most often that is the memory limit"
                .to_owned();
        }
        if has("SIGSEGV") || has("SIGBUS") || self.stderr.contains("Segmentation fault") {
            return format!(
                "The process of the cells touched memory that is not its own ({status}), most often because a function calls \
                 itself without end and overflows the stack, or in `unsafe` code"
            );
        }
        if has("SIGABRT") {
            return format!(
                "The process of the cells aborted ({status}): `std::process::abort` was called, or a panic came during another"
            );
        }
        // What evcxr's process says when it could not do what it was told.
        if self.stderr.contains("While processing instruction") {
            return format!(
                "The cell could not be loaded into the process of the cells, which ended ({status})"
            );
        }
        if has("exit status") || has("exit code") {
            return format!(
                "The process of the cells ended itself ({status}): something called `std::process::exit`"
            );
        }
        format!("The process of the cells ended ({status})")
    }

    /// The bytes that the process could not get.
    fn refused(&self) -> Option<&str> {
        let (_, rest) = self.stderr.rsplit_once("memory allocation of ")?;
        rest.split_once(" bytes failed").map(|(bytes, _)| bytes)
    }
}

/// How many processes of our control group the system has ended for want of memory; nothing where it does not tell.
pub(crate) fn ended_for_memory() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let files = groups.lines().filter_map(|line| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        match controllers {
            "" => Some(format!("/sys/fs/cgroup{path}/memory.events")),
            "memory" => Some(format!("/sys/fs/cgroup/memory{path}/memory.oom_control")),
            _ => None,
        }
    });
    files
        .filter_map(|file| fs::read_to_string(file).ok())
        .find_map(|text| count(&text))
}

fn count(events: &str) -> Option<u64> {
    let mut lines = events.lines();
    lines.find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_printed_is_told_from_the_status() {
        assert_eq!(
            told("half a line\nSubprocess terminated with status: signal: 9 (SIGKILL)"),
            Some(("half a line\n", "signal: 9 (SIGKILL)"))
        );
        assert_eq!(told("mismatched types"), None);
    }

    #[test]
    fn each_end_has_its_reason_and_a_next_step() {
        let words = |status, stderr| {
            Ending {
                status,
                stderr,
                ..Ending::default()
            }
            .words()
        };
        let killed = words("signal: 9 (SIGKILL)", "");
        assert!(
            killed.contains("most often that is the memory limit") && killed.contains("hint: ")
        );
        assert!(words("exit status: 3", "").contains("std::process::exit"));
        let unloaded = words(
            "exit status: 99",
            "While processing instruction `LOAD_AND_RUN a b`, got error: DlOpen\n",
        );
        assert!(unloaded.starts_with("The cell could not be loaded"));
        assert!(words("signal: 6 (SIGABRT)", "").contains("std::process::abort"));
        assert!(
            words(
                "signal: 6 (SIGABRT)",
                "memory allocation of 80000 bytes failed\n"
            )
            .contains("asked for 80000 bytes")
        );
        assert!(
            words(
                "signal: 6 (SIGABRT)",
                "thread 'main' has overflowed its stack\n"
            )
            .starts_with("The stack overflowed")
        );
        assert!(words("signal: 6 (SIGABRT)", "Segmentation fault.\n").contains("unsafe"));
        assert!(words("signal: 4 (SIGILL)", "").contains("signal: 4 (SIGILL)"));
    }

    #[test]
    fn an_interrupt_and_the_memory_limit_are_known_for_sure() {
        let ending = Ending {
            status: "signal: 9 (SIGKILL)",
            interrupted: true,
            ..Ending::default()
        };
        assert!(ending.words().starts_with("The cell was interrupted"));
        let ending = Ending {
            status: "signal: 9 (SIGKILL)",
            out_of_memory: true,
            ..Ending::default()
        };
        assert!(ending.words().contains("reached the memory limit"));
    }

    #[test]
    fn the_groups_count_is_read_in_both_its_forms() {
        assert_eq!(
            count("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"),
            Some(2)
        );
        assert_eq!(
            count("oom_kill_disable 0\nunder_oom 0\noom_kill 4\n"),
            Some(4)
        );
        assert_eq!(count("oom_kill_disable 0\nunder_oom 0\n"), None);
    }
}
