//! Whether everything that is served can be read, and holds what plain SQL says.

use relata::catalog::{Attribute, AttributeType, Entity};
use serde_json::Value;

use super::sdl;
use crate::support::{Backend, Server};

/// Checks the SDL, and all entities with all their attributes but those of the named tables, which the database itself
/// refuses to read.
pub(super) async fn everything_is_read(server: &Server, backend: Backend, unreadable: &[&str]) {
    let text = server.client().get(server.url("/graphql/schema.graphql")).send().await.unwrap().text().await.unwrap();
    let problems = sdl::problems(&text);
    assert!(problems.is_empty(), "{problems:#?}");
    for entity in &server.catalog().entities {
        if !unreadable.contains(&entity.table.name.as_str()) {
            entity_is_read(server, backend, entity).await;
        }
    }
}

async fn entity_is_read(server: &Server, backend: Backend, entity: &Entity) {
    let set = &entity.set_name;
    let names: Vec<&str> = entity.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    let node = if entity.has_key() { "ref" } else { "__typename" };
    let data = server.data(&format!("{{ {set}Aggregate {{ count }} {set} {{ {node} {} }} }}", names.join(" "))).await;
    let records = data[set].as_array().unwrap();
    let table = table(entity);
    let count = server.sql(&format!("select count(*) as n from {table}")).await;
    assert_eq!(data[format!("{set}Aggregate")]["count"], count[0]["n"], "{table}");
    assert_eq!(records.len(), count[0]["n"].as_u64().unwrap() as usize, "{table}");
    for attribute in entity.attributes.iter().filter(|attribute| is_plain(backend, attribute)) {
        let column = quoted(&attribute.column);
        let expected = server.sql(&format!("select cast({column} as text) as v from {table}")).await;
        let expected = expected.iter().map(|row| row["v"].clone());
        let found = records.iter().map(|record| text(&record[&attribute.name]));
        assert_eq!(sorted(found), sorted(expected), "{table}.{column}");
    }
    if let Some(reference) = records.first().and_then(|record| record["ref"].as_str()) {
        let query = "query($ref: ID!) { node(ref: $ref) { ref } }";
        let found = server.data_with(query, serde_json::json!({ "ref": reference })).await;
        assert_eq!(found["node"]["ref"], reference);
    }
}

/// Types that are answered as the text that a cast makes of them.
fn is_plain(backend: Backend, attribute: &Attribute) -> bool {
    match attribute.ty {
        AttributeType::Int | AttributeType::BigInt | AttributeType::String { .. } | AttributeType::Text => true,
        AttributeType::Decimal { .. } => backend == Backend::Postgres,
        _ => false,
    }
}

fn text(value: &Value) -> Value {
    if value.is_number() { value.to_string().into() } else { value.clone() }
}

fn sorted(values: impl Iterator<Item = Value>) -> Vec<String> {
    let mut texts: Vec<String> = values.map(|value| value.to_string()).collect();
    texts.sort();
    texts
}

fn table(entity: &Entity) -> String {
    let name = quoted(&entity.table.name);
    entity.table.namespace.as_ref().map_or(name.clone(), |namespace| format!("{}.{name}", quoted(namespace)))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Whether a warning names the table, or the column of it, with these words.
pub(super) fn warned(server: &Server, place: &str, words: &str) {
    let catalog = server.catalog();
    let found = catalog.warnings.iter().map(ToString::to_string).any(|warning| {
        let warning = warning.strip_prefix("public.").unwrap_or(&warning);
        warning.starts_with(&format!("{place}: ")) && warning.contains(words)
    });
    assert!(found, "{place}: {words}\n{:#?}", catalog.warnings);
}
