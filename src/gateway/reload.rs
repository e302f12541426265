//! How a gateway keeps up with definitions that change, here or on another instance.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use sea_orm::{AccessMode, DbBackend, IsolationLevel, TransactionOptions, TransactionTrait};

use crate::{
    catalog::{Definition, EntityDraft},
    config::Config,
    define::{Follower, Ground, store},
    execute::{Error, generation},
};

use super::{BuildError, Gateway, Inner, Origin, snapshot::Snapshot, source::Source};

/// How long it waits before it tries again to read what others defined.
const AGAIN: Duration = Duration::from_secs(1);

/// Reloads whenever others changed definitions, until it is dropped.
#[derive(Debug)]
pub(super) struct Following(tokio::task::AbortHandle);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Following {
    pub(super) fn start(inner: Weak<Inner>, mut changes: Follower) -> Self {
        let task = tokio::spawn(async move {
            loop {
                changes.changed().await;
                let mut is_told = false;
                // Until it has caught up: nobody tells it twice.
                loop {
                    let Some(inner) = inner.upgrade() else { return };
                    let Err(error) = Gateway(inner).catch_up().await else { break };
                    if !is_told {
                        tracing::warn!(%error, "the definitions could not be read again; the last ones are served on");
                        is_told = true;
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            }
        });
        Self(task.abort_handle())
    }
}

impl Gateway {
    /// Serves the newest generation, if it is another than the served one.
    async fn catch_up(&self) -> Result<(), Error> {
        let _turn = self.0.turn.lock().await;
        self.newest().await.map(drop)
    }

    /// A newer generation than that of a snapshot; nothing where there is none, or none that could be served.
    pub(super) async fn newer_than(&self, snapshot: &Snapshot) -> Option<Arc<Snapshot>> {
        let is_newer = |current: &Arc<Snapshot>| current.generation != snapshot.generation;
        let current = self.0.snapshot.load_full();
        if is_newer(&current) {
            return Some(current);
        }
        match generation(self.0.origin.database.connection(), snapshot.generation).await {
            Ok(generation) if generation != snapshot.generation => {}
            Ok(_) => return None,
            Err(error) => {
                tracing::debug!(%error, "the generation of definitions could not be read");
                return None;
            }
        }
        if let Err(error) = self.catch_up().await {
            tracing::warn!(%error, "the definitions could not be read again; the last ones are served on");
        }
        Some(self.0.snapshot.load_full()).filter(is_newer)
    }

    /// Serves everything as another configuration has it, from the next request on. Where that cannot be, what is
    /// served stays.
    ///
    /// # Errors
    /// What is wrong with the configuration or with what it makes of the tables.
    pub async fn reconfigure(&self, config: Config) -> Result<(), BuildError> {
        let _turn = self.0.turn.lock().await;
        let origin = &self.0.origin;
        let source = Arc::new(Source { config: Some(Arc::new(config)), ..(*origin.source()).clone() });
        let snapshot = origin.load_from(&source).await?;
        origin.source.store(source);
        self.0.snapshot.store(Arc::new(snapshot));
        Ok(())
    }

    /// The snapshot of the newest generation, which is served from now on. The caller has the turn.
    pub(super) async fn newest(&self) -> Result<Arc<Snapshot>, Error> {
        let current = self.0.snapshot.load_full();
        if generation(self.0.origin.database.connection(), current.generation).await? == current.generation {
            return Ok(current);
        }
        let snapshot = Arc::new(self.0.origin.load().await.map_err(|error| Error::Reload(error.to_string()))?);
        tracing::info!(generation = snapshot.generation, "definitions have changed");
        self.0.snapshot.store(Arc::clone(&snapshot));
        Ok(snapshot)
    }
}

impl Origin {
    /// Where catalogs come from at present.
    pub(super) fn source(&self) -> Arc<Source> {
        self.source.load_full()
    }

    /// Tables and definitions as they are now, in one state of the database.
    pub(super) async fn load(&self) -> Result<Snapshot, BuildError> {
        self.load_from(&self.source()).await
    }

    async fn load_from(&self, source: &Source) -> Result<Snapshot, BuildError> {
        let connection = self.database.connection();
        let is_sqlite = connection.get_database_backend() == DbBackend::Sqlite;
        let options = TransactionOptions {
            // SQLite's transactions always see one state.
            isolation_level: (!is_sqlite).then_some(IsolationLevel::RepeatableRead),
            access_mode: (!is_sqlite).then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: None,
        };
        let transaction = connection.begin_with_options(options).await?;
        let stored = store::load(&transaction).await?;
        let drafts = source.drafts(&transaction).await?;
        transaction.commit().await?;
        self.build_from(source, drafts, stored.definitions, stored.generation)
    }

    /// A snapshot of tables and definitions.
    pub(super) fn build(
        &self,
        drafts: Vec<EntityDraft>,
        definitions: Vec<Definition>,
        generation: i64,
    ) -> Result<Snapshot, BuildError> {
        self.build_from(&self.source(), drafts, definitions, generation)
    }

    fn build_from(
        &self,
        source: &Source,
        drafts: Vec<EntityDraft>,
        definitions: Vec<Definition>,
        generation: i64,
    ) -> Result<Snapshot, BuildError> {
        let catalog = Arc::new(source.catalog(drafts.clone(), &definitions)?);
        let ground = Ground { catalog, drafts: Arc::new(drafts), definitions: Arc::new(definitions) };
        Ok(Snapshot::build(generation, ground, &self.behaviors, source.limits(), self.definable)?)
    }
}
