//! What the database does with good and bad requests, and what its log says afterwards.

use futures::future::join_all;
use std::time::Duration;
use support::database::{Database, Error, EventKind, RoundTrip};

const TRIP: Duration = Duration::from_millis(1);

async fn database() -> Database {
    Database::start(RoundTrip::of(TRIP))
        .await
        .expect("it starts")
}

#[tokio::test]
async fn a_broken_query_reports_the_words_of_the_database() {
    let database = database().await;
    let connection = database.open().await.expect("it opens");
    let refused = connection
        .query::<(i64,)>("SELECT * FROM customers", [])
        .await;
    assert_eq!(
        refused,
        Err(Error::Refused("no such table: customers".to_owned()))
    );
    connection.close().await.expect("it closes");
    assert_eq!(
        database
            .log()
            .count(|kind| matches!(kind, EventKind::Refused(..))),
        1
    );
}

#[tokio::test]
async fn a_row_that_does_not_fit_is_an_error() {
    let database = database().await;
    let connection = database.open().await.expect("it opens");
    let rows = connection
        .query::<(i64,)>("SELECT name FROM users", [])
        .await;
    assert!(matches!(rows, Err(Error::Refused(words)) if words.contains("mismatched types")));
    connection.close().await.expect("it closes");
}

#[tokio::test]
async fn a_value_never_becomes_part_of_the_statement_and_rows_can_be_written() {
    let database = database().await;
    let connection = database.open().await.expect("it opens");
    let write = "INSERT INTO orders (user_id, cents) VALUES (?, ?) RETURNING id";
    let written: Vec<(i64,)> = connection
        .query(write, [1, 4200])
        .await
        .expect("it is written");
    assert_eq!(written, [(301,)]);
    let sum = "SELECT COUNT(*), SUM(cents) FROM orders WHERE user_id = ? AND cents = ?";
    let read: Vec<(i64, i64)> = connection.query(sum, [1, 4200]).await.expect("it is read");
    assert_eq!(read, [(1, 4200)]);
    connection.close().await.expect("it closes");
}

#[tokio::test]
async fn two_databases_share_nothing() {
    let (one, other) = (database().await, database().await);
    let connection = one.open().await.expect("it opens");
    let gone: Vec<(i64,)> = connection
        .query("DELETE FROM orders RETURNING id", [])
        .await
        .expect("they are deleted");
    assert_eq!(gone.len(), 300);
    let left = other.open().await.expect("it opens");
    let rows: Vec<(i64,)> = left
        .query("SELECT COUNT(*) FROM orders", [])
        .await
        .expect("counted");
    assert_eq!(rows, [(300,)]);
    connection.close().await.expect("it closes");
    left.close().await.expect("it closes");
}

#[tokio::test(start_paused = true)]
async fn round_trips_of_one_connection_overlap() {
    let hour = RoundTrip::of(Duration::from_secs(3600));
    let database = Database::start(hour).await.expect("it starts");
    let connection = database.open().await.expect("it opens");
    let started = tokio::time::Instant::now();
    let queries = (1..=3).map(|id| connection.query("SELECT name FROM users WHERE id = ?", [id]));
    let names: Vec<(String,)> = join_all(queries)
        .await
        .into_iter()
        .flat_map(|rows| rows.expect("rows"))
        .collect();
    assert_eq!(names.len(), 3);
    assert!(started.elapsed() < Duration::from_secs(3 * 3600));
    connection.close().await.expect("it closes");
    assert_eq!(database.log().most_queries(), 3);
}

#[tokio::test]
async fn closing_is_told_from_not_closing() {
    let database = database().await;
    let connection = database.open().await.expect("it opens");
    drop(connection.close());
    assert_eq!(
        database
            .log()
            .count(|kind| *kind == EventKind::CloseDropped),
        1
    );
    connection.close().await.expect("it closes");
    assert_eq!(connection.close().await, Err(Error::Closed));
    let late = connection.query::<(i64,)>("SELECT 1", []).await;
    assert_eq!(late, Err(Error::Closed));
    drop(connection);
    let open = database.open().await.expect("it opens");
    drop(open);
    let log = database.log();
    let counts = [
        log.count(|kind| *kind == EventKind::Closed),
        log.count(|kind| *kind == EventKind::ClosedAgain),
        log.count(|kind| *kind == EventKind::LeftOpen),
        log.open_connections(),
    ];
    assert_eq!(counts, [1, 1, 1, 1], "{log}");
}

#[tokio::test]
async fn a_query_that_nobody_waits_for_any_more_is_in_the_log() {
    let hour = RoundTrip {
        query: Duration::from_secs(3600),
        ..RoundTrip::of(TRIP)
    };
    let database = Database::start(hour).await.expect("it starts");
    let connection = database.open().await.expect("it opens");
    let query = connection.query::<(i64,)>("SELECT 1", []);
    tokio::time::timeout(TRIP, query)
        .await
        .expect_err("it takes an hour");
    connection.close().await.expect("it closes");
    assert_eq!(
        database
            .log()
            .count(|kind| *kind == EventKind::Abandoned(1)),
        1
    );
}

#[tokio::test]
async fn a_pool_opens_no_more_connections_than_it_may() {
    let database = database().await;
    let pool = database.pool(3);
    let queries = (1..=20).map(|id| pool.query("SELECT name FROM users WHERE id = ?", [id]));
    for rows in join_all(queries).await {
        let rows: Vec<(String,)> = rows.expect("rows");
        assert_eq!(rows.len(), 1);
    }
    let log = database.log();
    let opened = log.count(|kind| *kind == EventKind::Connected);
    assert!(
        (1..=3).contains(&opened) && log.most_queries() <= 3,
        "{log}"
    );
    pool.close().await;
    pool.close().await;
    assert_eq!(database.log().open_connections(), 0);
    let late = pool.query::<(i64,)>("SELECT 1", []).await;
    assert_eq!(late, Err(Error::Closed));
}
