// expects: passed
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

async fn fetch(id: u32) -> String {
    tokio::time::sleep_until(tokio::time::Instant::now() + STEP).await;
    format!("data{id}")
}

enum Slot {
    Waiting(Pin<Box<dyn Future<Output = String> + Send>>),
    Done(String),
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let mut slots: Vec<Slot> = ids.into_iter().map(|id| Slot::Waiting(Box::pin(fetch(id)))).collect();
    std::future::poll_fn(move |cx| {
        let mut all_done = true;
        for slot in slots.iter_mut() {
            if let Slot::Waiting(future) = slot {
                match future.as_mut().poll(cx) {
                    Poll::Ready(text) => *slot = Slot::Done(text),
                    Poll::Pending => all_done = false,
                }
            }
        }
        if !all_done {
            return Poll::Pending;
        }
        Poll::Ready(
            std::mem::take(&mut slots)
                .into_iter()
                .filter_map(|slot| match slot {
                    Slot::Done(text) => Some(text),
                    Slot::Waiting(_) => None,
                })
                .collect(),
        )
    })
    .await
}
