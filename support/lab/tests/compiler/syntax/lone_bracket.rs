// A bracket is left over from what was deleted.
println!("one");
} //~ error
println!("two");
