// A function is private to its module.
mod pages {
    async fn fetch(id: u32) -> String {
        format!("page {id}")
    }
}
println!("{}", pages::fetch(1).await); //~ E0603
