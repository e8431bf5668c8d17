//! What is wrong with an executor, from one trial.

use crate::check::code::Code;
use crate::check::future_by_hand::plans::{BLOCK_ON, VALUE};
use crate::check::future_by_hand::trial::Tried;
use crate::check::report::Finding;
use crate::check::run::Ended;
use crate::check::words::{ending, panicked};

/// What Rust says where an `async fn` or block is polled once more.
const AFTER_READY: &str = "resumed after completion";

/// What is wrong with the executor, in one trial. The cause is told: who is never polled again cannot end either.
pub(in crate::check::future_by_hand) fn executor(tried: &Tried) -> Option<Finding> {
    let plan = tried.plan;
    if let Some(Ended::Panicked(words)) = &tried.ended
        && words.contains(AFTER_READY)
    {
        return Some(polled_after_ready("A task", plan));
    }
    if let Some(ended) = &tried.ended
        && let Some(finding) = ending("Executor", ended)
    {
        return Some(finding);
    }
    if let Some(words) = &tried.wake_panicked {
        return Some(panicked("wake", words));
    }
    if let Some(name) = tried.inside {
        if !tried.probes.iter().any(|probe| probe.polled_now) {
            return Some(Finding::new(
                Code::BlocksThread,
                format!(
                    "`{name}` does not return, where {plan}: it waits for room in the queue, and nobody makes any."
                ),
                "A queue with a bound (`sync_channel`) lets whoever spawns wait, or wakes, until somebody takes a task out. That \
                 is `block_on`, on the same thread. Take one without a bound: `channel()`, or a `VecDeque`.",
            ));
        }
        let words = if name == BLOCK_ON {
            format!(
                "`{name}` does not return, where {plan}: what it needs is held for as long as the task runs."
            )
        } else {
            format!(
                "`{name}` does not return when it is called in the middle of a poll, where {plan}: it waits for a lock that \
                 `block_on` holds while it polls."
            )
        };
        return Some(Finding::new(
            Code::BlocksThread,
            words,
            "Take the task out of the queue in a line of its own, which ends the lock: \
             `let next = self.queue.lock().unwrap().pop_front();`. A lock that is made in a statement is held to its end: in \
             `while let Some(task) = ….lock().unwrap().pop_front()` for the whole body, in `….lock().unwrap().recv().unwrap().run()` \
             while the task runs.",
        ));
    }
    if let Some(probe) = tried.probes.iter().find(|probe| probe.after_ready > 0) {
        return Some(polled_after_ready(&sentence(probe.name), plan));
    }
    if let Some(probe) = tried.probes.iter().find(|probe| probe.in_spawn > 0) {
        return Some(Finding::new(
            Code::PollsUnwoken,
            format!(
                "`spawn` polls what it is given itself, where {plan}: {} runs before anybody has taken it from the queue.",
                probe.name
            ),
            "`spawn` only puts the task into the queue. `block_on` takes it from there, in its turn.",
        ));
    }
    if let Some(probe) = tried.probes.iter().find(|probe| probe.unwoken > 0) {
        return Some(Finding::new(
            Code::PollsUnwoken,
            format!(
                "{} was polled {} times for {} wakes, where {plan}: polls that nobody woke it for.",
                sentence(probe.name),
                probe.polls,
                probe.wakes
            ),
            "A task that is pending leaves the queue, and only its own waker puts it back. That holds for the future of \
             `block_on`, too: it is a task like the others.",
        ));
    }
    if tried.starved {
        return Some(Finding::new(
            Code::StarvesOne,
            format!(
                "One task wakes itself in each poll, and in a thousand polls of it another task got none, where {plan}."
            ),
            "Who is woken goes to the *end* of the queue: `push_back` and `pop_front`. Poll a task once, then take the next one.",
        ));
    }
    let Some(ended) = &tried.ended else {
        return Some(stuck(tried));
    };
    if tried.spins {
        return Some(Finding::new(
            Code::Spins,
            format!(
                "`block_on` does not sleep while every task waits: it looks into its queue again and again, where {plan}."
            ),
            "Nothing in the queue: `thread::park()`, and `wake` calls `unpark()` on that thread; or a `Condvar`; or `recv()` \
             of a channel. They return when there is something to do.",
        ));
    }
    if tried.after_drop > 0 {
        return Some(Finding::new(
            Code::RunsAfterDrop,
            "A task was polled after `block_on` had returned and the executor was dropped.",
            "`wake` puts the task into the queue, and runs nothing. Only `block_on` polls.",
        ));
    }
    match ended {
        Ended::Returned(value) if *value != VALUE => Some(Finding::new(
            Code::WrongResult,
            format!("`block_on` returned `{value}` instead of `{VALUE}`, where {plan}."),
            "It returns what its future returns.",
        )),
        _ => None,
    }
}

fn polled_after_ready(who: &str, plan: &str) -> Finding {
    Finding::new(
        Code::PolledAfterReady,
        format!("{who} was ready, and was polled again, where {plan}. An `async fn` panics then."),
        "Take the future out of its task before you poll it (`Option::take`), and put it back only where it is pending. What \
         stands in the queue twice then finds nothing the second time.",
    )
}

/// It did not return, and nothing that could wake it is left.
fn stuck(tried: &Tried) -> Finding {
    let plan = tried.plan;
    if let Some(probe) = tried.probes.iter().find(|probe| probe.waits_for_poll) {
        let when = if probe.woken_in_poll {
            "in the middle of its poll"
        } else {
            "while it waited"
        };
        return Finding::new(
            Code::LosesWakes,
            format!(
                "{} was woken {when}, and never polled again, where {plan}.",
                sentence(probe.name)
            ),
            "Each wake puts its task into the queue, and wakes the thread that may sleep in `block_on`. `run` puts a future that is \
             pending back into its task, in a statement after the one whose lock took it out. If you note that a task is queued, \
             take that note back *before* you poll it, not after.",
        );
    }
    if let Some(probe) = tried.probes.iter().find(|probe| probe.polls == 0) {
        return Finding::new(
            Code::WorkNotRun,
            format!("{} was never polled, where {plan}.", sentence(probe.name)),
            "Nobody wakes a task that has not been polled: `spawn` and `block_on` put it into the queue the first time, and wake \
             the thread that may sleep.",
        );
    }
    Finding::new(
        Code::NeverEnds,
        format!("`block_on` does not return, though its future is ready, where {plan}."),
        "It returns as soon as its own future is ready, whatever the other tasks wait for.",
    )
}

fn sentence(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}
