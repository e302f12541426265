//! `relata.toml`: what it makes of a database, and what it is told that is wrong in it.

mod definitions;
mod docs;
mod entities;
mod lists;
mod lookups;
mod many_to_many;
mod mistakes;
mod relationships;
mod relay;
mod reload;
mod suggest;

use relata::{Config, Gateway};

use crate::support::{Backend, Server, connection, run_sql};

/// A server over tables, discovered and configured; or all that is wrong with the configuration.
async fn try_configured(
    backend: Backend,
    name: &str,
    tables: &str,
    config: &str,
) -> Option<Result<Server, Vec<String>>> {
    let connection = connection(backend, &format!("config_{name}")).await?;
    run_sql(&connection, tables).await;
    let config = match Config::parse("relata.toml", config) {
        Ok(config) => config,
        Err(error) => return Some(Err(lines(&error.to_string()))),
    };
    match Gateway::builder(connection.clone()).discover(&[]).config(config).build().await {
        Ok(gateway) => Some(Ok(Server::start(gateway, connection).await)),
        Err(error) => Some(Err(lines(&error.to_string()))),
    }
}

/// A server over tables, discovered and configured.
async fn configured(backend: Backend, name: &str, tables: &str, config: &str) -> Option<Server> {
    let server = try_configured(backend, name, tables, config).await?;
    Some(server.unwrap_or_else(|mistakes| panic!("{mistakes:#?}")))
}

/// All that is wrong with a configuration.
async fn mistakes(backend: Backend, name: &str, tables: &str, config: &str) -> Option<Vec<String>> {
    let server = try_configured(backend, name, tables, config).await?;
    Some(server.err().expect("the configuration has mistakes"))
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
