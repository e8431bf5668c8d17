// The first round gives the list away.
async fn total(prices: Vec<u32>) -> u32 {
    prices.iter().sum()
}
let prices = vec![3, 6];
for round in 0..2 {
    println!("{round}: {}", total(prices).await); //~ E0382
}
