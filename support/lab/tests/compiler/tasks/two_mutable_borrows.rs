// Two futures that run together both change the same list.
async fn add(list: &mut Vec<u32>, number: u32) {
    tokio::task::yield_now().await;
    list.push(number);
}
let mut list = Vec::new();
tokio::join!(add(&mut list, 1), add(&mut list, 2)); //~ E0499
println!("{list:?}");
