//! Payloads of mutations: what became of a write, and the records as the query type knows them.

use async_graphql::dynamic::{Enum, EnumItem, Object, TypeRef};

use crate::{
    catalog::EntityId,
    plan::{MutationKind, Mutations, write},
};

use super::types::{Types, data_field};

const OUTCOME: &str = "WriteOutcome";
const STATUS: &str = "RefStatus";

/// Registers the payloads that the mutations answer with.
pub(super) fn register(types: &mut Types<'_>, mutations: &Mutations) {
    for (_, mutation) in mutations.iter() {
        let id = mutation.entity;
        match mutation.kind {
            MutationKind::CreateMany | MutationKind::UpdateMany | MutationKind::DeleteMany => many(types, id),
            MutationKind::Link { .. } => links(types, id),
            _ => one(types, id),
        }
    }
}

fn one(types: &mut Types<'_>, id: EntityId) {
    let entity = types.catalog.entity(id);
    let name = write::one_type(types.catalog, id);
    if types.contains(&name) {
        return;
    }
    let about = "The record after the write; as it was where it is deleted.";
    let record = data_field(&entity.logical_name, TypeRef::named_nn(&entity.type_name), about);
    let object = Object::new(&name)
        .description(format!("What became of a record of {}.", entity.set_name))
        .field(record)
        .field(data_field("outcome", TypeRef::named_nn(OUTCOME), "What became of it."));
    types.add(&name, object);
    if !types.contains(OUTCOME) {
        let values = [
            ("CREATED", "It is new."),
            ("UPDATED", "It was there and was written."),
            ("UNCHANGED", "Nothing was asked to change."),
            ("DELETED", "It is gone."),
        ];
        types.add(OUTCOME, enumeration(OUTCOME, "What became of a record.", &values));
    }
}

fn many(types: &mut Types<'_>, id: EntityId) {
    let entity = types.catalog.entity(id);
    let name = write::many_type(types.catalog, id);
    if types.contains(&name) {
        return;
    }
    let about = "The records after the write; as they were where they are deleted.";
    let object = Object::new(&name)
        .description(format!("What became of records of {}.", entity.set_name))
        .field(data_field(&entity.set_name, TypeRef::named_nn_list_nn(&entity.type_name), about))
        .field(data_field("count", TypeRef::named_nn(TypeRef::INT), "How many records were written."));
    types.add(&name, object);
}

fn links(types: &mut Types<'_>, id: EntityId) {
    let entity = types.catalog.entity(id);
    let name = write::links_type(types.catalog, id);
    if types.contains(&name) {
        return;
    }
    let about = "The record after the write.";
    let object = Object::new(&name)
        .description(format!("What became of links of a record of {}.", entity.set_name))
        .field(data_field(&entity.logical_name, TypeRef::named_nn(&entity.type_name), about))
        .field(data_field("changed", TypeRef::named_nn(TypeRef::BOOLEAN), "Whether any link is another than before."))
        .field(data_field(
            "results",
            TypeRef::named_nn_list_nn(write::RESULT),
            "What became of each reference, in the order in which they were given; then what was unlinked otherwise.",
        ));
    types.add(&name, object);
    if !types.contains(write::RESULT) {
        let result = Object::new(write::RESULT)
            .description("What became of a reference.")
            .field(data_field(types.catalog.profile.reference(), TypeRef::named_nn(TypeRef::ID), "The reference."))
            .field(data_field("status", TypeRef::named_nn(STATUS), "What became of it."));
        types.add(write::RESULT, result);
        let values = [
            ("ASSOCIATED", "It is linked now."),
            ("ALREADY_ASSOCIATED", "It was linked before."),
            ("MOVED", "It is linked now, in the place of another link."),
            ("DISASSOCIATED", "It is no longer linked."),
            ("NOT_ASSOCIATED", "It was not linked before."),
        ];
        types.add(STATUS, enumeration(STATUS, "What became of a reference.", &values));
    }
}

fn enumeration(name: &str, about: &str, values: &[(&str, &str)]) -> Enum {
    let items = values.iter().map(|(name, about)| EnumItem::new(*name).description(*about));
    Enum::new(name).description(about).items(items)
}
