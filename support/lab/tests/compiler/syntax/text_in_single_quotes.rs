// Single quotes are for one character.
async fn length(text: &str) -> usize {
    text.len()
}
println!("{}", length('hello').await); //~ error
