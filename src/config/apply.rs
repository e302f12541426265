//! The document put on drafts: what goes, what comes, and what is given to the catalog.

mod entity;
mod lookup;
mod many_to_many;
mod relationship;

use std::collections::HashSet;

use crate::catalog::{Definition, DefinitionKind, EntityDraft, Exact, Given, GivenEntity, Table};

use super::{document::Document, error::Mistakes, pattern::Patterns, tables::Tables, text::Said};

/// Goes through the document once.
pub(super) struct Applier<'a> {
    document: &'a Document,
    drafts: &'a mut Vec<EntityDraft>,
    tables: Tables,
    given: Given,
    mistakes: Mistakes,
}

impl<'a> Applier<'a> {
    pub(super) fn new(document: &'a Document, drafts: &'a mut Vec<EntityDraft>) -> Self {
        drafts.retain(|draft| draft.table.is_some());
        let given = Given { profile: document.profile, ..Given::default() };
        Self { document, tables: Tables::new(drafts), drafts, given, mistakes: Mistakes::default() }
    }

    pub(super) fn apply(mut self, definitions: &[Definition]) -> Result<Given, Mistakes> {
        let document = self.document;
        self.choose(definitions);
        self.entities(&document.entities);
        for section in &document.relationships {
            self.relationship(section);
        }
        for section in &document.many_to_many {
            self.many_to_many(section);
        }
        for section in &document.lookups {
            self.lookup(section);
        }
        if self.mistakes.is_empty() { Ok(self.given) } else { Err(self.mistakes) }
    }

    /// Leaves out the tables that are not to be served. Those that definitions made stay.
    fn choose(&mut self, definitions: &[Definition]) {
        let made: HashSet<&Table> = definitions
            .iter()
            .filter(|definition| definition.is_custom)
            .filter_map(|definition| match &definition.kind {
                DefinitionKind::ManyToMany(intersect) => Some(&intersect.intersect),
                _ => None,
            })
            .collect();
        let spellings: Vec<[String; 2]> = self
            .drafts
            .iter()
            .filter_map(|draft| draft.table.as_ref())
            .map(|table| [table.name.clone(), table.to_string()])
            .collect();
        let names: Vec<Vec<&str>> = spellings.iter().map(|both| both.iter().map(String::as_str).collect()).collect();
        let include = self.document.include.as_deref().map(Patterns::new);
        let exclude = Patterns::new(&self.document.exclude);
        for patterns in include.iter().chain([&exclude]) {
            patterns.check(&names, "table", &self.mistakes);
        }
        let is_served = |table: &Table| {
            let qualified = table.to_string();
            let both = [table.name.as_str(), qualified.as_str()];
            include.as_ref().is_none_or(|include| include.find(&both).is_some()) && exclude.find(&both).is_none()
        };
        let keeps = |table: &Table| made.contains(table) || is_served(table);
        let all: HashSet<Table> = self.drafts.iter().filter_map(|draft| draft.table.clone()).collect();
        let left_out: HashSet<Table> = all.into_iter().filter(|table| !keeps(table)).collect();
        self.drafts.retain(|draft| draft.table.as_ref().is_some_and(|table| !left_out.contains(table)));
        for draft in self.drafts.iter_mut() {
            draft.relations.retain(|relation| !left_out.contains(&relation.target));
        }
        self.tables.serve(self.drafts);
    }

    /// The draft of a table by the name that the configuration has for it.
    fn find(&self, name: &Said<String>) -> Option<(Table, usize)> {
        let table = self.tables.find(name, &self.mistakes)?;
        let index = self.drafts.iter().position(|draft| draft.table.as_ref() == Some(&table))?;
        Some((table, index))
    }

    fn give(&mut self, table: &Table) -> &mut GivenEntity {
        self.given.entities.entry(table.clone()).or_default()
    }
}

/// A name that is taken as it is.
fn exact(name: &Said<String>) -> Exact {
    Exact { name: name.value.clone(), origin: name.span.start }
}
