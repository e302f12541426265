//! Names that are no identifiers: INVALID, and nothing happens.

use rstest_reuse::apply;

use super::tables::blog;
use crate::{
    backends,
    support::{Backend, Defining},
};

/// Names that neither a column, a table nor a definition may have.
const BAD: &[&str] = &[
    "",
    " ",
    "_leading",
    "1st",
    "two words",
    "dash-ed",
    "dot.ted",
    "quo\"te",
    "apo'strophe",
    "back`tick",
    "semi;drop table post",
    "x); drop table post; --",
    "tab\tbed",
    "line\nfeed",
    "nul\u{0}",
    "bräu",
    "名前",
    "emoji🙂",
    "right\u{202e}left",
    "$dollar",
    "@at",
    "back\\slash",
    "relata_x",
    "relata_state",
    "RELATA_x",
];

/// The same for fields: GraphQL has no such names, or keeps them to itself.
const BAD_FIELDS: &[&str] =
    &["", " ", "1st", "two words", "dash-ed", "quo\"te", "semi;", "bräu", "emoji🙂", "__typename", "__x", "nul\u{0}"];

#[apply(backends)]
#[tokio::test]
async fn names_of_columns_and_definitions_are_identifiers(#[case] backend: Backend) {
    let Some(server) = blog(backend, "columns").await else { return };
    let base = Defining::one_to_many("post_editor", "post", "author", "editor_id");
    for name in BAD.iter().copied().chain([&*"n".repeat(60), &*"n".repeat(4000)]) {
        for path in ["schemaName", "lookup.name"] {
            server.refuses_to_define(&base.clone().with(path, name), "INVALID").await;
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn names_of_intersects_and_their_columns_are_identifiers(#[case] backend: Backend) {
    let Some(server) = blog(backend, "intersects").await else { return };
    let base = Defining::many_to_many("post_readers", "reader", "post", "author");
    for name in BAD.iter().copied().chain([&*"n".repeat(60)]) {
        for path in ["schemaName", "intersectEntityName", "entity1.intersectAttribute", "entity2.intersectAttribute"] {
            server.refuses_to_define(&base.clone().with(path, name), "INVALID").await;
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn names_of_multi_table_lookups_are_identifiers(#[case] backend: Backend) {
    let Some(server) = blog(backend, "lookups").await else { return };
    let base = Defining::multi_table("draft_about", "draft", "about_id", &["post", "author"]);
    for name in BAD.iter().copied().chain([&*"n".repeat(60)]) {
        for path in ["schemaName", "lookup.name", "lookup.discriminator", "targets.1.schemaName"] {
            server.refuses_to_define(&base.clone().with(path, name), "INVALID").await;
        }
    }
    server.define(&base).await;
    for name in ["", "1st", "semi;", "relata_x", &"n".repeat(60)] {
        server.refuses_to_define(&Defining::target("draft_about", "tag").with("schemaName", name), "INVALID").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn names_of_fields_are_names_of_graphql(#[case] backend: Backend) {
    let Some(server) = blog(backend, "fields").await else { return };
    let lookup = Defining::one_to_many("post_editor", "post", "author", "editor_id");
    let pairs = Defining::many_to_many("post_readers", "reader", "post", "author");
    let long = "n".repeat(101);
    for name in BAD_FIELDS.iter().copied().chain([&*long]) {
        for path in ["referencedEntityNavigationPropertyName", "referencingEntityNavigationPropertyName"] {
            server.refuses_to_define(&lookup.clone().with(path, name), "INVALID").await;
        }
        for path in ["entity1.navigationPropertyName", "entity2.navigationPropertyName"] {
            server.refuses_to_define(&pairs.clone().with(path, name), "INVALID").await;
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn words_of_sql_and_letters_of_either_case_are_identifiers(#[case] backend: Backend) {
    let Some(server) = blog(backend, "words").await else { return };
    server.execute("insert into draft (id) values (1)").await;
    for (schema_name, column, field) in [
        ("select", "order", "select_"),
        ("Table", "WHERE_id", "From"),
        ("x", "y_id", "null"),
        ("TRUE_", "Group_Id", "true"),
    ] {
        let defining = Defining::one_to_many(schema_name, "draft", "author", column)
            .with("referencingEntityNavigationPropertyName", field)
            .with("referencedEntityNavigationPropertyName", format!("{field}Back"));
        server.define(&defining).await;
        assert!(server.column("draft", column).await.is_some(), "{column}");
        server
            .write(&format!(
                "mutation {{ updateDraft(key: {{id: 1}}, input: {{{field}: {{ref: {{id: 1}}}}}}) {{ outcome }} }}"
            ))
            .await;
        let data = server
            .data(&format!(
                "{{ authors(where: {{{field}Back: {{some: {{}}}}}}) {{ {field}Back {{ {field} {{ id }} }} }} }}"
            ))
            .await;
        assert_eq!(data["authors"][0][format!("{field}Back")][0][field]["id"], 1);
        server.define(&Defining::delete(schema_name)).await;
        assert!(server.column("draft", column).await.is_none(), "{column}");
    }
    server
        .define(&Defining::many_to_many("Values", "Union", "draft", "tag").with("entity1.intersectAttribute", "All"))
        .await;
    assert_eq!(server.primary_key("Union").await, ["All", "tag_id"]);
    server.define(&Defining::delete("Values")).await;
}
