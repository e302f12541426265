//! A connection to a file of SQLite, on whichever thread calls it: briefly, or for as long as it takes.

use std::{
    cell::Cell,
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{
    Connection, Error, ErrorCode, InterruptHandle, OpenFlags, Result, Row,
    ffi::{self, SQLITE_TOOBIG},
};

use crate::{
    catalog::AttributeType,
    execute::{
        Error as ExecuteError,
        cells::{Cells, KeyPart},
    },
    sql::Dialect,
};

use super::{
    Stored,
    batch::{Batch, Full},
    call::Call,
    key, write,
};

/// How many statements stay prepared.
const STATEMENTS: usize = 256;

/// How many of SQLite's instructions lie between two looks at how many there were.
const TICK: i32 = 1_000;

/// How many times that a brief read, or what is written in a transaction, may take: about a millisecond.
const BRIEF_TICKS: u32 = 100;

/// How many bytes the rows of a brief read may take.
const BRIEF_SIZE: usize = 1 << 20;

/// How long a read that may take its time waits for a lock, which readers seldom need.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Access {
    Reads,
    Writes {
        foreign_keys: bool,
        /// How far a commit waits for the disk, in SQLite's numbers.
        synchronous: i64,
        /// How long it waits for another process.
        busy_timeout: Duration,
    },
}

/// A commit that takes longer waits for the disk.
const BRIEF_COMMIT: Duration = Duration::from_millis(1);

/// An open file.
#[derive(Debug)]
pub(super) struct Session {
    connection: Connection,
    clock: Arc<Clock>,
    /// How long what may take its time waits for a lock.
    patience: Duration,
    /// Whether the last commit waited for the disk.
    commits_slowly: Cell<bool>,
    /// Whether it needs no temporary files.
    keeps_in_memory: Cell<bool>,
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
    pub(super) fn open(path: &Path, access: Access) -> Result<Option<Self>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Ok(None);
        }
        let patience = match access {
            Access::Reads => {
                connection.pragma_update(None, "query_only", true)?;
                BUSY_TIMEOUT
            }
            Access::Writes { foreign_keys, synchronous, busy_timeout } => {
                connection.pragma_update(None, "foreign_keys", foreign_keys)?;
                connection.pragma_update(None, "synchronous", synchronous)?;
                busy_timeout
            }
        };
        // The definitions of the tables are read here, and not when the first statement is prepared.
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_timeout(Duration::ZERO)?;
        let clock = Arc::<Clock>::default();
        let ticking = Arc::clone(&clock);
        connection.progress_handler(TICK, Some(move || ticking.tick()))?;
        let (commits_slowly, keeps_in_memory) = Default::default();
        Ok(Some(Self { connection, clock, patience, commits_slowly, keeps_in_memory }))
    }

    /// Begins a transaction whose statements all see one state of the database.
    pub(super) fn begin(&self) -> Result<()> {
        self.run_alone(Dialect::Sqlite.begin_read())
    }

    /// Ends the transaction, where one is open.
    pub(super) fn end(&self) -> Result<()> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.run_alone(Dialect::Sqlite.end_read())
    }

    /// Begins a transaction that writes, and may take its time or be stopped after a moment: then it is undone. What undoes
    /// a single statement of it is little then, and kept in memory.
    pub(super) fn begin_write(&self, is_patient: bool) -> Result<()> {
        if self.keeps_in_memory.replace(!is_patient) == is_patient {
            self.connection.pragma_update(None, "temp_store", if is_patient { "default" } else { "memory" })?;
        }
        self.run_alone(Dialect::Sqlite.begin_write())?;
        self.clock.start(if is_patient { u32::MAX } else { BRIEF_TICKS });
        Ok(())
    }

    /// The same once no other process writes.
    pub(super) fn wait_to_write(&self, is_patient: bool) -> Result<()> {
        self.connection.busy_timeout(self.patience)?;
        let begun = self.begin_write(is_patient);
        self.connection.busy_timeout(Duration::ZERO)?;
        begun
    }

    /// All rows of a statement in a transaction that writes.
    pub(super) fn fetch(&self, call: &Call) -> Result<Batch> {
        let mut batch = Batch::default();
        let done = self.run(call, |_, row, columns| {
            keep(&mut batch, None, row, columns)?;
            Ok(ControlFlow::Continue(()))
        });
        done.map(|_| batch)
    }

    /// Runs a statement that answers no rows; how many records it has changed. To ask for them as rows takes half as long
    /// again.
    pub(super) fn change(&self, call: &Call) -> Result<u64> {
        let _ = self.run(call, |_, _, _| Ok(ControlFlow::Continue(())))?;
        Ok(self.connection.changes())
    }

    /// Keeps what the transaction has written.
    pub(super) fn commit(&self) -> Result<()> {
        let began = Instant::now();
        self.run_alone(Dialect::Sqlite.end_write())?;
        self.commits_slowly.set(began.elapsed() > BRIEF_COMMIT);
        Ok(())
    }

    /// Whether the last commit waited for the disk, so that the next one may, too.
    pub(super) fn commits_slowly(&self) -> bool {
        self.commits_slowly.get()
    }

    fn run_alone(&self, text: &str) -> Result<()> {
        self.clock.start(u32::MAX);
        self.connection.prepare_cached(text)?.execute(()).map(|_| ())
    }

    /// What stops what runs from another thread.
    pub(super) fn interrupt_handle(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }

    /// All rows of a statement; nothing where that takes more than a moment, or much memory.
    pub(super) fn read_briefly(&self, call: &Call) -> Result<Option<Batch>> {
        let mut batch = Batch::default();
        let has_parents = call.has_parents();
        let is_done = self.run_briefly(call, |run, row, columns| {
            keep(&mut batch, has_parents.then_some(run), row, columns)?;
            Ok(batch.size())
        })?;
        Ok(is_done.then_some(batch))
    }

    /// Has the rows of a statement written while they come. `put` takes each with the position of its parent, and says how
    /// many bytes are written. Says whether all were: not where that takes more than a moment, or much memory.
    pub(super) fn write_briefly(
        &self,
        call: &Call,
        mut put: impl FnMut(usize, &Stepped<'_, '_>) -> usize,
    ) -> Result<bool> {
        self.run_briefly(call, |run, row, _| Ok(put(run, &Stepped(row))))
    }

    /// Runs a statement for a moment, until `take` says that it has taken too many bytes. Says whether that was all.
    fn run_briefly(&self, call: &Call, mut take: impl FnMut(usize, &Row<'_>, usize) -> Result<usize>) -> Result<bool> {
        self.clock.start(BRIEF_TICKS);
        let run = self.run(call, |run, row, columns| {
            Ok(if take(run, row, columns)? > BRIEF_SIZE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        match run {
            Ok(flow) => Ok(flow.is_continue()),
            Err(error) if is_impatience(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The rows of a statement, however long it takes. They are handed over in batches of `size` bytes, but for the last,
    /// which is answered; it ends early where they are not taken. Says whether it took but a moment, too.
    pub(super) fn read(
        &self,
        call: &Call,
        size: usize,
        mut take: impl FnMut(Batch) -> ControlFlow<()>,
    ) -> Result<(Batch, bool)> {
        self.clock.start(u32::MAX);
        self.connection.busy_timeout(self.patience)?;
        let (mut batch, mut taken) = (Batch::default(), 0);
        let has_parents = call.has_parents();
        let read = self.run(call, |run, row, columns| {
            keep(&mut batch, has_parents.then_some(run), row, columns)?;
            if batch.size() < size {
                return Ok(ControlFlow::Continue(()));
            }
            taken += batch.size();
            Ok(take(batch.take()))
        });
        self.connection.busy_timeout(Duration::ZERO)?;
        // Who takes no more wants no rest either.
        let _ = read?;
        let is_brief = self.clock.ticks.load(Ordering::Relaxed) < BRIEF_TICKS;
        let is_small = taken + batch.size() < BRIEF_SIZE;
        Ok((batch, is_brief && is_small))
    }

    /// Runs a statement, for each parent where it has some; `take` is given the position of the parent, the row and its
    /// number of columns, and says whether to go on.
    fn run(
        &self,
        call: &Call,
        mut take: impl FnMut(usize, &Row<'_>, usize) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        let mut statement = self.connection.prepare_cached(&call.text)?;
        let columns = statement.column_count();
        call.bind(&mut statement)?;
        for run in 0..call.runs() {
            call.bind_parent(run, &mut statement)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                if take(run, row, columns)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Adds a row to a batch, behind the position of its parent.
fn keep(batch: &mut Batch, parent: Option<usize>, row: &Row<'_>, columns: usize) -> Result<()> {
    let full = |Full| Error::SqliteFailure(ffi::Error::new(SQLITE_TOOBIG), None);
    if let Some(parent) = parent {
        batch.push(Stored::Integer(i64::try_from(parent).unwrap_or(i64::MAX))).map_err(full)?;
    }
    for column in 0..columns {
        batch.push(row.get_ref(column)?).map_err(full)?;
    }
    batch.end_row();
    Ok(())
}

/// A row that the statement stands at.
pub(super) struct Stepped<'a, 's>(&'a Row<'s>);

impl Stepped<'_, '_> {
    #[inline]
    fn stored(&self, column: usize) -> Result<Stored<'_>, ExecuteError> {
        self.0.get_ref(column).map_err(|_| sqlx::Error::ColumnNotFound(column.to_string()).into())
    }
}

impl Cells for Stepped<'_, '_> {
    #[inline]
    fn is_null(&self, column: usize) -> Result<bool, ExecuteError> {
        Ok(matches!(self.stored(column)?, Stored::Null))
    }

    #[inline]
    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), ExecuteError> {
        write(self.stored(column)?, ty, out)
    }

    fn key(&self, column: usize, _: &AttributeType) -> Result<Option<KeyPart>, ExecuteError> {
        Ok(key(self.stored(column)?))
    }

    fn ordinal(&self, _: usize) -> Result<usize, ExecuteError> {
        // It comes beside the row.
        Ok(0)
    }
}

/// Whether something could do with more time: it was stopped, or met a lock.
pub(super) fn is_impatience(error: &Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy))
}
