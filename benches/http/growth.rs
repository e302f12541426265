//! What grows with what: time against records, levels, entities and connections. Tables, and a plot of them.

use std::time::Duration;

use relata::execute::Database;
use serde_json::json;

use super::{
    compare::{median, number},
    data,
    databases::Kind,
    load::{Load, Requests, Stop},
    operations::Operation,
    plot::{self, Panel, Series},
    process::Server,
    queries::Query,
    start, tables,
};

/// Where the plot goes.
const PLOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/growth.svg");

/// Tracks in the store, which has enough for the largest page.
const TRACKS: usize = 10_000;

const RECORDS: [usize; 6] = [1, 10, 100, 500, 1_000, 5_000];
const LEVELS: [usize; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
const ENTITIES: [usize; 5] = [10, 100, 500, 1_000, 2_000];
const CONNECTIONS: [usize; 4] = [1, 10, 100, 1_000];

/// Measures each database, prints the tables and writes the plot.
pub(crate) async fn run(pool: u32, slice: Duration) {
    let mut panels = [
        Panel::new("Records in a page", "records", "ms"),
        Panel::new("Levels of collections, two records each", "levels", "ms"),
        Panel::new("Entities", "entities", "ms to the first answer"),
        Panel::new("Connections (Q1)", "connections", "requests/s"),
    ];
    for kind in Kind::ALL {
        let Some(place) = kind.empty("growth").await else { continue };
        let connection = sea_orm::Database::connect(Database::options(&place.url, 1)).await.unwrap();
        data::fill(&connection, TRACKS).await;
        connection.close().await.unwrap();
        let server = Server::serving(&place.url, pool).await;
        panels[0].push(kind.name(), against(&server, &RECORDS, page, slice).await);
        panels[1].push(kind.name(), against(&server, &LEVELS, nested, slice).await);
        panels[3].push(kind.name(), connections(&server, slice).await);
        server.stop().await;
        place.drop().await;
        panels[2].push(kind.name(), entities(kind).await);
    }
    for panel in &panels {
        print(panel);
    }
    std::fs::write(PLOT, plot::svg(&panels)).unwrap();
}

/// Milliseconds of an operation of each size, one at a time.
async fn against(
    server: &Server,
    sizes: &[usize],
    query: impl Fn(usize) -> String,
    slice: Duration,
) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    for size in sizes {
        let requests = Requests::new("/graphql", &[json!({ "query": query(*size) }).to_string()]);
        let mut load = Load::open(server.address, 1).await;
        let answer = load.ask(requests.first()).await;
        assert!(answer.starts_with("{\"data\":{"), "{answer}");
        load.run(&requests, Stop::Each(10)).await;
        let latencies = load.run(&requests, Stop::After(slice)).await.latencies;
        points.push((number(*size), median(latencies.iter().map(|time| time.as_secs_f64() * 1e3).collect())));
    }
    points
}

/// A page of so many records.
fn page(records: usize) -> String {
    format!(
        "{{ tracks(first:{records}, orderBy:[{{trackId:ASC}}]) \
         {{ trackId name albumId mediaTypeId genreId composer milliseconds bytes unitPrice }} }}"
    )
}

/// So many levels of collections, of which each record has two.
fn nested(levels: usize) -> String {
    const FIELDS: [(&str, &str); 3] = [("artists", "artistId"), ("albums", "albumId"), ("tracks", "trackId")];
    const ROUND: [(&str, &str); 2] = [("playlists", "playlistId"), ("tracks", "trackId")];
    let fields = FIELDS.into_iter().chain(ROUND.into_iter().cycle()).take(levels);
    let open = fields.fold("{ ".to_owned(), |text, (field, key)| {
        text + &format!("{field}(first:2, orderBy:[{{{key}:ASC}}]) {{ {key} ")
    });
    open + &"} ".repeat(levels + 1)
}

/// Milliseconds from the start to the first answer, by the number of tables.
async fn entities(kind: Kind) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    for count in ENTITIES {
        let Some(place) = kind.empty("growth").await else { break };
        let connection = sea_orm::Database::connect(Database::options(&place.url, 1)).await.unwrap();
        tables::make(&connection, count).await;
        connection.close().await.unwrap();
        let arguments = ["serve", "--database-url", &place.url];
        let mut times = Vec::new();
        for _ in 0..3 {
            times.push(start::start(&arguments, "{ item1s(first: 1) { ref } }").await.0);
        }
        points.push((number(count), median(times)));
        place.drop().await;
    }
    points
}

/// Requests per second of Q1, by the number of connections.
async fn connections(server: &Server, slice: Duration) -> Vec<(f64, f64)> {
    let operation = Operation::Read(Query::Q1);
    let bodies: Vec<String> = operation
        .variables(TRACKS)
        .into_iter()
        .map(|variables| json!({ "query": operation.text(), "variables": variables }).to_string())
        .collect();
    let requests = Requests::new("/graphql", &bodies);
    let mut points = Vec::new();
    for count in CONNECTIONS {
        let mut load = Load::open(server.address, count).await;
        load.run(&requests, Stop::Each(2)).await;
        let done = load.run(&requests, Stop::After(slice)).await;
        points.push((number(count), number(done.latencies.len()) / done.elapsed.as_secs_f64()));
    }
    points
}

fn print(panel: &Panel) {
    println!("\n{}: {}\n", panel.title, panel.y);
    let names: Vec<&str> = panel.series.iter().map(|series| series.name).collect();
    println!("| {} | {} |", panel.x, names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
    let Some(Series { points, .. }) = panel.series.first() else { return };
    for (index, (x, _)) in points.iter().enumerate() {
        let values: Vec<String> = panel
            .series
            .iter()
            .map(|series| plot::short(series.points.get(index).map_or(0.0, |point| point.1)))
            .collect();
        println!("| {x} | {} |", values.join(" | "));
    }
}
