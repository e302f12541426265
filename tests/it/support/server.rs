//! A gateway that listens, a client for it, and its database for plain SQL.

use std::net::SocketAddr;

use relata::Gateway;
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, JsonValue, Statement};
use serde_json::{Value, json};

/// A running gateway; it ends with the test's runtime.
pub(crate) struct Server {
    address: SocketAddr,
    gateway: Gateway,
    connection: DatabaseConnection,
    client: reqwest::Client,
}

impl Server {
    pub(crate) async fn start(gateway: Gateway, connection: DatabaseConnection) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = gateway.clone().into_router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, gateway, connection, client: reqwest::Client::new() }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Runs an operation and answers the whole response.
    pub(crate) async fn run(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let request = self.client.post(self.url("/graphql")).json(&body);
        request.send().await.unwrap().json().await.unwrap()
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
        self.connection.execute_unprepared(sql).await.unwrap();
    }

    /// Closes the gateway's connections, as if the database had gone.
    pub(crate) async fn close_database(&self) {
        self.connection.close_by_ref().await.unwrap();
    }

    /// Rows of plain SQL, beside the gateway.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<Value> {
        let backend = self.connection.get_database_backend();
        JsonValue::find_by_statement(Statement::from_string(backend, sql)).all(&self.connection).await.unwrap()
    }
}
