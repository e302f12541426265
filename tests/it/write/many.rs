//! Records written many at once, and those that may be there already.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, cast, pluck, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn many_records_are_created_in_the_order_of_the_inputs(#[case] backend: Backend) {
    let Some(server) = cast(backend, "create_many").await else { return };
    let data = server
        .write(
            "mutation { createChildren(inputs: [{id: 12, name: \"C12\", parent: {ref: {id: 1}}}, {id: 11, name: \"C11\"},
                {id: 13, name: \"C13\", parent: {create: {id: 9, name: \"P9\"}}, toys: {associate: [{id: 3}]}}]) {
              count children { id parent { name } toys { id } } } }",
        )
        .await;
    let children = json!([
        { "id": 12, "parent": { "name": "P1" }, "toys": [] },
        { "id": 11, "parent": null, "toys": [] },
        { "id": 13, "parent": { "name": "P9" }, "toys": [{ "id": 3 }] }
    ]);
    assert_eq!(data["createChildren"], json!({ "count": 3, "children": children }));
    let data = server.write("mutation { createChildren(inputs: []) { count children { id } } }").await;
    assert_eq!(data["createChildren"], json!({ "count": 0, "children": [] }));
    server
        .refuses(
            "mutation { createChildren(inputs: [{id: 20, name: \"C20\"}, {id: 12, name: \"C12\"}]) { count } }",
            "CONFLICT",
        )
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn an_update_of_many_writes_values_and_single_links(#[case] backend: Backend) {
    let Some(server) = cast(backend, "update_many").await else { return };
    let data = server
        .write(
            "mutation { updateChildren(where: {parent: {id: {eq: 1}}}, atMost: 2, input: {level: 7, parent: {ref: {id: 3}}}) {
                count children { id level parent { id children { id } } } } }",
        )
        .await;
    let parent = json!({ "id": 3, "children": [{ "id": 1 }, { "id": 2 }] });
    let children = json!([{ "id": 1, "level": 7, "parent": parent }, { "id": 2, "level": 7, "parent": parent }]);
    assert_eq!(data["updateChildren"], json!({ "count": 2, "children": children }));
    let data = server
        .write("mutation { updateChildren(where: {id: {in: [1, 2]}}, atMost: 9, input: {parent: null}) { count } }")
        .await;
    assert_eq!(data["updateChildren"]["count"], 2);
    assert_eq!(server.number("select count(*) as v from child where parent_id is null").await, 3);
    for input in [
        "{toys: {associate: [{id: 1}]}}",
        "{toys: {replace: []}}",
        "{parent: {create: {id: 9, name: \"P9\"}}}",
        "{toys: {create: [{name: \"T9\"}]}}",
    ] {
        let mutation = format!("mutation {{ updateChildren(where: {{id: {{eq: 1}}}}, input: {input}) {{ count }} }}");
        server.refuses(&mutation, "INVALID").await;
    }
    let data = server
        .write("mutation { updateChildren(where: {id: {eq: 99}}, input: {level: 7}) { count children { id } } }")
        .await;
    assert_eq!(data["updateChildren"], json!({ "count": 0, "children": [] }));
}

#[apply(backends)]
#[tokio::test]
async fn an_upsert_creates_or_updates(#[case] backend: Backend) {
    let Some(server) = cast(backend, "upsert").await else { return };
    let upsert = |key: &str, input: &str| {
        format!(
            "mutation {{ upsertChild(key: {key}, input: {input}) {{ outcome child {{ id name email level parent {{ id }} }} }} }}"
        )
    };
    let data = server.write(&upsert("{id: 9}", "{name: \"C9\", parent: {ref: {id: 2}}}")).await;
    let child = json!({ "id": 9, "name": "C9", "email": null, "level": 1, "parent": { "id": 2 } });
    assert_eq!(data["upsertChild"], json!({ "outcome": "CREATED", "child": child }));
    let data = server.write(&upsert("{id: 9}", "{name: \"C9b\"}")).await;
    let child = json!({ "id": 9, "name": "C9b", "email": null, "level": 1, "parent": { "id": 2 } });
    assert_eq!(data["upsertChild"], json!({ "outcome": "UPDATED", "child": child }));
    // By another key.
    let data = server.write(&upsert("{email: \"c1@example.org\"}", "{name: \"C1b\"}")).await;
    assert_eq!((&data["upsertChild"]["outcome"], &data["upsertChild"]["child"]["id"]), (&json!("UPDATED"), &json!(1)));
    let data = server.write(&upsert("{email: \"new@example.org\"}", "{id: 10, name: \"C10\"}")).await;
    let child = json!({ "id": 10, "name": "C10", "email": "new@example.org", "level": 1, "parent": null });
    assert_eq!(data["upsertChild"], json!({ "outcome": "CREATED", "child": child }));
    // A key that says something else than the input.
    for (key, input) in [
        ("{id: 11}", "{id: 12, name: \"C\"}"),
        ("{email: \"a@example.org\"}", "{id: 13, name: \"C\", email: \"b@example.org\"}"),
    ] {
        server.refuses(&upsert(key, input), "INVALID").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn an_upsert_addresses_composite_keys_and_references(#[case] backend: Backend) {
    let Some(server) = cast(backend, "upsert_composite").await else { return };
    let upsert = |key: &str, label: &str| {
        format!(
            "mutation {{ upsertShelf(key: {key}, input: {{aisle: 7, position: 8, label: \"{label}\"}}) {{ outcome shelf {{ ref label }} }} }}"
        )
    };
    let shelf = |label: &str| json!({ "ref": "shelves(aisle=7,position=8)", "label": label });
    let data = server.write(&upsert("{aislePosition: {aisle: 7, position: 8}}", "one")).await;
    assert_eq!(data["upsertShelf"], json!({ "outcome": "CREATED", "shelf": shelf("one") }));
    let data = server.write(&upsert("{ref: \"shelves(aisle=7,position=8)\"}", "two")).await;
    assert_eq!(data["upsertShelf"], json!({ "outcome": "UPDATED", "shelf": shelf("two") }));
    assert_eq!(server.number("select count(*) as v from shelf where aisle = 7").await, 1);
}

#[apply(backends)]
#[tokio::test]
async fn records_that_are_deleted_are_shown_as_they_were(#[case] backend: Backend) {
    let Some(server) = cast(backend, "delete_many").await else { return };
    let data = server
        .write("mutation { deleteChildren(where: {parent: {id: {eq: 1}}}, atMost: 2) { count children { id name parent { name } } } }")
        .await;
    let parent = json!({ "name": "P1" });
    let children = json!([{ "id": 1, "name": "C1", "parent": parent }, { "id": 2, "name": "C2", "parent": parent }]);
    assert_eq!(data["deleteChildren"], json!({ "count": 2, "children": children }));
    // The toys of the first went with it.
    assert_eq!(server.texts("select cast(id as text) as v from toy order by id").await, ["3"]);
    let data = server
        .write("mutation { deleteChild(key: {email: \"c4@example.org\"}) { outcome child { ref parent { id } } } }")
        .await;
    assert_eq!(
        data["deleteChild"],
        json!({ "outcome": "DELETED", "child": { "ref": "children(4)", "parent": { "id": 2 } } })
    );
    let data = server.data("{ children { id } }").await;
    assert_eq!(pluck(&data["children"], "id"), ["3"]);
    assert_eq!(server.data("{ child(key: {id: 1}) { id } }").await["child"], Value::Null);
}

/// A key of a client and a key that was read are the same value in other clothes.
#[apply(backends)]
#[tokio::test]
async fn links_to_records_whose_keys_are_floating_point_numbers(#[case] backend: Backend) {
    let tables = "create table holder (id integer primary key, name varchar(9));
        create table level (k double precision primary key, name varchar(9));
        create table holder_level (holder_id integer not null references holder (id), k double precision not null references level (k),
            primary key (holder_id, k));
        insert into holder values (1, 'one'); insert into level values (0.5, 'low'), (1e100, 'high'), (-2.25, 'below');";
    let Some(server) = scratch(backend, "write_float_keys", tables).await else { return };
    for _ in 0..3 {
        for (field, keys, linked) in [
            ("replaceHolderLevels", "{k: 1e100}, {k: 0.5}", 2),
            ("replaceHolderLevels", "{k: 0.5}", 1),
            ("associateHolderLevels", "{k: 0.5}", 1),
            ("associateHolderLevels", "{k: -2.25}, {k: 0.5}", 2),
            ("disassociateHolderLevels", "{k: 0.5}", 1),
        ] {
            // What is not linked cannot be taken away again.
            let payloads = usize::from(!field.starts_with("dis")) + 1;
            for payload in ["changed", "holder { id levels(orderBy: [{k: ASC}]) { k name } }"].iter().take(payloads) {
                server.data(&format!("mutation {{ {field}(key: {{id: 1}}, refs: [{keys}]) {{ {payload} }} }}")).await;
                let stored = server.sql("select count(*) as n from holder_level where holder_id = 1").await;
                assert_eq!(stored[0]["n"], linked, "{field} {keys}");
            }
        }
        let data = server.data("{ level(key: {k: -2.25}) { name holders { id } } }").await;
        assert_eq!(data["level"], json!({ "name": "below", "holders": [{ "id": 1 }] }));
    }
}
