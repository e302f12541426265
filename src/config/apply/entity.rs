//! Entities and attributes: names, descriptions, keys, versions, and what is left out.

use std::collections::HashSet;

use crate::catalog::{Exact, GivenVersion, Table};

use super::{Applier, exact};
use crate::config::{
    entity::EntitySection,
    pattern::Patterns,
    tables::{column, type_word},
    text::Said,
};

impl Applier<'_> {
    pub(super) fn entities(&mut self, sections: &[EntitySection]) {
        let mut seen = HashSet::new();
        let found: Vec<(&EntitySection, Table, usize)> = sections
            .iter()
            .filter_map(|section| {
                let (table, index) = self.find(&section.table)?;
                if !seen.insert(table.clone()) {
                    self.mistakes.add(&section.table.span, format!("the table `{table}` has a section already"));
                }
                Some((section, table, index))
            })
            .collect();
        // Nothing may speak of a column that is left out.
        for (section, table, index) in &found {
            self.leave_out(section, table, *index);
        }
        for (section, table, index) in found {
            self.entity(section, &table, index);
        }
    }

    fn leave_out(&mut self, section: &EntitySection, table: &Table, index: usize) {
        let patterns = Patterns::new(&section.exclude);
        let draft = &self.drafts[index];
        let names: Vec<Vec<&str>> = draft.columns.iter().map(|column| vec![column.name.as_str()]).collect();
        patterns.check(&names, &format!("column of {table}"), &self.mistakes);
        let mut gone: Vec<String> = Vec::new();
        for column in &draft.columns {
            let Some(span) = patterns.find(&[&column.name]) else { continue };
            if draft.primary_key.contains(&column.name) {
                let message = format!("`{}` is part of the key of {table} and cannot be left out", column.name);
                self.mistakes.add(span, message);
            }
            gone.push(column.name.clone());
        }
        if gone.is_empty() {
            return;
        }
        let is_gone = |columns: &[String]| columns.iter().any(|column| gone.contains(column));
        let draft = &mut self.drafts[index];
        draft.columns.retain(|column| !gone.contains(&column.name));
        draft.unique_keys.retain(|key| !is_gone(&key.columns));
        draft.relations.retain(|relation| !is_gone(&relation.columns));
        draft.warnings.retain(|warning| warning.column.as_ref().is_none_or(|column| !gone.contains(column)));
        for draft in self.drafts.iter_mut() {
            draft.relations.retain(|relation| relation.target != *table || !is_gone(&relation.target_columns));
        }
    }

    fn entity(&mut self, section: &EntitySection, table: &Table, index: usize) {
        if let Some(description) = &section.description {
            self.drafts[index].description = Some(description.clone());
        }
        if let Some(key) = &section.key {
            self.key(key, table, index);
        }
        let version = section.version.as_ref().map(|version| match &version.value {
            None => GivenVersion::None,
            Some(name) => GivenVersion::Column(Exact { name: name.clone(), origin: version.span.start }),
        });
        if let Some(Said { value: Some(name), span }) = &section.version {
            column(&self.drafts[index], &Said { value: name.clone(), span: span.clone() }, &self.mistakes);
        }
        for attribute in &section.attributes {
            if column(&self.drafts[index], &attribute.column, &self.mistakes).is_none() {
                continue;
            }
            let columns = &mut self.drafts[index].columns;
            if let (Some(description), Some(column)) =
                (&attribute.description, columns.iter_mut().find(|column| column.name == attribute.column.value))
            {
                column.description = Some(description.clone());
            }
            if let Some(name) = &attribute.name {
                self.give(table).attributes.insert(attribute.column.value.clone(), exact(name));
            }
        }
        let given = self.give(table);
        given.logical_name = section.name.as_ref().map(exact);
        given.set_name = section.plural.as_ref().map(exact);
        given.version = version;
        given.intersect.is_intersect = section.intersect.as_ref().map(|is| (is.value, is.span.start));
    }

    /// The columns that name a record where the database says of none.
    fn key(&mut self, key: &Said<Vec<Said<String>>>, table: &Table, index: usize) {
        let draft = &self.drafts[index];
        if !draft.primary_key.is_empty() {
            let message = format!("{table} has a primary key: {}", draft.primary_key.join(", "));
            self.mistakes.add(&key.span, message);
            return;
        }
        let mut columns: Vec<String> = Vec::with_capacity(key.value.len());
        for name in &key.value {
            let Some(found) = column(draft, name, &self.mistakes) else { continue };
            if !found.ty.as_ref().is_some_and(crate::catalog::AttributeType::is_comparable) {
                let message = format!("`{}` is {} and can name no record", name.value, type_word(found));
                self.mistakes.add(&name.span, message);
            }
            if columns.contains(&name.value) {
                self.mistakes.add(&name.span, format!("`{}` is named twice", name.value));
            }
            columns.push(name.value.clone());
        }
        let draft = &mut self.drafts[index];
        for column in draft.columns.iter_mut().filter(|column| columns.contains(&column.name)) {
            column.nullable = false;
        }
        // A unique key over the same columns says nothing more.
        let is_same =
            |known: &[String]| known.len() == columns.len() && known.iter().all(|column| columns.contains(column));
        draft.unique_keys.retain(|known| !is_same(&known.columns));
        draft.primary_key = columns;
    }
}
