//! Values that only some databases have, or that their columns should not hold.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

/// The identifiers that a connection meets, one record per page.
async fn walk(server: &Server, order: &str) -> Vec<Value> {
    let (mut met, mut after) = (Vec::new(), Value::Null);
    for _ in 0..20 {
        let query = format!(
            "query($after: String) {{ thingsConnection(first: 1, after: $after, orderBy: [{order}]) {{
               nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let data = server.data_with(&query, json!({ "after": after })).await;
        let connection = &data["thingsConnection"];
        met.extend(connection["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()));
        after = connection["pageInfo"]["endCursor"].clone();
        if connection["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    met
}

#[tokio::test]
async fn what_is_no_finite_number_date_or_time_is_told_and_found() {
    let sql = "create table thing (id integer primary key, f double precision, s real, d numeric, day date, at timestamptz, t time);
        insert into thing values (1, 'NaN', 'NaN', 'NaN', 'infinity', 'infinity', '24:00:00'),
            (2, 'Infinity', 'Infinity', '1', '-infinity', '-infinity', '00:00:00'),
            (3, '-Infinity', '-Infinity', '-1', '2024-01-01', '0044-03-15 00:00:00+00 BC', '23:59:59.999999'),
            (4, null, null, null, null, null, null), (5, 0, 0, 0, '0044-03-15 BC', '2024-01-01Z', '12:00');";
    let Some(server) = scratch(Backend::Postgres, "special_values", sql).await else { return };
    let data = server.data("{ things(orderBy: [{id: ASC}], first: 3) { f s d day at t } }").await;
    let expected = json!([
        {"f": null, "s": null, "d": "NaN", "day": "infinity", "at": "infinity", "t": "24:00:00"},
        {"f": null, "s": null, "d": "1", "day": "-infinity", "at": "-infinity", "t": "00:00:00"},
        {"f": null, "s": null, "d": "-1", "day": "2024-01-01", "at": "-0043-03-15T00:00:00Z", "t": "23:59:59.999999"}
    ]);
    assert_eq!(data["things"], expected);
    for column in ["f", "s", "d", "day", "at", "t"] {
        let rows = server.sql(&format!("select id from thing order by {column}, id")).await;
        let expected: Vec<Value> = rows.iter().map(|row| row["id"].clone()).collect();
        assert_eq!(walk(&server, &format!("{{{column}: ASC}}")).await, expected, "{column}");
    }
    for (filter, id) in [
        ("d: {eq: \"NaN\"}", 1),
        ("day: {eq: \"infinity\"}", 1),
        ("at: {in: [\"-infinity\"]}", 2),
        ("t: {eq: \"24:00:00\"}", 1),
        ("day: {lt: \"0001-01-01\", ne: \"-infinity\"}", 5),
        ("at: {eq: \"-0043-03-15T00:00:00Z\"}", 3),
    ] {
        let data = server.data(&format!("{{ things(where: {{{filter}}}) {{ id }} }}")).await;
        assert_eq!(data, json!({"things": [{"id": id}]}), "{filter}");
    }
    // They are answered, but not taken.
    for value in ["d: \"NaN\"", "day: \"infinity\"", "t: \"24:00:00\""] {
        let create = format!("mutation {{ createThing(input: {{id: 9, {value}}}) {{ outcome }} }}");
        assert_eq!(server.code(&create).await, "INVALID", "{value}");
    }
    // A digest tells what is no number from nothing.
    let mut etags = Vec::new();
    for value in ["'NaN'", "'Infinity'", "null"] {
        server.execute(&format!("update thing set f = {value} where id = 1")).await;
        etags.push(server.data("{ thing(key: {id: 1}) { etag } }").await["thing"]["etag"].to_string());
    }
    etags.dedup();
    assert_eq!(etags.len(), 3, "{etags:?}");
}

#[tokio::test]
async fn sqlite_columns_hold_values_of_any_storage_class() {
    let sql = "create table thing (id integer primary key, untyped, b boolean, bytes blob, at datetime, day date, v varchar(9), n numeric);
        insert into thing values (1, 5, 'true', 'text', 1700000000, '2024-01-01 10:00:00', 5, '1.50'),
            (2, 1.5, 'f', 7, 2451545.0, '2024-01-02', 1.5, 2), (3, 'five', 1, x'00ff', 1700000000.25, null, x'41', 1e300),
            (4, x'6869', 0.0, null, '2024-01-01T10:00:00+02:00', 2451545, 'x', -0.5), (5, '5', null, null, null, null, null, null);
        create table untyped_key (k primary key, n integer); insert into untyped_key values (1, 10), ('one', 20), (2.5, 30);
        create table untyped_child (id integer primary key, k references untyped_key (k));
        insert into untyped_child values (1, 1), (2, 'one'), (3, 1);";
    let server = scratch(Backend::Sqlite, "storage_classes", sql).await.unwrap();
    let data = server.data("{ things(orderBy: [{id: ASC}], first: 4) { untyped b bytes at day v n } }").await;
    let expected = json!([
        {"untyped": "5", "b": true, "bytes": "dGV4dA==", "at": "2023-11-14T22:13:20Z", "day": "2024-01-01", "v": "5", "n": "1.5"},
        {"untyped": "1.5", "b": false, "bytes": "Nw==", "at": "2000-01-01T12:00:00Z", "day": "2024-01-02", "v": "1.5", "n": "2"},
        {"untyped": "five", "b": true, "bytes": "AP8=", "at": "2023-11-14T22:13:20.25Z", "day": null, "v": "A",
            "n": format!("1{}", "0".repeat(300))},
        {"untyped": "hi", "b": false, "bytes": null, "at": "2024-01-01T08:00:00Z", "day": "2000-01-01", "v": "x", "n": "-0.5"}
    ]);
    assert_eq!(data["things"], expected);
    for (filter, ids) in [
        ("untyped: {eq: \"5\"}", json!([{"id": 1}, {"id": 5}])),
        ("untyped: {in: [\"1.5\", \"five\"]}", json!([{"id": 2}, {"id": 3}])),
        ("untyped: {eq: \"hi\"}", json!([{"id": 4}])),
        ("at: {eq: \"2000-01-01T12:00:00Z\"}", json!([{"id": 2}])),
        ("at: {gt: \"2023-11-14T22:13:20Z\", lt: \"2023-12-01T00:00:00Z\"}", json!([{"id": 3}])),
        ("day: {eq: \"2000-01-01\"}", json!([{"id": 4}])),
    ] {
        let data = server.data(&format!("{{ things(where: {{{filter}}}, orderBy: [{{id: ASC}}]) {{ id }} }}")).await;
        assert_eq!(data["things"], ids, "{filter}");
    }
    let data = server
        .data(
            "{ untypedKeys(orderBy: [{n: ASC}]) { ref k untypedChildren(orderBy: [{id: ASC}]) { id } }
               one: untypedKey(key: {k: \"1\"}) { n } text: untypedKey(key: {k: \"one\"}) { n }
               node(ref: \"untypedKeys('2.5')\") { ... on UntypedKey { n } } untypedChildren { kUntypedKey { n } } }",
        )
        .await;
    let expected = json!({
        "untypedKeys": [
            {"ref": "untypedKeys('1')", "k": "1", "untypedChildren": [{"id": 1}, {"id": 3}]},
            {"ref": "untypedKeys('one')", "k": "one", "untypedChildren": [{"id": 2}]},
            {"ref": "untypedKeys('2.5')", "k": "2.5", "untypedChildren": []}
        ],
        "one": {"n": 10}, "text": {"n": 20}, "node": {"n": 30},
        "untypedChildren": [{"kUntypedKey": {"n": 10}}, {"kUntypedKey": {"n": 20}}, {"kUntypedKey": {"n": 10}}]
    });
    assert_eq!(data, expected);
}

#[tokio::test]
async fn a_value_that_its_type_does_not_have_says_where_it_is() {
    let sql = "create table thing (id integer primary key, n integer, name varchar(9)); insert into thing values (1, 'many', 'a');";
    let server = scratch(Backend::Sqlite, "misfit", sql).await.unwrap();
    let response = server.run("{ things { n } }", json!({})).await;
    let error = &response["errors"][0];
    assert_eq!(error["extensions"]["code"], "UNSUPPORTED", "{response:#}");
    assert!(error["message"].as_str().unwrap().contains("Int"), "{response:#}");
    assert_eq!(server.data("{ things { name etag } }").await["things"][0]["name"], "a");
}

/// PostgreSQL alone has decimals that are no numbers, or infinite (version 14 or newer).
#[apply(backends)]
#[tokio::test]
async fn decimals_are_compared_with_what_their_database_has(#[case] backend: Backend) {
    let sql =
        "create table thing (id integer primary key, d numeric(10, 2)); insert into thing values (1, 1.5), (2, null);";
    let Some(server) = scratch(backend, "beyond_decimals", sql).await else { return };
    for (filter, found) in [
        ("eq: \"NaN\"", json!([])),
        ("lt: \"NaN\"", json!([{"id": 1}])),
        ("gt: \"-Infinity\"", json!([{"id": 1}])),
        ("in: [\"1.5\", \"Infinity\"]", json!([{"id": 1}])),
        ("between: [\"0\", \"Infinity\"]", json!([{"id": 1}])),
    ] {
        let query = format!("{{ things(where: {{d: {{{filter}}}}}) {{ id }} }}");
        match backend {
            Backend::Postgres => assert_eq!(server.data(&query).await["things"], found, "{filter}"),
            _ => assert_eq!(server.code(&query).await, "INVALID", "{filter}"),
        }
    }
    if backend == Backend::Sqlite {
        // Its columns hold what they do not declare.
        server.execute("insert into thing values (3, 9e999)").await;
        assert_eq!(server.code("{ things { d } }").await, "UNSUPPORTED");
    }
}

/// The schema promises that such a field is never null, and a client's types rely on it.
#[apply(backends)]
#[tokio::test]
async fn a_required_value_that_has_no_spelling_makes_its_field_unsupported(#[case] backend: Backend) {
    let (ty, value) = match backend {
        Backend::Sqlite => ("double precision", "9e999"),
        Backend::Postgres => ("double precision", "'NaN'"),
        Backend::MariaDb => ("date", "'0000-00-00'"),
    };
    let sql = format!(
        "create table thing (id integer primary key, v {ty} not null, w {ty}, doc json not null);
         create table part (id integer primary key, thing_id integer references thing (id));
         insert into thing values (1, {value}, {value}, 'null'); insert into part values (7, 1);"
    );
    let sql = match backend {
        Backend::MariaDb => format!("set @mode = @@sql_mode, sql_mode = ''; {sql} set sql_mode = @mode"),
        _ => sql,
    };
    let Some(server) = scratch(backend, "no_spelling", &sql).await else { return };
    for query in ["{ things { id v } }", "{ thing(key: {id: 1}) { v } }", "{ parts { id thing { v } } }"] {
        let answer = server.run(query, json!({})).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "UNSUPPORTED", "{query}: {answer:#}");
        assert!(error["message"].as_str().unwrap().starts_with("v: "), "{answer:#}");
    }
    let data = server.data("{ things { id w doc } thingsConnection(orderBy: [{v: ASC}]) { nodes { id } } }").await;
    // The document is one: the column holds it and is not null.
    assert_eq!(data["things"], json!([{"id": 1, "w": null, "doc": null}]));
    assert_eq!(data["thingsConnection"]["nodes"], json!([{"id": 1}]));
}

/// MariaDB keeps UUIDs in an order that has no place for them, and refuses their text.
#[tokio::test]
async fn uuids_that_mariadb_has_no_place_for_are_refused() {
    let sql = "create table thing (id integer primary key, u uuid)";
    let Some(server) = scratch(Backend::MariaDb, "odd_uuids", sql).await else { return };
    let (odd, future) = ("11223344-5566-8788-09aa-bbccddeeff00", "11223344-5566-f788-89aa-bbccddeeff00");
    let create = |id: i32, uuid: &str| {
        format!("mutation {{ createThing(input: {{id: {id}, u: \"{uuid}\"}}) {{ thing {{ u }} }} }}")
    };
    assert_eq!(server.code(&create(1, odd)).await, "INVALID");
    let data = server.data(&create(2, future)).await;
    assert_eq!(data["createThing"]["thing"]["u"], future);
    let query = format!("{{ things(where: {{u: {{eq: \"{odd}\"}}}}) {{ id }} }}");
    assert_eq!(server.data(&query).await["things"], json!([]));
    let query = format!("{{ things(where: {{u: {{in: [\"{odd}\", \"{future}\"]}}}}) {{ id }} }}");
    assert_eq!(server.data(&query).await["things"], json!([{"id": 2}]));
}
