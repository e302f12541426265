//! What a database answers instead of rows, as a code that clients can rely on. Details go to the log only.

use crate::{error::Code, plan};

/// A statement that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The driver's error.
    #[error(transparent)]
    Driver(#[from] sqlx::Error),
    /// A value that its column's type does not have.
    #[error("{0}")]
    Value(String),
    /// What is stored does not allow what was asked.
    #[error(transparent)]
    Refused(#[from] plan::Error),
    /// More groups than a page holds.
    #[error("there are more than {0} groups")]
    TooManyGroups(u64),
    /// More than an answer may hold.
    #[error("the answer has more than {0} bytes; ask for smaller pages")]
    TooLarge(usize),
}

/// A failure of the database itself, which ends an operation.
#[derive(Debug)]
pub struct Failure {
    /// The position of the field that was being answered.
    pub field: usize,
    /// What the database said.
    pub error: Error,
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self { field: 0, error: error.into() }
    }
}

impl Error {
    /// The code for clients.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Driver(error) => driver_code(error),
            Self::Refused(refusal) => refusal.code,
            Self::Value(_) => Code::Internal,
            Self::TooManyGroups(_) | Self::TooLarge(_) => Code::LimitExceeded,
        }
    }

    /// What clients are told.
    #[must_use]
    pub fn public_message(&self) -> String {
        match self.code() {
            _ if matches!(self, Self::Refused(_)) => self.to_string(),
            Code::LimitExceeded => self.to_string(),
            Code::Unavailable => "the database cannot be reached at the moment".to_owned(),
            Code::Timeout => "the database took too long to answer".to_owned(),
            Code::Invalid => "a value is out of the range that the database can hold".to_owned(),
            _ => "something went wrong inside the gateway; its log has the details".to_owned(),
        }
    }
}

fn driver_code(error: &sqlx::Error) -> Code {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
            Code::Unavailable
        }
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // PostgreSQL: class 08 connections, 57P0x shutdown, 53300 too many connections.
            Some(code) if code.starts_with("08") || code.starts_with("57P0") || code == "53300" => Code::Unavailable,
            // PostgreSQL: query_canceled. SQLite: SQLITE_BUSY, SQLITE_INTERRUPT.
            Some("57014" | "5" | "9") => Code::Timeout,
            // PostgreSQL: class 22, data that a type cannot hold, such as a number out of range.
            Some(code) if code.len() == 5 && code.starts_with("22") => Code::Invalid,
            _ => Code::Internal,
        },
        _ => Code::Internal,
    }
}
