//! Three programs with a mistake, of which one sees a figure and no code: the guide *Watching* asks which task
//! is at fault, and why.
//!
//! The mistakes are real ones: a sender that nobody uses and nobody dropped, work that holds its thread, a task that nobody ends.
//! The mended programs are cells of the guide.

use crate::chart::Figure;
use crate::gauge::{self, Gauge};
use crate::timeline;
use futures::future::join_all;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{Instrument as _, info, info_span, instrument};

/// Every wait is a multiple of it, or a part.
const STEP: Duration = Duration::from_millis(40);

/// A clock that never ends, as it should.
#[instrument]
async fn clock() {
    loop {
        sleep(STEP / 2).await;
    }
}

/// Readers send pages to a report that never ends. Needs an async context.
pub async fn stuck() -> Figure {
    timeline::record_spans("Riddle 1: what does not end?", async |_| {
        drop(spawn_local(clock()));
        let (pages, queue) = mpsc::channel(4);
        let readers = [2, 4, 3].map(|steps| spawn_local(reader(steps, pages.clone())));
        let backup = spawn_local(sleep(STEP * 7).instrument(info_span!("backup")));
        let report = spawn_local(report(queue));
        let all = async {
            join_all(readers).await;
            // Here `pages` should have been dropped.
            let _ = tokio::join!(backup, report);
        };
        let ended = timeout(STEP * 9, all).await;
        drop(pages);
        ended.is_ok()
    })
    .await
}

#[instrument(skip(pages))]
async fn reader(steps: u32, pages: mpsc::Sender<u32>) {
    sleep(STEP * steps).await;
    // Who reads the pages may be gone.
    let _ = pages.send(steps).await;
}

#[instrument(skip_all)]
async fn report(mut queue: mpsc::Receiver<u32>) -> u32 {
    let mut pages = 0;
    while let Some(page) = queue.recv().await {
        info!(page, "got a page");
        pages += 1;
    }
    info!(pages, "complete");
    pages
}

/// Four tasks share a thread, and one of them holds it. Needs an async context.
pub async fn busy() -> Figure {
    timeline::record_spans("Riddle 2: why is the mail late?", async |_| {
        drop(spawn_local(clock()));
        let download = sleep(STEP * 8).instrument(info_span!("download"));
        let mail = async {
            sleep(STEP * 3).await;
            info!("sent");
        };
        let mail = spawn_local(mail.instrument(info_span!("mail")));
        let (download, invoice) = (spawn_local(download), spawn_local(invoice()));
        let _ = tokio::join!(download, mail, invoice);
    })
    .await
}

#[instrument]
async fn invoice() {
    sleep(STEP).instrument(info_span!("read")).await;
    // Here it should have gone to another thread.
    info_span!("draw").in_scope(|| compute(STEP * 4));
    sleep(STEP).instrument(info_span!("save")).await;
}

/// Holds the thread for a time.
fn compute(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// A service answers requests, and its tasks grow in number. Needs an async context.
pub async fn leaking() -> Figure {
    let kinds = ["requests", "reminders", "workers"];
    let (tasks, gauges) = (kinds.map(|_| TaskTracker::new()), kinds.map(Gauge::new));
    let [requests, reminders, workers] = &tasks;
    let mut endless: Vec<AbortHandle> = Vec::new();
    endless.extend((0..3).map(|_| workers.spawn(sleep(STEP * 1000)).abort_handle()));
    for moment in 0..56_u32 {
        if moment.is_multiple_of(4) && moment < 40 {
            requests.spawn(sleep(STEP * (2 + moment % 3)));
            // Here the request should have kept the handle, and have aborted the task at its end.
            endless.push(reminders.spawn(sleep(STEP * 1000)).abort_handle());
        }
        for (tasks, gauge) in tasks.iter().zip(&gauges) {
            gauge.set(tasks.len());
        }
        sleep(STEP / 4).await;
    }
    for task in endless {
        task.abort();
    }
    let title = "Riddle 3: what grows?";
    gauge::figure(title, "tasks", &gauges.each_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line of a lane in the plain form.
    fn line(figure: &Figure, name: &str) -> String {
        let text = figure.to_string();
        let line = text.lines().find(|line| line.contains(name));
        line.unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn the_report_waits_for_ever_and_nothing_happens_on_its_lane() {
        let figure = stuck().await;
        assert!(
            line(&figure, "report  ").ends_with("still waiting"),
            "{figure}"
        );
        assert!(line(&figure, "report  ").contains("·········"), "{figure}");
        assert!(!line(&figure, "backup  ").contains("still"), "{figure}");
        assert!(!figure.to_string().contains("complete"), "{figure}");
    }

    #[tokio::test]
    async fn the_invoice_holds_the_thread_where_it_draws() {
        let figure = busy().await;
        assert!(line(&figure, "draw").contains("██████████"), "{figure}");
        assert!(line(&figure, "save").contains('·'), "{figure}");
    }

    #[tokio::test(start_paused = true)]
    async fn reminders_grow_with_every_request_and_requests_do_not() {
        let figure = leaking().await;
        let text = figure.description();
        assert!(text.contains("reminders 10"), "{text}");
        assert!(text.contains("requests 0"), "{text}");
        assert!(text.contains("workers 3"), "{text}");
    }
}
