//! A transaction in which tables change. One at a time, on any instance of the gateway.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, SqliteTransactionMode,
    SqlxSqliteConnector, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::{postgres::PgDatabaseError, sqlite::SqlitePool};
use tokio::sync::OwnedSemaphorePermit;

use super::{delete::restricted, rebuild};
use crate::{
    execute::{Database, Error},
    sql::{
        Dialect,
        ddl::{Step, sqlite},
        definitions,
    },
};

/// How long it waits for a lock of others.
const PATIENCE: Duration = Duration::from_secs(5);

/// A transaction in which tables change. Dropped without a commit it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    // Ended before the next writer is let through: fields are dropped in order.
    inner: DatabaseTransaction,
    /// The turn of this writer, where a database takes one at a time.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Transaction {
    /// Begins one, once no other is under way. On SQLite it has a connection of its own, on which tables can be put in
    /// each other's place: that of everybody else watches over foreign keys meanwhile, and would empty other tables.
    ///
    /// # Errors
    /// When the database cannot be reached, or others keep their locks.
    pub async fn begin(database: &Database) -> Result<Self, Error> {
        let dialect = database.dialect();
        let turn = database.turn().await;
        let connection = match dialect {
            Dialect::Sqlite => apart(database.connection().get_sqlite_connection_pool()).await?,
            Dialect::Postgres | Dialect::MySql => database.connection().clone(),
        };
        let options = TransactionOptions {
            isolation_level: (dialect == Dialect::Postgres).then_some(IsolationLevel::ReadCommitted),
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        let inner = connection.begin_with_options(options).await?;
        for statement in definitions::enter(dialect, PATIENCE.as_millis()) {
            inner.query_one(&statement).await?;
        }
        Ok(Self { inner, _turn: turn })
    }

    /// Carries steps out, in order.
    ///
    /// # Errors
    /// What the database answered instead. Then the transaction is of no more use.
    pub async fn run(&mut self, steps: &[Step]) -> Result<(), Error> {
        for step in steps {
            match step {
                Step::Statement { text, values, .. } => {
                    let backend = self.inner.get_database_backend();
                    let statement = Statement::from_sql_and_values(backend, text, values.clone());
                    self.inner.execute_raw(statement).await.map_err(|error| explain(error.into()))?;
                }
                Step::Rebuild(change) => rebuild::run(&self.inner, change).await?,
                Step::DropColumn(change) => rebuild::drop_column(&self.inner, change).await?,
            }
        }
        Ok(())
    }

    /// For what else happens in it.
    #[must_use]
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Makes everything permanent.
    ///
    /// # Errors
    /// What the database answered instead; then nothing has changed.
    pub async fn commit(self) -> Result<(), Error> {
        self.inner.commit().await.map_err(|error| explain(error.into()))
    }

    /// Undoes everything, and waits until the database has done so.
    ///
    /// # Errors
    /// What the database answered instead.
    pub async fn rollback(self) -> Result<(), Error> {
        Ok(self.inner.rollback().await?)
    }
}

/// The statements that a step would be carried out by, as they are shown.
///
/// # Errors
/// What the database answered instead.
pub async fn expand(transaction: &DatabaseTransaction, step: &Step) -> Result<Vec<String>, Error> {
    match step {
        Step::Statement { display, .. } => Ok(vec![display.clone()]),
        Step::DropColumn(change) => Ok(vec![change.drop.clone()]),
        Step::Rebuild(change) => rebuild::expand(transaction, change).await,
    }
}

/// A connection for one transaction, made as those of the pool are. It does not watch over foreign keys, and what it
/// does to a table leaves other tables, views and triggers alone.
async fn apart(pool: &SqlitePool) -> Result<DatabaseConnection, Error> {
    let options = (*pool.connect_options()).clone().busy_timeout(PATIENCE);
    let own = pool.options().clone().min_connections(0).max_connections(1).connect_with(options).await?;
    let own = SqlxSqliteConnector::from_sqlx_sqlite_pool(own);
    // Whatever the pool itself asks of new connections.
    for pragma in sqlite::APART {
        own.execute_unprepared(pragma).await?;
    }
    Ok(own)
}

/// PostgreSQL lists what else depends on something that was to go.
pub(super) fn explain(error: Error) -> Error {
    let Some(told) = error.database() else { return error };
    if told.code().as_deref() != Some("2BP01") {
        return error;
    }
    let detail = told.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::detail).unwrap_or_default();
    // "view v depends on table t", line by line.
    let names = detail.lines().map(|line| line.split(" depends on ").next().unwrap_or(line).to_owned());
    restricted(names.collect()).into()
}
