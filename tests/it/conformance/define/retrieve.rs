//! Case 83: one definition, found in many ways.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Defining, Server, cast, demo, pluck},
};

/// All that a definition says.
const ALL: &str = "metadataId schemaName kind description isCustom referencedEntity referencedAttribute
    referencedEntityNavigationPropertyName referencingEntity referencingAttribute referencingEntityNavigationPropertyName
    isHierarchical lookupName behavior multiTableLookup
    cascadeConfiguration { delete assign merge reparent rollupView share unshare }";

async fn in_list(server: &Server, entity: &str, list: &str, schema_name: &str) -> Value {
    let query = format!("{{ entityDefinition(logicalName: \"{entity}\") {{ {list} {{ {ALL} }} }} }}");
    let data = server.data(&query).await;
    let found =
        data["entityDefinition"][list].as_array().unwrap().iter().find(|known| known["schemaName"] == schema_name);
    found.unwrap_or_else(|| panic!("{list} of {entity} lacks {schema_name}")).clone()
}

#[apply(backends)]
#[tokio::test]
async fn c083_one_definition_is_the_same_object_from_everywhere(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c083_same").await else { return };
    let defining = Defining::one_to_many("toy_owner", "toy", "person", "owner_id").with("description", "whose it is");
    let payload = server.define(&defining).await;
    let id = payload["relationship"]["metadataId"].as_str().unwrap();
    let nothing = "NO_CASCADE";
    let expected = json!({
        "metadataId": id, "schemaName": "toy_owner", "kind": "ONE_TO_MANY", "description": "whose it is", "isCustom": true,
        "referencedEntity": "person", "referencedAttribute": "id", "referencedEntityNavigationPropertyName": "toys",
        "referencingEntity": "toy", "referencingAttribute": "ownerId", "referencingEntityNavigationPropertyName": "owner",
        "isHierarchical": false, "lookupName": "owner_id", "behavior": "REFERENTIAL", "multiTableLookup": null,
        "cascadeConfiguration": { "delete": "REMOVE_LINK", "assign": nothing, "merge": nothing, "reparent": nothing,
            "rollupView": nothing, "share": nothing, "unshare": nothing },
    });
    assert_eq!(server.one_to_many("toy_owner").await, expected);
    assert_eq!(in_list(&server, "person", "oneToManyRelationships", "toy_owner").await, expected);
    assert_eq!(in_list(&server, "toy", "manyToOneRelationships", "toy_owner").await, expected);
    let by_id =
        format!("{{ relationshipDefinition(metadataId: \"{id}\") {{ ... on OneToManyRelationship {{ {ALL} }} }} }}");
    assert_eq!(server.data(&by_id).await["relationshipDefinition"], expected);
    let all = format!("{{ relationshipDefinitions {{ ... on OneToManyRelationship {{ {ALL} }} }} }}");
    let data = server.data(&all).await;
    let found =
        data["relationshipDefinitions"].as_array().unwrap().iter().filter(|known| known["schemaName"] == "toy_owner");
    assert_eq!(found.collect::<Vec<_>>(), [&expected]);
    // A relationship of other entities is not among theirs.
    let lists = server.data("{ entityDefinition(logicalName: \"child\") { oneToManyRelationships { schemaName } manyToOneRelationships { schemaName } } }").await;
    assert_eq!(pluck(&lists["entityDefinition"]["oneToManyRelationships"], "schemaName"), ["toy_child"]);
}

#[apply(backends)]
#[tokio::test]
async fn c083_a_relationship_between_collections_is_the_same_from_both_ends(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c083_many").await else { return };
    server.define(&Defining::many_to_many("badge_holders", "badge_holder", "user", "badge")).await;
    let mine = "manyToManyRelationships { metadataId schemaName isCustom intersectEntityName }";
    let query = format!(
        "{{ one: entityDefinition(logicalName: \"user\") {{ {mine} }} other: entityDefinition(logicalName: \"badge\") {{ {mine} }}
            relationshipDefinition(schemaName: \"badge_holders\") {{ metadataId schemaName isCustom ... on ManyToManyRelationship {{ intersectEntityName }} }} }}"
    );
    let data = server.data(&query).await;
    let mine = data["one"]["manyToManyRelationships"].as_array().unwrap();
    assert_eq!(mine.len(), 2);
    let made = mine.iter().find(|known| known["schemaName"] == "badge_holders").unwrap();
    assert_eq!(data["other"]["manyToManyRelationships"], json!([made]));
    assert_eq!(data["relationshipDefinition"], *made);
}

#[apply(backends)]
#[tokio::test]
async fn c083_an_unknown_definition_is_not_found(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let check = async |arguments: &str, code: &str| {
        let query = format!("{{ relationshipDefinition{arguments} {{ schemaName }} tasks(first: 1) {{ subject }} }}");
        let response = server.run(&query, json!({})).await;
        assert_eq!(response["errors"].as_array().unwrap().len(), 1, "{response:#}");
        assert_eq!(response["errors"][0]["extensions"]["code"], code, "{arguments} {response:#}");
        assert_eq!(response["errors"][0]["path"], json!(["relationshipDefinition"]));
        // Nothing but that field fails.
        assert_eq!(response["data"]["relationshipDefinition"], json!(null));
        assert_eq!(response["data"]["tasks"].as_array().unwrap().len(), 1);
    };
    check("(schemaName: \"nothing\")", "NOT_FOUND").await;
    check("(schemaName: \"\")", "NOT_FOUND").await;
    check("(schemaName: \"TASK_LIST\")", "NOT_FOUND").await;
    check("(metadataId: \"6f1c3a52-9f43-5b6e-8f57-2c1d1f6d0a11\")", "NOT_FOUND").await;
    check("(metadataId: \"task_list\")", "NOT_FOUND").await;
    check("", "INVALID").await;
    check("(schemaName: null, metadataId: null)", "INVALID").await;
    let id = server.one_to_many("task_list").await["metadataId"].take();
    check(&format!("(schemaName: \"task_list\", metadataId: {id})"), "INVALID").await;
    let data = server
        .data(&format!("{{ relationshipDefinition(schemaName: null, metadataId: {id}) {{ schemaName }} }}"))
        .await;
    assert_eq!(data["relationshipDefinition"]["schemaName"], "task_list");
}

#[apply(backends)]
#[tokio::test]
async fn c083_lists_filter_by_kind_and_by_either_entity(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c083_lists").await else { return };
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    server.define(&Defining::many_to_many("toy_fans", "toy_fan", "toy", "person")).await;
    let list = async |filter: &str| {
        let data = server.data(&format!("{{ relationshipDefinitions(where: {{{filter}}}) {{ schemaName }} }}")).await;
        let mut names = pluck(&data["relationshipDefinitions"], "schemaName");
        names.sort();
        names
    };
    assert_eq!(list("kind: ONE_TO_MANY, referencingEntity: \"toy\"").await, ["toy_child", "toy_owner"]);
    assert_eq!(
        list("kind: ONE_TO_MANY, referencedEntity: \"person\", referencingEntity: \"toy\"").await,
        ["toy_owner"]
    );
    assert_eq!(list("kind: MANY_TO_MANY, entity: \"toy\"").await, ["toy_fans"]);
    assert_eq!(list("kind: MANY_TO_MANY, entity: \"person\"").await, ["follow", "toy_fans"]);
    assert_eq!(list("schemaName: \"toy_fans\"").await, ["toy_fans"]);
    assert_eq!(list("schemaName: \"toy_fans\", kind: ONE_TO_MANY").await, [""; 0]);
    assert_eq!(list("kind: MANY_TO_MANY").await, ["follow", "membership", "toy_fans"]);
}

#[apply(backends)]
#[tokio::test]
async fn c083_ids_differ_and_are_the_same_in_every_gateway(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c083_ids").await else { return };
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    let query = "{ relationshipDefinitions { metadataId schemaName } }";
    let mine = server.data(query).await["relationshipDefinitions"].take();
    let theirs = server.another(crate::support::builder_of_cast).await.data(query).await;
    assert_eq!(theirs["relationshipDefinitions"], mine);
    let mut ids = pluck(&mine, "metadataId");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), mine.as_array().unwrap().len());
}
