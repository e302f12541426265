//! Reads CSDL JSON: the members that `csdl.schema.json` knows of each object, and what they say.

use serde_json::{Map, Value};

use super::document::{Container, Document, EntitySet, EntityType, EnumType, Navigation, Property};

/// Reads the document and says which members have no meaning where they stand.
pub fn read(text: &str) -> (Document, Vec<String>) {
    let value: Value = serde_json::from_str(text).unwrap();
    let mut problems = Vec::new();
    let root = object(&value);
    let mut document = Document { version: string(root, "$Version"), ..Document::default() };
    for (name, member) in root {
        match name.as_str() {
            "$Version" => {}
            "$Reference" => document.included = object(member).values().flat_map(included).collect(),
            "$EntityContainer" => document.namespace = in_two(member).0,
            name if name.starts_with('$') => problems.push(format!("the document has no member {name}")),
            _ => {}
        }
    }
    let Some(schema) = root.get(&document.namespace) else {
        problems.push("the container's schema is missing".to_owned());
        return (document, problems);
    };
    for (name, member) in object(schema) {
        let fields = object(member);
        match string(fields, "$Kind").as_str() {
            "EntityType" => document.entity_types.push(entity_type(name, fields, &mut problems)),
            "EnumType" => document.enum_types.push(enum_type(name, fields, &mut problems)),
            "EntityContainer" => document.containers.push(container(name, fields, &mut problems)),
            other => problems.push(format!("{name}: no such kind as {other}")),
        }
    }
    let container = in_two(&root["$EntityContainer"]).1;
    if !document.containers.iter().any(|known| known.name == container) {
        problems.push("$EntityContainer leads nowhere".to_owned());
    }
    (document, problems)
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("not an object: {value}"))
}

/// A qualified name as its namespace and its last part.
fn in_two(value: &Value) -> (String, String) {
    let (namespace, name) = text_of(value).rsplit_once('.').unwrap();
    (namespace.to_owned(), name.to_owned())
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

fn string(fields: &Map<String, Value>, name: &str) -> String {
    fields.get(name).map(text_of).unwrap_or_default().to_owned()
}

fn find_string(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).map(|value| text_of(value).to_owned())
}

fn flag(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_some_and(|value| value.as_bool().unwrap())
}

fn number(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).map(|value| if value.is_i64() { value.to_string() } else { text_of(value).to_owned() })
}

fn pairs(fields: &Map<String, Value>, name: &str) -> Vec<(String, String)> {
    let member = fields.get(name).map(object).into_iter().flatten();
    member.map(|(name, value)| (name.clone(), text_of(value).to_owned())).collect()
}

fn annotations(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let all = fields.iter().filter_map(|(name, value)| Some((name.strip_prefix('@')?, value)));
    all.map(|(term, value)| (term.to_owned(), text_of(value).to_owned())).collect()
}

/// Members that mean something to the format but not here.
fn check(label: &str, fields: &Map<String, Value>, known: &[&str], problems: &mut Vec<String>) {
    for name in fields.keys().filter(|name| name.starts_with('$') && !known.contains(&name.as_str())) {
        problems.push(format!("{label}: has no member {name}"));
    }
}

fn included(reference: &Value) -> Vec<(String, String)> {
    let list = reference["$Include"].as_array().unwrap();
    list.iter().map(|item| (string(object(item), "$Namespace"), string(object(item), "$Alias"))).collect()
}

fn own(fields: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    fields.iter().filter(|(name, _)| !name.starts_with(['$', '@']))
}

fn entity_type(name: &str, fields: &Map<String, Value>, problems: &mut Vec<String>) -> EntityType {
    check(name, fields, &["$Kind", "$Key"], problems);
    let key = fields.get("$Key").map(|key| key.as_array().unwrap().as_slice()).unwrap_or_default();
    let mut ty = EntityType {
        name: name.to_owned(),
        key: key.iter().map(|part| text_of(part).to_owned()).collect(),
        annotations: annotations(fields),
        ..EntityType::default()
    };
    for (name, member) in own(fields) {
        match string(object(member), "$Kind").as_str() {
            "NavigationProperty" => ty.navigation.push(navigation(name, object(member), problems)),
            "" | "Property" => ty.properties.push(property(name, object(member), problems)),
            other => problems.push(format!("{name}: no such kind as {other}")),
        }
    }
    ty
}

fn property(name: &str, fields: &Map<String, Value>, problems: &mut Vec<String>) -> Property {
    check(name, fields, &["$Kind", "$Type", "$Nullable", "$MaxLength", "$Precision", "$Scale"], problems);
    let ty = find_string(fields, "$Type").unwrap_or_else(|| "Edm.String".to_owned());
    Property {
        name: name.to_owned(),
        nullable: flag(fields, "$Nullable"),
        max_length: number(fields, "$MaxLength"),
        precision: number(fields, "$Precision"),
        scale: number(fields, "$Scale").or_else(|| (ty == "Edm.Decimal").then(|| "variable".to_owned())),
        annotations: annotations(fields),
        ty,
    }
}

fn navigation(name: &str, fields: &Map<String, Value>, problems: &mut Vec<String>) -> Navigation {
    const KNOWN: &[&str] =
        &["$Kind", "$Type", "$Collection", "$Nullable", "$Partner", "$ReferentialConstraint", "$OnDelete"];
    check(name, fields, KNOWN, problems);
    let collection = flag(fields, "$Collection");
    Navigation {
        name: name.to_owned(),
        ty: string(fields, "$Type"),
        collection,
        nullable: (!collection || fields.contains_key("$Nullable")).then(|| flag(fields, "$Nullable")),
        partner: find_string(fields, "$Partner"),
        constraints: pairs(fields, "$ReferentialConstraint"),
        on_delete: find_string(fields, "$OnDelete"),
        annotations: annotations(fields),
    }
}

fn enum_type(name: &str, fields: &Map<String, Value>, problems: &mut Vec<String>) -> EnumType {
    check(name, fields, &["$Kind", "$UnderlyingType", "$IsFlags"], problems);
    EnumType {
        name: name.to_owned(),
        underlying: find_string(fields, "$UnderlyingType").unwrap_or_else(|| "Edm.Int32".to_owned()),
        members: own(fields).map(|(name, value)| (name.clone(), value.as_i64())).collect(),
    }
}

fn container(name: &str, fields: &Map<String, Value>, problems: &mut Vec<String>) -> Container {
    check(name, fields, &["$Kind"], problems);
    let mut container = Container { name: name.to_owned(), sets: Vec::new() };
    for (name, member) in own(fields) {
        let fields = object(member);
        check(name, fields, &["$Collection", "$Type", "$NavigationPropertyBinding"], problems);
        if !flag(fields, "$Collection") {
            problems.push(format!("{name}: an entity set is a collection"));
        }
        let bindings = pairs(fields, "$NavigationPropertyBinding");
        container.sets.push(EntitySet { name: name.clone(), ty: string(fields, "$Type"), bindings });
    }
    container
}
