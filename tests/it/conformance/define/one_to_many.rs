//! Case 76: a lookup over discovered tables, its column and its two fields.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, cast, pluck},
};

#[apply(backends)]
#[tokio::test]
async fn c076_a_lookup_has_a_column_a_foreign_key_and_an_index(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c076_ddl").await else { return };
    let before = server.state().await;
    let payload = server.define(&Defining::one_to_many("child_mentor", "child", "parent", "mentor_id")).await;

    assert_eq!(server.column("child", "mentor_id").await, Some(("integer".to_owned(), true)));
    let keys = server.foreign_keys("child").await;
    assert!(keys.contains(&"mentor_id -> parent(id) SET NULL".to_owned()), "{keys:?}");
    let indexes = server.indexes("child").await;
    assert!(indexes.contains(&"ix_child_mentor (mentor_id)".to_owned()), "{indexes:?}");
    if backend == Backend::Postgres {
        let sql = "select conname::text as v from pg_constraint where conname = 'fk_child_mentor' and contype = 'f'";
        assert_eq!(server.texts(sql).await.len(), 1);
    }

    assert_eq!(payload["schemaName"], "child_mentor");
    let relationship = &payload["relationship"];
    assert_eq!(relationship["__typename"], "OneToManyRelationship");
    assert_eq!((&relationship["kind"], &relationship["isCustom"]), (&json!("ONE_TO_MANY"), &json!(true)));
    assert_eq!(payload["relationships"], json!([{ "schemaName": "child_mentor" }]));
    assert_eq!(payload["breakingChanges"], json!([]));
    let id = relationship["metadataId"].as_str().unwrap();
    // A UUID made from a name is of version 5.
    assert!(id.len() == 36 && id.as_bytes()[14] == b'5', "{id}");
    let ddl = payload["ddl"].as_array().unwrap();
    assert!(ddl.iter().any(|statement| statement.as_str().unwrap().contains("mentor_id")), "{ddl:?}");

    // Every row is there as it was, with nothing in the new column.
    let children = "select id as v from child where mentor_id is null order by id";
    assert_eq!(server.texts(children).await, ["1", "2", "3", "4"]);
    let after = server.state().await;
    for table in ["parent", "toy", "item", "membership", "branch", "desk"] {
        assert_eq!(after.tables[table], before.tables[table], "{table}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c076_the_very_next_request_uses_both_ends(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c076_use").await else { return };
    let fields = server.fields().await;
    server.define(&Defining::one_to_many("child_mentor", "child", "parent", "mentor_id")).await;
    let data = server.data("{ child(key: {id: 1}) { mentor { id } mentorId parent { id } } }").await;
    assert_eq!(data["child"], json!({ "mentor": null, "mentorId": null, "parent": { "id": 1 } }));

    // What was there keeps its name, though both collections are of children now.
    let now = server.fields().await;
    assert!(fields.is_subset(&now), "{:?}", fields.difference(&now).collect::<Vec<_>>());
    assert_eq!(server.type_of("Child", "mentor").await.unwrap(), "Parent");
    assert_eq!(server.type_of("Parent", "childrenByMentor").await.unwrap(), "[Child!]!");

    let data = server
        .write(
            "mutation { associateChildMentor(key: {id: 3}, ref: {code: \"B\"}) {
            changed results { ref status } child { mentor { name childrenByMentor { id } children { id } } } } }",
        )
        .await;
    let mentor = json!({ "name": "P2", "childrenByMentor": [{ "id": 3 }], "children": [{ "id": 4 }] });
    assert_eq!(data["associateChildMentor"]["child"]["mentor"], mentor);
    assert_eq!(data["associateChildMentor"]["results"], json!([{ "ref": "parents(2)", "status": "ASSOCIATED" }]));
    server
        .write("mutation { associateParentChildrenByMentor(key: {id: 1}, refs: [{id: 1}, {id: 4}]) { changed } }")
        .await;
    assert_eq!(server.texts("select mentor_id as v from child order by id").await, ["1", "null", "2", "1"]);
    // The other lookup of the two tables is another one.
    assert_eq!(server.texts("select parent_id as v from child order by id").await, ["1", "1", "null", "2"]);

    let data = server
        .data(
            "{ children(where: {mentor: {name: {eq: \"P1\"}}}, orderBy: [{mentor: {name: DESC}}, {id: DESC}]) { id }
            some: parents(where: {childrenByMentor: {some: {level: {gte: 40}}}}) { id }
            none: childrenAggregate(where: {mentorExists: false}) { count }
            ordered: children(orderBy: [{mentor: {name: DESC_NULLS_LAST}}, {id: ASC}]) { id }
            parent(key: {id: 1}) {
                childrenByMentor(where: {level: {gt: 10}}, first: 1) { name }
                childrenByMentorConnection(first: 1) { totalCount nodes { id } pageInfo { hasNextPage } }
                childrenByMentorAggregate { count max { level } } } }",
        )
        .await;
    assert_eq!(pluck(&data["children"], "id"), ["4", "1"]);
    assert_eq!(pluck(&data["some"], "id"), ["1"]);
    assert_eq!(data["none"]["count"], 1);
    assert_eq!(pluck(&data["ordered"], "id"), ["3", "1", "4", "2"]);
    let parent = &data["parent"];
    assert_eq!(pluck(&parent["childrenByMentor"], "name"), ["C4"]);
    assert_eq!(parent["childrenByMentorConnection"]["totalCount"], 2);
    assert_eq!(parent["childrenByMentorConnection"]["pageInfo"]["hasNextPage"], true);
    assert_eq!(parent["childrenByMentorAggregate"], json!({ "count": 2, "max": { "level": 40 } }));
}

#[apply(backends)]
#[tokio::test]
async fn c076_records_are_created_and_deleted_over_a_new_lookup(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c076_write").await else { return };
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    server
        .write("mutation {
            createPerson(input: {id: 50, name: \"New\", toys: {create: [{id: 50, name: \"top\"}], associate: [{name: \"kite\"}]}}) { outcome }
            createToy(input: {id: 51, name: \"car\", owner: {ref: {id: 2}}}) { toy { owner { name } } }
            updateToy(key: {id: 3}, input: {owner: {ref: {id: 50}}, weight: 9}) { toy { owner { id } } } }")
        .await;
    let owners = "select id as a, owner_id as v from toy where owner_id is not null order by id";
    assert_eq!(server.texts(owners).await, ["50", "50", "50", "2"]);
    server.write("mutation { updateToy(key: {id: 51}, input: {owner: null}) { outcome } }").await;
    server
        .refuses("mutation { associateToyOwner(key: {id: 1}, ref: {id: 999}) { changed } }", "TARGET_NOT_FOUND")
        .await;
    // Without a word about deletes the link is removed.
    server.write("mutation { deletePerson(key: {id: 50}) { outcome } }").await;
    assert_eq!(server.number("select count(*) as v from toy where owner_id is not null").await, 0);
    assert_eq!(server.number("select count(*) as v from toy").await, 5);
}

#[apply(backends)]
#[tokio::test]
async fn c076_a_required_lookup_over_an_empty_table_takes_no_null(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c076_required").await else { return };
    server.execute("delete from pin").await;
    let required = Defining::one_to_many("pin_maker", "pin", "person", "maker_id").with("lookup.required", true);
    server.define(&required).await;
    assert_eq!(server.column("pin", "maker_id").await, Some(("integer".to_owned(), false)));
    let keys = server.foreign_keys("pin").await;
    assert!(keys.contains(&"maker_id -> person(id) NO ACTION".to_owned()), "{keys:?}");
    assert!(keys.contains(&"badge_id -> badge(id) CASCADE".to_owned()), "{keys:?}");
    assert_eq!(server.type_of("Pin", "maker").await.unwrap(), "Person!");
    assert!(!server.offers("disassociatePinMaker").await);
    let definition = server.one_to_many("pin_maker").await;
    assert_eq!(definition["cascadeConfiguration"]["delete"], "RESTRICT");

    server.refuses("mutation { createPin(input: {id: 1, name: \"K\"}) { outcome } }", "REQUIRED_RELATIONSHIP").await;
    server.write("mutation { createPin(input: {id: 1, name: \"K\", maker: {ref: {id: 4}}}) { outcome } }").await;
    let extensions = server.refuses("mutation { deletePerson(key: {id: 4}) { outcome } }", "RESTRICTED").await;
    assert_eq!(extensions["relationship"], "pin_maker");
    assert_eq!(extensions["count"], 1);
}

#[apply(backends)]
#[tokio::test]
async fn c076_a_unique_lookup_is_one_to_one(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c076_unique").await else { return };
    let unique = Defining::one_to_many("toy_keeper", "toy", "person", "keeper_id").with("lookup.unique", true);
    server.define(&unique).await;
    let indexes = server.indexes("toy").await;
    assert!(indexes.contains(&"unique ix_toy_keeper (keeper_id)".to_owned()), "{indexes:?}");
    assert_eq!(server.type_of("Person", "toy").await.unwrap(), "Toy");
    assert_eq!(server.type_of("Toy", "keeper").await.unwrap(), "Person");
    server
        .write(
            "mutation { associatePersonToy(key: {id: 1}, ref: {id: 2}) { changed }
            associateToyKeeper(key: {id: 3}, ref: {id: 2}) { changed } }",
        )
        .await;
    let data = server.data("{ people(first: 3, orderBy: [{id: ASC}]) { toy { name } } }").await;
    let expected = json!([{ "toy": { "name": "kite" } }, { "toy": { "name": "drum" } }, { "toy": null }]);
    assert_eq!(data["people"], expected);
}

#[apply(backends)]
#[tokio::test]
async fn c076_names_that_are_given_are_kept_as_they_are(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c076_names").await else { return };
    let named = Defining::one_to_many("new_Toy_Maker", "toy", "person", "MakerId")
        .with("referencingEntityNavigationPropertyName", "new_MadeBy")
        .with("referencedEntityNavigationPropertyName", "Made_Toys");
    server.define(&named).await;
    assert!(server.column("toy", "MakerId").await.is_some());
    let definition = server.one_to_many("new_Toy_Maker").await;
    assert_eq!(definition["referencingEntityNavigationPropertyName"], "new_MadeBy");
    assert_eq!(definition["referencedEntityNavigationPropertyName"], "Made_Toys");
    assert_eq!(
        (&definition["lookupName"], &definition["referencingAttribute"]),
        (&json!("MakerId"), &json!("makerId"))
    );
    let toy = "{ toys(first: 1) { makerId new_MadeBy { Made_Toys { id } } } }";
    assert_eq!(server.data(toy).await["toys"], json!([{ "makerId": null, "new_MadeBy": null }]));

    // Without a name, the column says it: with `Id` as with `_id`.
    server.define(&Defining::one_to_many("toy_seller", "toy", "person", "firstSellerId")).await;
    assert_eq!(server.type_of("Toy", "firstSeller").await.unwrap(), "Person");
    assert_eq!(server.type_of("Person", "toys").await.unwrap(), "[Toy!]!");
}

#[apply(backends)]
#[tokio::test]
async fn c076_a_lookup_of_an_entity_with_itself(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c076_self").await else { return };
    server.define(&Defining::one_to_many("person_boss", "person", "person", "superior_id")).await;
    assert_eq!(server.type_of("Person", "superior").await.unwrap(), "Person");
    assert_eq!(server.type_of("Person", "peopleBySuperior").await.unwrap(), "[Person!]!");
    server
        .write(
            "mutation { associatePersonPeopleBySuperior(key: {id: 1}, refs: [{id: 2}, {id: 3}]) { changed }
            associatePersonSuperior(key: {id: 1}, ref: {id: 1}) { changed } }",
        )
        .await;
    let data =
        server.data("{ person(key: {id: 1}) { superior { id } peopleBySuperior(orderBy: [{id: ASC}]) { id } } }").await;
    assert_eq!(data["person"]["superior"], json!({ "id": 1 }));
    assert_eq!(pluck(&data["person"]["peopleBySuperior"], "id"), ["1", "2", "3"]);
}

#[apply(backends)]
#[tokio::test]
async fn c076_descriptions_are_told_by_definitions_and_by_the_schema(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c076_texts").await else { return };
    let described = Defining::one_to_many("toy_owner", "toy", "person", "owner_id")
        .with("description", "Who \"owns\" it; 100 % ownership")
        .with("lookup.description", "The owner's key");
    let payload = server.define(&described).await;
    assert_eq!(payload["relationship"]["description"], "Who \"owns\" it; 100 % ownership");
    let data = server
        .data(
            "{ entityDefinition(logicalName: \"toy\") { attributes { logicalName isLookup isNullable description } } }",
        )
        .await;
    let attributes = data["entityDefinition"]["attributes"].as_array().unwrap();
    let owner = attributes.iter().find(|attribute| attribute["logicalName"] == "ownerId").unwrap();
    let expected =
        json!({ "logicalName": "ownerId", "isLookup": true, "isNullable": true, "description": "The owner's key" });
    assert_eq!(*owner, expected);
    assert!(server.sdl().await.contains("@relationship(name: \"toy_owner\""));
}
