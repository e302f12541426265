//! Writes through the gateway beside statements written by hand, in one process and over the same connections:
//! `make bench-write`. Only the ratio counts, because both sides share whatever the machine is doing meanwhile.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a benchmark reports and gives up")]

#[path = "../store/data.rs"]
mod data;
#[path = "../store/databases.rs"]
mod databases;
mod operations;

use std::time::{Duration, Instant};

use clap::Parser;
use relata::{Gateway, execute::Database};
use sea_orm::DatabaseConnection;

use databases::Kind;
use operations::Operation;

/// Writes through the gateway beside statements written by hand.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only operations whose `database/name` contains this, as in `sqlite`, `M3` or `mariadb/M1`.
    filter: Option<String>,
    /// Seconds of measuring for each operation.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// A small store and a few runs: whether it works, not how fast it is.
    #[arg(long)]
    smoke: bool,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How often each side is measured in turn.
const ROUNDS: u32 = 24;

// One thread for the whole process, so that moving between threads does not blur the figures.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = Arguments::parse();
    if arguments.smoke {
        arguments.seconds = 0.0;
    }
    println!("µs per operation are medians of {ROUNDS} rounds; on SQLite nothing waits for the disk");
    println!("database  operation   gateway µs  by hand µs  ratio  statements");

    for kind in Kind::ALL {
        if let Some(place) = kind.empty("write").await {
            measure(kind.name(), &place.url, &arguments).await;
            place.drop().await;
        }
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = Database::options(url, 1);
    // The disk is the same for both sides and would drown them.
    options
        .map_sqlx_sqlite_opts(|options| options.foreign_keys(true).synchronous(sqlx::sqlite::SqliteSynchronous::Off));
    sea_orm::Database::connect(options).await.unwrap()
}

/// Fills a database and measures every operation on it.
async fn measure(database: &str, url: &str, arguments: &Arguments) {
    let filter = arguments.filter.as_deref().unwrap_or_default();
    let chosen = |operation: &Operation| format!("{database}/{}", operation.name()).contains(filter);
    if !Operation::ALL.iter().any(chosen) {
        return;
    }
    let connection = connect(url).await;
    data::fill(&connection, data::TRACKS).await;
    let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    for operation in Operation::ALL.into_iter().filter(chosen) {
        let response = gateway.execute(operation.request(7)).await;
        let answer: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(answer, operation.by_hand(&connection, 7).await, "{} differs", operation.name());
        let time = Duration::from_secs_f64(arguments.seconds);
        let [through, by_hand, ratio] = compare(&gateway, &connection, operation, time).await;
        let name = operation.name();
        println!(
            "{database:<8}  {name:<9}  {through:>11.1}  {by_hand:>10.1}  {ratio:>5.2}  {:>10}",
            response.statements
        );
    }
    connection.close().await.unwrap();
}

/// Measures both sides in turn, so that whatever drifts, drifts for both. Medians: microseconds of each side, and how
/// many times the gateway takes.
async fn compare(gateway: &Gateway, connection: &DatabaseConnection, operation: Operation, time: Duration) -> [f64; 3] {
    let slice = time / (2 * ROUNDS);
    let warm_up = if time.is_zero() { 1 } else { 40 };
    for run in 0..warm_up {
        gateway.execute(operation.request(track(run))).await;
        operation.by_hand(connection, track(run)).await;
    }
    let mut rounds = Vec::new();
    for round in 0..ROUNDS as usize {
        let mut through = Vec::new();
        let start = Instant::now();
        while through.is_empty() || start.elapsed() < slice {
            let request = operation.request(track(round + through.len()));
            let start = Instant::now();
            std::hint::black_box(gateway.execute(request).await);
            through.push(microseconds(start));
        }
        let mut by_hand = Vec::new();
        let start = Instant::now();
        while by_hand.is_empty() || start.elapsed() < slice {
            let track = track(round + by_hand.len());
            let start = Instant::now();
            std::hint::black_box(operation.by_hand(connection, track).await);
            by_hand.push(microseconds(start));
        }
        rounds.push((median(through), median(by_hand)));
    }
    [
        median(rounds.iter().map(|(through, _)| *through).collect()),
        median(rounds.iter().map(|(_, by_hand)| *by_hand).collect()),
        median(rounds.iter().map(|(through, by_hand)| through / by_hand).collect()),
    ]
}

/// The key of a track, another one each time.
fn track(run: usize) -> i32 {
    i32::try_from(1 + run * 7_919 % data::TRACKS).unwrap()
}

fn microseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e6
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
