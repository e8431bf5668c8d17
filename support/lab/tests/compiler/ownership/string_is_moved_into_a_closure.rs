// A closure that is called twice gives its text away the first time.
let name = "Ada".to_string();
let greet = move || async move { println!("hello, {name}") }; //~ E0525
fn twice<F: Fn() -> T, T>(work: F) -> (T, T) {
    (work(), work())
}
let (first, second) = twice(greet);
tokio::join!(first, second);
