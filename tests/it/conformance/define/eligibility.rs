//! Cases 79 to 81: who may take part in what, and lookups that must have a record.

use std::collections::BTreeMap;

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Defining, Server, cast, pluck, scratch},
};

/// An entity of every kind: tables with keys of one attribute, of two and without any, a view, an intersect.
const KINDS: &str = "
    create table author (id integer primary key, name varchar(20) not null);
    create table genre (code varchar(9) primary key, name varchar(20));
    create table shelf (aisle integer not null, position integer not null, label varchar(9), primary key (aisle, position));
    create table author_genre (author_id integer not null references author (id) on delete cascade,
        genre_code varchar(9) not null references genre (code) on delete cascade, primary key (author_id, genre_code));
    create table scribble (line varchar(20));
    create view famous as select id, name from author;
    insert into author values (1, 'A'); insert into shelf values (1, 1, 'S'); insert into genre values ('g', 'G');";

const TABLES: [&str; 3] = ["author", "genre", "shelf"];
const KEYED: [&str; 2] = ["author", "genre"];
const ALL: [&str; 6] = ["author", "authorGenre", "famous", "genre", "scribble", "shelf"];

async fn definitions(server: &Server) -> BTreeMap<String, Value> {
    let query = "{ entityDefinitions { logicalName canBeReferenced canBeReferencing canBeInManyToMany
        validReferencedEntities validReferencingEntities validManyToManyEntities } }";
    let data = server.data(query).await;
    let list = data["entityDefinitions"].as_array().unwrap();
    list.iter().map(|entity| (entity["logicalName"].as_str().unwrap().to_owned(), entity.clone())).collect()
}

#[apply(backends)]
#[tokio::test]
async fn c079_the_verdict_on_every_pair_agrees_with_create(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "c079_verdicts", KINDS).await else { return };
    let definitions = definitions(&server).await;
    assert_eq!(definitions.keys().collect::<Vec<_>>(), ALL);
    let mark = server.ddl_mark().await;
    for (entity, definition) in &definitions {
        assert_eq!(definition["canBeReferenced"], KEYED.contains(&entity.as_str()), "{entity}");
        assert_eq!(definition["canBeReferencing"], TABLES.contains(&entity.as_str()), "{entity}");
        assert_eq!(definition["canBeInManyToMany"], KEYED.contains(&entity.as_str()), "{entity}");
        for other in ALL {
            let names = |list: &str| pluck_text(&definition[list]).contains(&other.to_owned());
            let lookup = Defining::one_to_many("a_lookup", entity, other, "fresh_id").dry();
            let verdict = server.try_define(&lookup).await.map(drop);
            let expected = TABLES.contains(&entity.as_str()) && KEYED.contains(&other);
            assert_eq!(verdict, if expected { Ok(()) } else { Err("INVALID".to_owned()) }, "{entity} -> {other}");
            assert_eq!(names("validReferencedEntities"), expected, "{entity} -> {other}");
            let back = pluck_text(&definitions[other]["validReferencingEntities"]).contains(entity);
            assert_eq!(back, expected, "{entity} -> {other}");

            let pairs = Defining::many_to_many("a_pairing", "fresh_pair", entity, other)
                .with("entity1.navigationPropertyName", "firsts")
                .with("entity2.navigationPropertyName", "seconds")
                .dry();
            let verdict = server.try_define(&pairs).await.map(drop);
            let expected = KEYED.contains(&entity.as_str()) && KEYED.contains(&other);
            assert_eq!(verdict, if expected { Ok(()) } else { Err("INVALID".to_owned()) }, "{entity} - {other}");
            assert_eq!(names("validManyToManyEntities"), expected, "{entity} - {other}");
        }
    }
    assert_eq!(server.ddl_mark().await, mark);
}

fn pluck_text(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[apply(backends)]
#[tokio::test]
async fn c079_an_entity_that_is_unknown_or_cannot_is_invalid(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "c079_invalid", KINDS).await else { return };
    for (entity, path) in [
        ("nobody", "referencedEntity"),
        ("Author", "referencedEntity"),
        ("authors", "referencedEntity"),
        ("", "referencedEntity"),
        ("famous", "referencedEntity"),
        ("authorGenre", "referencedEntity"),
        ("shelf", "referencedEntity"),
        ("scribble", "referencedEntity"),
        ("relata_state", "referencedEntity"),
        ("nobody", "referencingEntity"),
        ("famous", "referencingEntity"),
        ("authorGenre", "referencingEntity"),
        ("scribble", "referencingEntity"),
    ] {
        let defining = Defining::one_to_many("a_lookup", "author", "genre", "fresh_id").with(path, entity);
        server.refuses_to_define(&defining, "INVALID").await;
    }
    for end in ["entity1.entity", "entity2.entity"] {
        for entity in ["nobody", "famous", "authorGenre", "shelf", "scribble", "author_genre"] {
            let defining = Defining::many_to_many("a_pairing", "fresh", "author", "genre").with(end, entity);
            server.refuses_to_define(&defining, "INVALID").await;
        }
    }
    // Nearly right is told what is meant.
    let near = Defining::one_to_many("a_lookup", "autor", "genre", "fresh_id");
    let extensions = server.refuses_to_define(&near, "INVALID").await;
    assert!(extensions["hint"].as_str().unwrap().contains("author"), "{extensions}");
}

#[apply(backends)]
#[tokio::test]
async fn c079_the_reason_is_told(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "c079_reasons", KINDS).await else { return };
    for (entity, words) in
        [("famous", ["view"]), ("authorGenre", ["intersect"]), ("shelf", ["key"]), ("scribble", ["no key"])]
    {
        let (mutation, variables) = Defining::one_to_many("a_lookup", "author", entity, "fresh_id").operation();
        let error = server.undefined(&mutation, variables, "INVALID").await;
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(entity) && words.iter().all(|word| message.contains(word)), "{message}");
        assert_eq!(error["extensions"]["entity"], entity);
    }
}

#[apply(backends)]
#[tokio::test]
async fn c080_valid_partners_of_an_entity_are_named(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "c080", KINDS).await else { return };
    let query = "{ entityDefinition(logicalName: \"shelf\") {
        validReferencedEntities validReferencingEntities validManyToManyEntities } }";
    let data = server.data(query).await;
    let expected = json!({
        "validReferencedEntities": ["author", "genre"], "validReferencingEntities": [], "validManyToManyEntities": [],
    });
    assert_eq!(data["entityDefinition"], expected);
    let data = server.data(&query.replace("shelf", "genre")).await;
    let expected = json!({
        "validReferencedEntities": ["author", "genre"], "validReferencingEntities": ["author", "genre", "shelf"],
        "validManyToManyEntities": ["author", "genre"],
    });
    assert_eq!(data["entityDefinition"], expected);
    for unknown in ["nobody", "Genre", "genres", "", "relata_state", "relata_definition"] {
        let response = server.run(&query.replace("shelf", unknown), json!({})).await;
        assert_eq!(response["data"], json!({ "entityDefinition": null }), "{response:#}");
        assert_eq!(pluck(&response["errors"], "path"), ["[\"entityDefinition\"]"]);
        assert_eq!(response["errors"][0]["extensions"]["code"], "INVALID", "{response:#}");
    }
    // An intersect that was just made is no partner either.
    server.define(&Defining::many_to_many("a_pairing", "fresh_pair", "author", "genre")).await;
    let data = server.data(&query.replace("shelf", "freshPair")).await;
    let none = json!({ "validReferencedEntities": [], "validReferencingEntities": [], "validManyToManyEntities": [] });
    assert_eq!(data["entityDefinition"], none);
}

#[apply(backends)]
#[tokio::test]
async fn c081_a_required_lookup_on_a_table_with_rows_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c081_rows").await else { return };
    let required = Defining::one_to_many("toy_owner", "toy", "person", "owner_id").with("lookup.required", true);
    let extensions = server.refuses_to_define(&required, "INVALID").await;
    assert_eq!(extensions["entity"], "toy");
    server.refuses_to_define(&required.clone().with("lookup.unique", true), "INVALID").await;
    server.refuses_to_define(&required.dry(), "INVALID").await;
    server.execute("delete from toy").await;
    server.define(&required).await;
}

#[apply(backends)]
#[tokio::test]
async fn c081_remove_link_on_a_required_lookup_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c081_remove_link").await else { return };
    server.execute("delete from toy").await;
    let required = Defining::one_to_many("toy_owner", "toy", "person", "owner_id").with("lookup.required", true);
    server.refuses_to_define(&required.clone().with("cascade.delete", "REMOVE_LINK"), "INVALID").await;
    server.refuses_to_define(&required.clone().with("cascade.behavior", "REFERENTIAL"), "INVALID").await;
    server.define(&required).await;
    let update = Defining::update("toy_owner", json!({ "cascade": { "delete": "REMOVE_LINK" } }));
    server.refuses_to_define(&update, "INVALID").await;
    // The same of one that was found as a foreign key.
    let found = Defining::update("item_order", json!({ "cascade": { "delete": "REMOVE_LINK" } }));
    server.refuses_to_define(&found, "INVALID").await;
}
