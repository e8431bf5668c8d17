// A length is of another type of number.
async fn links() -> Vec<String> {
    vec!["a".to_string(), "b".to_string()]
}
let count: u32 = links().await.len(); //~ E0308
println!("{count}");
