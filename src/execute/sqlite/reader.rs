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

use crate::{
    catalog::AttributeType,
    execute::{
        Error, Read,
        cells::{Connection, KeyPart},
        json_keys,
    },
    sql::Statement,
};

use super::{
    batch::Batch,
    readers::{Lease, Readers},
};

/// What is longer than a moment: the next time, the read has a thread of its own from the start.
const MOMENT: Duration = Duration::from_millis(2);

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
        if !is_single && lease.session().and_then(super::session::Session::begin).is_err() {
            return Ok(None);
        }
        Ok(Some(Reader { lease: Some(lease), is_long: Arc::default(), has_failed: false }))
    }
}

impl Reader {
    /// Whether something went wrong that the pool is to say in its own words.
    pub(in crate::execute) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// All rows of a statement.
    async fn read(&mut self, text: &Arc<str>, values: Vec<Value>) -> rusqlite::Result<Batch> {
        tracing::trace!(target: "relata::statement", %text);
        if !self.is_long.load(Ordering::Relaxed) {
            let began = Instant::now();
            let read = self.lease()?.session()?.read_briefly(text, &values)?;
            if read.is_none() || began.elapsed() > MOMENT {
                self.is_long.store(true, Ordering::Relaxed);
            }
            if let Some(batch) = read {
                return Ok(batch);
            }
        }
        let text = Arc::clone(text);
        self.elsewhere(move |lease| lease.session()?.read(&text, &values, usize::MAX, |_| ControlFlow::Continue(())))
            .await
    }

    /// Reads on a thread of its own, which ends when nobody waits for it any more.
    async fn elsewhere(
        &mut self,
        read: impl FnOnce(&Lease) -> rusqlite::Result<(Batch, bool)> + Send + 'static,
    ) -> rusqlite::Result<Batch> {
        let lease = self.lease.take().ok_or(rusqlite::Error::InvalidQuery)?;
        let mut guard = Interrupt(Some(lease.session()?.interrupt_handle()));
        let done = tokio::task::spawn_blocking(move || {
            let done = read(&lease);
            (lease, done)
        });
        let (lease, done) = done.await.map_err(|_| rusqlite::Error::InvalidQuery)?;
        guard.0 = None;
        self.lease = Some(lease);
        let (batch, is_brief) = done?;
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

    fn enter(&mut self, field: &Read) {
        self.is_long = Arc::clone(&field.is_long);
    }

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Batch, Error> {
        let read = self.read(&statement.text, values).await;
        read.map_err(|error| self.failed(&error))
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], _: &[AttributeType]) -> Vec<Value> {
        json_keys::parent_keys(keys)
    }
}
