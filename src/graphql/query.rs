//! The query type: per entity a record by key, a list, a connection and an aggregate; any record by its reference;
//! the definitions. The arguments of lists are the same here and on navigation properties.

use std::collections::HashSet;

use async_graphql::dynamic::{Field, Object, TypeRef};

use crate::catalog::Entity;

use super::{
    aggregate, connection, definition, entity, filter, key, order,
    types::{Types, data_field, input},
};

/// The root type's name.
pub(super) const QUERY: &str = "Query";

pub(super) fn register(types: &mut Types<'_>) {
    let reference = input(types.catalog.profile.reference(), TypeRef::named_nn(TypeRef::ID), "The reference.");
    let node = data_field("node", TypeRef::named(entity::NODE), "The record of a reference, whatever its entity.");
    let mut object = Object::new(QUERY).description("Everything that can be read.").field(node.argument(reference));
    let mut taken = HashSet::new();
    for entity in &types.catalog.entities {
        for (name, field) in entity_fields(types, entity) {
            if taken.insert(name.clone()) {
                object = object.field(field);
            } else {
                types.problem(format!("two root fields are named {name}"));
            }
        }
    }
    types.add(QUERY, definition::root_fields().into_iter().fold(object, Object::field));
    types.add(entity::NODE, entity::node(types));
}

fn entity_fields(types: &Types<'_>, entity: &Entity) -> Vec<(String, Field)> {
    let (logical_name, set_name) = (&entity.logical_name, &entity.set_name);
    let list = list_field(types, set_name, entity, format!("The records of {set_name}."));
    let mut fields =
        vec![(set_name.clone(), list), (format!("{set_name}Aggregate"), aggregate::field(types, set_name, entity))];
    if entity.has_key() {
        let key = input("key", TypeRef::named_nn(key::type_name(entity)), "Which record.");
        let about = format!("One record of {set_name}; null where there is none.");
        let record = data_field(logical_name, TypeRef::named(&entity.type_name), about).argument(key);
        fields.insert(0, (logical_name.clone(), record));
        fields.insert(2, (format!("{set_name}Connection"), connection::field(types, set_name, entity)));
    }
    fields
}

/// A list of records.
pub(super) fn list_field(types: &Types<'_>, name: &str, target: &Entity, about: String) -> Field {
    let field = data_field(name, TypeRef::named_nn_list_nn(&target.type_name), about);
    ordered(filtered(field, target), target)
        .argument(input("first", TypeRef::named(TypeRef::INT), page_size(types, "How many records.")))
        .argument(input("offset", TypeRef::named(TypeRef::INT), "How many records to skip."))
}

/// The field with its `where`.
pub(super) fn filtered(field: Field, target: &Entity) -> Field {
    field.argument(input("where", TypeRef::named(filter::type_name(target)), "Which records; all without it."))
}

/// The field with its `orderBy`, where the records have an order.
pub(super) fn ordered(field: Field, target: &Entity) -> Field {
    match order::type_name(target) {
        Some(ty) => {
            field.argument(input("orderBy", TypeRef::named_nn_list(ty), "The order, its most significant key first."))
        }
        None => field,
    }
}

/// What an argument counts, with the limits of pages.
pub(super) fn page_size(types: &Types<'_>, about: &str) -> String {
    format!("{about} {} at most, {} by default.", types.limits.max_page, types.limits.default_page)
}
