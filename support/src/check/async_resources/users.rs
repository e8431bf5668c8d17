//! One call of `load_users`, and what it did.

use super::STEP;
use crate::database::{Connection, Database, Error, EventKind, Log, RoundTrip};
use crate::server::{self, User};

/// What `load_users` is asked for, and of what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) ids: &'static [u32],
    pub(super) fails: Option<&'static str>,
    /// Done to the tables beforehand.
    spoils: Option<&'static str>,
}

/// First what shows most: ids that are neither sorted nor counted, and more than anybody limits himself to. Then ways to fail, of which each concerns one query among
/// others; then one twice, one, and none.
pub(super) const CASES: [Case; 6] = [
    Case {
        ids: &[
            33, 7, 12, 90, 2, 51, 100, 18, 64, 3, 77, 29, 45, 8, 96, 11, 60, 24, 83, 37, 5, 70, 14,
            58,
        ],
        fails: None,
        spoils: None,
    },
    Case {
        ids: &[4, 5, 6],
        fails: Some("the name of user 5 cannot be read as text"),
        spoils: Some("UPDATE users SET name = X'00FF' WHERE id = 5"),
    },
    Case {
        ids: &[8, 101, 9],
        fails: Some("there is no user 101"),
        spoils: None,
    },
    Case {
        ids: &[6, 2, 6],
        fails: None,
        spoils: None,
    },
    Case {
        ids: &[8],
        fails: None,
        spoils: None,
    },
    Case {
        ids: &[],
        fails: None,
        spoils: None,
    },
];

impl Case {
    /// What it must return, where it must succeed.
    pub(super) fn wanted(&self) -> Vec<User> {
        self.ids.iter().copied().map(server::user).collect()
    }
}

/// What it did.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) users: Result<Vec<User>, Error>,
    pub(super) log: Log,
    /// Whether it closed the connection, which is not its own.
    pub(super) closed: bool,
}

pub(super) async fn load(
    load_users: impl AsyncFn(&Connection, Vec<u32>) -> Result<Vec<User>, Error>,
    case: &Case,
) -> Result<Loaded, Error> {
    let database = Database::start_on_paused_clock(RoundTrip::of(STEP)).await?;
    let connection = database.open().await?;
    if let Some(sql) = case.spoils {
        let other = database.open().await?;
        other.query::<()>(sql, []).await?;
        other.close().await?;
    }
    let before = database.log();
    let users = load_users(&connection, case.ids.to_vec()).await;
    let log = database.log().since(&before);
    let closed = log.count(|kind| matches!(kind, EventKind::Closing)) > 0;
    // Where it is closed already, that was seen.
    let _closed_already = connection.close().await;
    Ok(Loaded { users, log, closed })
}
