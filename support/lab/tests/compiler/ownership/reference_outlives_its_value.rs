// A reference outlives what it points to.
async fn longest() -> usize {
    let longest: &str;
    {
        let word = "coffee".to_string();
        longest = &word; //~ E0597
    }
    longest.len()
}
longest().await
