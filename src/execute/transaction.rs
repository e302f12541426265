//! A transaction that writes. SeaORM holds it, because the hooks of its entities run in it, or a file of SQLite is written
//! directly; the gateway's own statements run in it as they do on any connection.

use std::sync::LazyLock;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, sea_query::Value};
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    catalog::AttributeType,
    sql::{Dialect, Statement, definitions},
};

use super::{
    Error,
    cells::{Cells, Connection, KeyPart, Rows as _},
    generation,
    read::parameters,
    sqlite::{Batch, BatchRow, Writer},
};

/// What asks a file how often definitions have changed.
static LOOK: LazyLock<[Statement; 2]> = LazyLock::new(|| definitions::look(Dialect::Sqlite));

/// A transaction that writes. Dropped without a commit it is rolled back.
#[derive(Debug)]
pub struct Transaction(Inner);

#[derive(Debug)]
enum Inner {
    Orm {
        // Ended before the next writer is let through: fields are dropped in order.
        inner: DatabaseTransaction,
        /// The turn of this writer, where a database takes one at a time.
        _turn: Option<OwnedSemaphorePermit>,
    },
    Direct(Box<Writer>),
}

impl Transaction {
    pub(super) fn new(inner: DatabaseTransaction, turn: Option<OwnedSemaphorePermit>) -> Self {
        Self(Inner::Orm { inner, _turn: turn })
    }

    pub(super) fn direct(writer: Writer) -> Self {
        Self(Inner::Direct(Box::new(writer)))
    }

    /// What hooks are given.
    ///
    /// # Errors
    /// Where it is not SeaORM's: then a mutation has to be begun anew.
    pub fn connection(&self) -> Result<&DatabaseTransaction, Error> {
        match &self.0 {
            Inner::Orm { inner, .. } => Ok(inner),
            Inner::Direct(_) => Err(Error::Anew { patiently: false }),
        }
    }

    /// How often definitions have changed, if the known generation is not theirs.
    pub(super) async fn generation(&mut self, known: i64) -> Result<i64, Error> {
        match &mut self.0 {
            Inner::Orm { inner, .. } => generation(inner, known).await,
            Inner::Direct(writer) => {
                let [is_there, state] = &*LOOK;
                let mut ask = async |statement, column| {
                    let rows = writer.fetch(statement, parameters(statement, &[], &[])).await?;
                    let answer = rows.iter().next().map(|row| row.ordinal(column)).transpose()?;
                    Ok::<_, Error>(i64::try_from(answer.unwrap_or_default()).unwrap_or(i64::MAX))
                };
                if known == 0 && ask(is_there, 0).await? == 0 {
                    return Ok(0);
                }
                ask(state, 1).await
            }
        }
    }

    /// Makes everything that was written permanent.
    ///
    /// # Errors
    /// What the database answered instead; then nothing was written.
    pub async fn commit(self) -> Result<(), Error> {
        match self.0 {
            Inner::Orm { inner, .. } => Ok(inner.commit().await?),
            Inner::Direct(writer) => writer.commit().await,
        }
    }

    /// Undoes everything that was written, and waits until the database has done so.
    ///
    /// # Errors
    /// What the database answered instead.
    pub async fn rollback(self) -> Result<(), Error> {
        match self.0 {
            Inner::Orm { inner, .. } => Ok(inner.rollback().await?),
            // Dropped here.
            Inner::Direct(_) => Ok(()),
        }
    }
}

impl Connection for Transaction {
    type Rows = Rows;

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Rows, Error> {
        match &mut self.0 {
            Inner::Orm { inner, .. } => {
                let backend = inner.get_database_backend();
                let statement = sea_orm::Statement::from_sql_and_values(backend, &*statement.text, values);
                Ok(Rows::Orm(inner.query_all_raw(statement).await?))
            }
            Inner::Direct(writer) => writer.fetch(statement, values).await.map(Rows::Direct),
        }
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], types: &[AttributeType]) -> Vec<Value> {
        match &self.0 {
            Inner::Orm { inner, .. } if inner.get_database_backend() == DbBackend::Postgres => {
                super::postgres::parent_keys(keys, types)
            }
            _ => super::json_keys::parent_keys(keys),
        }
    }
}

/// The rows of a statement in it.
#[derive(Debug)]
pub(super) enum Rows {
    Orm(Vec<QueryResult>),
    Direct(Batch),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Direct(Batch::default())
    }
}

impl super::cells::Rows for Rows {
    type Row<'r> = Row<'r>;

    fn len(&self) -> usize {
        match self {
            Self::Orm(rows) => rows.len(),
            Self::Direct(batch) => batch.len(),
        }
    }

    fn row(&self, index: usize) -> Row<'_> {
        match self {
            Self::Orm(rows) => Row::Orm(&rows[index]),
            Self::Direct(batch) => Row::Direct(batch.row(index)),
        }
    }
}

/// A row of whichever driver is behind the transaction.
#[derive(Clone, Copy)]
pub(super) enum Row<'r> {
    Orm(&'r QueryResult),
    Direct(BatchRow<'r>),
}

impl Row<'_> {
    fn cells(&self) -> Result<&dyn Cells, Error> {
        let row = match self {
            Self::Orm(row) => row,
            Self::Direct(row) => return Ok(row),
        };
        match (row.try_as_sqlite_row(), row.try_as_pg_row(), row.try_as_mysql_row()) {
            (Some(row), _, _) => Ok(row),
            (_, Some(row), _) => Ok(row),
            (_, _, Some(row)) => Ok(row),
            _ => Err(Error::Value("a row of an unknown driver".to_owned())),
        }
    }
}

impl Cells for Row<'_> {
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
