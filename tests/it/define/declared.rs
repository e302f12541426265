//! What code declares or the database has as a foreign key: its names, descriptions and cascade may be overridden.

use rstest_reuse::apply;
use serde_json::{Value, json};

use super::tables::blog;
use crate::{
    backends,
    support::{Backend, Defining, Server, cast, demo_of_its_own},
};

/// An override must not touch the tables.
async fn overrides(server: &Server, schema_name: &str, input: Value) -> Value {
    let structure = server.structure_of_data().await;
    let payload = server.define(&Defining::update(schema_name, input)).await;
    assert_eq!(payload["ddl"], json!([]), "{schema_name}");
    assert_eq!(payload["schemaName"], schema_name);
    assert_eq!(payload["relationship"]["isCustom"], false);
    assert_eq!(server.structure_of_data().await, structure);
    payload
}

#[apply(backends)]
#[tokio::test]
async fn names_and_descriptions_of_foreign_keys(#[case] backend: Backend) {
    let Some(server) = cast(backend, "override_names").await else { return };
    let names = json!({ "referencingEntityNavigationPropertyName": "Kid", "referencedEntityNavigationPropertyName": "playthings",
        "description": "who plays with it" });
    let payload = overrides(&server, "toy_child", names).await;
    assert!(payload["breakingChanges"].to_string().contains("Toy.child"), "{}", payload["breakingChanges"]);
    let data = server.data("{ toy(key: {id: 1}) { Kid { name playthings(orderBy: [{id: ASC}]) { name } } } }").await;
    assert_eq!(data["toy"]["Kid"], json!({ "name": "C1", "playthings": [{ "name": "ball" }, { "name": "kite" }] }));
    server.lacks("{ toys { child { id } } }").await;
    server.lacks("{ children { toys { id } } }").await;
    server.write("mutation { associateChildPlaythings(key: {id: 3}, refs: [{id: 3}]) { changed } }").await;
    let definition = server.one_to_many("toy_child").await;
    assert_eq!(
        (&definition["description"], &definition["schemaName"]),
        (&json!("who plays with it"), &json!("toy_child"))
    );
    assert_eq!(definition["behavior"], "PARENTAL");

    // One end at a time; the schema name stays whatever the fields are called.
    overrides(&server, "toy_child", json!({ "referencingEntityNavigationPropertyName": "child" })).await;
    let data = server.data("{ toy(key: {id: 1}) { child { playthings { id } } } }").await;
    assert!(data["toy"]["child"]["playthings"].is_array());
    overrides(&server, "toy_child", json!({ "description": "" })).await;
    assert_eq!(server.one_to_many("toy_child").await["description"], json!(null));
}

#[apply(backends)]
#[tokio::test]
async fn names_of_found_intersects(#[case] backend: Backend) {
    let Some(server) = cast(backend, "override_intersect").await else { return };
    let ends = server.many_to_many("membership").await;
    let user_is_first = ends["entity1LogicalName"] == "user";
    let (user, team) = if user_is_first { ("entity1", "entity2") } else { ("entity2", "entity1") };
    let member = |end: &str| format!("{end}NavigationPropertyName");
    overrides(
        &server,
        "membership",
        json!({ member(user): "squads", member(team): "members", "description": "who is where" }),
    )
    .await;
    let data = server.data("{ user(key: {id: 2}) { squads { name members(orderBy: [{id: ASC}]) { id } } } }").await;
    assert_eq!(data["user"]["squads"], json!([{ "name": "T1", "members": [{ "id": 1 }, { "id": 2 }] }]));
    server.lacks("{ users { teams { id } } }").await;
    server.write("mutation { associateTeamMembers(key: {id: 7}, refs: [{id: 3}]) { changed } }").await;
    // A self relationship keeps its direction.
    overrides(&server, "follow", json!({ "entity1NavigationPropertyName": "first_role" })).await;
    assert_eq!(server.many_to_many("follow").await["entity1NavigationPropertyName"], "first_role");
}

#[apply(backends)]
#[tokio::test]
async fn cascades_of_foreign_keys_are_obeyed_by_the_next_delete(#[case] backend: Backend) {
    let Some(server) = cast(backend, "override_cascade").await else { return };
    let set =
        async |name: &str, delete: &str| overrides(&server, name, json!({ "cascade": { "delete": delete } })).await;
    let delete = |id: i32| format!("mutation {{ deleteBoss(key: {{id: {id}}}) {{ outcome }} }}");
    // Cascades become a refusal, a refusal becomes a removed link, a removed link a cascade.
    set("aide_boss", "RESTRICT").await;
    assert_eq!(server.refuses(&delete(1), "RESTRICTED").await["relationship"], "aide_boss");
    set("bill_boss", "REMOVE_LINK").await;
    server.write(&delete(3)).await;
    assert_eq!(server.texts("select boss_id as v from bill order by id").await, ["null", "null", "null"]);
    set("badge_boss", "CASCADE").await;
    server.write(&delete(2)).await;
    assert_eq!(server.texts("select id as v from badge order by id").await, ["4", "5"]);
    set("aide_boss", "REMOVE_LINK").await;
    server.write(&delete(1)).await;
    assert_eq!(server.texts("select id as v from aide where boss_id is null order by id").await, ["1", "2", "6"]);
    assert_eq!(server.texts("select id as v from folder order by id").await, ["1", "2", "3", "4", "5"]);
    assert_eq!(server.one_to_many("aide_boss").await["behavior"], "REFERENTIAL");
}

#[apply(backends)]
#[tokio::test]
async fn what_needs_ddl_stays(#[case] backend: Backend) {
    let Some(server) = cast(backend, "override_never").await else { return };
    for (input, code) in [
        (json!({ "lookupName": "kid_id" }), "IMMUTABLE"),
        (json!({ "referencedEntity": "person" }), "IMMUTABLE"),
        (json!({ "cascade": { "delete": "ACTIVE" } }), "INVALID"),
        (json!({ "cascade": { "assign": "CASCADE" } }), "UNSUPPORTED"),
        (json!({ "isHierarchical": true }), "INVALID"),
        (json!({ "referencingEntityNavigationPropertyName": "weight" }), "CONFLICT"),
    ] {
        server.refuses_to_define(&Defining::update("toy_child", input), code).await;
    }
    server
        .refuses_to_define(
            &Defining::update("item_order", json!({ "cascade": { "behavior": "REFERENTIAL" } })),
            "INVALID",
        )
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn hierarchies_are_said_at_run_time(#[case] backend: Backend) {
    let sql = "create table unit (id integer primary key, parent_id integer references unit (id) on delete set null);
        insert into unit values (1, null), (2, 1), (3, 2);";
    let Some(server) = crate::support::scratch(backend, "override_hierarchy", sql).await else { return };
    let circle = "mutation { associateUnitParent(key: {id: 1}, ref: {id: 3}) { changed } }";
    overrides(&server, "unit_parent", json!({ "isHierarchical": true })).await;
    server.refuses(circle, "CYCLE").await;
    overrides(&server, "unit_parent", json!({ "isHierarchical": false })).await;
    server.write(circle).await;
}

#[apply(backends)]
#[tokio::test]
async fn composite_lookups_and_those_of_keys(#[case] backend: Backend) {
    let Some(server) = cast(backend, "override_composite").await else { return };
    overrides(
        &server,
        "book_shelf",
        json!({ "referencedEntityNavigationPropertyName": "volumes", "cascade": { "delete": "CASCADE" } }),
    )
    .await;
    server.write("mutation { deleteShelf(key: {ref: \"shelves(aisle=1,position=1)\"}) { outcome } }").await;
    assert_eq!(server.texts("select id as v from book order by id").await, ["2"]);
    server.data("{ shelves { volumes { title } } }").await;
    overrides(&server, "line_order", json!({ "cascade": { "delete": "RESTRICT" } })).await;
    let refused = server.refuses("mutation { deleteOrder(key: {id: 2}) { outcome } }", "RESTRICTED").await;
    assert!(refused["count"].as_i64().unwrap() >= 1);
}

#[apply(backends)]
#[tokio::test]
async fn what_entities_declare(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "override_demo").await else { return };
    let names = json!({ "referencingEntityNavigationPropertyName": "employer", "description": "works for" });
    overrides(&server, "contact_parentcustomeridAccount", names).await;
    let data = server.data("{ contacts(where: {employerExists: true}, first: 1) { employer { contactCustomerAccounts(first: 1) { lastname } } } }").await;
    assert!(data["contacts"][0]["employer"]["contactCustomerAccounts"][0]["lastname"].is_string());
    // One target of the lookup over several entities.
    overrides(
        &server,
        "socialprofile_customeridContact",
        json!({ "cascade": { "delete": "CASCADE" }, "referencedEntityNavigationPropertyName": "profiles" }),
    )
    .await;
    let count = "select count(*) as v from socialprofile";
    let before = server.number(count).await;
    let data =
        server.data("{ contacts(where: {profiles: {some: {}}}, first: 1) { ref profilesAggregate { count } } }").await;
    let contact = &data["contacts"][0];
    server.data(&format!("mutation {{ deleteContact(key: {{ref: {}}}) {{ outcome }} }}", contact["ref"])).await;
    assert_eq!(server.number(count).await, before - contact["profilesAggregate"]["count"].as_i64().unwrap());
    overrides(&server, "systemuserroles_association", json!({ "entity1NavigationPropertyName": "roles" })).await;
    let after = server.another(relata::demo::builder).await;
    assert!(after.sdl().await == server.sdl().await);
    after
        .data("{ systemusers(first: 1) { roles { name } } contacts(first: 1) { employer { name } profiles { ref } } }")
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn an_override_of_what_is_gone_does_no_harm(#[case] backend: Backend) {
    let Some(server) = blog(backend, "override_gone").await else { return };
    overrides(&server, "page_post", json!({ "referencingEntityNavigationPropertyName": "article" })).await;
    server.execute("drop table page").await;
    // Somebody dropped the table: its relationship is gone with it, and others go on.
    let gateway = relata::Gateway::builder(server.connection().clone()).discover(&[]).build().await.unwrap();
    let after = Server::start(gateway, server.connection().clone()).await;
    after.data("{ posts { author { name } tags { name } } }").await;
    after.define(&Defining::one_to_many("post_editor", "post", "author", "editor_id")).await;
    assert_eq!(after.try_define(&Defining::update("page_post", json!({}))).await, Err("NOT_FOUND".to_owned()));
}
