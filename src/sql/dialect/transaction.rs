//! How transactions begin and end.

use super::Dialect;

impl Dialect {
    /// Begins a transaction whose statements all see one state of the database.
    #[must_use]
    pub fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN DEFERRED",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // One round trip: the first says it for the next transaction only.
            Self::MySql => "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION READ ONLY",
        }
    }

    /// Begins a transaction that writes on PostgreSQL: each of its statements sees what others have committed, whatever
    /// the server is set to.
    #[must_use]
    pub fn begin_write(self) -> &'static str {
        "BEGIN ISOLATION LEVEL READ COMMITTED"
    }

    /// Ends a transaction and keeps what it has written.
    #[must_use]
    pub fn end_write(self) -> &'static str {
        "COMMIT"
    }

    /// Ends a transaction that has written nothing.
    #[must_use]
    pub fn end_read(self) -> &'static str {
        "ROLLBACK"
    }

    /// Asks how far transactions are kept apart that say nothing about it; nothing where there is one way only.
    #[must_use]
    pub fn default_isolation(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SHOW default_transaction_isolation"),
            Self::MySql => Some("SELECT lower(replace(@@tx_isolation, '-', ' '))"),
        }
    }
}
