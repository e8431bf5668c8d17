// A future that is joined would be kept, too.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = fetch(1); //~ notebook
tokio::join!(page, fetch(2))
