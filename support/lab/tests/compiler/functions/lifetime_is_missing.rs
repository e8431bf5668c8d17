// The compiler cannot tell from which argument the reference comes.
async fn longer(a: &str, b: &str) -> &str { //~ E0106
    if a.len() > b.len() { a } else { b }
}
println!("{}", longer("tea", "coffee").await);
