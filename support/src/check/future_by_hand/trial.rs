//! Runs a learner's executor under watch.
//!
//! It runs on a thread of its own, and we look at that thread from outside: whether it sleeps, how often it has begun to
//! sleep, how long it has computed. What is done next is done once it rests, so that each trial goes the same way on any
//! machine. An executor counts as stuck where its thread sleeps for hundreds of looks, although nothing that could
//! wake it is left; and as spinning by what it *computes* while it has nothing to do, which a busy machine does not change.

use super::plans::{Plan, Then};
use super::probes::{Log, Noted};
use crate::check::run::{Ended, ended};
use crate::panics;
use crate::threads::{self, Look};
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::Duration;

/// How often we look.
const EACH: Duration = Duration::from_millis(1);

/// Looks in a row at a sleeping thread: until it rests, until we have seen enough of its rest, until nothing comes any more.
const RESTS: usize = 6;
const LONG_REST: usize = 60;
const STUCK: usize = 250;

/// The same where nothing is known of threads.
const UNKNOWN: usize = 10;

/// What a thread computes that has nothing to do, and how often it then begins to sleep anew.
const IDLE_WORK: Duration = Duration::from_millis(60);
const IDLE_WAITS: u64 = 3;

/// Looks for what still runs after the executor was dropped.
const AFTER_DROP: usize = 30;

/// The learner's executor, whatever its type.
pub(super) trait Executor: Send {
    fn spawn(&self, task: BoxFuture<'static, ()>);
    fn block_on(&self, future: BoxFuture<'static, u32>) -> u32;
    fn again(&self) -> Box<dyn Executor>;
}

/// Makes one.
pub(super) type Make = Arc<dyn Fn() -> Box<dyn Executor> + Send + Sync>;

/// What was seen of one trial.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) plan: &'static str,
    pub(super) ended: Option<Ended<u32>>,
    pub(super) probes: Vec<Noted>,
    /// The function of the learner's that did not return, where one did not.
    pub(super) inside: Option<&'static str>,
    /// Whether it worked while it had nothing to do.
    pub(super) spins: bool,
    pub(super) starved: bool,
    /// What a call of `wake` from outside panicked with.
    pub(super) wake_panicked: Option<String>,
    pub(super) after_drop: usize,
}

/// Tries the executor with one plan.
pub(super) fn run(make: &Make, plan: &Plan) -> Tried {
    let log = Arc::new(Log::default());
    let (sender, receiver) = mpsc::channel();
    let (starts, number) = mpsc::channel();
    let (make, own, begin) = (make.clone(), log.clone(), plan.begin);
    let work = move || {
        let _ = starts.send(threads::this_thread());
        let outcome = panics::catch(|| {
            let executor = make();
            let main = begin(&own, &*executor);
            executor.block_on(main)
        });
        own.state().dropped = true;
        // Nobody listens any more where the thread was given up.
        let _ = sender.send(ended(outcome));
    };
    let started = thread::Builder::new().name("check of an executor".to_owned());
    started
        .spawn(work)
        .expect("a kernel has memory for a thread");
    let mut watch = Watch {
        thread: number.recv().ok().flatten(),
        log: log.clone(),
        receiver,
        events: 0,
        before: None,
        rest: 0,
        ran: Duration::ZERO,
        waits: 0,
        panicked: None,
    };
    let (ended, spins) = watch.until_the_end(plan.then);
    let inside = log.state().inside.filter(|_| ended.is_none());
    let mut probes = log.state().probes.clone();
    probes.iter_mut().for_each(|noted| noted.waker = None);
    if ended.is_some() {
        watch.after_drop();
    } else {
        watch.rescue();
    }
    let state = log.state();
    Tried {
        plan: plan.name,
        starved: state.starved,
        after_drop: state.polls_after_drop,
        wake_panicked: watch.panicked,
        ended,
        probes,
        inside,
        spins,
    }
}

/// What we know of the thread, from look to look.
struct Watch {
    thread: Option<i32>,
    log: Arc<Log>,
    receiver: Receiver<Ended<u32>>,
    /// Polls and wakes up to the last look.
    events: usize,
    before: Option<Look>,
    /// Looks in a row without anything new; what it has computed meanwhile, and how often it began to sleep.
    rest: usize,
    ran: Duration,
    waits: u64,
    panicked: Option<String>,
}

impl Watch {
    /// Looks once. What is new starts a rest anew.
    fn look(&mut self) {
        let (events, beside) = {
            let state = self.log.state();
            (state.events, state.beside)
        };
        let now = self.thread.and_then(threads::look);
        let sleeps = beside.is_none_or(threads::Thread::sleeps);
        let same = events == self.events;
        if let (Some(now), Some(before), true) = (now, self.before, same) {
            self.ran += now.ran.saturating_sub(before.ran);
            self.waits += now.waits.saturating_sub(before.waits);
            self.rest = if now.asleep && sleeps {
                self.rest + 1
            } else {
                0
            };
        } else if same && now.is_none() {
            self.rest += 1;
        } else {
            self.new_rest();
        }
        (self.events, self.before) = (events, now);
    }

    fn new_rest(&mut self) {
        (self.rest, self.ran, self.waits) = (0, Duration::ZERO, 0);
    }

    /// Whether it works though it has nothing to do.
    fn spins(&self) -> bool {
        self.ran >= IDLE_WORK
    }

    /// Looks until it has ended, has rested for so many looks, or spins.
    fn until(&mut self, looks: usize) -> Result<(), Ended<u32>> {
        let looks = if self.before.is_none() {
            looks * UNKNOWN
        } else {
            looks
        };
        while self.rest < looks && !self.spins() {
            match self.receiver.try_recv() {
                Ok(ended) => return Err(ended),
                Err(TryRecvError::Disconnected) => {
                    let words = "the thread of the executor ended".to_owned();
                    return Err(Ended::Panicked(words));
                }
                Err(TryRecvError::Empty) => {}
            }
            thread::sleep(EACH);
            self.look();
        }
        Ok(())
    }

    /// Looks until it rests; somebody who is to be woken has been polled then, unless that never happens.
    fn until_ready_for(&mut self, then: Then) -> Result<(), Ended<u32>> {
        let mut looks = RESTS;
        loop {
            self.until(looks)?;
            let waits = match then {
                Then::Wake(probe) => {
                    let state = self.log.state();
                    state
                        .probes
                        .get(probe)
                        .is_none_or(|noted| noted.waker.is_none())
                }
                Then::Rests => false,
            };
            if !waits || looks > STUCK || self.spins() {
                return Ok(());
            }
            looks += RESTS;
        }
    }

    /// Wakes from outside.
    fn wake(&mut self, probe: usize) {
        if let Err(payload) = panics::catch(|| self.log.wake(probe)) {
            self.panicked.get_or_insert(panics::message(&*payload));
        }
    }

    /// Does what the plan says, each time that the executor rests; says how it ended, and whether it spun.
    fn until_the_end(&mut self, then: &[Then]) -> (Option<Ended<u32>>, bool) {
        let mut spins = false;
        self.look();
        for then in then {
            if let Err(ended) = self.until_ready_for(*then) {
                return (Some(ended), spins);
            }
            spins |= self.spins();
            self.new_rest();
            match then {
                Then::Wake(probe) => self.wake(*probe),
                Then::Rests => {
                    if let Err(ended) = self.until(LONG_REST) {
                        return (Some(ended), spins);
                    }
                    spins |= self.spins() || self.waits >= IDLE_WAITS;
                }
            }
            self.new_rest();
        }
        let ended = self.until(STUCK).err();
        (ended, spins)
    }

    /// Everything that is kept wakes once more, though nobody is left to run it.
    fn after_drop(&mut self) {
        let count = self.log.state().probes.len();
        for probe in 0..count {
            if self.log.state().probes[probe].polls > 0 {
                self.wake(probe);
            }
        }
        for _ in 0..AFTER_DROP {
            if self.log.state().polls_after_drop > 0 {
                break;
            }
            thread::sleep(EACH);
        }
        self.let_go();
    }

    /// Nobody waits any more; where it can be brought to its end, its thread ends, too.
    fn rescue(&mut self) {
        self.log.state().over = true;
        if self.log.state().inside.is_none() {
            let count = self.log.state().probes.len();
            let log = self.log.clone();
            // On a thread of its own, since even that may not return, or may panic.
            let helper = thread::Builder::new().name("check of an executor: wakes".to_owned());
            let _ = helper.spawn(move || {
                for probe in 0..count {
                    let _ = panics::catch(|| log.wake(probe));
                }
            });
            self.new_rest();
            let _ = self.until(RESTS);
        }
        if let Some(thread) = self.thread.filter(|_| self.receiver.try_recv().is_err()) {
            threads::give_way(thread);
        }
    }

    /// Whoever keeps a waker keeps its task, and with it the log.
    fn let_go(&self) {
        let wakers: Vec<_> = {
            let mut state = self.log.state();
            let probes = state.probes.iter_mut();
            probes.map(|noted| noted.waker.take()).collect()
        };
        drop(wakers);
    }
}
