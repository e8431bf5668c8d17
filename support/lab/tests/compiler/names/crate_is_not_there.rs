// The crate is not among the notebook's dependencies.
use tokio_stream::StreamExt; //~ E0432
let mut numbers = tokio_stream::iter(vec![1, 2, 3]); //~ E0433
while let Some(number) = numbers.next().await {
    println!("{number}");
}
