//! Runs a learner's future under bounds, on the right clock, and lets go of it.
//!
//! *The clock.* On a paused clock (`Clock::Waits`), virtual time moves only while every task waits for it: three overlapping
//! waits of a second take one second of virtual time and none of ours. Where a service answers over sockets
//! (`Clock::Service`), the clock stands while anything moves and is advanced by us while nothing does, so neither a
//! time-out nor a pause depends on how fast the machine is. What such a runtime, with its one thread, cannot run, runs
//! on `Clock::Real`, which is a notebook's.
//!
//! *The bounds.* The learner's future is polled by ours, which a thread outside wakes every few milliseconds. So it is
//! dropped, and all its tasks with it, when it takes too many turns, too much virtual time, or when nothing will ever wake
//! it. A poll that does not return is the one thing that no bound reaches: Rust cannot end a thread from outside. That
//! thread is left behind, asleep where it sleeps, and with the lowest priority where it computes.

mod bounds;
mod clock;
mod stretch;
mod timer;

use crate::panics::{self, Silence};
use crate::server::Server;
use crate::timeline::{Lane, Timeline};
use crate::waker::Waker;
use bounds::Shared;
use std::any::Any;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

pub(super) use crate::threads::Thread;
pub(super) use bounds::Never;
pub(super) use stretch::{Stretch, forget as excuse, measured};
pub(super) use timer::first_timer;

/// Deep enough for futures that are nested by a bounded recursion.
const STACK: usize = 64 << 20;

/// What Tokio says where `block_in_place` is called on a runtime with one thread.
const ONE_THREAD: &str = "can call blocking only when running on the multi-threaded runtime";

/// What a learner's code returned, whatever it is, and the code.
///
/// Without types, so that all that happens here is compiled once, and not again for each answer that a learner tries.
type Value = Box<dyn Any + Send>;
type Work = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = Value>>> + Send>;

/// How a learner's code ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended<T> {
    /// It returned.
    Returned(T),
    /// The starter's `todo!` is still there, with its words.
    NotWritten(String),
    /// It panicked, with these words.
    Panicked(String),
    /// It did not come back.
    Never(Never),
}

impl<T> Ended<T> {
    fn map<U>(self, to: impl FnOnce(T) -> U) -> Ended<U> {
        match self {
            Ended::Returned(value) => Ended::Returned(to(value)),
            Ended::NotWritten(task) => Ended::NotWritten(task),
            Ended::Panicked(words) => Ended::Panicked(words),
            Ended::Never(never) => Ended::Never(never),
        }
    }
}

/// The time on which a learner's code runs.
#[derive(Debug, Clone)]
pub(super) enum Clock {
    /// It jumps to the next timer while every task waits.
    Waits,
    /// It is moved by us while the service, and whoever asks it, is at rest.
    Service(Arc<Server>),
    /// It is ours, and the runtime has several threads. The service, if there is one, is still told when nothing moves.
    Real(Option<Arc<Server>>),
}

/// What was seen of one run.
#[derive(Debug, Clone)]
pub(super) struct Run<T> {
    pub(super) ended: Ended<T>,
    /// The time that it took on its clock.
    pub(super) waited: Duration,
    /// How often it was polled.
    pub(super) polls: usize,
    /// For how many things it waited itself, its tasks left out, when it waited first.
    pub(super) waits_for: usize,
    /// The longest time for which it kept a thread of the runtime from everything else.
    pub(super) longest: Stretch,
    /// Whether it used the threads for blocking work.
    pub(super) pool: bool,
    /// Whether it asked again and again instead of waiting.
    pub(super) busy: bool,
    /// How many tasks it had started and were alive when it waited first, and when it ended.
    pub(super) tasks: usize,
    pub(super) left: usize,
    /// Whether Tokio said to anything in it that a runtime with one thread cannot run this.
    pub(super) one_thread: bool,
    /// Whether the clock was a real one.
    pub(super) real: bool,
    /// What it did, with blocking drawn in real time.
    pub(super) lane: Option<Lane>,
}

impl<T> Run<T> {
    /// A run of which nothing but its end is known.
    pub(super) fn that(ended: Ended<T>) -> Self {
        Run {
            ended,
            waited: Duration::ZERO,
            polls: 0,
            waits_for: 0,
            longest: Stretch::default(),
            pool: false,
            busy: false,
            tasks: 0,
            left: 0,
            one_thread: false,
            real: false,
            lane: None,
        }
    }

    fn map<U>(self, to: impl FnOnce(T) -> U) -> Run<U> {
        Run {
            ended: self.ended.map(to),
            waited: self.waited,
            polls: self.polls,
            waits_for: self.waits_for,
            longest: self.longest,
            pool: self.pool,
            busy: self.busy,
            tasks: self.tasks,
            left: self.left,
            one_thread: self.one_thread,
            real: self.real,
            lane: self.lane,
        }
    }

    /// Whether a runtime with one thread and a clock of its own may be what keeps it from ending, or from being right.
    pub(super) fn needs_threads(&self) -> bool {
        self.one_thread || matches!(self.ended, Ended::Never(Never::Asleep | Never::Stuck))
    }
}

/// Runs the future that `start` makes. `name` is whose it is: it names the lane, and the thread, which is all that can be
/// said where the code exhausts its stack.
pub(super) fn run<T, W>(
    name: &str,
    clock: &Clock,
    start: impl FnOnce() -> W + Send + 'static,
) -> Run<T>
where
    T: Send + 'static,
    W: Future<Output = T>,
{
    let work: Work = Box::new(|| Box::pin(async move { Box::new(start().await) as Value }));
    run_work(name, clock, work).map(|value| {
        let value = value.downcast();
        *value.expect("what `start` returned is a `T`")
    })
}

fn run_work(name: &str, clock: &Clock, start: Work) -> Run<Value> {
    let shared = Arc::new(Shared::new(clock));
    let (sender, receiver) = mpsc::channel();
    let work = {
        let (name, shared, clock) = (name.to_owned(), shared.clone(), clock.clone());
        move || {
            let _silence = Silence::new();
            // Nobody listens any more where the thread was given up.
            let _ = sender.send(on_this_thread(&name, &clock, &shared, start));
        }
    };
    let thread = thread::Builder::new()
        .name(format!(
            "check of `{name}`, which calls itself without an end if its stack overflows"
        ))
        .stack_size(STACK)
        .spawn(work);
    if let Err(problem) = thread {
        // Nothing of it is the learner's doing, so there is no verdict.
        panic!(
            "the check had no memory left for a thread ({problem}): restart the kernel, and run the cells again"
        );
    }
    let mut watch = clock::Watch::new(clock);
    loop {
        match receiver.recv_timeout(bounds::PING) {
            Ok(run) => return run,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Run::that(Ended::Panicked("the check's own thread ended".to_owned()));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if let Some(never) = shared.ping(&mut watch) {
                    let mut run = Run::that(Ended::Never(never));
                    run.real = matches!(clock, Clock::Real(_));
                    return run;
                }
            }
        }
    }
}

fn runtime(clock: &Clock, shared: &Arc<Shared>) -> Runtime {
    let mut builder = match clock {
        Clock::Real(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    if matches!(clock, Clock::Real(_)) {
        builder.worker_threads(2);
    } else {
        builder.start_paused(true);
    }
    let (starts, parks, unparks) = (shared.clone(), shared.clone(), shared.clone());
    builder
        .enable_all()
        .on_thread_start(move || {
            // For as long as the thread lives: what learners' tasks say when they panic is told by the verdict.
            std::mem::forget(Silence::new());
            starts.thread_started();
        })
        .on_thread_park(move || parks.parks())
        .on_thread_unpark(move || unparks.unparks())
        .build()
        .expect("a runtime needs a few file handles and threads, and a kernel has them")
}

fn on_this_thread(name: &str, clock: &Clock, shared: &Arc<Shared>, start: Work) -> Run<Value> {
    shared.begins();
    panics::forget_places();
    let runtime = runtime(clock, shared);
    let timeline = match clock {
        Clock::Real(_) => Timeline::new(),
        _ => Timeline::on_paused_clock(),
    };
    let (ended, waited) = runtime.block_on(async {
        // A blocking task keeps the clock from moving by itself.
        let (hold, held) = mpsc::channel::<()>();
        if matches!(clock, Clock::Service(_)) {
            drop(tokio::task::spawn_blocking(move || held.recv()));
        }
        let started = tokio::time::Instant::now();
        let work = timeline.watch_woken(name, async { start().await });
        let ended = supervise(panics::catch_async(work), shared, clock).await;
        drop(hold);
        (ended, started.elapsed())
    });
    let (polls, waits_for, tasks, longest, pool, busy) = shared.end();
    let left = runtime.metrics().num_alive_tasks();
    // What the learner's code left running on other threads is not waited for; its tasks are dropped.
    runtime.shutdown_background();
    Run {
        ended,
        waited,
        polls,
        waits_for,
        longest,
        pool,
        busy,
        tasks,
        left,
        one_thread: panics::place_of(ONE_THREAD).is_some(),
        real: matches!(clock, Clock::Real(_)),
        lane: timeline.lanes().into_iter().next(),
    }
}

/// Polls the work where it was woken, until it ends or passes a bound; then it is dropped, here, on the runtime.
async fn supervise(
    work: impl Future<Output = Result<Value, panics::Payload>>,
    shared: &Arc<Shared>,
    clock: &Clock,
) -> Ended<Value> {
    let mut work = Box::pin(work);
    // Where this timer is the next one, nothing else will ever wake the runtime.
    let mut limit = pin!(tokio::time::sleep(bounds::LONG));
    let waker = Waker::new();
    let own = std::task::Waker::from(waker.clone());
    let outcome = poll_fn(|context| {
        shared.beats(context.waker());
        waker.forward_to(context.waker());
        if let Some(never) = shared.passed() {
            return Poll::Ready(Err(never));
        }
        if waker.take() {
            shared.polls();
            let poll = work.as_mut().poll(&mut Context::from_waker(&own));
            shared.beats(context.waker());
            if let Poll::Ready(outcome) = poll {
                return Poll::Ready(Ok(outcome));
            }
            // Whatever is to wake the future keeps a clone of its waker; two are ours.
            let things = Arc::strong_count(&waker).saturating_sub(2);
            let tasks = tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks();
            shared.waits_for(things, tasks);
        }
        if let Some(step) = shared.step(clock) {
            if matches!(clock, Clock::Waits) {
                // Whoever looks at another clock than Tokio's sees time pass, too.
                thread::sleep(bounds::PUSH_TAKES);
            }
            advance(step, context);
        }
        if limit.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(shared.at_the_limit()));
        }
        shared.rests();
        Poll::Pending
    })
    .await;
    // Whoever still holds a clone of the waker shall not hold the runtime.
    waker.let_go();
    match outcome {
        Ok(outcome) => ended(outcome),
        Err(never) => match panics::catch(|| drop(work)) {
            Ok(()) => Ended::Never(never),
            Err(payload) => Ended::Panicked(panics::message(&*payload)),
        },
    }
}

/// Moves a paused clock, at once: the future that Tokio returns does so when it is polled first.
fn advance(by: Duration, context: &mut Context<'_>) {
    let _ = pin!(tokio::time::advance(by)).poll(context);
    context.waker().wake_by_ref();
}

pub(super) fn ended<T>(outcome: Result<T, panics::Payload>) -> Ended<T> {
    match outcome {
        Ok(value) => Ended::Returned(value),
        Err(payload) => match panics::not_written(&*payload) {
            Some(task) => Ended::NotWritten(task),
            None => Ended::Panicked(panics::message(&*payload)),
        },
    }
}

#[cfg(test)]
mod tests;
