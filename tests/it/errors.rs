//! What a client sees when the database fails: a code, a sentence, a status, and never the database's own words.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

/// Status, `Retry-After` and body of an operation.
async fn post(server: &Server, query: &str) -> (u16, Option<String>, Value) {
    let response = server.client().post(server.url("/graphql")).json(&json!({ "query": query })).send().await.unwrap();
    let retry = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (response.status().as_u16(), retry, response.json().await.unwrap())
}

fn assert_says_nothing_internal(body: &Value) {
    let text = body.to_string().to_lowercase();
    for word in ["select", "sqlite", "postgres", "relation", "no such", "42p01", "pool", "statement"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_database_that_is_away_is_unavailable_and_the_gateway_not_ready(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "away", "create table note (id integer primary key)").await else { return };
    assert_eq!(server.client().get(server.url("/health/ready")).send().await.unwrap().status(), 200);
    server.close_database().await;
    let (status, retry, body) = post(&server, "{ notes { id } }").await;
    assert_eq!((status, retry.as_deref()), (503, Some("1")));
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert_eq!(body["errors"][0]["path"], json!(["notes"]));
    assert_says_nothing_internal(&body);
    assert_eq!(server.client().get(server.url("/health/ready")).send().await.unwrap().status(), 503);
    assert_eq!(server.client().get(server.url("/health/live")).send().await.unwrap().status(), 200);
    // What needs no database still answers.
    assert_eq!(server.data("{ __typename entityDefinitions { logicalName } }").await["__typename"], "Query");
}

#[apply(backends)]
#[tokio::test]
async fn a_table_that_is_gone_is_an_internal_error_without_details(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "gone", "create table note (id integer primary key)").await else { return };
    server.execute("drop table note").await;
    let (status, _, body) = post(&server, "{ notes { id } }").await;
    assert_eq!(status, 200);
    assert_eq!(body["data"], Value::Null);
    assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL");
    assert_says_nothing_internal(&body);
}

#[tokio::test]
async fn a_statement_that_the_database_cancels_is_a_timeout() {
    // For this connection and for those that the pool opens later.
    let setup = "create view slow as select pg_sleep(5)::text as nothing; set statement_timeout = 100;
        do $$ begin execute format('alter database %I set statement_timeout = 100', current_database()); end $$";
    let Some(server) = scratch(Backend::Postgres, "slow", setup).await else { return };
    assert_eq!(server.code("{ slows { nothing } }").await, "TIMEOUT");
}

/// Only SQLite lets a column hold what it does not declare.
#[tokio::test]
async fn a_value_that_is_not_of_its_columns_type_makes_its_field_unsupported() {
    let setup = "create table note (id integer primary key, done integer); insert into note values (1, 'perhaps')";
    let server = scratch(Backend::Sqlite, "misfit", setup).await.unwrap();
    let answer = server.run("{ notes { done } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNSUPPORTED");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("done"), "{answer}");
    assert_eq!(server.data("{ notes { id } }").await, json!({ "notes": [{ "id": 1 }] }));
}

/// An operation's statements see one state, however long it takes. PostgreSQL can be made to take long.
#[tokio::test]
async fn an_operation_sees_one_state_of_the_database() {
    let setup = "create table note (id integer primary key);
        create view pause as select pg_sleep(1)::text as nothing";
    let Some(server) = scratch(Backend::Postgres, "state", setup).await else { return };
    let query = server.data("{ pauses { nothing } notesAggregate { count } notes { id } }");
    let insert = async {
        // It is active already while it is prepared, before its transaction begins.
        let running =
            "select 1 as one from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
        while server.sql(running).await.is_empty() {
            tokio::task::yield_now().await;
        }
        server.execute("insert into note values (1)").await;
    };
    let (data, ()) = tokio::join!(query, insert);
    assert_eq!((&data["notesAggregate"]["count"], &data["notes"]), (&json!(0), &json!([])));
    assert_eq!(server.data("{ notes { id } }").await, json!({ "notes": [{ "id": 1 }] }));
}
