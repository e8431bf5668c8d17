//! The README's pictures of exercise 1 are what the lab draws today. Where one is not, the new one lies beside it, with
//! `.new` at its end: look at it, then take `.new` off its name.

use futures::future::join_all;
use std::path::Path;
use std::time::Duration;
use support::timing::{Comparison, Timing};
use support::{Figure, timeline};
use tokio::time::{Instant, sleep};

const STEP: Duration = Duration::from_millis(200);

fn same(name: &str, figure: &Figure) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/assets/pictures");
    let drawn = figure.svg() + "\n";
    if std::fs::read_to_string(folder.join(name)).unwrap_or_default() != drawn {
        let new = folder.join(format!("{name}.new"));
        std::fs::write(&new, drawn).expect("the folder is there");
        panic!("{} is what the lab draws today", new.display());
    }
}

#[tokio::test(start_paused = true)]
async fn three_fetches_in_turn_and_together() {
    let begun = Instant::now();
    for _ in 1..=3 {
        sleep(STEP).await;
    }
    let in_turn = Timing::new("synchronous", begun.elapsed());
    let begun = Instant::now();
    join_all((1..=3).map(|_| sleep(STEP))).await;
    let together = Timing::new("asynchronous", begun.elapsed());
    let title = "Three fetches: waiting in turn, and waiting together";
    same(
        "bars.svg",
        &Comparison::new(title, [in_turn, together]).figure(),
    );
}

#[tokio::test(start_paused = true)]
async fn three_fetches_on_a_timeline() {
    let title = "Asynchronous: each fetch runs for an instant, twice";
    let figure = timeline::record(title, async |timeline| {
        join_all((1..=3).map(|id| timeline.watch(format!("data{id}"), sleep(STEP)))).await
    });
    same("lanes.svg", &figure.await);
}
