//! An empty database in memory, in which SQLite says what it would make of a table.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, FromQueryResult, SqlxSqliteConnector, sea_query::SelectStatement,
};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::execute::Error;

/// One connection, which is the database.
#[derive(Debug)]
pub(super) struct Scratch(DatabaseConnection);

impl Scratch {
    pub(super) async fn open() -> Result<Self, Error> {
        let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(false);
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).connect_with(options).await?;
        Ok(Self(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)))
    }

    pub(super) async fn run(&mut self, text: &str) -> Result<(), DbErr> {
        self.0.execute_unprepared(text).await.map(|_| ())
    }

    pub(super) async fn rows<R: FromQueryResult>(&mut self, select: &SelectStatement) -> Result<Vec<R>, DbErr> {
        R::find_by_statement(self.0.get_database_backend().build(select)).all(&self.0).await
    }
}
