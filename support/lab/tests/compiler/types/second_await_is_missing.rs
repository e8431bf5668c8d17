// The body of a reply comes by an await of its own.
async fn page(url: &str) -> Result<String, reqwest::Error> {
    let reply = reqwest::get(url).await?;
    let body = reply.text()?; //~ E0277
    Ok(body)
}
println!("{}", page("http://localhost:1").await.is_err());
