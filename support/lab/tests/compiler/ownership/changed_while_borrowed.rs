// The list is changed while a part of it is borrowed.
async fn print(word: &str) {
    println!("{word}");
}
async fn serve(mut words: Vec<String>) {
    let first = &words[0];
    words.push("coffee".to_string()); //~ E0502
    print(first).await;
}
serve(vec!["tea".to_string()]).await;
