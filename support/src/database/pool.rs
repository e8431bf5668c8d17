//! A pool: a few connections, lent to many queries.

use super::connection::{Running, statement};
use super::{Error, EventKind, Row, Shared};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions, SqliteRow};
use std::sync::Arc;

/// A few connections that are opened when they are needed and lent to one query at a time.
///
/// Every query finds a connection or waits for one, so nobody has to close a connection after each. The pool itself
/// has to be closed.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    number: usize,
    pool: SqlitePool,
}

impl Pool {
    pub(super) fn new(shared: Arc<Shared>, size: u32) -> Self {
        let number = shared.recorder.next_connection();
        let opened = shared.clone();
        let pool = SqlitePoolOptions::new()
            .max_connections(size.max(1))
            .after_connect(move |_connection, _about| {
                let shared = opened.clone();
                Box::pin(async move {
                    shared.recorder.note(number, EventKind::Connecting);
                    tokio::time::sleep(shared.round_trip.open).await;
                    shared.recorder.note(number, EventKind::Connected);
                    Ok(())
                })
            })
            .connect_lazy_with(shared.options.clone());
        Pool {
            shared,
            number,
            pool,
        }
    }

    /// Waits for a connection, runs one statement on it, and gives it back.
    ///
    /// # Errors
    ///
    /// What the database says about a statement that it refuses; [`Error::Closed`] after [`close`](Self::close).
    pub async fn query<T: Row>(
        &self,
        sql: &str,
        values: impl AsRef<[i64]>,
    ) -> Result<Vec<T>, Error> {
        let mut connection = self.pool.acquire().await?;
        let running = Running::start(&self.shared, self.number, sql);
        tokio::time::sleep(self.shared.round_trip.query).await;
        let rows: Result<Vec<SqliteRow>, Error> = async {
            let _engine = self.shared.engine.lock().await;
            Ok(statement(sql, values.as_ref())
                .fetch_all(&mut *connection)
                .await?)
        }
        .await;
        running.end(rows)
    }

    /// Closes every connection, after a round trip.
    pub async fn close(&self) {
        if self.pool.is_closed() {
            return;
        }
        let open = self.pool.size();
        tokio::time::sleep(self.shared.round_trip.close).await;
        self.pool.close().await;
        for _ in 0..open {
            self.shared.recorder.note(self.number, EventKind::Closed);
        }
    }
}
