//! What a gateway serves, collected before it is built.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ActiveEnum, ColumnTrait, DatabaseConnection, EntityName, EntityTrait, IntoActiveModel};

use crate::{
    catalog::{Catalog, IntersectName, Remark, Says, Table, name},
    config::Config,
    define::store,
    execute::Behavior,
    plan::Limits,
    reflect,
};

use super::{BuildError, Gateway, source::Source};

/// Collects what a gateway serves.
#[derive(Debug)]
pub struct Builder {
    connection: DatabaseConnection,
    replicas: Vec<DatabaseConnection>,
    reads_directly: bool,
    source: Source,
    behaviors: HashMap<Table, Behavior>,
}

impl Builder {
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        let (source, behaviors) = (Source::default(), HashMap::new());
        Self { connection, replicas: Vec::new(), reads_directly: false, source, behaviors }
    }

    /// Sends queries to databases that follow this one, each in its turn. They may be a little behind it: what a mutation
    /// answers is read where it was written.
    #[must_use]
    pub fn read_from(mut self, replicas: impl IntoIterator<Item = DatabaseConnection>) -> Self {
        self.replicas.extend(replicas);
        self
    }

    /// Reads PostgreSQL, and sends it the mutations that are one statement, over connections of the gateway's own, as many
    /// again as the pool has, and writes a file of SQLite that is written ahead over one: their drivers are faster than the
    /// pool's. They are set as the pool's URL has it; what a hook of the pool sets on each connection they do not know. On
    /// SQLite, foreign keys, locks and the disk are minded as by the pool's. A pool whose connections are encrypted does all
    /// by itself.
    #[must_use]
    pub fn read_directly(self) -> Self {
        Self { reads_directly: true, ..self }
    }

    /// Serves a SeaORM entity. What changes its records calls the hooks of its `ActiveModelBehavior`.
    #[must_use]
    pub fn entity<E>(mut self, entity: E) -> Self
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: Send + Sync,
    {
        self.behaviors.insert(table_of(&entity), Behavior::of::<E>());
        self.source.registered.push(reflect::entity(entity, self.connection.get_database_backend()));
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
        self.source.remarks.push(Remark { table: table.to_owned(), column: column.to_owned(), says });
        self
    }

    /// Says that a hook of the entity fills a column in: inputs may leave it out.
    #[must_use]
    pub fn filled(self, column: impl ColumnTrait) -> Self {
        self.remark(column, Says::Filled)
    }

    fn remark(mut self, column: impl ColumnTrait, says: Says) -> Self {
        let table = table_of(&of_column(column)).to_string();
        self.source.remarks.push(Remark { table, column: column.as_str().to_owned(), says });
        self
    }

    /// Names a many-to-many relationship beside its intersect entity: for each end the intersect's column that points
    /// at it and the name of its collection. SeaORM leaves no name for these that could be read.
    #[must_use]
    pub fn many_to_many<C: ColumnTrait>(mut self, schema_name: &str, ends: [(C, &str); 2]) -> Self {
        let table = table_of(&of_column(ends[0].0));
        let ends = ends.map(|(column, name)| (column.as_str().to_owned(), name::camel(name)));
        self.source.intersects.push(IntersectName { table, schema_name: schema_name.to_owned(), ends });
        self
    }

    /// Sets what one operation may ask for.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.source.limits = limits;
        self
    }

    /// Serves all of it as a configuration has it.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.source.config = Some(Arc::new(config));
        self
    }

    /// Serves what the database itself holds. On PostgreSQL of the given namespaces or, where none is given, of those
    /// that the configuration names, or of `public`.
    #[must_use]
    pub fn discover(mut self, namespaces: &[String]) -> Self {
        self.source.namespaces = Some(namespaces.to_vec());
        self
    }

    /// The catalog of what code says: nothing is asked of the database.
    ///
    /// # Errors
    /// All problems that it has.
    pub fn declared(self) -> Result<Catalog, BuildError> {
        let drafts = self.source.declared()?;
        self.source.catalog(drafts, &[])
    }

    /// Builds the catalog without serving it.
    ///
    /// # Errors
    /// All problems that it has, or why the database could not be asked.
    pub async fn catalog(self) -> Result<Catalog, BuildError> {
        let stored = store::load(&self.connection).await?;
        let drafts = self.source.drafts(&self.connection).await?;
        self.source.catalog(drafts, &stored.definitions)
    }

    /// A configuration for what cannot be told from the tables: to be looked through by a person. All of it is
    /// commented out.
    ///
    /// # Errors
    /// As for [`Self::catalog`].
    pub async fn suggest(self) -> Result<String, BuildError> {
        let stored = store::load(&self.connection).await?;
        let drafts = self.source.drafts(&self.connection).await?;
        self.source.suggest(drafts, &stored.definitions)
    }

    /// Builds the gateway.
    ///
    /// # Errors
    /// Why it cannot be built.
    pub async fn build(self) -> Result<Gateway, BuildError> {
        Gateway::build(&self.connection, &self.replicas, self.reads_directly, self.source, self.behaviors).await
    }
}

fn of_column<C: ColumnTrait>(_: C) -> C::EntityName {
    C::EntityName::default()
}

fn table_of(entity: &impl EntityName) -> Table {
    Table { namespace: entity.schema_name().map(str::to_owned), name: entity.table_name().to_owned() }
}
