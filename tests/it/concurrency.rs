//! Operations that run at the same time: each is all or nothing, none waits forever, and what is left is what some
//! order of them would have left.

mod hierarchies;
mod links;
mod load;
mod records;

use futures_util::future::join_all;
use relata::Gateway;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};

use crate::support::{Backend, Server, empty, quick, quick_connection, run_sql};

/// A database of its own for one test, discovered and served.
struct Race {
    server: Server,
    gateway: Gateway,
    connection: DatabaseConnection,
}

impl Race {
    async fn start(backend: Backend, name: &str, setup: &str, connections: u32) -> Option<Self> {
        Self::hierarchical(backend, name, setup, connections, &[]).await
    }

    async fn hierarchical(
        backend: Backend,
        name: &str,
        setup: &str,
        connections: u32,
        lookups: &[(&str, &str)],
    ) -> Option<Self> {
        let connection = quick_connection(backend, &format!("race_{name}"), connections).await?;
        run_sql(&connection, setup).await;
        let mut builder = Gateway::builder(connection.clone()).discover(&[]);
        for (table, column) in lookups {
            builder = builder.hierarchical_lookup(table, column);
        }
        let gateway = builder.build().await.unwrap();
        let server = Server::start(gateway.clone(), connection.clone()).await;
        Some(Self { server, gateway, connection })
    }

    /// Two gateways over one database, as in two processes.
    async fn two(backend: Backend, name: &str, setup: &str, connections: u32) -> Option<[Self; 2]> {
        let url = empty(backend, &format!("race_{name}")).await?;
        let mut both = Vec::new();
        for index in 0..2 {
            let connection = quick(&url, connections).await;
            if index == 0 {
                run_sql(&connection, setup).await;
            }
            let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
            let server = Server::start(gateway.clone(), connection.clone()).await;
            both.push(Self { server, gateway, connection });
        }
        both.try_into().ok()
    }

    /// The answers of operations that are sent at once.
    async fn all(&self, operations: &[String]) -> Vec<Value> {
        join_all(operations.iter().map(|operation| self.server.run(operation, json!({})))).await
    }

    /// The data of operations that are sent at once and must all succeed.
    async fn all_succeed(&self, operations: &[String]) -> Vec<Value> {
        let answers = self.all(operations).await.into_iter().zip(operations);
        let data = answers.map(|(mut answer, operation)| {
            assert!(answer.get("errors").is_none(), "{operation}\n{answer:#}");
            answer["data"].take()
        });
        data.collect()
    }

    async fn execute(&self, sql: &str) {
        run_sql(&self.connection, sql).await;
    }

    async fn number(&self, sql: &str) -> i64 {
        self.server.number(sql).await
    }
}

/// The code of each answer's error, or `OK`; sorted.
fn outcomes<'a>(answers: &'a [Value]) -> Vec<&'a str> {
    let code = |answer: &'a Value| match answer.get("errors") {
        Some(errors) => errors[0]["extensions"]["code"].as_str().unwrap_or("an error without a code"),
        None => "OK",
    };
    let mut codes: Vec<&str> = answers.iter().map(code).collect();
    codes.sort_unstable();
    codes
}
