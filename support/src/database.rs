//! SQLite with the round trip of a remote server.
//!
//! The engine is a real one, with tables, rows and errors of its own, in the memory of this process. What a database on
//! another machine would cost is added openly: opening, querying and closing each wait for a round trip first. So
//! queries that overlap share their waiting, and one that is forgotten open shows.
//!
//! A [`Log`] keeps what happened in which order. Checks judge by it, not by the clock.

mod connection;
mod hold;
mod log;
mod pool;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hold::Hold;
use log::Recorder;

pub use connection::{Closing, Connection};
pub use log::{Event, EventKind, Log};
pub use pool::Pool;

/// What a row may be turned into: a tuple such as `(i64, String)`, by the order of the columns.
pub trait Row: for<'r> sqlx::FromRow<'r, SqliteRow> {}

impl<T: for<'r> sqlx::FromRow<'r, SqliteRow>> Row for T {}

/// Why a database did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The database refused, in its own words.
    Refused(String),
    /// The connection, or the pool, is closed already.
    Closed,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(words) => f.write_str(words),
            Error::Closed => f.write_str("the connection is closed"),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => Error::Refused(error.message().to_owned()),
            sqlx::Error::PoolClosed => Error::Closed,
            other => Error::Refused(other.to_string()),
        }
    }
}

/// How long a database takes for each of its answers, besides its own work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundTrip {
    /// Before a connection is open.
    pub open: Duration,
    /// Before a query reaches the engine.
    pub query: Duration,
    /// Before a connection is closed.
    pub close: Duration,
}

impl RoundTrip {
    /// The same for all three.
    pub fn of(duration: Duration) -> Self {
        RoundTrip {
            open: duration,
            query: duration,
            close: duration,
        }
    }
}

#[derive(Debug)]
struct Shared {
    options: SqliteConnectOptions,
    round_trip: RoundTrip,
    recorder: Recorder,
    /// Whether the clock may be a paused one, as that of checks is.
    paused: bool,
    /// Held while the engine works, which does one thing at a time: writers would refuse each other otherwise. Nobody
    /// holds it during a round trip. It also keeps the database alive, which ends with its last connection.
    engine: tokio::sync::Mutex<SqliteConnection>,
}

impl Shared {
    /// How long this query is on its way. A paused clock is that of a check: there, every third one takes twice as long, so
    /// that results in the order of their arrival show.
    fn trip(&self, query: usize) -> Duration {
        let slow = self.paused && query % 3 == 2;
        self.round_trip.query * if slow { 2 } else { 1 }
    }
}

/// A database with the tables `users (id, name)` and `orders (id, user_id, cents)`. Clones are the same database.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use support::database::{Database, RoundTrip};
///
/// let database = Database::start(RoundTrip::of(Duration::from_millis(1))).await?;
/// let connection = database.open().await?;
/// let users: Vec<(i64, String)> = connection
///     .query("SELECT id, name FROM users WHERE id <= ?", [2])
///     .await?;
/// assert_eq!(users, [(1, "Alice".to_owned()), (2, "Bob".to_owned())]);
/// connection.close().await?;
/// assert_eq!(database.log().open_connections(), 0);
/// # Ok::<(), support::database::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

/// A hundred users with the names that the local service gives them, and three orders of each.
const TABLES: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id), cents INTEGER NOT NULL
    );
    CREATE INDEX orders_of_user ON orders (user_id);
";

impl Database {
    /// Makes a database of its own, with the same rows every time.
    ///
    /// # Errors
    ///
    /// Where the process has no memory or thread left.
    pub async fn start(round_trip: RoundTrip) -> Result<Self, Error> {
        Self::start_on(round_trip, false).await
    }

    /// The same where the clock may be paused: it stands while the engine works.
    pub(crate) async fn start_on_paused_clock(round_trip: RoundTrip) -> Result<Self, Error> {
        Self::start_on(round_trip, true).await
    }

    async fn start_on(round_trip: RoundTrip, paused: bool) -> Result<Self, Error> {
        let _hold = Hold::new(paused);
        let options: SqliteConnectOptions = "sqlite::memory:".parse()?;
        let options = options.disable_statement_logging();
        let mut engine = options.connect().await?;
        sqlx::raw_sql(TABLES).execute(&mut engine).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(rows()))
            .execute(&mut engine)
            .await?;
        Ok(Database {
            shared: Arc::new(Shared {
                options,
                round_trip,
                recorder: Recorder::default(),
                paused,
                engine: tokio::sync::Mutex::new(engine),
            }),
        })
    }

    /// Opens a connection, after a round trip. Whoever opens it has to close it.
    ///
    /// # Errors
    ///
    /// Where the process has no memory or thread left.
    pub async fn open(&self) -> Result<Connection, Error> {
        Connection::open(self.shared.clone()).await
    }

    /// A pool that opens at most `size` connections, each when it is needed first, and lends them out.
    pub fn pool(&self, size: u32) -> Pool {
        Pool::new(self.shared.clone(), size)
    }

    /// What has happened so far.
    pub fn log(&self) -> Log {
        self.shared.recorder.log()
    }
}

/// The content of the tables, as one statement each.
fn rows() -> String {
    let users: Vec<_> = (1..=100)
        .map(|id| format!("({id}, '{}')", crate::server::user(id).name))
        .collect();
    let orders: Vec<_> = (1..=300)
        .map(|id| format!("({id}, {}, {})", (id - 1) % 100 + 1, 500 + id * 37 % 1900))
        .collect();
    format!(
        "INSERT INTO users VALUES {}; INSERT INTO orders VALUES {};",
        users.join(", "),
        orders.join(", ")
    )
}
