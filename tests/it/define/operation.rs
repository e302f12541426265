//! Operations with several definitions, with variables, aliases, directives, and with what does not belong together.

use rstest_reuse::apply;
use serde_json::{Value, json};

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
async fn definitions_and_data_do_not_mix(#[case] backend: Backend) {
    let Some(server) = blog(backend, "mixed").await else { return };
    let create = "create: createTag(input: {id: 9, name: \"T9\"}) { outcome }";
    for operation in [
        format!("mutation {{ {create} {} }}", editor().inline("d")),
        format!("mutation {{ {} {create} }}", editor().inline("d")),
        format!("mutation {{ {} ... on Mutation {{ {create} }} }}", editor().dry().inline("d")),
        format!("mutation {{ {create} {} }}", Defining::delete("post_editor").inline("d")),
    ] {
        let (state, mark, sdl) = (server.state().await, server.ddl_mark().await, server.sdl().await);
        assert_eq!(server.code(&operation).await, "INVALID");
        assert_eq!((server.state().await, server.ddl_mark().await), (state, mark));
        assert!(server.sdl().await == sdl);
    }
    // What is left out does not count, and __typename belongs to everything.
    let operation = format!(
        "mutation {{ __typename skipped: {} {} }}",
        &create[8..].replace(") {", ") @skip(if: true) {"),
        editor().inline("d")
    );
    let data = server.data(&operation).await;
    assert_eq!((&data["__typename"], &data["d"]["schemaName"]), (&json!("Mutation"), &json!("post_editor")));
    assert_eq!(server.number("select count(*) as v from tag").await, 1);
}

#[apply(backends)]
#[tokio::test]
async fn several_definitions_run_in_order_and_see_each_other(#[case] backend: Backend) {
    let Some(server) = blog(backend, "several").await else { return };
    let (structure, sdl) = (server.structure_of_data().await, server.sdl().await);
    let operation = format!(
        "mutation {{ {} {} {} {} }}",
        editor().with("description", "before").inline("a"),
        Defining::update(
            "post_editor",
            json!({ "referencedEntityNavigationPropertyName": "edited", "description": "after" })
        )
        .inline("b"),
        Defining::one_to_many("draft_editor", "draft", "author", "editor_id")
            .with("referencedEntityNavigationPropertyName", "editedDrafts")
            .inline("c"),
        Defining::many_to_many("post_readers", "reader", "post", "author").inline("d"),
    );
    let data = server.data(&operation).await;
    // Each answers what was so after it, not what became of it later.
    assert_eq!(data["a"]["relationship"]["description"], "before");
    assert_eq!(data["b"]["relationship"]["description"], "after");
    assert_eq!(pluck_names(&data), ["post_editor", "post_editor", "draft_editor", "post_readers"]);
    server.data("{ authors { edited { editor { id } } editedDrafts { id } postReaders { id } } }").await;

    let changes = [
        Defining::delete("post_readers").inline("a"),
        Defining::delete("post_editor").inline("b"),
        Defining::delete("draft_editor").inline("c"),
        editor().inline("d"),
        Defining::delete("post_editor").inline("e"),
    ];
    let operation = format!("mutation {{ {} }}", changes.join(" "));
    if backend == Backend::MariaDb {
        // What is dropped there is gone at once, whatever comes after it.
        let before = server.sdl().await;
        let refused = server.run(&operation, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNSUPPORTED");
        assert_eq!(refused["errors"][0]["path"], json!(["a"]));
        assert!(server.sdl().await == before);
        for change in &changes {
            server.data(&format!("mutation {{ {change} }}")).await;
        }
    } else {
        server.data(&operation).await;
    }
    assert_eq!(server.structure_of_data().await, structure);
    assert!(server.sdl().await == sdl);
}

fn pluck_names(data: &Value) -> Vec<&str> {
    data.as_object().unwrap().values().map(|payload| payload["schemaName"].as_str().unwrap()).collect()
}

#[apply(backends)]
#[tokio::test]
async fn when_the_last_definition_fails_all_are_undone(#[case] backend: Backend) {
    let Some(server) = blog(backend, "undone").await else { return };
    server.define(&Defining::one_to_many("draft_kept", "draft", "author", "kept_id")).await;
    for (last, code) in [
        (Defining::delete("nothing"), "NOT_FOUND"),
        (Defining::delete("page_post"), "FORBIDDEN"),
        (editor(), "CONFLICT"),
        (Defining::one_to_many("a", "post", "nobody", "a_id"), "INVALID"),
        (Defining::update("draft_kept", json!({ "lookupName": "b" })), "NOT_FOUND"),
        (Defining::one_to_many("a", "post", "tag", "a_id").with("cascade.share", "CASCADE"), "UNSUPPORTED"),
    ] {
        let operation = format!(
            "mutation {{ {} {} {} {} }}",
            editor().inline("a"),
            Defining::many_to_many("post_readers", "reader", "post", "author").inline("b"),
            Defining::delete("draft_kept").inline("c"),
            last.inline("last"),
        );
        let error = server.undefined(&operation, json!({}), code).await;
        assert_eq!(error["path"], json!(["last"]), "{error}");
    }
    server.data("{ drafts { kept { id } } }").await;
}

#[apply(backends)]
#[tokio::test]
async fn a_preview_builds_on_what_precedes_it_and_a_definition_after_it_does_not(#[case] backend: Backend) {
    let Some(server) = blog(backend, "previews").await else { return };
    let renamed = Defining::update("post_editor", json!({ "referencingEntityNavigationPropertyName": "redactor" }));
    let operation = format!(
        "mutation {{ {} {} {} }}",
        editor().inline("a"),
        renamed.dry().inline("b"),
        Defining::delete("post_editor").dry().inline("c")
    );
    let data = server.data(&operation).await;
    assert!(data["b"]["breakingChanges"].to_string().contains("editor"), "{data:#}");
    server.data("{ posts { editor { id } } }").await;
    server.lacks("{ posts { redactor { id } } }").await;
}

#[apply(backends)]
#[tokio::test]
async fn null_for_what_may_be_left_out_is_the_same_as_leaving_it_out(#[case] backend: Backend) {
    let Some(server) = blog(backend, "nulls").await else { return };
    let lookup = editor()
        .with("referencedEntityNavigationPropertyName", Value::Null)
        .with("referencingEntityNavigationPropertyName", Value::Null)
        .with("cascade", Value::Null)
        .with("description", Value::Null)
        .with("lookup.description", Value::Null);
    let (plain, nulls) = (server.define(&editor().dry()).await, server.define(&lookup).await);
    assert_eq!(nulls, plain);
    let pairs = Defining::many_to_many("post_readers", "reader", "post", "author");
    let with_nulls = pairs
        .clone()
        .with("entity1.navigationPropertyName", Value::Null)
        .with("entity2.intersectAttribute", Value::Null)
        .with("description", Value::Null);
    let (plain, nulls) = (server.define(&pairs.dry()).await, server.define(&with_nulls).await);
    assert_eq!(nulls, plain);
    let lookup = Defining::multi_table("draft_about", "draft", "about_id", &["post", "author"]);
    let with_nulls = lookup
        .clone()
        .with("lookup.discriminator", Value::Null)
        .with("lookup.description", Value::Null)
        .with("targets.0.schemaName", Value::Null)
        .with("targets.0.cascade", Value::Null)
        .with("targets.1.referencedEntityNavigationPropertyName", Value::Null);
    let (plain, nulls) = (server.define(&lookup.dry()).await, server.define(&with_nulls).await);
    assert_eq!(nulls, plain);
}

#[apply(backends)]
#[tokio::test]
async fn variables_may_stand_for_every_part(#[case] backend: Backend) {
    let Some(server) = blog(backend, "variables").await else { return };
    let mutation = "mutation($name: String!, $lookup: LookupCreate!, $cascade: CascadeConfigurationInput, $delete: CascadeType, $dry: Boolean!, $unset: String) {
        a: createOneToManyRelationship(dryRun: $dry, input: {schemaName: $name, referencedEntity: \"author\", referencingEntity: \"post\",
            lookup: $lookup, cascade: $cascade, description: $unset}) { schemaName relationship { schemaName } }
        b: createOneToManyRelationship(dryRun: $dry, input: {schemaName: \"draft_owner\", referencedEntity: \"author\",
            referencingEntity: \"draft\", lookup: {name: \"owner_id\", required: false}, cascade: {delete: $delete}}) { schemaName } }";
    let variables = |dry: bool| json!({ "name": "post_editor", "lookup": { "name": "editor_id" }, "cascade": { "behavior": "PARENTAL" }, "delete": "RESTRICT", "dry": dry });
    let mark = server.ddl_mark().await;
    server.data_with(mutation, variables(true)).await;
    assert_eq!(server.ddl_mark().await, mark);
    server.data_with(mutation, variables(false)).await;
    assert_eq!(server.one_to_many("post_editor").await["behavior"], "PARENTAL");
    assert_eq!(server.one_to_many("draft_owner").await["behavior"], "REFERENTIAL_RESTRICT_DELETE");
}

#[apply(backends)]
#[tokio::test]
async fn deep_nonsense_is_refused_before_anything_happens(#[case] backend: Backend) {
    let Some(server) = blog(backend, "nonsense").await else { return };
    for (path, value) in [
        ("schemaName", json!(null)),
        ("schemaName", json!(5)),
        ("schemaName", json!(["a"])),
        ("lookup", json!(null)),
        ("lookup", json!("editor_id")),
        ("lookup", json!([])),
        ("lookup", json!({})),
        ("lookup.name", json!(null)),
        ("lookup.required", json!("yes")),
        ("lookup.required", json!(null)),
        ("lookup.more", json!(1)),
        ("cascade", json!([1, 2])),
        ("cascade.delete", json!("cascade")),
        ("cascade.delete", json!(1)),
        ("cascade.behavior", json!("NONE")),
        ("cascade.archive", json!("CASCADE")),
        ("isHierarchical", json!("true")),
        ("isHierarchical", json!(null)),
        ("referencedEntity", json!({ "name": "author" })),
        ("more", json!(true)),
        ("description", json!(7)),
    ] {
        let mark = server.ddl_mark().await;
        let (mutation, variables) = editor().with(path, value.clone()).operation();
        server.rejects(&mutation, variables).await;
        assert_eq!(server.ddl_mark().await, mark, "{path}: {value}");
    }
    for targets in
        [json!(null), json!({}), json!([null]), json!([[]]), json!(["post"]), json!([{ "referencedEntity": null }])]
    {
        let (mutation, variables) =
            Defining::multi_table("a", "draft", "about_id", &["post"]).with("targets", targets).operation();
        server.rejects(&mutation, variables).await;
    }
    for mutation in [
        "mutation { createOneToManyRelationship { schemaName } }",
        "mutation { deleteRelationship { schemaName } }",
        "mutation { deleteRelationship(schemaName: null) { schemaName } }",
        "mutation { deleteRelationship(schemaName: \"a\", dryRun: null) { schemaName } }",
        "mutation { deleteRelationship(schemaName: \"a\") }",
        "mutation { updateRelationship(schemaName: \"a\", input: null) { schemaName } }",
        "mutation($unset: RelationshipUpdate!) { updateRelationship(schemaName: \"a\", input: $unset) { schemaName } }",
    ] {
        server.rejects(mutation, json!({})).await;
    }
    server.define(&editor()).await;
}

#[apply(backends)]
#[tokio::test]
async fn a_get_request_defines_nothing(#[case] backend: Backend) {
    let Some(server) = blog(backend, "get").await else { return };
    let mark = server.ddl_mark().await;
    let operation = format!("mutation {{ {} }}", editor().inline("d"));
    let response = server.client().get(server.url("/graphql")).query(&[("query", &operation)]).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(server.ddl_mark().await, mark);
    server.data(&operation).await;
}
