// The variable has no name.
println!("before");
let = 5; //~ error
println!("after");
