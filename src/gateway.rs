//! The gateway: an immutable snapshot of catalog and schema that is built aside and swapped, and the requests it answers.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use async_graphql::dynamic::{Schema, SchemaError};
use sea_orm::{ActiveEnum, ColumnTrait, DatabaseConnection, EntityName, EntityTrait, IntoActiveModel};

use crate::{
    catalog::{self, Catalog, EntityDraft, IntersectName, Problems, Remark, Says, Table},
    execute::{Behavior, Behaviors, Database},
    graphql,
    plan::{Limits, Mutations},
    reflect,
};

pub use crate::graphql::{Outcome, Request, Response, error_body};

/// Answers GraphQL requests over one database. Cloning is cheap; all clones are one gateway.
#[derive(Clone, Debug)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    database: Database,
    limits: Limits,
    snapshot: ArcSwap<Snapshot>,
}

/// What one generation of requests runs against.
#[derive(Debug)]
struct Snapshot {
    catalog: Arc<Catalog>,
    mutations: Mutations,
    behaviors: Behaviors,
    schema: Schema,
    sdl: Arc<str>,
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

/// Collects what a gateway serves.
#[derive(Debug)]
pub struct Builder {
    connection: DatabaseConnection,
    drafts: Vec<EntityDraft>,
    behaviors: HashMap<Table, Behavior>,
    remarks: Vec<Remark>,
    intersects: Vec<IntersectName>,
    limits: Limits,
}

impl Builder {
    /// Serves a SeaORM entity. What changes its records calls the hooks of its `ActiveModelBehavior`.
    #[must_use]
    pub fn entity<E>(mut self, entity: E) -> Self
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: Send + Sync,
    {
        self.behaviors.insert(table_of(&entity), Behavior::of::<E>());
        self.drafts.push(reflect::entity(entity, self.connection.get_database_backend()));
        self
    }

    /// Serves a column's values as the enum that the code knows: a string or integer column leaves no trace of it.
    #[must_use]
    pub fn active_enum<A: ActiveEnum + std::fmt::Debug>(self, column: impl ColumnTrait) -> Self {
        self.remark(column, Says::Enum(reflect::active_enum::<A>()))
    }

    /// Says that the lookup in a column forms a hierarchy: no record may come to stand above itself.
    #[must_use]
    pub fn hierarchical(self, column: impl ColumnTrait) -> Self {
        self.remark(column, Says::Hierarchy)
    }

    /// Says the same of a lookup that was discovered. The table's namespace is only needed where several tables have
    /// the name.
    #[must_use]
    pub fn hierarchical_lookup(mut self, table: &str, column: &str) -> Self {
        let says = Says::Hierarchy;
        self.remarks.push(Remark { table: table.to_owned(), column: column.to_owned(), says });
        self
    }

    /// Says that a hook of the entity fills a column in: inputs may leave it out.
    #[must_use]
    pub fn filled(self, column: impl ColumnTrait) -> Self {
        self.remark(column, Says::Filled)
    }

    fn remark(mut self, column: impl ColumnTrait, says: Says) -> Self {
        let table = table_of(&of_column(column)).to_string();
        self.remarks.push(Remark { table, column: column.as_str().to_owned(), says });
        self
    }

    /// Names a many-to-many relationship beside its intersect entity: for each end the intersect's column that points
    /// at it and the name of its collection. SeaORM leaves no name for these that could be read.
    #[must_use]
    pub fn many_to_many<C: ColumnTrait>(mut self, schema_name: &str, ends: [(C, &str); 2]) -> Self {
        let table = table_of(&of_column(ends[0].0));
        let ends = ends.map(|(column, name)| (column.as_str().to_owned(), name.to_owned()));
        self.intersects.push(IntersectName { table, schema_name: schema_name.to_owned(), ends });
        self
    }

    /// Sets what one operation may ask for.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Serves what the database itself holds. On PostgreSQL of the given namespaces, or of `public`.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn discover(mut self, namespaces: &[String]) -> Result<Self, BuildError> {
        self.drafts.extend(reflect::database::discover(&self.connection, namespaces).await?);
        Ok(self)
    }

    /// Builds the catalog without serving it.
    ///
    /// # Errors
    /// All problems that it has.
    pub fn catalog(mut self) -> Result<Catalog, Problems> {
        catalog::remark(&mut self.drafts, self.remarks)?;
        catalog::build(self.drafts, &self.intersects)
    }

    /// Builds the gateway.
    ///
    /// # Errors
    /// Why it cannot be built.
    #[expect(clippy::unused_async, reason = "stored definitions will be read here")]
    pub async fn build(mut self) -> Result<Gateway, BuildError> {
        let database = Database::of(&self.connection).ok_or(BuildError::Backend)?;
        let limits = self.limits;
        let behaviors = std::mem::take(&mut self.behaviors);
        let snapshot = Snapshot::build(self.catalog()?, &behaviors, limits)?;
        Ok(Gateway(Arc::new(Inner { database, limits, snapshot: ArcSwap::from_pointee(snapshot) })))
    }
}

fn of_column<C: ColumnTrait>(_: C) -> C::EntityName {
    C::EntityName::default()
}

fn table_of(entity: &impl EntityName) -> Table {
    Table { namespace: entity.schema_name().map(str::to_owned), name: entity.table_name().to_owned() }
}

impl Snapshot {
    fn build(catalog: Catalog, behaviors: &HashMap<Table, Behavior>, limits: Limits) -> Result<Self, SchemaError> {
        let behaviors = Behaviors::new(&catalog, behaviors);
        let catalog = Arc::new(catalog);
        let mutations = Mutations::of(&catalog);
        let schema = graphql::schema(&catalog, &mutations, limits)?;
        let sdl = graphql::sdl(&schema).into();
        Ok(Self { catalog, mutations, behaviors, schema, sdl })
    }
}

impl Gateway {
    /// Starts a gateway over a database.
    #[must_use]
    pub fn builder(connection: DatabaseConnection) -> Builder {
        Builder {
            connection,
            drafts: Vec::new(),
            behaviors: HashMap::new(),
            remarks: Vec::new(),
            intersects: Vec::new(),
            limits: Limits::default(),
        }
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
