//! As many references and inputs as one call may have, and one more.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, cast},
};

/// So many new rows of a table with a key and a name.
async fn fill(server: &Server, table: &str, count: u32) {
    let numbers = format!(
        "with recursive numbers (n) as (select 10001 union all select n + 1 from numbers where n < {}) select n from numbers",
        10_000 + count
    );
    server.execute(&format!("insert into {table} (id, name) select n, 'N' || n from ({numbers}) numbers")).await;
}

fn keys(count: u32) -> Vec<Value> {
    (10_001..=10_000 + count).map(|id| json!({ "id": id })).collect()
}

async fn code(server: &Server, mutation: &str, variables: Value) -> Value {
    let response = server.run(mutation, variables).await;
    assert_eq!(response["data"], Value::Null);
    response["errors"][0]["extensions"]["code"].clone()
}

#[apply(backends)]
#[tokio::test]
async fn five_thousand_children_are_linked_in_one_call_and_no_more(#[case] backend: Backend) {
    let Some(server) = cast(backend, "large_children").await else { return };
    fill(&server, "child", 5_001).await;
    let linked = "select count(*) as v from child where parent_id = 3";
    let associate = "mutation ($refs: [ChildKey!]!) { associateParentChildren(key: {id: 3}, refs: $refs) { changed results { status } } }";
    let replace = "mutation ($refs: [ChildKey!]!) { replaceParentChildren(key: {id: 3}, refs: $refs) { changed results { status } } }";
    let remove = "mutation ($refs: [ChildKey!]!) { disassociateParentChildren(key: {id: 3}, refs: $refs) { changed results { status } } }";
    for mutation in [associate, replace, remove] {
        assert_eq!(code(&server, mutation, json!({ "refs": keys(5_001) })).await, "LIMIT_EXCEEDED");
        assert_eq!(server.number(linked).await, 0);
    }
    for (mutation, field, expected) in [
        (associate, "associateParentChildren", 5_000),
        (replace, "replaceParentChildren", 5_000),
        (remove, "disassociateParentChildren", 0),
    ] {
        let data = server.data_with(mutation, json!({ "refs": keys(5_000) })).await;
        assert_eq!(data[field]["results"].as_array().unwrap().len(), 5_000);
        assert_eq!(server.number(linked).await, expected);
    }
    // A collection is replaced and cleared whatever it holds.
    server.execute("update child set parent_id = 3 where id > 10000").await;
    let data = server.data("mutation { clearParentChildren(key: {id: 3}) { changed } }").await;
    assert_eq!(data["clearParentChildren"]["changed"], true);
    assert_eq!(server.number(linked).await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn five_thousand_pairs_are_linked_in_one_call_and_no_more(#[case] backend: Backend) {
    let Some(server) = cast(backend, "large_pairs").await else { return };
    fill(&server, "team", 5_001).await;
    let linked = "select count(*) as v from membership where user_id = 3";
    let mutation = |verb: &str| {
        format!(
            "mutation ($refs: [TeamKey!]!) {{ change: {verb}UserTeams(key: {{id: 3}}, refs: $refs) {{ changed results {{ status }} }} }}"
        )
    };
    for verb in ["associate", "replace", "disassociate"] {
        assert_eq!(code(&server, &mutation(verb), json!({ "refs": keys(5_001) })).await, "LIMIT_EXCEEDED");
        assert_eq!(server.number(linked).await, 0);
    }
    for (verb, expected) in [("associate", 5_000), ("associate", 5_000), ("replace", 5_000), ("disassociate", 0)] {
        let data = server.data_with(&mutation(verb), json!({ "refs": keys(5_000) })).await;
        assert_eq!(data["change"]["results"].as_array().unwrap().len(), 5_000);
        assert_eq!(server.number(linked).await, expected, "{verb}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn the_same_reference_five_thousand_times_is_one_link(#[case] backend: Backend) {
    let Some(server) = cast(backend, "large_same").await else { return };
    let refs: Vec<Value> = (0..5_000).map(|_| json!({ "id": 7 })).collect();
    let mutation = "mutation ($refs: [TeamKey!]!) { associateUserTeams(key: {id: 3}, refs: $refs) { changed results { status } } }";
    let data = server.data_with(mutation, json!({ "refs": refs })).await;
    assert_eq!(data["associateUserTeams"]["results"].as_array().unwrap().len(), 5_000);
    assert_eq!(server.number("select count(*) as v from membership where user_id = 3").await, 1);
}

#[apply(backends)]
#[tokio::test]
async fn an_unknown_reference_among_thousands_is_found(#[case] backend: Backend) {
    let Some(server) = cast(backend, "large_unknown").await else { return };
    fill(&server, "team", 5_000).await;
    let mut refs = keys(5_000);
    refs[2_500] = json!({ "id": 99_999 });
    let mutation = "mutation ($refs: [TeamKey!]!) { associateUserTeams(key: {id: 3}, refs: $refs) { changed } }";
    let response = server.run(mutation, json!({ "refs": refs })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "TARGET_NOT_FOUND");
    assert_eq!(response["errors"][0]["extensions"]["ref"], "teams(99999)");
    assert_eq!(server.number("select count(*) as v from membership where user_id = 3").await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn so_many_records_are_created_in_one_call_and_no_more(#[case] backend: Backend) {
    let Some(server) = cast(backend, "large_create").await else { return };
    let inputs =
        |count: u32| -> Vec<Value> { (10_001..=10_000 + count).map(|id| json!({ "id": id, "name": "N" })).collect() };
    let create = "mutation ($inputs: [ChildCreate!]!) { createChildren(inputs: $inputs) { count } }";
    let below = "mutation ($inputs: [ChildCreate!]!) { createParent(input: {id: 9, name: \"P9\", children: {create: $inputs}}) { outcome } }";
    for mutation in [create, below] {
        assert_eq!(code(&server, mutation, json!({ "inputs": inputs(5_001) })).await, "LIMIT_EXCEEDED");
    }
    let bind = "mutation ($refs: [ChildKey!]!) { createParent(input: {id: 9, name: \"P9\", children: {associate: $refs}}) { outcome } }";
    assert_eq!(code(&server, bind, json!({ "refs": keys(5_001) })).await, "LIMIT_EXCEEDED");
    for at_most in ["5001", "2147483647"] {
        let mutation =
            format!("mutation {{ deleteChildren(where: {{id: {{gt: 0}}}}, atMost: {at_most}) {{ count }} }}");
        assert_eq!(code(&server, &mutation, json!({})).await, "LIMIT_EXCEEDED");
    }
    assert_eq!(server.number("select count(*) as v from child").await, 4);
    assert_eq!(server.number("select count(*) as v from parent").await, 4);
    let data = server.data_with(create, json!({ "inputs": inputs(5_000) })).await;
    assert_eq!(data["createChildren"]["count"], 5_000);
    let data = server
        .data("mutation { updateChildren(where: {id: {gt: 10000}}, input: {level: 9}, atMost: 5000) { count } }")
        .await;
    assert_eq!(data["updateChildren"]["count"], 5_000);
    let data = server.data("mutation { deleteChildren(where: {id: {gt: 10000}}, atMost: 5000) { count } }").await;
    assert_eq!(data["deleteChildren"]["count"], 5_000);
    assert_eq!(server.number("select count(*) as v from child").await, 4);
}
