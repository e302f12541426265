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
