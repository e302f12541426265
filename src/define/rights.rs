//! Whether the gateway's user may change tables at all.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use sqlx::{Connection, SqliteConnection};

use super::dialect_of;
use crate::{
    error::Code,
    execute::Error,
    sql::{Dialect, ddl},
};

/// How long the answer may take where the database makes connections wait for each other.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the user may create tables where the gateway would. Changes nothing.
///
/// # Errors
/// What the database answered instead.
pub async fn may_define(connection: &DatabaseConnection) -> Result<bool, Error> {
    match dialect_of(connection)? {
        Dialect::Postgres => {
            let row = connection.query_one(&ddl::inspect::may_create()).await?;
            Ok(row.map(|row| row.try_get_by_index::<Option<bool>>(0)).transpose()?.flatten().unwrap_or(false))
        }
        Dialect::MySql => Ok(false),
        // A connection that waits is one that may write, but not now.
        Dialect::Sqlite => tokio::time::timeout(PATIENCE, sqlite(connection)).await.unwrap_or(Ok(true)),
    }
}

/// SQLite knows no rights but those of the file and of the connection, which it looks at when it is to write. On a
/// connection of its own, that neither waits for other writers nor leaves anything behind.
async fn sqlite(connection: &DatabaseConnection) -> Result<bool, Error> {
    let options = (*connection.get_sqlite_connection_pool().connect_options()).clone();
    let mut own = SqliteConnection::connect_with(&options.busy_timeout(Duration::ZERO)).await?;
    let answer = sqlx::raw_sql(ddl::sqlite::TRY_TO_WRITE).execute(&mut own).await;
    let refused = answer.err().map(Error::from);
    own.close().await?;
    match refused {
        None => Ok(true),
        Some(error) if error.code() == Code::Forbidden => Ok(false),
        Some(error) if error.is_retryable() => Ok(true),
        Some(error) => Err(error),
    }
}
