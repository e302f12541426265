//! Catalog in, dynamic schema out: every type is made by the file of its GraphQL kind and put together here.
//! The schema describes, validates and introspects; entity data is answered by the extension, never by its resolvers.

use std::sync::Arc;

use async_graphql::{
    dynamic::{Schema, SchemaError},
    extensions::ExtensionFactory,
};

use crate::{
    catalog::Catalog,
    plan::{Limits, Mutations},
};

use super::{aggregate, connection, definition, entity, filter, key, mutation, navigation, order, query, types::Types};

/// The root fields that the engine resolves itself. All others are entity data.
pub(super) const ENGINE_FIELDS: &[&str] = &[
    "__schema",
    "__type",
    "entityDefinition",
    "entityDefinitions",
    "relationshipDefinition",
    "relationshipDefinitions",
];

/// Builds the dynamic schema that a catalog describes. `extension` answers operations on entity data,
/// `limits` are told in descriptions.
///
/// # Errors
/// Names that would stand for two things, all of them at once.
pub(super) fn build(
    catalog: &Arc<Catalog>,
    mutations: &Mutations,
    limits: Limits,
    definable: bool,
    extension: impl ExtensionFactory,
) -> Result<Schema, SchemaError> {
    let mut types = Types::new(catalog, limits);
    query::register(&mut types);
    order::register_sort(&mut types);
    connection::register_page_info(&mut types);
    for (id, entity) in catalog.entities() {
        entity::register(&mut types, id);
        filter::register(&mut types, id);
        order::register(&mut types, entity);
        aggregate::register(&mut types, entity);
        if entity.has_key() {
            key::register(&mut types, entity);
            connection::register(&mut types, entity);
        }
    }
    navigation::register_unions(&mut types);
    definition::register(&mut types, definable);

    let mutation = mutation::register(&mut types, mutations, definable).then_some(MUTATION);
    let types = types.finish()?;
    types
        .fold(Schema::build(query::QUERY, mutation, None), async_graphql::dynamic::SchemaBuilder::register)
        .data(Arc::clone(catalog))
        .extension(extension)
        .finish()
}

/// The query type's name.
pub(super) const QUERY: &str = query::QUERY;

/// The mutation type's name.
pub(super) const MUTATION: &str = mutation::MUTATION;

/// Whether the engine resolves a field of the root.
pub(super) fn is_engine_field(name: &str) -> bool {
    ENGINE_FIELDS.contains(&name)
}

/// Whether a field of the root may be null by itself, so that an error in it leaves the others alone.
pub(super) fn is_nullable_root(catalog: &Catalog, name: &str) -> bool {
    ["node", "entityDefinition", "relationshipDefinition", "__type"].contains(&name)
        || catalog.find_entity(name).is_some_and(|id| catalog.entity(id).logical_name == name)
}
