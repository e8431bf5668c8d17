// A future is compared with a number.
async fn count(word: &str) -> usize {
    word.len()
}
if count("tokio") == 5 { //~ E0369
    println!("five letters");
}
