//! Relationships: those that the database does not declare come, those that it does are found.

use crate::catalog::{ConditionDraft, GivenRelationship, KeyDraft, RelationDraft, Table};

use super::{Applier, exact};
use crate::config::{
    condition::condition,
    relationship::{EndSection, RelationshipSection},
    tables::{are_of_one_kind, column, comparison, is_key, type_word},
    text::Span,
};

/// A lookup and what it points at.
pub(super) struct Lookup {
    pub(super) from: Table,
    pub(super) columns: Vec<String>,
    pub(super) to: Table,
    pub(super) to_columns: Vec<String>,
    pub(super) condition: Option<ConditionDraft>,
}

impl Applier<'_> {
    pub(super) fn relationship(&mut self, section: &RelationshipSection) {
        let (from, to) = (self.find(&section.from.entity), self.find(&section.to.entity));
        let (Some((from, from_index)), Some((to, to_index))) = (from, to) else { return };
        let Some(columns) = self.columns(&section.from, from_index, None) else { return };
        let Some(to_columns) = self.columns(&section.to, to_index, Some(&section.to.span)) else { return };
        let (own, other) = (&self.drafts[from_index], &self.drafts[to_index]);
        let condition = condition(&section.conditions, own, other, &self.mistakes);
        let lookup = Lookup { from, columns, to, to_columns, condition };
        if !self.check(&lookup, [from_index, to_index], &section.span) {
            return;
        }
        let is_unique = is_key(&self.drafts[from_index], &lookup.columns);
        match &section.unique {
            Some(unique) if unique.value && !section.conditions.is_empty() => {
                self.mistakes.add(&unique.span, "a relationship with a condition cannot be said to be one-to-one");
            }
            Some(unique) if !unique.value && is_unique => {
                let message = format!(
                    "{} is unique in {}: the relationship is one-to-one",
                    lookup.columns.join(", "),
                    lookup.from
                );
                self.mistakes.add(&unique.span, message);
            }
            Some(unique) if unique.value && !is_unique => {
                self.drafts[from_index].unique_keys.push(KeyDraft { columns: lookup.columns.clone() });
            }
            _ => {}
        }
        if let Some(hierarchical) = section.hierarchical.as_ref().filter(|is| is.value && lookup.from != lookup.to) {
            let message = format!("a hierarchy stays within its table: {} is not {}", lookup.from, lookup.to);
            self.mistakes.add(&hierarchical.span, message);
        }
        let is_same = |known: &GivenRelationship| {
            known.columns == lookup.columns
                && known.target == lookup.to
                && known.target_columns == lookup.to_columns
                && known.condition == lookup.condition
        };
        if self.give(&lookup.from).relationships.iter().any(is_same) {
            self.mistakes.add(&section.span, "this relationship has a section already");
        }
        self.declare(&lookup, from_index, None);
        self.give(&lookup.from).relationships.push(GivenRelationship {
            origin: section.span.start,
            columns: lookup.columns,
            target: lookup.to,
            target_columns: lookup.to_columns,
            condition: lookup.condition,
            schema_name: section.name.as_ref().map(exact),
            navigation: section.from.navigation.as_ref().map(exact),
            partner: section.to.navigation.as_ref().map(exact),
            delete: section.delete.as_ref().map(|delete| (delete.value, delete.span.start)),
            hierarchical: section.hierarchical.as_ref().map(|is| is.value),
            description: section.description.clone(),
        });
    }

    /// The columns of an end; the primary key where none are named.
    fn columns(&self, end: &EndSection, index: usize, default: Option<&Span>) -> Option<Vec<String>> {
        let draft = &self.drafts[index];
        let Some(columns) = &end.columns else {
            if draft.primary_key.is_empty() {
                let message = format!("`{}` has no primary key: name the `columns`", end.entity.value);
                self.mistakes.add(default.unwrap_or(&end.span), message);
                return None;
            }
            return Some(draft.primary_key.clone());
        };
        let found = columns.iter().map(|name| column(draft, name, &self.mistakes).map(|column| column.name.clone()));
        // All of them are looked for, so that all that are missing are told.
        let found: Vec<Option<String>> = found.collect();
        if found.is_empty() {
            self.mistakes.add(&end.span, "`columns` names at least one column");
            return None;
        }
        found.into_iter().collect()
    }

    /// Whether a lookup can lead where it is said to. Where it cannot, that is noted.
    pub(super) fn check(&self, lookup: &Lookup, [from, to]: [usize; 2], span: &Span) -> bool {
        let (own, other) = (&self.drafts[from], &self.drafts[to]);
        if lookup.columns.len() != lookup.to_columns.len() {
            let message = format!(
                "{} columns of {} cannot lead to {} of {}",
                lookup.columns.len(),
                lookup.from,
                lookup.to_columns.len(),
                lookup.to
            );
            self.mistakes.add(span, message);
            return false;
        }
        let mut is_good = true;
        for (name, other_name) in lookup.columns.iter().zip(&lookup.to_columns) {
            let find = |draft: &'_ crate::catalog::EntityDraft, name: &str| {
                draft.columns.iter().find(|column| column.name == name).cloned()
            };
            let (Some(first), Some(second)) = (find(own, name), find(other, other_name)) else { return false };
            let message = if !are_of_one_kind(&first, &second) {
                format!(
                    "{}.{name} is {} and {}.{other_name} is {}: they are never equal",
                    lookup.from,
                    type_word(&first),
                    lookup.to,
                    type_word(&second)
                )
            } else if comparison(&first) != comparison(&second) {
                format!(
                    "{}.{name} is compared in the collation {} and {}.{other_name} in {}: they cannot be related",
                    lookup.from,
                    comparison(&first),
                    lookup.to,
                    comparison(&second)
                )
            } else {
                continue;
            };
            self.mistakes.add(span, message);
            is_good = false;
        }
        if !is_key(other, &lookup.to_columns) {
            let message = format!("{} of {} is no key: it names no record", lookup.to_columns.join(", "), lookup.to);
            self.mistakes.add(span, message);
            is_good = false;
        }
        is_good
    }

    /// Adds a relationship to the drafts, unless one of the two tables declares it.
    pub(super) fn declare(&mut self, lookup: &Lookup, from: usize, name: Option<String>) {
        let pairs = |columns: &[String], others: &[String]| {
            let mut pairs: Vec<(String, String)> = columns.iter().cloned().zip(others.iter().cloned()).collect();
            pairs.sort();
            pairs
        };
        let asked = pairs(&lookup.columns, &lookup.to_columns);
        let is_known = self.drafts.iter().any(|draft| {
            draft.relations.iter().any(|relation| {
                let (own, other) = (draft.table.as_ref(), Some(&relation.target));
                let (from, to, known) = if relation.is_referencing {
                    (own, other, pairs(&relation.columns, &relation.target_columns))
                } else {
                    (other, own, pairs(&relation.target_columns, &relation.columns))
                };
                let same = match (&relation.condition, &lookup.condition) {
                    (Ok(None), None) => true,
                    (Ok(known), asked) => relation.is_referencing && known == asked,
                    (Err(_), _) => false,
                };
                from == Some(&lookup.from) && to == Some(&lookup.to) && known == asked && same
            })
        });
        if !is_known {
            self.drafts[from].relations.push(RelationDraft {
                name,
                is_referencing: true,
                is_single: false,
                columns: lookup.columns.clone(),
                target: lookup.to.clone(),
                target_columns: lookup.to_columns.clone(),
                hierarchical: false,
                delete: None,
                condition: Ok(lookup.condition.clone()),
                constraint: None,
                is_assumed: true,
            });
        }
    }
}
