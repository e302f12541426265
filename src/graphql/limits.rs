//! Limits that must hold before a document is validated, because validating it may be what costs too much.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use crate::{
    error::Code,
    plan::{self, Limits},
};

/// How deep selection sets may nest, those of fragments included. All that walk through a document count on it.
const MAX_NESTING: usize = 64;

/// The refusal of a document that nests deeper than anything can walk through.
pub(super) fn too_deep() -> plan::Error {
    plan::Error::new(Code::LimitExceeded, format!("selections nest more than {MAX_NESTING} levels deep"))
}

/// Checks depth and number of fields of every operation, fragments expanded, which are known to end then.
///
/// # Errors
/// `LIMIT_EXCEEDED`, and `GRAPHQL_VALIDATION_FAILED` for a fragment that spreads itself.
pub(super) fn check(document: &ExecutableDocument, limits: Limits) -> plan::Result<()> {
    let mut counter = Counter { fragments: &document.fragments, known: HashMap::new(), cycle: None };
    // Fragments that no operation uses are validated, too.
    for name in document.fragments.keys() {
        if counter.fragment(name, 0).nesting > MAX_NESTING {
            return Err(too_deep());
        }
    }
    // The engine has a rule for this, but other rules of it would not end before it is asked.
    if let Some(name) = counter.cycle {
        let message = format!("the fragment {name} spreads itself");
        return Err(plan::Error::new(Code::GraphqlValidationFailed, message));
    }
    for (_, operation) in document.operations.iter() {
        let set = &operation.node.selection_set.node;
        let size = counter.set(set, 0);
        if size.nesting > MAX_NESTING {
            return Err(too_deep());
        }
        let exceeded = |what: &str, most: usize| {
            Err(plan::Error::new(Code::LimitExceeded, format!("the operation has more than {most} {what}")))
        };
        if size.depth > limits.max_depth {
            return exceeded("levels", limits.max_depth);
        }
        if size.fields > limits.max_fields {
            return exceeded("fields", limits.max_fields);
        }
        if size.own > limits.max_root_fields {
            return exceeded("fields of the root type", limits.max_root_fields);
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Levels of fields.
    depth: usize,
    /// Fields on all levels.
    fields: usize,
    /// Fields on the first level.
    own: usize,
    /// Levels of selection sets.
    nesting: usize,
}

struct Counter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Fragments by name; nothing while one is being counted, so that a cycle ends.
    known: HashMap<&'a str, Option<Size>>,
    /// A fragment that spreads itself, perhaps through others.
    cycle: Option<&'a str>,
}

impl<'a> Counter<'a> {
    /// `level` counts the selection sets around this one; deeper than allowed, nothing is looked at any more.
    fn set(&mut self, set: &'a SelectionSet, level: usize) -> Size {
        let mut size = Size { nesting: 1, ..Size::default() };
        if level > MAX_NESTING {
            return size;
        }
        for item in &set.items {
            let part = match &item.node {
                Selection::Field(field) => {
                    let below = self.set(&field.node.selection_set.node, level + 1);
                    Size { depth: below.depth + 1, fields: below.fields.saturating_add(1), own: 1, ..below }
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node, level + 1),
                Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str(), level + 1),
            };
            size.depth = size.depth.max(part.depth);
            size.fields = size.fields.saturating_add(part.fields);
            size.own = size.own.saturating_add(part.own);
            size.nesting = size.nesting.max(part.nesting + 1);
        }
        size
    }

    fn fragment(&mut self, name: &str, level: usize) -> Size {
        let Some((name, fragment)) = self.fragments.get_key_value(name) else { return Size::default() };
        match self.known.get(name.as_str()) {
            Some(Some(known)) => return *known,
            Some(None) => {
                self.cycle = Some(name);
                return Size::default();
            }
            None => {}
        }
        self.known.insert(name.as_str(), None);
        let size = self.set(&fragment.node.selection_set.node, level);
        self.known.insert(name.as_str(), Some(size));
        size
    }
}
