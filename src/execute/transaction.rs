//! A transaction that writes. SeaORM holds it, because the hooks of its entities run in it; the gateway's own
//! statements run in it as they do on any connection.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, sea_query::Value};
use tokio::sync::OwnedSemaphorePermit;

use crate::{catalog::AttributeType, sql::Statement};

use super::{
    Error,
    cells::{Cells, Connection, KeyPart},
};

/// A transaction that writes. Dropped without a commit it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    // Ended before the next writer is let through: fields are dropped in order.
    inner: DatabaseTransaction,
    /// The turn of this writer, where a database takes one at a time.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Transaction {
    pub(super) fn new(inner: DatabaseTransaction, turn: Option<OwnedSemaphorePermit>) -> Self {
        Self { inner, _turn: turn }
    }

    /// What hooks are given.
    #[must_use]
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Makes everything that was written permanent.
    ///
    /// # Errors
    /// What the database answered instead; then nothing was written.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.inner.commit().await?)
    }

    /// Undoes everything that was written, and waits until the database has done so.
    ///
    /// # Errors
    /// What the database answered instead.
    pub async fn rollback(self) -> Result<(), Error> {
        Ok(self.inner.rollback().await?)
    }
}

impl Connection for Transaction {
    type Rows = Vec<Row>;

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Vec<Row>, Error> {
        let backend = self.inner.get_database_backend();
        let statement = sea_orm::Statement::from_sql_and_values(backend, &*statement.text, values);
        Ok(self.inner.query_all_raw(statement).await?.into_iter().map(Row).collect())
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], types: &[AttributeType]) -> Vec<Value> {
        match self.inner.get_database_backend() {
            DbBackend::Postgres => super::postgres::parent_keys(keys, types),
            _ => super::json_keys::parent_keys(keys),
        }
    }
}

/// A row of whichever driver is behind the transaction.
pub(super) struct Row(QueryResult);

impl Row {
    fn cells(&self) -> Result<&dyn Cells, Error> {
        match (self.0.try_as_sqlite_row(), self.0.try_as_pg_row(), self.0.try_as_mysql_row()) {
            (Some(row), _, _) => Ok(row),
            (_, Some(row), _) => Ok(row),
            (_, _, Some(row)) => Ok(row),
            _ => Err(Error::Value("a row of an unknown driver".to_owned())),
        }
    }
}

impl Cells for Row {
    fn is_null(&self, column: usize) -> Result<bool, Error> {
        self.cells()?.is_null(column)
    }

    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
        self.cells()?.write(column, ty, out)
    }

    fn key(&self, column: usize, ty: &AttributeType) -> Result<Option<KeyPart>, Error> {
        self.cells()?.key(column, ty)
    }

    fn ordinal(&self, column: usize) -> Result<usize, Error> {
        self.cells()?.ordinal(column)
    }
}
