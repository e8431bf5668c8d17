// What a plain function returns cannot be awaited.
fn add(a: u32, b: u32) -> u32 {
    a + b
}
let sum = add(1, 2).await; //~ E0277
println!("{sum}");
