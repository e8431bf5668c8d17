// Two futures change one list at a time.
let mut pages = vec![1];
let one = async { pages.push(2); };
let two = async { pages.push(3); }; //~ E0499
tokio::join!(one, two);
println!("{pages:?}");
