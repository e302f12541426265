//! A transaction in which tables change. One at a time, on any instance of the gateway. MariaDB makes each change of a
//! table permanent at once: there, what was made is taken back where something after it fails.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, SqliteTransactionMode,
    SqlxMySqlConnector, SqlxSqliteConnector, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::{MySqlPool, postgres::PgDatabaseError, sqlite::SqlitePool};
use tokio::sync::OwnedSemaphorePermit;

use super::{delete::restricted, rebuild};
use crate::{
    error::Code,
    execute::{Database, Error},
    plan,
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
    /// What is permanent already, and what it runs on.
    undo: Undo,
    dialect: Dialect,
    /// The turn of this writer, where a database takes one at a time.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Transaction {
    /// Begins one, once no other is under way. On SQLite it has a connection of its own, on which tables can be put in
    /// each other's place: that of everybody else watches over foreign keys meanwhile, and would empty other tables. On
    /// MariaDB it has one, too, because its lock is the session's.
    ///
    /// # Errors
    /// When the database cannot be reached, or others keep their locks.
    pub async fn begin(database: &Database) -> Result<Self, Error> {
        let dialect = database.dialect();
        let turn = database.turn().await;
        database.check_file()?;
        let connection = match dialect {
            Dialect::Sqlite => apart(database.connection().get_sqlite_connection_pool()).await?,
            Dialect::Postgres => database.connection().clone(),
            Dialect::MySql => session(database.connection().get_mysql_connection_pool()).await?,
        };
        let options = TransactionOptions {
            isolation_level: (dialect != Dialect::Sqlite).then_some(IsolationLevel::ReadCommitted),
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        let inner = connection.begin_with_options(options).await?;
        for statement in definitions::enter(dialect, PATIENCE.as_millis()) {
            inner.query_one(&statement).await?;
        }
        let undo = Undo { connection, statements: Vec::new(), unanswered: None };
        Ok(Self { inner, undo, dialect, _turn: turn })
    }

    /// Carries steps out, in order.
    ///
    /// # Errors
    /// What the database answered instead. Then the transaction is of no more use.
    pub async fn run(&mut self, steps: &[Step]) -> Result<(), Error> {
        for step in steps {
            match step {
                Step::Statement { text, values, undo, .. } => {
                    let backend = self.inner.get_database_backend();
                    let statement = Statement::from_sql_and_values(backend, text, values.clone());
                    let done = self.inner.execute_raw(statement).await.map_err(|error| explain(error.into()));
                    match &done {
                        Ok(_) => self.undo.statements.extend(undo.clone()),
                        Err(error) if error.code() == Code::Unavailable => self.undo.unanswered.clone_from(undo),
                        Err(_) => {}
                    }
                    done?;
                }
                Step::Rebuild(change) => rebuild::run(&self.inner, change).await?,
                Step::DropColumn(change) => rebuild::drop_column(&self.inner, change).await?,
            }
        }
        if let Some(resume) = definitions::resume(self.dialect) {
            self.inner.execute_unprepared(resume).await?;
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
        let Self { inner, mut undo, dialect, _turn } = self;
        let committed = inner.commit().await.map_err(|error| explain(error.into()));
        if committed.is_ok() {
            undo.statements.clear();
        }
        let undone = undo.take_back().await;
        leave(dialect, &undo.connection).await;
        committed.and(undone)
    }

    /// Undoes everything, and waits until the database has done so.
    ///
    /// # Errors
    /// What the database answered instead.
    pub async fn rollback(self) -> Result<(), Error> {
        let Self { inner, mut undo, dialect, _turn } = self;
        let rolled_back = inner.rollback().await;
        let undone = undo.take_back().await;
        leave(dialect, &undo.connection).await;
        rolled_back?;
        undone
    }
}

/// What takes back what is permanent already.
#[derive(Debug)]
struct Undo {
    connection: DatabaseConnection,
    /// In the order in which what they take back was made.
    statements: Vec<String>,
    /// What takes back the last step, where the connection was lost before the database answered: it may have been done.
    unanswered: Option<String>,
}

impl Undo {
    /// Takes it back, the last first. What cannot be taken back is told in the log: nobody who asked for the change can
    /// do anything about it.
    async fn take_back(&mut self) -> Result<(), Error> {
        if let Some(text) = self.unanswered.take()
            && let Err(error) = self.connection.execute_unprepared(&text).await
        {
            tracing::debug!(%error, statement = text, "there was nothing to take back of what was not answered");
        }
        while let Some(text) = self.statements.pop() {
            if let Err(error) = self.connection.execute_unprepared(&text).await {
                tracing::error!(%error, statement = text, "what a change of definitions made could not be taken back");
                self.statements.clear();
                return Err(error.into());
            }
        }
        Ok(())
    }
}

impl Drop for Undo {
    /// Somebody lost interest in a transaction before its end.
    fn drop(&mut self) {
        let (statements, unanswered) = (std::mem::take(&mut self.statements), self.unanswered.take());
        if !statements.is_empty() || unanswered.is_some() {
            let mut undo = Self { connection: self.connection.clone(), statements, unanswered };
            // What fails is told in the log.
            tokio::spawn(async move { undo.take_back().await });
        }
    }
}

/// Lets the next one in.
async fn leave(dialect: Dialect, connection: &DatabaseConnection) {
    if dialect == Dialect::MySql {
        // A session that has ended holds nothing either.
        if let Err(error) = connection.execute_unprepared(definitions::LEAVE_SESSION).await {
            tracing::debug!(%error, "a session ended before it let the next one in");
        }
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

/// A session for one transaction, once no other changes definitions.
async fn session(pool: &MySqlPool) -> Result<DatabaseConnection, Error> {
    let options = (*pool.connect_options()).clone();
    let own = pool.options().clone().min_connections(0).max_connections(1).connect_with(options).await?;
    let own = SqlxMySqlConnector::from_sqlx_mysql_pool(own);
    own.execute_unprepared(&definitions::patience(PATIENCE.as_secs())).await?;
    let row = own.query_one(&definitions::enter_session(PATIENCE.as_secs())).await?;
    let entered: Option<i64> = row.map(|row| row.try_get("", "entered")).transpose()?.flatten();
    if entered == Some(1) {
        return Ok(own);
    }
    let message = "definitions are being changed by somebody else, who takes long";
    Err(plan::Error::new(Code::Timeout, message).into())
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
