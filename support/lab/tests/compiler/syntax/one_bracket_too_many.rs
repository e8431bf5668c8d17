// A brace closes what was never opened.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
} //~ error
println!("{}", fetch(1).await);
