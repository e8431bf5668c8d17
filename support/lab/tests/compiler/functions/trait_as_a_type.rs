// A trait stands where a type has to.
use std::future::Future;
async fn twice(work: Future<Output = u32>) -> u32 { //~ E0782
    work.await * 2
}
println!("{}", twice(async { 21 }).await);
