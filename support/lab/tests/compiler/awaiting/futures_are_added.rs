// Two futures are added.
async fn price(item: &str) -> u32 {
    item.len() as u32 * 100
}
let total = price("tea") + price("coffee"); //~ E0369
println!("{total}");
