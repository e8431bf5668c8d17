//! The local HTTP service under load, with each of its faults, and after it is gone.

use futures::future::join_all;
use reqwest::StatusCode;
use std::time::Duration;
use support::server::{Fault, Item, Post, Server, Settings, User};

fn quick() -> Settings {
    Settings::default().latency(Duration::from_millis(1))
}

async fn status(server: &Server, path: &str) -> StatusCode {
    reqwest::get(server.url(path))
        .await
        .expect("an answer")
        .status()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_requests_are_in_flight_at_once() {
    let server = Server::start(quick().gate(2_000)).expect("it starts");
    let client = reqwest::Client::new();
    let answers =
        join_all((0..2_000).map(|n| client.get(server.url(&format!("/users/{}", n + 1))).send()))
            .await;
    assert!(
        answers
            .into_iter()
            .all(|answer| answer.is_ok_and(|answer| answer.status().is_success()))
    );
    let counts = server.counts();
    assert_eq!(counts.requests, 2_000);
    assert_eq!(counts.most_in_flight, 2_000, "{counts}");
}

#[tokio::test]
async fn it_serves_posts_users_and_items() {
    let server = Server::start(quick()).expect("it starts");
    let post: Post = reqwest::get(server.url("/posts/7"))
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a post");
    assert_eq!(post.id, 7);
    let user: User = reqwest::get(server.url("/users/2"))
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a user");
    assert_eq!(user.name, "Bob");
    let item: Item = reqwest::get(server.url("/data/3"))
        .await
        .expect("an answer")
        .json()
        .await
        .expect("an item");
    assert_eq!(item.values.len(), 8);
    assert_eq!(status(&server, "/posts/0").await, StatusCode::NOT_FOUND);
    assert_eq!(status(&server, "/nothing").await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_connection_is_used_again_and_counted_once() {
    let server = Server::start(quick()).expect("it starts");
    let client = reqwest::Client::new();
    for id in 1..=5 {
        let answer = client
            .get(server.url(&format!("/posts/{id}")))
            .send()
            .await
            .expect("an answer");
        answer.bytes().await.expect("its body");
    }
    assert_eq!(
        (server.counts().connections, server.counts().requests),
        (1, 5)
    );
    let log = server.log();
    assert_eq!(log[4].path, "/posts/5");
    assert!(
        log.iter()
            .all(|request| request.end >= Some(request.start) && request.status == Some(200))
    );
}

#[tokio::test]
async fn a_status_is_answered_on_request() {
    let server = Server::start(quick()).expect("it starts");
    assert_eq!(
        status(&server, "/posts/1?fault=status%3A503").await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        status(&server, "/posts/1?fault=nonsense").await,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_flaky_path_works_after_so_many_failures() {
    let server = Server::start(quick().fault("/posts/1", Fault::Flaky(2))).expect("it starts");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(status(&server, "/posts/1").await.as_u16());
    }
    assert_eq!(statuses, [503, 503, 200, 200]);
}

#[tokio::test]
async fn a_slow_answer_comes_and_one_that_never_comes_does_not() {
    let server = Server::start(quick()).expect("it starts");
    assert_eq!(
        status(&server, "/posts/1?fault=slow:30").await,
        StatusCode::OK
    );
    let never = reqwest::get(server.url("/posts/1?fault=never"));
    assert!(
        tokio::time::timeout(Duration::from_millis(300), never)
            .await
            .is_err()
    );
    let log = server.log();
    assert!(
        log[0]
            .end
            .is_some_and(|end| end - log[0].start >= Duration::from_millis(30))
    );
    assert_eq!(log[1].end, None);
}

#[tokio::test]
async fn a_body_may_end_in_the_middle() {
    let server = Server::start(quick()).expect("it starts");
    let answer = reqwest::get(server.url("/posts/1?fault=cut"))
        .await
        .expect("it begins well");
    assert!(answer.status().is_success());
    assert!(answer.bytes().await.is_err());
}

#[tokio::test]
async fn a_body_may_be_no_json_or_be_called_something_else() {
    let server = Server::start(quick()).expect("it starts");
    let answer = reqwest::get(server.url("/posts/1?fault=malformed"))
        .await
        .expect("an answer");
    assert!(
        answer
            .json::<Post>()
            .await
            .is_err_and(|error| error.is_decode())
    );
    let answer = reqwest::get(server.url("/posts/1?fault=type"))
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["content-type"], "image/png");
}

#[tokio::test]
async fn more_than_the_limit_is_sent_away_with_a_time_to_come_back() {
    let server =
        Server::start(quick().latency(Duration::from_millis(500)).limit(2)).expect("it starts");
    let answers =
        join_all((1..=5).map(|id| reqwest::get(server.url(&format!("/posts/{id}"))))).await;
    let (good, sent_away): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .map(|answer| answer.expect("an answer"))
        .partition(|answer| answer.status().is_success());
    assert!(
        good.len() >= 2 && !sent_away.is_empty(),
        "{} and {}",
        good.len(),
        sent_away.len()
    );
    for answer in sent_away {
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()["retry-after"], "1");
    }
}
