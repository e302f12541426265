//! Mutations that are one statement: one field about one record, on tables where the database does nothing by itself. They
//! need no transaction, unless the answer might fail after them, and what they answer comes from the rows of the
//! statement. Whatever it does not do, because there is no such record or for any other reason, is put to the ordinary
//! way, which says why.

use std::collections::HashSet;

use sea_orm::sea_query::Value;

use crate::{
    catalog::{AttributeType, Catalog, Entity, EntityId},
    execute::{
        Error, Fragment,
        cells::{Cells, Connection, Rows},
        encode,
        read::{self, Fetched},
        reference,
        sqlite::Writer,
    },
    plan::{
        Column, Literal, Object, Operand, Output, Query, ReadPlan, Step,
        write::{Action, Payload, PayloadPart},
    },
    sql::{self, Dialect, Statement},
};

use super::{
    Answer, Surroundings, Write,
    link::{RefOutcome, RefStatus},
    payload::{Written, payload},
    subject::Subject,
    writer::Key,
};

/// A mutation that is one statement, whatever values the slots of it get.
#[derive(Debug)]
pub struct Single {
    response_key: String,
    payload: Payload,
    does: Does,
    /// Whether the answer can hold whatever is stored: then the statement may be permanent before it is answered.
    is_sure: bool,
}

/// What a mutation does, and so how many rows it answers.
#[derive(Debug)]
pub(super) struct Does {
    /// Holds the record until the transaction ends, which then is needed.
    pub(super) hold: Option<Statement>,
    pub(super) statement: Statement,
    /// What comes after it, in a file of SQLite.
    pub(super) then: Option<Statement>,
    /// What finds that there is nothing more to do, where the statement did not do it all.
    pub(super) otherwise: Option<Statement>,
    /// What reads the record, in a file of SQLite.
    pub(super) read: Option<Statement>,
    /// The keys that it is run with.
    pub(super) keys: Vec<Vec<Operand>>,
    /// The entity of the references that it is about; then each row tells what became of one.
    pub(super) target: Option<EntityId>,
}

impl Does {
    /// What needs nothing but a statement.
    pub(super) fn by_itself(statement: Statement) -> Self {
        Self { hold: None, statement, then: None, otherwise: None, read: None, keys: Vec::new(), target: None }
    }

    /// Lets go of the values that come with each request.
    fn forget(&mut self) {
        let Self { hold, statement, then, otherwise, read, .. } = self;
        let all = hold.iter_mut().chain([statement]).chain(then).chain(otherwise).chain(read);
        all.for_each(Statement::forget);
        let given = self.keys.iter_mut().flatten().filter(|operand| operand.leaf.is_some());
        given.for_each(|operand| operand.literals = Vec::new());
    }

    fn statements(&self) -> impl Iterator<Item = &Statement> {
        let Self { hold, statement, then, otherwise, read, .. } = self;
        hold.iter().chain([statement]).chain(then).chain(otherwise).chain(read)
    }
}

/// A statement with the values of its parameters.
#[derive(Debug)]
pub(in crate::execute) struct Run<'s> {
    pub(in crate::execute) statement: &'s Statement,
    pub(in crate::execute) values: Vec<Value>,
}

/// A mutation with the values that come with its request.
#[derive(Debug)]
pub(in crate::execute) struct Work<'s> {
    single: &'s Single,
    catalog: &'s Catalog,
    max_answer: usize,
    /// What comes before, in the same transaction.
    pub(in crate::execute) hold: Option<Run<'s>>,
    pub(in crate::execute) run: Run<'s>,
    then: Option<Run<'s>>,
    read: Option<Run<'s>>,
    pub(in crate::execute) otherwise: Option<Run<'s>>,
    /// Whether nothing can go wrong once the statement was run.
    pub(in crate::execute) is_sure: bool,
}

impl Single {
    /// What the fields of a mutation are as one statement, if they can be.
    pub(in crate::execute) fn of(dialect: Dialect, surroundings: Surroundings<'_>, fields: &[Write]) -> Option<Self> {
        let [Write { plan, .. }] = fields else { return None };
        if dialect == Dialect::MySql || reads(&plan.payload).nth(1).is_some() {
            return None;
        }
        let subject = Subject { surroundings, dialect, entity: plan.entity, payload: &plan.payload };
        let mut does = match &plan.action {
            Action::Update { which, change } => subject.update(which, change)?,
            Action::Link { address, if_match: None, change } => subject.link(address, change)?,
            _ => return None,
        };
        does.forget();
        let (response_key, payload) = (plan.response_key.clone(), plan.payload.clone());
        let is_sure =
            reads(&payload).next().is_none_or(|read| always_fits_all(read, columns(&payload), surroundings.max_answer));
        Some(Self { response_key, payload, does, is_sure })
    }

    /// The mutation with the values that leaves of a request's variables give; nothing where they are not of the types of
    /// their attributes, or need other statements.
    pub(in crate::execute) fn bind<'s>(
        &'s self,
        dialect: Dialect,
        surroundings: Surroundings<'s>,
        leaves: &[&serde_json::Value],
    ) -> Option<Work<'s>> {
        let Does { hold, statement, then, otherwise, read, keys, .. } = &self.does;
        let literal = |(operand, ty): (&Operand, &AttributeType)| match operand.leaf {
            Some(leaf) => Literal::parse_compared(leaves.get(leaf)?, ty).ok(),
            None => operand.literals.first().cloned(),
        };
        let key = |key: &Vec<Operand>| key.iter().zip(&statement.parent_key).map(literal).collect();
        let keys = keys.iter().map(key).collect::<Option<Vec<Key>>>()?;
        let lists = dialect.keys(&keys, &statement.parent_key);
        let run = |statement: &'s Statement| {
            let values = read::parameters(statement, &statement.bind(dialect, leaves)?, &lists);
            Some(Run { statement, values })
        };
        // Either there is none, or it is run, too.
        let beside = |statement: &'s Option<Statement>| statement.as_ref().map_or(Some(None), |it| run(it).map(Some));
        Some(Work {
            single: self,
            catalog: surroundings.catalog,
            max_answer: surroundings.max_answer,
            hold: beside(hold)?,
            run: run(statement)?,
            then: beside(then)?,
            read: beside(read)?,
            otherwise: beside(otherwise)?,
            is_sure: self.is_sure,
        })
    }

    /// Whether it holds for all values of a leaf of the variables.
    #[must_use]
    pub fn takes(&self, leaf: usize) -> bool {
        let is_slot = || self.does.statements().flat_map(|statement| &statement.slots).any(|slot| slot.leaf == leaf);
        let is_key = || self.does.keys.iter().flatten().any(|operand| operand.leaf == Some(leaf));
        !self.does.statements().any(|statement| statement.fixed.contains(&leaf)) && (is_slot() || is_key())
    }

    /// How many bytes it takes, more or less.
    #[must_use]
    pub fn size(&self) -> usize {
        let texts: usize = self.does.statements().map(|statement| statement.text.len()).sum();
        let values = self.does.keys.iter().map(Vec::len).sum::<usize>() + columns(&self.payload).len();
        texts + values * size_of::<Operand>() * 2
    }

    /// The answer in the rows of the statement; nothing where it did nothing.
    fn answer<R: Rows>(&self, catalog: &Catalog, rows: R, max_answer: usize) -> Result<Option<Fragment>, Error> {
        // A statement that takes links away tells of these, too.
        let (count, wanted) = (rows.len(), self.does.keys.len().max(1));
        if count < wanted || (count > wanted && self.does.hold.is_none()) {
            return Ok(None);
        }
        let is_told = self.payload.iter().any(|(_, part)| matches!(part, PayloadPart::Results(_)));
        let outcomes = match self.does.target {
            Some(target) => outcomes(catalog.entity(target), &rows, columns(&self.payload).len(), is_told)?,
            None => Some(Vec::new()),
        };
        let Some(outcomes) = outcomes else { return Ok(None) };
        let fetched = [Fetched { rows, parents: None }];
        let read = reads(&self.payload).next();
        let record = read.map(|read| encode::object(read, &fetched, max_answer)).transpose()?;
        Ok(Some(payload(&self.response_key, &self.payload, &Written::alone(outcomes), record.as_slice())))
    }
}

impl Work<'_> {
    /// The answer in rows; nothing where nothing was done.
    pub(in crate::execute) fn answer(&self, rows: impl Rows) -> Result<Option<Fragment>, Error> {
        self.single.answer(self.catalog, rows, self.max_answer)
    }

    /// Runs it on a connection, in the transaction that was begun if one is needed; nothing where it did nothing.
    pub(in crate::execute) async fn run(&self, connection: &mut impl Connection) -> Result<Option<Answer>, Error> {
        // Two round trips more would win nothing.
        if self.hold.is_some() {
            return Ok(None);
        }
        for (index, run) in std::iter::once(&self.run).chain(&self.otherwise).enumerate() {
            let rows = connection.fetch(run.statement, run.values.clone()).await?;
            if let Some(fragment) = self.answer(rows)? {
                return Ok(Some(Answer { fragments: vec![fragment], statements: index + 1 }));
            }
        }
        Ok(None)
    }

    /// Runs it in a transaction on a file of SQLite; nothing where it did nothing.
    pub(in crate::execute) async fn run_in_file(&self, writer: &mut Writer) -> Result<Option<Answer>, Error> {
        let (mut statements, mut changes, mut last) = (0, 0, 0);
        for Run { statement, values } in std::iter::once(&self.run).chain(&self.then) {
            last = writer.change(statement, values.clone()).await?;
            changes += last;
            statements += 1;
        }
        let mut run = async |run: &Run<'_>| {
            statements += 1;
            writer.fetch(run.statement, run.values.clone()).await
        };
        let wanted = self.single.does.keys.len().max(1) as u64;
        if last > wanted {
            return Ok(None);
        }
        if last < wanted {
            let Some(otherwise) = &self.otherwise else { return Ok(None) };
            if run(otherwise).await?.len() == 0 {
                return Ok(None);
            }
        }
        let mut record = None;
        if let Some((read, plan)) = self.read.as_ref().zip(reads(&self.single.payload).next()) {
            let rows = run(read).await?;
            if rows.len() != 1 {
                return Ok(None);
            }
            record = Some(encode::object(plan, &[Fetched { rows, parents: None }], self.max_answer)?);
        }
        let status = if changes > 0 { RefStatus::Associated } else { RefStatus::AlreadyAssociated };
        let written = Written::alone(vec![RefOutcome { reference: String::new(), status }]);
        let fragment = payload(&self.single.response_key, &self.single.payload, &written, record.as_slice());
        Ok(Some(Answer { fragments: vec![fragment], statements }))
    }
}

/// What is read of records, part by part of the payload.
pub(super) fn reads(payload: &Payload) -> impl Iterator<Item = &ReadPlan> {
    payload.iter().filter_map(|(_, part)| match part {
        PayloadPart::Records(read) => Some(read),
        _ => None,
    })
}

/// The columns of what is read in one step.
fn columns(payload: &Payload) -> &[Column] {
    match reads(payload).next().map(|read| read.steps.as_slice()) {
        Some([Step { query: Query::Rows(rows), .. }]) => &rows.columns,
        _ => &[],
    }
}

/// What became of each reference to a record of an entity, from position `shift` of its row. Only where references are
/// told, repeated ones are found.
pub(super) fn outcomes(
    entity: &Entity,
    rows: &impl Rows,
    shift: usize,
    is_told: bool,
) -> Result<Option<Vec<RefOutcome>>, Error> {
    let key = || {
        entity.primary_key.iter().enumerate().map(|(part, id)| {
            let attribute = entity.attribute(*id);
            (attribute.name.as_str(), shift + 1 + part, &attribute.ty)
        })
    };
    let mut seen = HashSet::new();
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        let reference = if is_told { reference::text(&row, &entity.set_name, key())? } else { String::new() };
        // A second reference to the same record finds it linked.
        let is_again = is_told && !seen.insert(reference.clone());
        let status = match row.ordinal(shift)? {
            sql::GONE => RefStatus::Disassociated,
            sql::LINKED if !is_again => RefStatus::Associated,
            sql::MOVED => RefStatus::Moved,
            sql::LINKED | sql::ALREADY_LINKED => RefStatus::AlreadyAssociated,
            _ => return Ok(None),
        };
        outcomes.push(RefOutcome { reference, status });
    }
    Ok(Some(outcomes))
}

/// Whether an answer of so many bytes can hold whatever is stored of records.
fn always_fits_all(read: &ReadPlan, columns: &[Column], max_answer: usize) -> bool {
    // How large an answer is, is asked where an object begins: with only one of them, before anything is written.
    let is_one = |object: &Object| object.members.iter().all(|member| !matches!(member.value, Output::Joined { .. }));
    let is_flat = read.object.members.iter().all(|member| match &member.value {
        Output::First { object, .. } => is_one(object),
        _ => false,
    });
    let most = |column: &Column| match &column.ty {
        // As many digits as PostgreSQL has at most.
        AttributeType::Decimal { .. } => Some(150_000),
        // A letter is six bytes at most, where it is escaped.
        AttributeType::String { max_length: Some(most) } => usize::try_from(*most).ok()?.checked_mul(6),
        AttributeType::String { max_length: None }
        | AttributeType::Text
        | AttributeType::Json
        | AttributeType::Bytes => None,
        _ => Some(64),
    };
    let most = columns.iter().map(most).sum::<Option<usize>>();
    let is_bounded = || most.is_some_and(|most| (most + 512) * read.object.size() < max_answer);
    columns.iter().all(|column| always_fits(&column.ty)) && (is_flat || is_bounded())
}

/// Whether the answer can hold whatever is stored in a column of a type.
pub(super) fn always_fits(ty: &AttributeType) -> bool {
    match ty {
        AttributeType::Boolean
        | AttributeType::Int
        | AttributeType::BigInt
        | AttributeType::Decimal { .. }
        | AttributeType::String { .. }
        | AttributeType::Text
        | AttributeType::Json
        | AttributeType::Uuid(_)
        | AttributeType::Bytes => true,
        AttributeType::Float
        | AttributeType::Date
        | AttributeType::Time
        | AttributeType::DateTime { .. }
        | AttributeType::Enum(_) => false,
    }
}
