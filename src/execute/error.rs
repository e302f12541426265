//! What a database answers instead of rows, as a code that clients can rely on. Details go to the log only.

use std::sync::Arc;

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use crate::{error::Code, plan};

use super::complaint::{self, Complaint};

/// A statement that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The driver's error.
    #[error(transparent)]
    Driver(Arc<sqlx::Error>),
    /// SeaORM's own error.
    #[error(transparent)]
    Orm(DbErr),
    /// What a hook of an entity says.
    #[error("{0}")]
    Hook(String),
    /// A value that is not as the gateway made or expects it.
    #[error("{0}")]
    Value(String),
    /// A value that its column's type does not have: of a type, in a field of the answer.
    #[error("{1}: a value in the database is not of the type {0}")]
    Misfit(String, String),
    /// What is stored does not allow what was asked.
    #[error(transparent)]
    Refused(#[from] plan::Error),
    /// Another transaction was faster; what it left behind refuses this one, but may not when it is run again.
    #[error(transparent)]
    Raced(plan::Error),
    /// Definitions have changed since the catalog was built.
    #[error("the definitions have changed since")]
    Outdated,
    /// The catalog could not be built anew.
    #[error("{0}")]
    Reload(String),
    /// What was written so far is undone, and has to be written in another way: with more time, or by the pool.
    #[error("a mutation has to be begun anew")]
    Anew {
        /// Whether more time is all that it takes.
        patiently: bool,
    },
    /// What was sent of an answer does not go on.
    #[error("an answer breaks off: {0}")]
    BrokenOff(String),
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

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(Arc::new(error))
    }
}

impl From<DbErr> for Error {
    /// The driver's error, where it is one.
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => Self::Driver(error),
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => sqlx::Error::PoolTimedOut.into(),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => sqlx::Error::PoolClosed.into(),
            other => Self::Orm(other),
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self { field: 0, error: error.into() }
    }
}

impl Error {
    /// The same, with the navigation property that a refusal concerns and the entity that has it, unless it knows
    /// already what it concerns.
    #[must_use]
    pub(super) fn property(self, entity: &str, name: &str) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.property(entity, name)),
            Self::Raced(refusal) => Self::Raced(refusal.property(entity, name)),
            other => other,
        }
    }

    /// The same, with the field of the answer that a value was read for, unless it is known.
    #[must_use]
    pub(super) fn in_field(self, key: &str) -> Self {
        match self {
            Self::Misfit(ty, field) if field.is_empty() => Self::Misfit(ty, key.to_owned()),
            other => other,
        }
    }

    /// What a hook answered: its own words, or the database's error that it met.
    pub(super) fn of_hook(error: DbErr) -> Self {
        match error.into() {
            Self::Orm(DbErr::Custom(text)) => Self::Hook(text),
            Self::Orm(other) => Self::Hook(other.to_string()),
            driver => driver,
        }
    }

    /// The code for clients.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Driver(error) => driver_code(error),
            Self::Refused(refusal) | Self::Raced(refusal) => refusal.code,
            Self::Hook(_) => Code::Invalid,
            Self::Misfit(..) => Code::Unsupported,
            Self::Value(_) | Self::Orm(_) | Self::Reload(_) | Self::Anew { .. } | Self::BrokenOff(_) => Code::Internal,
            Self::TooManyGroups(_) | Self::TooLarge(_) => Code::LimitExceeded,
            Self::Outdated => Code::Unavailable,
        }
    }

    /// Whether the same statements may well succeed in another transaction: it met another one, or was a victim of it.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if matches!(self, Self::Raced(_)) {
            return true;
        }
        self.complains_of(Complaint::InTheWay)
    }

    /// Whether the database has not run a statement because it was prepared before somebody changed its columns.
    pub(super) fn is_stale(&self) -> bool {
        self.database().is_some_and(complaint::is_stale)
    }

    /// Whether the database has answered that it did not do something, and another way to do the same may fare better.
    pub(super) fn is_refused(&self) -> bool {
        let is_in_vain = matches!(self.code(), Code::Unavailable | Code::Timeout);
        self.database().is_some() && (self.is_retryable() || !is_in_vain)
    }

    /// Whether the database that a replica follows may fare better: the replica is away, behind, or had to catch up.
    pub(super) fn may_be_the_replicas(&self) -> bool {
        self.is_undefined() || self.is_retryable() || self.code() == Code::Unavailable
    }

    /// Whether another generation of definitions may fare better.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        matches!(self, Self::Outdated)
    }

    /// Whether the database does not know a table, a column or another thing that a statement names: somebody has
    /// changed it.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.complains_of(Complaint::Undefined)
    }

    /// Whether the database has already what a statement was to make.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.complains_of(Complaint::Duplicate)
    }

    /// Whether the database does not make what a statement was to make of tables such as these.
    #[must_use]
    pub fn is_unfit(&self) -> bool {
        self.complains_of(Complaint::Unfit)
    }

    fn complains_of(&self, complaint: Complaint) -> bool {
        self.database().is_some_and(|told| Complaint::of(told) == complaint)
    }

    /// What the database itself said, if it is that.
    pub(crate) fn database(&self) -> Option<&dyn sqlx::error::DatabaseError> {
        match self {
            Self::Driver(error) => error.as_database_error(),
            _ => None,
        }
    }

    /// What clients are told.
    #[must_use]
    pub fn public_message(&self) -> String {
        if matches!(self, Self::Hook(_) | Self::Refused(_) | Self::Raced(_) | Self::Misfit(..)) {
            return self.to_string();
        }
        match self.code() {
            Code::LimitExceeded => self.to_string(),
            Code::Unavailable if self.complains_of(Complaint::Full) => {
                "the database has no room for this, or its disk fails".to_owned()
            }
            Code::Unavailable => "the database cannot be reached at the moment".to_owned(),
            Code::Forbidden => "the database does not allow this".to_owned(),
            Code::Unsupported => {
                "the database does not do this with its tables, views and foreign keys as they are".to_owned()
            }
            Code::Timeout => "the database took too long to answer".to_owned(),
            Code::Invalid if self.complains_of(Complaint::Raised) => {
                "a rule of the database does not allow this".to_owned()
            }
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
        sqlx::Error::Database(told) => match Complaint::of(told.as_ref()) {
            Complaint::Away | Complaint::Full => Code::Unavailable,
            // What stands in the way time after time.
            Complaint::TooLong | Complaint::InTheWay => Code::Timeout,
            Complaint::Forbidden => Code::Forbidden,
            Complaint::Misfit | Complaint::Raised => Code::Invalid,
            Complaint::Unfit => Code::Unsupported,
            Complaint::Undefined | Complaint::Duplicate | Complaint::Other => Code::Internal,
        },
        _ => Code::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Told(&'static str);

    impl sqlx::error::DatabaseError for Told {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> sqlx::error::ErrorKind {
            sqlx::error::ErrorKind::Other
        }
    }

    #[test]
    fn deadlocks_and_busy_databases_are_worth_another_try() {
        let check = |code: &'static str, is_retryable: bool, expected: Code| {
            let error: Error = sqlx::Error::Database(Box::new(Told(code))).into();
            assert_eq!((error.is_retryable(), error.code()), (is_retryable, expected), "{code}");
        };
        check("40001", true, Code::Timeout);
        check("40P01", true, Code::Timeout);
        check("23505", false, Code::Internal);
        check("57014", false, Code::Timeout);
        for busy in ["5", "261", "517", "6", "262"] {
            check(busy, true, Code::Timeout);
        }
        check("9", false, Code::Timeout);
        check("55P03", false, Code::Timeout);
        for forbidden in ["42501", "25006", "8", "1032"] {
            check(forbidden, false, Code::Forbidden);
        }
        for away in ["53100", "53200", "58030", "13", "10", "778", "14"] {
            check(away, false, Code::Unavailable);
        }
        check("2067", false, Code::Internal);
    }

    #[test]
    fn the_drivers_error_is_found_inside_that_of_sea_orm() {
        let inner = || RuntimeErr::SqlxError(Arc::new(sqlx::Error::Database(Box::new(Told("40001")))));
        for outer in [DbErr::Conn(inner()), DbErr::Exec(inner()), DbErr::Query(inner())] {
            assert!(Error::from(outer).is_retryable());
        }
        assert_eq!(Error::from(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)).code(), Code::Unavailable);
        assert_eq!(Error::from(DbErr::RecordNotInserted).code(), Code::Internal);
    }
}
