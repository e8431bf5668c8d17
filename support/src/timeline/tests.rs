//! What a timeline records of futures that wait, block, panic and are dropped.

use super::*;
use crate::panics;
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
    assert!(figure.svg().contains("not written yet"));
    assert!(!figure.svg().contains("data1"), "nothing of it was done");
}

#[tokio::test]
async fn what_was_done_before_a_todo_is_drawn() {
    let figure = record("mine", async |timeline| {
        timeline.watch("written", async {}).await;
        panic!("not yet implemented: the rest");
    })
    .await;
    assert!(figure.svg().contains("written"), "{}", figure.svg());
}

#[tokio::test(start_paused = true)]
async fn a_poll_for_which_nothing_had_woken_the_future_is_one_in_vain() {
    let timeline = Timeline::new();
    tokio::join!(
        timeline.watch("short", tokio::time::sleep(STEP)),
        timeline.watch("long", tokio::time::sleep(3 * STEP)),
    );
    let lanes = timeline.lanes();
    let counts = lanes
        .iter()
        .map(|lane| (lane.polls.len(), lane.in_vain.len()));
    assert_eq!(counts.collect::<Vec<_>>(), [(2, 0), (2, 1)]);
    assert_eq!(lanes[1].in_vain[0].start, STEP);
}

#[tokio::test(start_paused = true)]
async fn tasks_of_their_own_are_polled_where_they_were_woken() {
    let timeline = Timeline::new();
    let nap = |n| timeline.watch(format!("task {n}"), tokio::time::sleep(n * STEP));
    join_all([1, 2, 3].map(|n| tokio::spawn(nap(n)))).await;
    for lane in timeline.lanes() {
        assert_eq!((lane.polls.len(), lane.in_vain.len()), (2, 0), "{lane:?}");
    }
}

struct Root;

impl std::task::Wake for Root {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn who_keeps_the_waker_of_a_dropped_future_keeps_no_task() {
    let (root, kept) = (Arc::new(Root), Arc::new(Mutex::new(None)));
    let keeper = kept.clone();
    let mut watched = Timeline::new().watch(
        "never",
        std::future::poll_fn(move |context| {
            *keeper.lock().expect("no panic") = Some(context.waker().clone());
            Poll::<()>::Pending
        }),
    );
    let waker = std::task::Waker::from(root.clone());
    let polled = Pin::new(&mut watched).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    drop(waker);
    assert_eq!(Arc::strong_count(&root), 2, "who is woken wakes the root");
    drop(watched);
    assert_eq!(Arc::strong_count(&root), 1);
    assert!(kept.lock().expect("no panic").is_some());
}

#[tokio::test]
async fn blocking_work_has_a_lane_of_its_own_on_another_thread() {
    let timeline = Timeline::new();
    let mine = timeline.clone();
    let sum = tokio::task::spawn_blocking(move || mine.run("sum", || 40 + 2));
    let (_, sum) = tokio::join!(timeline.watch("heart", async {}), sum);
    assert_eq!(sum.expect("no panic"), 42);
    let mut names: Vec<_> = timeline.lanes().into_iter().map(|lane| lane.name).collect();
    names.sort();
    assert_eq!(names, ["heart", "sum"]);
}
