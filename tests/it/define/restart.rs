//! Definitions outlive the gateway, and its own tables are nobody's entities.

use relata::{Gateway, gateway::Builder};
use rstest_reuse::apply;
use sea_orm::DatabaseConnection;
use serde_json::json;

use super::tables::blog;
use crate::{
    backends,
    support::{Backend, Defining, Server, builder_of_cast, cast, demo_of_its_own, pluck},
};

fn discovered(connection: DatabaseConnection) -> Builder {
    Gateway::builder(connection).discover(&[])
}

/// Definitions of every kind, with all that may be said about them.
async fn define_all(server: &Server) {
    for defining in [
        Defining::one_to_many("toy_owner", "toy", "person", "owner_id")
            .with("description", "whose\nit \"is\"")
            .with("lookup.description", "the owner's key")
            .with("referencedEntityNavigationPropertyName", "Owned_Toys")
            .with("cascade.delete", "RESTRICT"),
        Defining::one_to_many("toy_keeper", "toy", "person", "keeper_id").with("lookup.unique", true),
        Defining::one_to_many("person_superior", "person", "person", "superior_id").with("isHierarchical", true),
        Defining::many_to_many("badge_holders", "badge_holder", "user", "badge").with("description", "who holds what"),
        Defining::many_to_many("advice", "advice", "person", "person")
            .with("entity1.navigationPropertyName", "advises")
            .with("entity2.navigationPropertyName", "advisedBy"),
        Defining::multi_table("desk_place", "desk", "place_id", &["branch", "team"])
            .with("lookup.description", "where it stands")
            .with("targets.1.cascade.delete", "CASCADE")
            .with("targets.0.description", "in a branch"),
        Defining::target("desk_place", "users").with("referencedEntity", "user").with("schemaName", "desk_at_home"),
        Defining::update(
            "toy_child",
            json!({ "description": "played with", "referencedEntityNavigationPropertyName": "playthings" }),
        ),
        Defining::update("aide_boss", json!({ "cascade": { "delete": "RESTRICT" } })),
        Defining::update("membership", json!({ "entity1NavigationPropertyName": "squads" })),
        Defining::update("branch_parent", json!({ "isHierarchical": false })),
    ] {
        server.define(&defining).await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn definitions_survive_a_restart_in_every_part(#[case] backend: Backend) {
    let Some(server) = cast(backend, "restart").await else { return };
    define_all(&server).await;
    let after = server.another(builder_of_cast).await;
    assert!(after.sdl().await == server.sdl().await);
    for name in [
        "toy_owner",
        "toy_keeper",
        "person_superior",
        "desk_place_branch",
        "desk_place_team",
        "desk_at_home",
        "toy_child",
        "aide_boss",
        "branch_parent",
    ] {
        assert_eq!(after.one_to_many(name).await, server.one_to_many(name).await, "{name}");
    }
    for name in ["badge_holders", "advice", "membership"] {
        assert_eq!(after.many_to_many(name).await, server.many_to_many(name).await, "{name}");
    }
    let owner = after.one_to_many("toy_owner").await;
    assert_eq!((&owner["description"], &owner["isCustom"]), (&json!("whose\nit \"is\""), &json!(true)));
    assert_eq!(owner["referencedEntityNavigationPropertyName"], "Owned_Toys");
    assert_eq!(after.one_to_many("person_superior").await["isHierarchical"], true);
    assert_eq!(after.one_to_many("toy_child").await["isCustom"], false);
    // What was overridden is obeyed.
    after.refuses("mutation { deleteBoss(key: {id: 1}) { outcome } }", "RESTRICTED").await;
    after.write("mutation { associatePersonSuperior(key: {id: 1}, ref: {id: 2}) { changed } }").await;
    after.refuses("mutation { associatePersonSuperior(key: {id: 2}, ref: {id: 1}) { changed } }", "CYCLE").await;
    // And it can all be taken back by who did not define it.
    for name in ["toy_owner", "toy_keeper", "person_superior", "badge_holders", "advice", "desk_place"] {
        after.define(&Defining::delete(name)).await;
    }
    let sdl = after.sdl().await;
    assert!(server.another(builder_of_cast).await.sdl().await == sdl);
}

#[apply(backends)]
#[tokio::test]
async fn definitions_over_entities_survive_a_restart(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "restart_demo").await else { return };
    server.define(&Defining::one_to_many("account_keeper", "account", "systemuser", "keeper_id")).await;
    server.define(&Defining::many_to_many("contact_teams", "contactteam", "contact", "team")).await;
    server
        .define(&Defining::update(
            "task_list",
            json!({ "cascade": { "delete": "RESTRICT" }, "description": "on a list" }),
        ))
        .await;
    let after = server.another(relata::demo::builder).await;
    assert!(after.sdl().await == server.sdl().await);
    assert_eq!(after.one_to_many("task_list").await, server.one_to_many("task_list").await);
    after.data("{ accounts(first: 1) { keeper { accounts { name } } } teams { contactTeams { lastname } } }").await;
}

#[apply(backends)]
#[tokio::test]
async fn no_definition_changes_the_name_of_what_is_there(#[case] backend: Backend) {
    let Some(server) = cast(backend, "stable_names").await else { return };
    let mut fields = server.fields().await;
    for defining in [
        // Each of them would make discovery choose other names than it did without it.
        Defining::one_to_many("a", "child", "parent", "guardian_id"),
        Defining::one_to_many("b", "child", "parent", "teacher_id"),
        Defining::one_to_many("c", "toy", "child", "lender_id"),
        Defining::many_to_many("d", "borrowing", "team", "user"),
        Defining::one_to_many("e", "person", "person", "friend_id"),
        Defining::one_to_many("f", "desk", "person", "visitor_id").with("lookup.unique", true),
        Defining::multi_table("g", "toy", "place_id", &["branch", "child"]),
    ] {
        server.define(&defining).await;
        let now = server.fields().await;
        let lost: Vec<_> = fields.difference(&now).collect();
        assert!(lost.is_empty(), "{defining:?}\n{lost:#?}");
        let again = server.another(builder_of_cast).await.fields().await;
        assert_eq!(again, now, "{defining:?}");
        fields = now;
    }
    // Nor does the one that comes later change the ones that were defined before it, when these go.
    server.define(&Defining::delete("a")).await;
    assert_eq!(server.one_to_many("b").await["referencedEntityNavigationPropertyName"], "childrenByTeacher");
    assert_eq!(server.one_to_many("child_parent").await["referencedEntityNavigationPropertyName"], "children");
}

#[apply(backends)]
#[tokio::test]
async fn the_gateways_own_tables_are_no_entities(#[case] backend: Backend) {
    let Some(server) = blog(backend, "own_tables").await else { return };
    server.define(&Defining::one_to_many("post_editor", "post", "author", "editor_id")).await;
    assert!(server.has_table("relata_state").await && server.has_table("relata_definition").await);
    assert_eq!(server.texts("select schema_name as v from relata_definition").await, ["post_editor"]);
    assert_eq!(server.number("select count(*) as v from relata_state where version >= 1 and generation >= 1").await, 1);
    for server in [&server, &server.another(discovered).await] {
        let sdl = server.sdl().await;
        assert!(!sdl.contains("Relata") && !sdl.contains("relata"), "the schema shows the gateway's own tables");
        let metadata = server.client().get(server.url("/odata/$metadata")).send().await.unwrap();
        assert_eq!(metadata.status(), 200);
        let metadata = metadata.text().await.unwrap();
        assert!(metadata.contains("\"editor\""), "{metadata}");
        assert!(!metadata.to_lowercase().contains("relata_"), "{metadata}");
        let data = server.data("{ entityDefinitions { tableName } }").await;
        let mut tables = pluck(&data["entityDefinitions"], "tableName");
        tables.retain(|table| table.contains("relata"));
        assert_eq!(tables, [""; 0]);
        server.refuses_to_define(&Defining::one_to_many("a", "post", "relataState", "a_id"), "INVALID").await;
    }
}
