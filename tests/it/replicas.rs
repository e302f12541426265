//! Queries go to a replica, mutations and what they read back to the database that it follows. Two PostgreSQL servers,
//! one following the other: while it is paused, the two differ, and an answer shows where it comes from.

use std::time::{Duration, Instant};

use relata::{Gateway, gateway::Request};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::support::{Backend, Process, connect, empty, run_sql, skip};

/// A database on the primary, what follows it, and a gateway over both.
struct Pair {
    primary: DatabaseConnection,
    standby: DatabaseConnection,
    gateway: Gateway,
    /// One after the other: a paused server is paused for all.
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::const_new(());

const TABLES: &str = "create table author (id integer primary key, name varchar(40) not null);
    create table book (id integer primary key, title varchar(40) not null, author_id integer references author (id));
    insert into author values (1, 'Ada');
    insert into book values (1, 'Notes', 1);";

impl Pair {
    async fn start(name: &str) -> Option<Self> {
        let (Ok(primary), Ok(standby)) =
            (std::env::var("RELATA_TEST_POSTGRES_PRIMARY"), std::env::var("RELATA_TEST_POSTGRES_STANDBY"))
        else {
            return skip(
                "RELATA_REQUIRE_POSTGRES",
                "no PostgreSQL that another one follows: see scripts/test-databases",
            );
        };
        let turn = TURN.lock().await;
        let server = connect(&primary).await;
        server.execute_unprepared(&format!("create database {name}")).await.unwrap();
        let of = |server: &str| format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        let primary = connect(&of(&primary)).await;
        primary.execute_unprepared(TABLES).await.unwrap();
        caught_up(&server, &connect(&standby).await).await;
        let standby = connect(&of(&standby)).await;
        let builder = Gateway::builder(primary.clone()).read_from([standby.clone()]);
        let gateway = builder.discover(&[]).build().await.unwrap();
        Some(Self { primary, standby, gateway, _turn: turn })
    }

    /// The replica stays where it is.
    async fn pause(&self) {
        self.standby.execute_unprepared("select pg_wal_replay_pause()").await.unwrap();
        wait(async || {
            let state = "select pg_get_wal_replay_pause_state() = 'paused' as it";
            one::<bool>(&self.standby, state).await
        })
        .await;
    }

    async fn resume(&self) {
        self.standby.execute_unprepared("select pg_wal_replay_resume()").await.unwrap();
        caught_up(&self.primary, &self.standby).await;
    }

    async fn ask(&self, query: &str) -> Value {
        let response = self.gateway.execute(Request { query: query.to_owned(), ..Request::default() }).await;
        serde_json::from_slice(&response.body).unwrap()
    }
}

async fn one<T: sea_orm::TryGetable>(connection: &DatabaseConnection, sql: &str) -> T {
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get("", "it").unwrap()
}

/// Waits until the replica has everything that the primary has now.
async fn caught_up(primary: &DatabaseConnection, standby: &DatabaseConnection) {
    let place: String = one(primary, "select pg_current_wal_insert_lsn()::text as it").await;
    let query = format!("select pg_last_wal_replay_lsn() >= '{place}'::pg_lsn as it");
    wait(async || one::<bool>(standby, &query).await).await;
}

async fn wait(condition: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition().await {
        assert!(Instant::now() < deadline, "it takes too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn queries_go_to_the_replica_and_mutations_to_what_it_follows() {
    let Some(pair) = Pair::start("replicas_split").await else { return };
    pair.pause().await;
    let mutation = "mutation { createAuthor(input: {id: 2, name: \"Grace\"}) { author { name books { title } } }
        associateAuthorBooks(key: {id: 2}, refs: [{id: 1}]) { author { name books { title } } } }";
    let written = json!({ "data": {
        "createAuthor": { "author": { "name": "Grace", "books": [] } },
        "associateAuthorBooks": { "author": { "name": "Grace", "books": [{ "title": "Notes" }] } },
    } });
    assert_eq!(pair.ask(mutation).await, written, "what is written is read where it was written");
    let query = "{ authors(orderBy: [{id: ASC}]) { name books { title } } }";
    let before = json!({ "data": { "authors": [{ "name": "Ada", "books": [{ "title": "Notes" }] }] } });
    assert_eq!(pair.ask(query).await, before, "the replica has not heard of it");
    assert_eq!(one::<i64>(&pair.primary, "select count(*) as it from author").await, 2);
    pair.resume().await;
    let after = json!({ "data": { "authors": [
        { "name": "Ada", "books": [] }, { "name": "Grace", "books": [{ "title": "Notes" }] }
    ] } });
    assert_eq!(pair.ask(query).await, after);

    // A lookup that was just defined: the replica does not know its column.
    pair.pause().await;
    let define = "mutation { createOneToManyRelationship(input: {
        schemaName: \"book_editor\" referencedEntity: \"author\" referencingEntity: \"book\" lookup: { name: \"editor_id\" }
    }) { schemaName } }";
    let defined = json!({ "data": { "createOneToManyRelationship": { "schemaName": "book_editor" } } });
    assert_eq!(pair.ask(define).await, defined);
    let query = "{ books { title editor { name } } }";
    let navigated = json!({ "data": { "books": [{ "title": "Notes", "editor": null }] } });
    assert_eq!(pair.ask(query).await, navigated, "what it follows answers instead");
    pair.resume().await;
    assert_eq!(pair.ask(query).await, navigated);

    // A replica that is gone.
    pair.standby.clone().close().await.unwrap();
    assert_eq!(pair.ask(query).await, navigated);
    assert!(pair.gateway.ready().await);
}

#[tokio::test]
async fn a_gateway_over_a_standby_alone_reads_and_follows_what_is_defined() {
    let Some(pair) = Pair::start("replicas_standby").await else { return };
    let reader = Gateway::builder(pair.standby.clone()).discover(&[]).build().await.unwrap();
    let ask = async |query: &str| {
        let response = reader.execute(Request { query: query.to_owned(), ..Request::default() }).await;
        serde_json::from_slice::<Value>(&response.body).unwrap()
    };
    let books = json!({ "data": { "books": [{ "title": "Notes", "author": { "name": "Ada" } }] } });
    assert_eq!(ask("{ books { title author { name } } }").await, books);
    assert!(!reader.sdl().contains("createOneToManyRelationship"), "nothing can be defined here");
    let refused = ask("mutation { deleteBook(key: {id: 1}) { outcome } }").await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let define = "mutation { createOneToManyRelationship(input: {
        schemaName: \"book_reviewer\" referencedEntity: \"author\" referencingEntity: \"book\" lookup: { name: \"reviewer_id\" }
    }) { schemaName } }";
    pair.ask(define).await;
    // Without any request, because it looks by itself.
    wait(async || reader.sdl().contains("reviewer: Author")).await;
    let reviewed = json!({ "data": { "books": [{ "reviewer": null }] } });
    assert_eq!(ask("{ books { reviewer { name } } }").await, reviewed);
}

#[tokio::test]
async fn a_replica_is_of_the_kind_of_what_it_follows() {
    let first = connect("sqlite::memory:").await;
    let Ok(url) = std::env::var("RELATA_TEST_POSTGRES") else {
        return skip("RELATA_REQUIRE_POSTGRES", "RELATA_TEST_POSTGRES names no server").unwrap_or_default();
    };
    let other = connect(&url).await;
    let refused = Gateway::builder(first).read_from([other]).discover(&[]).build().await;
    assert_eq!(refused.err().unwrap().to_string(), "a replica is of another kind than the database that it follows");
}

/// A replica that is away when the gateway starts, and comes while it runs: a forwarder in its place counts who asks.
#[tokio::test]
async fn a_replica_that_is_away_is_left_out_until_it_is_back() {
    let Some(url) = empty(Backend::Postgres, "replica_away").await else { return };
    let server = connect(&url).await;
    run_sql(&server, TABLES).await;
    let place = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (user, rest) = url.split_once('@').unwrap();
    let (address, database) = rest.split_once('/').unwrap();
    let replica = format!("{user}@{place}/{database}");
    let started = tokio::task::spawn_blocking({
        let url = url.clone();
        move || Process::start_with(&url, &["--read-database-url", &replica])
    });
    let process = started.await.unwrap();
    let ask = async || -> Value {
        let query = json!({ "query": "{ authors { name } }" });
        reqwest::Client::new().post(&process.url).json(&query).send().await.unwrap().json().await.unwrap()
    };
    let ada = json!({ "data": { "authors": [{ "name": "Ada" }] } });
    assert_eq!(ask().await, ada, "the database itself answers");

    let listener = tokio::net::TcpListener::bind(place).await.unwrap();
    let (address, (sender, mut came)) = (address.to_owned(), tokio::sync::mpsc::unbounded_channel());
    let forwarder = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut server = tokio::net::TcpStream::connect(&address).await.unwrap();
            sender.send(()).unwrap();
            connections.spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    tokio::time::timeout(Duration::from_secs(20), came.recv()).await.expect("it is looked for without a request");
    assert_eq!(ask().await, ada);

    // Gone again, with all its connections.
    forwarder.abort();
    let _ = forwarder.await;
    for _ in 0..3 {
        assert_eq!(ask().await, ada);
    }
}
