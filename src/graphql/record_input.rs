//! Inputs of records: `…Create` and `…Update` with the attributes and navigation properties that may be written, and
//! for links one input per target: `…Bind` for one record or a collection, `…Change` for a collection that exists.

use async_graphql::dynamic::{InputObject, TypeRef};

use crate::{
    catalog::{AttributeId, Entity, EntityId, NavigationProperty},
    plan::{
        MutationKind, Mutations,
        writable::{
            has_create, is_changeable, is_settable, is_writable, links_on_create, links_on_update, must_be_given,
        },
        write,
    },
};

use super::{
    key,
    types::{Types, comment, input, printable},
};

/// Registers the inputs of all entities that can be written.
pub(super) fn register(types: &mut Types<'_>, mutations: &Mutations) {
    for (_, mutation) in mutations.iter() {
        match mutation.kind {
            MutationKind::Create => create(types, mutation.entity),
            MutationKind::Update => update(types, mutation.entity),
            _ => {}
        }
    }
}

fn create(types: &mut Types<'_>, id: EntityId) {
    let catalog = types.catalog;
    let entity = catalog.entity(id);
    let name = write::create_type(entity);
    let mut object = InputObject::new(&name).description(format!("A record of {} to be created.", entity.set_name));
    for attribute in attributes(entity).filter(|attribute| is_settable(catalog, id, *attribute)) {
        object = object.field(attribute_input(types, entity, attribute, must_be_given(catalog, id, attribute)));
    }
    for property in entity.navigation.iter().filter(|property| links_on_create(catalog, property)) {
        let ty = bind(types, property);
        object = object.field(input(&property.name, TypeRef::named(ty), about(types, property)));
    }
    types.add(&name, object);
}

fn update(types: &mut Types<'_>, id: EntityId) {
    let catalog = types.catalog;
    let entity = catalog.entity(id);
    let name = write::update_type(entity);
    let mut object = InputObject::new(&name)
        .description(format!("What changes in a record of {}; what is left out stays as it is.", entity.set_name));
    for attribute in attributes(entity).filter(|attribute| is_changeable(catalog, id, *attribute)) {
        object = object.field(attribute_input(types, entity, attribute, false));
    }
    for property in entity.navigation.iter().filter(|property| links_on_update(catalog, property)) {
        let ty = if property.collection { change(types, property) } else { bind(types, property) };
        object = object.field(input(&property.name, TypeRef::named(ty), about(types, property)));
    }
    types.add(&name, object);
}

fn attributes(entity: &Entity) -> impl Iterator<Item = AttributeId> + use<> {
    (0..entity.attributes.len()).map(AttributeId)
}

fn attribute_input(
    types: &mut Types<'_>,
    entity: &Entity,
    id: AttributeId,
    required: bool,
) -> async_graphql::dynamic::InputValue {
    let attribute = entity.attribute(id);
    let about = comment(attribute.description.as_deref())
        .unwrap_or_else(|| format!("Column {}.", printable(&attribute.column)));
    let ty = types.value(&attribute.ty);
    input(&attribute.name, if required { TypeRef::named_nn(ty) } else { TypeRef::named(ty) }, about)
}

fn about(types: &Types<'_>, property: &NavigationProperty) -> String {
    let target = types.catalog.entity(property.target);
    if property.collection {
        format!("Links to records of {}.", target.set_name)
    } else {
        format!("The link to a record of {}.", target.logical_name)
    }
}

/// The input that links a record to one or many of a target; made on first use.
fn bind(types: &mut Types<'_>, property: &NavigationProperty) -> String {
    let catalog = types.catalog;
    let target = catalog.entity(property.target);
    let is_creatable = is_writable(target) && has_create(catalog, property.target);
    if property.collection {
        let name = write::set_bind_type(target);
        if !types.contains(&name) {
            let object = InputObject::new(&name).description(format!("Links to records of {}.", target.set_name));
            let object = object.field(list("associate", key::type_name(target), "Existing records."));
            let fresh = list("create", write::create_type(target), "Records that are created.");
            types.add(&name, if is_creatable { object.field(fresh) } else { object });
        }
        return name;
    }
    let name = write::bind_type(target);
    if !types.contains(&name) {
        let reference = input("ref", TypeRef::named(key::type_name(target)), "An existing record.");
        let fresh = input("create", TypeRef::named(write::create_type(target)), "A record that is created.");
        let object =
            InputObject::new(&name).oneof().description(format!("A record of {} to link to.", target.set_name));
        let object = object.field(reference);
        types.add(&name, if is_creatable { object.field(fresh) } else { object });
    }
    name
}

/// The input that changes the links of a record to many of a target; made on first use.
fn change(types: &mut Types<'_>, property: &NavigationProperty) -> String {
    let catalog = types.catalog;
    let target = catalog.entity(property.target);
    let name = write::change_type(target);
    if !types.contains(&name) {
        let key = key::type_name(target);
        let object = InputObject::new(&name)
            .description(format!("Changes of links to records of {}, done in this order.", target.set_name))
            .field(list("replace", key.clone(), "The only records to be linked, before what follows."))
            .field(list("disassociate", key.clone(), "Records to be unlinked."))
            .field(list("associate", key, "Records to be linked."));
        let fresh = list("create", write::create_type(target), "Records to be created and linked.");
        let is_creatable = is_writable(target) && has_create(catalog, property.target);
        types.add(&name, if is_creatable { object.field(fresh) } else { object });
    }
    name
}

fn list(name: &str, ty: String, about: &str) -> async_graphql::dynamic::InputValue {
    input(name, TypeRef::named_nn_list(ty), about)
}
