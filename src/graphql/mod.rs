//! How it looks: the dynamic schema that a catalog describes, one GraphQL kind per file, and the way of an operation
//! from its document to its response.

mod aggregate;
mod connection;
mod define;
mod definition;
mod document;
mod engine;
mod entity;
mod enumeration;
mod error;
mod filter;
mod given;
mod key;
mod limits;
mod mutation;
mod navigation;
mod operation;
mod order;
mod payload;
mod query;
mod record_input;
mod request;
mod scalar;
mod schema;
mod sdl;
mod sdl_diff;
#[cfg(test)]
mod tests;
mod types;
mod variable;

use std::sync::Arc;

use async_graphql::dynamic::{Schema, SchemaError};

use crate::{
    catalog::Catalog,
    plan::{Limits, Mutations},
};

pub use define::{DefinitionField, Definitions};
pub use definition::payload::Defined;
pub use error::error_body;
pub use operation::{Context, Operations, Reply, Statistics, execute, select};
pub use request::{Outcome, Request, Response};
pub use sdl::sdl;
pub use sdl_diff::{breaking_changes, diff as sdl_diff};

/// Builds the schema that a catalog describes, where it is `definable` with mutations of definitions.
///
/// # Errors
/// Names that would stand for two things.
pub fn schema(
    catalog: &Arc<Catalog>,
    mutations: &Mutations,
    limits: Limits,
    definable: bool,
) -> Result<Schema, SchemaError> {
    schema::build(catalog, mutations, limits, definable, engine::Intercept)
}
