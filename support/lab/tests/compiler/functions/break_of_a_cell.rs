// There is no loop to leave.
let pages = vec![1, 2];
break; //~ E0267 notebook
println!("{pages:?}");
