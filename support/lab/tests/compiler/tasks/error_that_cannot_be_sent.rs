// The error that a task returns may hold what must stay on its thread.
use std::error::Error;
async fn parse(text: &str) -> Result<u32, Box<dyn Error>> {
    Ok(text.parse()?)
}
let task = tokio::spawn(parse("5")); //~ E0277
println!("{:?}", task.await?);
