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

    /// Begins a transaction that writes. On PostgreSQL each of its statements sees what others have committed, whatever
    /// the server is set to; on SQLite it holds the only lock for writing from here on.
    #[must_use]
    pub fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres | Self::MySql => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }

    /// Asks a connection to SQLite for what is set on it and matters to what is written: whether foreign keys are enforced,
    /// how far a commit waits for the disk, and how many milliseconds a writer waits for another process's.
    #[must_use]
    pub fn write_settings() -> [&'static str; 3] {
        ["PRAGMA foreign_keys", "PRAGMA synchronous", "PRAGMA busy_timeout"]
    }

    /// Whether others see a change of tables while it is half done, and not only once it is permanent as a whole.
    #[must_use]
    pub fn shows_half_done_changes(self) -> bool {
        self == Self::MySql
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
