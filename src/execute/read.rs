//! Runs the steps of a read, each after its parent, and hands the rows to the encoder.

use std::sync::{Arc, atomic::AtomicBool};

use sea_orm::sea_query::Value;

use crate::{
    catalog::Catalog,
    plan::{Query, ReadPlan},
    sql::{Dialect, Parameter, Slot, Statement, compile},
};

use super::{
    Error, Failure,
    cells::{Connection, Rows},
    encode,
    keys::ParentKeys,
};

/// A planned and compiled field of a query.
#[derive(Debug, Clone)]
pub struct Read {
    /// The plan.
    pub plan: ReadPlan,
    /// A statement per step.
    pub statements: Vec<Statement>,
    /// Whether one of them took longer than a moment the last time. Clones share it.
    pub(super) is_long: Arc<AtomicBool>,
}

impl Read {
    /// Compiles a plan.
    #[must_use]
    pub fn new(catalog: &Catalog, dialect: Dialect, plan: ReadPlan) -> Self {
        let statements = plan.steps.iter().map(|step| compile(catalog, dialect, step)).collect();
        Self { plan, statements, is_long: Arc::default() }
    }
}

/// A field of a query with the values that come with its request.
#[derive(Debug, Clone)]
pub struct Bound<'a> {
    read: &'a Read,
    /// The values of the slots of each statement.
    values: Vec<Vec<Value>>,
}

impl Bound<'_> {
    /// How many statements it takes at most.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.read.statements.len()
    }
}

impl Read {
    /// The field with the values that leaves of a request's variables give; nothing where they are not of the types that
    /// they are compared with, or need other statements.
    #[must_use]
    pub fn bind(&self, dialect: Dialect, leaves: &[&serde_json::Value]) -> Option<Bound<'_>> {
        let slot = |slot: &Slot| slot.bind(dialect, leaves.get(slot.leaf)?);
        let values = self.statements.iter().map(|statement| statement.slots.iter().map(slot).collect());
        Some(Bound { read: self, values: values.collect::<Option<_>>()? })
    }
}

/// Members of a JSON object, `"key":value`, without the braces.
pub type Fragment = Vec<u8>;

/// The rows of a step, and which parent each belongs to.
pub(super) struct Fetched<R> {
    pub(super) rows: R,
    pub(super) parents: Option<ParentKeys>,
}

/// Runs fields one after the other on one connection.
pub(super) async fn run<C: Connection>(
    connection: &mut C,
    fields: &[Bound<'_>],
    max_answer: usize,
) -> Result<Vec<Result<Fragment, Error>>, Failure> {
    let mut fragments = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        connection.enter(field.read);
        match answer(connection, field.read, &field.values, &[], max_answer).await {
            Err(error @ Error::Driver(_)) => return Err(Failure { field: index, error }),
            fragment => fragments.push(fragment),
        }
    }
    Ok(fragments)
}

/// Runs a field. `values` are those of the slots of each statement, `keys` the lists that its root is run with, where it
/// names its records by their keys.
pub(super) async fn answer<C: Connection>(
    connection: &mut C,
    field: &Read,
    values: &[Vec<Value>],
    keys: &[Value],
    max_answer: usize,
) -> Result<Fragment, Error> {
    let mut fetched: Vec<Fetched<C::Rows>> = Vec::with_capacity(field.statements.len());
    for index in 0..field.statements.len() {
        let values = values.get(index).map_or(&[][..], Vec::as_slice);
        let step = fetch(connection, field, index, values, keys, &fetched).await?;
        fetched.push(step);
    }
    encode::object(&field.plan, &fetched, max_answer)
}

async fn fetch<C: Connection>(
    connection: &mut C,
    field: &Read,
    index: usize,
    values: &[Value],
    keys: &[Value],
    fetched: &[Fetched<C::Rows>],
) -> Result<Fetched<C::Rows>, Error> {
    let (step, statement) = (&field.plan.steps[index], &field.statements[index]);
    let Some(parent) = &step.parent else {
        let rows = connection.fetch(statement, parameters(statement, values, keys)).await?;
        check_groups(&step.query, rows.len())?;
        return Ok(Fetched { rows, parents: None });
    };
    // The ordinal comes first in the rows of a step that has parents itself.
    let shift = usize::from(field.plan.steps[parent.step].parent.is_some());
    let columns: Vec<usize> = parent.key.iter().map(|column| column + shift).collect();
    let mut parents = ParentKeys::collect(&fetched[parent.step].rows, &columns, &statement.parent_key)?;
    if parents.keys.is_empty() {
        return Ok(Fetched { rows: C::Rows::default(), parents: Some(parents) });
    }
    let keys = connection.parent_keys(&parents.keys, &statement.parent_key);
    let rows = connection.fetch(statement, parameters(statement, values, &keys)).await?;
    parents.assign(&rows)?;
    check_groups(&step.query, parents.most())?;
    Ok(Fetched { rows, parents: Some(parents) })
}

/// The values of a statement's parameters.
pub(super) fn parameters(statement: &Statement, values: &[Value], keys: &[Value]) -> Vec<Value> {
    let value = |parameter: &Parameter| match parameter {
        Parameter::Value(value) => value.clone(),
        Parameter::Slot(slot) => values.get(*slot).cloned().unwrap_or(Value::String(None)),
        Parameter::ParentKeys { part } => keys.get(*part).cloned().unwrap_or(Value::String(None)),
    };
    statement.parameters.iter().map(value).collect()
}

fn check_groups(query: &Query, count: usize) -> Result<(), Error> {
    match query {
        Query::Aggregate(aggregate) => match aggregate.limit {
            Some(limit) if count as u64 >= limit => Err(Error::TooManyGroups(limit - 1)),
            _ => Ok(()),
        },
        Query::Rows(_) => Ok(()),
    }
}

impl<R: Rows> Fetched<R> {
    /// How many columns the gateway selected for itself before the step's own.
    pub(super) fn shift(&self) -> usize {
        usize::from(self.parents.is_some())
    }

    /// The rows that belong to a row of the parent step; all of them for a root step.
    pub(super) fn rows_of(&self, parent: Option<usize>) -> std::ops::Range<usize> {
        match (&self.parents, parent) {
            (Some(parents), Some(parent)) => parents.children(parent),
            (Some(_), None) => 0..0,
            (None, _) => 0..self.rows.len(),
        }
    }
}
