// %% first cell
:dep support = { path = "SUPPORT" }
:dep tokio = { package = "support-tokio", path = "SUPPORT/tokio" }
use support::*;
1 + 1

// %% figure
chart::bars("Two fetches", &[
    chart::Bar::new("in turn", std::time::Duration::from_millis(400)),
    chart::Bar::new("at once", std::time::Duration::from_millis(200)),
])

// %% first await
tokio::time::sleep(std::time::Duration::from_millis(1)).await;
"awaited"

// %% first let
let words = vec!["one".to_owned(), "two".to_owned()];
words.len()

// %% HTTP
let server = server::Server::start(server::Settings::default())?;
let status = reqwest::get(server.url("/posts/1")).await?.status().as_u16();
status

// %% later: a function
async fn double_NUMBER(value: u64) -> u64 {
    tokio::task::yield_now().await;
    value * 2
}

// %% later: an await
double_BEFORE(NUMBER).await

// %% later: a line of output
println!("NUMBER: {}", words.join(" "));

// %% later: a variable
let total_NUMBER = words.iter().map(|word| word.len()).sum::<usize>() + NUMBER;
