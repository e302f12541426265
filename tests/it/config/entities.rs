//! Which tables and columns are served, and as what.

use rstest_reuse::apply;
use serde_json::json;

use super::configured;
use crate::{backends, support::Backend};

const SHOP: &str = "create table customers (id integer primary key, name varchar(20), secret varchar(20));
    create table order_details (id integer primary key, customer_id integer references customers (id),
        unit_price integer, revision integer not null default 1, version integer not null default 1,
        internal_a integer, internal_b integer);
    create table tmp_a (id integer primary key);
    create table tmp_b (id integer primary key);
    insert into customers values (1, 'Ada', 's');
    insert into order_details (id, customer_id, unit_price) values (7, 1, 30);
    create view totals as select customer_id as customer, sum(unit_price) as total from order_details group by customer_id;";

#[apply(backends)]
#[tokio::test]
async fn tables_and_columns_are_left_out_by_patterns(#[case] backend: Backend) {
    let config = "[entities]
include = [\"*s\", \"tmp_?\"]
exclude = [\"tmp_b\", \"totals\"]
[entity.order_details]
exclude = [\"internal_*\"]
[entity.customers]
exclude = [\"secret\"]
";
    let Some(server) = configured(backend, "patterns", SHOP, config).await else { return };
    let catalog = server.catalog();
    let names: Vec<&str> = catalog.entities.iter().map(|entity| entity.set_name.as_str()).collect();
    assert_eq!(names, ["customers", "orderDetails", "tmpAs"]);
    for missing in ["{ orderDetails { internalA } }", "{ customers { secret } }", "{ totals { total } }"] {
        assert_eq!(server.code(missing).await, "GRAPHQL_VALIDATION_FAILED", "{missing}");
    }
    let data = server.data("mutation { createCustomer(input: {id: 2, name: \"Bo\"}) { customer { name } } }").await;
    assert_eq!(data["createCustomer"]["customer"]["name"], "Bo");
}

#[apply(backends)]
#[tokio::test]
async fn what_leads_to_a_table_that_is_left_out_is_a_plain_attribute(#[case] backend: Backend) {
    let config = "[entities]\nexclude = [\"customers\"]\n";
    let Some(server) = configured(backend, "without_target", SHOP, config).await else { return };
    assert_eq!(server.data("{ orderDetails { customerId } }").await, json!({"orderDetails": [{"customerId": 1}]}));
    let data = server
        .data("mutation { updateOrderDetail(key: {id: 7}, input: {customerId: null}) { orderDetail { customerId } } }")
        .await;
    assert_eq!(data["updateOrderDetail"]["orderDetail"]["customerId"], json!(null));
    assert_eq!(server.catalog().warnings, []);
}

#[apply(backends)]
#[tokio::test]
async fn entities_and_attributes_have_the_names_and_descriptions_that_are_given(#[case] backend: Backend) {
    let config = "[entity.order_details]
name = \"order_line\"
plural = \"positions\"
description = \"What was ordered\"
[entity.order_details.attribute.unit_price]
name = \"PRICE\"
description = \"In cents\"
[entity.customers]
name = \"client\"
";
    let Some(server) = configured(backend, "names", SHOP, config).await else { return };
    let data = server
        .data(
            "{ positions(where: {PRICE: {eq: 30}}) { ref PRICE customer { __typename } }
               order_line(key: {id: 7}) { __typename }
               client(key: {id: 1}) { positions { id } }
               __type(name: \"Order_line\") { description fields { name description } } }",
        )
        .await;
    assert_eq!(data["positions"], json!([{"ref": "positions(7)", "PRICE": 30, "customer": {"__typename": "Client"}}]));
    assert_eq!(data["order_line"]["__typename"], "Order_line");
    assert_eq!(data["client"]["positions"], json!([{"id": 7}]));
    assert_eq!(data["__type"]["description"], "What was ordered");
    let fields = data["__type"]["fields"].as_array().unwrap();
    assert!(fields.contains(&json!({"name": "PRICE", "description": "In cents"})), "{fields:?}");
    let data = server.data("mutation { createOrder_line(input: {id: 8, PRICE: 4}) { order_line { PRICE } } }").await;
    assert_eq!(data["createOrder_line"]["order_line"]["PRICE"], 4);
    assert_eq!(server.sql("select unit_price from order_details where id = 8").await, [json!({"unit_price": 4})]);
}

#[apply(backends)]
#[tokio::test]
async fn a_version_is_chosen_or_is_none(#[case] backend: Backend) {
    let update = "mutation { updateOrderDetail(key: {id: 7}, input: {unitPrice: 1}) { outcome } }";
    let versions = "select revision, version from order_details where id = 7";
    let config = "[entity.order_details]\nversion = \"revision\"\n";
    let Some(server) = configured(backend, "version", SHOP, config).await else { return };
    server.data(update).await;
    assert_eq!(server.sql(versions).await, [json!({"revision": 2, "version": 1})]);
    let server = configured(backend, "version_none", SHOP, "[entity.order_details]\nversion = false\n").await.unwrap();
    server.data(update).await;
    assert_eq!(server.sql(versions).await, [json!({"revision": 1, "version": 1})]);
    let server = configured(backend, "version_default", SHOP, "").await.unwrap();
    server.data(update).await;
    assert_eq!(server.sql(versions).await, [json!({"revision": 1, "version": 2})]);
}

#[apply(backends)]
#[tokio::test]
async fn a_view_whose_key_is_named_is_read_by_key_but_not_written(#[case] backend: Backend) {
    let config = "[entity.totals]
key = [\"customer\"]
[[relationship]]
from = { entity = \"totals\", columns = [\"customer\"], navigation = \"owner\" }
to = { entity = \"customers\", navigation = \"total\" }
";
    let Some(server) = configured(backend, "view_key", SHOP, config).await else { return };
    let data = server
        .data(
            "{ total(key: {customer: 1}) { ref owner { name } } node(ref: \"totals(1)\") { ref }
               totalsConnection { totalCount } customers { total { customer } }
               __type(name: \"Mutation\") { fields { name } } }",
        )
        .await;
    assert_eq!(data["total"], json!({"ref": "totals(1)", "owner": {"name": "Ada"}}));
    assert_eq!(data["node"]["ref"], "totals(1)");
    assert_eq!(data["totalsConnection"]["totalCount"], 1);
    assert_eq!(data["customers"], json!([{"total": {"customer": 1}}]));
    let fields = data["__type"]["fields"].as_array().unwrap();
    assert!(!fields.iter().any(|field| field["name"].as_str().unwrap().contains("Total")), "{fields:?}");
}
