// A loop runs over the future of a list.
async fn links() -> Vec<String> {
    vec!["a".to_string(), "b".to_string()]
}
for link in links() { //~ E0277
    println!("{link}");
}
