//! Two servers over one database, which take turns under the same load.

use std::{ops::AddAssign, time::Duration};

use relata::{Gateway, graphql::Request};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use serde_json::{Value, json};

use super::{
    load::{Load, Requests, Slice, Stop},
    operations::{FIRST_PLAYLIST, Operation, PLAYLISTS},
    process::{DatabaseServer, Server, own_cpu},
};

/// How often each side is measured in turn.
const ROUNDS: u32 = 12;

/// A server under load.
pub(crate) struct Side {
    pub(crate) name: String,
    pub(crate) server: Server,
    pub(crate) load: Load,
    pub(crate) is_gateway: bool,
}

/// What both sides are asked over, and the gateway in this process, which counts statements.
pub(crate) struct Store {
    pub(crate) connection: DatabaseConnection,
    pub(crate) database: DatabaseServer,
    pub(crate) gateway: Gateway,
    pub(crate) tracks: usize,
    pub(crate) has_playlists: bool,
}

/// The processor's time of a server, the database and the load generator.
#[derive(Debug, Clone, Copy, Default)]
struct Cpu([Duration; 3]);

/// What was measured of a side.
#[derive(Debug, Default)]
struct Figures {
    latencies: Vec<Duration>,
    cpu: Cpu,
    /// Requests per second of each round.
    rates: Vec<f64>,
    peak: f64,
}

impl Side {
    pub(crate) async fn new(name: &str, server: Server, connections: usize, is_gateway: bool) -> Self {
        let load = Load::open(server.address, connections).await;
        Self { name: name.to_owned(), server, load, is_gateway }
    }

    /// The requests of an operation.
    fn requests(&self, operation: Operation, tracks: usize) -> Requests {
        let body = |variables: Value| json!({ "query": operation.text(), "variables": variables }).to_string();
        let bodies: Vec<String> = operation.variables(tracks).into_iter().map(body).collect();
        let path = if self.is_gateway { "/graphql".to_owned() } else { format!("/{}", operation.name()) };
        Requests::new(&path, &bodies)
    }

    async fn measure(&mut self, requests: &Requests, stop: Stop, database: &DatabaseServer) -> (Slice, Cpu) {
        let before = [self.server.cpu(), database.cpu(), own_cpu()];
        let slice = self.load.run(requests, stop).await;
        if let Some(failure) = &slice.failure {
            eprintln!("{} failed: {failure}", self.name);
        }
        let after = [self.server.cpu(), database.cpu(), own_cpu()];
        (slice, Cpu(std::array::from_fn(|index| after[index].saturating_sub(before[index]))))
    }
}

/// Asserts that both answer the same, measures both in turn, and prints a line for each. No time is a few requests each.
pub(crate) async fn compare(sides: &mut [Side; 2], store: &mut Store, operation: Operation, time: Duration) {
    let requests = sides.each_ref().map(|side| side.requests(operation, store.tracks));
    let (statements, answer) = store.ask(operation).await;
    for (side, requests) in sides.iter_mut().zip(&requests) {
        store.prepare(operation).await;
        let given = side.load.ask(requests.first()).await;
        assert_eq!(given, answer, "{}: {} differs", operation.name(), side.name);
        // Every connection prepares its statements, and PostgreSQL settles on their plans.
        side.load.run(requests, if time.is_zero() { Stop::Each(2) } else { Stop::After(time / 8) }).await;
        side.server.forget_peak();
    }
    let stop = if time.is_zero() { Stop::Each(1) } else { Stop::After(time / (2 * ROUNDS)) };
    let mut figures = [Figures::default(), Figures::default()];
    for _ in 0..if time.is_zero() { 1 } else { ROUNDS } {
        for (index, side) in sides.iter_mut().enumerate() {
            store.prepare(operation).await;
            let (slice, cpu) = side.measure(&requests[index], stop, &store.database).await;
            figures[index].rates.push(number(slice.latencies.len()) / slice.elapsed.as_secs_f64());
            figures[index].latencies.extend(slice.latencies);
            figures[index].cpu += cpu;
            figures[index].peak = side.server.peak();
        }
    }
    let ratio = median(figures[0].rates.iter().zip(&figures[1].rates).map(|(one, other)| one / other).collect());
    let cpu_ratio = format!("{:.2}", figures[1].cpu_per_request() / figures[0].cpu_per_request());
    for (index, (side, figures)) in sides.iter().zip(figures).enumerate() {
        let statements = if side.is_gateway { statements.to_string() } else { String::new() };
        let ratios = if index == 0 { format!("{ratio:.2} | {cpu_ratio}") } else { " | ".to_owned() };
        figures.print(operation, &side.name, &statements, &ratios);
    }
}

/// The head of the table.
pub(crate) fn print_head(database: &str) {
    println!();
    println!(
        "| {database:<8} | {:<14} | requests/s | p50 ms | p99 ms | statements | CPU µs: server, database, load | peak MiB | ratio | CPU ratio |",
        "server"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
}

impl Figures {
    /// Microseconds of all that share the machine.
    fn cpu_per_request(&self) -> f64 {
        self.cpu.0.iter().sum::<Duration>().as_secs_f64() * 1e6 / number(self.latencies.len())
    }

    fn print(mut self, operation: Operation, name: &str, statements: &str, ratios: &str) {
        self.latencies.sort();
        let at = |share: usize| self.latencies[(self.latencies.len() - 1) * share / 100].as_secs_f64() * 1e3;
        let requests = number(self.latencies.len());
        let [server, database, load] = self.cpu.0.map(|time| time.as_secs_f64() * 1e6 / requests);
        let cpu = format!("{server:.0} / {database:.0} / {load:.0}");
        println!(
            "| {:<8} | {name:<14} | {:>10.0} | {:>6.2} | {:>6.2} | {statements:>10} | {cpu:>30} | {:>8.1} | {ratios} |",
            operation.name(),
            median(self.rates),
            at(50),
            at(99),
            self.peak,
        );
    }
}

impl Store {
    /// The gateway's statements for an operation, and its answer. There are no more than there have to be.
    async fn ask(&mut self, operation: Operation) -> (usize, String) {
        let variables = operation.variables(self.tracks).swap_remove(0);
        let (statements, answer) = self.run(operation, variables).await;
        let most = operation.most_statements();
        assert!(statements <= most, "{}: {statements} statements instead of {most}", operation.name());
        (statements, answer)
    }

    async fn run(&mut self, operation: Operation, variables: Value) -> (usize, String) {
        self.prepare(operation).await;
        let request = match (operation, variables) {
            (Operation::Read(query), _) => query.request(1),
            (_, Value::Object(variables)) => {
                Request { query: operation.text().to_owned(), variables, ..Request::default() }
            }
            _ => panic!("variables are an object"),
        };
        let response = self.gateway.execute(request).await;
        (response.statements, String::from_utf8(response.body).unwrap())
    }

    /// Makes the playlists of an operation, or empties them.
    async fn prepare(&mut self, operation: Operation) {
        if !operation.is_about_links() {
            return;
        }
        let transaction = self.connection.begin().await.unwrap();
        if !self.has_playlists {
            self.has_playlists = true;
            let rows: Vec<String> =
                (0..PLAYLISTS).map(|index| format!("({}, 'Links')", FIRST_PLAYLIST + index)).collect();
            let insert = format!("insert into playlist (playlist_id, name) values {}", rows.join(", "));
            transaction.execute_unprepared(&insert).await.unwrap();
        }
        let empty = format!("delete from playlist_track where playlist_id >= {FIRST_PLAYLIST}");
        transaction.execute_unprepared(&empty).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

impl AddAssign for Cpu {
    fn add_assign(&mut self, other: Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
