// A closure is spawned, not a future.
let task = tokio::spawn(|| async { 5 }); //~ E0277
let five = task.await?;
println!("{five}");
