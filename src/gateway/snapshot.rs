//! What one generation of requests runs against: built aside, never changed, swapped as a whole.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dynamic::{Schema, SchemaError};

use crate::{
    catalog::Table,
    csdl,
    define::Ground,
    execute::{Behavior, Behaviors},
    graphql::{self, Operations},
    plan::{Limits, Mutations},
};

/// One generation.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// The generation of definitions that it was built from; zero before the first.
    pub(super) generation: i64,
    /// What exists, and what it was built from.
    pub(super) ground: Ground,
    pub(super) mutations: Mutations,
    pub(super) behaviors: Behaviors,
    pub(super) schema: Schema,
    pub(super) operations: Operations,
    pub(super) sdl: Arc<str>,
    pub(super) csdl: csdl::Texts,
    pub(super) limits: Limits,
}

impl Snapshot {
    pub(super) fn build(
        generation: i64,
        ground: Ground,
        behaviors: &HashMap<Table, Behavior>,
        limits: Limits,
        definable: bool,
    ) -> Result<Self, SchemaError> {
        let catalog = &ground.catalog;
        let behaviors = Behaviors::new(catalog, behaviors);
        let mutations = Mutations::of(catalog);
        let schema = graphql::schema(catalog, &mutations, limits, definable)?;
        let sdl = graphql::sdl(&schema).into();
        let (operations, csdl) = (Operations::default(), csdl::Texts::default());
        Ok(Self { generation, ground, mutations, behaviors, schema, operations, sdl, csdl, limits })
    }
}
