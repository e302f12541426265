//! The gateway beside hand-written servers, over HTTP and one database, under one load: `make bench`. Only the ratio
//! counts, because both sides share whatever the machine is doing meanwhile.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a benchmark reports and gives up")]

#[path = "../limit/answers.rs"]
mod answers;
mod client;
mod compare;
#[path = "../store/data.rs"]
mod data;
#[path = "../store/databases.rs"]
mod databases;
#[path = "../limit/driver.rs"]
mod driver;
mod growth;
#[path = "../limit/json.rs"]
mod json;
mod load;
mod memory;
mod operations;
#[path = "../limit/over_rusqlite.rs"]
mod over_rusqlite;
#[path = "../limit/over_tokio_postgres.rs"]
mod over_tokio_postgres;
#[path = "../limit/pipelined.rs"]
mod pipelined;
mod plot;
mod process;
#[path = "../store/queries.rs"]
mod queries;
#[path = "../limit/rows.rs"]
mod rows;
#[path = "../limit/server.rs"]
mod server;
mod start;
#[path = "../store/tables.rs"]
mod tables;

use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use relata::{Gateway, execute::Database};
use tokio::runtime;

use compare::{Side, Store};
use databases::Kind;
use operations::Operation;
use process::{DatabaseServer, Server};
use server::Limit;

/// The gateway beside hand-written servers, over HTTP and one database, under one load.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
struct Arguments {
    #[command(subcommand)]
    server: Option<LimitServer>,
    /// Only operations whose `database/name` contains this, as in `sqlite`, `Q3` or `postgres/L1`.
    filter: Option<String>,
    /// Tracks in the store, from a thousand to ten million; all other tables grow in proportion.
    #[arg(long, default_value_t = data::TRACKS)]
    rows: usize,
    /// Connections of the load generator.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Connections of each server to the database.
    #[arg(long, default_value_t = 16)]
    pool: u32,
    /// Seconds of measuring for each operation.
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// The hand-written server: by default tokio-postgres on `PostgreSQL` and rusqlite on `SQLite`.
    #[arg(long)]
    limit: Option<Limit>,
    /// Another hand-written server in the gateway's place: what a driver costs.
    #[arg(long)]
    instead: Option<Limit>,
    /// Instead: what the gateway holds in memory.
    #[arg(long)]
    memory: bool,
    /// Instead: how long the gateway takes to start.
    #[arg(long)]
    start: bool,
    /// Instead: what grows with records, levels, entities and connections; writes `docs/growth.svg`.
    #[arg(long)]
    growth: bool,
    /// A small store and a few requests: whether it works, not how fast it is.
    #[arg(long)]
    smoke: bool,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum LimitServer {
    /// A hand-written server, as the benchmark starts it.
    #[command(hide = true)]
    LimitServer { limit: Limit, url: String, connections: u32 },
}

fn main() {
    let mut arguments = Arguments::parse();
    if let Some(LimitServer::LimitServer { limit, url, connections }) = arguments.server {
        return runtime::Runtime::new().unwrap().block_on(server::serve(limit, &url, connections));
    }
    if arguments.smoke {
        arguments.rows = 1_000;
        arguments.connections = 4;
        arguments.seconds = 0.0;
    }
    // One thread for the load, so that it leaves the rest of the machine to the servers.
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if arguments.memory {
            memory::run(arguments.pool).await;
        }
        if arguments.start {
            start::run().await;
        }
        if arguments.growth {
            growth::run(arguments.pool, Duration::from_secs_f64(arguments.seconds / 8.0)).await;
        }
        if !(arguments.memory || arguments.start || arguments.growth) {
            run(&arguments).await;
        }
    });
}

async fn run(arguments: &Arguments) {
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::MariaDb) {
        let filter = arguments.filter.as_deref().unwrap_or_default();
        let chosen = |operation: &Operation| format!("{}/{}", kind.name(), operation.name()).contains(filter);
        let operations: Vec<_> = Operation::all().filter(chosen).collect();
        if operations.is_empty() {
            continue;
        }
        if let Some(place) = kind.empty("http").await {
            measure(kind, &place.url, arguments, &operations).await;
            place.drop().await;
        }
    }
}

/// Fills a database, starts both servers and measures every operation.
async fn measure(kind: Kind, url: &str, arguments: &Arguments, operations: &[Operation]) {
    let connection = sea_orm::Database::connect(Database::options(url, 2)).await.unwrap();
    data::fill(&connection, arguments.rows).await;
    let limit = arguments.limit.unwrap_or(match kind {
        Kind::Sqlite => Limit::Rusqlite,
        _ => Limit::TokioPostgres,
    });
    let (first, name) = match arguments.instead {
        Some(instead) => (Server::limit(instead, url, arguments.pool).await, name(instead)),
        None => (Server::serving(url, arguments.pool).await, "gateway".to_owned()),
    };
    let first = Side::new(&name, first, arguments.connections, arguments.instead.is_none()).await;
    let second = Server::limit(limit, url, arguments.pool).await;
    let second = Side::new(&self::name(limit), second, arguments.connections, false).await;
    let mut sides = [first, second];
    let mut store = Store {
        gateway: Gateway::builder(connection.clone()).read_directly().discover(&[]).build().await.unwrap(),
        database: DatabaseServer::find(&connection).await,
        connection: connection.clone(),
        tracks: arguments.rows,
        has_playlists: false,
    };
    compare::print_head(kind.name());
    for operation in operations {
        compare::compare(&mut sides, &mut store, *operation, Duration::from_secs_f64(arguments.seconds)).await;
    }
    for side in sides {
        side.server.stop().await;
    }
    drop(store);
    connection.close().await.unwrap();
}

fn name(limit: Limit) -> String {
    limit.to_possible_value().unwrap().get_name().to_owned()
}
