// The semicolon at the end turns the result into nothing.
async fn double(number: u32) -> u32 { //~ E0308
    tokio::task::yield_now().await;
    number * 2;
}
println!("{}", double(21).await);
