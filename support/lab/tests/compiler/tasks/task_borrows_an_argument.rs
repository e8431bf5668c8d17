// A task may outlive the argument that it borrows.
async fn count(names: &[String]) -> usize {
    let task = tokio::spawn(async move { names.len() }); //~ E0521
    task.await.unwrap_or(0)
}
println!("{}", count(&["Ada".to_string()]).await);
