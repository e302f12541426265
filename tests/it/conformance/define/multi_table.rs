//! Case 82: a lookup that points at records of several entities, and its targets that come and go.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, cast, pluck},
};

/// What a toy is about: a parent or a user.
fn subject() -> Defining {
    Defining::multi_table("toy_subject", "toy", "subject_id", &["parent", "user"])
        .with("targets.0.referencingEntityNavigationPropertyName", "subjectParent")
        .with("targets.0.referencedEntityNavigationPropertyName", "toysAbout")
        .with("targets.1.referencingEntityNavigationPropertyName", "subjectUser")
        .with("targets.1.referencedEntityNavigationPropertyName", "toysAbout")
}

fn branch() -> Defining {
    Defining::target("toy_subject", "branch")
        .with("referencingEntityNavigationPropertyName", "subjectBranch")
        .with("referencedEntityNavigationPropertyName", "toysAbout")
}

#[apply(backends)]
#[tokio::test]
async fn c082_a_lookup_has_two_columns_one_index_and_no_foreign_key(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c082_ddl").await else { return };
    let keys = server.foreign_keys("toy").await;
    let payload = server.define(&subject()).await;
    assert_eq!(server.column("toy", "subject_id").await, Some(("integer".to_owned(), true)));
    assert!(server.column("toy", "subject_type").await.unwrap().1);
    assert_eq!(server.foreign_keys("toy").await, keys);
    let indexes = server.indexes("toy").await;
    let over = |index: &&String| index.contains("subject_id") && index.contains("subject_type");
    assert_eq!(indexes.iter().filter(over).count(), 1, "{indexes:?}");
    assert!(!indexes.iter().find(over).unwrap().starts_with("unique"));

    assert_eq!(payload["schemaName"], "toy_subject");
    let names = [json!({ "schemaName": "toy_subject_parent" }), json!({ "schemaName": "toy_subject_user" })];
    assert_eq!(payload["relationships"], json!(names));
    assert_eq!(payload["relationship"]["schemaName"], "toy_subject_parent");
    let data = server
        .data("{ entityDefinition(logicalName: \"toy\") { multiTableLookups {
            schemaName isCustom name discriminatorAttribute navigationProperties relationships { schemaName multiTableLookup isCustom lookupName } } } }")
        .await;
    let arm = |name: &str| json!({ "schemaName": name, "multiTableLookup": "toy_subject", "isCustom": true, "lookupName": "subject_id" });
    let expected = json!([{
        "schemaName": "toy_subject", "isCustom": true, "name": "subject", "discriminatorAttribute": "subjectType",
        "navigationProperties": ["subjectParent", "subjectUser"],
        "relationships": [arm("toy_subject_parent"), arm("toy_subject_user")],
    }]);
    assert_eq!(data["entityDefinition"]["multiTableLookups"], expected);
}

#[apply(backends)]
#[tokio::test]
async fn c082_setting_one_target_empties_the_others(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c082_use").await else { return };
    server.define(&subject()).await;
    server
        .write(
            "mutation {
            associateToySubjectParent(key: {id: 1}, ref: {id: 2}) { changed }
            associateUserToysAbout(key: {id: 2}, refs: [{id: 2}]) { changed }
            createToy(input: {id: 40, name: \"car\", subjectUser: {ref: {id: 1}}}) { outcome } }",
        )
        .await;
    let columns =
        "select id || ' ' || subject_type || ' ' || subject_id as v from toy where subject_id is not null order by id";
    // The discriminator is the table's name.
    assert_eq!(server.texts(columns).await, ["1 parent 2", "2 users 2", "40 users 1"]);
    let data = server
        .data("{ toys(orderBy: [{id: ASC}]) { subject { __typename ... on Node { ref } } subjectParent { id } subjectUser { id } subjectType } }")
        .await;
    let expected = json!([
        { "subject": { "__typename": "Parent", "ref": "parents(2)" }, "subjectParent": { "id": 2 }, "subjectUser": null, "subjectType": "parent" },
        { "subject": { "__typename": "User", "ref": "users(2)" }, "subjectParent": null, "subjectUser": { "id": 2 }, "subjectType": "users" },
        { "subject": null, "subjectParent": null, "subjectUser": null, "subjectType": null },
        { "subject": { "__typename": "User", "ref": "users(1)" }, "subjectParent": null, "subjectUser": { "id": 1 }, "subjectType": "users" },
    ]);
    assert_eq!(data["toys"], expected);
    server.write("mutation { associateToySubjectUser(key: {id: 1}, ref: {id: 2}) { results { status } } }").await;
    let data = server.data("{ parent(key: {id: 2}) { toysAbout { id } } user(key: {id: 2}) { toysAbout(orderBy: [{id: ASC}]) { id } } }").await;
    assert_eq!(data["parent"]["toysAbout"], json!([]));
    assert_eq!(pluck(&data["user"]["toysAbout"], "id"), ["1", "2"]);
    let found = server.data("{ toys(where: {subjectUser: {name: {eq: \"U1\"}}}) { id } }").await;
    assert_eq!(pluck(&found["toys"], "id"), ["40"]);

    // Without a word about deletes the link is removed: both of its columns.
    server.write("mutation { deleteUser(key: {id: 2}) { outcome } }").await;
    assert_eq!(server.texts(columns).await, ["40 users 1"]);
    let half = "select count(*) as v from toy where (subject_id is null) <> (subject_type is null)";
    assert_eq!(server.number(half).await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn c082_a_target_that_comes_or_goes_changes_exactly_its_fields(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c082_targets").await else { return };
    server.define(&subject()).await;
    server
        .write(
            "mutation { associateToySubjectParent(key: {id: 1}, ref: {id: 2}) { changed }
            associateToySubjectUser(key: {id: 2}, ref: {id: 2}) { changed } }",
        )
        .await;
    let fields = server.fields().await;
    let payload = server.define(&branch()).await;
    assert_eq!(payload["breakingChanges"], json!([]));
    assert_eq!(payload["relationship"]["schemaName"], "toy_subject_branch");
    let now = server.fields().await;
    assert!(fields.is_subset(&now), "{:?}", fields.difference(&now).collect::<Vec<_>>());
    let gained: Vec<_> = now.difference(&fields).filter(|field| field.starts_with("\"Toy\".")).collect();
    assert!(gained.len() == 1 && gained[0].contains("subjectBranch"), "{gained:?}");
    server.write("mutation { associateBranchToysAbout(key: {id: 5}, refs: [{id: 3}]) { changed } }").await;
    let types = "select subject_type as v from toy order by id";
    assert_eq!(server.texts(types).await, ["parent", "users", "branch"]);
    let data = server.data("{ toys(orderBy: [{id: ASC}]) { subject { __typename } } }").await;
    assert_eq!(data["toys"][2]["subject"]["__typename"], "Branch");

    // The rows that pointed at a target that goes point nowhere; the others stay.
    let payload = server.define(&Defining::delete("toy_subject_user")).await;
    assert!(!payload["breakingChanges"].as_array().unwrap().is_empty());
    assert_eq!(payload["relationship"], json!(null));
    assert_eq!(server.texts(types).await, ["parent", "null", "branch"]);
    assert_eq!(server.texts("select subject_id as v from toy order by id").await, ["2", "null", "5"]);
    server.lacks("{ toys { subjectUser { id } } }").await;
    server.lacks("{ users { toysAbout { id } } }").await;
    let data = server.data("{ toys(orderBy: [{id: ASC}]) { subject { __typename } subjectParent { id } subjectBranch { id } } users { id } }").await;
    assert_eq!(data["toys"][1], json!({ "subject": null, "subjectParent": null, "subjectBranch": null }));
    assert_eq!(data["users"].as_array().unwrap().len(), 3);

    // A name that is free again may be used again.
    server
        .define(&Defining::target("toy_subject", "user").with("referencingEntityNavigationPropertyName", "subjectUser"))
        .await;
    assert_eq!(server.type_of("Toy", "subjectUser").await.unwrap(), "User");
    server.define(&Defining::delete("toy_subject_user")).await;
    server.define(&Defining::delete("toy_subject_branch")).await;
    server.refuses_to_define(&Defining::delete("toy_subject_parent"), "INVALID").await;
}

#[apply(backends)]
#[tokio::test]
async fn c082_a_lookup_goes_with_all_of_its_targets(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c082_gone").await else { return };
    let (fields, structure) = (server.fields().await, server.structure_of_data().await);
    server.define(&subject()).await;
    server.define(&branch()).await;
    server.write("mutation { associateToySubjectParent(key: {id: 1}, ref: {id: 2}) { changed } }").await;
    let payload = server.define(&Defining::delete("toy_subject")).await;
    assert_eq!((&payload["relationship"], &payload["relationships"]), (&json!(null), &json!([])));
    assert_eq!(server.fields().await, fields);
    assert_eq!(server.structure_of_data().await, structure);
    assert_eq!(server.number("select count(*) as v from toy").await, 3);
}

#[apply(backends)]
#[tokio::test]
async fn c082_no_target_one_twice_or_its_own_table_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c082_invalid").await else { return };
    let of = |targets: &[&str]| Defining::multi_table("toy_subject", "toy", "subject_id", targets);
    server.refuses_to_define(&of(&[]), "INVALID").await;
    server.refuses_to_define(&of(&["parent", "parent"]), "INVALID").await;
    server.refuses_to_define(&of(&["parent", "user", "parent"]), "INVALID").await;
    server.refuses_to_define(&of(&["parent", "toy"]), "INVALID").await;
    server.refuses_to_define(&of(&["toy"]), "INVALID").await;
    for target in ["nobody", "membership", "shelf", "line"] {
        server.refuses_to_define(&of(&["parent", target]), "INVALID").await;
    }
    for referencing in ["nobody", "membership"] {
        server.refuses_to_define(&of(&["parent"]).with("referencingEntity", referencing), "INVALID").await;
    }
    // Keys of other types cannot share a column.
    server.execute("create table ticket (code varchar(9) primary key)").await;
    server.define(&Defining::one_to_many("wakes_the_gateway", "desk", "boss", "wakes_id")).await;
    server.refuses_to_define(&of(&["parent", "ticket"]), "INVALID").await;

    server.define(&subject()).await;
    for target in ["parent", "user", "toy", "ticket", "nobody", "membership", "shelf"] {
        server.refuses_to_define(&Defining::target("toy_subject", target), "INVALID").await;
    }
    server.refuses_to_define(&Defining::target("nothing", "branch"), "NOT_FOUND").await;
}

#[apply(backends)]
#[tokio::test]
async fn c082_names_in_use_are_a_conflict(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c082_conflict").await else { return };
    for (path, name) in [
        ("schemaName", "toy_child"),
        ("lookup.name", "weight"),
        ("lookup.name", "child_id"),
        ("lookup.discriminator", "weight"),
        ("targets.0.schemaName", "toy_child"),
        ("targets.0.schemaName", "toy_subject_user"),
        ("targets.0.schemaName", "toy_subject"),
        ("targets.0.referencingEntityNavigationPropertyName", "child"),
        ("targets.0.referencingEntityNavigationPropertyName", "subjectUser"),
        ("targets.0.referencedEntityNavigationPropertyName", "children"),
    ] {
        server.refuses_to_define(&subject().with(path, name), "CONFLICT").await;
    }
    // Two columns cannot have one name.
    server.refuses_to_define(&subject().with("lookup.discriminator", "subject_id"), "INVALID").await;
    server.define(&subject()).await;
    server.refuses_to_define(&subject(), "CONFLICT").await;
    let other = Defining::one_to_many("toy_subject", "toy", "person", "person_id");
    server.refuses_to_define(&other, "CONFLICT").await;
    server
        .refuses_to_define(&branch().with("referencingEntityNavigationPropertyName", "subjectUser"), "CONFLICT")
        .await;
    server.refuses_to_define(&branch().with("schemaName", "toy_subject_user"), "CONFLICT").await;
}
