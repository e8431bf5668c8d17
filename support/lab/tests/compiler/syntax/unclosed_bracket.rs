// A list is not closed.
async fn total(numbers: Vec<u32>) -> u32 {
    numbers.iter().sum()
}
let sum = total(vec![1, 2, 3).await; //~ error
println!("{sum}");
