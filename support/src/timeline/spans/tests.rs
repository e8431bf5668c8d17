//! What a timeline makes of spans and events.

use super::*;
use crate::timeline::Lane;
use tokio::task::spawn_local;
use tracing::{Instrument, debug, info, info_span, instrument};

const STEP: Duration = Duration::from_millis(200);

/// Lanes and events of what runs under a subscriber of its own.
async fn recorded(work: impl Future<Output = ()>) -> Timeline {
    let timeline = Timeline::new();
    let work = on_this_thread(work).with_subscriber(timeline.subscriber());
    let (ended, _tasks) = work.await;
    if let Err(payload) = ended {
        std::panic::resume_unwind(payload);
    }
    timeline
}

fn names(timeline: &Timeline) -> Vec<String> {
    timeline.lanes().into_iter().map(|lane| lane.name).collect()
}

fn starts(lane: &Lane) -> Vec<u128> {
    let starts = lane.polls.iter().map(|poll| poll.start.as_millis());
    starts.collect()
}

#[instrument]
async fn nap(of: u32) -> u32 {
    info!(of, "falls asleep");
    tokio::time::sleep(STEP * of).await;
    of
}

#[tokio::test(start_paused = true)]
async fn a_span_runs_while_it_is_entered_and_waits_while_it_is_not() {
    let timeline = recorded(async {
        nap(2).await;
    })
    .await;
    let lane = &timeline.lanes()[0];
    assert_eq!(lane.name, "nap of=2");
    // Polled at its beginning and at its end, and entered once more to be dropped.
    assert_eq!(starts(lane), [0, 400, 400]);
    assert_eq!((lane.outcome, lane.end), (Outcome::Finished, 2 * STEP));
}

#[tokio::test(start_paused = true)]
async fn an_event_lies_on_the_lane_of_its_span() {
    let timeline = recorded(async {
        info!("outside of every span");
        debug!("too fine");
        nap(1).await;
    })
    .await;
    let events = timeline.recording().events.clone();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(
        (events[0].lane, events[0].text.as_str()),
        (0, "falls asleep of=1")
    );
}

#[tokio::test(start_paused = true)]
async fn tasks_of_the_thread_have_lanes_inside_the_span_that_was_entered() {
    let timeline = recorded(async {
        let both = async {
            let (one, two) = (spawn_local(nap(1).in_current_span()), spawn_local(nap(2)));
            let _ = tokio::join!(one, two);
        };
        both.instrument(info_span!("both")).await;
    })
    .await;
    assert_eq!(names(&timeline), ["both", "nap of=1", "nap of=2"]);
    assert_eq!(timeline.recording().parents, [(1, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_guard_across_an_await_says_that_its_span_runs_and_takes_the_events_of_others() {
    let timeline = recorded(async {
        let liar = async {
            let _entered = info_span!("liar").entered();
            tokio::time::sleep(2 * STEP).await;
        };
        let other = async {
            tokio::time::sleep(STEP).await;
            info!("mine");
        };
        tokio::join!(liar, other);
    })
    .await;
    let lane = &timeline.lanes()[0];
    assert_eq!((lane.polls.len(), lane.longest_poll()), (1, 2 * STEP));
    assert_eq!(timeline.recording().events[0].lane, 0);
    assert_eq!(
        running::innermost_of(&timeline),
        None,
        "nothing is left entered"
    );
}

#[tokio::test(start_paused = true)]
async fn what_has_not_ended_is_drawn_as_it_is() {
    let figure = record_spans("left", async |_| {
        drop(spawn_local(nap(9)));
        tokio::time::sleep(STEP).await;
    })
    .await;
    assert!(figure.to_string().contains("still waiting"), "{figure}");
    assert!(
        figure.to_string().contains("1: falls asleep of=9"),
        "{figure}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_span_whose_work_panics_says_so_and_one_that_is_kept_waits() {
    let kept = std::cell::RefCell::new(None);
    let timeline = recorded(async {
        let wrong = async { panic!("boom") }.instrument(info_span!("wrong"));
        assert!(panics::catch_async(wrong).await.is_err());
        let span = info_span!("kept", size = tracing::field::Empty);
        span.in_scope(|| ());
        span.record("size", 7);
        kept.replace(Some(span));
        tokio::time::sleep(STEP).await;
    })
    .await;
    let lanes = timeline.lanes();
    assert_eq!(lanes[0].outcome, Outcome::Panicked);
    assert_eq!((lanes[1].outcome, lanes[1].end), (Outcome::Running, STEP));
    assert_eq!(lanes[1].name, "kept size=7");
    drop(kept.take());
    assert_eq!(timeline.lanes()[1].outcome, Outcome::Finished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_span_that_goes_to_another_thread_is_recorded_there() {
    let timeline = recorded(async {
        let span = info_span!("elsewhere");
        let task = tokio::spawn(tokio::task::yield_now().instrument(span));
        task.await.expect("no panic");
    })
    .await;
    let lanes = timeline.lanes();
    assert_eq!(lanes[0].outcome, Outcome::Finished);
    assert!(lanes[0].polls.len() >= 2, "{lanes:?}");
}
