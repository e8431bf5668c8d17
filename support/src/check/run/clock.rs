//! When the clock of a run with a service moves, and when the service lets go of what it holds back.
//!
//! Whether anything still moves is not asked of a clock but of those who could move something: the runtime of the run and
//! that of the service each have to turn, seeing whatever lies in their sockets, and nothing may have happened between.
//! So a slow machine takes longer to come to rest, and is not taken to be at rest.

use super::{Clock, Never};
use crate::server::{Pulse, Server};
use std::sync::Arc;
use std::time::Duration;

/// Rounds without anything happening, after which it is at rest.
const REST: usize = 8;

/// The same where something is to be saved first: files are written on threads that have no turns of their own. About a second.
const REST_OF_FILES: usize = 800;

/// Without any request for so long, on a clock that we move, nothing will ever happen.
const LONG: Duration = Duration::from_secs(600);

/// The same on a clock that is not ours to move, in rounds: some seconds.
const LONG_IN_ROUNDS: usize = 3000;

/// More requests for the same thing than anybody needs.
const ASKED: usize = 20;

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Wait: something moves.
    Wait,
    /// Move the clock.
    Move(Duration),
    /// Let the service answer what it has gathered.
    Open,
    /// Let the service answer what it held back for the sake of something that does not happen.
    GiveUp,
}

/// The next step, where nothing happened for so many rounds and for so long a time of the clock.
fn step(pulse: &Pulse, quiet: usize, rested: Duration) -> Step {
    if pulse.working > 0 || quiet < REST {
        Step::Wait
    } else if pulse.gathered > 0 {
        Step::Open
    } else if pulse.held && quiet >= REST_OF_FILES {
        Step::GiveUp
    } else if pulse.held {
        // The answer is held back meanwhile, and so is the time-out that might wait for it, nearly.
        Step::Move(Duration::from_millis(1))
    } else {
        // A part of what has passed: exact enough to tell a pause from one twice as long, and soon at the end.
        Step::Move((rested / 12).max(Duration::from_millis(1)))
    }
}

/// What a look from outside says to the run.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) moved: bool,
    pub(super) step: Option<Duration>,
    pub(super) never: Option<Never>,
}

/// Looks at a service and at the run that talks to it.
#[derive(Debug)]
pub(super) struct Watch {
    service: Option<Arc<Server>>,
    real: bool,
    last: Pulse,
    /// How often the run and the service had turned when the round began.
    begun: (usize, usize),
    quiet: usize,
    rested: Duration,
}

impl Watch {
    pub(super) fn new(clock: &Clock) -> Self {
        let service = match clock {
            Clock::Service(service) => Some(service.clone()),
            Clock::Real(service) => service.clone(),
            Clock::Waits => None,
        };
        Watch {
            service,
            real: matches!(clock, Clock::Real(_)),
            last: Pulse::default(),
            begun: (0, 0),
            quiet: 0,
            rested: Duration::ZERO,
        }
    }

    /// Looks, where there is a service; `answers` is how often the run has answered.
    pub(super) fn look(&mut self, answers: usize) -> Option<Look> {
        let service = self.service.as_ref()?;
        let mut look = Look::default();
        let pulse = service.pulse();
        service.turn();
        if pulse.asked_most > ASKED {
            look.never = Some(Never::Turns);
        }
        if pulse.happened != self.last.happened {
            (self.quiet, self.rested) = (0, Duration::ZERO);
            look.moved = true;
        } else if answers == self.begun.0 || pulse.turns == self.begun.1 {
            return Some(look);
        } else {
            self.quiet += 1;
        }
        self.begun = (answers, pulse.turns);
        match step(&pulse, self.quiet, self.rested) {
            Step::Wait => {}
            Step::Move(by) => {
                look.step = Some(by);
                if !self.real {
                    if !pulse.held {
                        // Whoever the new time wakes has two rounds to do something, before time moves again.
                        self.quiet = REST - 3;
                    }
                    self.rested += by;
                    service.clock_moves(by);
                }
                if self.rested > LONG || (self.real && self.quiet > LONG_IN_ROUNDS) {
                    look.never = Some(Never::Asleep);
                }
            }
            Step::Open => service.open(),
            Step::GiveUp => service.give_up(),
        }
        self.last = pulse;
        Some(look)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stands_while_anything_moves() {
        let pulse = |working, gathered, held| Pulse {
            working,
            gathered,
            held,
            ..Pulse::default()
        };
        let ms = Duration::from_millis;
        let table = [
            (pulse(1, 0, false), 1000, Step::Wait),
            (pulse(0, 0, false), 0, Step::Wait),
            (pulse(0, 0, false), REST, Step::Move(ms(100))),
            (pulse(0, 3, false), REST, Step::Open),
            (pulse(0, 3, true), REST, Step::Open),
            (pulse(0, 0, true), REST, Step::Move(ms(1))),
            (pulse(0, 0, true), REST_OF_FILES, Step::GiveUp),
        ];
        for (pulse, quiet, expected) in table {
            assert_eq!(
                step(&pulse, quiet, ms(1200)),
                expected,
                "{pulse:?} after {quiet}"
            );
        }
    }
}
