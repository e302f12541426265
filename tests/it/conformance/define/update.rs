//! Cases 84 and 85: what an update changes, and what it must not.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, cast, pluck},
};

#[apply(backends)]
#[tokio::test]
async fn c084_immutable_names_are_immutable(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c084_immutable").await else { return };
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    server.define(&Defining::many_to_many("toy_fans", "toy_fan", "toy", "person")).await;
    for (relationship, member, value) in [
        ("toy_owner", "schemaName", "toy_keeper"),
        ("toy_owner", "schemaName", "Toy_owner"),
        ("toy_owner", "referencedEntity", "parent"),
        ("toy_owner", "referencingEntity", "child"),
        ("toy_owner", "lookupName", "keeper_id"),
        ("toy_owner", "lookupName", "child_id"),
        ("toy_fans", "schemaName", "toy_friends"),
        ("toy_fans", "intersectEntityName", "toy_friend"),
        ("toy_child", "schemaName", "child_toy"),
        ("toy_child", "referencedEntity", "parent"),
        ("membership", "intersectEntityName", "members"),
    ] {
        let update = Defining::update(relationship, json!({ member: value, "description": "never stored" }));
        let extensions = server.refuses_to_define(&update, "IMMUTABLE").await;
        assert_eq!(extensions["relationship"], relationship);
    }
    // What they are already is no change.
    let same = json!({ "schemaName": "toy_owner", "referencedEntity": "person", "referencingEntity": "toy",
        "lookupName": "owner_id", "description": "new" });
    let payload = server.define(&Defining::update("toy_owner", same)).await;
    assert_eq!(payload["relationship"]["description"], "new");
    assert_eq!(payload["ddl"], json!([]));
    let same = json!({ "schemaName": "toy_fans", "intersectEntityName": "toy_fan" });
    server.define(&Defining::update("toy_fans", same)).await;
}

#[apply(backends)]
#[tokio::test]
async fn c084_what_is_left_out_or_null_stays(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c084_partial").await else { return };
    let defining = Defining::one_to_many("toy_owner", "toy", "person", "owner_id")
        .with("description", "first")
        .with("cascade.delete", "RESTRICT");
    server.define(&defining).await;
    let before = server.one_to_many("toy_owner").await;
    let nulls = json!({ "schemaName": null, "referencedEntity": null, "referencingEntity": null, "lookupName": null,
        "intersectEntityName": null, "referencedEntityNavigationPropertyName": null, "cascade": null,
        "referencingEntityNavigationPropertyName": null, "entity1NavigationPropertyName": null,
        "entity2NavigationPropertyName": null, "isHierarchical": null, "description": null });
    let sdl = server.sdl().await;
    for input in [json!({}), nulls, json!({ "cascade": {} }), json!({ "cascade": { "delete": null, "assign": null } })]
    {
        let payload = server.define(&Defining::update("toy_owner", input)).await;
        assert_eq!((&payload["ddl"], &payload["sdlDiff"]), (&json!([]), &json!("")));
        assert_eq!(server.one_to_many("toy_owner").await, before);
    }
    assert!(server.sdl().await == sdl);
    let only = async |input| {
        server.define(&Defining::update("toy_owner", input)).await;
        server.one_to_many("toy_owner").await
    };
    let after = only(json!({ "description": "second" })).await;
    assert_eq!(after["description"], "second");
    assert_eq!(after["cascadeConfiguration"], before["cascadeConfiguration"]);
    let after = only(json!({ "referencedEntityNavigationPropertyName": "belongings" })).await;
    assert_eq!(
        (&after["description"], &after["referencingEntityNavigationPropertyName"]),
        (&json!("second"), &json!("owner"))
    );
    let after = only(json!({ "description": "" })).await;
    assert_eq!((&after["description"], &after["behavior"]), (&json!(null), &json!("REFERENTIAL_RESTRICT_DELETE")));
}

#[apply(backends)]
#[tokio::test]
async fn c084_navigation_properties_take_other_names(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c084_names").await else { return };
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    server.define(&Defining::many_to_many("toy_fans", "toy_fan", "toy", "person")).await;
    server
        .write(
            "mutation { associateToyOwner(key: {id: 1}, ref: {id: 1}) { changed }
            associateToyToyFans(key: {id: 1}, refs: [{id: 2}]) { changed } }",
        )
        .await;
    let names = json!({ "referencingEntityNavigationPropertyName": "keeper", "referencedEntityNavigationPropertyName": "Kept" });
    let payload = server.define(&Defining::update("toy_owner", names)).await;
    assert_eq!(payload["ddl"], json!([]));
    assert!(payload["breakingChanges"].to_string().contains("owner"), "{}", payload["breakingChanges"]);
    let names = json!({ "entity1NavigationPropertyName": "fans", "entity2NavigationPropertyName": "likes" });
    server.define(&Defining::update("toy_fans", names)).await;
    let data = server.data("{ toy(key: {id: 1}) { keeper { Kept { id } } fans { id likes { id } } ownerId } }").await;
    let expected =
        json!({ "keeper": { "Kept": [{ "id": 1 }] }, "fans": [{ "id": 2, "likes": [{ "id": 1 }] }], "ownerId": 1 });
    assert_eq!(data["toy"], expected);
    for gone in
        ["toys { owner { id } }", "people { toys { id } }", "toys { toyFans { id } }", "people { toyFans { id } }"]
    {
        server.lacks(&format!("{{ {gone} }}")).await;
    }
    assert!(!server.offers("associateToyOwner").await && server.offers("associateToyKeeper").await);

    for (relationship, member, name, code) in [
        ("toy_owner", "referencingEntityNavigationPropertyName", "child", "CONFLICT"),
        ("toy_owner", "referencingEntityNavigationPropertyName", "fans", "CONFLICT"),
        ("toy_owner", "referencedEntityNavigationPropertyName", "name", "CONFLICT"),
        ("toy_owner", "referencedEntityNavigationPropertyName", "etag", "CONFLICT"),
        ("toy_owner", "referencedEntityNavigationPropertyName", "9", "INVALID"),
        ("toy_fans", "entity1NavigationPropertyName", "weight", "CONFLICT"),
        ("toy_fans", "entity2NavigationPropertyName", "desk", "CONFLICT"),
        ("toy_fans", "entity2NavigationPropertyName", "", "INVALID"),
        // Words of the other kind of relationship.
        ("toy_owner", "entity1NavigationPropertyName", "fresh", "INVALID"),
        ("toy_owner", "intersectEntityName", "fresh", "INVALID"),
        ("toy_fans", "referencingEntityNavigationPropertyName", "fresh", "INVALID"),
        ("toy_fans", "referencedEntity", "person", "INVALID"),
    ] {
        server.refuses_to_define(&Defining::update(relationship, json!({ member: name })), code).await;
    }
    let cascade = Defining::update("toy_fans", json!({ "cascade": { "delete": "CASCADE" } }));
    server.refuses_to_define(&cascade, "INVALID").await;
    server.refuses_to_define(&Defining::update("nothing", json!({})), "NOT_FOUND").await;

    // A name may be given back, and to itself.
    let names =
        json!({ "referencingEntityNavigationPropertyName": "owner", "referencedEntityNavigationPropertyName": "Kept" });
    server.define(&Defining::update("toy_owner", names)).await;
    let data = server.data("{ people(where: {Kept: {some: {}}}) { Kept { owner { id } } } }").await;
    assert_eq!(data["people"], json!([{ "Kept": [{ "owner": { "id": 1 } }] }]));
}

#[apply(backends)]
#[tokio::test]
async fn c085_the_very_next_delete_obeys_another_cascade(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c085").await else { return };
    server.define(&Defining::one_to_many("desk_boss", "desk", "boss", "boss_id")).await;
    server
        .write(
            "mutation { associateBossDesks(key: {id: 3}, refs: [{id: 1}, {id: 2}]) { changed }
            createBoss(input: {id: 30, name: \"thirty\", desks: {associate: [{id: 3}]}}) { outcome }
            other: createBoss(input: {id: 31, name: \"alone\"}) { outcome } }",
        )
        .await;
    let desks = "select id as a, boss_id as v from desk order by id";
    let action = async |action: &str| {
        let keys = server.foreign_keys("desk").await;
        assert!(keys.contains(&format!("boss_id -> boss(id) {action}")), "{keys:?}");
    };
    let set = async |delete: &str| {
        server.define(&Defining::update("desk_boss", json!({ "cascade": { "delete": delete } }))).await
    };
    action("SET NULL").await;

    let payload = set("RESTRICT").await;
    assert!(!payload["ddl"].as_array().unwrap().is_empty());
    action("NO ACTION").await;
    let extensions = server.refuses("mutation { deleteBoss(key: {id: 30}) { outcome } }", "RESTRICTED").await;
    assert_eq!((&extensions["relationship"], &extensions["count"]), (&json!("desk_boss"), &json!(1)));
    server.write("mutation { deleteBoss(key: {id: 31}) { outcome } }").await;
    assert_eq!(server.texts(desks).await, ["3", "3", "30"]);

    set("CASCADE").await;
    action("CASCADE").await;
    server.write("mutation { deleteBoss(key: {id: 30}) { outcome } }").await;
    assert_eq!(server.texts(desks).await, ["3", "3"]);
    set("REMOVE_LINK").await;
    action("SET NULL").await;
    // Bills hold the boss with the number 3 for another reason.
    server.execute("delete from bill").await;
    server.write("mutation { deleteBoss(key: {id: 3}) { outcome } }").await;
    assert_eq!(server.texts(desks).await, ["null", "null"]);

    // Other keys and indexes of the table are what they were.
    let keys = server.foreign_keys("desk").await;
    assert!(keys.contains(&"person_id -> person(id) SET NULL".to_owned()) && keys.len() == 2, "{keys:?}");
    let indexes = server.indexes("desk").await;
    assert!(indexes.contains(&"ix_desk_boss (boss_id)".to_owned()), "{indexes:?}");
    assert!(indexes.iter().any(|index| index.starts_with("unique") && index.ends_with("(person_id)")), "{indexes:?}");
    let data = server.data("{ desks { id person { name } } }").await;
    assert_eq!(pluck(&data["desks"], "id"), ["1", "2"]);
}

#[apply(backends)]
#[tokio::test]
async fn c085_a_target_of_a_multi_table_lookup_has_a_cascade_of_its_own(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c085_targets").await else { return };
    let lookup = Defining::multi_table("desk_place", "desk", "place_id", &["branch", "team"]);
    server.define(&lookup.with("targets.0.cascade.delete", "RESTRICT")).await;
    let name = server.one_to_many("desk_place_team").await["referencingEntityNavigationPropertyName"].clone();
    let other = server.one_to_many("desk_place_branch").await["referencingEntityNavigationPropertyName"].clone();
    let (team, branch) = (name.as_str().unwrap(), other.as_str().unwrap());
    server
        .write(&format!(
            "mutation {{ one: updateDesk(key: {{id: 1}}, input: {{{team}: {{ref: {{id: 7}}}}}}) {{ outcome }}
                two: updateDesk(key: {{id: 2}}, input: {{{branch}: {{ref: {{id: 5}}}}}}) {{ outcome }} }}"
        ))
        .await;
    server.refuses("mutation { deleteBranch(key: {id: 5}) { outcome } }", "RESTRICTED").await;
    let update = Defining::update("desk_place_team", json!({ "cascade": { "delete": "CASCADE" } }));
    let payload = server.define(&update).await;
    assert_eq!(payload["ddl"], json!([]), "there is no foreign key to change");
    server.write("mutation { deleteTeam(key: {id: 7}) { outcome } }").await;
    assert_eq!(server.texts("select id as v from desk order by id").await, ["2", "3"]);
    server.refuses("mutation { deleteBranch(key: {id: 5}) { outcome } }", "RESTRICTED").await;
}
