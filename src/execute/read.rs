//! Runs the steps of a read, each after its parent, and hands the rows to the encoder.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sea_orm::sea_query::Value;

use crate::{
    catalog::Catalog,
    plan::{Query, ReadPlan},
    sql::{Dialect, Levels, Parameter, Slot, Statement, compile, compile_each, compile_levels},
};

use super::{
    Error, Failure,
    cells::{Connection, Each, KeyPart, Rows},
    encode,
    keys::ParentKeys,
    outlet::{Outgoing, Sending},
    program::Program,
    spine::Spine,
    stream::Stream,
};

/// A planned and compiled field of a query.
#[derive(Debug, Clone)]
pub struct Read {
    /// The plan.
    pub plan: ReadPlan,
    /// A statement per step.
    pub statements: Vec<Statement>,
    /// For the same, one about a single parent, where there is one. It takes the same slots.
    each: Vec<Option<Statement>>,
    /// How a row of the last list is written, where rows are written as they come.
    program: Option<Program>,
    /// Whether one of them took longer than a moment the last time. Clones share it.
    pub(super) is_long: Arc<AtomicBool>,
    /// All of them as one, where there is one.
    levels: Option<Levels>,
    /// For each of them, whether there were more children than fit on a page: then pages are asked for from there on.
    has_pages: Arc<[AtomicBool]>,
}

impl Read {
    /// Compiles a plan.
    #[must_use]
    pub fn new(catalog: &Catalog, dialect: Dialect, plan: ReadPlan) -> Self {
        let statements: Vec<_> = plan.steps.iter().map(|step| compile(catalog, dialect, step)).collect();
        let has_pages = statements.iter().map(|statement| AtomicBool::new(statement.whole.is_none())).collect();
        let each = plan.steps.iter().zip(&statements).map(|(step, all)| {
            let is_alike = |each: &Statement| (&each.slots, &each.fixed) == (&all.slots, &all.fixed);
            compile_each(catalog, dialect, step).filter(is_alike)
        });
        let each = each.collect();
        let program = Spine::of(&plan).and_then(|spine| Program::of(spine.row));
        let levels = compile_levels(catalog, dialect, &plan.steps);
        Self { plan, statements, each, program, is_long: Arc::default(), levels, has_pages }
    }
}

/// A field of a query with the values that come with its request.
#[derive(Debug, Clone)]
pub struct Bound<'a> {
    read: &'a Read,
    /// The values of the slots of each statement, and of the one for all levels where it is to be tried.
    values: Vec<Vec<Value>>,
}

impl Bound<'_> {
    /// How many statements it takes at most.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.read.statements.len()
    }

    /// How many of them where all levels may come at once.
    pub(super) fn statements_at_once(&self) -> usize {
        if self.values.len() > self.read.statements.len() { 1 } else { self.statements() }
    }
}

impl Read {
    /// Lets go of the values that it was planned and compiled with, however large they are: each request brings its own.
    pub fn forget(&mut self) {
        let levels = self.levels.iter_mut().map(|levels| &mut levels.statement);
        self.statements.iter_mut().chain(self.each.iter_mut().flatten()).chain(levels).for_each(Statement::forget);
        self.plan.steps.iter_mut().for_each(|step| step.query.forget_conditions());
    }

    /// How many bytes the texts of its statements take.
    #[must_use]
    pub fn size(&self) -> usize {
        let levels = self.levels.iter().map(|levels| &levels.statement);
        self.statements.iter().chain(self.each.iter().flatten()).chain(levels).map(Statement::size).sum()
    }

    /// All levels as one statement, unless there were more children than fit on a page.
    fn levels(&self) -> Option<&Levels> {
        self.levels.as_ref().filter(|_| !self.has_pages[1..].iter().any(|has_pages| has_pages.load(Ordering::Relaxed)))
    }

    /// The rows of all levels at once, where that was to be tried and there are no more of any than fit on a page.
    async fn at_once<C: Connection>(
        &self,
        connection: &mut C,
        slots: &[Vec<Value>],
    ) -> Result<Option<Vec<C::Rows>>, Error> {
        let levels = self.levels.as_ref().filter(|_| C::FETCHES_WHOLE);
        let Some((levels, slots)) = levels.zip(slots.get(self.statements.len())) else { return Ok(None) };
        connection.conclude();
        match connection.fetch_levels(levels, parameters(&levels.statement, slots, &[])).await? {
            Ok(rows) => Ok(Some(rows)),
            Err(full) => {
                for step in full {
                    self.has_pages[step].store(true, Ordering::Relaxed);
                }
                Err(sqlx::Error::WorkerCrashed.into())
            }
        }
    }

    /// The children of all parents of a step, unless there are or were more than fit on a page. Where parents alone are
    /// more than that, so will be their children.
    async fn whole<C: Connection>(
        &self,
        connection: &mut C,
        step: usize,
        slots: &[Value],
        lists: &[Value],
        keys: &[Vec<KeyPart>],
    ) -> Result<Option<C::Rows>, Error> {
        let (has_pages, whole) = (&self.has_pages[step], &self.statements[step].whole);
        let is_tried = C::FETCHES_WHOLE && !has_pages.load(Ordering::Relaxed);
        let whole = whole.as_ref().filter(|whole| is_tried && keys.len() as u64 <= whole.limit);
        let Some(whole) = whole else { return Ok(None) };
        let mut rows = connection.fetch_whole(whole, parameters(&whole.statement, slots, lists)).await?;
        has_pages.store(rows.is_none(), Ordering::Relaxed);
        if let Some(rows) = rows.as_mut().filter(|_| whole.is_by_key) {
            C::put_in_order(rows, keys)?;
        }
        Ok(rows)
    }

    /// The field with the values that leaves of a request's variables give; nothing where they are not of the types that
    /// they are compared with, or need other statements.
    #[must_use]
    pub fn bind(&self, dialect: Dialect, leaves: &[&serde_json::Value]) -> Option<Bound<'_>> {
        // Decided here for all that follows: a transaction is begun for several statements only.
        let levels = self.levels().map(|levels| &levels.statement);
        let values = self.statements.iter().chain(levels).map(|statement| statement.bind(dialect, leaves));
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

/// Runs fields one after the other on one connection. The last of them may be sent while it is read.
pub(super) async fn run<C: Connection>(
    connection: &mut C,
    fields: &[Bound<'_>],
    max_answer: usize,
    outgoing: Option<Outgoing<'_>>,
) -> Result<Vec<Result<Fragment, Error>>, Failure> {
    let mut fragments = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        let is_last = index + 1 == fields.len();
        connection.enter(field.read, is_last);
        let outgoing = outgoing.filter(|_| is_last);
        let sending = outgoing.map(|outgoing| Sending { outgoing, earlier: &fragments });
        match answer(connection, field.read, &field.values, &[], max_answer, sending).await {
            Err(error @ Error::Driver(_)) => return Err(Failure { field: index, error }),
            fragment => fragments.push(fragment),
        }
    }
    Ok(fragments)
}

/// Runs a field. `slots` are the values of the slots of each statement, `root_keys` the lists that its root is run with,
/// where it names its records by their keys. What is not sent is answered.
pub(super) async fn answer<C: Connection>(
    connection: &mut C,
    field: &Read,
    slots: &[Vec<Value>],
    root_keys: &[Value],
    max_answer: usize,
    sending: Option<Sending<'_>>,
) -> Result<Fragment, Error> {
    let mut fetched: Vec<Fetched<C::Rows>> = Vec::with_capacity(field.statements.len());
    let way = field.program.as_ref().and_then(|program| Some((Spine::of(&field.plan)?, program)));
    let mut levels = field.at_once(connection, slots).await?.map(Vec::into_iter);
    for index in 0..field.statements.len() {
        let parents = parents(field, index, &fetched)?;
        let asked = parents.as_ref().map(|parents| Arc::clone(&parents.keys));
        let slots = slots.get(index).map_or(&[][..], Vec::as_slice);
        let is_last = index + 1 == field.statements.len();
        if is_last {
            connection.conclude();
        }
        let question = match levels.as_mut().and_then(Iterator::next) {
            Some(mut rows) => {
                if let Some(keys) = &asked {
                    C::put_in_order(&mut rows, keys)?;
                }
                Question::Whole(rows)
            }
            None => Question::of(connection, field, index, slots, root_keys, asked.as_ref()).await?,
        };
        if let Some((spine, program)) = &way
            && is_last
            && come_in_order(&fetched, parents.as_ref())
        {
            fetched.push(Fetched { rows: C::Rows::default(), parents });
            let mut stream = Stream::new(&field.plan, spine, program, fetched, max_answer, sending);
            match question {
                Question::None => {}
                Question::Whole(rows) => _ = stream.take(rows).await?,
                Question::All(statement, values) => connection.stream(statement, values, &mut stream).await?,
                Question::Each(each) => connection.stream_each(each, &mut stream).await?,
            }
            return stream.finish();
        }
        let rows = match question {
            Question::None => C::Rows::default(),
            Question::Whole(rows) => rows,
            Question::All(statement, values) => connection.fetch(statement, values).await?,
            Question::Each(each) => connection.fetch_each(each).await?,
        };
        let mut step_rows = Fetched { rows, parents };
        step_rows.assign(&field.plan.steps[index].query)?;
        fetched.push(step_rows);
    }
    encode::object(&field.plan, &fetched, max_answer)
}

/// What a step asks of the database.
enum Question<'a, R> {
    /// Nothing: there are no parents.
    None,
    /// Nothing any more: the children of all parents are here, because no page is full.
    Whole(R),
    /// One statement, with the values of its parameters.
    All(&'a Statement, Vec<Value>),
    /// A statement for each parent.
    Each(Each<'a>),
}

impl<'a, R> Question<'a, R> {
    async fn of<C: Connection<Rows = R>>(
        connection: &mut C,
        field: &'a Read,
        index: usize,
        slots: &[Value],
        root_keys: &[Value],
        parents: Option<&'a Arc<Vec<Vec<KeyPart>>>>,
    ) -> Result<Self, Error> {
        let statement = &field.statements[index];
        let Some(keys) = parents else { return Ok(Self::All(statement, parameters(statement, slots, root_keys))) };
        if keys.is_empty() {
            return Ok(Self::None);
        }
        if let Some(each) = field.each[index].as_ref().filter(|_| connection.reads_each()) {
            return Ok(Self::Each(Each { statement: each, values: parameters(each, slots, &[]), keys }));
        }
        let lists = connection.parent_keys(keys, &statement.parent_key);
        Ok(match field.whole(connection, index, slots, &lists, keys).await? {
            Some(rows) => Self::Whole(rows),
            None => Self::All(statement, parameters(statement, slots, &lists)),
        })
    }
}

/// Whether the children of the last step come in the order in which their parents are written.
fn come_in_order<R>(fetched: &[Fetched<R>], parents: Option<&ParentKeys>) -> bool {
    fetched.iter().filter_map(|step| step.parents.as_ref()).chain(parents).all(ParentKeys::are_distinct)
}

/// The keys of a step's parents, where it has some.
fn parents<R: Rows>(field: &Read, index: usize, fetched: &[Fetched<R>]) -> Result<Option<ParentKeys>, Error> {
    let Some(parent) = &field.plan.steps[index].parent else { return Ok(None) };
    // The ordinal comes first in the rows of a step that has parents itself.
    let shift = fetched[parent.step].shift();
    let columns: Vec<usize> = parent.key.iter().map(|column| column + shift).collect();
    ParentKeys::collect(&fetched[parent.step].rows, &columns, &field.statements[index].parent_key).map(Some)
}

/// The values of a statement's parameters. Slots without a value have the one that the statement was compiled with.
pub(super) fn parameters(statement: &Statement, slots: &[Value], keys: &[Value]) -> Vec<Value> {
    let value = |parameter: &Parameter| match parameter {
        Parameter::Value(value) => value.clone(),
        Parameter::Slot(slot) => {
            let known = || statement.slots.get(*slot).map(Slot::value);
            slots.get(*slot).or_else(known).cloned().unwrap_or(Value::String(None))
        }
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
    /// Notes which rows belong to which parent.
    fn assign(&mut self, query: &Query) -> Result<(), Error> {
        match &mut self.parents {
            None => check_groups(query, self.rows.len()),
            Some(parents) => {
                parents.assign(&self.rows)?;
                check_groups(query, parents.most())
            }
        }
    }

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
