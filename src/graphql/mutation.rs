//! The mutation type: a field for everything that can be written, with its arguments. Which fields there are is the
//! planner's table.

use async_graphql::{
    Value,
    dynamic::{Field, Object, TypeRef},
};

use crate::{
    catalog::{Entity, EntityId},
    plan::{LinkVerb, Mutation, MutationKind, Mutations, write},
};

use super::{
    definition, filter, key, payload, record_input,
    types::{Types, data_field, input},
};

/// The root type's name.
pub(super) const MUTATION: &str = "Mutation";

/// Registers the mutation type and all that belongs to it; answers whether anything can be written.
pub(super) fn register(types: &mut Types<'_>, mutations: &Mutations, definable: bool) -> bool {
    let mut object = Object::new(MUTATION).description(
        "Everything that can be written. The fields of one operation run in order and in one transaction: all of them \
         succeed or nothing changes.",
    );
    let mut is_empty = true;
    for (name, mutation) in mutations.iter() {
        object = object.field(field(types, name, mutation));
        is_empty = false;
    }
    if definable {
        object = definition::mutation::register(types, object);
        is_empty = false;
    }
    if is_empty {
        return false;
    }
    types.add(MUTATION, object);
    record_input::register(types, mutations);
    payload::register(types, mutations);
    true
}

fn field(types: &mut Types<'_>, name: &str, mutation: Mutation) -> Field {
    let id = mutation.entity;
    let entity = types.catalog.entity(id);
    match mutation.kind {
        MutationKind::Link { property, verb } => link(types, name, id, property, verb),
        kind => record(types, name, id, entity, kind),
    }
}

fn record(types: &Types<'_>, name: &str, id: EntityId, entity: &Entity, kind: MutationKind) -> Field {
    let catalog = types.catalog;
    let (one, many) = (&entity.logical_name, &entity.set_name);
    let (create, update) = (write::create_type(entity), write::update_type(entity));
    let new = |name: &str, ty: TypeRef| input(name, ty, "The values and links of the record.");
    let changes = input("input", TypeRef::named_nn(update), "What changes; what is left out stays as it is.");
    let payload = |ty: String, about: String| data_field(name, TypeRef::named_nn(ty), about);
    let to_one = |about: &str| payload(write::one_type(catalog, id), format!("{about} {one}."));
    let to_many = |about: &str| payload(write::many_type(catalog, id), format!("{about} {many}."));
    let which =
        || input("where", TypeRef::named_nn(filter::type_name(entity)), "Which records; it must ask something.");
    let at_most = || {
        input("atMost", TypeRef::named_nn(TypeRef::INT), "With more records than this, nothing is done; 5,000 at most.")
            .default_value(Value::from(1))
    };
    match kind {
        MutationKind::Create => to_one("Creates a record of").argument(new("input", TypeRef::named_nn(create))),
        MutationKind::CreateMany => {
            to_many("Creates records of").argument(new("inputs", TypeRef::named_nn_list_nn(create)))
        }
        MutationKind::Update => {
            to_one("Changes a record of").argument(subject(entity)).argument(changes).argument(if_match())
        }
        MutationKind::UpdateMany => {
            to_many("Changes records of").argument(which()).argument(changes).argument(at_most())
        }
        MutationKind::Upsert => to_one("Changes a record, or creates it where there is none, of")
            .argument(subject(entity))
            .argument(new("input", TypeRef::named_nn(create))),
        MutationKind::Delete => {
            to_one("Deletes, and answers as it was, a record of").argument(subject(entity)).argument(if_match())
        }
        MutationKind::DeleteMany | MutationKind::Link { .. } => {
            to_many("Deletes, and answers as they were, records of").argument(which()).argument(at_most())
        }
    }
}

fn link(types: &Types<'_>, name: &str, id: EntityId, property: usize, verb: LinkVerb) -> Field {
    let catalog = types.catalog;
    let entity = catalog.entity(id);
    let property = &entity.navigation[property];
    let target = catalog.entity(property.target);
    let of = format!("{} of a record of {}", property.name, entity.logical_name);
    let about = match (verb, property.collection) {
        (LinkVerb::Associate, false) => format!("Sets {of} to a record."),
        (LinkVerb::Associate, true) => format!("Adds records to {of}. One that is among them already stays."),
        (LinkVerb::Disassociate, false) => format!("Empties {of}. Both records stay."),
        (LinkVerb::Disassociate, true) => format!("Takes records out of {of}. They themselves stay."),
        (LinkVerb::Replace, _) => format!("Makes records the only ones of {of}."),
        (LinkVerb::Clear, _) => format!("Empties {of}. The records themselves stay."),
    };
    let field = data_field(name, TypeRef::named_nn(write::links_type(catalog, id)), about).argument(subject(entity));
    let key = key::type_name(target);
    let refs = || input("refs", TypeRef::named_nn_list_nn(&key), "The records; 5,000 at most.");
    match (verb, property.collection) {
        (LinkVerb::Associate, false) => {
            field.argument(input("ref", TypeRef::named_nn(&key), "The record.")).argument(if_match())
        }
        (LinkVerb::Disassociate, false) => field.argument(if_match()),
        (LinkVerb::Associate | LinkVerb::Replace, _) => field.argument(refs()),
        (LinkVerb::Disassociate, true) => {
            let about = "Whether records that are not linked are let be instead of refused.";
            let if_exists = input("ifExists", TypeRef::named_nn(TypeRef::BOOLEAN), about);
            field.argument(refs()).argument(if_exists.default_value(Value::from(false)))
        }
        (LinkVerb::Clear, _) => field,
    }
}

fn subject(entity: &Entity) -> async_graphql::dynamic::InputValue {
    input("key", TypeRef::named_nn(key::type_name(entity)), "Which record.")
}

fn if_match() -> async_graphql::dynamic::InputValue {
    input("ifMatch", TypeRef::named(TypeRef::STRING), "The etag that the record must have.")
}
