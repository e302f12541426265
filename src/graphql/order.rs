//! `orderBy` inputs: a direction per ordered attribute, and the way through single-valued navigation properties.

use async_graphql::dynamic::{Enum, EnumItem, InputObject, TypeRef};

use crate::{catalog::Entity, plan::SORTS};

use super::types::{Types, input};

const SORT: &str = "Sort";

/// The name of the order of an entity's records; nothing where no attribute has an order.
pub(super) fn type_name(entity: &Entity) -> Option<String> {
    entity.attributes.iter().any(|attribute| attribute.ty.is_ordered()).then(|| format!("{}OrderBy", entity.type_name))
}

pub(super) fn register_sort(types: &mut Types<'_>) {
    let values = SORTS.iter().map(|(name, _, about)| EnumItem::new(*name).description(*about));
    types.add(SORT, Enum::new(SORT).description("A direction of an order, and where nulls stand in it.").items(values));
}

pub(super) fn register(types: &mut Types<'_>, entity: &Entity) {
    let Some(name) = type_name(entity) else { return };
    let about = format!("One key of an order of {}: exactly one field is given.", entity.set_name);
    let mut object = InputObject::new(&name).description(about);
    for attribute in entity.attributes.iter().filter(|attribute| attribute.ty.is_ordered()) {
        let about = format!("By {}.", attribute.name);
        object = object.field(input(&attribute.name, TypeRef::named(SORT), about));
    }
    for property in entity.navigation.iter().filter(|property| !property.collection) {
        if let Some(target) = type_name(types.catalog.entity(property.target)) {
            let about = format!("By a key of {}.", property.name);
            object = object.field(input(&property.name, TypeRef::named(target), about));
        }
    }
    types.add(&name, object);
}
