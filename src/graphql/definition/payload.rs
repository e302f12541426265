//! The answer to a change of definitions.

use std::sync::Arc;

use async_graphql::{
    Result,
    dynamic::{Field, FieldFuture, FieldValue, ResolverContext, TypeRef},
};

use crate::{
    catalog::{Catalog, RelationshipId},
    error::Code,
    graphql::types::{Types, resolver_error},
};

use super::{list_of, object, relationship, resolved, string, strings, text};

const NAME: &str = "DefinitionPayload";

/// What a change of definitions did, or would do.
#[derive(Debug, Clone)]
pub struct Defined {
    /// What exists after it.
    pub catalog: Arc<Catalog>,
    /// The name of what was changed.
    pub schema_name: String,
    /// The relationships that were made or changed, by their schema names.
    pub relationships: Vec<String>,
    /// The statements that change tables.
    pub ddl: Vec<String>,
    /// The difference of the schemas before and after, in unified format.
    pub sdl_diff: String,
    /// What would break clients that worked before.
    pub breaking_changes: Vec<String>,
}

impl Defined {
    fn found(&self) -> impl Iterator<Item = RelationshipId> {
        self.relationships.iter().filter_map(|name| self.catalog.find_relationship(name))
    }
}

pub(super) fn register(types: &mut Types<'_>) {
    let fields = vec![
        part("schemaName", string(), "The schema name of what was changed.", |_, done| text(&done.schema_name)),
        part(
            "relationship",
            TypeRef::named(relationship::INTERFACE),
            "The relationship that was made or changed; of a multi-table lookup its first target; null after a delete.",
            |catalog, done| done.found().next().map_or(FieldValue::NULL, |id| relationship::typed(catalog, id)),
        ),
        part(
            "relationships",
            list_of(relationship::INTERFACE),
            "All relationships that were made or changed.",
            |catalog, done| FieldValue::list(done.found().map(|id| relationship::typed(catalog, id))),
        ),
        part("ddl", strings(), "The statements that change tables, in order.", |_, done| {
            FieldValue::list(done.ddl.iter().map(text))
        }),
        part("sdlDiff", string(), "The difference of the schemas before and after, in unified format.", |_, done| {
            text(&done.sdl_diff)
        }),
        part("breakingChanges", strings(), "What breaks for clients that worked before.", |_, done| {
            FieldValue::list(done.breaking_changes.iter().map(text))
        }),
    ];
    types.add(NAME, object(NAME, "What a change of definitions did, or with `dryRun` would do.", fields));
}

fn part(
    name: &str,
    ty: TypeRef,
    description: &str,
    read: for<'a> fn(&'a Catalog, &'a Defined) -> FieldValue<'a>,
) -> Field {
    resolved(name, ty, description, move |catalog, context| Ok(read(catalog, done(context)?)))
}

fn done<'a>(context: &ResolverContext<'a>) -> Result<&'a Defined> {
    Ok(context.data::<Arc<Defined>>()?)
}

/// A field of the mutation type. It is resolved when its change is done: what was done comes with the request.
pub(super) fn field(name: &str, description: &str) -> Field {
    let field = Field::new(name, TypeRef::named_nn(NAME), |context| {
        let done = context.data_opt::<Arc<Defined>>().map(|_| FieldValue::owned_any(()));
        let missing = || resolver_error(Code::Internal, "a definition was resolved by itself");
        FieldFuture::new(async move { done.map(Some).ok_or_else(missing) })
    });
    field.description(description)
}
