//! Runs the steps of a read, each after its parent, and hands the rows to the encoder.

use sea_orm::sea_query::Value;

use crate::{
    catalog::Catalog,
    plan::{Query, ReadPlan},
    sql::{Dialect, Parameter, Statement, compile},
};

use super::{
    Error, Failure,
    cells::{Cells, Connection},
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
}

impl Read {
    /// Compiles a plan.
    #[must_use]
    pub fn new(catalog: &Catalog, dialect: Dialect, plan: ReadPlan) -> Self {
        let statements = plan.steps.iter().map(|step| compile(catalog, dialect, step)).collect();
        Self { plan, statements }
    }
}

/// Members of a JSON object, `"key":value`, without the braces.
pub type Fragment = Vec<u8>;

/// The rows of a step, and which parent each belongs to.
pub(super) struct Fetched<R> {
    pub(super) rows: Vec<R>,
    pub(super) parents: Option<ParentKeys>,
}

/// Runs fields one after the other on one connection.
pub(super) async fn run<C: Connection>(
    connection: &mut C,
    fields: &[&Read],
    max_answer: usize,
) -> Result<Vec<Result<Fragment, Error>>, Failure> {
    let mut fragments = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        match answer(connection, field, &[], max_answer).await {
            Err(error @ Error::Driver(_)) => return Err(Failure { field: index, error }),
            fragment => fragments.push(fragment),
        }
    }
    Ok(fragments)
}

/// Runs a field. `keys` are the lists that its root is run with, where it names its records by their keys.
pub(super) async fn answer<C: Connection>(
    connection: &mut C,
    field: &Read,
    keys: &[Value],
    max_answer: usize,
) -> Result<Fragment, Error> {
    let mut fetched: Vec<Fetched<C::Row>> = Vec::with_capacity(field.statements.len());
    for index in 0..field.statements.len() {
        let step = fetch(connection, field, index, keys, &fetched).await?;
        fetched.push(step);
    }
    encode::object(&field.plan, &fetched, max_answer)
}

async fn fetch<C: Connection>(
    connection: &mut C,
    field: &Read,
    index: usize,
    keys: &[Value],
    fetched: &[Fetched<C::Row>],
) -> Result<Fetched<C::Row>, Error> {
    let (step, statement) = (&field.plan.steps[index], &field.statements[index]);
    let Some(parent) = &step.parent else {
        let rows = connection.fetch(statement, parameters(statement, keys)).await?;
        check_groups(&step.query, rows.len())?;
        return Ok(Fetched { rows, parents: None });
    };
    // The ordinal comes first in the rows of a step that has parents itself.
    let shift = usize::from(field.plan.steps[parent.step].parent.is_some());
    let columns: Vec<usize> = parent.key.iter().map(|column| column + shift).collect();
    let mut parents = ParentKeys::collect(&fetched[parent.step].rows, &columns, &statement.parent_key)?;
    if parents.keys.is_empty() {
        return Ok(Fetched { rows: Vec::new(), parents: Some(parents) });
    }
    let keys = connection.parent_keys(&parents.keys, &statement.parent_key);
    let rows = connection.fetch(statement, parameters(statement, &keys)).await?;
    parents.assign(&rows)?;
    check_groups(&step.query, parents.most())?;
    Ok(Fetched { rows, parents: Some(parents) })
}

/// The values of a statement's parameters.
pub(super) fn parameters(statement: &Statement, keys: &[Value]) -> Vec<Value> {
    let value = |parameter: &Parameter| match parameter {
        Parameter::Value(value) => value.clone(),
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

impl<R: Cells> Fetched<R> {
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
