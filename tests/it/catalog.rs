//! The catalogs of the demo and of Chinook as text, the same from every database, and as JSON.

use rstest_reuse::apply;
use serde_json::{Map, Value};

use crate::{
    backends,
    support::{Backend, Server, cast, chinook, demo},
};

#[path = "../../src/cli/inspect.rs"]
mod inspect;

fn text(server: &Server) -> String {
    inspect::text(&server.catalog())
}

/// SQLite has no namespaces, and the two Chinook files spell their tables differently.
fn without_tables(text: &str) -> Vec<String> {
    let heading = |line: &str| line.split(['(', ',']).next().unwrap_or_default().trim_end().to_owned();
    text.lines().map(|line| if line.starts_with(' ') { line.to_owned() } else { heading(line) }).collect()
}

#[tokio::test]
async fn the_catalog_of_the_demo() {
    let Some(sqlite) = demo(Backend::Sqlite).await else { return };
    insta::assert_snapshot!(text(&sqlite));
    let Some(postgres) = demo(Backend::Postgres).await else { return };
    assert_eq!(text(&sqlite), text(&postgres));
}

#[tokio::test]
async fn the_catalog_of_chinook() {
    let Some(sqlite) = chinook(Backend::Sqlite).await else { return };
    insta::assert_snapshot!(text(&sqlite));
    let Some(postgres) = chinook(Backend::Postgres).await else { return };
    let (mut one, mut other) = (without_tables(&text(&sqlite)), without_tables(&text(&postgres)));
    one.sort_unstable();
    other.sort_unstable();
    assert_eq!(one, other);
}

const DEFINITIONS: &str = "{
    relationshipDefinitions {
        schemaName kind description isCustom
        ... on OneToManyRelationship {
            referencedEntity referencedAttribute referencedAttributes referencedEntityNavigationPropertyName
            referencingEntity referencingAttribute referencingAttributes referencingEntityNavigationPropertyName
            lookupName multiTableLookup isOneToOne isRequired isHierarchical isConditional cascadeConfiguration { delete }
        }
        ... on ManyToManyRelationship {
            intersectEntityName
            entity1LogicalName entity1IntersectAttribute entity1IntersectAttributes entity1NavigationPropertyName
            entity2LogicalName entity2IntersectAttribute entity2IntersectAttributes entity2NavigationPropertyName
        }
    }
    entityDefinitions {
        logicalName
        multiTableLookups {
            name schemaName isCustom typeName discriminatorAttribute navigationProperties relationships { schemaName }
        }
    }
}";

/// The JSON has the words and the values of the definitions in GraphQL.
async fn check_definitions(server: &Server) -> Map<String, Value> {
    let json: Value = serde_json::from_str(&inspect::json(&server.catalog())).unwrap();
    let data = server.data(DEFINITIONS).await;
    assert_eq!(json["relationships"], data["relationshipDefinitions"]);
    let entities = data["entityDefinitions"].as_array().unwrap().iter();
    let lookups = entities.flat_map(|entity| {
        entity["multiTableLookups"].as_array().unwrap().iter().map(|lookup| {
            let mut lookup = lookup.clone();
            lookup["entity"] = entity["logicalName"].clone();
            let relationships = lookup["relationships"].as_array().unwrap().iter();
            lookup["relationships"] = relationships.map(|known| known["schemaName"].clone()).collect();
            lookup
        })
    });
    assert_eq!(json["multiTableLookups"], lookups.collect::<Value>());
    json.as_object().unwrap().clone()
}

#[apply(backends)]
#[tokio::test]
async fn the_demos_definitions_are_in_the_json(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let json = check_definitions(&server).await;
    let lookups = json["multiTableLookups"].as_array().unwrap();
    let customer = lookups.iter().find(|lookup| lookup["entity"] == "socialprofile").unwrap();
    assert_eq!(customer["name"], "customer");
    assert_eq!(customer["navigationProperties"], serde_json::json!(["customeridAccount", "customeridContact"]));
}

#[apply(backends)]
#[tokio::test]
async fn the_definitions_of_every_shape_are_in_the_json(#[case] backend: Backend) {
    let Some(server) = cast(backend, "inspect").await else { return };
    let json = check_definitions(&server).await;
    assert!(json["relationships"].as_array().unwrap().iter().any(|known| known["kind"] == "MANY_TO_MANY"));
}
