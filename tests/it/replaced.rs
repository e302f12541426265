//! A file of SQLite in whose place another one is put while it is served.

#![cfg(unix)]

use std::{fs, path::Path, time::Duration};

use futures_util::future::join_all;
use relata::{Gateway, execute};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::Server;

/// A closed file with one record.
fn make(mode: &str, path: &Path, word: &str) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", mode).unwrap();
    let tables = "create table note (id integer primary key, word text unique);
        create table tag (id integer primary key, note_id integer references note (id));";
    connection.execute_batch(tables).unwrap();
    connection.execute("insert into note values (1, ?)", [word]).unwrap();
    connection.execute("insert into tag values (1, 1)", []).unwrap();
}

/// It may make a file where there is none.
async fn serve(path: &Path) -> Server {
    let options = execute::Database::options(&format!("sqlite://{}?mode=rwc", path.display()), 4);
    let connection = sea_orm::Database::connect(options).await.unwrap();
    let gateway = Gateway::builder(connection.clone()).read_directly().discover(&[]).build().await.unwrap();
    Server::start(gateway, connection).await
}

async fn words(server: &Server) -> Vec<Value> {
    let data = server.data("{ notes { word tags { id } } }").await;
    data["notes"].as_array().unwrap().iter().map(|note| note["word"].clone()).collect()
}

async fn write(server: &Server, word: &str) {
    let mutation = format!("mutation {{ createNote(input: {{word: \"{word}\"}}) {{ outcome }} }}");
    server.data(&mutation).await;
}

/// What another process finds in the file.
fn found(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let sound: String = connection.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let mut statement = connection.prepare("select word from note order by id").unwrap();
    let words = statement.query_map([], |row| row.get(0)).unwrap();
    words.map(Result::unwrap).collect()
}

/// The gateway looks at the file every 10 ms.
async fn noticed() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

const READ: &str = "{ notes { word } }";
const WRITE: &str = "mutation { createNote(input: {word: \"lost\"}) { outcome } }";
const UPDATE: &str = "mutation { updateNote(key: {id: 1}, input: {word: \"lost\"}) { note { word } } }";

/// Puts another file, or none, in the place of the first, which is kept.
type Replace = fn(&Path, &Path);

fn moved(path: &Path, other: &Path) {
    fs::rename(other, path).unwrap();
}

fn copied(path: &Path, other: &Path) {
    fs::copy(other, path).unwrap();
}

fn gone(_: &Path, _: &Path) {}

#[tokio::test]
async fn a_file_that_is_replaced_is_unavailable_and_nothing_is_written_until_it_is_back() {
    let ways = [("moved", moved as Replace), ("copied", copied), ("gone", gone)];
    for (mode, (way, replace)) in ["wal", "delete"].into_iter().flat_map(|mode| ways.map(|way| (mode, way))) {
        for first in ["read", "write", "nothing"] {
            let folder = tempfile::tempdir().unwrap();
            let [path, other, aside] = ["served", "other", "aside"].map(|name| folder.path().join(name));
            make(mode, &path, "old");
            make(mode, &other, "new");
            let bytes = fs::read(&other).unwrap();
            let server = serve(&path).await;
            let mut expected = vec!["old"];
            match first {
                "read" => assert_eq!(words(&server).await, expected),
                "write" => {
                    write(&server, "older").await;
                    expected.push("older");
                }
                _ => {}
            }

            fs::rename(&path, &aside).unwrap();
            replace(&path, &other);
            noticed().await;
            for query in [READ, WRITE, UPDATE, READ] {
                assert_eq!(server.code(query).await, "UNAVAILABLE", "{mode}, {way}, {first}: {query}");
            }
            let is_ready = server.client().get(server.url("/health/ready")).send().await.unwrap().status();
            assert_eq!(is_ready, 503, "{mode}, {way}, {first}");
            assert_eq!(fs::read(&path).ok(), (way != "gone").then_some(bytes), "{mode}, {way}, {first}");

            fs::rename(&aside, &path).unwrap();
            noticed().await;
            assert_eq!(words(&server).await, expected);
            write(&server, "newest").await;
            expected.push("newest");
            assert_eq!(words(&server).await, expected);
            assert_eq!(found(&path), expected);
        }
    }
}

/// Until it is noticed, what is open stays with the old file; what is opened looks first.
#[tokio::test]
async fn nobody_opens_another_file_before_it_is_noticed() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let [path, other, aside] = ["served", "other", "aside"].map(|name| folder.path().join(name));
        make("wal", &path, "old");
        make("wal", &other, "new");
        let bytes = fs::read(&other).unwrap();
        let server = serve(&path).await;
        write(&server, "older").await;
        assert_eq!(words(&server).await, ["old", "older"]);
        fs::rename(&path, &aside).unwrap();
        fs::rename(&other, &path).unwrap();
        for answer in join_all((0..8).map(|_| server.run(READ, json!({})))).await {
            let is_old = answer["data"]["notes"] == json!([{ "word": "old" }, { "word": "older" }]);
            assert!(is_old || answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE", "{answer:#}");
        }
        assert_eq!(fs::read(&path).unwrap(), bytes);
        fs::rename(&aside, &path).unwrap();
        noticed().await;
        assert_eq!(words(&server).await, ["old", "older"]);
        assert_eq!(found(&path), ["old", "older"]);
    }
}
