//! `key` inputs: the reference or one of the keys of an entity; a composite key is an input object of its own.

use std::collections::HashSet;

use async_graphql::dynamic::{InputObject, TypeRef};

use crate::{
    catalog::{Entity, name},
    plan::Key,
};

use super::types::{Types, input};

/// The name of the input that addresses one record of an entity.
pub(super) fn type_name(entity: &Entity) -> String {
    format!("{}Key", entity.type_name)
}

pub(super) fn register(types: &mut Types<'_>, entity: &Entity) {
    let name = type_name(entity);
    let mut object = InputObject::new(&name)
        .oneof()
        .description(format!("One way to address one record of {}.", entity.set_name))
        .field(input(types.catalog.profile.reference(), TypeRef::named(TypeRef::ID), "By its reference."));
    let mut seen = HashSet::new();
    // Two keys may read alike (`ab`, and `a` with `b`); the planner takes the first as well.
    for key in Key::all(entity).into_iter().filter(|key| seen.insert(key.name.clone())) {
        let ty = match key.attributes.as_slice() {
            [only] => types.value(&entity.attribute(*only).ty),
            _ => composite(types, entity, &key),
        };
        let about = format!("By the key {}.", key.name);
        object = object.field(input(&key.name, TypeRef::named(ty), about));
    }
    types.add(&name, object);
}

fn composite(types: &mut Types<'_>, entity: &Entity, key: &Key) -> String {
    let words = format!("{}{}", entity.type_name, name::capitalized(&key.name));
    // Another entity's key, another entity, or what groups of another have in common may have the name.
    let names = [Some(words.clone()), Some(format!("{words}Key")), words.strip_suffix("Group").map(str::to_owned)];
    let is_taken = names.into_iter().flatten().any(|name| types.catalog.find_entity(&name).is_some());
    let name = if is_taken { format!("{words}KeyInput") } else { format!("{words}Key") };
    let mut object = InputObject::new(&name)
        .description(format!("All attributes of the key {} of {}.", key.name, entity.logical_name));
    for attribute in key.attributes.iter().map(|id| entity.attribute(*id)) {
        let about = format!("The value of {}.", attribute.name);
        object = object.field(input(&attribute.name, TypeRef::named_nn(types.value(&attribute.ty)), about));
    }
    types.add(&name, object);
    name
}
