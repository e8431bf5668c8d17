// The trait with the method is not imported.
use tokio::fs::File;
async fn text() -> std::io::Result<String> {
    let mut file = File::open("notes.txt").await?;
    let mut text = String::new();
    file.read_to_string(&mut text).await?; //~ E0599
    Ok(text)
}
println!("{}", text().await?);
