//! What only MariaDB has.

use relata::Gateway;
use serde_json::{Value, json};

use crate::support::{Backend, Server, empty, run_sql, scratch};

const ODD: &str = "
    create table odd (id integer primary key, day date not null, moment datetime, took time, flags bit(9), on_off bit(1),
        place point, kind set('a','b'), folded varchar(20) collate utf8mb4_general_ci unique, old varchar(20) character set latin1);
    set sql_mode = '';
    insert into odd values
        (1, '0000-00-00', '2024-00-01 00:00:00', '10:00:00', b'100000001', b'1', point(1, 2), 'a,b', 'Grün', 'été'),
        (2, '2024-02-29', '2024-02-29 12:00:00', '-01:00:00', b'0', b'0', null, '', 'ÉTÉ', 'x'),
        (3, '2024-02-29', null, '35:00:00', null, null, null, null, null, null);
    set sql_mode = default";

async fn odd(name: &str) -> Option<Server> {
    scratch(Backend::MariaDb, name, ODD).await
}

#[tokio::test]
async fn dates_that_are_none_are_null_and_what_has_no_type_is_left_out() {
    let Some(server) = odd("mariadb_odd").await else { return };
    let data = server.data("{ odds(orderBy: [{id: ASC}]) { id moment flags onOff kind folded old } }").await;
    let expected = json!([
        { "id": 1, "moment": null, "flags": "257", "onOff": true, "kind": "a,b", "folded": "Grün", "old": "été" },
        { "id": 2, "moment": "2024-02-29T12:00:00Z", "flags": "0", "onOff": false, "kind": "", "folded": "ÉTÉ", "old": "x" },
        { "id": 3, "moment": null, "flags": null, "onOff": null, "kind": null, "folded": null, "old": null },
    ]);
    assert_eq!(data["odds"], expected);
    // The schema promises that a day is not null.
    assert_eq!(server.code("{ odds { day } }").await, "UNSUPPORTED");
    let data = server.data("{ odds(where: {id: {gt: 1}}) { day } }").await;
    assert_eq!(data["odds"], json!([{ "day": "2024-02-29" }, { "day": "2024-02-29" }]));
    let catalog = Gateway::builder(server.connection().clone()).discover(&[]).catalog().await.unwrap();
    let warnings: Vec<String> = catalog.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|warning| warning.contains("place") && warning.contains("point")), "{warnings:?}");
}

#[tokio::test]
async fn a_time_that_is_none_of_a_day_is_told_by_its_field() {
    let Some(server) = odd("mariadb_time").await else { return };
    assert_eq!(server.data("{ odds(where: {id: {eq: 1}}) { took } }").await["odds"], json!([{ "took": "10:00:00" }]));
    for id in [2, 3] {
        let answer = server.run(&format!("{{ odds(where: {{id: {{eq: {id}}}}}) {{ took }} }}"), json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNSUPPORTED", "{answer}");
    }
}

#[tokio::test]
async fn letter_case_counts_as_the_collation_says_for_equality_alone() {
    let Some(server) = odd("mariadb_case").await else { return };
    let ids = async |filter: &str| -> Value {
        let data = server.data(&format!("{{ odds(where: {{{filter}}}, orderBy: [{{id: ASC}}]) {{ id }} }}")).await;
        data["odds"].as_array().unwrap().iter().map(|odd| odd["id"].clone()).collect()
    };
    assert_eq!(ids("folded: {eq: \"grun\"}").await, json!([1]));
    assert_eq!(ids("folded: {in: [\"GRUN\", \"ete\"]}").await, json!([1, 2]));
    assert_eq!(ids("folded: {contains: \"É\"}").await, json!([2]));
    assert_eq!(ids("folded: {contains: \"é\"}").await, json!([]));
    assert_eq!(ids("folded: {containsIgnoreCase: \"é\"}").await, json!([2]));
    assert_eq!(ids("old: {contains: \"é\"}").await, json!([1]));
    assert_eq!(ids("old: {startsWith: \"É\"}").await, json!([]));
    assert_eq!(ids("old: {startsWithIgnoreCase: \"É\"}").await, json!([1]));
    let data = server.data("{ odd(key: {folded: \"été\"}) { id } }").await;
    assert_eq!(data["odd"], json!({ "id": 2 }));
    let answer = server.run("{ odds(where: {old: {eq: \"東\"}}) { id } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID", "{answer}");
}

#[tokio::test]
async fn children_are_found_whatever_the_letter_case_of_their_lookups() {
    let tables = "create table code (code varchar(9) collate utf8mb4_general_ci primary key);
        create table item (id integer primary key, code varchar(9) collate utf8mb4_general_ci,
            foreign key (code) references code (code));
        insert into code values ('Ab'), ('cd'); insert into item values (1, 'aB'), (2, 'AB'), (3, 'cd');";
    let Some(server) = scratch(Backend::MariaDb, "mariadb_children", tables).await else { return };
    let data = server.data("{ codes(orderBy: [{code: ASC}]) { code items(orderBy: [{id: ASC}]) { id } } }").await;
    let expected = json!([
        { "code": "Ab", "items": [{ "id": 1 }, { "id": 2 }] },
        { "code": "cd", "items": [{ "id": 3 }] },
    ]);
    assert_eq!(data["codes"], expected);
}

/// The server's own settings are others: REPEATABLE READ, and a zero that asks for the next number.
#[tokio::test]
async fn every_session_of_the_gateways_pool_is_set_up() {
    let Some(url) = empty(Backend::MariaDb, "mariadb_sessions").await else { return };
    let options = relata::execute::Database::options(&url, 3);
    let connection = sea_orm::Database::connect(options).await.unwrap();
    let pool = connection.get_mysql_connection_pool();
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut session = pool.acquire().await.unwrap();
        let (mode, isolation): (String, String) =
            sqlx::query_as("select @@sql_mode, @@tx_isolation").fetch_one(&mut *session).await.unwrap();
        assert!(mode.contains("STRICT_ALL_TABLES") && mode.contains("NO_AUTO_VALUE_ON_ZERO"), "{mode}");
        assert_eq!(isolation, "READ-COMMITTED");
        held.push(session);
    }
    drop(held);
    run_sql(&connection, "create table zero (id integer auto_increment primary key, label varchar(9))").await;
    let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    let server = Server::start(gateway, connection).await;
    let create = "mutation { a: createZero(input: {label: \"a\"}) { zero { id } } b: createZero(input: {id: 0}) { zero { id } } }";
    let data = server.data(create).await;
    assert_eq!(data, json!({"a": {"zero": {"id": 1}}, "b": {"zero": {"id": 0}}}));
}

/// Each table is permanent at once: a gateway may have been stopped when it had made one of its own two.
#[tokio::test]
async fn the_first_definition_can_be_made_again_after_it_was_stopped() {
    let tables = "create table agent (id integer primary key); create table deal (id integer primary key);
        create table relata_definition (schema_name varchar(768) collate utf8mb4_bin not null primary key,
            definition mediumtext collate utf8mb4_bin not null);";
    let Some(server) = scratch(Backend::MariaDb, "mariadb_stopped", tables).await else { return };
    let define = "mutation { createOneToManyRelationship(input: {schemaName: \"deal_agent\" referencedEntity: \"agent\"
        referencingEntity: \"deal\" lookup: {name: \"agent_id\"}}) { schemaName } }";
    let defined = json!({ "createOneToManyRelationship": { "schemaName": "deal_agent" } });
    assert_eq!(server.data(define).await, defined);
    let again = Gateway::builder(server.connection().clone()).discover(&[]).build().await.unwrap();
    assert!(again.sdl().contains("agent: Agent"));
}
