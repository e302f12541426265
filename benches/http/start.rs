//! How long the gateway takes from its start to its first answer.

use std::time::Instant;

use relata::execute::Database;
use serde_json::json;

use super::{client::post, compare::median, databases::Kind, load::Load, process::Server, tables};

/// How often it is started.
const STARTS: usize = 5;

/// Discovered tables.
const TABLES: usize = 1_000;

/// Prints a line for the demo and for each database.
pub(crate) async fn run() {
    println!("\nFrom the start to the first answer, median of {STARTS}");
    println!("| what | ms | MiB |");
    println!("|---|---|---|");
    report("the demo", &["demo"], "{ accounts(first: 1) { name } }").await;
    for kind in Kind::ALL {
        if let Some(place) = kind.empty("start").await {
            let connection = sea_orm::Database::connect(Database::options(&place.url, 1)).await.unwrap();
            tables::make(&connection, TABLES).await;
            connection.close().await.unwrap();
            let name = format!("{TABLES} tables, {}", kind.name());
            report(&name, &["serve", "--database-url", &place.url], "{ item1s(first: 1) { ref } }").await;
            place.drop().await;
        }
    }
}

async fn report(name: &str, arguments: &[&str], query: &str) {
    let mut times = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..STARTS {
        let (time, resident) = start(arguments, query).await;
        times.push(time);
        memory.push(resident);
    }
    println!("| {name} | {:.0} | {:.0} |", median(times), median(memory));
}

/// Milliseconds to the first answer, and the memory that is held then in MiB.
pub(crate) async fn start(arguments: &[&str], query: &str) -> (f64, f64) {
    let start = Instant::now();
    let server = Server::gateway(arguments).await;
    let mut load = Load::open(server.address, 1).await;
    let answer = load.ask(&post("/graphql", &json!({ "query": query }).to_string())).await;
    let time = start.elapsed().as_secs_f64() * 1e3;
    assert!(answer.starts_with("{\"data\":{"), "{answer}");
    let memory = server.resident();
    server.stop().await;
    (time, memory)
}
