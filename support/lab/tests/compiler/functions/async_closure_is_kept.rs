// An async closure is kept for a later cell.
let add = async |number: u32| number + 1; //~ notebook
let two = add(1).await;
println!("{two}");
