// What a task returned is taken without looking whether it panicked.
async fn count(word: &str) -> usize {
    word.len()
}
let task = tokio::spawn(count("tokio"));
let letters: usize = task.await; //~ E0308
println!("{letters}");
