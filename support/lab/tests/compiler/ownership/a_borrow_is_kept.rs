// A part of a list is borrowed, and kept for the cells to come.
let words = vec!["tea".to_string(), "coffee".to_string()];
let first: &String = &words[0]; //~ notebook
println!("{first}");
