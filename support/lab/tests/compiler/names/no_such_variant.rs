// The enum has no such variant.
enum State { Waiting, Running, Done }
async fn state() -> State {
    State::Finished //~ E0599
}
if let State::Done = state().await {
    println!("done");
}
