//! The catalog for people and for programs.

use std::fmt::Write as _;

use relata::catalog::{
    AttributeId, Catalog, Entity, EntityId, ManyToMany, MultiTableLookup, NavigationProperty, OneToMany, Relationship,
    RelationshipKind,
};
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
    section(&mut text, "relationships", catalog.relationships.iter().map(|known| relationship_line(catalog, known)));
    section(
        &mut text,
        "multi-table lookups",
        catalog.multi_table_lookups.iter().map(|known| lookup_line(catalog, known)),
    );
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
    let relationships = catalog.relationships.iter().map(|known| relationship(catalog, known));
    let lookups = catalog.multi_table_lookups.iter().map(|known| lookup(catalog, known));
    let warnings: Vec<Value> = catalog.warnings.iter().map(|warning| warning.to_string().into()).collect();
    let catalog = json!({
        "entities": entities.collect::<Vec<_>>(),
        "relationships": relationships.collect::<Vec<_>>(),
        "multiTableLookups": lookups.collect::<Vec<_>>(),
        "warnings": warnings,
    });
    format!("{catalog:#}")
}

/// Lines under a heading, where there are any.
fn section(text: &mut String, heading: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        let _ = writeln!(text, "{heading}");
        lines.for_each(|line| {
            let _ = writeln!(text, "  {line}");
        });
        text.push('\n');
    }
}

fn relationship_line(catalog: &Catalog, relationship: &Relationship) -> String {
    let end = |entity: EntityId, navigation: Option<&str>| {
        let name = &catalog.entity(entity).logical_name;
        navigation.map_or_else(|| name.clone(), |navigation| format!("{name}.{navigation}"))
    };
    let ends = match &relationship.kind {
        RelationshipKind::OneToMany(one) => {
            let from = end(one.referencing, Some(&one.referencing_navigation));
            let to = end(one.referenced, one.referenced_navigation.as_deref());
            let facts = [
                (one.unique, ", one-to-one"),
                (one.required, ", required"),
                (one.hierarchical, ", hierarchical"),
                (one.condition.is_some(), ", conditional"),
            ];
            let facts: String = facts.iter().filter(|(is, _)| *is).map(|(_, fact)| *fact).collect();
            let delete = one.cascade.delete.map(|delete| format!(", on delete {}", word(json!(delete))));
            format!("{from} -> {to}{facts}{}", delete.unwrap_or_default())
        }
        RelationshipKind::ManyToMany(many) => {
            let [first, second] = many.ends.each_ref().map(|one| end(one.entity, Some(&one.navigation)));
            format!("{first} <-> {second}, through {}", catalog.entity(many.intersect).logical_name)
        }
    };
    let custom = if relationship.is_custom { ", custom" } else { "" };
    format!("{}: {ends}{custom}", relationship.schema_name)
}

fn lookup_line(catalog: &Catalog, lookup: &MultiTableLookup) -> String {
    format!("{}.{}: {}", catalog.entity(lookup.entity).logical_name, lookup.name, lookup.arms.join(", "))
}

/// A definition in the words of the GraphQL types of definitions.
fn relationship(catalog: &Catalog, relationship: &Relationship) -> Value {
    let (kind, own) = match &relationship.kind {
        RelationshipKind::OneToMany(one) => ("ONE_TO_MANY", one_to_many(catalog, one)),
        RelationshipKind::ManyToMany(many) => ("MANY_TO_MANY", many_to_many(catalog, many)),
    };
    let mut definition = json!({
        "schemaName": relationship.schema_name,
        "kind": kind,
        "description": relationship.description,
        "isCustom": relationship.is_custom,
    });
    if let (Value::Object(all), Value::Object(own)) = (&mut definition, own) {
        all.extend(own);
    }
    definition
}

fn one_to_many(catalog: &Catalog, one: &OneToMany) -> Value {
    let (referenced, referencing) = (catalog.entity(one.referenced), catalog.entity(one.referencing));
    let referenced_attributes = attributes(referenced, &one.referenced_attributes);
    let referencing_attributes = attributes(referencing, &one.referencing_attributes);
    json!({
        "referencedEntity": referenced.logical_name,
        "referencedAttribute": referenced_attributes.first(),
        "referencedAttributes": referenced_attributes,
        "referencedEntityNavigationPropertyName": one.referenced_navigation,
        "referencingEntity": referencing.logical_name,
        "referencingAttribute": referencing_attributes.first(),
        "referencingAttributes": referencing_attributes,
        "referencingEntityNavigationPropertyName": one.referencing_navigation,
        "lookupName": one.referencing_attributes.first().map(|id| &referencing.attribute(*id).column),
        "multiTableLookup": catalog
            .lookup_of_arm(one)
            .map(|lookup| lookup.definition.as_ref().unwrap_or(&lookup.name)),
        "isOneToOne": one.unique,
        "isRequired": one.required,
        "isHierarchical": one.hierarchical,
        "isConditional": one.condition.is_some(),
        "cascadeConfiguration": { "delete": one.cascade.delete },
    })
}

fn many_to_many(catalog: &Catalog, many: &ManyToMany) -> Value {
    let intersect = catalog.entity(many.intersect);
    let [first, second] = many.ends.each_ref().map(|end| attributes(intersect, &end.intersect_attributes));
    json!({
        "intersectEntityName": intersect.logical_name,
        "entity1LogicalName": catalog.entity(many.ends[0].entity).logical_name,
        "entity1IntersectAttribute": first.first(),
        "entity1IntersectAttributes": first,
        "entity1NavigationPropertyName": many.ends[0].navigation,
        "entity2LogicalName": catalog.entity(many.ends[1].entity).logical_name,
        "entity2IntersectAttribute": second.first(),
        "entity2IntersectAttributes": second,
        "entity2NavigationPropertyName": many.ends[1].navigation,
    })
}

fn lookup(catalog: &Catalog, lookup: &MultiTableLookup) -> Value {
    let entity = catalog.entity(lookup.entity);
    let arms = lookup.arms.iter().filter_map(|arm| entity.find_navigation(arm));
    json!({
        "name": lookup.name,
        "typeName": lookup.type_name,
        "schemaName": lookup.definition,
        "isCustom": lookup.definition.is_some(),
        "entity": entity.logical_name,
        "discriminatorAttribute": lookup.discriminator.map(|id| &entity.attribute(id).name),
        "navigationProperties": lookup.arms,
        "relationships": arms
            .map(|arm| &catalog.relationship(arm.relationship).schema_name)
            .collect::<Vec<_>>(),
    })
}

fn attributes<'a>(entity: &'a Entity, ids: &[AttributeId]) -> Vec<&'a str> {
    ids.iter().map(|id| entity.attribute(*id).name.as_str()).collect()
}

/// A text as it stands in JSON, without the quotes.
fn word(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn keys(entity: &Entity) -> Vec<Vec<&str>> {
    let primary = Some(&entity.primary_key).filter(|key| !key.is_empty());
    let keys = primary.into_iter().chain(entity.alternate_keys.iter().map(|key| &key.attributes));
    keys.map(|key| attributes(entity, key)).collect()
}

fn target(catalog: &Catalog, property: &NavigationProperty) -> String {
    let name = &catalog.entity(property.target).type_name;
    match (property.collection, property.nullable) {
        (true, _) => format!("[{name}]"),
        (false, true) => name.clone(),
        (false, false) => format!("{name}!"),
    }
}
