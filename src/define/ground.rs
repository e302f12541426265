//! What a change of definitions is checked against: what exists, by its names.

use std::sync::Arc;

use crate::{
    catalog::{Catalog, Definition, Entity, EntityDraft, EntityId, Relationship, RelationshipId, Table},
    error::Code,
    plan::{Error, Result},
};

/// What exists: the catalog, and what it was built from.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The catalog.
    pub catalog: Arc<Catalog>,
    /// Tables as they are, before naming.
    pub drafts: Arc<Vec<EntityDraft>>,
    /// The stored definitions.
    pub definitions: Arc<Vec<Definition>>,
}

impl Ground {
    /// The entity of that logical name, where it may take part.
    pub(super) fn entity(
        &self,
        name: &str,
        why_not: fn(&Entity) -> Option<&'static str>,
    ) -> Result<(EntityId, &Entity)> {
        let found = self.catalog.entities().find(|(_, entity)| entity.logical_name == name);
        let Some((id, entity)) = found else { return Err(unknown_entity(&self.catalog, name)) };
        match why_not(entity) {
            Some(why) => Err(Error::invalid(format!("{name} cannot take part: {why}")).entity(name)),
            None => Ok((id, entity)),
        }
    }

    /// The relationship of that schema name.
    pub(super) fn relationship(&self, schema_name: &str) -> Result<(RelationshipId, &Relationship)> {
        match self.catalog.find_relationship(schema_name) {
            Some(id) => Ok((id, self.catalog.relationship(id))),
            None => Err(unknown_relationship(&self.catalog, schema_name)),
        }
    }

    /// The definition in which that schema name stands: its own, or that of one of its arms.
    pub(super) fn definition(&self, schema_name: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition.schema_names().any(|name| name == schema_name))
    }

    /// Refuses a schema name that is in use.
    pub(super) fn check_schema_name(&self, name: &str) -> Result<()> {
        // Constraints and indexes are named after it, and databases differ in whether case counts.
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        let is_taken = self.catalog.relationships.iter().any(|known| is_it(&known.schema_name))
            || self.definitions.iter().flat_map(Definition::schema_names).any(is_it);
        if is_taken {
            let message = format!("there is a relationship named {name} already");
            return Err(Error::new(Code::Conflict, message).with("relationship", name));
        }
        Ok(())
    }

    /// Whether a table has a column of that name, in any letter case: databases differ in whether case counts.
    pub(super) fn has_column(&self, table: &Table, column: &str) -> bool {
        let is_it = |known: &str| known.eq_ignore_ascii_case(column);
        let mut drafts = self.drafts.iter().filter(|draft| draft.table.as_ref() == Some(table));
        let entity = self.catalog.find_table(table);
        drafts.any(|draft| draft.columns.iter().any(|known| is_it(&known.name)))
            || entity.is_some_and(|(_, entity)| entity.attributes.iter().any(|known| is_it(&known.column)))
    }

    /// Whether a column that was made here is gone: neither its table, where tables are read, nor the catalog has it.
    pub(super) fn lacks_column(&self, table: &Table, column: &str) -> bool {
        let is_known = self.drafts.iter().any(|draft| draft.table.as_ref() == Some(table));
        self.lacks_table(table) || is_known && !self.has_column(table, column)
    }

    /// Whether a table that was made here is gone: tables are read, and it is none of them.
    pub(super) fn lacks_table(&self, table: &Table) -> bool {
        self.drafts.iter().any(|draft| draft.is_discovered)
            && !self.drafts.iter().any(|draft| draft.table.as_ref() == Some(table))
    }

    /// Whether there is a table or view of that name, in any letter case.
    pub(super) fn has_table(&self, name: &str) -> bool {
        let drafts = self.drafts.iter().filter_map(|draft| draft.table.as_ref());
        let entities = self.catalog.entities.iter().map(|entity| &entity.table);
        drafts.chain(entities).any(|table| table.name.eq_ignore_ascii_case(name))
    }
}

/// There is no entity of that logical name.
#[must_use]
pub fn unknown_entity(catalog: &Catalog, name: &str) -> Error {
    let error = Error::invalid(format!("there is no entity {name:?}"));
    near(name, catalog.entities.iter().map(|entity| entity.logical_name.as_str()), error)
}

/// There is no relationship of that schema name.
#[must_use]
pub fn unknown_relationship(catalog: &Catalog, schema_name: &str) -> Error {
    let error = Error::new(Code::NotFound, format!("there is no relationship {schema_name:?}"));
    near(schema_name, catalog.relationships.iter().map(|known| known.schema_name.as_str()), error)
}

/// The error with the name that was probably meant.
fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>, error: Error) -> Error {
    /// Below this, two words have little in common.
    const ALIKE: f64 = 0.8;
    let scored = known.map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()), known));
    match scored.filter(|(score, _)| *score >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((_, known)) => error.hint(format!("did you mean {known:?}?")),
        None => error,
    }
}
