// A reference outlives the block that has the value.
let largest;
{
    let numbers = vec![1, 2, 3];
    largest = numbers.iter().max(); //~ E0597
}
println!("{largest:?}");
