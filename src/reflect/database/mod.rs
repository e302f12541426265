//! Reflection of a database: what its own catalog says about tables, views, columns, keys and foreign keys, as drafts
//! for [`catalog::build()`](crate::catalog::build()). Each kind of database has one module that reads rows and one
//! that turns rows into drafts without I/O.

mod enum_type;
#[cfg(test)]
mod expect;
mod mysql;
mod order;
mod postgres;
mod sqlite;

use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, FromQueryResult};

use crate::catalog::{AttributeType, CascadeDelete, EntityDraft};

/// Why a database could not be reflected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no reflection for this kind of database.
    #[error("cannot reflect a database of kind {0:?}")]
    Unsupported(DatabaseBackend),
    /// The database refused to answer, or answered what this version does not understand.
    #[error("cannot read the database's catalog: {0}")]
    Query(#[from] DbErr),
    /// The database has no namespace (in its own words: schema) of that name.
    #[error("the database has no namespace named {0}")]
    NamespaceNotFound(String),
}

/// What a database says about itself, ordered by table; the first namespace comes first where names meet. On
/// `PostgreSQL` only the given namespaces count, `public` where none is given; on `MariaDB` namespaces are databases, and
/// the connection's own counts where none is given; `SQLite` has none.
///
/// # Errors
/// If there is no reflection for this kind of database, if a namespace does not exist, or if the catalog cannot be
/// read.
pub async fn discover(db: &impl ConnectionTrait, namespaces: &[String]) -> Result<Vec<EntityDraft>, Error> {
    let mut drafts = match db.get_database_backend() {
        DatabaseBackend::Sqlite => sqlite::discover(db).await?,
        DatabaseBackend::Postgres => postgres::discover(db, namespaces).await?,
        DatabaseBackend::MySql => mysql::discover(db, namespaces).await?,
        backend => return Err(Error::Unsupported(backend)),
    };
    order::settle(&mut drafts);
    for draft in &mut drafts {
        let namespace = draft.table.as_ref().and_then(|table| table.namespace.as_ref());
        draft.precedence = namespaces.iter().position(|known| Some(known) == namespace).unwrap_or(0);
    }
    Ok(drafts)
}

/// Completes what code cannot know of the columns that it declares: on `MariaDB` their types and collations, without
/// which a key would not be looked for in its own index, and on `SQLite` their collations. Elsewhere there is nothing to
/// complete.
///
/// # Errors
/// If the catalog cannot be read.
pub async fn declare_types(db: &impl ConnectionTrait, drafts: &mut [EntityDraft]) -> Result<(), Error> {
    match db.get_database_backend() {
        DatabaseBackend::MySql => mysql::declare_types(db, drafts).await,
        DatabaseBackend::Sqlite => sqlite::declare_types(db, drafts).await,
        _ => Ok(()),
    }
}

/// What a foreign key does on a delete, in the words of the standard.
fn on_delete(rule: &str) -> Option<CascadeDelete> {
    match rule {
        "CASCADE" => Some(CascadeDelete::Cascade),
        "SET NULL" => Some(CascadeDelete::RemoveLink),
        "RESTRICT" | "NO ACTION" => Some(CascadeDelete::Restrict),
        "SET DEFAULT" => Some(CascadeDelete::SetDefault),
        _ => None,
    }
}

/// Whether a column of dates has zero for a default, where others have null.
fn begins_as_zero(ty: Option<&AttributeType>, default: Option<&str>) -> bool {
    matches!(ty, Some(AttributeType::Date | AttributeType::DateTime { .. }))
        && default.is_some_and(|default| default.trim_start_matches(['\'', '"', '(']).starts_with("0000-00-00"))
}

/// Whether the table belongs to the gateway or to the migrations rather than to the user.
fn is_internal(table: &str) -> bool {
    table == "seaql_migrations" || table.starts_with("relata_")
}

async fn rows<R: FromQueryResult>(db: &impl ConnectionTrait, select: &SelectStatement) -> Result<Vec<R>, DbErr> {
    R::find_by_statement(db.get_database_backend().build(select)).all(db).await
}
