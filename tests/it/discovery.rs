//! Databases of every shape, discovered and queried.

mod check;
mod generated;
mod keyless;
mod links;
mod mariadb;
mod mismatch;
mod names;
mod odd;
mod odd_postgres;
mod postgres;
mod sdl;
mod wild;

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn a_view_is_a_list_and_an_aggregate_without_keys(#[case] backend: Backend) {
    let sql = "create table item (id integer primary key, name varchar(20) not null, price integer not null);
        insert into item values (1, 'pen', 3), (2, 'ink', 9), (3, 'cup', 5);
        create view dear_item as select name, price from item where price > 4;";
    let Some(server) = scratch(backend, "view", sql).await else { return };
    let data = server
        .data("{ dearItems(orderBy: [{price: DESC}]) { name price } dearItemsAggregate(where: {price: {lt: 9}}) { count } }")
        .await;
    let expected = json!({
        "dearItems": [{"name": "ink", "price": 9}, {"name": "cup", "price": 5}],
        "dearItemsAggregate": {"count": 1}
    });
    assert_eq!(data, expected);
    for missing in ["{ dearItem(key: {}) { name } }", "{ dearItemsConnection { totalCount } }", "{ dearItems { ref } }"]
    {
        assert_eq!(server.code(missing).await, "GRAPHQL_VALIDATION_FAILED", "{missing}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_unique_constraint_without_nulls_stands_for_a_missing_key(#[case] backend: Backend) {
    let sql = "create table code (code varchar(5) not null unique, label varchar(20)); insert into code values ('a', 'Alpha');";
    let Some(server) = scratch(backend, "unique_key", sql).await else { return };
    let data = server.data("{ code(key: {code: \"a\"}) { ref label } node(ref: \"codes('a')\") { ref } }").await;
    assert_eq!(data, json!({"code": {"ref": "codes('a')", "label": "Alpha"}, "node": {"ref": "codes('a')"}}));
}
