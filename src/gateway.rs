//! The gateway: an immutable snapshot of catalog and schema that is built aside and swapped, and the requests it answers.

mod builder;
mod snapshot;
mod source;

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use async_graphql::dynamic::SchemaError;
use sea_orm::DatabaseConnection;

use crate::{
    catalog::{Catalog, Problems, Table},
    execute::{Behavior, Database},
    graphql,
    plan::Limits,
    reflect,
};

pub use crate::graphql::{Outcome, Request, Response, error_body};
pub use builder::Builder;

use snapshot::Snapshot;
use source::Source;

/// Answers GraphQL requests over one database. Cloning is cheap; all clones are one gateway.
#[derive(Clone, Debug)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    database: Database,
    limits: Limits,
    snapshot: ArcSwap<Snapshot>,
}

/// Why a gateway could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The database is of a kind that the gateway does not speak to.
    #[error("the database is neither SQLite nor PostgreSQL")]
    Backend,
    /// The entities or tables have problems, all of them named.
    #[error("{0}")]
    Problems(#[from] Problems),
    /// The database could not be asked what it holds.
    #[error("{0}")]
    Discovery(#[from] reflect::database::Error),
    /// The catalog gives no valid GraphQL schema.
    #[error("the schema is not valid: {0}")]
    Schema(String),
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
        source: Source,
        behaviors: HashMap<Table, Behavior>,
        limits: Limits,
    ) -> Result<Self, BuildError> {
        let database = Database::of(connection).ok_or(BuildError::Backend)?;
        let drafts = source.drafts(connection).await?;
        let snapshot = Snapshot::build(source.catalog(drafts)?, &behaviors, limits)?;
        Ok(Self(Arc::new(Inner { database, limits, snapshot: ArcSwap::from_pointee(snapshot) })))
    }

    /// Answers a request.
    pub async fn execute(&self, request: Request) -> Response {
        let snapshot = self.0.snapshot.load_full();
        let context = graphql::Context {
            catalog: &snapshot.catalog,
            mutations: &snapshot.mutations,
            schema: &snapshot.schema,
            database: &self.0.database,
            behaviors: &snapshot.behaviors,
            limits: self.0.limits,
        };
        graphql::execute(context, &request).await
    }

    /// What it serves.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.0.snapshot.load().catalog)
    }

    /// The schema in the schema definition language.
    #[must_use]
    pub fn sdl(&self) -> Arc<str> {
        Arc::clone(&self.0.snapshot.load().sdl)
    }

    /// Whether requests can be answered now.
    pub async fn ready(&self) -> bool {
        self.0.database.is_reachable().await
    }
}
