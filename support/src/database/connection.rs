//! A connection: opened, used, and closed, each after a round trip.

use super::hold::Hold;
use super::{Error, EventKind, Row, Shared};
use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// An open connection. Several queries may be under way on it at the same time.
///
/// Dropping it does not close it: closing waits for the server's answer, and a destructor cannot wait. The log then says
/// that it was left open.
#[derive(Debug)]
pub struct Connection {
    shared: Arc<Shared>,
    number: usize,
    /// Nothing once it is closed.
    sqlite: tokio::sync::Mutex<Option<SqliteConnection>>,
}

impl Connection {
    pub(super) async fn open(shared: Arc<Shared>) -> Result<Self, Error> {
        let number = shared.recorder.next_connection();
        shared.recorder.note(number, EventKind::Connecting);
        tokio::time::sleep(shared.round_trip.open).await;
        let _hold = Hold::new(shared.paused);
        let sqlite = shared.options.connect().await?;
        shared.recorder.note(number, EventKind::Connected);
        Ok(Connection {
            shared,
            number,
            sqlite: tokio::sync::Mutex::new(Some(sqlite)),
        })
    }

    /// Runs one statement, its question marks filled with `values`, and returns its rows.
    ///
    /// # Errors
    ///
    /// What the database says about a statement that it refuses; [`Error::Closed`] after [`close`](Self::close).
    pub async fn query<T: Row>(
        &self,
        sql: &str,
        values: impl AsRef<[i64]>,
    ) -> Result<Vec<T>, Error> {
        let running = Running::start(&self.shared, self.number, sql);
        tokio::time::sleep(self.shared.trip(running.number)).await;
        let rows = self.ask(sql, values.as_ref()).await;
        running.end(rows)
    }

    async fn ask(&self, sql: &str, values: &[i64]) -> Result<Vec<SqliteRow>, Error> {
        let mut sqlite = self.sqlite.lock().await;
        let sqlite = sqlite.as_mut().ok_or(Error::Closed)?;
        let _engine = self.shared.engine.lock().await;
        let _hold = Hold::new(self.shared.paused);
        Ok(statement(sql, values).fetch_all(sqlite).await?)
    }

    /// Closes the connection, after a round trip. Like every future, the one that this returns does nothing until it is
    /// awaited.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] where it is closed already.
    pub fn close(&self) -> Closing<'_> {
        Closing {
            connection: self,
            work: Some(self.say_goodbye().boxed()),
        }
    }

    async fn say_goodbye(&self) -> Result<(), Error> {
        let mut sqlite = self.sqlite.lock().await;
        if sqlite.is_none() {
            self.note(EventKind::ClosedAgain);
            return Err(Error::Closed);
        }
        self.note(EventKind::Closing);
        tokio::time::sleep(self.shared.round_trip.close).await;
        if let Some(sqlite) = sqlite.take() {
            let _hold = Hold::new(self.shared.paused);
            let closed = sqlite.close().await;
            self.note(EventKind::Closed);
            closed?;
        }
        Ok(())
    }

    fn note(&self, kind: EventKind) {
        self.shared.recorder.note(self.number, kind);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.sqlite.get_mut().is_some() {
            self.note(EventKind::LeftOpen);
        }
    }
}

/// The end of a connection, to be awaited.
#[must_use = "a connection is closed once its `close()` has been awaited"]
pub struct Closing<'c> {
    connection: &'c Connection,
    /// Nothing once it has ended.
    work: Option<BoxFuture<'c, Result<(), Error>>>,
}

impl std::fmt::Debug for Closing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Closing")
            .field("connection", &self.connection.number)
            .finish_non_exhaustive()
    }
}

impl Future for Closing<'_> {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.work else {
            return Poll::Ready(Err(Error::Closed));
        };
        let ended = work.poll_unpin(context);
        if ended.is_ready() {
            self.work = None;
        }
        ended
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if self.work.take().is_some() {
            self.connection.note(EventKind::CloseDropped);
        }
    }
}

/// A query under way. Whatever becomes of it is in the log, being dropped included.
pub(super) struct Running<'s> {
    shared: &'s Shared,
    connection: usize,
    number: usize,
    ended: bool,
}

impl<'s> Running<'s> {
    pub(super) fn start(shared: &'s Shared, connection: usize, sql: &str) -> Self {
        let number = shared.recorder.next_query();
        shared
            .recorder
            .note(connection, EventKind::Sent(number, sql.to_owned()));
        Running {
            shared,
            connection,
            number,
            ended: false,
        }
    }

    /// Notes how it ended, and reads the rows.
    pub(super) fn end<T: Row>(
        mut self,
        rows: Result<Vec<SqliteRow>, Error>,
    ) -> Result<Vec<T>, Error> {
        let read = rows.and_then(|rows| {
            let read: Result<Vec<T>, _> = rows.iter().map(T::from_row).collect();
            Ok(read?)
        });
        self.ended = true;
        let kind = match &read {
            Ok(rows) => EventKind::Answered(self.number, rows.len()),
            Err(error) => EventKind::Refused(self.number, error.to_string()),
        };
        self.shared.recorder.note(self.connection, kind);
        read
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.shared
                .recorder
                .note(self.connection, EventKind::Abandoned(self.number));
        }
    }
}

/// A statement with its values. Statements come from notebooks as text; their values never become part of it.
pub(super) fn statement(
    sql: &str,
    values: &[i64],
) -> sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments> {
    values.iter().fold(
        sqlx::query(AssertSqlSafe(sql.to_owned())),
        |query, value| query.bind(*value),
    )
}
