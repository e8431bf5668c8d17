// An async function returns a reference to what ends with it.
async fn greeting(name: &str) -> &str {
    let text = format!("hello, {name}");
    text.as_str() //~ E0515
}
println!("{}", greeting("Ada").await);
