//! A file of SQLite that cannot grow: nothing of the mutation is kept, and it is worth trying again once there is room.

use relata::Gateway;
use sea_orm::{ConnectOptions, Database};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteJournalMode;

use crate::support::{Process, Server, run_sql};

/// Two records, the second of which is large.
fn pair() -> (&'static str, Value) {
    let query = "mutation ($text: String!) { small: createNote(input: {text: \"small\"}) { outcome }
        large: createNote(input: {text: $text}) { outcome } }";
    (query, json!({ "text": "large".repeat(40_000) }))
}

#[tokio::test]
async fn a_mutation_that_finds_no_room_is_undone_and_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [SqliteJournalMode::Wal, SqliteJournalMode::Delete] {
        let file = folder.path().join(format!("{mode:?}.sqlite"));
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", file.display()));
        options.max_connections(2).sqlx_logging(false).map_sqlx_sqlite_opts(move |options| {
            options.journal_mode(mode).pragma("page_size", "4096").pragma("max_page_count", "30")
        });
        let connection = Database::connect(options).await.unwrap();
        run_sql(&connection, "create table note (id integer primary key, text text)").await;
        let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
        let server = Server::start(gateway, connection).await;
        for _ in 0..3 {
            let (query, variables) = pair();
            let answer = server.run(query, variables).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer:#}");
            assert_eq!(answer["errors"][0]["message"], "the database has no room for this, or its disk fails");
        }
        assert_eq!(server.sql("select count(*) as n from note").await, [json!({"n": 0})]);
        server.data("mutation { createNote(input: {text: \"small\"}) { outcome } }").await;
        assert_eq!(server.data("{ notes { text } }").await, json!({"notes": [{"text": "small"}]}));
    }
}

/// No file of the process may become larger than a limit, as on a disk that is full.
#[cfg(unix)]
#[tokio::test]
async fn a_gateway_whose_disk_is_full_goes_on_reading_and_has_what_it_answered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("full.sqlite");
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch("create table note (id integer primary key, text text)")
        .unwrap();
    let process = Process::start_within(&format!("sqlite://{}", file.display()), 1_500);
    let client = reqwest::Client::new();
    let run = async |query: &str, variables: Value| -> Value {
        let body = json!({ "query": query, "variables": variables });
        client.post(&process.url).json(&body).send().await.unwrap().json().await.unwrap()
    };
    let mut kept = 0;
    let refused = loop {
        let (query, variables) = pair();
        let answer = run(query, variables).await;
        if answer.get("errors").is_some() {
            break answer;
        }
        kept += 1;
        assert!(kept < 20, "it is never full");
    };
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{refused:#}");
    let answer = run("{ notes { id } }", json!({})).await;
    assert_eq!(answer["data"]["notes"].as_array().map(Vec::len), Some(2 * kept), "{answer:#}");
    drop(process);
    let connection = rusqlite::Connection::open(&file).unwrap();
    let found: i64 = connection.query_row("select count(*) from note", [], |row| row.get(0)).unwrap();
    assert_eq!(usize::try_from(found), Ok(2 * kept));
    let sound: String = connection.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}
