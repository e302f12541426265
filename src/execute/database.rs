//! The connection pools, by database.

use std::time::Duration;

use sea_orm::{ConnectOptions, DatabaseConnection, DbBackend};
use sqlx::{Connection, PgPool, SqlitePool};

use crate::sql::Dialect;

use super::{Error, Failure, Fragment, Read, read};

/// A pool of connections to a supported database.
#[derive(Debug, Clone)]
pub enum Database {
    /// SQLite.
    Sqlite(SqlitePool),
    /// PostgreSQL.
    Postgres(PgPool),
}

impl Database {
    /// How the gateway's own pools connect. Testing a connection costs a round trip, so that only one that lay idle
    /// long enough to have been dropped on the way is tested before it is used.
    #[must_use]
    pub fn options(url: &str, connections: u32) -> ConnectOptions {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(connections)
            .sqlx_logging(false)
            .connect_timeout(Duration::from_secs(10))
            .test_before_acquire_if_idle_for(Duration::from_secs(10));
        options
    }

    /// The pool behind a SeaORM connection; nothing where its backend is not supported yet.
    #[must_use]
    pub fn of(connection: &DatabaseConnection) -> Option<Self> {
        match connection.get_database_backend() {
            DbBackend::Sqlite => Some(Self::Sqlite(connection.get_sqlite_connection_pool().clone())),
            DbBackend::Postgres => Some(Self::Postgres(connection.get_postgres_connection_pool().clone())),
            _ => None,
        }
    }

    /// The dialect it is spoken to in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Whether the database answers within a second.
    pub async fn is_reachable(&self) -> bool {
        tokio::time::timeout(Duration::from_secs(1), self.ping()).await.is_ok_and(|answer| answer.is_ok())
    }

    async fn ping(&self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(pool) => pool.acquire().await?.ping().await,
            Self::Postgres(pool) => pool.acquire().await?.ping().await,
        }
    }

    /// Runs the fields of a query and answers each as a member of a JSON object, `"key":value`.
    /// An operation with several statements sees one state of the database: they run in a transaction. It is dropped
    /// and not committed, because nothing was written, and a rollback is sent without waiting for its answer.
    ///
    /// A field whose own values are the trouble fails alone.
    ///
    /// # Errors
    /// What the database answered instead, and to which field.
    pub async fn read(&self, fields: &[&Read], max_answer: usize) -> Result<Vec<Result<Fragment, Error>>, Failure> {
        let is_single = fields.iter().map(|field| field.statements.len()).sum::<usize>() <= 1;
        match self {
            Self::Sqlite(pool) if is_single => read::run(&mut *pool.acquire().await?, fields, max_answer).await,
            Self::Postgres(pool) if is_single => read::run(&mut *pool.acquire().await?, fields, max_answer).await,
            Self::Sqlite(pool) => {
                let mut transaction = pool.begin_with(self.dialect().begin_read()).await?;
                read::run(&mut *transaction, fields, max_answer).await
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin_with(self.dialect().begin_read()).await?;
                read::run(&mut *transaction, fields, max_answer).await
            }
        }
    }
}
