//! Definitions that are made while the gateway runs come on top of the configuration.

use rstest_reuse::apply;
use serde_json::json;

use super::configured;
use crate::{backends, support::Backend};

const SHOP: &str = "create table customers (id integer primary key, name varchar(20));
    create table orders (id integer primary key, customer_no integer);
    insert into customers values (1, 'Ada');
    insert into orders values (10, 1);";

#[apply(backends)]
#[tokio::test]
async fn definitions_rename_and_add_to_what_is_configured(#[case] backend: Backend) {
    let config = "[entities]
include = [\"customers\", \"orders\"]
[entity.orders]
name = \"sale\"
[[relationship]]
name = \"sale_buyer\"
from = { entity = \"orders\", columns = [\"customer_no\"], navigation = \"buyer\" }
to = { entity = \"customers\", navigation = \"bought\" }
description = \"Who bought it\"
";
    let Some(server) = configured(backend, "definitions", SHOP, config).await else { return };
    let update = "mutation { updateRelationship(schemaName: \"sale_buyer\",
        input: {referencedEntityNavigationPropertyName: \"purchases\"}) { relationship { description } } }";
    let data = server.data(update).await;
    assert_eq!(data["updateRelationship"]["relationship"]["description"], "Who bought it");
    let create = "mutation { createManyToManyRelationship(input: {schemaName: \"customer_wishes\",
        intersectEntityName: \"wishes\", entity1: {entity: \"customer\", navigationPropertyName: \"wishes\"},
        entity2: {entity: \"sale\", navigationPropertyName: \"wishedBy\"}}) { schemaName } }";
    server.data(create).await;
    server.data("mutation { associateCustomerWishes(key: {id: 1}, refs: [{id: 10}]) { changed } }").await;
    let data = server.data("{ customers { purchases { id buyer { name } } wishes { id wishedBy { name } } } }").await;
    let expected = json!([{
        "purchases": [{"id": 10, "buyer": {"name": "Ada"}}],
        "wishes": [{"id": 10, "wishedBy": [{"name": "Ada"}]}],
    }]);
    assert_eq!(data["customers"], expected);
    // A name that the configuration gives is taken.
    let taken = "mutation { createOneToManyRelationship(input: {schemaName: \"other\", referencedEntity: \"customer\",
        referencingEntity: \"sale\", lookup: {name: \"other_id\"}, referencingEntityNavigationPropertyName: \"buyer\"})
        { schemaName } }";
    assert_eq!(server.code(taken).await, "CONFLICT");
}
