//! Names that are in use or kept for something: CONFLICT, and nothing happens.

use rstest_reuse::apply;
use serde_json::json;

use super::tables::blog;
use crate::{
    backends,
    support::{Backend, Defining},
};

fn editor() -> Defining {
    Defining::one_to_many("post_editor", "post", "author", "editor_id")
}

#[apply(backends)]
#[tokio::test]
async fn columns_and_their_fields(#[case] backend: Backend) {
    let Some(server) = blog(backend, "taken_columns").await else { return };
    // Columns in any letter case, columns whose attribute would be another's, and a navigation property.
    for column in [
        "author_id",
        "AUTHOR_ID",
        "Author_Id",
        "title",
        "TITLE",
        "slugText",
        "slugtext",
        "slug_text",
        "author",
        "authorId",
    ] {
        let extensions = server.refuses_to_define(&editor().with("lookup.name", column), "CONFLICT").await;
        assert_eq!(extensions["entity"], "post", "{column}");
    }
    let lookup = Defining::multi_table("post_about", "post", "about_id", &["tag", "author"]);
    for column in ["author_id", "Title", "author"] {
        server.refuses_to_define(&lookup.clone().with("lookup.name", column), "CONFLICT").await;
        server.refuses_to_define(&lookup.clone().with("lookup.discriminator", column), "CONFLICT").await;
    }
    let pairs = Defining::many_to_many("post_readers", "reader", "post", "author");
    let same = pairs.with("entity1.intersectAttribute", "x").with("entity2.intersectAttribute", "X");
    // Nothing is there that they meet: two columns cannot have one name.
    server.refuses_to_define(&same, "INVALID").await;
}

#[apply(backends)]
#[tokio::test]
async fn fields_at_either_end(#[case] backend: Backend) {
    let Some(server) = blog(backend, "taken_fields").await else { return };
    let referencing = [
        "title",
        "authorId",
        "author",
        "tags",
        "pages",
        "tagsConnection",
        "tagsAggregate",
        "authorExists",
        "ref",
        "etag",
        "and",
        "or",
        "not",
        "editorId",
    ];
    let referenced = ["name", "code", "posts", "postsConnection", "postsAggregate", "ref", "etag", "and", "or", "not"];
    for (member, names) in [
        ("referencingEntityNavigationPropertyName", &referencing[..]),
        ("referencedEntityNavigationPropertyName", &referenced[..]),
    ] {
        for name in names {
            let extensions = server.refuses_to_define(&editor().with(member, *name), "CONFLICT").await;
            assert_eq!(extensions["navigationProperty"], *name);
        }
    }
    // What would belong to the new one meets what is there.
    server.execute("alter table author add column \"writtenConnection\" varchar(9)").await;
    server.define(&Defining::one_to_many("wakes", "draft", "tag", "wakes_id")).await;
    let written = editor().with("referencedEntityNavigationPropertyName", "written");
    server.refuses_to_define(&written, "CONFLICT").await;
    // Letters of another case are another name.
    server.define(&editor().with("referencedEntityNavigationPropertyName", "Posts")).await;
}

#[apply(backends)]
#[tokio::test]
async fn fields_of_collections(#[case] backend: Backend) {
    let Some(server) = blog(backend, "taken_collections").await else { return };
    let pairs = || Defining::many_to_many("post_readers", "reader", "post", "author");
    for name in ["title", "tags", "author", "tagsConnection", "etag", "not"] {
        server.refuses_to_define(&pairs().with("entity1.navigationPropertyName", name), "CONFLICT").await;
    }
    for name in ["name", "posts", "postsAggregate", "ref"] {
        server.refuses_to_define(&pairs().with("entity2.navigationPropertyName", name), "CONFLICT").await;
    }
    // The default, from the schema name, is taken at one end.
    for schema_name in ["posts", "Tags", "post_tags"] {
        let defining = pairs().with("schemaName", schema_name);
        if schema_name == "post_tags" {
            server.define(&defining.dry()).await;
        } else {
            let extensions = server.refuses_to_define(&defining, "CONFLICT").await;
            assert!(extensions["hint"].is_string(), "{extensions}");
        }
    }
    // Both ends of a lookup of an entity with itself are fields of one entity.
    let itself = Defining::one_to_many("post_next", "post", "post", "next_id")
        .with("referencingEntityNavigationPropertyName", "next")
        .with("referencedEntityNavigationPropertyName", "next");
    server.refuses_to_define(&itself, "CONFLICT").await;
    let near = itself.with("referencedEntityNavigationPropertyName", "nextConnection");
    server.refuses_to_define(&near, "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn defaults_that_are_taken_ask_for_a_name(#[case] backend: Backend) {
    let Some(server) = blog(backend, "taken_defaults").await else { return };
    server.define(&Defining::one_to_many("post_editor", "post", "author", "editor_id")).await;
    server.execute("alter table draft add column \"critic\" varchar(9)").await;
    server.define(&Defining::one_to_many("wakes", "tag", "draft", "wakes_id")).await;
    let extensions = server
        .refuses_to_define(&Defining::one_to_many("draft_critic", "draft", "author", "critic_id"), "CONFLICT")
        .await;
    assert!(extensions["hint"].is_string(), "{extensions}");
    let named = Defining::one_to_many("draft_critic", "draft", "author", "critic_id")
        .with("referencingEntityNavigationPropertyName", "reviewer");
    server.define(&named).await;
}

#[apply(backends)]
#[tokio::test]
async fn names_of_definitions(#[case] backend: Backend) {
    let Some(server) = blog(backend, "taken_definitions").await else { return };
    for name in ["post_author", "postTag_tag", "page_post", "postTag"] {
        let known = server
            .run("query($n: String!) { relationshipDefinition(schemaName: $n) { kind } }", json!({ "n": name }))
            .await;
        assert!(known.get("errors").is_none(), "{name} is no relationship: {known:#}");
        server.refuses_to_define(&editor().with("schemaName", name), "CONFLICT").await;
        let pairs = Defining::many_to_many(name, "reader", "post", "author");
        server.refuses_to_define(&pairs, "CONFLICT").await;
        let lookup = Defining::multi_table(name, "draft", "about_id", &["post", "author"]);
        server.refuses_to_define(&lookup, "CONFLICT").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn tables_entities_and_types(#[case] backend: Backend) {
    let Some(server) = blog(backend, "taken_tables").await else { return };
    // Tables, a view, an index's table in other letters, entities, root fields, derived types, types of the gateway.
    for name in [
        "post",
        "Post",
        "POST_TAG",
        "famous",
        "posts",
        "postTag",
        "post_tags",
        "postsConnection",
        "PostConnection",
        "post_connection",
        "PostAggregate",
        "PostWhere",
        "PostKey",
        "post_order_by",
        "query",
        "Mutation",
        "node",
        "PageInfo",
        "string",
        "Int",
        "RelationshipDefinition",
        "entityDefinition",
        "entity_definitions",
    ] {
        let pairs = Defining::many_to_many("post_readers", name, "post", "author");
        server.refuses_to_define(&pairs, "CONFLICT").await;
    }
    // Names that the database keeps to itself.
    match backend {
        Backend::Sqlite => {
            let pairs = Defining::many_to_many("post_readers", "sqlite_x", "post", "author");
            server.refuses_to_define(&pairs, "CONFLICT").await;
        }
        Backend::Postgres => {
            for column in ["ctid", "xmin", "tableoid"] {
                server.refuses_to_define(&editor().with("lookup.name", column), "CONFLICT").await;
            }
        }
        Backend::MariaDb => {}
    }
}
