// A future is passed where its result is asked for.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
fn shout(text: String) -> String {
    text.to_uppercase()
}
println!("{}", shout(fetch(1))); //~ E0308
