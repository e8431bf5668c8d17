// The future is matched, not the result.
async fn load(id: u32) -> Result<String, String> {
    if id > 0 { Ok(format!("page {id}")) } else { Err("no such page".to_string()) }
}
match load(1) {
    Ok(page) => println!("{page}"), //~ E0308
    Err(error) => println!("failed: {error}"), //~ E0308
}
