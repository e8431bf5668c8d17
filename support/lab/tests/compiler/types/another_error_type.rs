// The error of the file is not the one that the function returns.
async fn number(path: &str) -> Result<u32, std::num::ParseIntError> {
    let text = tokio::fs::read_to_string(path).await?; //~ E0277
    text.trim().parse()
}
println!("{:?}", number("number.txt").await);
