//! Definitions come and go, fifty times, beside sixteen clients that read and write the tables that they change.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::join_all;
use relata::Gateway;
use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Defining, Server, quick_connection, run_sql},
};

const ROUNDS: usize = 50;
const READERS: usize = 10;
const WRITERS: usize = 6;

const TABLES: &str = "
    create table author (id integer primary key, name varchar(20) not null);
    create table post (id integer primary key, title varchar(20) not null, n integer not null check (n >= 0),
        author_id integer references author (id) on delete set null);
    create table tag (id integer primary key, name varchar(20) not null);
    create table post_tag (post_id integer not null references post (id) on delete cascade,
        tag_id integer not null references tag (id) on delete cascade, primary key (post_id, tag_id));
    insert into author values (1, 'A1'), (2, 'A2');
    insert into post values (1, 'P1', 0, 1), (2, 'P2', 0, 1), (3, 'P3', 0, null);
    insert into tag values (1, 'T1'), (2, 'T2');
    insert into post_tag values (1, 1), (1, 2), (2, 1);";

/// What came of the work beside the definitions.
#[derive(Default)]
struct Tally {
    done: AtomicBool,
    reads: AtomicUsize,
    new_reads: AtomicUsize,
    writes: AtomicUsize,
    refused_writes: AtomicUsize,
}

/// Defines what must be possible. Who reads or writes all the time may keep it from its locks until it gives up; then
/// nothing has happened, and it is asked for again.
async fn define(server: &Server, defining: &Defining) {
    for _ in 0..10 {
        match server.try_define(defining).await {
            Ok(_) => return,
            Err(code) => assert_eq!(code, "TIMEOUT", "{defining:?}"),
        }
    }
    panic!("never got its locks: {defining:?}");
}

/// One definition is made, used and deleted, and what cannot be is tried in between.
async fn round(server: &Server, round: usize) {
    let editor = Defining::one_to_many("post_editor", "post", "author", "editor_id");
    let readers = Defining::many_to_many("post_readers", "reader", "post", "author");
    if round.is_multiple_of(2) {
        define(server, &editor).await;
        let link = "mutation { updatePost(key: {id: 3}, input: {editor: {ref: {id: 2}}}) { post { editor { posts { id } name } } } }";
        let data = server.data(link).await;
        assert_eq!(data["updatePost"]["post"]["editor"]["name"], "A2", "{data:#}");
        if round.is_multiple_of(4) {
            define(server, &Defining::update("post_editor", json!({ "cascade": { "delete": "RESTRICT" } }))).await;
        }
    } else {
        define(server, &readers).await;
        let link = "mutation { associateAuthorPostReaders(key: {id: 2}, refs: [{id: 1}, {id: 3}]) { author { postReaders { id } } } }";
        let data = server.data(link).await;
        assert_eq!(data["associateAuthorPostReaders"]["author"]["postReaders"].as_array().unwrap().len(), 2);
    }
    if round.is_multiple_of(5) {
        // The first of two is made and undone with the second.
        let operation = format!(
            "mutation {{ {} {} }}",
            Defining::one_to_many("tag_author", "tag", "author", "author_id").inline("a"),
            Defining::delete("post_author").inline("b"),
        );
        assert_eq!(server.code(&operation).await, "FORBIDDEN");
        assert_eq!(server.try_define(&editor.with("schemaName", "post_author")).await, Err("CONFLICT".to_owned()));
    }
    let name = if round.is_multiple_of(2) { "post_editor" } else { "post_readers" };
    define(server, &Defining::delete(name)).await;
}

/// Reads what is always there, and what is there at times.
async fn read(server: &Server, tally: &Tally) {
    let always = "{ posts(where: {id: {lte: 3}}, orderBy: [{id: ASC}]) { title author { name } tags(orderBy: [{id: ASC}]) { name } }
        authors(orderBy: [{id: ASC}]) { name posts(where: {id: {lte: 3}}, orderBy: [{id: ASC}]) { id } } }";
    let expected = json!({
        "posts": [
            { "title": "P1", "author": { "name": "A1" }, "tags": [{ "name": "T1" }, { "name": "T2" }] },
            { "title": "P2", "author": { "name": "A1" }, "tags": [{ "name": "T1" }] },
            { "title": "P3", "author": null, "tags": [] },
        ],
        "authors": [{ "name": "A1", "posts": [{ "id": 1 }, { "id": 2 }] }, { "name": "A2", "posts": [] }],
    });
    let at_times = "{ posts(where: {id: {lte: 3}}, orderBy: [{id: ASC}]) { editor { id } } }";
    while !tally.done.load(Ordering::Relaxed) {
        assert_eq!(server.data(always).await, expected);
        tally.reads.fetch_add(1, Ordering::Relaxed);
        let answer = server.run(at_times, json!({})).await;
        if answer.get("errors").is_some() {
            assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{answer:#}");
        } else {
            let posts = answer["data"]["posts"].as_array().unwrap();
            assert_eq!((posts.len(), &posts[0]["editor"], &posts[1]["editor"]), (3, &Value::Null, &Value::Null));
            assert!(posts[2]["editor"].is_null() || posts[2]["editor"]["id"] == 2, "{answer:#}");
            tally.new_reads.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Creates, changes and deletes records of its own; only what is worth trying again may be refused.
async fn write(server: &Server, tally: &Tally, writer: usize) {
    let id = 100 + writer;
    let attempt = async |mutation: String| loop {
        let answer = server.run(&mutation, json!({})).await;
        let Some(errors) = answer["errors"].as_array() else {
            tally.writes.fetch_add(1, Ordering::Relaxed);
            return answer["data"].clone();
        };
        let code = errors[0]["extensions"]["code"].as_str().unwrap();
        assert!(["TIMEOUT", "UNAVAILABLE"].contains(&code), "{mutation}\n{answer:#}");
        tally.refused_writes.fetch_add(1, Ordering::Relaxed);
    };
    while !tally.done.load(Ordering::Relaxed) {
        attempt(format!("mutation {{ createPost(input: {{id: {id}, title: \"new\", n: 1, author: {{ref: {{id: 2}}}}, tags: {{associate: [{{id: 2}}]}}}}) {{ outcome }} }}")).await;
        let data = attempt(format!("mutation {{ updatePost(key: {{id: {id}}}, input: {{n: 2, author: null}}) {{ post {{ n author {{ id }} tags {{ id }} }} }} }}")).await;
        assert_eq!(data["updatePost"]["post"], json!({ "n": 2, "author": null, "tags": [{ "id": 2 }] }));
        attempt(format!("mutation {{ deletePost(key: {{id: {id}}}) {{ outcome }} }}")).await;
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_rounds_of_definitions_beside_sixteen_clients(#[case] backend: Backend) {
    let Some(connection) = quick_connection(backend, "define_soak", 8).await else { return };
    run_sql(&connection, TABLES).await;
    let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    let server = Server::start(gateway, connection).await;
    let (structure, sdl, tables) = (server.structure_of_data().await, server.sdl().await, server.state().await.tables);
    let tally = Tally::default();
    let definitions = async {
        for number in 0..ROUNDS {
            round(&server, number).await;
        }
        tally.done.store(true, Ordering::Relaxed);
    };
    let readers = join_all((0..READERS).map(|_| read(&server, &tally)));
    let writers = join_all((0..WRITERS).map(|writer| write(&server, &tally, writer)));
    tokio::join!(definitions, readers, writers);

    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    let (reads, writes, refused) = (count(&tally.reads), count(&tally.writes), count(&tally.refused_writes));
    assert!(reads > ROUNDS && writes > WRITERS, "{reads} reads, {writes} writes");
    assert!(count(&tally.new_reads) > 0, "nobody read over a new relationship");
    assert!(refused * 20 <= writes, "{refused} of {writes} writes were refused");
    assert_eq!(server.structure_of_data().await, structure);
    assert!(server.sdl().await == sdl);
    let after = server.state().await.tables;
    for (table, rows) in &tables {
        assert_eq!(&after[table], rows, "{table}");
    }
    assert_eq!(server.number("select count(*) as v from relata_definition").await, 0);
}
