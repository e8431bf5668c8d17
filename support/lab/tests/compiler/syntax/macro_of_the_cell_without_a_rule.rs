// A macro of the cell is called with more than it takes.
macro_rules! square { ($x:expr) => { $x * $x } }
println!("before");
println!("{}", square!(2, 3)); //~ error
