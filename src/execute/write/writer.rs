//! The state of a mutation while it runs.

use std::collections::HashSet;

use crate::{
    catalog::{Catalog, EntityId, RelationshipId},
    plan::Literal,
    sql::{self, Dialect},
};

use super::{Error, Surroundings, Transaction};
use crate::execute::Behaviors;

/// The values of a record's primary key, as they are stored.
pub(super) type Key = Vec<Literal>;

/// A mutation on its transaction.
pub(super) struct Writer<'a> {
    pub(super) transaction: &'a mut Transaction,
    pub(super) dialect: Dialect,
    pub(super) catalog: &'a Catalog,
    pub(super) behaviors: &'a Behaviors,
    pub(super) max_answer: usize,
    /// The generation of definitions that the catalog is of.
    pub(super) generation: i64,
    /// Whether the last statement that wrote saw that it is still so.
    pub(super) is_current: bool,
    /// The keys of the records that each earlier field left behind.
    pub(super) written: Vec<Vec<Key>>,
    /// How many statements were run.
    pub(super) statements: usize,
    /// The hierarchies whose lock this transaction holds.
    entered: HashSet<RelationshipId>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(transaction: &'a mut Transaction, dialect: Dialect, surroundings: Surroundings<'a>) -> Self {
        Self {
            transaction,
            dialect,
            catalog: surroundings.catalog,
            behaviors: surroundings.behaviors,
            max_answer: surroundings.max_answer,
            generation: surroundings.generation,
            is_current: false,
            written: Vec::new(),
            statements: 0,
            entered: HashSet::new(),
        }
    }

    /// Writes about an entity.
    pub(super) fn write(&self, entity: EntityId) -> sql::Write<'a> {
        sql::Write { catalog: self.catalog, dialect: self.dialect, entity }
    }

    /// Waits until no other transaction writes a hierarchy: asked before any of its records are held.
    pub(super) async fn enter(&mut self, relationship: RelationshipId) -> Result<(), Error> {
        let one = self.catalog.relationship(relationship).as_one_to_many();
        if one.is_some_and(|one| one.hierarchical)
            && self.entered.insert(relationship)
            && let Some(statement) = sql::enter_hierarchy(self.catalog, self.dialect, relationship)
        {
            self.fetch(&statement, &[]).await?;
        }
        Ok(())
    }
}
