//! Case 77: pairs of records in a table of their own.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, cast, pluck},
};

#[apply(backends)]
#[tokio::test]
async fn c077_an_intersect_has_two_foreign_keys_and_a_unique_pair(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c077_ddl").await else { return };
    let payload = server.define(&Defining::many_to_many("badge_holders", "badge_holder", "user", "badge")).await;
    assert_eq!(server.primary_key("badge_holder").await, ["user_id", "badge_id"]);
    assert_eq!(server.column("badge_holder", "user_id").await, Some(("integer".to_owned(), false)));
    assert_eq!(server.column("badge_holder", "badge_id").await, Some(("integer".to_owned(), false)));
    let mut keys = server.foreign_keys("badge_holder").await;
    keys.sort();
    assert_eq!(keys, ["badge_id -> badge(id) CASCADE", "user_id -> users(id) CASCADE"]);
    let indexes = server.indexes("badge_holder").await;
    assert!(indexes.len() == 1 && indexes[0].ends_with(" (badge_id)"), "{indexes:?}");

    let relationship = &payload["relationship"];
    assert_eq!(relationship["__typename"], "ManyToManyRelationship");
    assert_eq!((&relationship["kind"], &relationship["isCustom"]), (&json!("MANY_TO_MANY"), &json!(true)));
    assert_eq!(payload["relationships"], json!([{ "schemaName": "badge_holders" }]));
    assert_eq!(payload["breakingChanges"], json!([]));
    let mut definition = server.many_to_many("badge_holders").await;
    assert_eq!(definition["metadataId"].take(), relationship["metadataId"]);
    let expected = json!({
        "metadataId": null, "schemaName": "badge_holders", "kind": "MANY_TO_MANY", "description": null, "isCustom": true,
        "intersectEntityName": "badgeHolder",
        "entity1LogicalName": "user", "entity1IntersectAttribute": "userId", "entity1NavigationPropertyName": "badgeHolders",
        "entity2LogicalName": "badge", "entity2IntersectAttribute": "badgeId", "entity2NavigationPropertyName": "badgeHolders",
    });
    assert_eq!(definition, expected);
    let data = server.data("{ entityDefinition(logicalName: \"badgeHolder\") { kind tableName primaryKey } }").await;
    let entity = &data["entityDefinition"];
    assert_eq!((&entity["kind"], &entity["primaryKey"]), (&json!("INTERSECT"), &json!(["userId", "badgeId"])));
    assert!(entity["tableName"].as_str().unwrap().ends_with("badge_holder"), "{entity}");
}

#[apply(backends)]
#[tokio::test]
async fn c077_both_lists_work_at_once(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c077_use").await else { return };
    let fields = server.fields().await;
    server.define(&Defining::many_to_many("badge_holders", "badge_holder", "user", "badge")).await;
    let data = server
        .write(
            "mutation { associateUserBadgeHolders(key: {id: 1}, refs: [{id: 2}, {id: 4}]) {
            results { status } user { badgeHolders(orderBy: [{name: DESC}]) { name badgeHolders { name } } } }
            again: associateBadgeBadgeHolders(key: {id: 4}, refs: [{id: 1}, {id: 2}]) { results { status } } }",
        )
        .await;
    let holders = json!([{ "name": "U1" }]);
    let expected = json!([{ "name": "G4", "badgeHolders": holders }, { "name": "G2", "badgeHolders": holders }]);
    assert_eq!(data["associateUserBadgeHolders"]["user"]["badgeHolders"], expected);
    assert_eq!(data["again"]["results"], json!([{ "status": "ALREADY_ASSOCIATED" }, { "status": "ASSOCIATED" }]));
    let pairs = "select user_id || '-' || badge_id as v from badge_holder order by 1";
    assert_eq!(server.texts(pairs).await, ["1-2", "1-4", "2-4"]);
    let now = server.fields().await;
    assert!(fields.is_subset(&now), "{:?}", fields.difference(&now).collect::<Vec<_>>());

    server
        .write("mutation {
            createBadge(input: {id: 60, name: \"G60\", badgeHolders: {associate: [{id: 3}], create: [{id: 60, name: \"U60\"}]}}) { outcome }
            replaceUserBadgeHolders(key: {id: 1}, refs: [{id: 2}, {id: 60}]) { changed }
            disassociateBadgeBadgeHolders(key: {id: 4}, refs: [{id: 2}]) { changed } }")
        .await;
    assert_eq!(server.texts(pairs).await, ["1-2", "1-60", "3-60", "60-60"]);
    let data = server
        .data(
            "{ users(where: {badgeHolders: {some: {name: {eq: \"G60\"}}}}, orderBy: [{id: ASC}]) { id }
            badge(key: {id: 60}) { badgeHoldersConnection(first: 2) { totalCount } badgeHoldersAggregate { count }
                badgeHolders(where: {name: {startsWith: \"U6\"}}, first: 1) { id teams { id } } } }",
        )
        .await;
    assert_eq!(pluck(&data["users"], "id"), ["1", "3", "60"]);
    assert_eq!(data["badge"]["badgeHoldersConnection"]["totalCount"], 3);
    assert_eq!(data["badge"]["badgeHolders"], json!([{ "id": 60, "teams": [] }]));

    server
        .write("mutation { deleteBadge(key: {id: 60}) { outcome } clearUserBadgeHolders(key: {id: 3}) { changed } }")
        .await;
    assert_eq!(server.texts(pairs).await, ["1-2"]);
    assert_eq!(server.number("select count(*) as v from users").await, 4);
    server
        .refuses(
            "mutation { associateUserBadgeHolders(key: {id: 1}, refs: [{id: 99}]) { changed } }",
            "TARGET_NOT_FOUND",
        )
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn c077_names_of_fields_and_columns_may_be_given(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c077_names").await else { return };
    let named = Defining::many_to_many("new_tagging", "Tagging", "child", "toy")
        .with("entity1.navigationPropertyName", "likes")
        .with("entity1.intersectAttribute", "fan_id")
        .with("entity2.navigationPropertyName", "new_Fans")
        .with("entity2.intersectAttribute", "ToyKey")
        .with("description", "Who likes what");
    let payload = server.define(&named).await;
    assert_eq!(payload["relationship"]["description"], "Who likes what");
    assert_eq!(server.primary_key("Tagging").await, ["fan_id", "ToyKey"]);
    let definition = server.many_to_many("new_tagging").await;
    assert_eq!(definition["entity1NavigationPropertyName"], "likes");
    assert_eq!(definition["entity2NavigationPropertyName"], "new_Fans");
    assert_eq!(definition["entity1IntersectAttribute"], "fanId");
    assert_eq!(definition["entity2IntersectAttribute"], "toyKey");
    server.write("mutation { associateChildLikes(key: {id: 2}, refs: [{name: \"drum\"}]) { changed } }").await;
    let data = server.data("{ toy(key: {name: \"drum\"}) { new_Fans { id likes { name } } } }").await;
    assert_eq!(data["toy"]["new_Fans"], json!([{ "id": 2, "likes": [{ "name": "drum" }] }]));
    assert_eq!(server.texts("select fan_id as v from \"Tagging\" where \"ToyKey\" = 3").await, ["2"]);
}

#[apply(backends)]
#[tokio::test]
async fn c077_an_entity_with_itself_has_two_roles(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c077_self").await else { return };
    let nameless = Defining::many_to_many("advice", "advice", "person", "person");
    server.refuses_to_define(&nameless, "INVALID").await;
    let half = nameless.clone().with("entity1.navigationPropertyName", "advises");
    server.refuses_to_define(&half, "INVALID").await;
    let same = half.clone().with("entity2.navigationPropertyName", "advises");
    server.refuses_to_define(&same, "CONFLICT").await;

    server.define(&half.with("entity2.navigationPropertyName", "advisedBy")).await;
    assert_eq!(server.primary_key("advice").await, ["person_id_1", "person_id_2"]);
    server
        .write(
            "mutation { associatePersonAdvises(key: {id: 1}, refs: [{id: 2}, {id: 1}]) { changed }
            associatePersonAdvisedBy(key: {id: 1}, refs: [{id: 3}]) { changed } }",
        )
        .await;
    // The first end's column holds who advises.
    let pairs = "select person_id_1 || '-' || person_id_2 as v from advice order by 1";
    assert_eq!(server.texts(pairs).await, ["1-1", "1-2", "3-1"]);
    let data = server
        .data("{ person(key: {id: 1}) { advises(orderBy: [{id: ASC}]) { id } advisedBy(orderBy: [{id: ASC}]) { id } followeds { id } } }")
        .await;
    assert_eq!(pluck(&data["person"]["advises"], "id"), ["1", "2"]);
    assert_eq!(pluck(&data["person"]["advisedBy"], "id"), ["1", "3"]);
    server.write("mutation { disassociatePersonAdvisedBy(key: {id: 2}, refs: [{id: 1}]) { changed } }").await;
    assert_eq!(server.texts(pairs).await, ["1-1", "3-1"]);
    server.write("mutation { deletePerson(key: {id: 3}) { outcome } }").await;
    assert_eq!(server.texts(pairs).await, ["1-1"]);
}
