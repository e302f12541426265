//! The rules that a CSDL document must keep beyond its shape (OData CSDL 4.01, sections 3 to 13), whichever format it
//! was read from. Each is said in the words of the specification's sections, and every broken one is reported.

use std::collections::HashSet;

use super::{
    document::{Document, EntityType, EnumType, Navigation, Property},
    xml::is_identifier,
};

const RESERVED: &[&str] = &["Edm", "odata", "System", "Transient"];

const PRIMITIVES: &[&str] = &[
    "Edm.Binary",
    "Edm.Boolean",
    "Edm.Byte",
    "Edm.Date",
    "Edm.DateTimeOffset",
    "Edm.Decimal",
    "Edm.Double",
    "Edm.Duration",
    "Edm.Guid",
    "Edm.Int16",
    "Edm.Int32",
    "Edm.Int64",
    "Edm.SByte",
    "Edm.Single",
    "Edm.Stream",
    "Edm.String",
    "Edm.TimeOfDay",
];

/// Of those, what a key may not be of.
const NO_KEY: &[&str] = &["Edm.Binary", "Edm.Double", "Edm.Single", "Edm.Stream"];

/// Everything that is wrong.
pub fn broken(document: &Document) -> Vec<String> {
    let mut problems = Vec::new();
    let mut wrong = |is_wrong: bool, problem: String| {
        if is_wrong {
            problems.push(problem);
        }
    };
    schema(document, &mut wrong);
    document.entity_types.iter().for_each(|ty| entity_type(document, ty, &mut wrong));
    document.enum_types.iter().for_each(|ty| enum_type(ty, &mut wrong));
    container(document, &mut wrong);
    problems
}

/// Sections 4 and 5: the document, its names and what it includes.
fn schema(document: &Document, wrong: &mut impl FnMut(bool, String)) {
    wrong(RESERVED.contains(&document.namespace.as_str()), "the namespace is reserved".to_owned());
    for (namespace, alias) in &document.included {
        let is_bad = RESERVED.contains(&alias.as_str()) || *alias == document.namespace || alias == namespace;
        wrong(is_bad, format!("{alias} is no alias"));
    }
    let types = document.entity_types.iter().map(|ty| &ty.name).chain(document.enum_types.iter().map(|ty| &ty.name));
    let names: Vec<&String> = types.chain(document.containers.iter().map(|container| &container.name)).collect();
    for name in twice(&names) {
        wrong(true, format!("{name} names two things of the schema"));
    }
    for name in &names {
        wrong(!is_identifier(name), format!("{name} is no identifier"));
    }
    wrong(document.containers.len() != 1, "there is not one container".to_owned());
}

/// Sections 6 to 8.
fn entity_type(document: &Document, ty: &EntityType, wrong: &mut impl FnMut(bool, String)) {
    let label = &ty.name;
    let names = ty.properties.iter().map(|property| &property.name);
    let names: Vec<&String> = names.chain(ty.navigation.iter().map(|property| &property.name)).collect();
    twice(&names).for_each(|name| wrong(true, format!("{label}.{name} stands twice")));
    for name in &names {
        wrong(!is_identifier(name), format!("{label}.{name} is no identifier"));
        wrong(*name == label, format!("{label}.{name} has the name of its type"));
    }
    annotated(document, label, &ty.annotations, wrong);

    twice(&ty.key).for_each(|part| wrong(true, format!("{label}: {part} is in the key twice")));
    for part in &ty.key {
        let Some(property) = ty.find_property(part) else {
            wrong(true, format!("{label}: the key names {part}, which is no property"));
            continue;
        };
        wrong(property.nullable, format!("{label}: {part} is in the key but nullable"));
        let is_primitive = PRIMITIVES.contains(&property.ty.as_str()) && !NO_KEY.contains(&property.ty.as_str());
        let is_key = is_primitive || document.find_enum_type(&property.ty).is_some();
        wrong(!is_key, format!("{label}: no key is of type {}", property.ty));
    }
    ty.properties.iter().for_each(|property| structural(document, label, property, wrong));
    ty.navigation.iter().for_each(|property| navigation(document, ty, property, wrong));
}

/// Sections 3.4 and 7.
fn structural(document: &Document, owner: &str, property: &Property, wrong: &mut impl FnMut(bool, String)) {
    let (label, ty) = (format!("{owner}.{}", property.name), property.ty.as_str());
    let is_known = PRIMITIVES.contains(&ty) || ty == "Edm.Untyped" || document.find_enum_type(ty).is_some();
    wrong(!is_known, format!("{label}: there is no type {ty}"));
    wrong(ty == "Edm.Untyped" && document.version == "4.0", format!("{label}: is untyped before 4.01"));
    if let Some(length) = &property.max_length {
        wrong(!matches!(ty, "Edm.String" | "Edm.Binary" | "Edm.Stream"), format!("{label}: has a MaxLength"));
        wrong(!length.parse::<u64>().is_ok_and(|length| length > 0), format!("{label}: MaxLength is not positive"));
    }
    let precision = property.precision.as_ref().map(|digits| digits.parse::<u64>());
    match (ty, precision) {
        (_, None) => {}
        ("Edm.Decimal", Some(digits)) => {
            wrong(!digits.is_ok_and(|digits| digits > 0), format!("{label}: Precision is not positive"));
        }
        ("Edm.DateTimeOffset" | "Edm.Duration" | "Edm.TimeOfDay", Some(digits)) => {
            wrong(!digits.is_ok_and(|digits| digits <= 12), format!("{label}: Precision is larger than twelve"));
        }
        (_, Some(_)) => wrong(true, format!("{label}: has a Precision")),
    }
    if let Some(scale) = &property.scale {
        wrong(ty != "Edm.Decimal", format!("{label}: has a Scale"));
        let limit = property.precision.as_ref().and_then(|digits| digits.parse::<u64>().ok());
        let fits = match scale.parse::<u64>() {
            Ok(scale) => limit.is_none_or(|limit| scale <= limit),
            Err(_) => matches!(scale.as_str(), "variable" | "floating"),
        };
        wrong(!fits, format!("{label}: Scale is {scale}"));
    }
    annotated(document, &label, &property.annotations, wrong);
}

/// Section 8.
fn navigation(document: &Document, owner: &EntityType, property: &Navigation, wrong: &mut impl FnMut(bool, String)) {
    let label = format!("{}.{}", owner.name, property.name);
    annotated(document, &label, &property.annotations, wrong);
    let Some(target) = document.find_entity_type(&property.ty) else {
        wrong(true, format!("{label}: there is no entity type {}", property.ty));
        return;
    };
    wrong(property.collection && property.nullable.is_some(), format!("{label}: a collection says Nullable"));
    if let Some(partner) = &property.partner {
        match target.find_navigation(partner) {
            None => wrong(true, format!("{label}: {} has no partner {partner}", target.name)),
            Some(back) => {
                let leads_back = document.find_entity_type(&back.ty).is_some_and(|ty| ty.name == owner.name);
                wrong(!leads_back, format!("{label}: its partner leads elsewhere"));
                let agrees = back.partner.as_ref().is_none_or(|partner| *partner == property.name);
                wrong(!agrees, format!("{label}: its partner has another partner"));
            }
        }
    }
    let action = property.on_delete.as_deref();
    let is_action = action.is_none_or(|action| matches!(action, "Cascade" | "None" | "SetNull" | "SetDefault"));
    wrong(!is_action, format!("{label}: there is no such action on delete"));

    wrong(!property.constraints.is_empty() && property.collection, format!("{label}: a collection has a constraint"));
    let dependents: Vec<&String> = property.constraints.iter().map(|(dependent, _)| dependent).collect();
    twice(&dependents).for_each(|name| wrong(true, format!("{label}: {name} is tied twice")));
    for (dependent, principal) in &property.constraints {
        let (Some(own), Some(other)) = (owner.find_property(dependent), target.find_property(principal)) else {
            wrong(true, format!("{label}: ties {dependent} to {principal}, which are not both there"));
            continue;
        };
        wrong(own.ty != other.ty, format!("{label}: ties a {} to a {}", own.ty, other.ty));
        let may_be_null = property.nullable == Some(true) || other.nullable;
        wrong(may_be_null && !own.nullable, format!("{label}: {dependent} must be nullable"));
        wrong(!may_be_null && own.nullable, format!("{label}: {dependent} must not be nullable"));
    }
}

/// Section 10.
fn enum_type(ty: &EnumType, wrong: &mut impl FnMut(bool, String)) {
    let label = &ty.name;
    wrong(ty.members.is_empty(), format!("{label}: has no members"));
    let names: Vec<&String> = ty.members.iter().map(|(name, _)| name).collect();
    twice(&names).for_each(|name| wrong(true, format!("{label}.{name} stands twice")));
    for name in &names {
        wrong(!is_identifier(name), format!("{label}.{name} is no identifier"));
    }
    let values: Vec<i64> = ty.members.iter().filter_map(|(_, value)| *value).collect();
    wrong(!values.is_empty() && values.len() != names.len(), format!("{label}: some members have values"));
    let range = match ty.underlying.as_str() {
        "Edm.Byte" => 0..=i64::from(u8::MAX),
        "Edm.SByte" => i64::from(i8::MIN)..=i64::from(i8::MAX),
        "Edm.Int16" => i64::from(i16::MIN)..=i64::from(i16::MAX),
        "Edm.Int32" => i64::from(i32::MIN)..=i64::from(i32::MAX),
        _ => i64::MIN..=i64::MAX,
    };
    wrong(!values.iter().all(|value| range.contains(value)), format!("{label}: has a value beyond its type"));
}

/// Section 13. That every navigation property with a target in a set is bound is a SHOULD, and kept.
fn container(document: &Document, wrong: &mut impl FnMut(bool, String)) {
    for container in &document.containers {
        let names: Vec<&String> = container.sets.iter().map(|set| &set.name).collect();
        twice(&names).for_each(|name| wrong(true, format!("{name} is the name of two sets")));
        for set in &container.sets {
            let label = &set.name;
            wrong(!is_identifier(label), format!("{label} is no identifier"));
            let Some(ty) = document.find_entity_type(&set.ty) else {
                wrong(true, format!("{label}: there is no entity type {}", set.ty));
                continue;
            };
            wrong(ty.key.is_empty(), format!("{label}: is a set of entities without a key"));
            let paths: Vec<&String> = set.bindings.iter().map(|(path, _)| path).collect();
            twice(&paths).for_each(|path| wrong(true, format!("{label}: binds {path} twice")));
            for (path, target) in &set.bindings {
                let property = ty.find_navigation(path);
                wrong(property.is_none(), format!("{label}: {path} is no navigation property"));
                let bound = container.sets.iter().find(|other| other.name == *target);
                wrong(bound.is_none(), format!("{label}: there is no set {target}"));
                if let (Some(property), Some(bound)) = (property, bound) {
                    wrong(property.ty != bound.ty, format!("{label}: {path} leads to another type than {target}"));
                }
            }
            for property in &ty.navigation {
                let has_set = container.sets.iter().any(|other| other.ty == property.ty);
                wrong(has_set && !paths.contains(&&property.name), format!("{label}: {} is unbound", property.name));
            }
        }
        let keyed = document.entity_types.iter().filter(|ty| !ty.key.is_empty());
        for ty in keyed {
            let is_in_set = container
                .sets
                .iter()
                .any(|set| document.find_entity_type(&set.ty).is_some_and(|of| of.name == ty.name));
            wrong(!is_in_set, format!("{}: is in no set", ty.name));
        }
    }
}

/// Sections 3.7 and 14: a term is one of an included schema, and stands once.
fn annotated(document: &Document, label: &str, annotations: &[(String, String)], wrong: &mut impl FnMut(bool, String)) {
    let terms: Vec<&String> = annotations.iter().map(|(term, _)| term).collect();
    twice(&terms).for_each(|term| wrong(true, format!("{label}: {term} stands twice")));
    for term in terms {
        let schema = term.rsplit_once('.').map_or("", |(schema, _)| schema);
        let is_known = document.included.iter().any(|(namespace, alias)| schema == namespace || schema == alias);
        wrong(!is_known, format!("{label}: there is no term {term}"));
    }
}

fn twice<T: std::hash::Hash + Eq>(names: &[T]) -> impl Iterator<Item = &T> {
    let mut seen = HashSet::new();
    names.iter().filter(move |name| !seen.insert(*name))
}
