//! A connection to a file of SQLite that only reads, on whichever thread calls it: briefly, or for as long as it takes.

use std::{
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use rusqlite::{
    Connection, Error, ErrorCode, InterruptHandle, OpenFlags, Result,
    ffi::{self, SQLITE_TOOBIG},
    types::{ToSql, ToSqlOutput, ValueRef},
};
use sea_orm::sea_query::Value;

use crate::sql::Dialect;

use super::{
    Stored,
    batch::{Batch, Full},
};

/// How many statements stay prepared.
const STATEMENTS: usize = 256;

/// How many of SQLite's instructions lie between two looks at how many there were.
const TICK: i32 = 1_000;

/// How many times that a brief read may take: less than a millisecond.
const BRIEF_TICKS: u32 = 30;

/// How many bytes the rows of a brief read may take.
const BRIEF_SIZE: usize = 1 << 20;

/// How long a read that may take its time waits for a lock, which readers seldom need.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// An open file.
#[derive(Debug)]
pub(super) struct Session {
    connection: Connection,
    clock: Arc<Clock>,
}

/// How long the statement that runs has run, and how long it may.
#[derive(Debug, Default)]
struct Clock {
    ticks: AtomicU32,
    most: AtomicU32,
}

impl Clock {
    fn start(&self, most: u32) {
        self.ticks.store(0, Ordering::Relaxed);
        self.most.store(most, Ordering::Relaxed);
    }

    fn tick(&self) -> bool {
        self.ticks.fetch_add(1, Ordering::Relaxed) >= self.most.load(Ordering::Relaxed)
    }
}

impl Session {
    /// Opens a file; nothing where it is not written ahead, because then its readers and its writer wait for each other.
    pub(super) fn open(path: &Path) -> Result<Option<Self>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Ok(None);
        }
        connection.pragma_update(None, "query_only", true)?;
        // The definitions of the tables are read here, and not when the first statement is prepared.
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_timeout(Duration::ZERO)?;
        let clock = Arc::<Clock>::default();
        let ticking = Arc::clone(&clock);
        connection.progress_handler(TICK, Some(move || ticking.tick()))?;
        Ok(Some(Self { connection, clock }))
    }

    /// Begins a transaction whose statements all see one state of the database.
    pub(super) fn begin(&self) -> Result<()> {
        self.connection.execute_batch(Dialect::Sqlite.begin_read())
    }

    /// Ends the transaction, where one is open.
    pub(super) fn end(&self) -> Result<()> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection.execute_batch(Dialect::Sqlite.end_read())
    }

    /// What stops a read from another thread.
    pub(super) fn interrupt_handle(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }

    /// All rows of a statement; nothing where that takes more than a moment, or much memory.
    pub(super) fn read_briefly(&self, text: &str, values: &[Value]) -> Result<Option<Batch>> {
        self.clock.start(BRIEF_TICKS);
        let read = self.run(text, values, |batch| match batch.size() {
            ..=BRIEF_SIZE => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        });
        match read {
            Ok((batch, ControlFlow::Continue(()))) => Ok(Some(batch)),
            Ok((_, ControlFlow::Break(()))) => Ok(None),
            Err(error) if is_impatience(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The rows of a statement, however long it takes. They are handed over in batches of `size` bytes, but for the last,
    /// which is answered; it ends early where they are not taken. Says whether it took but a moment, too.
    pub(super) fn read(
        &self,
        text: &str,
        values: &[Value],
        size: usize,
        mut take: impl FnMut(Batch) -> ControlFlow<()>,
    ) -> Result<(Batch, bool)> {
        self.clock.start(u32::MAX);
        self.connection.busy_timeout(BUSY_TIMEOUT)?;
        let mut batches = 0;
        let read = self.run(text, values, |batch| {
            if batch.size() < size {
                return ControlFlow::Continue(());
            }
            batches += 1;
            take(batch.take())
        });
        self.connection.busy_timeout(Duration::ZERO)?;
        let (rest, _) = read?;
        let is_brief = self.clock.ticks.load(Ordering::Relaxed) < BRIEF_TICKS;
        let is_small = batches == 0 && rest.size() < BRIEF_SIZE;
        Ok((rest, is_brief && is_small))
    }

    /// Runs a statement; `after` is asked after each row whether to go on, and may take rows away.
    fn run(
        &self,
        text: &str,
        values: &[Value],
        mut after: impl FnMut(&mut Batch) -> ControlFlow<()>,
    ) -> Result<(Batch, ControlFlow<()>)> {
        let mut statement = self.connection.prepare_cached(text)?;
        for (index, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, Bound(value))?;
        }
        let columns = statement.column_count();
        let mut batch = Batch::new(columns);
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                batch
                    .push(row.get_ref(column)?.into())
                    .map_err(|Full| Error::SqliteFailure(ffi::Error::new(SQLITE_TOOBIG), None))?;
            }
            batch.end_row();
            if after(&mut batch).is_break() {
                return Ok((batch, ControlFlow::Break(())));
            }
        }
        Ok((batch, ControlFlow::Continue(())))
    }
}

/// Whether a read could do with more time: it was stopped, or met a lock.
fn is_impatience(error: &Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy))
}

impl<'r> From<ValueRef<'r>> for Stored<'r> {
    fn from(value: ValueRef<'r>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(text),
            ValueRef::Blob(blob) => Self::Blob(blob),
        }
    }
}

/// A parameter's value.
struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let integer = |number: Option<i64>| number.map_or(ValueRef::Null, ValueRef::Integer);
        let value = match self.0 {
            Value::Bool(value) => integer(value.map(i64::from)),
            Value::TinyInt(number) => integer(number.map(i64::from)),
            Value::SmallInt(number) => integer(number.map(i64::from)),
            Value::Int(number) => integer(number.map(i64::from)),
            Value::BigInt(number) => integer(*number),
            Value::TinyUnsigned(number) => integer(number.map(i64::from)),
            Value::SmallUnsigned(number) => integer(number.map(i64::from)),
            Value::Unsigned(number) => integer(number.map(i64::from)),
            Value::BigUnsigned(None) | Value::Float(None) => ValueRef::Null,
            Value::BigUnsigned(Some(number)) => match i64::try_from(*number) {
                Ok(number) => ValueRef::Integer(number),
                Err(error) => return Err(Error::ToSqlConversionFailure(error.into())),
            },
            Value::Float(Some(number)) => ValueRef::Real((*number).into()),
            Value::Double(number) => number.map_or(ValueRef::Null, ValueRef::Real),
            Value::String(text) => text.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
            Value::Bytes(bytes) => bytes.as_ref().map_or(ValueRef::Null, |bytes| ValueRef::Blob(bytes)),
            other => return Err(Error::ToSqlConversionFailure(format!("a parameter such as {other:?}").into())),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
