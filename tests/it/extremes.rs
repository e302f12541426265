//! Values and sizes at the edge: what is answered is taken back, and nothing grows without a limit.

use relata::{Gateway, plan::Limits};
use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, connection, run_sql, scratch},
};

/// All ids of a connection, page by page of one, by following its cursors.
async fn walk(server: &Server, field: &str, order: &str, most: usize) -> Vec<Value> {
    let query = format!(
        "query($after: String) {{ {field}(first: 1, orderBy: {order}, after: $after) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    for _ in 0..most {
        let data = server.data_with(&query, json!({ "after": after })).await;
        ids.extend(data[field]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()));
        if data[field]["pageInfo"]["hasNextPage"] == false {
            return ids;
        }
        after = data[field]["pageInfo"]["endCursor"].clone();
    }
    panic!("{field} does not end: {ids:?}");
}

#[apply(backends)]
#[tokio::test]
async fn an_offset_skips_records_and_not_links(#[case] backend: Backend) {
    let setup = "create table t (id integer primary key, p integer references t (id));
        insert into t values (1, null), (2, 1), (3, 1), (4, 1), (5, 2), (6, 2), (7, 3)";
    let Some(server) = scratch(backend, "offset", setup).await else { return };
    let data = server.data("{ ts(where: { tsByP: { some: {} } }, offset: 1) { id } }").await;
    assert_eq!(data, json!({ "ts": [{ "id": 2 }, { "id": 3 }] }));
    let data = server.data("{ ts(where: { pTExists: true }, offset: 4) { id } }").await;
    assert_eq!(data, json!({ "ts": [{ "id": 6 }, { "id": 7 }] }));
}

#[apply(backends)]
#[tokio::test]
async fn floats_come_back_to_the_last_bit(#[case] backend: Backend) {
    let values = ["992.5434121760651", "0.1", "-1e-300", "1.7976931348623157e308", "5e-324", "123456789.12345679"];
    let rows: Vec<String> = values.iter().enumerate().map(|(id, value)| format!("({id}, {value})")).collect();
    let setup =
        format!("create table f (id integer primary key, x double precision); insert into f values {}", rows.join(","));
    let Some(server) = scratch(backend, "floats", &setup).await else { return };
    for record in server.data("{ fs { id x } }").await["fs"].as_array().unwrap() {
        let (id, x) = (&record["id"], &record["x"]);
        let expected = json!({ "fs": [{ "id": id }] });
        assert_eq!(server.data(&format!("{{ fs(where: {{ x: {{ eq: {x} }} }}) {{ id }} }}")).await, expected);
        let query = "query($x: Float) { fs(where: { x: { eq: $x } }) { id } }";
        assert_eq!(server.data_with(query, json!({ "x": x })).await, expected, "{x}");
    }
    assert_eq!(walk(&server, "fsConnection", "[{ x: ASC }]", 7).await, [2, 4, 1, 0, 5, 3].map(Value::from));
}

#[apply(backends)]
#[tokio::test]
async fn large_numbers_have_an_average(#[case] backend: Backend) {
    let setup = "create table f (id integer primary key, x double precision); insert into f values (1, 1e300), (2, 3e300), (3, null)";
    let Some(server) = scratch(backend, "averages", setup).await else { return };
    let query = "{ all: fsAggregate { avg { x } } none: fsAggregate(where: { id: { eq: 9 } }) { avg { x } } }";
    let data = server.data(query).await;
    assert_eq!(data, json!({ "all": { "avg": { "x": 2e300 } }, "none": { "avg": { "x": null } } }));
}

#[tokio::test]
async fn single_precision_is_compared_as_it_is_stored() {
    let setup = "create table parent (x real primary key); insert into parent values (0.1), (0.5);
        create table child (id integer primary key, parent_x real references parent (x)); insert into child values (1, 0.1)";
    let Some(server) = scratch(Backend::Postgres, "real", setup).await else { return };
    let query = "{ parents(where: { x: { in: [0.1] } }) { x children { id } } }";
    assert_eq!(server.data(query).await, json!({ "parents": [{ "x": 0.1, "children": [{ "id": 1 }] }] }));
}

#[apply(backends)]
#[tokio::test]
async fn points_in_time_closer_than_a_millisecond_do_not_stop_a_walk(#[case] backend: Backend) {
    let column = match backend {
        Backend::Sqlite => "datetime",
        Backend::Postgres => "timestamp",
        Backend::MariaDb => "datetime(6)",
    };
    let setup = format!(
        "create table d (id integer primary key, at {column} not null); insert into d values
        (1, '2024-01-01 00:00:00.1234'), (2, '2024-01-01 00:00:00.1236'), (3, '2024-01-01 00:00:00.1239'),
        (4, '2023-12-31 23:59:59.9996')"
    );
    let Some(server) = scratch(backend, "moments", &setup).await else { return };
    assert_eq!(walk(&server, "dsConnection", "[{ at: ASC }]", 6).await, [4, 1, 2, 3].map(Value::from));
    // One grid of milliseconds on SQLite: equal ones come by their key whatever the direction.
    let last = walk(&server, "dsConnection", "[{ at: DESC }, { id: DESC }]", 6).await;
    assert_eq!(last, [3, 2, 1, 4].map(Value::from));
    for id in 1..=4 {
        let at = server.data(&format!("{{ d(key: {{ id: {id} }}) {{ at }} }}")).await["d"]["at"].clone();
        let query = "query($at: DateTime) { ds(where: { at: { eq: $at } }) { id } }";
        let found = server.data_with(query, json!({ "at": at })).await;
        assert!(found["ds"].as_array().unwrap().contains(&json!({ "id": id })), "{at}");
    }
}

/// SQLite enforces foreign keys only when asked to, and has no type for points in time.
#[tokio::test]
async fn what_sqlite_lets_through_is_answered_and_taken_back() {
    let setup = "pragma foreign_keys = off;
        create table a (id integer primary key); create table b (id integer primary key);
        create table ab (a_id integer references a (id), b_id integer references b (id), primary key (a_id, b_id));
        insert into a values (1); insert into b values (1), (2), (3);
        insert into ab values (1, -5), (1, 0), (1, 1), (1, 2), (1, 3);
        create table big (id integer primary key, at datetime);
        insert into big values (3000000000, 1700000000), (3000000001, 1700000001);";
    let server = scratch(Backend::Sqlite, "lax", setup).await.unwrap();
    let data = server.data("{ as { bs(first: 2) { id } bsConnection(first: 2) { totalCount nodes { id } } } }").await;
    let two = json!([{ "id": 1 }, { "id": 2 }]);
    assert_eq!(data, json!({ "as": [{ "bs": two, "bsConnection": { "totalCount": 3, "nodes": two } }] }));

    let data = server.data("{ node(ref: \"bigs(3000000000)\") { ref ... on Big { at } } }").await;
    assert_eq!(data, json!({ "node": { "ref": "bigs(3000000000)", "at": "2023-11-14T22:13:20Z" } }));
    assert_eq!(walk(&server, "bigsConnection", "[{ at: ASC }]", 4).await.len(), 2);
    let data = server.data("{ bigs(where: { at: { gt: \"2023-11-14T22:13:20Z\" } }) { id } }").await;
    assert_eq!(data, json!({ "bigs": [{ "id": 3_000_000_001_i64 }] }));
}

#[tokio::test]
async fn infinite_dates_do_not_stop_a_walk() {
    let setup = "create table d (id integer primary key, day date, at timestamptz);
        insert into d values (1, 'infinity', '-infinity'), (2, '2024-02-29', 'infinity'), (3, '-infinity', 'infinity')";
    let Some(server) = scratch(Backend::Postgres, "infinite", setup).await else { return };
    assert_eq!(walk(&server, "dsConnection", "[{ day: ASC }]", 5).await, [3, 2, 1].map(Value::from));
    assert_eq!(walk(&server, "dsConnection", "[{ at: DESC }]", 5).await, [2, 3, 1].map(Value::from));
}

#[tokio::test]
async fn dates_before_our_era_are_found() {
    let setup = "create table d (id integer primary key, day date, at timestamptz);
        insert into d values (1, '0044-03-15 BC', '0044-03-15 12:00:00+00 BC')";
    let Some(server) = scratch(Backend::Postgres, "era", setup).await else { return };
    let data = server.data("{ ds { day at } }").await;
    assert_eq!(data, json!({ "ds": [{ "day": "-0043-03-15", "at": "-0043-03-15T12:00:00Z" }] }));
    let data = server
        .data("{ ds(where: { day: { eq: \"-0043-03-15\" }, at: { lt: \"0001-01-01T00:00:00Z\" } }) { id } }")
        .await;
    assert_eq!(data, json!({ "ds": [{ "id": 1 }] }));
}

#[tokio::test]
async fn dates_before_our_era_are_followed() {
    let setup = "create table era (at timestamptz primary key, day date unique);
        insert into era values ('0044-03-15 12:00:00+00 BC', '0001-12-31 BC'), ('2024-01-01 00:00:00Z', '2024-01-01');
        create table event (id integer primary key, era_at timestamptz references era (at), era_day date references era (day));
        insert into event values (1, '0044-03-15 12:00:00+00 BC', '0001-12-31 BC')";
    let Some(server) = scratch(Backend::Postgres, "eras", setup).await else { return };
    let data = server.data("{ eras { day eventsByEraAt { id } eventsByEraDay { id } } }").await;
    let (one, none) = (json!([{ "id": 1 }]), json!([]));
    let expected = json!({ "eras": [
        { "day": "0000-12-31", "eventsByEraAt": one, "eventsByEraDay": one },
        { "day": "2024-01-01", "eventsByEraAt": none, "eventsByEraDay": none },
    ]});
    assert_eq!(data, expected);
    let data = server.data("{ era(key: { at: \"-0043-03-15T12:00:00Z\" }) { day } }").await;
    assert_eq!(data, json!({ "era": { "day": "0000-12-31" } }));
}

#[apply(backends)]
#[tokio::test]
async fn an_answer_larger_than_allowed_is_refused_and_the_others_answer(#[case] backend: Backend) {
    let Some(connection) = connection(backend, "large").await else { return };
    let setup = "create table t (id integer primary key, p integer references t (id));
        insert into t values (0, null), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0)";
    run_sql(&connection, setup).await;
    let limits = Limits { max_answer: 20_000, ..Limits::default() };
    let builder = Gateway::builder(connection.clone()).discover(&[]).limits(limits);
    let server = Server::start(builder.build().await.unwrap(), connection).await;
    let query = "{ small: t(key: { id: 1 }) { id }
        large: t(key: { id: 0 }) { tsByP { pT { tsByP { pT { tsByP { pT { tsByP { id } } } } } } } } }";
    let response = server.run(query, json!({})).await;
    assert_eq!(response["data"], json!({ "small": { "id": 1 }, "large": null }), "{response:#}");
    assert_eq!(response["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    assert_eq!(response["errors"][0]["path"], json!(["large"]));
}

#[tokio::test]
async fn domains_compare_as_what_they_are_made_of() {
    let setup = "create domain code as varchar(5); create domain price as numeric(10,2);
        create domain positive as integer check (value > 0);
        create table d (id integer primary key, c code, p price, n positive);
        insert into d values (1, 'abcde', 1.23, 5)";
    let Some(server) = scratch(Backend::Postgres, "domains", setup).await else { return };
    let none = json!({ "ds": [] });
    // A cast to the domain would cut, round, or refuse these.
    for filter in ["c: { eq: \"abcdefgh\" }", "p: { eq: \"1.234\" }", "n: { eq: -1 }", "n: { in: [-1] }"] {
        assert_eq!(server.data(&format!("{{ ds(where: {{ {filter} }}) {{ id }} }}")).await, none, "{filter}");
    }
    let query = "{ ds(where: { c: { eq: \"abcde\" }, p: { eq: \"1.23\" }, n: { eq: 5 } }) { c p n } }";
    assert_eq!(server.data(query).await, json!({ "ds": [{ "c": "abcde", "p": "1.23", "n": 5 }] }));
}

#[apply(backends)]
#[tokio::test]
async fn a_number_beyond_single_precision_compares_like_any_other(#[case] backend: Backend) {
    let setup = "create table single (id integer primary key, x real); insert into single values (1, 0.5)";
    let Some(server) = scratch(backend, "single", setup).await else { return };
    let data = server.data(
        "{ a: singles(where: { x: { lt: 1e300 } }) { id } b: singles(where: { x: { in: [1e300, 0.5] } }) { id } }",
    );
    assert_eq!(data.await, json!({ "a": [{ "id": 1 }], "b": [{ "id": 1 }] }));
}

#[apply(backends)]
#[tokio::test]
async fn groups_have_a_limit_for_every_parent(#[case] backend: Backend) {
    let Some(connection) = connection(backend, "groups").await else { return };
    let setup = "create table p (id integer primary key);
        create table c (id integer primary key, p_id integer references p (id), n integer);
        insert into p values (1), (2); insert into c values (1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 1)";
    run_sql(&connection, setup).await;
    let limits = Limits { max_page: 2, default_page: 2, ..Limits::default() };
    let builder = Gateway::builder(connection.clone()).discover(&[]).limits(limits);
    let server = Server::start(builder.build().await.unwrap(), connection).await;
    let groups = "{ csAggregate(groupBy: [N]) { groups { key { n } count } } }";
    let few = server.data(&format!("{{ p(key: {{ id: 2 }}) {groups} }}")).await;
    assert_eq!(few["p"]["csAggregate"]["groups"], json!([{ "key": { "n": 1 }, "count": 1 }]));
    assert_eq!(server.code(&format!("{{ p(key: {{ id: 1 }}) {groups} }}")).await, "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn what_is_registered_wrongly_is_a_problem_of_start_up() {
    use entity::{account, contact};
    let connection = connection(Backend::Sqlite, "wrong").await.unwrap();
    let twice = Gateway::builder(connection.clone()).entity(contact::Entity).entity(contact::Entity).declared();
    assert_eq!(twice.unwrap_err().to_string(), "contact: is registered twice");
    let unknown = Gateway::builder(connection)
        .entity(contact::Entity)
        .active_enum::<account::Industry>(account::Column::Industry)
        .declared();
    assert_eq!(unknown.unwrap_err().to_string(), "account.industry: is named as an enum but is not served");
}
