//! Names, tables and states that definitions meet rarely.

use rstest_reuse::apply;
use serde_json::json;

use super::tables::blog;
use crate::{
    backends,
    support::{Backend, Defining, scratch},
};

/// What is derived from an entity's name may be a type of the gateway's own, though the name itself is none.
#[apply(backends)]
#[tokio::test]
async fn tables_whose_types_would_be_the_gateways_are_served_by_other_names(#[case] backend: Backend) {
    const TABLES: &str = "
        create table lookup (id integer primary key); create table definition (id integer primary key);
        insert into lookup values (1); insert into definition values (2);";
    let Some(server) = scratch(backend, "define_review_words", TABLES).await else { return };
    let data = server.data("{ lookupEntities { id } definitionEntities { id } }").await;
    assert_eq!(data, json!({ "lookupEntities": [{ "id": 1 }], "definitionEntities": [{ "id": 2 }] }));
    for name in ["lookup_x", "Lookup", "definitions"] {
        let pairs = Defining::many_to_many("pairs", name, "lookupEntity", "definitionEntity").dry();
        let expected = if name == "lookup_x" { None } else { Some("CONFLICT".to_owned()) };
        assert_eq!(server.try_define(&pairs).await.err(), expected, "{name}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn an_intersect_entity_takes_no_name_from_a_union(#[case] backend: Backend) {
    let Some(server) = blog(backend, "review_union").await else { return };
    server.define(&Defining::multi_table("about", "draft", "about_id", &["post", "author"])).await;
    let data = server.data("{ __type(name: \"DraftAbout\") { kind } }").await;
    assert_eq!(data["__type"]["kind"], "UNION");
    let pairs = |table| Defining::many_to_many("pairs", table, "post", "author");
    server.refuses_to_define(&pairs("draft_about"), "CONFLICT").await;
    server.define(&pairs("draft_abouts_2")).await;
}

#[apply(backends)]
#[tokio::test]
async fn an_index_meets_a_table_of_its_name(#[case] backend: Backend) {
    let Some(server) = blog(backend, "review_index").await else { return };
    server.execute("create table ix_post_editor (id integer primary key)").await;
    let editor = Defining::one_to_many("post_editor", "post", "author", "editor_id");
    if backend == Backend::MariaDb {
        // Its indexes are each table's own, and meet nothing.
        server.define(&editor).await;
        return;
    }
    assert_eq!(server.try_define(&editor).await, Err("CONFLICT".to_owned()));
    assert_eq!(server.column("post", "editor_id").await, None);
    server.execute("drop table ix_post_editor").await;
    server.define(&editor).await;
}

#[apply(backends)]
#[tokio::test]
async fn a_definition_outlives_its_column_and_can_be_deleted(#[case] backend: Backend) {
    let Some(server) = blog(backend, "review_gone").await else { return };
    let editor = Defining::one_to_many("post_editor", "post", "author", "editor_id");
    server.define(&editor).await;
    let structure = server.structure_of_data().await;
    let drop = match backend {
        // The index goes with its only column, but not before the foreign key that needs it.
        Backend::MariaDb => "alter table post drop foreign key fk_post_editor, drop column editor_id",
        Backend::Sqlite | Backend::Postgres => "drop index ix_post_editor; alter table post drop column editor_id",
    };
    server.execute(drop).await;
    let gone = server.define(&Defining::delete("post_editor")).await;
    assert_eq!(gone["relationships"], json!([]));
    assert_eq!(server.number("select count(*) as v from relata_definition").await, 0);
    server.define(&editor).await;
    assert_eq!(server.structure_of_data().await, structure);
}

#[apply(backends)]
#[tokio::test]
async fn definitions_outlive_their_tables_and_can_be_deleted(#[case] backend: Backend) {
    let Some(server) = blog(backend, "review_lost").await else { return };
    server.define(&Defining::many_to_many("post_readers", "reader", "post", "author")).await;
    server.define(&Defining::multi_table("draft_about", "draft", "about_id", &["post", "author"])).await;
    let index = backend.drop_index("ix_draft_about", "draft");
    server.execute(&format!("drop table reader; {index}; alter table draft drop column about_id")).await;
    for name in ["post_readers", "draft_about"] {
        let gone = server.define(&Defining::delete(name)).await;
        assert_eq!(gone["ddl"], json!([]), "there is nothing left to drop");
    }
    assert_eq!(server.number("select count(*) as v from relata_definition").await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn names_that_differ_in_letter_case_only_meet(#[case] backend: Backend) {
    let Some(server) = blog(backend, "review_case").await else { return };
    server.define(&Defining::one_to_many("post_editor", "post", "author", "editor_id")).await;
    let other = Defining::one_to_many("Post_Editor", "draft", "author", "writer_id");
    let extensions = server.refuses_to_define(&other, "CONFLICT").await;
    assert_eq!(extensions["relationship"], "Post_Editor");
}

#[apply(backends)]
#[tokio::test]
async fn one_operation_takes_so_much_and_no_more(#[case] backend: Backend) {
    let Some(server) = blog(backend, "review_much").await else { return };
    let defining = Defining::one_to_many("post_editor", "post", "author", "editor_id").dry();
    let fields: String = (0..21).map(|index| defining.inline(&format!("f{index}"))).collect();
    assert_eq!(server.code(&format!("mutation {{ {fields} }}")).await, "LIMIT_EXCEEDED");
    server.refuses_to_define(&defining.clone().with("description", "a".repeat(2_001)), "INVALID").await;
    server.define(&defining.with("description", "a".repeat(2_000))).await;
}

#[apply(backends)]
#[tokio::test]
async fn the_ends_of_one_entity_exchange_their_names(#[case] backend: Backend) {
    let Some(server) = blog(backend, "review_exchange").await else { return };
    let itself = |defining: Defining, first: &str, second: &str| defining.with(first, "left").with(second, "right");
    let pairs = Defining::many_to_many("pairs", "pair", "post", "post");
    server.define(&itself(pairs, "entity1.navigationPropertyName", "entity2.navigationPropertyName")).await;
    server.execute("insert into pair (post_id_1, post_id_2) values (1, 2)").await;
    let query = "{ posts(orderBy: [{id: ASC}]) { left { id } right { id } } }";
    let before = json!([{ "left": [{ "id": 2 }], "right": [] }, { "left": [], "right": [{ "id": 1 }] }]);
    assert_eq!(server.data(query).await["posts"], before);
    let names = json!({ "entity1NavigationPropertyName": "right", "entity2NavigationPropertyName": "left" });
    server.define(&Defining::update("pairs", names)).await;
    let after = json!([{ "right": [{ "id": 2 }], "left": [] }, { "right": [], "left": [{ "id": 1 }] }]);
    assert_eq!(server.data(query).await["posts"], after);

    let above = Defining::one_to_many("above", "draft", "draft", "above_id");
    let (single, many) = ("referencingEntityNavigationPropertyName", "referencedEntityNavigationPropertyName");
    server.define(&itself(above, single, many)).await;
    server.execute("insert into draft (id, above_id) values (1, null), (2, 1)").await;
    server.define(&Defining::update("above", json!({ single: "right", many: "left" }))).await;
    let data = server.data("{ drafts(orderBy: [{id: ASC}]) { right { id } left { id } } }").await;
    let below = json!([{ "right": null, "left": [{ "id": 2 }] }, { "right": { "id": 1 }, "left": [] }]);
    assert_eq!(data["drafts"], below);

    // A name of another relationship is none that they may take.
    server
        .refuses_to_define(&Defining::update("pairs", json!({ "entity1NavigationPropertyName": "tags" })), "CONFLICT")
        .await;
    server
        .refuses_to_define(&Defining::update("pairs", json!({ "entity1NavigationPropertyName": "left" })), "CONFLICT")
        .await;
}

/// PostgreSQL keeps foreign keys of each part of a table beside that of the table.
#[tokio::test]
async fn tables_in_parts() {
    const TABLES: &str = "
        create table note (id integer primary key);
        create table part (id integer primary key, size integer) partition by range (id);
        create table part_low partition of part for values from (0) to (100);
        create table part_high partition of part for values from (100) to (200);
        create table late (id integer primary key deferrable initially deferred);
        insert into part values (1, 10), (150, 20); insert into note values (7);";
    let Some(server) = scratch(Backend::Postgres, "define_review_parts", TABLES).await else { return };
    let structure = server.structure_of_data().await;
    server.define(&Defining::one_to_many("note_part", "note", "part", "part_id")).await;
    server.define(&Defining::one_to_many("part_note", "part", "note", "note_id")).await;
    server.execute("update note set part_id = 150; update part set note_id = 7 where id = 1").await;
    for name in ["note_part", "part_note"] {
        server.define(&Defining::update(name, json!({ "cascade": { "delete": "RESTRICT" } }))).await;
    }
    let data = server.data("{ notes { part { size } parts { size } } }").await;
    assert_eq!(data["notes"], json!([{ "part": { "size": 20 }, "parts": [{ "size": 10 }] }]));
    for name in ["note_part", "part_note"] {
        server.define(&Defining::delete(name)).await;
    }
    assert_eq!(server.structure_of_data().await, structure);

    // What the database does not do to such tables is no failure of the gateway's.
    let unique = Defining::one_to_many("part_note", "part", "note", "note_id").with("lookup.unique", true);
    assert_eq!(server.try_define(&unique).await, Err("UNSUPPORTED".to_owned()));
    let late = Defining::one_to_many("note_late", "note", "late", "late_id");
    assert_eq!(server.try_define(&late).await, Err("UNSUPPORTED".to_owned()));
    assert_eq!(server.structure_of_data().await, structure);
}
