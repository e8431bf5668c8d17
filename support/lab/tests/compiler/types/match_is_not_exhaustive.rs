// One of the cases is not handled.
use tokio::time::{timeout, Duration};
enum State { Waiting, Running, Done }
async fn state() -> State { State::Running }
match state().await { //~ E0004
    State::Waiting => println!("waiting"),
    State::Running => println!("running"),
}
