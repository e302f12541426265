//! A mutation that is one statement, on a connection beside the pool. It is never run twice: once anything was sent, it is
//! left to others only if the database says that it has not done it.

use std::{borrow::Cow, error::Error as StdError};

use deadpool_postgres::Object;
use futures_util::{
    TryStreamExt,
    future::{OptionFuture, join4},
};
use sqlx::error::{DatabaseError, ErrorKind};
use tokio_postgres::{Error as DriverError, Statement as Prepared, error::DbError};

use crate::{
    execute::{
        Answer, Error,
        write::{Run, Work},
    },
    sql::Dialect,
};

use super::{
    parameter::Parameter,
    reader::{Direct, Place, Reader, forget},
};

impl Reader {
    /// Runs a mutation; nothing where it did nothing. `None` where the pool must do, because nothing was run.
    pub(in crate::execute) async fn write(mut self, work: &Work<'_>) -> Option<Result<Option<Answer>, Error>> {
        let hold = match &work.hold {
            Some(hold) => Some((hold, self.ready(hold).await?)),
            None => None,
        };
        let prepared = self.ready(&work.run).await?;
        Some(self.finish(work, hold, prepared).await)
    }

    async fn finish(
        &mut self,
        work: &Work<'_>,
        hold: Option<(&Run<'_>, Prepared)>,
        prepared: Prepared,
    ) -> Result<Option<Answer>, Error> {
        let mut statements = 1 + usize::from(hold.is_some());
        let rows = self.send(hold, (&work.run, prepared), work.is_sure).await?;
        let mut fragment = work.answer(rows)?;
        if fragment.is_none()
            && let Some(otherwise) = &work.otherwise
            && let Some(prepared) = self.ready(otherwise).await
        {
            statements += 1;
            fragment = work.answer(self.rows(otherwise, &prepared).await?)?;
        }
        // What is not committed is undone.
        if self.place == Place::Within && fragment.is_some() {
            self.commit().await?;
        }
        Ok(fragment.map(|fragment| Answer { fragments: vec![fragment], statements }))
    }
}

impl Reader {
    /// A statement that is prepared; nothing, and a word in the log, where it cannot be.
    async fn ready(&self, run: &Run<'_>) -> Option<Prepared> {
        tracing::trace!(target: "relata::statement", text = %run.statement.text);
        match self.prepare(&run.statement.text, &run.values).await {
            Ok(prepared) => prepared.map(|(_, prepared)| prepared),
            Err(error) => {
                tracing::debug!(%error, "a mutation is put to the pool");
                None
            }
        }
    }

    /// Sends the statement of a mutation with all that belongs around it, and waits for all of that. Where the answer might
    /// fail after it, the transaction goes on.
    async fn send(
        &mut self,
        before: Option<(&Run<'_>, Prepared)>,
        (run, prepared): (&Run<'_>, Prepared),
        is_sure: bool,
    ) -> Result<Vec<Direct>, Error> {
        if is_sure && before.is_none() {
            self.place = Place::Alone;
            return self.rows(run, &prepared).await;
        }
        let client = self.client.as_ref().ok_or(sqlx::Error::PoolClosed)?;
        self.place = Place::Reading;
        // Sent in this order, at once.
        let (begun, held, rows, committed) = join4(
            client.batch_execute(Dialect::Postgres.begin_write()),
            OptionFuture::from(before.as_ref().map(|(run, prepared)| rows(client, run, prepared))),
            rows(client, run, &prepared),
            OptionFuture::from(is_sure.then(|| client.batch_execute(Dialect::Postgres.end_write()))),
        )
        .await;
        // Without its beginning, each statement was by itself.
        begun.map_err(lost)?;
        let done = held.transpose().and(rows).and_then(|rows| committed.transpose().map(|_| rows));
        if done.as_ref().err().is_none_or(|error| error.as_db_error().is_some()) {
            self.place = if is_sure { Place::Alone } else { Place::Within };
        }
        done.map_err(told)
    }

    /// The rows of a statement, in the transaction that was begun, if one was.
    async fn rows(&mut self, run: &Run<'_>, prepared: &Prepared) -> Result<Vec<Direct>, Error> {
        let client = self.client.as_ref().ok_or(sqlx::Error::PoolClosed)?;
        let place = std::mem::replace(&mut self.place, Place::Reading);
        let rows = rows(client, run, prepared).await;
        if rows.as_ref().err().is_none_or(|error| error.as_db_error().is_some()) {
            self.place = place;
        }
        rows.map_err(told)
    }

    async fn commit(&mut self) -> Result<(), Error> {
        let client = self.client.as_ref().ok_or(sqlx::Error::PoolClosed)?;
        self.place = Place::Reading;
        client.batch_execute(Dialect::Postgres.end_write()).await.map_err(told)?;
        self.place = Place::Alone;
        Ok(())
    }
}

/// The rows of a statement, up to its end: by itself, it is permanent then.
async fn rows(client: &Object, run: &Run<'_>, prepared: &Prepared) -> Result<Vec<Direct>, DriverError> {
    let rows = async {
        client.query_raw(prepared, run.values.iter().map(Parameter)).await?.map_ok(Direct::from).try_collect().await
    };
    rows.await.inspect_err(|_| forget(client, prepared, &run.statement.text))
}

/// What went wrong: in the words of the database, or without any, if it is not known what it has done.
fn told(error: DriverError) -> Error {
    match error.as_db_error() {
        Some(told) => sqlx::Error::Database(Box::new(Told(told.clone()))).into(),
        None => lost(error),
    }
}

fn lost(error: DriverError) -> Error {
    sqlx::Error::Io(std::io::Error::other(error)).into()
}

/// What the database says, as far as it is asked for: what a refusal means says the pool's driver, when the same is tried
/// in a transaction.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Told(DbError);

impl DatabaseError for Told {
    fn message(&self) -> &str {
        self.0.message()
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.code().code().into())
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
        ErrorKind::Other
    }
}
