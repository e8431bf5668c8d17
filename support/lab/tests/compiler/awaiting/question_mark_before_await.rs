// The question mark stands where the await is missing.
async fn load(id: u32) -> Result<String, std::io::Error> {
    tokio::fs::read_to_string(format!("{id}.txt")).await
}
let page = load(1)?; //~ E0277
println!("{page}");
