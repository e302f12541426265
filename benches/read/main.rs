//! Reads through the gateway beside statements written by hand, in one process and over the same connections:
//! `make bench-read`. Only the ratio counts, because both sides share whatever the machine is doing meanwhile.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a benchmark reports and gives up")]

#[path = "../limit/answers.rs"]
mod answers;
#[path = "../store/data.rs"]
mod data;
#[path = "../store/databases.rs"]
mod databases;
#[path = "../limit/driver.rs"]
mod driver;
#[path = "../limit/json.rs"]
mod json;
#[path = "../store/queries.rs"]
mod queries;
#[path = "../limit/rows.rs"]
mod rows;

use std::time::{Duration, Instant};

use clap::Parser;
use relata::{Gateway, execute::Database, graphql::Outcome};
use sea_orm::{DatabaseConnection, DbBackend};

use databases::Kind;
use queries::Query;

/// Reads through the gateway beside statements written by hand.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only queries whose `database/name` contains this, as in `sqlite`, `Q3` or `mariadb/Q1`.
    filter: Option<String>,
    /// Tracks in the store; all other tables grow in proportion.
    #[arg(long, default_value_t = data::TRACKS)]
    tracks: usize,
    /// Seconds of measuring for each query.
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
        arguments.tracks = 200;
        arguments.seconds = 0.0;
    }
    println!("{} tracks; µs per operation are medians of {ROUNDS} rounds", arguments.tracks);
    println!("database  query   gateway µs  by hand µs  ratio  statements    bytes");

    for kind in Kind::ALL {
        if let Some(place) = kind.empty("read").await {
            measure(kind.name(), &place.url, &arguments).await;
            place.drop().await;
        }
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    sea_orm::Database::connect(Database::options(url, 4)).await.unwrap()
}

/// Fills a database and measures every query on it.
async fn measure(database: &str, url: &str, arguments: &Arguments) {
    let filter = arguments.filter.as_deref().unwrap_or_default();
    let chosen = |query: &Query| format!("{database}/{}", query.name()).contains(filter);
    if !Query::ALL.iter().any(chosen) {
        return;
    }
    let connection = connect(url).await;
    data::fill(&connection, arguments.tracks).await;
    let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    let bench = Bench { gateway, connection: connection.clone(), tracks: arguments.tracks };
    for query in Query::ALL.into_iter().filter(chosen) {
        let (statements, bytes) = bench.check(query).await;
        let figures = bench.compare(query, Duration::from_secs_f64(arguments.seconds)).await;
        println!(
            "{database:<8}  {:<5}  {:>11.1}  {:>10.1}  {:>5.2}  {statements:>10}  {bytes:>7}",
            query.name(),
            figures.gateway,
            figures.by_hand,
            figures.ratio
        );
    }
    connection.close().await.unwrap();
}

/// The two sides.
struct Bench {
    gateway: Gateway,
    connection: DatabaseConnection,
    tracks: usize,
}

/// Medians: microseconds per operation, and how many times the gateway takes.
struct Figures {
    gateway: f64,
    by_hand: f64,
    ratio: f64,
}

impl Bench {
    /// Asserts that both sides answer the same; answers the gateway's statements and the length of its response.
    async fn check(&self, query: Query) -> (usize, usize) {
        let response = self.gateway.execute(query.request(self.track(7))).await;
        let text = String::from_utf8(response.body).unwrap();
        assert_eq!(response.outcome, Outcome::Executed, "{text}");
        assert_eq!(response.statements, query.statements(), "{}: statements", query.name());
        let by_hand = String::from_utf8(self.by_hand(query, self.track(7)).await).unwrap();
        assert_eq!(text, by_hand, "{} differs", query.name());
        (response.statements, text.len())
    }

    /// Measures both sides in turn, so that whatever drifts, drifts for both.
    async fn compare(&self, query: Query, time: Duration) -> Figures {
        let slice = time / (2 * ROUNDS);
        // Every connection prepares its statements, and PostgreSQL settles on their plans.
        let warm_up = if time.is_zero() { 1 } else { 40 };
        for run in 0..warm_up {
            self.gateway.execute(query.request(self.track(run))).await;
            self.by_hand(query, self.track(run)).await;
        }
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            let mut gateway = Vec::new();
            let start = Instant::now();
            while gateway.is_empty() || start.elapsed() < slice {
                let request = query.request(self.track(round as usize + gateway.len()));
                let start = Instant::now();
                std::hint::black_box(self.gateway.execute(request).await);
                gateway.push(microseconds(start));
            }
            let mut by_hand = Vec::new();
            let start = Instant::now();
            while by_hand.is_empty() || start.elapsed() < slice {
                let track = self.track(round as usize + by_hand.len());
                let start = Instant::now();
                std::hint::black_box(self.by_hand(query, track).await);
                by_hand.push(microseconds(start));
            }
            rounds.push((median(gateway), median(by_hand)));
        }
        Figures {
            gateway: median(rounds.iter().map(|(gateway, _)| *gateway).collect()),
            by_hand: median(rounds.iter().map(|(_, by_hand)| *by_hand).collect()),
            ratio: median(rounds.iter().map(|(gateway, by_hand)| gateway / by_hand).collect()),
        }
    }

    async fn by_hand(&self, query: Query, track: i32) -> Vec<u8> {
        let connection = &self.connection;
        match connection.get_database_backend() {
            DbBackend::Sqlite => {
                let pool = connection.get_sqlite_connection_pool();
                driver::answer(&mut *pool.acquire().await.unwrap(), query, track, queries::COUNTRY).await
            }
            DbBackend::MySql => {
                let pool = connection.get_mysql_connection_pool();
                driver::answer(&mut *pool.acquire().await.unwrap(), query, track, queries::COUNTRY).await
            }
            _ => {
                let pool = connection.get_postgres_connection_pool();
                driver::answer(&mut *pool.acquire().await.unwrap(), query, track, queries::COUNTRY).await
            }
        }
    }

    /// The key of a track, another one each time.
    fn track(&self, run: usize) -> i32 {
        i32::try_from(1 + run * 7_919 % self.tracks).unwrap()
    }
}

fn microseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e6
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
