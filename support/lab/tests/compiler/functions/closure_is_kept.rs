// A closure is kept for a later cell, and its type has no name.
let one = 1;
let add = |number: u32| number + one; //~ notebook
println!("{}", add(1));
