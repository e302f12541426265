//! A file of SQLite in whose place another one is put while it is served.

#![cfg(unix)]

use std::{fs, path::Path, time::Duration};

use relata::{Gateway, execute};
use rusqlite::Connection;
use sea_orm::ConnectOptions;
use serde_json::{Value, json};

use crate::support::Server;

/// A file that is written ahead, closed, with one record.
fn make(path: &Path, word: &str) {
    make_in("wal", path, word);
}

fn make_in(mode: &str, path: &Path, word: &str) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", mode).unwrap();
    let tables = "create table note (id integer primary key, word text unique);
        create table filler (id integer primary key, word text); create table tag (id integer primary key, note_id integer references note (id));";
    connection.execute_batch(tables).unwrap();
    connection.execute("insert into note values (1, ?)", [word]).unwrap();
    connection.execute("insert into tag values (1, 1)", []).unwrap();
}

async fn serve(path: &Path) -> Server {
    serve_over(execute::Database::options(&format!("sqlite://{}", path.display()), 3)).await
}

async fn serve_over(options: ConnectOptions) -> Server {
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

/// The gateway looks for another file every 10 ms.
async fn noticed() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// Puts another file in the place of the first.
type Replace = fn(&Path, &Path);

fn moved(path: &Path, other: &Path) {
    fs::rename(other, path).unwrap();
}

fn copied(path: &Path, other: &Path) {
    fs::remove_file(path).unwrap();
    fs::copy(other, path).unwrap();
}

fn copied_alone(path: &Path, other: &Path) {
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(format!("{}{suffix}", path.display())).unwrap();
    }
    copied(path, other);
}

#[tokio::test]
async fn another_file_in_the_place_of_the_first_is_read_and_written() {
    for (replace, first) in [moved as Replace, copied, copied_alone]
        .into_iter()
        .flat_map(|it| [(it, "read"), (it, "write"), (it, "before")])
    {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("served.sqlite"), folder.path().join("other.sqlite"));
        make(&path, "old");
        make(&other, "new");
        let server = serve(&path).await;
        if first != "before" {
            assert_eq!(words(&server).await, ["old"]);
            for number in 0..20 {
                write(&server, &format!("{number}")).await;
            }
        }
        server.execute("insert into note (word) values ('by the pool')").await;
        server.execute("insert into filler (word) select word from note").await;
        let old = fs::File::open(&path).unwrap();

        replace(&path, &other);
        noticed().await;
        if first != "write" {
            assert_eq!(words(&server).await, ["new"]);
        }
        write(&server, "newer").await;
        assert_eq!(words(&server).await, ["new", "newer"]);
        assert_eq!(server.sql("select count(*) as n from note").await, [json!({"n": 2})]);
        assert_eq!(found(&path), ["new", "newer"]);
        write(&server, "newest").await;
        assert_eq!(words(&server).await, ["new", "newer", "newest"]);
        assert_eq!(found(&path), ["new", "newer", "newest"]);
        drop(old);
    }
}

#[tokio::test]
async fn a_file_that_is_gone_is_unavailable_until_there_is_one_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("served.sqlite"), folder.path().join("other.sqlite"));
    make(&path, "old");
    make(&other, "new");
    let server = serve(&path).await;
    write(&server, "older").await;
    fs::remove_file(&path).unwrap();
    noticed().await;
    assert_eq!(server.code("{ notes { word } }").await, "UNAVAILABLE");
    assert_eq!(server.code("mutation { createNote(input: {word: \"lost\"}) { outcome } }").await, "UNAVAILABLE");
    assert!(!path.exists());
    fs::rename(&other, &path).unwrap();
    noticed().await;
    write(&server, "newer").await;
    assert_eq!(words(&server).await, ["new", "newer"]);
    assert_eq!(found(&path), ["new", "newer"]);
}

/// Then the pool alone reads and writes.
#[tokio::test]
async fn a_file_that_is_not_written_ahead_is_left_by_a_pool_of_ones_own_as_well() {
    for first in ["read", "write"] {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("served.sqlite"), folder.path().join("other.sqlite"));
        make_in("delete", &path, "old");
        make_in("delete", &other, "new");
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
        options.max_connections(2).sqlx_logging(false);
        let server = serve_over(options).await;
        assert_eq!(words(&server).await, ["old"]);
        write(&server, "older").await;
        moved(&path, &other);
        noticed().await;
        if first == "read" {
            assert_eq!(words(&server).await, ["new"]);
        }
        write(&server, "newer").await;
        assert_eq!(words(&server).await, ["new", "newer"]);
        assert_eq!(found(&path), ["new", "newer"]);
    }
}
