//! Tries the orders in which tasks may take their turns.
//!
//! Each task has a thread, and one of them runs at a time: before each lock and at each await, whoever runs may have to let
//! another go first, also between two locks of `std`, where a runtime with several threads would let them run together. Who
//! goes next is the choice that is made there. First the choices are drawn from a few fixed seeds, then they are gone through
//! from the last to the first, as in a search of a tree, until all were tried or as many as allowed; what was tried is a number
//! of orders, never a time. Where many tasks take many steps, only orders count in which few tasks are interrupted: Musuvathi
//! and Qadeer, Iterative Context Bounding for Systematic Testing of Multithreaded Programs (2007), found that two are enough
//! for most mistakes.
//!
//! Tasks that these tasks spawn have no thread here: they run while all others wait, in the order of the runtime. A lock that is
//! not the lab's is not seen; who sleeps before one is left alone until it comes back, and others go on.
//!
//! What a task gives back is no place to interrupt it: whoever could run there runs as well before its next lock.

mod game;
mod idle;
mod turns;
mod wakes;

use futures::future::LocalBoxFuture;
use game::Game;
use std::sync::Arc;
use turns::{Choice, Chosen};

/// The work of one task, made on the thread on which it runs.
pub(super) type Work<T> = Box<dyn FnOnce() -> LocalBoxFuture<'static, T> + Send>;

/// Looks at what the tasks share, where nobody holds a lock: `false` where that is not as it must be.
pub(super) type Audit = Arc<dyn Fn() -> bool + Send + Sync>;

/// Tasks that begin together, on things that nobody else has.
pub(super) struct Round<T> {
    pub(super) tasks: Vec<Work<T>>,
    pub(super) audit: Audit,
}

/// One of those who wait for each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waits {
    pub(super) task: usize,
    /// What it waits for.
    pub(super) lock: String,
    /// Who has that.
    pub(super) holder: usize,
}

/// How a round ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End<T> {
    /// Each task returned, or panicked with these words.
    All(Vec<Result<T, String>>),
    /// Nobody can go on, and these wait for each other, in a circle.
    Deadlock(Vec<Waits>),
    /// This task waits, and nothing will wake it.
    Asleep(usize),
    /// They go round and round.
    Turns,
    /// This task holds its thread, in something that the check does not see.
    Stuck(usize),
}

/// What was seen of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Played<T> {
    pub(super) end: End<T>,
    /// What happened, in its order: who did what.
    pub(super) steps: Vec<(usize, String)>,
    /// After how many steps the audit failed first.
    pub(super) torn: Option<usize>,
    /// Who changed something, gave the lock of that back while it held another, and then changed more: after how many steps.
    pub(super) parted: Option<(usize, usize)>,
    /// Who waited for something with a lock of `std` in its hands, which one, and after how many steps.
    pub(super) held: Option<(usize, String, usize)>,
}

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// How many orders are drawn.
    pub(super) drawn: usize,
    /// How many are gone through.
    pub(super) most: usize,
    /// How often a task may be interrupted in one that is gone through.
    pub(super) interrupted: usize,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Explored<T> {
    /// How many orders were tried.
    pub(super) tried: usize,
    /// Whether all were tried that there are.
    pub(super) all: bool,
    /// The first with which something is wrong.
    pub(super) wrong: Option<Played<T>>,
}

/// How often somebody may wait for something that the check does not see, such as a lock of the learner's own: each time, we have
/// to wait until it is clear that he does.
const UNSEEN: usize = 20;

/// Tries orders until one is wrong.
pub(super) fn explore<T: Send + 'static>(
    bounds: Bounds,
    round: impl Fn() -> Round<T>,
    wrong: impl Fn(&Played<T>) -> bool,
) -> Explored<T> {
    let mut explored = Explored {
        tried: 0,
        all: false,
        wrong: None,
    };
    let mut try_one = |choices: Choices| {
        let (played, chosen) = Game::play(round(), choices);
        explored.tried += 1;
        let ends = wrong(&played) || matches!(played.end, End::Stuck(_));
        if ends {
            explored.wrong = Some(played);
        }
        (!ends).then_some(chosen)
    };
    for seed in 0..bounds.drawn {
        if try_one(Choices::drawn(seed)).is_none() {
            return explored;
        }
    }
    let mut plan = Vec::new();
    let (mut cut, mut unseen) = (false, 0);
    for _ in 0..bounds.most {
        let planned = Choices::planned(plan, bounds.interrupted);
        let Some(chosen) = try_one(planned) else {
            return explored;
        };
        let Chosen { taken, bounded, .. } = chosen;
        cut |= bounded;
        unseen += usize::from(chosen.unseen);
        match next(taken) {
            Some(_) if unseen > UNSEEN => break,
            Some(next) => plan = next,
            None => {
                explored.all = !cut && unseen == 0;
                break;
            }
        }
    }
    explored
}

/// The choices after these: the last that has another way takes it.
fn next(mut taken: Vec<Choice>) -> Option<Vec<usize>> {
    while let Some(last) = taken.pop() {
        if last.taken + 1 < last.ways {
            let before = taken.into_iter().map(|choice| choice.taken);
            return Some(before.chain([last.taken + 1]).collect());
        }
    }
    None
}

/// Where choices come from.
#[derive(Debug)]
struct Choices {
    /// What was decided beforehand; after that, whoever runs goes on.
    plan: Vec<usize>,
    interrupted: usize,
    /// The state of a generator, where they are drawn instead.
    drawn: Option<u64>,
}

impl Choices {
    fn planned(plan: Vec<usize>, interrupted: usize) -> Self {
        Choices {
            plan,
            interrupted,
            drawn: None,
        }
    }

    fn drawn(seed: usize) -> Self {
        Choices {
            plan: Vec::new(),
            interrupted: usize::MAX,
            drawn: Some(seed as u64 + 1),
        }
    }

    /// The choice number `index` among so many ways.
    fn choose(&mut self, index: usize, ways: usize) -> usize {
        match &mut self.drawn {
            Some(state) => {
                // Knuth's multiplier, as in MMIX; the upper bits are the good ones.
                *state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                ((*state >> 33) % ways as u64) as usize
            }
            None => self.plan.get(index).map_or(0, |way| (*way).min(ways - 1)),
        }
    }
}

#[cfg(test)]
mod tests;
