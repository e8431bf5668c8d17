// The list is of boxed futures, and the future is not boxed.
use std::future::Future;
use std::pin::Pin;
type Job = Pin<Box<dyn Future<Output = u32> + Send>>;
async fn square(number: u32) -> u32 { number * number }
let jobs: Vec<Job> = vec![square(2)]; //~ E0308
for job in jobs {
    println!("{}", job.await);
}
