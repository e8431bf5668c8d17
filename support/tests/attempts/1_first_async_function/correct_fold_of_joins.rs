// expects: passed
use futures::future::{self, BoxFuture, FutureExt};

async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).map(|()| format!("data{id}")).await
}

// A left fold of pairwise joins: polling the outermost one polls all the others.
async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let nothing: BoxFuture<'static, Vec<String>> = future::ready(Vec::new()).boxed();
    ids.into_iter()
        .fold(nothing, |earlier, id| {
            future::join(earlier, fetch(id))
                .map(|(mut texts, text)| {
                    texts.push(text);
                    texts
                })
                .boxed()
        })
        .await
}
