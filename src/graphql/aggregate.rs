//! Aggregates: counts, and per attribute the functions of the planner that have a result for its type, in all and by
//! groups.

use std::collections::HashSet;

use async_graphql::dynamic::{Enum, EnumItem, Field, Object, TypeRef};

use crate::{
    catalog::{Entity, name},
    plan::{AGGREGATE_FUNCTIONS, AggregateFunction},
};

use super::{
    query,
    types::{Types, data_field, input},
};

/// The `…Aggregate` field beside a list.
pub(super) fn field(types: &Types<'_>, list: &str, target: &Entity) -> Field {
    let about = format!("Counts, sums and extremes of the records of {list}.");
    let field = data_field(&format!("{list}Aggregate"), TypeRef::named_nn(type_name(target, "Aggregate")), about);
    let field = query::filtered(field, target);
    if !is_groupable(target) {
        return field;
    }
    let about = format!("What `groups` are formed by; {} groups at most.", types.limits.max_page);
    field.argument(input("groupBy", TypeRef::named_nn_list(type_name(target, "Attribute")), about))
}

pub(super) fn register(types: &mut Types<'_>, entity: &Entity) {
    let set_name = &entity.set_name;
    let mut shared = Vec::new();
    for (word, function) in AGGREGATE_FUNCTIONS {
        let about = match function {
            AggregateFunction::Sum => "The sums of",
            AggregateFunction::Avg => "The averages of",
            AggregateFunction::Min => "The smallest values of",
            AggregateFunction::Max => "The largest values of",
            AggregateFunction::Key | AggregateFunction::Count => continue,
        };
        let name = type_name(entity, &name::capitalized(word));
        let about = format!("{about} the records of {set_name}; null where there is nothing but null.");
        if register_function(types, entity, *function, &name, &about) {
            shared.push((*word, name, about));
        }
    }
    let functions = |object: Object| {
        let count = data_field("count", TypeRef::named_nn(TypeRef::INT), "How many records.");
        shared.iter().fold(object.field(count), |object, (word, name, about)| {
            object.field(data_field(word, TypeRef::named_nn(name), about))
        })
    };

    let name = type_name(entity, "Aggregate");
    let mut object = functions(Object::new(&name).description(format!("What the records of {set_name} come to.")));
    if is_groupable(entity) {
        let group = type_name(entity, "AggregateGroup");
        object =
            object.field(data_field("groups", TypeRef::named_nn_list_nn(&group), "By the attributes of `groupBy`."));
        let key = types.catalog.group_key_type(entity);
        let about = format!("What groups of {set_name} have in common; only attributes of `groupBy` can be selected.");
        register_function(types, entity, AggregateFunction::Key, &key, &about);
        let group_object = Object::new(&group)
            .description(format!("What a group of {set_name} comes to."))
            .field(data_field("key", TypeRef::named_nn(&key), "What the group has in common."));
        types.add(&group, functions(group_object));
        let attributes = type_name(entity, "Attribute");
        types.add(&attributes, attribute_enum(&attributes, entity));
    }
    types.add(&name, object);
}

/// Adds the object with one nullable field per attribute for which the function has a result, if there is any.
fn register_function(
    types: &mut Types<'_>,
    entity: &Entity,
    function: AggregateFunction,
    name: &str,
    about: &str,
) -> bool {
    let mut fields = Vec::new();
    for attribute in &entity.attributes {
        if let Some(ty) = function.result(&attribute.ty) {
            let about = format!("Of {}.", attribute.name);
            fields.push(data_field(&attribute.name, TypeRef::named(types.value(&ty)), about));
        }
    }
    if fields.is_empty() {
        return false;
    }
    types.add(name, fields.into_iter().fold(Object::new(name).description(about), Object::field));
    true
}

fn attribute_enum(name: &str, entity: &Entity) -> Enum {
    let mut seen = HashSet::new();
    let attributes = entity.attributes.iter().filter(|attribute| attribute.ty.is_comparable());
    let values = attributes.map(|attribute| (name::shouty(&attribute.name), &attribute.name));
    // Two attributes may read alike in upper case; the planner takes the first as well.
    let items = values
        .filter(|(value, _)| seen.insert(value.clone()))
        .map(|(value, attribute)| EnumItem::new(value).description(format!("The attribute {attribute}.")));
    Enum::new(name).description(format!("The attributes of {} to group by.", entity.logical_name)).items(items)
}

fn is_groupable(entity: &Entity) -> bool {
    entity.attributes.iter().any(|attribute| attribute.ty.is_comparable())
}

fn type_name(entity: &Entity, suffix: &str) -> String {
    format!("{}{suffix}", entity.type_name)
}
