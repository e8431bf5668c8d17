// Each round of the loop moves the same list into a task.
use tokio::task::JoinSet;
let words = vec!["tea".to_string(), "coffee".to_string()];
let mut tasks = JoinSet::new();
for round in 0..3 {
    tasks.spawn(async move { words.len() + round }); //~ E0382
}
println!("{:?}", tasks.join_all().await);
