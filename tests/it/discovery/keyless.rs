//! Tables without anything that tells their records apart: readable, also over links, but neither addressed nor written.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

const LOG: &str = "
    create table person (id integer primary key, name varchar(20) not null);
    create table \"log\" (person_id integer references person (id) on delete cascade, line varchar(20), n integer,
        rowid integer, ord integer, number integer, at date);
    insert into person values (1, 'Ada'), (2, 'Bob'), (3, 'Cy');
    insert into \"log\" values (1, 'b', 2, 10, 11, 12, '2024-01-02'), (1, 'a', 1, 20, 21, 22, null),
        (1, 'c', 3, 30, 31, 32, '2024-01-01'), (2, 'z', 9, 40, 41, 42, null), (null, 'x', 7, 50, 51, 52, null),
        (2, 'z', 9, 40, 41, 42, null);
    create table bare (n integer unique, note varchar(20)); insert into bare values (1, 'one'), (null, 'none'), (null, 'none');
    create table of_bare (id integer primary key, bare_id integer references bare (n));
    insert into of_bare values (1, 1), (2, null);";

async fn no_such_field(server: &Server, query: &str) {
    assert_eq!(server.code(query).await, "GRAPHQL_VALIDATION_FAILED", "{query}");
}

#[apply(backends)]
#[tokio::test]
async fn a_table_without_a_key_is_a_list_and_an_aggregate(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "keyless", LOG).await else { return };
    let data = server
        .data(
            "{ logs(orderBy: [{n: DESC}, {line: ASC}], where: {n: {gt: 1}}, first: 3, offset: 1) { line n rowid at person { name } }
               logsAggregate { count sum { n } } bares(orderBy: [{n: ASC}]) { n note } __type(name: \"Log\") { interfaces { name } } }",
        )
        .await;
    let expected = json!({
        "logs": [
            {"line": "z", "n": 9, "rowid": 40, "at": null, "person": {"name": "Bob"}},
            {"line": "x", "n": 7, "rowid": 50, "at": null, "person": null},
            {"line": "c", "n": 3, "rowid": 30, "at": "2024-01-01", "person": {"name": "Ada"}}
        ],
        "logsAggregate": {"count": 6, "sum": {"n": "31"}},
        "bares": [{"n": 1, "note": "one"}, {"n": null, "note": "none"}, {"n": null, "note": "none"}],
        "__type": {"interfaces": []}
    });
    assert_eq!(data, expected);
    let kind = server.data("{ entityDefinition(logicalName: \"log\") { kind primaryKey } }").await;
    assert_eq!(kind["entityDefinition"], json!({"kind": "TABLE", "primaryKey": []}));
    for missing in [
        "{ log(key: {n: 1}) { n } }",
        "{ logsConnection { totalCount } }",
        "{ logs { ref } }",
        "{ logs { etag } }",
        "{ people { logsConnection { totalCount } } }",
        "mutation { createLog(input: {n: 1}) { log { n } } }",
        "mutation { deleteLogs(where: {n: {eq: 1}}) { count } }",
        "mutation { associateLogPerson(key: {n: 1}, ref: {id: 1}) { changed } }",
        "mutation { createPerson(input: {id: 4, name: \"D\", logs: {create: [{n: 1}]}}) { person { name } } }",
    ] {
        no_such_field(&server, missing).await;
    }
    assert_eq!(server.code("{ node(ref: \"logs(1)\") { ref } }").await, "INVALID");
    let catalog = server.catalog();
    for table in ["log", "bare"] {
        let warned = catalog
            .warnings
            .iter()
            .any(|warning| warning.entity.ends_with(table) && warning.message.contains("has no primary key"));
        assert!(warned, "{table}: {:?}", catalog.warnings);
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_table_without_a_key_is_a_collection_of_what_it_references(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "keyless_collection", LOG).await else { return };
    let data = server
        .data(
            "{ people(orderBy: [{id: ASC}]) {
                 all: logs(orderBy: [{line: ASC}]) { line ord number person { name } }
                 page: logs(orderBy: [{n: DESC}], first: 1, offset: 1) { n }
                 dated: logs(where: {at: {isNull: false}}, orderBy: [{at: ASC}]) { at }
                 byName: logs(orderBy: [{person: {name: ASC}}, {n: ASC}], first: 2) { n person { name } }
                 typed: logs(first: 1) { __typename }
                 logsAggregate { count max { n } }
               }
               some: people(where: {logs: {some: {line: {eq: \"z\"}}}}) { name }
               none: people(where: {logs: {none: {}}}) { name } }",
        )
        .await;
    let person = |name: &str| json!({"name": name});
    let line =
        |line: &str, ord: i32, of: &str| json!({"line": line, "ord": ord, "number": ord + 1, "person": person(of)});
    let expected = json!([
        {
            "all": [line("a", 21, "Ada"), line("b", 11, "Ada"), line("c", 31, "Ada")],
            "page": [{"n": 2}], "dated": [{"at": "2024-01-01"}, {"at": "2024-01-02"}],
            "byName": [{"n": 1, "person": person("Ada")}, {"n": 2, "person": person("Ada")}],
            "typed": [{"__typename": "Log"}], "logsAggregate": {"count": 3, "max": {"n": 3}}
        },
        {
            "all": [line("z", 41, "Bob"), line("z", 41, "Bob")], "page": [{"n": 9}], "dated": [],
            "byName": [{"n": 9, "person": person("Bob")}, {"n": 9, "person": person("Bob")}],
            "typed": [{"__typename": "Log"}], "logsAggregate": {"count": 2, "max": {"n": 9}}
        },
        {"all": [], "page": [], "dated": [], "byName": [], "typed": [], "logsAggregate": {"count": 0, "max": {"n": null}}}
    ]);
    assert_eq!(data["people"], expected);
    assert_eq!((&data["some"], &data["none"]), (&json!([{"name": "Bob"}]), &json!([{"name": "Cy"}])));
}

#[apply(backends)]
#[tokio::test]
async fn what_leads_to_a_table_without_a_key_is_followed_and_its_lookup_is_written_as_a_value(
    #[case] backend: Backend,
) {
    let Some(server) = scratch(backend, "keyless_target", LOG).await else { return };
    let data =
        server.data("{ ofBares { id bareId bare { note } } bares(orderBy: [{n: ASC}]) { n ofBares { id } } }").await;
    let expected = json!({
        "ofBares": [{"id": 1, "bareId": 1, "bare": {"note": "one"}}, {"id": 2, "bareId": null, "bare": null}],
        "bares": [{"n": 1, "ofBares": [{"id": 1}]}, {"n": null, "ofBares": []}, {"n": null, "ofBares": []}]
    });
    assert_eq!(data, expected);
    let set =
        server.data("mutation { updateOfBare(key: {id: 2}, input: {bareId: 1}) { ofBare { bare { note } } } }").await;
    assert_eq!(set["updateOfBare"]["ofBare"]["bare"], json!({"note": "one"}));
}

#[apply(backends)]
#[tokio::test]
async fn records_without_a_key_go_with_their_record_as_the_database_says(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "keyless_cascade", LOG).await else { return };
    server.data("mutation { deletePerson(key: {id: 1}) { person { name } } }").await;
    let rest = server.sql("select count(*) as n from \"log\"").await;
    assert_eq!(rest, [json!({"n": 3})]);
    server.execute("create table held (person_id integer not null references person (id))").await;
    server.execute("insert into held values (2)").await;
    let again = server.another(|connection| relata::Gateway::builder(connection).discover(&[])).await;
    assert_eq!(again.code("mutation { deletePerson(key: {id: 2}) { person { name } } }").await, "RESTRICTED");
    assert_eq!(again.sql("select name from person where id = 2").await, [json!({"name": "Bob"})]);
}
