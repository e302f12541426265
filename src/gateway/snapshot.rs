//! What one generation of requests runs against: built aside, never changed, swapped as a whole.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dynamic::{Schema, SchemaError};

use crate::{
    catalog::{Catalog, Table},
    execute::{Behavior, Behaviors},
    graphql,
    plan::{Limits, Mutations},
};

/// One generation.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) catalog: Arc<Catalog>,
    pub(super) mutations: Mutations,
    pub(super) behaviors: Behaviors,
    pub(super) schema: Schema,
    pub(super) sdl: Arc<str>,
}

impl Snapshot {
    pub(super) fn build(
        catalog: Catalog,
        behaviors: &HashMap<Table, Behavior>,
        limits: Limits,
    ) -> Result<Self, SchemaError> {
        let behaviors = Behaviors::new(&catalog, behaviors);
        let catalog = Arc::new(catalog);
        let mutations = Mutations::of(&catalog);
        let schema = graphql::schema(&catalog, &mutations, limits)?;
        let sdl = graphql::sdl(&schema).into();
        Ok(Self { catalog, mutations, behaviors, schema, sdl })
    }
}
