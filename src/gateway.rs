//! The gateway: an immutable snapshot of catalog and schema that is built aside and swapped, and the requests it answers.

mod builder;
mod definitions;
mod reload;
mod snapshot;
mod source;
mod streamed;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use arc_swap::ArcSwap;
use async_graphql::dynamic::SchemaError;
use sea_orm::{DatabaseConnection, DbErr};
use tokio::{sync::Mutex, task::JoinHandle};
use tracing::Instrument;

use crate::{
    catalog::{Catalog, Problems, Table},
    config, define,
    execute::{self, Behavior, Database, Outlet},
    graphql::{self, Reply},
    reflect,
};

pub use crate::csdl::Format as CsdlFormat;
pub use crate::graphql::{Outcome, Request, Response, Statistics, error_body};
pub use builder::Builder;
pub use streamed::{BrokenOff, Rest, Streamed};

use reload::Following;
use snapshot::Snapshot;
use source::Source;

/// How often a request is put to a newer generation of definitions.
const ATTEMPTS: u32 = 5;

/// Answers GraphQL requests over one database. Cloning is cheap; all clones are one gateway.
#[derive(Clone, Debug)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    origin: Origin,
    /// What is served. Written only by whoever has the turn.
    snapshot: ArcSwap<Snapshot>,
    /// Whose turn it is to change definitions or to reload.
    turn: Mutex<()>,
    /// What keeps it up to date, for as long as it is there.
    following: OnceLock<Following>,
}

/// What every snapshot is built from.
#[derive(Debug)]
struct Origin {
    database: Database,
    /// Written only by whoever has the turn.
    source: ArcSwap<Source>,
    behaviors: HashMap<Table, Behavior>,
    /// Whether the database's user may change tables.
    definable: bool,
}

/// Why a gateway could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The database is of a kind that the gateway does not speak to.
    #[error("the database is neither SQLite nor PostgreSQL nor MariaDB")]
    Backend,
    /// Queries were to go to a database that cannot follow the other.
    #[error("a replica is of another kind than the database that it follows")]
    Replica,
    /// The entities or tables have problems, all of them named.
    #[error("{0}")]
    Problems(#[from] Problems),
    /// The configuration does not fit the entities or tables, or itself.
    #[error("{0}")]
    Config(#[from] config::Error),
    /// The database could not be asked what it holds.
    #[error("{0}")]
    Discovery(#[from] reflect::database::Error),
    /// The stored definitions could not be read.
    #[error("{0}")]
    Definitions(#[from] execute::Error),
    /// The catalog gives no valid GraphQL schema.
    #[error("the schema is not valid: {0}")]
    Schema(String),
}

impl From<DbErr> for BuildError {
    fn from(error: DbErr) -> Self {
        Self::Definitions(error.into())
    }
}

impl From<SchemaError> for BuildError {
    fn from(error: SchemaError) -> Self {
        Self::Schema(error.0)
    }
}

impl Gateway {
    /// Starts a gateway over a database.
    #[must_use]
    pub fn builder(connection: DatabaseConnection) -> Builder {
        Builder::new(connection)
    }

    async fn build(
        connection: &DatabaseConnection,
        replicas: &[DatabaseConnection],
        reads_directly: bool,
        source: Source,
        behaviors: HashMap<Table, Behavior>,
    ) -> Result<Self, BuildError> {
        let database = Database::of(connection).ok_or(BuildError::Backend)?;
        let database = database.reading_from(replicas).ok_or(BuildError::Replica)?;
        let database = if reads_directly { database.reading_directly() } else { database };
        let definable = define::may_define(connection).await?;
        let source = ArcSwap::from_pointee(source);
        let origin = Origin { database, source, behaviors, definable };
        // Listening begins before reading, so that nothing is missed between them.
        let follower = define::follow(&origin.database);
        let snapshot = ArcSwap::from_pointee(origin.load().await?);
        let inner = Inner { origin, snapshot, turn: Mutex::default(), following: OnceLock::new() };
        let gateway = Self(Arc::new(inner));
        gateway.0.following.get_or_init(|| Following::start(Arc::downgrade(&gateway.0), follower));
        Ok(gateway)
    }

    /// Answers a request. One that a newer generation of definitions might answer otherwise is put to it.
    pub async fn execute(&self, request: Request) -> Response {
        if !self.0.origin.database.must_be_heard_out() {
            return self.answer(request, None).await;
        }
        // Whoever leaves does not stop what runs.
        let gateway = self.clone();
        end_of(tokio::spawn(async move { gateway.answer(request, None).await }.in_current_span())).await
    }

    async fn answer(&self, request: Request, outlet: Option<&Outlet>) -> Response {
        let mut snapshot = self.0.snapshot.load_full();
        let mut attempt = 1;
        loop {
            match graphql::execute(self.context(&snapshot, outlet), &request).await {
                Reply::Define(definitions) => return Box::pin(self.define(definitions)).await,
                Reply::Answer(response) if !response.is_doubtful || attempt == ATTEMPTS => return response,
                Reply::Answer(response) => match Box::pin(self.newer_than(&snapshot)).await {
                    Some(newer) => snapshot = newer,
                    // The generation was asked for.
                    None => return Response { statements: response.statements + 1, ..response },
                },
            }
            attempt += 1;
        }
    }

    fn context<'a>(&'a self, snapshot: &'a Snapshot, outlet: Option<&'a Outlet>) -> graphql::Context<'a> {
        graphql::Context {
            catalog: &snapshot.ground.catalog,
            mutations: &snapshot.mutations,
            schema: &snapshot.schema,
            operations: &snapshot.operations,
            database: &self.0.origin.database,
            behaviors: &snapshot.behaviors,
            generation: snapshot.generation,
            limits: snapshot.limits,
            outlet,
        }
    }

    /// What it serves.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.0.snapshot.load().ground.catalog)
    }

    /// The schema in the schema definition language.
    #[must_use]
    pub fn sdl(&self) -> Arc<str> {
        Arc::clone(&self.0.snapshot.load().sdl)
    }

    /// The catalog as a CSDL document of OData.
    #[must_use]
    pub fn csdl(&self, format: CsdlFormat) -> Arc<str> {
        let snapshot = self.0.snapshot.load();
        snapshot.csdl.of(&snapshot.ground.catalog, format)
    }

    /// How often requests were about operations that were asked before, since definitions changed last.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.0.snapshot.load().operations.statistics()
    }

    /// Whether requests can be answered now.
    pub async fn ready(&self) -> bool {
        self.0.origin.database.is_reachable().await
    }
}

/// What a task answers.
async fn end_of(task: JoinHandle<Response>) -> Response {
    match task.await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends, and with it whoever waits.
            Err(_) => std::future::pending().await,
        },
    }
}
