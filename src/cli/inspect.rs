//! The catalog for people and for programs.

use std::fmt::Write as _;

use relata::catalog::{Catalog, Entity, NavigationProperty};
use serde_json::{Value, json};

/// The catalog as readable text.
pub(crate) fn text(catalog: &Catalog) -> String {
    let mut text = String::new();
    for entity in &catalog.entities {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} ({:?} {}, list {})", entity.type_name, entity.kind, entity.table, entity.set_name);
        for attribute in &entity.attributes {
            let required = if attribute.nullable { "" } else { "!" };
            let marks = [(attribute.is_lookup, " lookup"), (attribute.generated, " generated")];
            let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            let _ = writeln!(text, "  {}: {}{required}{marks}", attribute.name, attribute.ty.word());
        }
        for key in keys(entity) {
            let _ = writeln!(text, "  key {}", key.join(", "));
        }
        for property in &entity.navigation {
            let _ = writeln!(text, "  {}: {}", property.name, target(catalog, property));
        }
        text.push('\n');
    }
    for warning in &catalog.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    text
}

/// The catalog as JSON.
pub(crate) fn json(catalog: &Catalog) -> String {
    let entities = catalog.entities.iter().map(|entity| {
        json!({
            "logicalName": entity.logical_name,
            "typeName": entity.type_name,
            "entitySetName": entity.set_name,
            "table": entity.table.to_string(),
            "kind": format!("{:?}", entity.kind).to_uppercase(),
            "description": entity.description,
            "keys": keys(entity),
            "attributes": entity.attributes.iter().map(|attribute| json!({
                "logicalName": attribute.name,
                "column": attribute.column,
                "type": attribute.ty.word(),
                "isNullable": attribute.nullable,
                "isLookup": attribute.is_lookup,
                "isGenerated": attribute.generated,
                "hasDefault": attribute.has_default,
                "description": attribute.description,
            })).collect::<Vec<_>>(),
            "navigationProperties": entity.navigation.iter().map(|property| json!({
                "name": property.name,
                "target": catalog.entity(property.target).logical_name,
                "isCollection": property.collection,
                "isNullable": property.nullable,
                "partner": property.partner,
                "relationship": catalog.relationship(property.relationship).schema_name,
            })).collect::<Vec<_>>(),
        })
    });
    let warnings: Vec<Value> = catalog.warnings.iter().map(|warning| warning.to_string().into()).collect();
    format!("{:#}", json!({ "entities": entities.collect::<Vec<_>>(), "warnings": warnings }))
}

fn keys(entity: &Entity) -> Vec<Vec<&str>> {
    let primary = Some(&entity.primary_key).filter(|key| !key.is_empty());
    let keys = primary.into_iter().chain(entity.alternate_keys.iter().map(|key| &key.attributes));
    keys.map(|key| key.iter().map(|id| entity.attribute(*id).name.as_str()).collect()).collect()
}

fn target(catalog: &Catalog, property: &NavigationProperty) -> String {
    let name = &catalog.entity(property.target).type_name;
    match (property.collection, property.nullable) {
        (true, _) => format!("[{name}]"),
        (false, true) => name.clone(),
        (false, false) => format!("{name}!"),
    }
}
