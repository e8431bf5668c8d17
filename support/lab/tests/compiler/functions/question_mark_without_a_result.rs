// A function that returns nothing uses the question mark.
async fn show(path: &str) {
    let text = tokio::fs::read_to_string(path).await?; //~ E0277
    println!("{text}");
}
show("notes.txt").await;
