// The futures of two functions are of two types.
async fn tea() -> u32 { 3 }
async fn coffee() -> u32 { 6 }
let orders = vec![tea(), coffee()]; //~ E0308
for order in orders {
    println!("{}", order.await);
}
