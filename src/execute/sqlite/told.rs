//! What SQLite says to a statement that was run directly, as the pool's driver would tell it.

use std::{borrow::Cow, error::Error as StdError};

use rusqlite::{
    Error as DriverError,
    ffi::{
        SQLITE_BUSY, SQLITE_CONSTRAINT, SQLITE_CONSTRAINT_CHECK, SQLITE_CONSTRAINT_FOREIGNKEY,
        SQLITE_CONSTRAINT_NOTNULL, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE, SQLITE_MISMATCH,
        SQLITE_TOOBIG,
    },
};
use sqlx::error::{DatabaseError, ErrorKind};

use crate::execute::Error;

/// An extended result code and its message.
#[derive(Debug, thiserror::Error)]
#[error("(code: {code}) {message}")]
struct Told {
    code: i32,
    message: String,
}

/// The same error from the pool's driver.
pub(super) fn told(error: &DriverError) -> Error {
    let code = error.sqlite_error().map_or(0, |error| error.extended_code);
    let message = match error {
        DriverError::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    sqlx::Error::Database(Box::new(Told { code, message })).into()
}

/// Whether it is about what was to be written, or a lock, and not about the connection that met it.
pub(super) fn is_about_data(error: &DriverError) -> bool {
    let code = error.sqlite_error().map_or(0, |error| error.extended_code & 0xff);
    [SQLITE_BUSY, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG].contains(&code)
}

impl DatabaseError for Told {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.code {
            SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY => ErrorKind::UniqueViolation,
            SQLITE_CONSTRAINT_FOREIGNKEY => ErrorKind::ForeignKeyViolation,
            SQLITE_CONSTRAINT_NOTNULL => ErrorKind::NotNullViolation,
            SQLITE_CONSTRAINT_CHECK => ErrorKind::CheckViolation,
            _ => ErrorKind::Other,
        }
    }
}
