// A list grows while a reference into it lives.
let mut numbers = vec![1, 2, 3];
let first = &numbers[0];
numbers.push(4); //~ E0502
println!("{first}");
