//! What a timeline records of futures that wait, block, panic and are dropped.

use super::*;
use futures::future::join_all;

const STEP: Duration = Duration::from_millis(200);

#[tokio::test(start_paused = true)]
async fn every_poll_is_recorded_with_the_wait_between() {
    let timeline = Timeline::new();
    timeline
        .watch("two waits", async {
            tokio::time::sleep(STEP).await;
            tokio::time::sleep(STEP).await;
        })
        .await;
    let lane = &timeline.lanes()[0];
    let starts: Vec<_> = lane
        .polls
        .iter()
        .map(|poll| poll.start.as_millis())
        .collect();
    assert_eq!(starts, [0, 200, 400]);
    assert_eq!(lane.outcome, Outcome::Finished);
    assert!(lane.end >= 2 * STEP);
}

#[tokio::test(start_paused = true)]
async fn overlapping_work_shares_its_wait() {
    let timeline = Timeline::new();
    join_all((0..3).map(|n| timeline.watch(format!("data{n}"), tokio::time::sleep(STEP)))).await;
    let lanes = timeline.lanes();
    assert_eq!(lanes.len(), 3);
    assert!(
        lanes
            .iter()
            .all(|lane| lane.start().is_zero() && lane.end == STEP)
    );
}

#[tokio::test(start_paused = true)]
async fn blocking_shows_as_one_long_poll_even_on_a_paused_clock() {
    let timeline = Timeline::on_paused_clock();
    let block = async { std::thread::sleep(Duration::from_millis(20)) };
    timeline
        .watch("outer", timeline.watch("inner", block))
        .await;
    let lanes = timeline.lanes();
    for lane in &lanes {
        assert_eq!(lane.polls.len(), 1);
        assert!(lane.longest_poll() >= Duration::from_millis(20), "{lane:?}");
    }
    let inner = lanes[1].longest_poll();
    assert!(
        lanes[0].longest_poll() < 2 * inner,
        "a nested poll is not counted twice"
    );
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_and_a_panic_are_told_from_a_finished_one() {
    let timeline = Timeline::new();
    let slow = timeline.watch("slow", tokio::time::sleep(STEP * 10));
    assert!(tokio::time::timeout(STEP, slow).await.is_err());
    let wrong = timeline.watch("wrong", async { panic!("boom") });
    assert!(panics::catch_async(wrong).await.is_err());
    let outcomes: Vec<_> = timeline.lanes().iter().map(|lane| lane.outcome).collect();
    assert_eq!(outcomes, [Outcome::Dropped, Outcome::Panicked]);
}

#[test]
fn synchronous_work_is_one_bar() {
    let timeline = Timeline::new();
    assert_eq!(timeline.run("sum", || 1 + 1), 2);
    assert_eq!(timeline.lanes()[0].polls.len(), 1);
}

#[tokio::test]
async fn work_that_is_not_written_yet_gives_a_figure_that_says_so() {
    let figure = record("mine", async |timeline| {
        timeline
            .watch("data1", async { panic!("not yet implemented: wait") })
            .await;
    })
    .await;
    assert!(figure.to_string().contains("Not written yet: wait"));
}
