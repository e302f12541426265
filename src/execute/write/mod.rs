//! How writes run: each field of a mutation after the other on one transaction, each answered from what is stored after
//! it. What a statement meets decides what the next one is about; the texts come from `sql`.

mod cascade;
mod constraint;
mod create;
mod link;
mod many_to_many;
mod one_to_many;
mod payload;
mod record;
mod single;
mod store;
mod subject;
mod update;
mod writer;

use std::sync::OnceLock;

use crate::{
    catalog::Catalog,
    plan::write::{Action, PayloadPart, WritePlan},
    sql::{Dialect, Statement},
};

use super::{Behaviors, Error, Failure, Fragment, Read, transaction::Transaction};
pub(super) use constraint::explain_commit;
use payload::Written;
pub use single::Single;
pub(super) use single::{Run, Work};
use writer::Writer;

/// A planned field of a mutation.
#[derive(Debug, Clone)]
pub struct Write {
    /// The plan.
    pub plan: WritePlan,
    /// A read for each part of the payload that holds records, in their order, once they are asked for.
    reads: OnceLock<Vec<Read>>,
}

impl Write {
    /// A field as it is planned.
    #[must_use]
    pub fn new(plan: WritePlan) -> Self {
        Self { plan, reads: OnceLock::new() }
    }

    /// The compiled reads of its payload.
    fn reads(&self, catalog: &Catalog, dialect: Dialect) -> &[Read] {
        self.reads.get_or_init(|| {
            let reads = self.plan.payload.iter().filter_map(|(_, part)| match part {
                PayloadPart::Records(read) => Some(Read::new(catalog, dialect, read.clone())),
                _ => None,
            });
            reads.collect()
        })
    }
}

/// What a mutation answers.
#[derive(Debug, Default)]
pub struct Answer {
    /// A fragment per field.
    pub fragments: Vec<Fragment>,
    /// How many statements it took.
    pub statements: usize,
}

/// What writes run against.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// What exists.
    pub catalog: &'a Catalog,
    /// What SeaORM entities do around writes.
    pub behaviors: &'a Behaviors,
    /// The generation of definitions that the catalog is of.
    pub generation: i64,
    /// The largest answer of a field, in bytes.
    pub max_answer: usize,
}

/// What was written, and is not permanent yet.
#[derive(Debug)]
pub(super) struct Done {
    /// The answer.
    pub(super) answer: Answer,
    /// Whether the generation of definitions is known to have been the catalog's when all was written.
    pub(super) is_current: bool,
}

/// Runs the fields of a mutation one after the other.
pub(super) async fn run(
    transaction: &mut Transaction,
    dialect: Dialect,
    surroundings: Surroundings<'_>,
    fields: &[Write],
) -> Result<Done, Failure> {
    let mut writer = Writer::new(transaction, dialect, surroundings);
    let mut fragments = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        match writer.field(field).await {
            Ok(fragment) => fragments.push(fragment),
            Err(error) => return Err(Failure { field: index, error }),
        }
    }
    let Writer { statements, is_current, .. } = writer;
    Ok(Done { answer: Answer { fragments, statements }, is_current })
}

impl Writer<'_> {
    /// Runs one field and answers it.
    async fn field(&mut self, field: &Write) -> Result<Fragment, Error> {
        let written = match &field.plan.action {
            Action::Create(records) => self.create_records(records).await?,
            Action::Update { which, change } => self.update_records(field.plan.entity, which, change).await?,
            Action::Upsert { address, new, change } => {
                self.upsert_record(field.plan.entity, address, new, change).await?
            }
            // A record that goes is answered as it was.
            Action::Delete(which) => {
                let records = self.find_which(field.plan.entity, which, crate::sql::Lock::Delete).await?;
                let written = Written::deleted(&records);
                let fragment = self.answer(field, &written).await?;
                self.delete(field.plan.entity, records).await?;
                self.written.push(Vec::new());
                return Ok(fragment);
            }
            Action::Link { address, if_match, change } => {
                self.link_record(field.plan.entity, address, if_match.as_deref(), change).await?
            }
        };
        let fragment = self.answer(field, &written).await?;
        self.written.push(written.keys);
        Ok(fragment)
    }

    /// Runs a statement with lists of keys.
    async fn fetch(
        &mut self,
        statement: &Statement,
        keys: &[Vec<crate::plan::Literal>],
    ) -> Result<super::transaction::Rows, Error> {
        let lists = self.dialect.keys(keys, &statement.parent_key);
        self.statements += 1;
        self.is_current = false;
        super::cells::Connection::fetch(self.transaction, statement, super::read::parameters(statement, &[], &lists))
            .await
    }
}
