//! How definitions change while the gateway runs: what is asked for is checked on the newest state, carried out in one
//! transaction with what is stored about it, and served from the moment it is permanent.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{DatabaseTransaction, TransactionTrait};

use crate::{
    define::{self, Edit, Transaction, store},
    error::Code,
    execute::{Error, Failure, generation},
    graphql::{self, Defined, Definitions, Response},
    plan, reflect,
    sql::ddl,
};

use super::{BuildError, Gateway, snapshot::Snapshot};

/// For how long a change is begun anew when others get in its way. Tables that many read make it the victim of a
/// deadlock now and then; who waited that long for a lock has waited enough.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long it lets others go on before it begins anew.
const PAUSE: Duration = Duration::from_millis(10);

/// A field of the operation once it is found good, with what was served before it and what will be after it.
struct Planned {
    edit: Edit,
    /// How its tables change.
    steps: Vec<ddl::Step>,
    dry_run: bool,
    before: Arc<Snapshot>,
    after: Arc<Snapshot>,
}

impl Gateway {
    /// Changes definitions. What was begun is brought to an end even where nobody waits for the answer any longer.
    pub(super) async fn define(&self, definitions: Box<Definitions>) -> Response {
        let gateway = self.clone();
        let task = tokio::spawn(async move {
            match gateway.change_definitions(&definitions).await {
                Ok(done) => definitions.done(&gateway.0.snapshot.load().schema, done).await,
                Err(Failure { field, error }) => refused(&definitions, field, &error),
            }
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a change of definitions ended early");
            Response::internal()
        })
    }

    async fn change_definitions(&self, definitions: &Definitions) -> Result<Vec<Defined>, Failure> {
        // One change at a time here; the database sees to it that there is one at a time among all instances.
        let _turn = self.0.turn.lock().await;
        let start = Instant::now();
        let mut may_be_half_done = self.0.origin.database.dialect().shows_half_done_changes();
        loop {
            let current = self.present().await.map_err(|error| Failure { field: 0, error })?;
            match self.attempt(&current, definitions).await {
                Err(failure) if failure.error.is_outdated() && start.elapsed() < PATIENCE => {
                    tracing::debug!("others changed definitions meanwhile: this change is checked anew");
                }
                // It may have been checked on tables that others were in the middle of changing: after them it is again.
                Err(failure) if may_be_half_done && matches!(failure.error, Error::Refused(_)) => {
                    may_be_half_done = false;
                    if self.wait_for_others().await.is_err() {
                        return Err(failure);
                    }
                }
                done => return done,
            }
        }
    }

    /// Waits until nobody changes definitions.
    async fn wait_for_others(&self) -> Result<(), Error> {
        Transaction::begin(&self.0.origin.database).await?.rollback().await
    }

    /// What exists at present. Tables that are discovered may have changed since they were read, so that they are read
    /// again; nothing of that is served before something is defined.
    async fn present(&self) -> Result<Arc<Snapshot>, Error> {
        if !self.0.origin.source().discovers() {
            return self.newest().await;
        }
        match self.0.origin.load().await {
            Ok(snapshot) => Ok(Arc::new(snapshot)),
            Err(BuildError::Definitions(error)) => Err(error),
            Err(BuildError::Discovery(reflect::database::Error::Query(error))) => Err(error.into()),
            Err(error) => Err(Error::Refused(conflict(&error))),
        }
    }

    async fn attempt(&self, current: &Arc<Snapshot>, definitions: &Definitions) -> Result<Vec<Defined>, Failure> {
        let planned = self.plan(current, definitions)?;
        self.check_order(&planned)?;
        let texts = if planned.iter().any(Planned::is_change) {
            self.carry_out(current, &planned).await?
        } else {
            self.look_only(&planned).await?
        };
        Ok(planned.iter().zip(texts).map(|(planned, ddl)| planned.defined(ddl)).collect())
    }

    /// Checks the fields in order, each on what the ones before it leave behind.
    fn plan(&self, current: &Arc<Snapshot>, definitions: &Definitions) -> Result<Vec<Planned>, Failure> {
        let mut before = Arc::clone(current);
        let mut planned = Vec::with_capacity(definitions.fields.len());
        for (field, asked) in definitions.fields.iter().enumerate() {
            let after = define::check(&before.ground, &asked.change).and_then(|edit| {
                let (drafts, definitions) = edit.apply(&before.ground);
                let after =
                    self.0.origin.build(drafts, definitions, before.generation).map_err(|error| conflict(&error))?;
                edit.check(&before.ground.catalog, &after.ground.catalog)?;
                Ok((edit, Arc::new(after)))
            });
            let (edit, after) = after.map_err(|error| Failure { field, error: Error::Refused(error) })?;
            let next = if asked.dry_run { Arc::clone(&before) } else { Arc::clone(&after) };
            let dialect = self.0.origin.database.dialect();
            let steps = edit.tables.iter().flat_map(|change| ddl::compile(dialect, change)).collect();
            planned.push(Planned { edit, steps, dry_run: asked.dry_run, before, after });
            before = next;
        }
        Ok(planned)
    }

    /// Refuses what could not be undone where a later field fails, on a database that makes changes of tables permanent
    /// at once.
    fn check_order(&self, planned: &[Planned]) -> Result<(), Failure> {
        let dialect = self.0.origin.database.dialect();
        let changes: Vec<_> = planned.iter().enumerate().filter(|(_, planned)| planned.is_change()).collect();
        let Some((_, earlier)) = changes.split_last() else { return Ok(()) };
        let is_final = |planned: &Planned| planned.edit.tables.iter().any(|change| ddl::is_final(dialect, change));
        let Some((field, _)) = earlier.iter().find(|(_, planned)| is_final(planned)) else { return Ok(()) };
        let message = "this database cannot undo what a definition drops, should a later one fail";
        let refusal = plan::Error::new(Code::Unsupported, message).hint("make it the last one of its operation");
        Err(Failure { field: *field, error: Error::Refused(refusal) })
    }

    /// Changes tables and what is stored about them in one transaction, and serves the new generation.
    async fn carry_out(&self, current: &Snapshot, planned: &[Planned]) -> Result<Vec<Vec<String>>, Failure> {
        let start = Instant::now();
        loop {
            match self.carry_out_once(current, planned).await {
                // Who has waited for a lock for long is told so, instead of waiting again.
                Err(failure) if failure.error.is_retryable() && start.elapsed() < PATIENCE => {
                    tracing::debug!(error = %failure.error, "a change of definitions is begun anew");
                    tokio::time::sleep(PAUSE).await;
                }
                done => return done,
            }
        }
    }

    async fn carry_out_once(&self, current: &Snapshot, planned: &[Planned]) -> Result<Vec<Vec<String>>, Failure> {
        let first = |error| Failure { field: 0, error };
        let mut transaction = Transaction::begin(&self.0.origin.database).await.map_err(first)?;
        let done = self.change_tables(&mut transaction, current, planned).await;
        match done {
            Ok((texts, snapshot)) => {
                transaction.commit().await.map_err(first)?;
                self.0.snapshot.store(Arc::new(snapshot));
                Ok(texts)
            }
            Err(failure) => {
                if let Err(error) = transaction.rollback().await {
                    tracing::debug!(%error, "a change of definitions could not be rolled back");
                }
                Err(failure)
            }
        }
    }

    async fn change_tables(
        &self,
        transaction: &mut Transaction,
        current: &Snapshot,
        planned: &[Planned],
    ) -> Result<(Vec<Vec<String>>, Snapshot), Failure> {
        let last = planned.len().saturating_sub(1);
        let at = |field| move |error| Failure { field, error };
        if generation(transaction.connection(), current.generation).await.map_err(at(0))? != current.generation {
            return Err(at(0)(Error::Outdated));
        }
        let (mut texts, mut definitions) = (Vec::with_capacity(planned.len()), current.ground.definitions.to_vec());
        let mut changes = Vec::new();
        for (field, planned) in planned.iter().enumerate() {
            texts.push(planned.look(transaction.connection()).await.map_err(at(field))?);
            let edit = &planned.edit;
            if planned.dry_run {
                continue;
            }
            transaction.run(&planned.steps).await.map_err(at(field))?;
            definitions = edit.definitions(&definitions);
            changes.extend(edit.dropped.iter().cloned().map(store::Change::Remove));
            changes.extend(edit.stored.iter().cloned().map(store::Change::Put));
        }
        let generation = store::save(transaction.connection(), &changes).await.map_err(at(last))?;
        // From what the tables are now, not from what was meant: others may have changed them, too.
        let drafts = self.0.origin.source().drafts(transaction.connection()).await;
        let snapshot = drafts.and_then(|drafts| self.0.origin.build(drafts, definitions, generation));
        let snapshot = snapshot.map_err(|error| at(last)(Error::Refused(conflict(&error))))?;
        Ok((texts, snapshot))
    }

    /// What would be done.
    async fn look_only(&self, planned: &[Planned]) -> Result<Vec<Vec<String>>, Failure> {
        let connection = self.0.origin.database.connection();
        let transaction = connection.begin().await.map_err(|error| Failure { field: 0, error: error.into() })?;
        let mut texts = Vec::with_capacity(planned.len());
        for (field, planned) in planned.iter().enumerate() {
            let looked = planned.look(&transaction).await;
            texts.push(looked.map_err(|error| Failure { field, error })?);
        }
        Ok(texts)
    }
}

impl Planned {
    /// Whether anything is other after it than before.
    fn is_change(&self) -> bool {
        let Edit { tables, stored, dropped, .. } = &self.edit;
        let is_nothing = tables.is_empty() && stored.is_empty() && dropped.is_empty();
        !self.dry_run && !is_nothing
    }

    /// What must hold in the database for a change, and the statements that it takes.
    async fn look(&self, connection: &DatabaseTransaction) -> Result<Vec<String>, Error> {
        let edit = &self.edit;
        if let Some(table) = &edit.must_be_empty
            && define::has_rows(connection, table).await?
        {
            let message = format!("{table} has rows, which would be without a value for the required lookup");
            let refusal = plan::Error::invalid(message).hint("make a lookup that may be null");
            return Err(match self.before.ground.catalog.find_table(table) {
                Some((_, entity)) => refusal.entity(&entity.logical_name).into(),
                None => refusal.into(),
            });
        }
        for change in &edit.tables {
            if !define::keeps_foreign_key(connection, change).await? {
                let message = "the storage engine of the table keeps no foreign keys";
                return Err(plan::Error::new(Code::Unsupported, message).into());
            }
            let dependents = define::dependents(connection, change).await?;
            if !dependents.is_empty() {
                return Err(define::restricted(dependents).with("relationship", &*edit.schema_name).into());
            }
        }
        let mut texts = Vec::new();
        for step in &self.steps {
            texts.extend(define::expand(connection, step).await?);
        }
        Ok(texts)
    }

    fn defined(&self, ddl: Vec<String>) -> Defined {
        let (before, after) = (&self.before.sdl, &self.after.sdl);
        Defined {
            catalog: Arc::clone(&self.after.ground.catalog),
            schema_name: self.edit.schema_name.clone(),
            relationships: self.edit.relationships.clone(),
            ddl,
            sdl_diff: graphql::sdl_diff(before, after),
            breaking_changes: graphql::breaking_changes(before, after),
        }
    }
}

fn refused(definitions: &Definitions, field: usize, error: &Error) -> Response {
    if error.is_duplicate() || error.is_undefined() {
        tracing::warn!(%error, "tables are not what they were when the gateway read them");
        let message = "the tables are not what they were when they were read: others have changed them meanwhile";
        return definitions.refused(field, &plan::Error::new(Code::Conflict, message));
    }
    if error.is_unfit() {
        tracing::warn!(%error, "the database does not do this to such tables");
        let message = "the database does not allow this on tables of this kind";
        return definitions.refused(field, &plan::Error::new(Code::Unsupported, message));
    }
    let (Error::Refused(refusal) | Error::Raced(refusal)) = error else {
        tracing::error!(%error, "definitions could not be changed");
        return definitions.refused(field, &plan::Error::new(error.code(), error.public_message()));
    };
    definitions.refused(field, refusal)
}

/// The tables are in a state that no schema can be built from.
fn conflict(error: &BuildError) -> plan::Error {
    match error {
        BuildError::Discovery(_) => {
            tracing::error!(%error, "the database could not be discovered after a change of definitions");
            plan::Error::new(Code::Conflict, "the database could not be read after the change, which was undone")
        }
        _ => plan::Error::new(Code::Conflict, format!("no schema could be built after it: {error}")),
    }
}
