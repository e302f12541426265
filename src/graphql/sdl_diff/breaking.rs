//! The changes that break clients, each as a sentence, in the order of the schema as it was.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Positioned,
    parser::{
        Error, parse_schema,
        types::{
            EnumType, FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition, UnionType,
        },
    },
};
use async_graphql_value::Name;

use super::{
    compatible::{can_be_read_as, can_be_sent_as, is_required},
    unequal::unequal,
};

/// Type by type what is not as it was.
pub(super) fn changes(before: &str, after: &str) -> Vec<String> {
    let (changed_before, changed_after) = unequal(before, after);
    // A text that is laid out in another way than the gateway's own may have come apart in the wrong places.
    let types = both(&changed_before, &changed_after).or_else(|_| both(before, after));
    let (before, after) = match types {
        Ok(types) => types,
        Err(error) => return vec![format!("The schemas could not be compared: {error}.")],
    };
    let by_name: HashMap<&str, &TypeDefinition> = after.iter().map(|ty| (ty.name.node.as_str(), ty)).collect();
    let mut changes = Vec::new();
    for ty in &before {
        let name = &ty.name.node;
        match by_name.get(name.as_str()) {
            None => changes.push(format!("The type {name} was removed.")),
            Some(now) => compare_types(name, ty, now, &mut changes),
        }
    }
    changes
}

fn both(before: &str, after: &str) -> Result<(Vec<TypeDefinition>, Vec<TypeDefinition>), Error> {
    Ok((types(before)?, types(after)?))
}

fn types(sdl: &str) -> Result<Vec<TypeDefinition>, Error> {
    // A document has at least one definition.
    if sdl.trim().is_empty() {
        return Ok(Vec::new());
    }
    let definitions = parse_schema(sdl)?.definitions.into_iter();
    let types = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) => Some(ty.node),
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    });
    Ok(types.collect())
}

fn compare_types(name: &Name, before: &TypeDefinition, after: &TypeDefinition, changes: &mut Vec<String>) {
    match (&before.kind, &after.kind) {
        (TypeKind::Scalar, TypeKind::Scalar) => {}
        (TypeKind::Object(before), TypeKind::Object(after)) => {
            interfaces(name, &before.implements, &after.implements, changes);
            fields(name, &before.fields, &after.fields, changes);
        }
        (TypeKind::Interface(before), TypeKind::Interface(after)) => {
            interfaces(name, &before.implements, &after.implements, changes);
            fields(name, &before.fields, &after.fields, changes);
        }
        (TypeKind::Union(before), TypeKind::Union(after)) => members(name, before, after, changes),
        (TypeKind::Enum(before), TypeKind::Enum(after)) => values(name, before, after, changes),
        (TypeKind::InputObject(old), TypeKind::InputObject(new)) => {
            if is_one_of(after) && !is_one_of(before) {
                changes.push(format!("The input type {name} now takes exactly one field."));
            }
            inputs("input field", |field| format!("{name}.{field}"), &old.fields, &new.fields, changes);
        }
        (before, after) => {
            changes.push(format!("The type {name} changed from {} to {}.", kind(before), kind(after)));
        }
    }
}

fn kind(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Scalar => "a scalar",
        TypeKind::Object(_) => "an object",
        TypeKind::Interface(_) => "an interface",
        TypeKind::Union(_) => "a union",
        TypeKind::Enum(_) => "an enum",
        TypeKind::InputObject(_) => "an input type",
    }
}

fn is_one_of(ty: &TypeDefinition) -> bool {
    ty.directives.iter().any(|directive| directive.node.name.node == "oneOf")
}

/// Those that are no longer there.
fn removed<'a>(before: &'a [Positioned<Name>], after: &[Positioned<Name>]) -> impl Iterator<Item = &'a Name> {
    let after: HashSet<Name> = after.iter().map(|name| name.node.clone()).collect();
    before.iter().map(|name| &name.node).filter(move |name| !after.contains(*name))
}

fn interfaces(name: &Name, before: &[Positioned<Name>], after: &[Positioned<Name>], changes: &mut Vec<String>) {
    changes.extend(removed(before, after).map(|gone| format!("The type {name} no longer implements {gone}.")));
}

fn members(name: &Name, before: &UnionType, after: &UnionType, changes: &mut Vec<String>) {
    let gone = removed(&before.members, &after.members);
    changes.extend(gone.map(|gone| format!("The type {gone} was removed from the union {name}.")));
}

fn values(name: &Name, before: &EnumType, after: &EnumType, changes: &mut Vec<String>) {
    let after: HashSet<&Name> = after.values.iter().map(|value| &value.node.value.node).collect();
    let gone = before.values.iter().map(|value| &value.node.value.node).filter(|value| !after.contains(value));
    changes.extend(gone.map(|value| format!("The enum value {name}.{value} was removed.")));
}

fn fields(
    owner: &Name,
    before: &[Positioned<FieldDefinition>],
    after: &[Positioned<FieldDefinition>],
    changes: &mut Vec<String>,
) {
    let by_name: HashMap<&Name, &FieldDefinition> =
        after.iter().map(|field| (&field.node.name.node, &field.node)).collect();
    for field in before.iter().map(|field| &field.node) {
        let name = &field.name.node;
        let Some(now) = by_name.get(name) else {
            changes.push(format!("The field {owner}.{name} was removed."));
            continue;
        };
        let (old, new) = (&field.ty.node, &now.ty.node);
        if !can_be_read_as(new, old) {
            changes.push(format!("The field {owner}.{name} changed its type from {old} to {new}."));
        }
        let label = |argument: &Name| format!("{owner}.{name}({argument}:)");
        inputs("argument", label, &field.arguments, &now.arguments, changes);
    }
}

/// Arguments of a field, or fields of an input type.
fn inputs(
    word: &str,
    label: impl Fn(&Name) -> String,
    before: &[Positioned<InputValueDefinition>],
    after: &[Positioned<InputValueDefinition>],
    changes: &mut Vec<String>,
) {
    let now: HashMap<&Name, &InputValueDefinition> =
        after.iter().map(|input| (&input.node.name.node, &input.node)).collect();
    for input in before.iter().map(|input| &input.node) {
        let label = label(&input.name.node);
        let Some(now) = now.get(&input.name.node) else {
            changes.push(format!("The {word} {label} was removed."));
            continue;
        };
        let (old, new) = (&input.ty.node, &now.ty.node);
        if !can_be_sent_as(new, old) {
            changes.push(format!("The {word} {label} changed its type from {old} to {new}."));
        } else if is_required(now) && !is_required(input) {
            // It was not null before, but had a default.
            changes.push(format!("The {word} {label} is required now."));
        }
    }
    let known: HashSet<&Name> = before.iter().map(|input| &input.node.name.node).collect();
    let added = after.iter().map(|input| &input.node).filter(|input| !known.contains(&input.name.node));
    for input in added.filter(|input| is_required(input)) {
        changes.push(format!("The {word} {} was added and is required.", label(&input.name.node)));
    }
}
