//! `where` inputs: one per entity, one per collection of an entity, and one per type of value, whose operators come
//! from the planner's table.

use async_graphql::dynamic::{InputObject, TypeRef};

use crate::{
    catalog::{AttributeType, Entity, EntityId},
    plan::operator::{OPERATORS, Row, Shape},
};

use super::types::{Types, input, set_where};

/// The name of the filter on records of an entity.
pub(super) fn type_name(entity: &Entity) -> String {
    format!("{}Where", entity.type_name)
}

pub(super) fn register(types: &mut Types<'_>, id: EntityId) {
    let catalog = types.catalog;
    let entity = catalog.entity(id);
    let name = type_name(entity);
    let about = format!("Conditions on records of {}; all that are given hold.", entity.set_name);
    let mut object = InputObject::new(&name)
        .description(about)
        .field(input("and", TypeRef::named_nn_list(&name), "All of these hold."))
        .field(input("or", TypeRef::named_nn_list(&name), "At least one of these holds."))
        .field(input("not", TypeRef::named(&name), "This does not hold."));
    for attribute in &entity.attributes {
        let filter = value_filter(types, &attribute.ty);
        let about = format!("What holds for {}.", attribute.name);
        object = object.field(input(&attribute.name, TypeRef::named(filter), about));
    }
    for property in &entity.navigation {
        let target = catalog.entity(property.target);
        if property.collection {
            let about = format!("What holds for the records of {}.", property.name);
            object = object.field(input(&property.name, TypeRef::named(set_where(target)), about));
        } else {
            let about = format!("There is a record of {} for which this holds.", property.name);
            let exists = format!("Whether there is a record of {}.", property.name);
            object = object.field(input(&property.name, TypeRef::named(type_name(target)), about)).field(input(
                &format!("{}Exists", property.name),
                TypeRef::named(TypeRef::BOOLEAN),
                exists,
            ));
        }
    }
    types.add(&name, object);

    if types.is_collection(id) {
        let name = set_where(entity);
        types.add(&name, quantifiers(&name, entity));
    }
}

fn quantifiers(name: &str, entity: &Entity) -> InputObject {
    let quantifier = |quantifier: &str, about: &str| input(quantifier, TypeRef::named(type_name(entity)), about);
    InputObject::new(name)
        .description(format!("Conditions on a collection of records of {}; all that are given hold.", entity.set_name))
        .field(quantifier("some", "It holds for at least one record."))
        .field(quantifier("every", "It holds for all records; true where there are none."))
        .field(quantifier("none", "It holds for no record."))
}

/// The name of the filter on values of a type, which is added on first use.
fn value_filter(types: &mut Types<'_>, ty: &AttributeType) -> String {
    let value = types.value(ty);
    let name = match ty {
        // The database's own texts are compared as a whole, so they have fewer operators than strings.
        AttributeType::Text => "TextFilter".to_owned(),
        _ => format!("{value}Filter"),
    };
    if !types.contains(&name) {
        let about = format!("Conditions on a value of type {value}; all that are given hold.");
        let operators = OPERATORS.iter().filter(|row| row.fits(ty));
        let object = operators.fold(InputObject::new(&name).description(about), |object, row| {
            object.field(input(row.name, operand(row, &value), row.description))
        });
        types.add(&name, object);
    }
    name
}

fn operand(row: &Row, value: &str) -> TypeRef {
    match row.shape {
        Shape::One => TypeRef::named(value),
        Shape::List | Shape::Pair => TypeRef::named_nn_list(value),
        Shape::Flag => TypeRef::named(TypeRef::BOOLEAN),
    }
}
