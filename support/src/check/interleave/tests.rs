//! Turns are tried one by one, and what goes wrong in one of them is found.

use super::*;
use crate::locks::{StdMutex, TokioMutex};
use futures::future::FutureExt;
use std::future::Future;

const ALL: Bounds = Bounds {
    drawn: 0,
    most: 10_000,
    interrupted: usize::MAX,
};

fn work<T, F: Future<Output = T> + 'static>(make: impl FnOnce() -> F + Send + 'static) -> Work<T> {
    Box::new(move || make().boxed_local())
}

fn round<T>(tasks: Vec<Work<T>>) -> Round<T> {
    Round {
        tasks,
        audit: Arc::new(|| true),
    }
}

#[test]
fn two_tasks_of_two_steps_have_six_orders() {
    let two = || {
        let steps = || async {
            let own = TokioMutex::new("own", ());
            drop(own.lock().await);
            drop(own.lock().await);
        };
        round(vec![work(steps), work(steps)])
    };
    let explored = explore(ALL, two, |_| false);
    assert!(explored.all && explored.wrong.is_none());
    // As many as there are ways to mix two rows of two.
    assert_eq!(explored.tried, 6);
}

#[test]
fn a_number_bounds_what_is_tried() {
    let many = || {
        let steps = || async {
            let own = StdMutex::new("own", ());
            (0..20).for_each(|_| drop(own.lock()));
        };
        round(vec![work(steps), work(steps)])
    };
    let bounds = Bounds {
        drawn: 5,
        most: 7,
        interrupted: usize::MAX,
    };
    let explored = explore(bounds, many, |_| false);
    assert!(!explored.all);
    assert_eq!(explored.tried, 12);
    let few = Bounds {
        interrupted: 1,
        ..ALL
    };
    let explored = explore(few, many, |_| false);
    // The one that goes first is interrupted nowhere, or at one of its twenty steps.
    assert!(!explored.all);
    assert_eq!(explored.tried, 21);
}

#[test]
fn an_update_that_is_lost_between_two_locks_of_std_is_found() {
    let lost = || {
        let count = Arc::new(StdMutex::new("count", 0));
        let add = |count: Arc<StdMutex<i32>>| {
            work(move || async move {
                let old = *count.lock();
                *count.lock() = old + 1;
                *count.lock()
            })
        };
        round(vec![add(count.clone()), add(count)])
    };
    let explored = explore(ALL, lost, |played| match &played.end {
        End::All(results) => results.iter().flatten().max() == Some(&1),
        _ => true,
    });
    let wrong = explored.wrong.expect("both read before one writes");
    assert_eq!(wrong.end, End::All(vec![Ok(1), Ok(1)]));
}

#[test]
fn the_same_orders_are_tried_each_time() {
    let tasks = || {
        let shared = Arc::new(TokioMutex::new("shared", 0));
        let add = |shared: Arc<TokioMutex<i32>>| {
            work(move || async move {
                *shared.lock().await += 1;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                *shared.lock().await += 1;
            })
        };
        round((0..3).map(|_| add(shared.clone())).collect())
    };
    let bounds = Bounds {
        drawn: 20,
        most: 50,
        interrupted: 2,
    };
    let told = || {
        let all = std::cell::RefCell::new(Vec::new());
        let explored = explore(bounds, tasks, |played| {
            all.borrow_mut().push(played.steps.clone());
            false
        });
        (explored.tried, all.into_inner())
    };
    assert_eq!(told(), told());
}

#[test]
fn a_circle_of_three_is_told_as_it_is() {
    let three = || {
        let locks: Arc<Vec<_>> = Arc::new(
            (0..3)
                .map(|number| TokioMutex::new(format!("lock {number}"), ()))
                .collect(),
        );
        let task = |me: usize| {
            let locks = locks.clone();
            work(move || async move {
                let _one = locks[me].lock().await;
                let _next = locks[(me + 1) % 3].lock().await;
            })
        };
        round((0..3).map(task).collect())
    };
    let explored = explore(ALL, three, |played| !matches!(played.end, End::All(_)));
    let End::Deadlock(circle) = explored.wrong.expect("each may take one").end else {
        panic!("no deadlock");
    };
    let told: Vec<_> = circle
        .iter()
        .map(|waits| (waits.task, waits.lock.as_str(), waits.holder))
        .collect();
    assert_eq!(told, [(0, "lock 1", 1), (1, "lock 2", 2), (2, "lock 0", 0)]);
}

#[test]
fn a_lock_that_is_not_watched_does_not_stop_the_others() {
    static OWN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let tasks = || {
        let shared = Arc::new(StdMutex::new("shared", 0));
        let add = |shared: Arc<StdMutex<i32>>| {
            work(move || async move {
                let _own = OWN.lock();
                *shared.lock() += 1;
            })
        };
        round((0..2).map(|_| add(shared.clone())).collect())
    };
    let explored = explore(ALL, tasks, |played| !matches!(played.end, End::All(_)));
    assert!(explored.wrong.is_none(), "{:?}", explored.wrong);
}

#[test]
fn who_never_comes_back_is_left_behind() {
    let blocks = || {
        round(vec![work(|| async {
            let (_sender, receiver) = std::sync::mpsc::channel::<()>();
            let _ = receiver.recv_timeout(std::time::Duration::from_secs(20));
        })])
    };
    let explored = explore(ALL, blocks, |played| !matches!(played.end, End::All(_)));
    let played = explored.wrong.expect("it does not come back");
    assert_eq!(played.end, End::Stuck(0));
}

#[test]
fn who_asks_again_and_again_lets_others_go_first() {
    let tasks = || {
        let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (waits, works) = (done.clone(), done);
        round(vec![
            work(move || async move {
                while !waits.load(std::sync::atomic::Ordering::SeqCst) {
                    tokio::task::yield_now().await;
                }
            }),
            work(move || async move {
                drop(TokioMutex::new("own", ()).lock().await);
                works.store(true, std::sync::atomic::Ordering::SeqCst);
            }),
        ])
    };
    let explored = explore(ALL, tasks, |played| !matches!(played.end, End::All(_)));
    assert!(
        explored.wrong.is_none() && explored.all,
        "{:?}",
        explored.wrong
    );
}
