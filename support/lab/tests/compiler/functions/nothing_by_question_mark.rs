// A cell returns errors by `?`, not what is missing.
let pages = vec![1, 2];
let first = pages.first()?; //~ E0277 notebook
println!("{first}");
