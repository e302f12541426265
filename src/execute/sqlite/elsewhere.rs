//! What runs on a thread of its own, together with its connection, until nobody waits for it any more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Error, InterruptHandle, Result};
use tokio::task::JoinHandle;

use super::{session::Session, sessions::Lease};

/// Work on another thread: what it answers, with the connection, and what stops it.
pub(super) struct Elsewhere<T> {
    task: JoinHandle<(Lease, Result<T>)>,
    interrupt: Interrupt,
}

impl<T: Send + 'static> Elsewhere<T> {
    pub(super) fn start(lease: Lease, work: impl FnOnce(&Session) -> Result<T> + Send + 'static) -> Result<Self> {
        let interrupt = Interrupt(Arc::new(Mutex::new(Some(lease.session()?.interrupt_handle()))));
        let own = interrupt.clone();
        let task = tokio::task::spawn_blocking(move || {
            let done = lease.session().and_then(work);
            // What comes next on this connection is another's.
            own.take();
            (lease, done)
        });
        Ok(Self { task, interrupt })
    }

    /// Waits for its end.
    pub(super) async fn end(mut self) -> Result<(Lease, Result<T>)> {
        (&mut self.task).await.map_err(|_| Error::InvalidQuery)
    }
}

impl<T> Drop for Elsewhere<T> {
    fn drop(&mut self) {
        if let Some(handle) = &*self.interrupt.lock() {
            handle.interrupt();
        }
    }
}

/// What stops something, until it has ended.
#[derive(Clone)]
struct Interrupt(Arc<Mutex<Option<InterruptHandle>>>);

impl Interrupt {
    fn lock(&self) -> MutexGuard<'_, Option<InterruptHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) {
        self.lock().take();
    }
}
