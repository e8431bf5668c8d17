// A value cannot be moved out of a list by its index.
async fn shout(word: String) -> String {
    word.to_uppercase()
}
let words = vec!["tea".to_string(), "coffee".to_string()];
println!("{}", shout(words[0]).await); //~ E0507
