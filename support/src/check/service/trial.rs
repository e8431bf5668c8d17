//! The learner's test, tried on services that are right and on some that are not.

use crate::check::ask::TestRoom;
use crate::check::observe::observe;
use crate::check::run::{Clock, Run, run};
use crate::service::{Flaw, Manner, Room, serve};

/// How a test went with each of them.
#[derive(Debug)]
pub(super) struct Trial {
    /// With right services: the first is prompt, the others take their time, each for something else.
    pub(super) right: Vec<Run<()>>,
    pub(super) broken: Vec<(Flaw, Run<()>)>,
}

/// Tries it; on the prompt service alone where it does not let that pass.
pub(super) fn tried<T: TestRoom>(test: impl Fn(Room) -> T + Clone + Send + 'static) -> Trial {
    let on = |manner: Manner| {
        let test = test.clone();
        move || test(Room::open(|listener, stop| serve(listener, stop, manner)))
    };
    let [prompt, others @ ..] = Manner::right();
    let first = observe("test", on(prompt));
    let passes = matches!(first.ended, crate::check::run::Ended::Returned(()));
    let mut trial = Trial {
        right: vec![first],
        broken: vec![],
    };
    if passes {
        let once = |manner| run("test", &Clock::Waits, on(manner));
        trial.right.extend(others.map(once));
        let broken = |flaw| (flaw, once(Manner::broken(flaw)));
        trial.broken = Flaw::ALL.map(broken).into();
    }
    trial
}
