//! Names in definitions: how they may be spelled, and whether they are free.

use std::collections::{HashMap, HashSet};

use crate::{
    catalog::{Catalog, Entity, EntityId, name},
    error::Code,
    plan::{Error, Result},
};

/// The longest name of a table, column or definition: PostgreSQL cuts at 63 bytes, and constraints are named after the
/// definition with a prefix.
const MAX_IDENTIFIER: usize = 59;

/// The longest name of a navigation property.
const MAX_NAVIGATION: usize = 100;

/// The longest description: it stands in the schema that every client reads.
const MAX_DESCRIPTION: usize = 2_000;

/// Refuses a description that is no description any more.
pub(super) fn check_description(text: Option<&str>) -> Result<()> {
    match text {
        Some(text) if text.chars().count() > MAX_DESCRIPTION => {
            Err(Error::invalid(format!("a description has {MAX_DESCRIPTION} letters at most")))
        }
        _ => Ok(()),
    }
}

/// What belongs to a navigation property besides its field: names of fields made from its own.
const BELONGINGS: [&str; 4] = ["", "Connection", "Aggregate", "Exists"];

/// Refuses what is no name for a table, column or definition on every database.
pub(super) fn check_identifier(what: &str, text: &str) -> Result<()> {
    check_letters(what, text, MAX_IDENTIFIER)?;
    if text.to_ascii_lowercase().starts_with("relata_") {
        return Err(Error::invalid(format!("{what}: names that start with relata_ are the gateway's own")));
    }
    Ok(())
}

/// Refuses what is no name for a navigation property.
pub(super) fn check_navigation(what: &str, text: &str) -> Result<()> {
    check_letters(what, text, MAX_NAVIGATION)
}

fn check_letters(what: &str, text: &str, longest: usize) -> Result<()> {
    let is_spelled_well = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_spelled_well {
        let message = format!("{what}: {text:?} is no name: letters, digits and _ after a first letter are");
        return Err(Error::invalid(message));
    }
    if text.len() > longest {
        return Err(Error::invalid(format!("{what}: a name has {longest} letters at most")));
    }
    Ok(())
}

/// The names of fields that are taken, entity by entity, and those that a definition takes in addition.
pub(super) struct Fields<'a> {
    catalog: &'a Catalog,
    taken: HashMap<EntityId, HashSet<String>>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(catalog: &'a Catalog) -> Self {
        Self { catalog, taken: HashMap::new() }
    }

    fn taken(&mut self, id: EntityId) -> &mut HashSet<String> {
        self.taken.entry(id).or_insert_with(|| {
            let entity = self.catalog.entity(id);
            let attributes = entity.attributes.iter().map(|attribute| attribute.name.clone());
            let navigation = entity.navigation.iter().map(|property| &property.name);
            let unions = self.catalog.multi_table_lookups_of(id).map(|lookup| &lookup.name);
            attributes.chain(navigation.chain(unions).flat_map(|name| belongings(name))).collect()
        })
    }

    /// Gives up the name of a navigation property that is about to get another.
    pub(super) fn release(&mut self, id: EntityId, name: &str) {
        let taken = self.taken(id);
        for name in belongings(name) {
            taken.remove(&name);
        }
    }

    /// Whether an attribute may have that name.
    pub(super) fn is_free_for_attribute(&mut self, id: EntityId, name: &str) -> bool {
        // Enums name attributes in upper case, where `aBC` and `aBc` are one.
        let shouty = name::shouty(name);
        let attributes = &self.catalog.entity(id).attributes;
        !self.catalog.is_reserved_field(name)
            && !attributes.iter().any(|known| name::shouty(&known.name) == shouty)
            && !self.taken(id).contains(name)
    }

    /// Whether a navigation property may have that name.
    pub(super) fn is_free(&mut self, id: EntityId, name: &str) -> bool {
        if self.catalog.is_reserved_field(name) {
            return false;
        }
        let taken = self.taken(id);
        belongings(name).iter().all(|name| !taken.contains(name))
    }

    /// Takes the name of an attribute.
    pub(super) fn take_attribute(&mut self, id: EntityId, name: &str) -> Result<()> {
        if !self.is_free_for_attribute(id, name) {
            return Err(self.conflict(id, name));
        }
        self.taken(id).insert(name.to_owned());
        Ok(())
    }

    /// Takes the name of a navigation property.
    pub(super) fn take(&mut self, id: EntityId, name: &str) -> Result<()> {
        if !self.is_free(id, name) {
            return Err(self.conflict(id, name).with("navigationProperty", name));
        }
        self.taken(id).extend(belongings(name));
        Ok(())
    }

    fn conflict(&self, id: EntityId, name: &str) -> Error {
        let Entity { logical_name, .. } = self.catalog.entity(id);
        let message = format!("{logical_name} has a field {name} already, or one that belongs to it");
        Error::new(Code::Conflict, message).entity(logical_name).hint("give another name for this end")
    }
}

fn belongings(name: &str) -> [String; 4] {
    BELONGINGS.map(|more| format!("{name}{more}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_so_that_every_database_takes_them() {
        for name in ["a", "Account_Tasks", "new_AccountOwner", &"a".repeat(59)] {
            assert_eq!(check_identifier("name", name), Ok(()), "{name}");
        }
        let long = "a".repeat(60);
        for name in ["", "_a", "1a", "a-b", "a b", "a\"b", "größe", "relata_x", "RELATA_x", long.as_str()] {
            assert_eq!(check_identifier("name", name).expect_err(name).code, Code::Invalid);
        }
    }
}
