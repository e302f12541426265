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

/// Checks depth and number of fields of every operation, fragments expanded.
///
/// # Errors
/// `LIMIT_EXCEEDED`.
pub(super) fn check(document: &ExecutableDocument, limits: Limits) -> plan::Result<()> {
    let mut counter = Counter { fragments: &document.fragments, known: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        let set = &operation.node.selection_set.node;
        let size = counter.set(set);
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
}

struct Counter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Fragments by name; nothing while one is being counted, so that a cycle ends.
    known: HashMap<&'a str, Option<Size>>,
}

impl<'a> Counter<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Size {
        let mut size = Size::default();
        for item in &set.items {
            let part = match &item.node {
                Selection::Field(field) => {
                    let below = self.set(&field.node.selection_set.node);
                    Size { depth: below.depth + 1, fields: below.fields.saturating_add(1), own: 1 }
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str()),
            };
            size.depth = size.depth.max(part.depth);
            size.fields = size.fields.saturating_add(part.fields);
            size.own = size.own.saturating_add(part.own);
        }
        size
    }

    fn fragment(&mut self, name: &str) -> Size {
        let Some((name, fragment)) = self.fragments.get_key_value(name) else { return Size::default() };
        if let Some(known) = self.known.get(name.as_str()) {
            return known.unwrap_or_default();
        }
        self.known.insert(name.as_str(), None);
        let size = self.set(&fragment.node.selection_set.node);
        self.known.insert(name.as_str(), Some(size));
        size
    }
}
