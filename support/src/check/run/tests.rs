//! Each bound, and what a run says of whoever passes it.

use super::*;
use tokio::time::sleep;

const STEP: Duration = Duration::from_millis(200);

fn waits<T: Send + 'static, W: Future<Output = T>>(
    start: impl FnOnce() -> W + Send + 'static,
) -> Run<T> {
    run("test", &Clock::Waits, start)
}

#[test]
fn a_wait_takes_virtual_time_only() {
    let run = waits(|| sleep(STEP * 1000));
    assert_eq!(run.ended, Ended::Returned(()));
    assert!(run.waited >= STEP * 1000, "{run:?}");
}

#[test]
fn a_blocked_thread_takes_real_time_only() {
    let run = waits(|| async { thread::sleep(Duration::from_millis(50)) });
    assert!(run.longest.is_long() && !run.longest.computed(), "{run:?}");
    assert_eq!(run.waited, Duration::ZERO);
}

#[test]
fn a_task_that_blocks_is_seen_too() {
    let run = waits(|| async {
        tokio::spawn(async { thread::sleep(Duration::from_millis(50)) })
            .await
            .ok();
    });
    assert!(run.longest.is_long(), "{run:?}");
}

#[test]
fn computing_is_told_from_sleeping() {
    let now = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let run = waits(move || async move {
        let begun = now();
        // As much of the processor's time as it takes to count, however much of ours that is.
        while Duration::try_from(now() - begun).unwrap_or_default() < Duration::from_millis(40) {}
    });
    assert!(run.longest.cpu >= Duration::from_millis(40), "{run:?}");
}

#[test]
fn a_panic_is_told_from_a_todo() {
    let boom = waits(|| async { panic!("boom") as () });
    assert_eq!(boom.ended, Ended::Panicked("boom".to_owned()));
    let todo = waits(|| async { panic!("not yet implemented: wait") as () });
    assert_eq!(todo.ended, Ended::NotWritten("wait".to_owned()));
}

#[test]
fn what_nobody_will_wake_is_asleep_and_is_dropped() {
    let (sender, receiver) = mpsc::channel::<()>();
    let run = waits(move || async move {
        let _held_until_it_is_dropped = sender;
        std::future::pending::<()>().await;
    });
    assert_eq!(run.ended, Ended::Never(Never::Asleep));
    assert!(receiver.recv().is_err(), "the future is gone");
}

#[test]
fn what_goes_round_for_ever_turns() {
    let run = waits(|| async {
        loop {
            sleep(STEP).await;
        }
    });
    assert_eq!(run.ended, Ended::<()>::Never(Never::Turns));
    let run = waits(|| async {
        tokio::spawn(async {
            loop {
                sleep(STEP).await;
            }
        })
        .await
        .unwrap_or(())
    });
    assert_eq!(run.ended, Ended::Never(Never::Turns));
    let run = waits(|| async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(run.ended, Ended::<()>::Never(Never::Turns));
}

#[test]
fn a_task_that_yields_for_ever_turns() {
    let run = waits(|| async {
        tokio::spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap_or(())
    });
    assert_eq!(run.ended, Ended::Never(Never::Turns));
}

#[test]
fn whoever_asks_again_and_again_comes_to_an_end_and_is_seen() {
    let run = waits(|| async {
        let task = tokio::spawn(sleep(STEP));
        while !task.is_finished() {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(run.ended, Ended::Returned(()));
    assert!(run.busy, "{run:?}");
}

#[test]
fn a_poll_that_does_not_return_blocks() {
    let run = waits(|| async {
        futures::executor::block_on(sleep(STEP));
    });
    assert_eq!(run.ended, Ended::Never(Never::Blocks));
}

#[test]
fn a_blocking_task_that_waits_for_the_clock_is_stuck_and_runs_on_a_real_one() {
    let start = || async {
        let handle = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || handle.block_on(sleep(STEP)))
            .await
            .ok();
    };
    assert_eq!(waits(start).ended, Ended::Never(Never::Stuck));
    let real = run("test", &Clock::Real(None), start);
    assert_eq!(real.ended, Ended::Returned(()));
}

#[test]
fn a_clock_that_we_move_gives_a_pause_its_length() {
    let server =
        crate::server::Server::start(crate::server::Settings::default()).expect("it starts");
    let server = Arc::new(server);
    let url = server.url("/data/1");
    let run = run(
        "test",
        &Clock::Service(server.clone()),
        move || async move {
            let first = reqwest::get(&url).await.map(drop);
            sleep(Duration::from_secs(4)).await;
            first.and(reqwest::get(&url).await.map(drop))
        },
    );
    assert!(
        matches!(run.ended, Ended::Returned(Ok(()))),
        "{:?}",
        run.ended
    );
    let waited = run.waited.as_secs_f64();
    assert!((4.0..4.8).contains(&waited), "{waited}");
}
