//! A transaction that writes a file directly: on the thread that asks, for a moment. What takes longer is undone and begun
//! anew, each of its statements on a thread of its own then. Another process's lock, and a slow disk, are waited for there
//! as well.

use sea_orm::sea_query::Value;
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    catalog::AttributeType,
    execute::{
        Error,
        cells::{Connection, KeyPart},
        json_keys,
    },
    sql::Statement,
};

use super::{
    batch::Batch,
    call::Call,
    elsewhere::Elsewhere,
    session::{Session, is_impatience},
    sessions::{Lease, Sessions},
    told::{is_about_data, told},
};

/// A transaction that writes. Dropped without a commit it is rolled back.
#[derive(Debug)]
pub(in crate::execute) struct Writer {
    /// Away while another thread has it.
    lease: Option<Lease>,
    /// Whether it may take its time.
    is_patient: bool,
}

impl Sessions {
    /// Begins a transaction for who has the turn to write; gives the turn back where the pool must do.
    pub(in crate::execute) async fn begin_write(
        &self,
        turn: Option<OwnedSemaphorePermit>,
        is_patient: bool,
    ) -> Result<Result<Writer, Option<OwnedSemaphorePermit>>, Error> {
        let Some(mut lease) = self.lease().await? else { return Ok(Err(turn)) };
        lease.turn = turn;
        let mut writer = Writer { lease: Some(lease), is_patient };
        let mut begun = writer.session().and_then(|session| session.begin_write(is_patient));
        if begun.as_ref().is_err_and(is_impatience) {
            begun = writer.elsewhere(move |session| session.wait_to_write(is_patient)).await;
        }
        match begun {
            Ok(()) => Ok(Ok(writer)),
            Err(error) if is_about_data(&error) => Err(told(&error)),
            Err(error) => {
                tracing::debug!(%error, "a mutation is put to the pool");
                Ok(Err(writer.lease.take().and_then(|mut lease| lease.turn.take())))
            }
        }
    }
}

impl Writer {
    /// Keeps what was written.
    pub(in crate::execute) async fn commit(mut self) -> Result<(), Error> {
        let is_long = self.is_patient || self.session().is_ok_and(Session::commits_slowly);
        let done =
            if is_long { self.elsewhere(Session::commit).await } else { self.session().and_then(Session::commit) };
        done.map_err(|error| told(&error))
    }

    /// How many records a statement changes that answers no rows.
    pub(in crate::execute) async fn change(&mut self, statement: &Statement, values: Vec<Value>) -> Result<u64, Error> {
        self.run(statement, values, Session::change).await
    }

    async fn run<T: Send + 'static>(
        &mut self,
        statement: &Statement,
        values: Vec<Value>,
        run: fn(&Session, &Call) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let call = Call::new(statement, values);
        tracing::trace!(target: "relata::statement", text = %call.text);
        let done = if self.is_patient {
            self.elsewhere(move |session| run(session, &call)).await
        } else {
            self.session().and_then(|session| run(session, &call))
        };
        done.map_err(|error| self.failed(&error))
    }

    fn session(&self) -> rusqlite::Result<&Session> {
        self.lease.as_ref().ok_or(rusqlite::Error::InvalidQuery)?.session()
    }

    /// Runs something on a thread of its own.
    async fn elsewhere<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Session) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let lease = self.lease.take().ok_or(rusqlite::Error::InvalidQuery)?;
        let (lease, done) = Elsewhere::start(lease, work)?.end().await?;
        self.lease = Some(lease);
        done
    }

    /// What is to be done about an error: what is not about data is begun anew, with more time or by the pool.
    fn failed(&self, error: &rusqlite::Error) -> Error {
        if is_about_data(error) {
            return told(error);
        }
        tracing::debug!(%error, "a mutation is begun anew");
        Error::Anew { patiently: is_impatience(error) && !self.is_patient }
    }
}

impl Connection for Writer {
    type Rows = Batch;

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Batch, Error> {
        self.run(statement, values, Session::fetch).await
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], _: &[AttributeType]) -> Vec<Value> {
        json_keys::parent_keys(keys)
    }
}
