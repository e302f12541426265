//! What the gateway holds in memory: idle, while an answer of 100 MB is read, and for connections that ask nothing.

use std::time::Duration;

use relata::execute::Database;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use serde_json::json;

use super::{
    client::post,
    data,
    databases::Kind,
    load::{Load, Requests, Stop},
    process::Server,
};

/// Records that make the large answer, and the characters of each.
const RECORDS: usize = 4_800;
const LENGTH: usize = 21_000;

/// Connections that ask nothing, or one thing.
const IDLE: usize = 1_000;

const LARGE: &str = "{ documents(first:4800, orderBy:[{id:ASC}]) { id body } }";

/// What the answer of a field may have by default is less.
const LIMITS: &str = "[limits]\nmax-answer = 200_000_000\n";

const SMALL: &str = "{ tracks(first:1) { trackId album { title } } }";

/// Prints a line for each database.
pub(crate) async fn run(pool: u32) {
    println!("\nMemory of the gateway, MiB");
    println!(
        "| database | idle | after 1,000 requests | 100 MB answer: MB | above idle | {IDLE} connections: open \
         | after a request on each | at once |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for kind in Kind::ALL {
        if let Some(place) = kind.empty("memory").await {
            let connection = sea_orm::Database::connect(Database::options(&place.url, 2)).await.unwrap();
            data::fill(&connection, 1_000).await;
            fill(&connection).await;
            connection.close().await.unwrap();
            measure(kind, &place.url, pool).await;
            place.drop().await;
        }
    }
}

async fn measure(kind: Kind, url: &str, pool: u32) {
    let config = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(config.path(), LIMITS).unwrap();
    let (config, size) = (config.into_temp_path(), pool.to_string());
    let file = config.to_str().unwrap();
    let server = Server::gateway(&["serve", "--database-url", url, "--pool-size", &size, "--config", file]).await;
    let idle = server.resident();

    let body = |query: &str| json!({ "query": query }).to_string();
    let small = Requests::new("/graphql", &[body(SMALL)]);
    let mut load = Load::open(server.address, 20).await;
    load.run(&small, Stop::Each(50)).await;
    let used = server.resident();
    drop(load);

    let mut load = Load::open(server.address, 1).await;
    let before = server.resident();
    server.forget_peak();
    let length = load.length(&post("/graphql", &body(LARGE))).await;
    let above = server.peak() - before;
    drop(load);
    server.stop().await;

    // Another one, which has not given memory back and may take it again.
    let server = Server::serving(url, pool).await;
    Load::open(server.address, 20).await.run(&small, Stop::Each(50)).await;
    let before = server.resident();
    let mut idling = Load::open(server.address, IDLE).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let open = server.resident() - before;
    idling.ask_in_turn(&small).await;
    let asked = server.resident() - before;
    idling.run(&small, Stop::Each(1)).await;
    let at_once = server.resident() - before;
    println!(
        "| {:<8} | {idle:.1} | {used:.1} | {:.1} | {above:.1} | {open:.1} | {asked:.1} | {at_once:.1} |",
        kind.name(),
        super::compare::number(length) / 1e6
    );
    server.stop().await;
}

/// A table whose records are long.
async fn fill(connection: &DatabaseConnection) {
    let run = async |statement: &str| connection.execute_unprepared(statement).await.unwrap();
    let body = if connection.get_database_backend() == DbBackend::MySql { "mediumtext" } else { "text" };
    run(&format!("create table document (id integer not null primary key, body {body} not null)")).await;
    let row = |id: usize| format!("({id}, '{}')", format!("{id:07} ").repeat(LENGTH / 8));
    let rows: Vec<usize> = (1..=RECORDS).collect();
    for rows in rows.chunks(20) {
        let rows: Vec<String> = rows.iter().map(|id| row(*id)).collect();
        run(&format!("insert into document (id, body) values {}", rows.join(", "))).await;
    }
}
