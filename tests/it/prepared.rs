//! An operation that was asked before is answered as one that is asked for the first time. A comment makes an operation
//! a new one, so that each answer can be compared with the same one planned afresh.

mod mutation;

use std::sync::atomic::{AtomicUsize, Ordering};

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    cases::corpus,
    support::{Backend, Server, demo, demo_of_its_own, scratch},
};

/// The response to an operation that was never asked before.
async fn fresh(server: &Server, query: &str, variables: &Value) -> (u16, String) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let (hits, _) = server.known();
    let answer = server.raw(&format!("{query}\n# {count}"), variables).await;
    assert_eq!(server.known().0, hits, "{query} with a comment is a new operation");
    answer
}

/// Asserts that an operation gets the answer that a new one gets, and whether it was known.
async fn check(server: &Server, query: &str, variables: Value, is_known: bool) -> String {
    let expected = fresh(server, query, &variables).await;
    let (hits, _) = server.known();
    let answer = server.raw(query, &variables).await;
    assert_eq!(answer, expected, "{query} {variables}");
    assert_eq!(server.known().0 - hits, u64::from(is_known), "hits of {query} {variables}: {}", answer.1);
    answer.1
}

#[apply(backends)]
#[tokio::test]
async fn every_case_is_answered_alike_the_second_time(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for (query, variables) in corpus() {
        let answer = check(&server, &query, variables.clone(), false).await;
        assert!(answer.starts_with("{\"data\":{"), "{answer}");
        check(&server, &query, variables.clone(), true).await;
        check(&server, &query, variables, true).await;
    }
}

const NOTES: &str = "
    create table author (id integer primary key, name varchar(40) not null);
    create table note (id integer primary key, title varchar(40), price decimal(8, 2), day date, at timestamp null,
        ratio double precision, done boolean, big bigint, author_id integer references author (id));
    insert into author values (1, 'Ann'), (2, 'Bob');
    insert into note values (1, 'alpha', 1.50, '2024-01-01', '2024-01-01 10:00:00', 0.5, true, 1, 1),
        (2, '100% _b*[c]\\ |', 2.25, '2024-02-01', '2024-02-01 11:00:00', 1.5, false, 9007199254740993, 1),
        (3, 'Beta', 3.00, '2024-03-01', null, -2.0, null, -5, 2), (4, null, null, null, null, null, true, null, null);";

/// An operation and values for its variables. They are given one after the other; the flag says whether the operation is
/// known by then.
type Asked = (&'static str, Vec<(Value, bool)>);

/// The first of a shape is planned, the others are known.
fn first(values: Vec<Value>) -> Vec<(Value, bool)> {
    values.into_iter().enumerate().map(|(index, value)| (value, index > 0)).collect()
}

fn of_filters() -> Vec<Asked> {
    vec![
        (
            "query($id: Int!) { note(key: {id: $id}) { title author { name } } }",
            vec![
                (json!({ "id": 1 }), false),
                (json!({ "id": 2 }), true),
                (json!({ "id": 77 }), true),
                // What does not fit is the engine's to refuse.
                (json!({ "id": "1" }), false),
                (json!({ "id": 1.5 }), false),
                (json!({ "id": 1_u64 << 40 }), false),
                (json!({ "id": null }), false),
                (json!({}), false),
                (json!({ "id": 3, "other": 1 }), true),
            ],
        ),
        (
            "query($w: NoteWhere) { notes(where: $w, orderBy: [{id: ASC}]) { id } }",
            vec![
                (json!({ "w": { "title": { "eq": "alpha" } } }), false),
                (json!({ "w": { "title": { "eq": "Beta" } } }), true),
                (json!({ "w": { "title": { "eq": null } } }), false),
                (json!({ "w": { "title": { "ne": "alpha" } } }), false),
                (json!({ "w": { "title": { "nothing": "alpha" } } }), false),
                (json!({ "w": { "title": { "eq": "a\u{0}b" } } }), false),
                (json!({ "w": { "id": { "in": [1, 2] } } }), false),
                (json!({ "w": { "id": { "in": [3] } } }), true),
                (json!({ "w": { "id": { "in": [3, 4, 1, 1] } } }), true),
                (json!({ "w": { "id": { "in": [] } } }), false),
                (json!({ "w": { "id": { "in": [null] } } }), false),
                (json!({ "w": { "id": { "in": 3 } } }), false),
                (json!({ "w": { "id": { "in": 4 } } }), true),
                (json!({ "w": { "or": [{ "id": { "lt": 2 } }, { "author": { "name": { "eq": "Bob" } } }] } }), false),
                (json!({ "w": { "or": [{ "id": { "lt": 0 } }, { "author": { "name": { "eq": "Ann" } } }] } }), true),
                (json!({ "w": { "or": [{ "id": { "lt": 0 } }, {}] } }), false),
                // A condition that is left out holds for its own value only.
                (json!({ "w": { "or": [{ "id": { "lt": 9 } }, {}] } }), true),
                (json!({ "w": {} }), false),
                (json!({ "w": null }), false),
                (json!({}), false),
            ],
        ),
        (
            "query($a: String, $b: String, $c: String, $d: String) { notes(where: {or: [{title: {contains: $a}}, \
             {title: {startsWith: $b}}, {title: {endsWith: $c}}, {title: {eqIgnoreCase: $d}}]}, orderBy: [{id: ASC}]) { id } }",
            first(vec![
                json!({ "a": "lph", "b": "x", "c": "x", "d": "x" }),
                json!({ "a": "% _b*[c]\\ |", "b": "x", "c": "x", "d": "BETA" }),
                json!({ "a": "A", "b": "B", "c": "a", "d": "%" }),
                json!({ "a": "_", "b": "%", "c": "*", "d": "[c]" }),
                json!({ "a": "", "b": "x", "c": "x", "d": "\u{1}0" }),
            ]),
        ),
    ]
}

fn of_types() -> Vec<Asked> {
    vec![
        (
            "query($p: Decimal!, $q: Decimal!) { notes(where: {price: {between: [$p, $q]}}, orderBy: [{id: ASC}]) { id price } }",
            vec![
                (json!({ "p": "1", "q": "2.25" }), false),
                (json!({ "p": "2.250", "q": "1e2" }), true),
                (json!({ "p": "no number", "q": "3" }), false),
                (json!({ "p": 1, "q": 3 }), false),
                (json!({ "p": 2, "q": 3 }), true),
            ],
        ),
        (
            "query($d: Date, $t: DateTime) { notes(where: {or: [{day: {eq: $d}}, {at: {gte: $t}}]}, orderBy: [{id: ASC}]) { id } }",
            vec![
                (json!({ "d": "2024-01-01", "t": "2024-02-01T11:00:00Z" }), false),
                (json!({ "d": "2024-03-01", "t": "2024-02-01T13:00:01+02:00" }), true),
                (json!({ "d": "yesterday", "t": "2024-02-01T11:00:00Z" }), false),
                (json!({ "d": "2024-03-01", "t": "2025-01-01T00:00:00Z" }), true),
            ],
        ),
        (
            "query($r: Float, $f: Boolean, $b: BigInt) { notes(where: {or: [{ratio: {gt: $r}}, {done: {eq: $f}}, {big: {eq: $b}}]}, \
             orderBy: [{id: ASC}]) { id } }",
            first(vec![
                json!({ "r": 1.25, "f": false, "b": "1" }),
                json!({ "r": 0.25, "f": true, "b": "9007199254740993" }),
                json!({ "r": 1.5e300, "f": false, "b": "-5" }),
            ]),
        ),
    ]
}

fn of_decisions() -> Vec<Asked> {
    vec![
        (
            "query($n: Boolean!) { notes(where: {title: {isNull: $n}}, orderBy: [{id: ASC}]) { id title @include(if: $n) } }",
            first(vec![json!({ "n": true }), json!({ "n": false }), json!({ "n": true }), json!({ "n": false })]),
        ),
        (
            "query($f: Int, $o: Int, $s: Sort) { notes(first: $f, offset: $o, orderBy: [{id: $s}]) { id } }",
            vec![
                (json!({ "f": 2, "o": 0, "s": "ASC" }), false),
                (json!({ "f": 1, "o": 1, "s": "DESC" }), true),
                (json!({ "f": 2, "o": 0, "s": "DESC" }), true),
                (json!({ "f": 2, "o": 0, "s": "ASC" }), true),
                (json!({ "f": -1, "o": 0, "s": "ASC" }), false),
                (json!({ "f": 99_999, "o": 0, "s": "ASC" }), false),
                (json!({ "f": 1, "o": 0, "s": "UPWARDS" }), false),
                (json!({ "f": 1, "s": "ASC" }), false),
            ],
        ),
        (
            "query($r: ID!, $s: ID!) { node(ref: $r) { ref ... on Note { title } } author(key: {ref: $s}) { name } }",
            vec![
                (json!({ "r": "notes(1)", "s": "authors(1)" }), false),
                (json!({ "r": "notes(2)", "s": "authors(2)" }), true),
                (json!({ "r": "authors(1)", "s": "authors(1)" }), true),
                (json!({ "r": "nothing", "s": "authors(1)" }), false),
                (json!({ "r": "notes(3)", "s": "notes(1)" }), false),
            ],
        ),
        (
            "query($id: Int = 2, $t: String = \"alpha\") { note(key: {id: $id}) { title } notes(where: {title: {eq: $t}}) { id } }",
            vec![
                (json!({}), false),
                (json!({ "id": 1 }), false),
                (json!({ "id": 3 }), true),
                (json!({ "t": "Beta" }), false),
                (json!({}), true),
                (json!({ "t": null }), false),
            ],
        ),
        (
            "query($id: Int!) { __typename note(key: {id: $id}) { title } __type(name: \"Note\") { name } }",
            first(vec![json!({ "id": 1 }), json!({ "id": 2 })]),
        ),
        (
            "query($g: [NoteAttribute!]) { notesAggregate(groupBy: $g) { groups { key { done } count } } }",
            vec![
                (json!({ "g": ["DONE"] }), false),
                (json!({ "g": ["DONE"] }), true),
                (json!({ "g": ["NOWHERE"] }), false),
            ],
        ),
    ]
}

#[apply(backends)]
#[tokio::test]
async fn values_of_variables_are_looked_at_each_time(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "prepared", NOTES).await else { return };
    for (query, requests) in [of_filters(), of_types(), of_decisions()].concat() {
        for (variables, is_known) in requests {
            check(&server, query, variables, is_known).await;
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_value_finds_what_plain_sql_finds(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "prepared_sql", NOTES).await else { return };
    let query = "query($t: String) { notes(where: {title: {gte: $t}}, orderBy: [{id: ASC}]) { id } }";
    for title in ["alpha", "Beta", "", "zzz", "100%", "it's"] {
        let found = server.data_with(query, json!({ "t": title })).await;
        let quoted = title.replace('\'', "''");
        let expected = server.sql(&format!("select id from note where title >= '{quoted}' order by id")).await;
        assert_eq!(found["notes"], Value::from(expected), "{title}");
    }
    assert_eq!(server.known().0, 5);
}

#[apply(backends)]
#[tokio::test]
async fn cursors_are_looked_at_each_time(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "prepared_pages", NOTES).await else { return };
    let query = "query($c: String) { notesConnection(first: 1, after: $c, orderBy: [{title: ASC}]) \
        { nodes { id } pageInfo { endCursor hasNextPage } } }";
    let (mut cursor, mut ids, mut index) = (Value::Null, Vec::new(), 0);
    loop {
        let variables = json!({ "c": cursor });
        // No cursor and a cursor are two shapes; from the second cursor on the operation is known to be valid.
        let answer: Value = serde_json::from_str(&check(&server, query, variables, index > 1).await).unwrap();
        let page = &answer["data"]["notesConnection"];
        ids.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_i64().unwrap()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        cursor = page["pageInfo"]["endCursor"].clone();
        index += 1;
    }
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3, 4]);
    check(&server, query, json!({ "c": "nonsense" }), false).await;
}

#[apply(backends)]
#[tokio::test]
async fn mutations_are_validated_once_for_a_shape(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "prepared_write", NOTES).await else { return };
    let query = "mutation($id: Int!, $input: NoteUpdate!) { updateNote(key: {id: $id}, input: $input) { note { title author { name } } } }";
    let run = async |variables: Value, is_known: bool| {
        let (hits, _) = server.known();
        let answer = server.run(query, variables).await;
        assert_eq!(server.known().0 - hits, u64::from(is_known), "{answer}");
        answer
    };
    let title = |answer: &Value| answer["data"]["updateNote"]["note"]["title"].clone();
    assert_eq!(title(&run(json!({ "id": 1, "input": { "title": "one" } }), false).await), "one");
    assert_eq!(title(&run(json!({ "id": 2, "input": { "title": "two" } }), true).await), "two");
    let stored = server.sql("select title from note where id < 3 order by id").await;
    assert_eq!(Value::from(stored), json!([{ "title": "one" }, { "title": "two" }]));

    let missing = run(json!({ "id": 99, "input": { "title": "x" } }), true).await;
    assert_eq!(missing["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let long = run(json!({ "id": 1, "input": { "title": "x".repeat(41) } }), false).await;
    assert_eq!(long["errors"][0]["extensions"]["code"], "INVALID");
    let wrong = run(json!({ "id": 1, "input": { "title": 5 } }), false).await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    let linked = run(json!({ "id": 1, "input": { "author": { "ref": { "id": 2 } } } }), false).await;
    assert_eq!(linked["data"]["updateNote"]["note"]["author"]["name"], "Bob");
    let linked = run(json!({ "id": 1, "input": { "author": { "ref": { "id": 1 } } } }), true).await;
    assert_eq!(linked["data"]["updateNote"]["note"]["author"]["name"], "Ann");
    // A write that names its records by a filter.
    let many = "mutation($t: String!) { updateNotes(where: {title: {eq: $t}}, input: {title: \"many\"}) { count } }";
    for (given, count) in [("one", 1), ("two", 1), ("three", 0)] {
        assert_eq!(server.data_with(many, json!({ "t": given })).await["updateNotes"]["count"], count, "{given}");
    }
}

#[tokio::test]
async fn a_mutation_that_is_known_is_still_refused_over_get() {
    let Some(server) = scratch(Backend::Sqlite, "prepared_get", NOTES).await else { return };
    let query = "mutation { deleteNote(key: {id: 4}) { outcome } }";
    server.data(query).await;
    let response = server.client().get(server.url("/graphql")).query(&[("query", query)]).send().await.unwrap();
    assert_eq!(response.status(), 405);
}

#[tokio::test]
async fn operations_of_one_document_are_told_apart() {
    let Some(server) = scratch(Backend::Sqlite, "prepared_names", NOTES).await else { return };
    let query = "query a { note(key: {id: 1}) { title } } query b { note(key: {id: 3}) { title } }";
    let ask = async |name: &str| {
        let body = json!({ "query": query, "operationName": name });
        let response = server.client().post(server.url("/graphql")).json(&body).send().await.unwrap();
        response.json::<Value>().await.unwrap()["data"]["note"]["title"].clone()
    };
    for _ in 0..2 {
        assert_eq!((ask("a").await, ask("b").await), (json!("alpha"), json!("Beta")));
    }
    assert_eq!(server.known().0, 2);
    assert_eq!(server.raw(query, &json!({})).await, fresh(&server, query, &json!({})).await);
}

#[tokio::test]
async fn enum_values_and_uuids_are_looked_at_each_time() {
    let Some(server) = demo_of_its_own(Backend::Sqlite, "prepared_demo").await else { return };
    let query = "query($i: Industry, $m: [Preferredcontactmethod!], $u: UUID) { accounts(where: {industry: {eq: $i}}) { name } \
        contacts(where: {preferredcontactmethod: {in: $m}}) { lastname } contact(key: {contactid: $u}) { lastname } }";
    let id = server.data("{ contacts(first: 1) { contactid } }").await["contacts"][0]["contactid"].clone();
    let none = "00000000-0000-0000-0000-000000000000";
    check(&server, query, json!({ "i": "RETAIL", "m": ["EMAIL"], "u": id }), false).await;
    check(&server, query, json!({ "i": "HEALTH_CARE", "m": ["PHONE", "EMAIL"], "u": none }), true).await;
    check(&server, query, json!({ "i": "NOWHERE", "m": ["PHONE"], "u": none }), false).await;
    check(&server, query, json!({ "i": "RETAIL", "m": ["NOTHING"], "u": none }), false).await;
    check(&server, query, json!({ "i": "RETAIL", "m": ["ANY"], "u": "no uuid" }), false).await;
    check(&server, query, json!({ "i": "RETAIL", "m": ["ANY"], "u": none }), true).await;
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let Some(server) = scratch(Backend::Sqlite, "prepared_bound", NOTES).await else { return };
    let filler = "x".repeat(2_000);
    for number in 0..1_500 {
        let (status, _) = server.raw(&format!("{{ n{number}: notes {{ id }} }} # {filler}"), &json!({})).await;
        assert_eq!(status, 200);
    }
    let (_, operations) = server.known();
    // Each takes more than 32 KiB, all of them 16 MiB.
    assert!((100..=512).contains(&operations), "{operations}");
}
