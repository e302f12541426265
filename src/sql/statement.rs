//! A compiled statement: its text, its parameters, and which of them are the keys of parents.

use std::sync::Arc;

use sea_orm::sea_query::{QueryStatementWriter, Value};

use crate::{
    catalog::{AttributeId, AttributeType, Catalog, EntityId},
    plan::{Parent, Query, Step},
};

use super::{
    aggregate, children,
    dialect::{Dialect, key_marker},
    each, read,
    scope::{Parents, Scope},
    slot::{Slot, marked},
};

/// A statement that is ready to be prepared and run.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text; depends on the operation, the shape of its variables and its page sizes only.
    pub text: Arc<str>,
    /// The parameters, in the order of their placeholders.
    pub parameters: Vec<Parameter>,
    /// Where their values come from that come with each request.
    pub slots: Vec<Slot>,
    /// The leaves of a request's variables whose values stand in it for good: on others its text depends.
    pub fixed: Vec<usize>,
    /// The types of the keys that it is run with, part by part: of the parents, or of the records themselves. Empty for
    /// a statement without keys. The first column of one with parents is the position of the row's parent.
    pub parent_key: Vec<AttributeType>,
    /// The same for parents whose pages are not full, where that takes less.
    pub whole: Option<Box<Whole>>,
}

/// A statement that answers the children of all parents at once, with the same slots and keys as the one that answers
/// their pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// It. In `limit` rows are all children of all parents; one more says that there are others.
    pub statement: Statement,
    /// The size of a page, in rows.
    pub limit: u64,
    /// Whether the first column of its rows is the key of the row's parent, a whole number, and not the parent's position:
    /// then rows come in the order of those keys.
    pub is_by_key: bool,
}

impl Statement {
    /// The values of its slots, which leaves of a request's variables give; nothing where one is not of the type that it is
    /// for, or needs another statement.
    #[must_use]
    pub fn bind(&self, dialect: Dialect, leaves: &[&serde_json::Value]) -> Option<Vec<Value>> {
        self.slots.iter().map(|slot| slot.bind(dialect, leaves.get(slot.leaf)?)).collect()
    }

    /// Lets go of the values of its slots that it was compiled with, however large they are: each request brings its own.
    pub fn forget(&mut self) {
        self.slots.iter_mut().for_each(Slot::forget);
        if let Some(whole) = &mut self.whole {
            whole.statement.forget();
        }
    }

    /// How many bytes its texts take.
    #[must_use]
    pub fn size(&self) -> usize {
        self.text.len() + self.whole.as_ref().map_or(0, |whole| whole.statement.text.len())
    }
}

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A value that is known already.
    Value(Value),
    /// The value of a slot.
    Slot(usize),
    /// The keys of the parents: one part of them, or on databases that take lists as JSON all of them.
    ParentKeys {
        /// Which part of the key.
        part: usize,
    },
}

/// Compiles a step into one statement.
#[must_use]
pub fn compile(catalog: &Catalog, dialect: Dialect, step: &Step) -> Statement {
    let mut scope = Scope::new(catalog, dialect);
    let select = match &step.query {
        Query::Rows(rows) => read::compile(&mut scope, step.parent.as_ref(), rows),
        Query::Aggregate(aggregate) => aggregate::compile(&mut scope, step.parent.as_ref(), aggregate),
    };
    let hop = step.parent.as_ref().map(|parent| parent.hop);
    let parent_key = match (hop, &step.query) {
        (Some(hop), _) => types(catalog, hop.start_entity(catalog), hop.start_attributes(catalog)),
        (None, Query::Rows(rows)) if rows.by_key => {
            types(catalog, rows.entity, &catalog.entity(rows.entity).primary_key)
        }
        _ => Vec::new(),
    };
    let (slots, fixed) = scope.into_slots();
    let whole = match (&step.parent, &step.query) {
        (Some(parent), Query::Rows(rows)) => {
            let mut scope = Scope::new(catalog, dialect);
            let whole = children::compile_whole(&mut scope, parent, rows, Parents::List);
            let is_alike = scope.into_slots() == (slots.clone(), fixed.clone());
            whole.filter(|_| is_alike).map(|whole| {
                let statement = finish(dialect, &whole.select, parent_key.clone());
                Box::new(Whole { statement, limit: rows.limit, is_by_key: whole.is_by_key })
            })
        }
        _ => None,
    };
    Statement { slots, fixed, whole, ..finish(dialect, &select, parent_key) }
}

/// Compiles a step into a statement about one of its parents, whose rows come without the parent's position; nothing where
/// one about all of them serves better. What it takes from requests is what the other one takes.
#[must_use]
pub fn compile_each(catalog: &Catalog, dialect: Dialect, step: &Step) -> Option<Statement> {
    let (Some(Parent { hop, .. }), Query::Rows(rows)) = (&step.parent, &step.query) else { return None };
    dialect.only_parent(0)?;
    if !each::is_comparable(catalog, *hop) {
        return None;
    }
    let mut scope = Scope::new(catalog, dialect);
    let select = each::compile(&mut scope, *hop, rows);
    let parent_key = types(catalog, hop.start_entity(catalog), hop.start_attributes(catalog));
    Some(finish_in(scope, &select, parent_key))
}

/// The types of some attributes of an entity.
pub(super) fn types(catalog: &Catalog, id: EntityId, attributes: &[AttributeId]) -> Vec<AttributeType> {
    attributes.iter().map(|attribute| catalog.entity(id).attribute(*attribute).ty.clone()).collect()
}

/// A statement with the slots of its scope.
pub(super) fn finish_in(
    scope: Scope<'_>,
    statement: &impl QueryStatementWriter,
    parent_key: Vec<AttributeType>,
) -> Statement {
    let dialect = scope.dialect;
    let (slots, fixed) = scope.into_slots();
    Statement { slots, fixed, ..finish(dialect, statement, parent_key) }
}

/// A statement's text and parameters.
pub(super) fn finish(
    dialect: Dialect,
    statement: &impl QueryStatementWriter,
    parent_key: Vec<AttributeType>,
) -> Statement {
    let (text, values) = dialect.build(statement);
    let markers: Vec<Value> = (0..parent_key.len()).map(key_marker).collect();
    let parameter = |value: Value| match (markers.iter().position(|marker| *marker == value), marked(&value)) {
        (Some(part), _) => Parameter::ParentKeys { part },
        (None, Some(slot)) => Parameter::Slot(slot),
        (None, None) => Parameter::Value(value),
    };
    let parameters = values.into_iter().map(parameter).collect();
    Statement { text: text.into(), parameters, slots: Vec::new(), fixed: Vec::new(), parent_key, whole: None }
}
