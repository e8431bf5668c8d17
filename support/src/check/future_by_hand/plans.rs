//! What the learner's executor is tried with: a few probes each time, and what is done to them from outside.

use super::probes::{Log, Probe};
use super::trial::Executor;
use crate::panics;
use crate::threads::Thread;
use futures::future::BoxFuture;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

/// What `block_on` must return.
pub(super) const VALUE: u32 = 42;

/// How it is noted that `block_on` was called on another thread.
pub(super) const BLOCK_ON: &str = "block_on";

/// As many polls in a row as nobody takes who is fair.
const GREEDY: usize = 1000;

/// More tasks than a queue with a bound holds, whoever chose that.
const MANY: usize = 20_000;

/// How often a thread that has not begun is asked for, and how often somebody who waits looks whether all is over.
const TURN: Duration = Duration::from_millis(1);
const LATER: Duration = Duration::from_secs(2);

/// What is done from outside, each time that the executor has nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It is watched for a while, asleep as it should be.
    Rests,
    /// This probe is woken.
    Wake(usize),
}

/// One trial.
pub(super) struct Plan {
    /// What happens in it, to be read behind "where".
    pub(super) name: &'static str,
    /// Spawns what is to be spawned, and says what `block_on` is given. The main probe is made first.
    pub(super) begin: fn(&Arc<Log>, &dyn Executor) -> BoxFuture<'static, u32>,
    pub(super) then: &'static [Then],
}

/// The probe that `block_on` is given; it has the index 0.
const MAIN: usize = 0;

/// Makes the future for `block_on`, which is ready when all probes with an index up to `last` are.
fn main(log: &Arc<Log>, last: usize) -> BoxFuture<'static, u32> {
    let all = log.clone();
    let probe = Probe::new(log, "the future of `block_on`", move |_, _| {
        let state = all.state();
        (1..=last).all(|index| state.probes.get(index).is_some_and(|noted| noted.ready))
    });
    Box::pin(probe.returning(VALUE))
}

/// Spawns a probe. At its end it wakes the one of `block_on`.
fn spawn(
    log: &Arc<Log>,
    executor: &dyn Executor,
    name: &'static str,
    mut body: impl FnMut(usize, &mut Context<'_>) -> bool + Send + 'static,
) {
    let own = log.clone();
    let probe = Probe::new(log, name, move |number, context| {
        let ready = body(number, context);
        if ready {
            own.wake(MAIN);
        }
        ready
    });
    log.inside("spawn", || executor.spawn(Box::pin(Spawned(probe))));
}

/// A probe as a task, which returns nothing. No `async` block, which would panic where it is polled once too often.
struct Spawned(Probe);

impl Future for Spawned {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context).map(drop)
    }
}

/// Ready from this poll on.
fn at(poll: usize) -> impl FnMut(usize, &mut Context<'_>) -> bool + Send + 'static {
    move |number, _| number >= poll
}

/// Trials that differ in what the future of `block_on` does itself.
fn alone(
    log: &Arc<Log>,
    body: impl FnMut(usize, &mut Context<'_>) -> bool + Send + 'static,
) -> BoxFuture<'static, u32> {
    let probe = Probe::new(log, "the future of `block_on`", body);
    Box::pin(probe.returning(VALUE))
}

/// Calls `block_on` on another thread, and waits for it in the middle of the poll in which this is called.
fn beside(log: &Arc<Log>, executor: &Arc<Mutex<Box<dyn Executor>>>) {
    let probe = Probe::new(log, "the future of the second `block_on`", at(1));
    let (own, executor) = (log.clone(), executor.clone());
    let (begins, begun) = mpsc::channel();
    let (sender, ended) = mpsc::channel();
    let work = move || {
        own.state().beside = Some(Thread::this());
        let _ = begins.send(());
        let outcome = panics::catch(|| {
            let executor = executor.lock().unwrap_or_else(PoisonError::into_inner);
            own.inside(BLOCK_ON, || executor.block_on(Box::pin(probe)));
        });
        own.state().beside = None;
        let _ = sender.send(outcome);
    };
    let thread = thread::Builder::new().name("check of an executor: beside".to_owned());
    thread
        .spawn(work)
        .expect("a kernel has memory for a thread");
    // A busy machine may let it wait for its first turn; that is no rest.
    while begun.recv_timeout(TURN) == Err(RecvTimeoutError::Timeout) {
        log.state().events += 1;
    }
    while !log.state().over {
        match ended.recv_timeout(LATER) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Err(payload)) => resume_unwind(payload),
            Ok(Ok(())) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}

pub(super) const PLANS: [Plan; 13] = [
    Plan {
        name: "a future is ready at once",
        begin: |log, _| alone(log, at(1)),
        then: &[],
    },
    Plan {
        name: "a future wakes itself during a poll",
        begin: |log, _| {
            let own = log.clone();
            alone(log, move |number, _| {
                if number == 1 {
                    own.wake(MAIN);
                }
                number > 1
            })
        },
        then: &[],
    },
    Plan {
        name: "a future is woken from another thread",
        begin: |log, _| alone(log, at(2)),
        then: &[Then::Rests, Then::Wake(MAIN)],
    },
    Plan {
        name: "a task is woken twice before it is polled",
        begin: |log, executor| {
            let main = main(log, 1);
            let own = log.clone();
            spawn(log, executor, "the task", move |number, _| {
                if number == 1 {
                    own.wake(1);
                    own.wake(1);
                }
                number > 1
            });
            main
        },
        then: &[],
    },
    Plan {
        name: "a task wakes another one",
        begin: |log, executor| {
            let main = main(log, 2);
            spawn(log, executor, "the one that waits", at(2));
            let own = log.clone();
            spawn(log, executor, "the one that wakes", move |number, _| {
                if number == 2 {
                    own.wake(1);
                }
                number > 1
            });
            main
        },
        then: &[Then::Wake(2)],
    },
    Plan {
        name: "a task clones its waker many times, and drops the clones",
        begin: |log, executor| {
            let main = main(log, 1);
            spawn(log, executor, "the task", |number, context| {
                let clones = vec![context.waker().clone(); 100];
                let kept = clones[7].clone();
                drop(clones);
                drop(kept);
                number > 1
            });
            main
        },
        then: &[Then::Wake(1)],
    },
    Plan {
        name: "two tasks wait, and the last one is woken first",
        begin: |log, executor| {
            let main = main(log, 2);
            spawn(log, executor, "the first task", at(2));
            spawn(log, executor, "the last task", at(2));
            main
        },
        then: &[Then::Wake(2), Then::Wake(1)],
    },
    Plan {
        name: "a task needs many polls, beside others",
        begin: |log, executor| {
            let main = main(log, 3);
            spawn(log, executor, "the task before it", at(1));
            let own = log.clone();
            spawn(
                log,
                executor,
                "the task with many polls",
                move |number, _| {
                    let mut state = own.state();
                    let waits = [1, 3].into_iter().find(|other| {
                        let other = state.probes.get(*other);
                        other.is_none_or(|other| !other.ready)
                    });
                    if number > GREEDY {
                        state.starved = waits.is_some();
                        return true;
                    }
                    drop(state);
                    let done = number > 100 && waits.is_none();
                    if !done {
                        own.wake(2);
                    }
                    done
                },
            );
            spawn(log, executor, "the task behind it", at(1));
            main
        },
        then: &[],
    },
    Plan {
        name: "a task is spawned in the middle of a poll",
        begin: |log, executor| {
            let (own, executor) = (log.clone(), executor.again());
            alone(log, move |number, _| {
                if number == 1 {
                    spawn(&own, &*executor, "the new task", at(1));
                }
                number > 1
            })
        },
        then: &[],
    },
    Plan {
        name: "`block_on` is called again, and a task is left in the queue",
        begin: |log, executor| {
            let main = main(log, 1);
            let (own, again) = (log.clone(), executor.again());
            let mut begun = false;
            let first = poll_fn(move |context| {
                if begun {
                    return Poll::Ready(VALUE);
                }
                begun = true;
                // The task stands behind it in the queue when it is ready.
                context.waker().wake_by_ref();
                spawn(&own, &*again, "the task that was left", at(1));
                Poll::Pending
            });
            executor.block_on(Box::pin(first));
            main
        },
        then: &[],
    },
    Plan {
        name: "twenty thousand tasks are spawned before `block_on` runs",
        begin: |log, executor| {
            let left = Arc::new(AtomicUsize::new(MANY));
            let all = left.clone();
            let main = alone(log, move |_, _| all.load(Ordering::SeqCst) == 0);
            for _ in 0..MANY {
                let left = left.clone();
                spawn(log, executor, "one of the tasks", move |_, _| {
                    left.fetch_sub(1, Ordering::SeqCst);
                    true
                });
            }
            main
        },
        then: &[],
    },
    Plan {
        name: "a waker is used after its task has ended, and after the executor was dropped",
        begin: |log, executor| {
            let main = main(log, 1);
            spawn(log, executor, "the task that ends", at(2));
            spawn(log, executor, "the task that never ends", at(usize::MAX));
            main
        },
        then: &[Then::Wake(1)],
    },
    Plan {
        name: "another thread calls `block_on` while a task runs",
        begin: |log, executor| {
            let (own, executor) = (log.clone(), Arc::new(Mutex::new(executor.again())));
            alone(log, move |_, _| {
                beside(&own, &executor);
                true
            })
        },
        then: &[],
    },
];
