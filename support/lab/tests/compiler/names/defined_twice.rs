// A function is defined twice in one cell.
fn first() -> u32 { 1 }
fn first() -> u32 { 2 } //~ E0428
println!("{}", first());
