//! A compiled statement: its text, its parameters, and which of them are the keys of parents.

use std::sync::Arc;

use sea_orm::sea_query::{SelectStatement, Value};

use crate::{
    catalog::{AttributeType, Catalog},
    plan::{Query, Step},
};

use super::{
    aggregate,
    dialect::{Dialect, key_marker},
    read,
};

/// A statement that is ready to be prepared and run.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text; depends on the operation, the shape of its variables and its page sizes only.
    pub text: Arc<str>,
    /// The parameters, in the order of their placeholders.
    pub parameters: Vec<Parameter>,
    /// The types of the parents' key, part by part; empty for a statement without parents.
    /// Such a statement's first column is the position of the row's parent.
    pub parent_key: Vec<AttributeType>,
}

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A value that is known already.
    Value(Value),
    /// The keys of the parents: one part of them, or on databases that take lists as JSON all of them.
    ParentKeys {
        /// Which part of the key.
        part: usize,
    },
}

/// Compiles a step into one statement.
#[must_use]
pub fn compile(catalog: &Catalog, dialect: Dialect, step: &Step) -> Statement {
    let select = match &step.query {
        Query::Rows(rows) => read::compile(catalog, dialect, step.parent.as_ref(), rows),
        Query::Aggregate(aggregate) => aggregate::compile(catalog, dialect, step.parent.as_ref(), aggregate),
    };
    let hop = step.parent.as_ref().map(|parent| parent.hop);
    let parent_key = hop.map_or_else(Vec::new, |hop| {
        let types = catalog.entity(hop.start_entity(catalog));
        hop.start_attributes(catalog).iter().map(|id| types.attribute(*id).ty.clone()).collect()
    });
    finish(dialect, &select, parent_key)
}

fn finish(dialect: Dialect, select: &SelectStatement, parent_key: Vec<AttributeType>) -> Statement {
    let (text, values) = dialect.build(select);
    let markers: Vec<Value> = (0..parent_key.len()).map(key_marker).collect();
    let parameter = |value: Value| match markers.iter().position(|marker| *marker == value) {
        Some(part) => Parameter::ParentKeys { part },
        None => Parameter::Value(value),
    };
    Statement { text: text.into(), parameters: values.into_iter().map(parameter).collect(), parent_key }
}
