// Nothing says into what is collected.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let jobs = (1..=3).map(fetch).collect(); //~ E0283
for page in jobs {
    println!("{}", page.await);
}
