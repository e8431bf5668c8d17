// A future that is polled in a loop has to stay where it is.
use tokio::time::{sleep, Duration};
async fn fetch() -> String {
    sleep(Duration::from_millis(30)).await;
    "page".to_string()
}
let mut work = fetch();
loop {
    tokio::select! { //~ E0277
        page = &mut work => { println!("{page}"); break; }
        _ = sleep(Duration::from_millis(10)) => println!("still waiting"),
    }
}
