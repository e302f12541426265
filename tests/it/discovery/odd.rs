//! Databases that nobody designed for a gateway: whatever is in them, it starts, and says what it left out.

use serde_json::json;

use super::check::{everything_is_read, warned};
use crate::support::{Backend, scratch};

/// Foreign keys of every shape that every database has.
const LINKS: &str = "
    create table target (a integer not null, b integer not null, c integer unique, d integer, primary key (a, b), unique (c, d));
    create table source (id integer primary key, x integer, y integer, z integer,
        foreign key (x, y) references target (a, b), foreign key (y, x) references target (b, a),
        foreign key (x, y) references target (a, b), foreign key (z) references target (c),
        foreign key (z) references target (c) on delete cascade, foreign key (z, x) references target (c, d));
    create table self (id integer primary key, a integer references self (id), b integer references self (id),
        foreign key (id) references self (id));
    create table one_to_one (id integer primary key references source (id) references target (c));
    create table ring_a (id integer primary key, b_id integer);
    create table ring_b (id integer primary key, a_id integer references ring_a (id));
    insert into target values (1, 2, 3, 4), (5, 6, 7, 8); insert into source values (3, 5, 6, null), (7, null, 6, 7);
    insert into self values (1, 1, null), (2, 1, 2); insert into one_to_one values (3), (7);
    insert into ring_a values (1, 1); insert into ring_b values (1, 1);";

#[rstest::rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn foreign_keys_of_any_shape_are_relationships(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "odd_links", LINKS).await else { return };
    everything_is_read(&server, backend, &[]).await;
    let catalog = server.catalog();
    let of_source = catalog.find_entity("source").unwrap();
    // Both spellings of one pair of columns are one relationship; so are two foreign keys over the same columns.
    assert_eq!(catalog.entity(of_source).navigation.iter().filter(|end| end.partner.is_some()).count(), 4);
    let data = server.data("{ sources(orderBy: [{id: ASC}]) { oneToOne { id } } selves { selvesByA { id } } }").await;
    assert_eq!(data["sources"], json!([{"oneToOne": {"id": 3}}, {"oneToOne": {"id": 7}}]));
    assert_eq!(data["selves"], json!([{"selvesByA": [{"id": 1}, {"id": 2}]}, {"selvesByA": []}]));
}

#[rstest::rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_table_with_very_many_columns_is_served(#[case] backend: Backend) {
    let columns: Vec<String> = (0..1_590).map(|number| format!("c{number} integer")).collect();
    let ones = vec!["1"; 1_590].join(", ");
    let sql = format!(
        "create table wide (id integer primary key, {columns}); insert into wide values (1, {ones});
         create table keyless ({columns}); insert into keyless values ({ones});",
        columns = columns.join(", ")
    );
    let Some(server) = scratch(backend, "odd_wide", &sql).await else { return };
    everything_is_read(&server, backend, &[]).await;
    let data = server.data("{ wides { etag c1589 } keylesses(orderBy: [{c1500: DESC}]) { c7 } }").await;
    assert_eq!(data["wides"][0]["c1589"], 1);
    assert_eq!(data["keylesses"], json!([{"c7": 1}]));
}

/// Names of tables and columns: each is a table, and all are columns of one more.
const NAMES: &[&str] = &[
    "with space",
    "quo\"te",
    "apo'strophe",
    "back`tick",
    "semi;colon",
    "per%cent",
    "under_",
    "_over",
    "__both__",
    "Ünïcode",
    "ÜNÏCODE",
    "straße",
    "日本語",
    "🦀",
    "🦀🦀",
    "?",
    "!",
    "-",
    "1st",
    "9",
    "UPPER",
    "lower",
    "MixedCase",
    "mixed_case",
    "select",
    "from",
    "where",
    "group",
    "order",
    "table",
    "user",
    "fragment",
    "query",
    "mutation",
    "subscription",
    "type",
    "input",
    "enum",
    "on",
    "null",
    "true",
    "false",
    "ref",
    "etag",
    "and",
    "or",
    "not",
    "some",
    "every",
    "none",
    "__typename",
    "__schema",
    "__type",
    "Node",
    "PageInfo",
    "Int",
    "String",
    "ID",
    "Boolean",
    "Sort",
    "rowid",
    "oid",
    "ctid_",
    "ord",
    "k0",
    "number",
    "list",
    "key",
    "value",
    "count",
    "first",
    "offset",
    "after",
    "input_",
    "id_",
    "a.b",
    "a/b",
    "a\\b",
    "a$b",
    "a:b",
    "a?b",
    "$1",
    ":p",
    "@p",
    "{x}",
    "[y]",
    "(z)",
    "tab\there",
    "new\nline",
    "relationship",
    "entity_definition",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

#[rstest::rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn names_of_any_kind_are_served(#[case] backend: Backend) {
    let quoted: Vec<String> = NAMES.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let tables = quoted.iter().map(|name| {
        format!(
            "create table {name} ({name} integer primary key, \"up to\" integer references {name} ({name}));
             insert into {name} values (1, null), (2, 1);"
        )
    });
    let columns: Vec<String> = quoted.iter().map(|name| format!("{name} varchar(70)")).collect();
    let values: Vec<String> = NAMES.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
    let all = format!(
        "create table \"all of them\" (the_key integer primary key, {}); insert into \"all of them\" values (1, {});",
        columns.join(", "),
        values.join(", ")
    );
    let Some(server) = scratch(backend, "odd_names_all", &(tables.collect::<String>() + &all)).await else { return };
    assert_eq!(server.catalog().entities.len(), NAMES.len() + 1);
    everything_is_read(&server, backend, &[]).await;
    // A change is written to the table and column that it is about.
    let catalog = server.catalog();
    for name in NAMES {
        let entity = catalog.entities.iter().find(|entity| entity.table.name == *name).unwrap();
        let up = &entity.navigation.iter().find(|end| !end.collection).unwrap().name;
        let key = &entity.attribute(entity.primary_key[0]).name;
        let (one, ty) = (&entity.logical_name, &entity.type_name);
        let create = format!(
            "mutation {{ create{ty}(input: {{{key}: 3, {up}: {{ref: {{{key}: 2}}}}}}) {{ {one} {{ {up} {{ {key} }} }} }} }}"
        );
        let data = server.data(&create).await;
        assert_eq!(data[format!("create{ty}")][one][up][key], 2, "{name}");
    }
}

#[tokio::test]
async fn what_only_sqlite_has_is_served_or_left_out() {
    let sql = "
        pragma foreign_keys = off;
        create table plain (id integer primary key, untyped, weird \"some (odd) type, with (9)\", at datetime default current_timestamp,
            upper_name text generated always as (upper(untyped)) stored, length integer as (length(untyped)) virtual);
        create table \"no rowid\" (code text primary key, n integer) without rowid;
        create table strictly (id integer primary key, i int, r real, t text, b blob, a any) strict;
        create table rowids (rowid text, oid text, _rowid_ text);
        create table expression_default (id integer primary key, token text not null default (hex(randomblob(4))), n integer default (1 + 1));
        create virtual table words using fts5 (title, body);
        create virtual table boxes using rtree (id, x0, x1);
        create virtual table pages using dbstat (main);
        create table gone (id integer primary key, name text);
        create view over_gone as select id, name from gone;
        create view over_view as select id from over_gone;
        create view good as select id, untyped as u, count(*) over () as n from plain;
        create table lost (id integer primary key, gone_id integer references gone (id), never_id integer references never (id),
            column_id integer references rowids (missing), not_key integer references rowids (oid), good_id integer references good (id));
        drop table gone;
        create table keyed_by_null (code text primary key, n integer);
        create table sequences (id integer primary key autoincrement);
        create temporary table passing (id integer primary key);
        create table mixed (id integer primary key, v);
        insert into plain (id, untyped, weird) values (1, 'x', 'y'), (2, 5, 1.5), (3, null, x'6162');
        insert into \"no rowid\" values ('a', 1); insert into strictly values (1, 2, 3.5, 't', x'01', 'any');
        insert into rowids values ('r', 'o', 'u'), ('r', 'o', 'u'); insert into expression_default (id) values (1);
        insert into words values ('hello', 'world'); insert into boxes values (1, 0.0, 1.5);
        insert into lost values (1, 7, 8, 9, 10, 1); insert into mixed values (1, 1), (2, 1.5), (3, 'one'), (4, null), (5, x'6f');";
    let server = scratch(Backend::Sqlite, "odd_sqlite", sql).await.unwrap();
    everything_is_read(&server, Backend::Sqlite, &[]).await;
    warned(&server, "over_gone", "left out: the database cannot read it: no such table: main.gone");
    warned(&server, "over_view", "left out: the database cannot read it");
    warned(&server, "lost.gone_id", "leads to gone, which is not served: left out");
    warned(&server, "lost.never_id", "leads to never, which is not served: left out");
    warned(&server, "lost.column_id", "left out");
    warned(&server, "lost.not_key", "left out");
    warned(&server, "lost.good_id", "left out");
    warned(&server, "rowids", "has no primary key");
    let catalog = server.catalog();
    let tables: Vec<&str> = catalog.entities.iter().map(|entity| entity.table.name.as_str()).collect();
    for shadow in ["words_data", "boxes_node", "passing", "over_gone", "over_view", "sqlite_sequence"] {
        assert!(!tables.contains(&shadow), "{shadow}");
    }
    let data = server
        .data(
            "mutation { createExpressionDefault(input: {id: 2}) { expressionDefault { n token } }
               createPlain(input: {id: 9, untyped: \"z\"}) { plain { upperName length } } }",
        )
        .await;
    assert_eq!(data["createPlain"]["plain"], json!({"upperName": "Z", "length": 1}));
    assert_eq!(data["createExpressionDefault"]["expressionDefault"]["n"], 2);
}

#[tokio::test]
async fn a_table_that_sqlite_has_no_module_for_is_left_out() {
    let sql = "create table fine (id integer primary key); insert into fine values (1);
        pragma writable_schema = on;
        insert into sqlite_schema (type, name, tbl_name, rootpage, sql)
            values ('table', 'alien', 'alien', 0, 'CREATE VIRTUAL TABLE alien USING no_such_module (a)');
        pragma writable_schema = reset;";
    let server = scratch(Backend::Sqlite, "odd_module", sql).await.unwrap();
    everything_is_read(&server, Backend::Sqlite, &[]).await;
    warned(&server, "alien", "no such module: no_such_module");
    assert_eq!(server.data("{ fines { id } }").await, json!({"fines": [{"id": 1}]}));
}
