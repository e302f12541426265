//! What a change comes to once it is found good: what is stored, what happens to tables, and what must hold for that.

use crate::{
    catalog::{Catalog, Definition, EntityDraft, MultiTableLookup, Problem, Table, add_definition, remove_definition},
    error::Code,
    plan::{Error, Result},
    sql::ddl::TableChange,
};

use super::Ground;

/// A change that was found good.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
    /// The name of what changes.
    pub schema_name: String,
    /// The schema names of the relationships that are made or changed.
    pub relationships: Vec<String>,
    /// Definitions whose columns and tables are made.
    pub made: Option<Definition>,
    /// Definitions whose columns and tables go.
    pub gone: Option<Definition>,
    /// Definitions to be stored, in place of what is stored by the same name.
    pub stored: Vec<Definition>,
    /// The names of definitions to be stored no longer.
    pub dropped: Vec<String>,
    /// What happens to tables.
    pub tables: Vec<TableChange>,
    /// The table that must have no rows.
    pub must_be_empty: Option<Table>,
}

impl Edit {
    /// Tables and definitions as they are after it.
    #[must_use]
    pub fn apply(&self, ground: &Ground) -> (Vec<EntityDraft>, Vec<Definition>) {
        let mut drafts = ground.drafts.as_ref().clone();
        if let Some(definition) = &self.gone {
            remove_definition(&mut drafts, definition);
        }
        if let Some(definition) = &self.made {
            add_definition(&mut drafts, definition);
        }
        (drafts, self.definitions(&ground.definitions))
    }

    /// The stored definitions as they are after it, by name.
    #[must_use]
    pub fn definitions(&self, before: &[Definition]) -> Vec<Definition> {
        let is_replaced =
            |name: &String| self.dropped.contains(name) || self.stored.iter().any(|new| new.schema_name == *name);
        let kept = before.iter().filter(|known| !is_replaced(&known.schema_name));
        let mut definitions: Vec<Definition> = kept.chain(&self.stored).cloned().collect();
        definitions.sort_by(|a, b| a.schema_name.cmp(&b.schema_name));
        definitions
    }

    /// Refuses what would give something else another name, or something new another name than the one that was asked
    /// for. Both catalogs are whole: whatever names meet, in whichever way, shows here.
    ///
    /// # Errors
    /// What meets what.
    pub fn check(&self, before: &Catalog, after: &Catalog) -> Result<()> {
        let conflict =
            |message: String| Err(Error::new(Code::Conflict, message).with("relationship", &*self.schema_name));
        let is_new = |problem: &&Problem| !before.warnings.contains(problem);
        if let Some(problem) = after.warnings.iter().find(is_new) {
            return conflict(problem.to_string());
        }
        for entity in &before.entities {
            let Some((_, same)) = after.find_table(&entity.table) else { continue };
            if (&same.type_name, &same.set_name) != (&entity.type_name, &entity.set_name) {
                return conflict(format!("{} would be served by another name", entity.logical_name));
            }
            let keeps = |name: &str| {
                same.find_attribute(name).is_some()
                    || same.find_navigation(name).is_some()
                    || self.is_about(before, entity, name)
            };
            let attributes = entity.attributes.iter().map(|attribute| &attribute.name);
            let mut names = attributes.chain(entity.navigation.iter().map(|property| &property.name));
            if let Some(name) = names.find(|name| !keeps(name)) {
                return conflict(format!("{}.{name} would be served by another name", entity.logical_name));
            }
        }
        for lookup in &before.multi_table_lookups {
            let table = &before.entity(lookup.entity).table;
            let is_it =
                |known: &&MultiTableLookup| known.name == lookup.name && after.entity(known.entity).table == *table;
            let known = after.multi_table_lookups.iter().find(is_it);
            if known.is_some_and(|known| known.type_name != lookup.type_name) {
                return conflict(format!("the type {} would be served by another name", lookup.type_name));
            }
        }
        Ok(())
    }

    /// Whether a name is one that the change itself takes away or replaces.
    fn is_about(&self, before: &Catalog, entity: &crate::catalog::Entity, name: &str) -> bool {
        let is_changed = |schema_name: &String| {
            self.relationships.contains(schema_name) || *schema_name == self.schema_name || self.gone.is_some()
        };
        match entity.find_navigation(name) {
            Some(property) => is_changed(&before.relationship(property.relationship).schema_name),
            None => self.gone.is_some(),
        }
    }
}
