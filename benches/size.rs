//! What a large database takes: `cargo bench --bench size`. Tables of ten columns and two foreign keys each, discovered
//! and served; the phases of the start, the size of the schema, introspection, a query and memory.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a benchmark reports and gives up")]

#[path = "store/databases.rs"]
mod databases;
#[path = "store/tables.rs"]
mod tables;

use std::time::{Duration, Instant};

use clap::Parser;
use relata::{
    Gateway, catalog,
    gateway::Request,
    graphql,
    plan::{Limits, Mutations},
    reflect::database::discover,
};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use databases::Kind;

/// What a large database takes.
#[derive(Debug, Parser)]
struct Arguments {
    /// Numbers of tables.
    #[arg(default_values_t = [250, 500, 1_000])]
    tables: Vec<usize>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("milliseconds of each phase; MiB of the schema, of the answer to introspection, and of the process");
    println!(
        "{:<9} {:>6} {:>9} {:>8} {:>8} {:>6} {:>8} {:>13} {:>7} {:>6} {:>7} {:>7}",
        "database",
        "tables",
        "discover",
        "catalog",
        "schema",
        "sdl",
        "sdl MiB",
        "introspection",
        "MiB",
        "query",
        "served",
        "peak"
    );
    for tables in Arguments::parse().tables {
        for kind in Kind::ALL {
            if let Some(place) = kind.empty("size").await {
                let connection = connect(&place.url).await;
                measure(kind.name(), &connection, tables).await;
                connection.close().await.unwrap();
                place.drop().await;
            }
        }
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn measure(database: &str, connection: &DatabaseConnection, tables: usize) {
    tables::make(connection, tables).await;
    let start = Instant::now();
    let drafts = discover(connection, &[]).await.unwrap();
    let discovered = lap(start);
    let start = Instant::now();
    let catalog = std::sync::Arc::new(catalog::build(drafts, &[], &[]).unwrap());
    let built = lap(start);
    let start = Instant::now();
    let schema = graphql::schema(&catalog, &Mutations::of(&catalog), Limits::default(), false).unwrap();
    let made = lap(start);
    let start = Instant::now();
    let sdl = graphql::sdl(&schema);
    let told = lap(start);
    drop((schema, catalog));
    let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    let served = memory("VmRSS:");
    let (introspected, answer) = run(&gateway, INTROSPECTION).await;
    let query = "{ item1s { ref text0 previous { ref } item3s { ref half { ref } } } }";
    let (queried, _) = run(&gateway, query).await;
    println!(
        "{database:<9} {tables:>6} {discovered:>9.0} {built:>8.0} {made:>8.0} {told:>6.0} {:>8.1} {introspected:>13.0} {:>7.1} {queried:>6.1} {served:>7.0} {:>7.0}",
        mebibytes(sdl.len()),
        mebibytes(answer),
        memory("VmHWM:")
    );
}

/// How long an operation takes, and how long its answer is.
async fn run(gateway: &Gateway, query: &str) -> (f64, usize) {
    let start = Instant::now();
    let response = gateway.execute(Request { query: query.to_owned(), ..Request::default() }).await;
    let took = lap(start);
    let start = String::from_utf8_lossy(&response.body[..response.body.len().min(300)]).into_owned();
    assert!(!start.contains("\"errors\"") && !start.contains("\"data\":null"), "{start}");
    (took, response.body.len())
}

fn lap(start: Instant) -> f64 {
    let took: Duration = start.elapsed();
    took.as_secs_f64() * 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files")]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// The memory of the process in MiB, now or at its peak; nothing where the system does not tell.
fn memory(which: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(which));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() / 1_024.0
}

/// What GraphiQL and client generators ask.
const INTROSPECTION: &str = "
    query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
        types { ...FullType } directives { name description locations args { ...InputValue } } } }
    fragment FullType on __Type { kind name description
        fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
        inputFields { ...InputValue } interfaces { ...TypeRef }
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";
