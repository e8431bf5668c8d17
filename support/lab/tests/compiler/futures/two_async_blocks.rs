// No two async blocks are of the same type.
async fn total() -> u32 {
    let mut parts = vec![async { 1 }];
    parts.push(async { 2 }); //~ E0308
    let mut sum = 0;
    for part in parts { sum += part.await; }
    sum
}
println!("{}", total().await);
