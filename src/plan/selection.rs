//! What an operation selects, free of fragments' names, directives and variables: the plan's only view of a document.

use indexmap::IndexMap;

use super::Members;

/// A set of fields and type-conditioned groups of fields, in the document's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Its parts.
    pub items: Vec<Item>,
}

/// A part of a selection.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// One field.
    Field(Field),
    /// Fields that apply to one type only.
    Fragment {
        /// The type's name; nothing when it applies to all.
        type_condition: Option<String>,
        /// The fields.
        selection: Selection,
    },
}

/// One selected field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key in the response: the alias, or the name.
    pub response_key: String,
    /// The field's name.
    pub name: String,
    /// Arguments that were given.
    pub arguments: Members,
    /// What is selected below it.
    pub selection: Selection,
    /// Where it stands in the document.
    pub position: Position,
}

/// A place in a document, both counted from one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Fields of one response key, merged (GraphQL 6.3.2, `CollectFields`).
#[derive(Debug, Clone)]
pub struct Merged<'a> {
    /// The first of them: they agree on name and arguments, or validation would have refused them.
    pub field: &'a Field,
    /// The selections of all of them.
    pub selections: Vec<&'a Selection>,
}

/// The fields that apply to a type, in the order of their first appearance.
/// `applies` says whether a type condition includes the type.
#[must_use]
pub fn collect<'a>(selections: &[&'a Selection], applies: &dyn Fn(&str) -> bool) -> Vec<Merged<'a>> {
    let mut fields = IndexMap::new();
    for selection in selections {
        collect_into(selection, applies, &mut fields);
    }
    fields.into_values().collect()
}

fn collect_into<'a>(
    selection: &'a Selection,
    applies: &dyn Fn(&str) -> bool,
    fields: &mut IndexMap<&'a str, Merged<'a>>,
) {
    for item in &selection.items {
        match item {
            Item::Field(field) => {
                let merged = fields
                    .entry(field.response_key.as_str())
                    .or_insert_with(|| Merged { field, selections: Vec::new() });
                merged.selections.push(&field.selection);
            }
            Item::Fragment { type_condition, selection } => {
                if type_condition.as_deref().is_none_or(applies) {
                    collect_into(selection, applies, fields);
                }
            }
        }
    }
}
