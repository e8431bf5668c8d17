// A list is moved into a task, and used afterwards.
let names = vec!["Ada".to_string(), "Grace".to_string()];
let task = tokio::spawn(async move {
    println!("in the task: {}", names.len());
});
task.await?;
println!("after it: {}", names.len()); //~ E0382
