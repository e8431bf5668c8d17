// A task may outlive the variable that it borrows.
let names = vec!["Ada".to_string(), "Grace".to_string()];
let task = tokio::spawn(async { //~ E0373 notebook
    println!("{} names", names.len());
});
task.await?;
