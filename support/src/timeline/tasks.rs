//! What is known of each task at a moment, in the words of tokio-console: <https://docs.rs/tokio-console>.
//!
//! tokio-console asks Tokio itself, which tells it of every task where it was built with `tokio_unstable`. Here, the polls and
//! the wakes that a timeline has noted say the same of the tasks that it watches. A task's life begins with its first poll here,
//! and there when it is spawned.

use super::spans::on_this_thread;
use super::{Lane, Outcome, Timeline, Wake};
use crate::display::{Table, seconds};
use std::time::Duration;

/// Runs `work`, and says of each task that it watches how often it was polled and woken, and where its time went.
///
/// All runs on one thread, which `tokio::task::spawn_local` gives tasks to. Those that have not ended with `work` are counted as
/// they are, and then dropped. A panic goes on.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use std::time::Duration;
/// use support::timeline;
///
/// let table = timeline::record_tasks("A nap", async |timeline| {
///     let nap = tokio::time::sleep(Duration::from_millis(5));
///     tokio::task::spawn_local(timeline.watch("nap", nap)).await
/// })
/// .await;
/// assert!(table.to_string().contains("done"));
/// # });
/// ```
pub async fn record_tasks<T>(
    title: impl AsRef<str>,
    work: impl AsyncFnOnce(Timeline) -> T,
) -> Table {
    let timeline = Timeline::noting_wakes();
    let (ended, tasks) = on_this_thread(work(timeline.clone())).await;
    if let Err(payload) = ended {
        std::panic::resume_unwind(payload);
    }
    let table = timeline.tasks(title);
    drop(tasks);
    table
}

impl Timeline {
    /// A row for each task: its state, its total time, and how much of that it was busy, scheduled and idle; how often it was
    /// polled and woken; its longest poll. Total time is from the first poll to the end, or to now.
    ///
    /// Where wakes are not noted ([`Timeline::noting_wakes`]), none is counted, and all that is not busy is idle.
    pub fn tasks(&self, title: impl AsRef<str>) -> Table {
        let columns = [
            "task",
            "state",
            "total",
            "busy",
            "scheduled",
            "idle",
            "polls",
            "woken",
            "longest poll",
        ];
        let wakes = self.wakes();
        let lanes = self.lanes();
        let rows = lanes.iter().enumerate();
        rows.fold(
            Table::new(title.as_ref(), columns),
            |table, (index, lane)| {
                let of_it = wakes.iter().filter(|wake| wake.lane == index);
                let known = Known::of(lane, &of_it.copied().collect::<Vec<_>>());
                table.row([
                    lane.name.clone(),
                    known.state.to_owned(),
                    seconds(known.total),
                    seconds(known.busy),
                    seconds(known.scheduled),
                    seconds(known.idle),
                    known.polls.to_string(),
                    known.woken.to_string(),
                    seconds(lane.longest_poll()),
                ])
            },
        )
    }
}

/// What is known of a task.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    state: &'static str,
    /// From its first poll to its end.
    total: Duration,
    /// Somebody polled it.
    busy: Duration,
    /// It was woken, and waited for its poll.
    scheduled: Duration,
    /// The rest: it waited to be woken.
    idle: Duration,
    polls: usize,
    woken: usize,
}

impl Known {
    /// From what a task did, and from its wakes.
    fn of(lane: &Lane, wakes: &[Wake]) -> Self {
        let mut polls: Vec<_> = lane.polls.iter().chain(&lane.in_vain).copied().collect();
        polls.sort_by_key(|poll| poll.start);
        let next = polls.iter().skip(1).map(|poll| poll.start);
        let waited: Vec<_> = polls
            .iter()
            .zip(next.chain([lane.end]))
            .map(|(poll, next)| {
                let between = |wake: &&Wake| poll.start < wake.at && wake.at <= next;
                let woken = wakes.iter().filter(between).map(|wake| wake.at).min();
                // Who is woken while running is scheduled from the end of that poll on.
                woken.map(|at| next.saturating_sub(at.max(poll.end)))
            })
            .collect();
        let waits = waited.last().is_some_and(Option::is_some);
        let total = lane.end.saturating_sub(lane.start());
        let (busy, scheduled) = (lane.busy(), waited.into_iter().flatten().sum());
        Known {
            state: match lane.outcome {
                Outcome::Finished => "done",
                Outcome::Dropped => "dropped",
                Outcome::Panicked => "panicked",
                Outcome::Running if waits => "scheduled",
                Outcome::Running => "idle",
            },
            total,
            busy,
            scheduled,
            idle: total.saturating_sub(busy + scheduled),
            polls: polls.len(),
            woken: wakes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Marks, Span};

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn lane(polls: &[(u64, u64)], outcome: Outcome, end: u64) -> Lane {
        let polls = polls.iter().map(|(start, end)| Span {
            start: ms(*start),
            end: ms(*end),
        });
        Lane {
            name: "it".to_owned(),
            polls: polls.collect(),
            marks: Marks::Polls,
            in_vain: Vec::new(),
            held: Vec::new(),
            outcome,
            end: ms(end),
        }
    }

    fn wakes(at: &[u64]) -> Vec<Wake> {
        let wake = |at: &u64| Wake {
            at: ms(*at),
            by: None,
            lane: 0,
        };
        at.iter().map(wake).collect()
    }

    #[test]
    fn a_life_is_busy_scheduled_and_idle() {
        // Idle for 30 ms, then woken twice, and polled 20 ms after the first.
        let lane = lane(&[(0, 10), (60, 65)], Outcome::Finished, 65);
        let known = Known::of(&lane, &wakes(&[40, 50]));
        assert_eq!(
            known,
            Known {
                state: "done",
                total: ms(65),
                busy: ms(15),
                scheduled: ms(20),
                idle: ms(30),
                polls: 2,
                woken: 2,
            }
        );
    }

    #[test]
    fn who_is_woken_and_has_no_poll_is_scheduled_and_who_is_not_is_idle() {
        let open = lane(&[(0, 10)], Outcome::Running, 100);
        let known = Known::of(&open, &wakes(&[5]));
        assert_eq!((known.state, known.scheduled), ("scheduled", ms(90)));
        let known = Known::of(&open, &[]);
        assert_eq!((known.state, known.idle), ("idle", ms(90)));
    }

    #[test]
    fn nothing_is_known_of_a_task_without_polls() {
        let known = Known::of(&lane(&[], Outcome::Dropped, 100), &[]);
        assert_eq!(
            (known.state, known.total, known.polls),
            ("dropped", ms(0), 0)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_waits_is_idle_and_one_that_is_left_is_counted() {
        let table = record_tasks("two", async |timeline| {
            let nap = |name, of| {
                tokio::task::spawn_local(timeline.watch(name, tokio::time::sleep(ms(of))))
            };
            let long = nap("long", 900);
            nap("short", 200).await.expect("no panic");
            drop(long);
        })
        .await
        .to_string();
        let row = |name: &str| {
            let row = table.lines().find(|line| line.contains(name));
            row.unwrap_or_else(|| panic!("{table}")).to_owned()
        };
        assert!(row("short").contains("done"), "{table}");
        assert!(row("short").contains("0.20 s"), "{table}");
        assert!(row("long").contains("idle"), "{table}");
    }
}
