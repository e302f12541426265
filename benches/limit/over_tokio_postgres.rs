//! `PostgreSQL` through tokio-postgres, with a pool and prepared statements by deadpool: a round trip for each level.

use deadpool_postgres::{Client, Config, Pool, PoolConfig, Runtime};
use sqlx::PgConnection;
use tokio_postgres::{NoTls, Row, types::ToSql};

use super::{driver::Driver, rows::Columns};

/// A pool of connections to the database of a URL.
pub(crate) fn pool(url: &str, connections: usize) -> Pool {
    let mut config = Config::new();
    config.url = Some(url.to_owned());
    config.pool = Some(PoolConfig::new(connections));
    config.create_pool(Some(Runtime::Tokio1), NoTls).unwrap()
}

/// The rows of a statement, which a connection prepares once.
pub(crate) async fn query(client: &Client, statement: &str, values: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
    let prepared = client.prepare_cached(statement).await.unwrap();
    client.query(&prepared, values).await.unwrap()
}

impl Columns for Row {
    fn integer(&self, column: usize) -> Option<i32> {
        self.get(column)
    }

    fn text(&self, column: usize) -> Option<&str> {
        self.get(column)
    }
}

impl Driver for Client {
    type Row = Row;

    const TRACK: &'static str = <PgConnection as Driver>::TRACK;
    const ALBUMS: &'static str = <PgConnection as Driver>::ALBUMS;
    const ALBUM_TRACKS: &'static str = <PgConnection as Driver>::ALBUM_TRACKS;
    const PLAYLIST_TRACKS: &'static str = <PgConnection as Driver>::PLAYLIST_TRACKS;
    const CUSTOMERS: &'static str = <PgConnection as Driver>::CUSTOMERS;
    const INVOICES: &'static str = <PgConnection as Driver>::INVOICES;
    const ALL_TRACKS: &'static str = <PgConnection as Driver>::ALL_TRACKS;

    async fn all(&mut self, statement: &'static str) -> Vec<Row> {
        query(self, statement, &[]).await
    }

    async fn by_key(&mut self, statement: &'static str, key: i32) -> Vec<Row> {
        query(self, statement, &[&key]).await
    }

    async fn by_text(&mut self, statement: &'static str, text: &str) -> Vec<Row> {
        query(self, statement, &[&text]).await
    }

    async fn children(&mut self, statement: &'static str, parents: Vec<i32>) -> Vec<Row> {
        query(self, statement, &[&parents]).await
    }
}
