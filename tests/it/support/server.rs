//! A gateway that listens, a client for it, and its database for plain SQL.

use std::net::SocketAddr;

use relata::{Gateway, gateway::Builder, http::Options};
use sea_orm::{DatabaseConnection, DbBackend};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, Column, Row, TypeInfo, ValueRef, postgres::PgRow, sqlite::SqliteRow};

use super::{Backend, mariadb, run_sql};

/// A running gateway; it ends with the test's runtime.
pub(crate) struct Server {
    address: SocketAddr,
    gateway: Gateway,
    connection: DatabaseConnection,
    /// For plain SQL.
    plain: DatabaseConnection,
    client: reqwest::Client,
    /// The database's file, where it ends with the server.
    _file: Option<tempfile::TempPath>,
}

impl Server {
    pub(crate) async fn start(gateway: Gateway, connection: DatabaseConnection) -> Self {
        Self::start_with(gateway, connection, Options::default()).await
    }

    /// The same, with options of its own.
    pub(crate) async fn start_with(gateway: Gateway, connection: DatabaseConnection, options: Options) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = relata::http::router(gateway.clone(), options);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let plain = mariadb::plain(&connection);
        Self { address, gateway, connection, plain, client: reqwest::Client::new(), _file: None }
    }

    /// The same, over a file that is removed when the server is.
    pub(super) fn keeping(self, file: Option<tempfile::TempPath>) -> Self {
        Self { _file: file, ..self }
    }

    /// Another gateway over the same database, as the builder has it.
    pub(crate) async fn another(&self, builder: fn(DatabaseConnection) -> Builder) -> Self {
        let gateway = builder(self.connection.clone()).build().await.unwrap();
        Self::start(gateway, self.connection.clone()).await
    }

    /// The same gateway once more, over HTTP with other options.
    pub(crate) async fn again_with(&self, options: Options) -> Self {
        Self::start_with(self.gateway.clone(), self.connection.clone(), options).await
    }

    /// The database, beside the gateway.
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// What it runs on.
    pub(crate) fn backend(&self) -> Backend {
        match self.connection.get_database_backend() {
            DbBackend::Sqlite => Backend::Sqlite,
            DbBackend::Postgres => Backend::Postgres,
            _ => Backend::MariaDb,
        }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// What it serves.
    pub(crate) fn catalog(&self) -> std::sync::Arc<relata::catalog::Catalog> {
        self.gateway.catalog()
    }

    /// Runs an operation and answers the whole response.
    pub(crate) async fn run(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let request = self.client.post(self.url("/graphql")).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The status and the bytes of the response to an operation.
    pub(crate) async fn raw(&self, query: &str, variables: &Value) -> (u16, String) {
        let body = json!({ "query": query, "variables": variables });
        let response = self.client.post(self.url("/graphql")).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// How many requests were about operations that were asked before, and how many operations are kept.
    pub(crate) fn known(&self) -> (u64, usize) {
        let statistics = self.gateway.statistics();
        (statistics.hits, statistics.operations)
    }

    /// The data of an operation that must succeed.
    pub(crate) async fn data(&self, query: &str) -> Value {
        self.data_with(query, json!({})).await
    }

    /// The data of an operation with variables that must succeed.
    pub(crate) async fn data_with(&self, query: &str, variables: Value) -> Value {
        let mut response = self.run(query, variables).await;
        assert!(response.get("errors").is_none(), "{query}\n{:#}", response["errors"]);
        response["data"].take()
    }

    /// The code of the only error of an operation that must fail.
    pub(crate) async fn code(&self, query: &str) -> String {
        let response = self.run(query, json!({})).await;
        let errors = response["errors"].as_array().unwrap_or_else(|| panic!("no error: {query}\n{response:#}"));
        assert_eq!(errors.len(), 1, "{query}\n{response:#}");
        errors[0]["extensions"]["code"].as_str().unwrap().to_owned()
    }

    /// How many SQL statements an operation takes.
    pub(crate) async fn statements(&self, query: &str) -> usize {
        let request = relata::gateway::Request { query: query.to_owned(), ..relata::gateway::Request::default() };
        let response = self.gateway.execute(request).await;
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert!(body.get("errors").is_none(), "{query}\n{body:#}");
        response.statements
    }

    /// Runs plain SQL, beside the gateway.
    pub(crate) async fn execute(&self, sql: &str) {
        match self.backend() {
            Backend::MariaDb => mariadb::execute(&self.plain, sql).await,
            _ => run_sql(&self.plain, sql).await,
        }
    }

    /// Closes the gateway's connections, as if the database had gone.
    pub(crate) async fn close_database(&self) {
        self.connection.close_by_ref().await.unwrap();
    }

    /// Rows of plain SQL, beside the gateway: whole numbers, floating-point numbers and text.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<Value> {
        if self.backend() == Backend::Sqlite {
            let pool = self.connection.get_sqlite_connection_pool();
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
            return rows.iter().map(|row| record(row, sqlite_value)).collect();
        }
        if self.backend() == Backend::MariaDb {
            return mariadb::rows(&self.plain, sql).await.iter().map(|row| record(row, mariadb::value)).collect();
        }
        let pool = self.connection.get_postgres_connection_pool();
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
        rows.iter().map(|row| record(row, postgres_value)).collect()
    }
}

fn record<R: Row>(row: &R, value: impl Fn(&R, usize) -> Value) -> Value {
    let columns = row.columns().iter().enumerate();
    columns.map(|(index, column)| (column.name().to_owned(), value(row, index))).collect::<Map<_, _>>().into()
}

/// SQLite's columns have no type that could be relied on; each value has one.
fn sqlite_value(row: &SqliteRow, column: usize) -> Value {
    let value = row.try_get_raw(column).unwrap();
    if value.is_null() {
        return Value::Null;
    }
    let kind = value.type_info().name().to_owned();
    match kind.as_str() {
        "INTEGER" => row.get_unchecked::<i64, _>(column).into(),
        "REAL" => row.get_unchecked::<f64, _>(column).into(),
        _ => row.get_unchecked::<String, _>(column).into(),
    }
}

fn postgres_value(row: &PgRow, column: usize) -> Value {
    match row.column(column).type_info().name() {
        "INT2" => row.get::<Option<i16>, _>(column).into(),
        "INT4" => row.get::<Option<i32>, _>(column).into(),
        "INT8" => row.get::<Option<i64>, _>(column).into(),
        "FLOAT8" => row.get::<Option<f64>, _>(column).into(),
        _ => row.get_unchecked::<Option<String>, _>(column).into(),
    }
}
