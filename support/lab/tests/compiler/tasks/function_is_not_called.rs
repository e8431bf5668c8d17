// A task is made of the function, not of its future.
async fn work() -> u32 {
    42
}
let task = tokio::spawn(work); //~ E0277
println!("{}", task.await?);
