// expects: wrong-result
fn join<F: Future>(first: F, second: F) -> impl Future<Output = (F::Output, F::Output)> {
    futures::future::join(second, first)
}
