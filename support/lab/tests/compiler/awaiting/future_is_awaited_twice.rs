// A future is awaited twice.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = fetch(1);
let first = page.await;
let second = page.await; //~ E0382
println!("{first} {second}");
