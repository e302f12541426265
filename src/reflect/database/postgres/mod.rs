//! Reflection of `PostgreSQL`: everything comes from `pg_catalog`. `sea-schema` is no help here: it asks several
//! times per table, fails as a whole on a type outside the search path, misses keys or panics where
//! `information_schema` hides them from the role, does not say which namespace a foreign key leads to, and takes
//! included columns of an index for keys.

mod assemble;
mod column_type;
mod read;
#[cfg(test)]
mod tests;

use sea_orm::ConnectionTrait;

use super::Error;
use crate::catalog::EntityDraft;

/// What the database says about the tables and views of some namespaces; of `public` where none is given.
pub(super) async fn discover(db: &impl ConnectionTrait, namespaces: &[String]) -> Result<Vec<EntityDraft>, Error> {
    let namespaces = if namespaces.is_empty() { vec!["public".to_owned()] } else { namespaces.to_vec() };
    let known = read::namespaces(db, &namespaces).await?;
    if let Some(missing) = namespaces.iter().find(|name| !known.contains(name)) {
        return Err(Error::NamespaceNotFound(missing.clone()));
    }
    Ok(assemble::entities(&read::all(db, &namespaces).await?))
}
