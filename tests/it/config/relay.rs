//! The naming profile for tools of Relay: every record's `id` is its reference.

use rstest_reuse::apply;
use serde_json::json;

use super::configured;
use crate::{backends, support::Backend};

const SHOP: &str = "create table customers (id integer primary key, name varchar(20) unique, ref varchar(9));
    create table orders (id integer primary key, customer_id integer references customers (id));
    insert into customers values (1, 'Ada', 'r1'), (2, 'Bo', 'r2');
    insert into orders values (10, 1);";

const RELAY: &str = "[naming]\nprofile = \"relay\"\n";

#[apply(backends)]
#[tokio::test]
async fn records_are_read_by_id_and_their_own_id_is_another_attribute(#[case] backend: Backend) {
    let Some(server) = configured(backend, "relay", SHOP, RELAY).await else { return };
    let data = server
        .data(
            "{ customers(orderBy: [{rowId: ASC}]) { id rowId ref orders { id } }
               byId: customer(key: {id: \"customers(2)\"}) { name } byKey: customer(key: {rowId: 1}) { name }
               node(id: \"orders(10)\") { id ... on Order { rowId customer { id } } }
               customersConnection(first: 1, orderBy: [{name: DESC}]) { pageInfo { endCursor } nodes { id } }
               __type(name: \"Node\") { fields { name } } }",
        )
        .await;
    let expected = json!([
        {"id": "customers(1)", "rowId": 1, "ref": "r1", "orders": [{"id": "orders(10)"}]},
        {"id": "customers(2)", "rowId": 2, "ref": "r2", "orders": []},
    ]);
    assert_eq!(data["customers"], expected);
    assert_eq!((&data["byId"]["name"], &data["byKey"]["name"]), (&json!("Bo"), &json!("Ada")));
    assert_eq!(data["node"], json!({"id": "orders(10)", "rowId": 10, "customer": {"id": "customers(1)"}}));
    assert_eq!(data["__type"]["fields"], json!([{"name": "id"}, {"name": "etag"}]));
    let page = &data["customersConnection"];
    assert_eq!(page["nodes"], json!([{"id": "customers(2)"}]));
    let after = page["pageInfo"]["endCursor"].as_str().unwrap();
    let query = format!(
        "{{ customersConnection(first: 1, after: \"{after}\", orderBy: [{{name: DESC}}]) {{ nodes {{ id }} }} }}"
    );
    assert_eq!(server.data(&query).await["customersConnection"]["nodes"], json!([{"id": "customers(1)"}]));
    for missing in ["{ node(ref: \"orders(10)\") { id } }", "{ orders { ref } }", "{ order(key: {ref: \"x\"}) { id } }"]
    {
        let response = server.run(missing, json!({})).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{missing}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn inputs_payloads_and_errors_say_id(#[case] backend: Backend) {
    let Some(server) = configured(backend, "relay_write", SHOP, RELAY).await else { return };
    let data = server
        .data(
            "mutation {
               fresh: createCustomer(input: {rowId: 3, name: \"Cy\"}) { customer { id rowId } }
               createOrder(input: {rowId: 11, customer: {ref: {id: \"$fresh\"}}}) { order { id customer { id } } }
               associateOrderCustomer(key: {id: \"orders(10)\"}, ref: {id: \"customers(2)\"}) { results { id status } }
             }",
        )
        .await;
    assert_eq!(data["fresh"]["customer"], json!({"id": "customers(3)", "rowId": 3}));
    assert_eq!(data["createOrder"]["order"], json!({"id": "orders(11)", "customer": {"id": "customers(3)"}}));
    let expected = json!([{"id": "customers(2)", "status": "MOVED"}]);
    assert_eq!(data["associateOrderCustomer"]["results"], expected);
    let missing = "mutation { associateOrderCustomer(key: {rowId: 10}, ref: {id: \"customers(9)\"}) { changed } }";
    let response = server.run(missing, json!({})).await;
    let extensions = &response["errors"][0]["extensions"];
    assert_eq!((&extensions["code"], &extensions["id"]), (&json!("TARGET_NOT_FOUND"), &json!("customers(9)")));
    assert_eq!(extensions.get("ref"), None);
}
