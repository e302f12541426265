//! Answers that are larger than a buffer are sent while they are read, and say the same.

use std::{fmt::Write as _, path::Path, time::Duration};

use relata::http::Options;
use rstest_reuse::apply;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    backends,
    support::{Backend, Server, demo, scratch},
};

/// Sends whatever is longer than some bytes, to clients that wait so long.
fn streaming(answer_buffer: usize, answer_timeout: Duration) -> Options {
    Options { answer_buffer, answer_timeout, ..Options::default() }
}

const LONG: Duration = Duration::from_mins(1);

/// As long as a busy machine may stand still.
const PATIENCE: Duration = Duration::from_millis(800);

/// The bytes of an answer, and whether its length was known before.
async fn answer(server: &Server, query: &str, variables: &Value) -> (String, bool) {
    let body = json!({ "query": query, "variables": variables });
    let response = server.client().post(server.url("/graphql")).json(&body).send().await.unwrap();
    let is_whole = response.headers().contains_key("content-length");
    (response.text().await.unwrap(), is_whole)
}

#[apply(backends)]
#[tokio::test]
async fn every_case_has_the_same_bytes_whether_it_is_sent_while_it_is_read_or_not(#[case] backend: Backend) {
    let Some(whole) = demo(backend).await else { return };
    let streamed = [1, 100].map(|buffer| whole.again_with(streaming(buffer, LONG)));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/read");
    let mut streams = 0;
    for server in futures_util::future::join_all(streamed).await {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "graphql") {
                let query = std::fs::read_to_string(&file).unwrap();
                let variables = query.lines().next().and_then(|line| line.strip_prefix("# "));
                let variables: Value = variables.map_or_else(|| json!({}), |text| serde_json::from_str(text).unwrap());
                let (expected, is_whole) = answer(&whole, &query, &variables).await;
                assert!(is_whole);
                let (text, is_whole) = answer(&server, &query, &variables).await;
                assert_eq!(text, expected, "{}", file.display());
                streams += usize::from(!is_whole);
            }
        }
    }
    assert!(streams > 20, "{streams}");
}

/// Parents of which some have no children, some share what they lead to, and one leads nowhere.
const TABLES: &str = "
    create table hub (id integer primary key, name varchar(20) not null);
    create table parent (id integer primary key, hub_id integer references hub (id), name varchar(20) not null);
    create table child (id integer primary key, parent_id integer references parent (id), name varchar(20) not null);
    insert into hub values (1, 'h1'), (2, 'h2'), (3, 'h3');
    insert into parent values (1, 1, 'p1'), (2, 1, 'p2'), (3, null, 'p3'), (4, 3, 'p4'), (5, 3, 'p5');
    insert into child values (1, 1, 'c1'), (2, 1, 'c2'), (3, 3, 'c3'), (4, 5, 'c4'), (5, 5, 'c5'), (6, 5, 'c6'), (7, null, 'c7');";

const SHAPES: &[&str] = &[
    "{ children { name } }",
    "{ children(where: {name: {eq: \"nobody\"}}) { name } }",
    "{ __typename parents { name children { name } id } hub(key: {id: 1}) { name } }",
    "{ hub(key: {id: 1}) { name } parents { id children { name parent { name hub { name } } } after: name } __typename }",
    "{ hubs { name parents { name children { name id } again: name } last: id } }",
    "{ hubs(orderBy: [{id: DESC}]) { parents(orderBy: [{id: DESC}], first: 1) { children { name } } } }",
    "{ parent(key: {id: 5}) { name children { name } id } }",
    "{ parent(key: {id: 2}) { name children { name } id } }",
    "{ parent(key: {id: 99}) { name children { name } id } }",
    "{ child(key: {id: 3}) { parent { hub { parents { name } } children { name } name } } }",
    "{ child(key: {id: 7}) { parent { children { name } name } } }",
    "{ children { name parent { children { name } } } }",
    "{ parents { name hub { name parents { name } } } }",
    "{ parents { children { id } more: children(first: 1) { name } childrenAggregate { count } } }",
    "{ hubs { parentsConnection { nodes { children { name } } } } }",
    "{ childrenConnection { nodes { name } pageInfo { hasNextPage } } }",
    "{ hub(key: {id: 1}) { name } hubs { nothing: __typename } node(ref: \"broken\") { ref } parents { name children { id } } }",
    "{ a: children { id } b: children { id } c: __typename }",
    "{ node(ref: \"parents(1)\") { ref ... on Parent { children { name } name } } }",
];

#[apply(backends)]
#[tokio::test]
async fn every_shape_has_the_same_bytes_whether_it_is_sent_while_it_is_read_or_not(#[case] backend: Backend) {
    let Some(whole) = scratch(backend, "streaming_shapes", TABLES).await else { return };
    let mut streams = 0;
    for buffer in [1, 40, 90] {
        let server = whole.again_with(streaming(buffer, LONG)).await;
        for query in SHAPES {
            let (expected, _) = answer(&whole, query, &json!({})).await;
            let (text, is_whole) = answer(&server, query, &json!({})).await;
            assert_eq!(text, expected, "{query}");
            streams += usize::from(!is_whole);
        }
    }
    assert!(streams > 15, "{streams}");
    let data = whole.data(SHAPES[4]).await;
    let child = |number: u32| json!({ "name": format!("c{number}"), "id": number });
    assert_eq!(data["hubs"][0]["parents"][0]["children"], json!([child(1), child(2)]));
    assert_eq!(data["hubs"][2]["parents"][1]["children"], json!([child(4), child(5), child(6)]));
}

/// Some megabytes, more than sockets hold.
fn large(backend: Backend) -> String {
    let text = match backend {
        Backend::Sqlite => "hex(zeroblob(10000))",
        Backend::Postgres | Backend::MariaDb => "repeat('0', 20000)",
    };
    let mut sql = "create table page (id integer primary key, text text not null);".to_owned();
    for id in 1..=1_000 {
        let _ = write!(sql, "insert into page values ({id}, {text});");
    }
    sql
}

/// Begins to ask, and reads nothing but the beginning.
async fn begin(server: &Server, query: &str) -> TcpStream {
    let address = server.url("").trim_start_matches("http://").to_owned();
    let mut client = TcpStream::connect(address).await.unwrap();
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    client.write_all((head + &body).as_bytes()).await.unwrap();
    let mut beginning = [0; 15];
    client.read_exact(&mut beginning).await.unwrap();
    assert_eq!(&beginning, b"HTTP/1.1 200 OK");
    client
}

#[apply(backends)]
#[tokio::test]
async fn clients_that_leave_or_take_nothing_hold_no_connection(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "streaming_clients", &large(backend)).await else { return };
    let patient = server.again_with(streaming(1_000, LONG)).await;
    let impatient = server.again_with(streaming(1_000, PATIENCE)).await;
    let query = "{ pages(first: 1000, orderBy: [{id: ASC}]) { id text } }";
    let (expected, is_whole) = answer(&server, query, &json!({})).await;
    assert!(!is_whole && expected.len() > 20_000_000);
    // The pool has four connections.
    for _ in 0..6 {
        drop(begin(&patient, query).await);
    }
    assert_eq!(answer(&patient, query, &json!({})).await.0, expected);
    let mut stalled = Vec::new();
    for _ in 0..6 {
        stalled.push(begin(&impatient, query).await);
    }
    assert_eq!(answer(&impatient, query, &json!({})).await.0, expected);
    // What was begun and not taken has no end: the last one of them had its time only from when a connection was free.
    tokio::time::sleep(2 * PATIENCE).await;
    for mut client in stalled {
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest).await;
        assert!(!rest.ends_with(b"0\r\n\r\n"), "{}", rest.len());
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_fault_after_the_beginning_breaks_the_answer_off(#[case] backend: Backend) {
    let (text, odd) = match backend {
        // Not of the type of the column.
        Backend::Sqlite => ("hex(zeroblob(10000))", "'three'"),
        Backend::Postgres => ("repeat('0', 20000)", "'NaN'"),
        Backend::MariaDb => return,
    };
    let mut sql =
        "create table page (id integer primary key, text text not null, size double precision not null);".to_owned();
    for id in 1..=100 {
        let _ = write!(sql, "insert into page values ({id}, {text}, 1.5);");
    }
    let _ = write!(sql, "insert into page values (101, 'odd', {odd}), (102, 'more', 2.5);");
    let Some(server) = scratch(backend, "streaming_fault", &sql).await else { return };
    let query = "{ pages(first: 200, orderBy: [{id: ASC}]) { id text size } }";
    let whole = server.again_with(streaming(100_000_000, LONG)).await;
    let streamed = server.again_with(streaming(1, LONG)).await;
    let client = |server: &Server| {
        let request = server.client().post(server.url("/graphql")).json(&json!({ "query": query }));
        async move { request.send().await.unwrap().text().await }
    };
    let whole: Value = serde_json::from_str(&client(&whole).await.unwrap()).unwrap();
    assert_eq!(whole["errors"][0]["extensions"]["code"], "UNSUPPORTED", "{whole}");
    assert!(client(&streamed).await.is_err());
    // Nothing else is the worse for it.
    let (text, _) = answer(&streamed, "{ pages(where: {id: {lt: 3}}) { id } }", &json!({})).await;
    assert_eq!(text, "{\"data\":{\"pages\":[{\"id\":1},{\"id\":2}]}}");
}
