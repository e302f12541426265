//! Statements on a connection that reads directly. The transaction around several is begun in one round trip with the
//! first of them, and ended in one with the last.

use std::{collections::HashMap, pin::Pin, sync::Arc};

use deadpool_postgres::Object;
use futures_util::{FutureExt, TryStreamExt, future::join3};
use sea_orm::sea_query::Value;
use tokio_postgres::{Error as DriverError, Row, RowStream, Statement as Prepared, types::Type};

use crate::{
    catalog::AttributeType,
    execute::{
        Error, Read,
        cells::{Cells, Connection, KeyPart},
        stream::Stream,
    },
    sql::{Dialect, Levels, Statement, Whole},
};

use super::{
    key,
    parameter::{Bytes, Parameter, type_of},
    parent_keys, whole_number, write_or_null,
};

/// How many statements stay prepared on a connection.
const STATEMENTS: usize = 256;

/// A connection for the fields of a query.
#[derive(Debug)]
pub(in crate::execute) struct Reader {
    /// Away only once it is dropped.
    pub(super) client: Option<Object>,
    pub(super) place: Place,
    /// Whether the statements of the last field are run.
    is_last_field: bool,
    /// Whether the next statement is the last one.
    is_last: bool,
    /// Whether something went wrong that the pool is to say in its own words.
    has_failed: bool,
}

/// How many bytes of rows are kept that could be written as they come.
const MAX_WHOLE: usize = 1 << 20;

/// How far the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing has to be begun or ended.
    Alone,
    /// The transaction begins with the next statement.
    Before,
    /// In the transaction.
    Within,
    /// Behind the transaction.
    Behind,
    /// In the middle of an answer; whether in a transaction does not matter, because nobody will wait for its end.
    Reading,
}

impl Reader {
    pub(super) fn new(client: Object, is_single: bool) -> Self {
        let place = if is_single { Place::Alone } else { Place::Before };
        Self { client: Some(client), place, is_last_field: false, is_last: false, has_failed: false }
    }

    /// Begins a statement.
    async fn begin(&mut self, statement: &Statement, values: &[Value]) -> Result<Answer, Error> {
        let place = std::mem::replace(&mut self.place, Place::Reading);
        let after = match place {
            Place::Alone => Place::Alone,
            // Only where what seemed to be the last statement was not enough.
            Place::Behind => return Err(self.failed(&"the transaction has ended")),
            _ if self.is_last => Place::Behind,
            _ => Place::Within,
        };
        tracing::trace!(target: "relata::statement", text = %statement.text);
        match self.start(place, after, &statement.text, values).await {
            Ok(Some(rows)) => Ok(Answer { rows: Box::pin(rows), after }),
            Ok(None) => Err(self.failed(&"a parameter of another type")),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// The next row of a statement; nothing at its end.
    async fn next(&mut self, answer: &mut Answer) -> Result<Option<Direct>, Error> {
        match answer.rows.try_next().await {
            Ok(Some(row)) => Ok(Some(row.into())),
            Ok(None) => {
                self.place = answer.after;
                Ok(None)
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Sends a statement, with the beginning of the transaction before it and its end behind it where these are to come;
    /// nothing where a parameter is of a type that is not known here.
    async fn start(
        &self,
        before: Place,
        after: Place,
        text: &str,
        values: &[Value],
    ) -> Result<Option<RowStream>, DriverError> {
        let Some((client, prepared)) = self.prepare(text, values).await? else { return Ok(None) };
        let begin = async {
            match before {
                Place::Before => client.batch_execute(Dialect::Postgres.begin_read()).await,
                _ => Ok(()),
            }
        };
        let query = client.query_raw(&prepared, values.iter().map(Parameter));
        let end = async {
            if after == Place::Behind {
                end(client);
            }
        };
        // Each sends what it has to say when it is first looked at.
        let (started, rows, ()) = join3(begin, query, end).await;
        let done = started.and(rows);
        if done.is_err() {
            forget(client, &prepared, text);
        }
        done.map(Some)
    }

    /// A statement that is prepared on the connection; nothing where a parameter is of a type that is not known here.
    pub(super) async fn prepare(
        &self,
        text: &str,
        values: &[Value],
    ) -> Result<Option<(&Object, Prepared)>, DriverError> {
        let (Some(client), Some(types)) = (&self.client, values.iter().map(type_of).collect::<Option<Vec<Type>>>())
        else {
            return Ok(None);
        };
        if client.statement_cache.size() >= STATEMENTS {
            client.statement_cache.clear();
        }
        Ok(Some((client, client.prepare_typed_cached(text, &types).await?)))
    }

    fn failed(&mut self, reason: &dyn std::fmt::Display) -> Error {
        tracing::debug!(%reason, "a statement is put to the pool");
        self.has_failed = true;
        sqlx::Error::WorkerCrashed.into()
    }
}

/// Ends the transaction, without waiting for the answer: whoever has the connection next comes after it.
fn end(client: &Object) {
    _ = client.batch_execute(Dialect::Postgres.end_read()).now_or_never();
}

/// Lets a statement be prepared anew: it may have been prepared for tables that have changed.
pub(super) fn forget(client: &Object, prepared: &Prepared, text: &str) {
    client.statement_cache.remove(text, prepared.params());
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        match self.place {
            Place::Alone | Place::Before | Place::Behind => {}
            Place::Within => end(&client),
            // What is still to come is of no use to anybody.
            Place::Reading => drop(Object::take(client)),
        }
    }
}

/// The rows of a statement, as they come.
struct Answer {
    rows: Pin<Box<RowStream>>,
    /// Where the connection is when it has been read.
    after: Place,
}

impl Connection for Reader {
    type Rows = Vec<Direct>;

    const FETCHES_WHOLE: bool = true;

    fn enter(&mut self, _field: &Read, is_last: bool) {
        (self.is_last_field, self.is_last) = (is_last, false);
    }

    fn conclude(&mut self) {
        self.is_last = self.is_last_field;
    }

    fn has_failed(&self) -> bool {
        self.has_failed
    }

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Vec<Direct>, Error> {
        let mut answer = self.begin(statement, &values).await?;
        let mut rows = Vec::new();
        while let Some(row) = self.next(&mut answer).await? {
            rows.push(row);
        }
        Ok(rows)
    }

    async fn fetch_whole(&mut self, whole: &Whole, values: Vec<Value>) -> Result<Option<Vec<Direct>>, Error> {
        let mut answer = self.begin(&whole.statement, &values).await?;
        let (mut rows, mut size, mut is_whole) = (Vec::new(), 0, true);
        while let Some(row) = self.next(&mut answer).await? {
            size += row.row.raw_size_bytes();
            is_whole = is_whole && size <= MAX_WHOLE && (rows.len() as u64) < whole.limit;
            if is_whole {
                rows.push(row);
            } else {
                rows = Vec::new();
            }
        }
        Ok(is_whole.then_some(rows))
    }

    async fn fetch_levels(
        &mut self,
        levels: &Levels,
        values: Vec<Value>,
    ) -> Result<Result<Vec<Vec<Direct>>, Vec<usize>>, Error> {
        let mut answer = self.begin(&levels.statement, &values).await?;
        let mut all: Vec<Vec<Direct>> = levels.levels.iter().map(|_| Vec::new()).collect();
        let (mut size, mut full) = (0, Vec::new());
        while let Some(mut row) = self.next(&mut answer).await? {
            let number = row.ordinal(0)?;
            let (Some(rows), Some(level)) = (all.get_mut(number), levels.levels.get(number)) else { continue };
            size += row.row.raw_size_bytes();
            row.places = Some(Arc::clone(&level.places));
            rows.push(row);
            let is_full = level.limit.is_some_and(|limit| rows.len() as u64 > limit) || size > MAX_WHOLE;
            if is_full && !full.contains(&number) {
                full.push(number);
            }
            if size > MAX_WHOLE {
                rows.clear();
            }
        }
        if full.is_empty() {
            return Ok(Ok(all));
        }
        // The pool begins anew: what came next on this connection might be of another state of the database.
        self.failed(&"a page may be full");
        Ok(Err(full))
    }

    fn put_in_order(rows: &mut Vec<Direct>, keys: &[Vec<KeyPart>]) -> Result<(), Error> {
        let positions: HashMap<&[KeyPart], usize> = keys.iter().map(Vec::as_slice).zip(0..).collect();
        let (mut last, mut parent) = (None, None);
        for row in &mut *rows {
            let key = row.key(0, &AttributeType::BigInt)?;
            if parent.is_none() || key != last {
                parent = Some(positions.get(key.as_slice()).copied().unwrap_or(usize::MAX));
                last = key;
            }
            row.parent = parent;
        }
        rows.sort_by_key(|row| row.parent);
        Ok(())
    }

    async fn stream(
        &mut self,
        statement: &Statement,
        values: Vec<Value>,
        to: &mut Stream<'_, Vec<Direct>>,
    ) -> Result<(), Error> {
        let mut answer = self.begin(statement, &values).await?;
        while let Some(row) = self.next(&mut answer).await? {
            to.take_row(row).await?;
        }
        Ok(())
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], types: &[AttributeType]) -> Vec<Value> {
        parent_keys(keys, types)
    }
}

/// A row of the driver that reads directly.
#[derive(Debug)]
pub(in crate::execute) struct Direct {
    pub(super) row: Row,
    /// Where its columns are, unless each is in its place.
    places: Option<Arc<[usize]>>,
    /// The position of its parent, where the row does not say so itself.
    parent: Option<usize>,
}

impl From<Row> for Direct {
    fn from(row: Row) -> Self {
        Self { row, places: None, parent: None }
    }
}

impl Direct {
    fn bytes(&self, column: usize) -> Result<Option<&[u8]>, Error> {
        let place = self.places.as_ref().map_or(column, |places| places.get(column).copied().unwrap_or(usize::MAX));
        let value: Result<Option<Bytes<'_>>, DriverError> = self.row.try_get(place);
        match value {
            Ok(value) => Ok(value.map(|Bytes(bytes)| bytes)),
            Err(error) => Err(Error::Value(error.to_string())),
        }
    }
}

impl Cells for Direct {
    fn is_null(&self, column: usize) -> Result<bool, Error> {
        Ok(self.bytes(column)?.is_none())
    }

    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
        write_or_null(self.bytes(column)?, ty, out)
    }

    fn key(&self, column: usize, ty: &AttributeType) -> Result<Option<KeyPart>, Error> {
        key(self.bytes(column)?, ty)
    }

    fn ordinal(&self, column: usize) -> Result<usize, Error> {
        if let Some(parent) = self.parent {
            return Ok(parent);
        }
        Ok(self
            .bytes(column)?
            .and_then(whole_number)
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or_default())
    }
}
