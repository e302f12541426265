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

use rusqlite::InterruptHandle;
use sea_orm::sea_query::Value;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    catalog::AttributeType,
    execute::{
        Error, Read,
        cells::{Connection, KeyPart},
        json_keys,
        stream::Stream,
    },
    sql::Statement,
};

use super::{
    batch::Batch,
    readers::{Lease, Readers},
    session::Session,
};

/// What is longer than a moment: the next time, the read has a thread of its own from the start.
const MOMENT: Duration = Duration::from_millis(2);

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

impl Readers {
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
    /// All rows of a statement; nothing where they take more than a moment.
    fn read_briefly(&self, text: &str, values: &[Value]) -> rusqlite::Result<Option<Batch>> {
        tracing::trace!(target: "relata::statement", %text);
        if !self.is_long.load(Ordering::Relaxed) {
            let began = Instant::now();
            let read = self.lease()?.session()?.read_briefly(text, values)?;
            if read.is_none() || began.elapsed() > MOMENT {
                self.is_long.store(true, Ordering::Relaxed);
            }
            return Ok(read);
        }
        Ok(None)
    }

    /// All rows of a statement.
    async fn read(&mut self, text: &Arc<str>, values: Vec<Value>) -> rusqlite::Result<Batch> {
        if let Some(batch) = self.read_briefly(text, &values)? {
            return Ok(batch);
        }
        let text = Arc::clone(text);
        let reading =
            self.elsewhere(move |session| session.read(&text, &values, usize::MAX, |_| ControlFlow::Continue(())))?;
        self.end(reading).await
    }

    /// Reads on a thread of its own, which ends when nobody waits for it any more.
    fn elsewhere(
        &mut self,
        read: impl FnOnce(&Session) -> rusqlite::Result<(Batch, bool)> + Send + 'static,
    ) -> rusqlite::Result<Reading> {
        let lease = self.lease.take().ok_or(rusqlite::Error::InvalidQuery)?;
        let interrupt = Interrupt(Some(lease.session()?.interrupt_handle()));
        let task = tokio::task::spawn_blocking(move || {
            let read = lease.session().and_then(read);
            (lease, read)
        });
        Ok(Reading { task, interrupt })
    }

    /// Waits for the end of a read on another thread.
    async fn end(&mut self, mut reading: Reading) -> rusqlite::Result<Batch> {
        let (lease, read) = (&mut reading.task).await.map_err(|_| rusqlite::Error::InvalidQuery)?;
        reading.interrupt.0 = None;
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

/// A read on another thread: what it answers, with the connection, and what stops it when nobody waits any more.
struct Reading {
    task: JoinHandle<(Lease, rusqlite::Result<(Batch, bool)>)>,
    interrupt: Interrupt,
}

/// Stops a read when it is dropped.
struct Interrupt(Option<InterruptHandle>);

impl Drop for Interrupt {
    fn drop(&mut self) {
        if let Some(handle) = &self.0 {
            handle.interrupt();
        }
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

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Batch, Error> {
        let read = self.read(&statement.text, values).await;
        read.map_err(|error| self.failed(&error))
    }

    async fn stream(
        &mut self,
        statement: &Statement,
        values: Vec<Value>,
        to: &mut Stream<'_, Batch>,
    ) -> Result<(), Error> {
        let read = self.read_briefly(&statement.text, &values).map_err(|error| self.failed(&error))?;
        if let Some(batch) = read {
            return to.take(batch).await.map(|_| ());
        }
        let text = Arc::clone(&statement.text);
        let (batches, mut received) = mpsc::channel(1);
        let reading = self.elsewhere(move |session| {
            session.read(&text, &values, BATCH, |batch| match batches.blocking_send(batch) {
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

    fn parent_keys(&self, keys: &[Vec<KeyPart>], _: &[AttributeType]) -> Vec<Value> {
        json_keys::parent_keys(keys)
    }
}
