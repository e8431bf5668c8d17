// The last line is a future, which has nothing to show.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
fetch(1) //~ E0277 notebook
