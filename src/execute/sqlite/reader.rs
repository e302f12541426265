//! Statements on a connection that reads a file directly: first on the thread that asks, which is the fastest way for
//! what takes but a moment, and what takes longer on a thread of its own.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::sea_query::Value;
use tokio::sync::mpsc;

use crate::{
    catalog::AttributeType,
    execute::{
        Error, Read,
        cells::{Connection, Each, KeyPart},
        json_keys,
        stream::Stream,
    },
    sql::Statement,
};

use super::{
    batch::Batch,
    call::Call,
    elsewhere::Elsewhere,
    session::Session,
    sessions::{Lease, Sessions},
};

/// What is longer than a moment although few instructions were run, so that the disk was waited for, or the processor: the
/// next time, the read has a thread of its own from the start.
const MOMENT: Duration = Duration::from_millis(10);

/// How many bytes of rows pass between threads at once.
const BATCH: usize = 64 << 10;

/// A connection for the fields of a query.
#[derive(Debug)]
pub(in crate::execute) struct Reader {
    /// Away while another thread has it.
    lease: Option<Lease>,
    /// Whether the field that is read took longer than a moment before.
    is_long: Arc<AtomicBool>,
    /// Whether it failed in any way.
    has_failed: bool,
}

impl Sessions {
    /// A connection, in a transaction where several statements are to see one state of the database; nothing where the
    /// pool must do.
    pub(in crate::execute) async fn begin(&self, is_single: bool) -> Result<Option<Reader>, sqlx::Error> {
        let Some(lease) = self.lease().await? else { return Ok(None) };
        if !is_single && lease.session().and_then(Session::begin).is_err() {
            return Ok(None);
        }
        Ok(Some(Reader { lease: Some(lease), is_long: Arc::default(), has_failed: false }))
    }
}

impl Reader {
    /// Reads on this thread; nothing where that takes more than a moment.
    fn briefly<T>(
        &self,
        call: &Call,
        read: impl FnOnce(&Session) -> rusqlite::Result<Option<T>>,
    ) -> rusqlite::Result<Option<T>> {
        tracing::trace!(target: "relata::statement", text = %call.text);
        if self.is_long.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let began = Instant::now();
        let read = read(self.lease()?.session()?)?;
        if read.is_none() || began.elapsed() > MOMENT {
            self.is_long.store(true, Ordering::Relaxed);
        }
        Ok(read)
    }

    /// All rows of a statement.
    async fn read(&mut self, call: Call) -> Result<Batch, Error> {
        let read = self.briefly(&call, |session| session.read_briefly(&call));
        if let Some(batch) = read.map_err(|error| self.failed(&error))? {
            return Ok(batch);
        }
        let reading = self.elsewhere(move |session| session.read(&call, usize::MAX, |_| ControlFlow::Continue(())));
        let reading = reading.map_err(|error| self.failed(&error))?;
        self.end(reading).await.map_err(|error| self.failed(&error))
    }

    /// Has the rows of a statement written: while it stands at them, or else in batches from another thread.
    async fn write(&mut self, call: Call, to: &mut Stream<'_, Batch>) -> Result<(), Error> {
        let written = self.briefly(&call, |session| {
            let is_all = session.write_briefly(&call, |parent, row| {
                to.put(parent, row, 0);
                to.written()
            })?;
            Ok(is_all.then_some(()))
        });
        if written.map_err(|error| self.failed(&error))?.is_some() {
            return to.flush().await;
        }
        to.restart();
        let (batches, mut received) = mpsc::channel(1);
        let reading = self.elsewhere(move |session| {
            session.read(&call, BATCH, |batch| match batches.blocking_send(batch) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            })
        });
        let reading = reading.map_err(|error| self.failed(&error))?;
        while let Some(batch) = received.recv().await {
            to.take(batch).await?;
        }
        let rest = self.end(reading).await.map_err(|error| self.failed(&error))?;
        to.take(rest).await.map(|_| ())
    }

    /// Reads on a thread of its own, which ends when nobody waits for it any more.
    fn elsewhere(
        &mut self,
        read: impl FnOnce(&Session) -> rusqlite::Result<(Batch, bool)> + Send + 'static,
    ) -> rusqlite::Result<Elsewhere<(Batch, bool)>> {
        Elsewhere::start(self.lease.take().ok_or(rusqlite::Error::InvalidQuery)?, read)
    }

    /// Waits for the end of a read on another thread.
    async fn end(&mut self, reading: Elsewhere<(Batch, bool)>) -> rusqlite::Result<Batch> {
        let (lease, read) = reading.end().await?;
        self.lease = Some(lease);
        let (batch, is_brief) = read?;
        self.is_long.store(!is_brief, Ordering::Relaxed);
        Ok(batch)
    }

    fn lease(&self) -> rusqlite::Result<&Lease> {
        self.lease.as_ref().ok_or(rusqlite::Error::InvalidQuery)
    }

    fn failed(&mut self, error: &rusqlite::Error) -> Error {
        tracing::debug!(%error, "a statement is put to the pool");
        self.has_failed = true;
        sqlx::Error::WorkerCrashed.into()
    }
}

impl Connection for Reader {
    type Rows = Batch;

    fn has_failed(&self) -> bool {
        self.has_failed
    }

    fn enter(&mut self, field: &Read, _is_last: bool) {
        self.is_long = Arc::clone(&field.is_long);
    }

    fn reads_each(&self) -> bool {
        true
    }

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Batch, Error> {
        self.read(Call::new(statement, values)).await
    }

    async fn fetch_each(&mut self, each: Each<'_>) -> Result<Batch, Error> {
        self.read(Call::each(each)).await
    }

    async fn stream(
        &mut self,
        statement: &Statement,
        values: Vec<Value>,
        to: &mut Stream<'_, Batch>,
    ) -> Result<(), Error> {
        if statement.parent_key.is_empty() {
            return self.write(Call::new(statement, values), to).await;
        }
        // The position of the parent may be a column.
        let rows = self.fetch(statement, values).await?;
        to.take(rows).await.map(|_| ())
    }

    async fn stream_each(&mut self, each: Each<'_>, to: &mut Stream<'_, Batch>) -> Result<(), Error> {
        self.write(Call::each(each), to).await
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], _: &[AttributeType]) -> Vec<Value> {
        json_keys::parent_keys(keys)
    }
}
