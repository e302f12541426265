//! Reflection of `MariaDB`: everything comes from `information_schema`, in as many statements for a thousand tables as
//! for one.

mod assemble;
mod column_type;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DbErr};

use super::Error;
use crate::catalog::{DatabaseType, EntityDraft, Table};

/// What some namespaces (in the database's words: databases) say about their tables and views; the one that the
/// connection is in where none is given. Only others are named in the drafts.
pub(super) async fn discover(db: &impl ConnectionTrait, namespaces: &[String]) -> Result<Vec<EntityDraft>, Error> {
    let current = read::current(db).await?;
    let namespaces: BTreeSet<String> = if namespaces.is_empty() {
        let current = current.clone().ok_or_else(|| DbErr::Custom("the connection is in no database".to_owned()))?;
        BTreeSet::from([current])
    } else {
        namespaces.iter().cloned().collect()
    };
    let known = read::namespaces(db, &namespaces).await?;
    if let Some(missing) = namespaces.iter().find(|name| !known.contains(name)) {
        return Err(Error::NamespaceNotFound(missing.clone()));
    }
    let mut all = Vec::new();
    for namespace in &namespaces {
        all.push((namespace.as_str(), read::all(db, namespace).await?));
    }
    Ok(assemble::entities(&all, current.as_deref()))
}

/// Completes the database types of columns whose tables code declared: it does not know them, but comparisons depend
/// on a column's own type and collation.
pub(super) async fn declare_types(db: &impl ConnectionTrait, drafts: &mut [EntityDraft]) -> Result<(), Error> {
    let namespaces: BTreeSet<Option<String>> =
        drafts.iter().filter_map(|draft| Some(draft.table.as_ref()?.namespace.clone())).collect();
    let mut types: HashMap<(Table, String), DatabaseType> = HashMap::new();
    for namespace in namespaces {
        let tables: Vec<&str> = drafts
            .iter()
            .filter_map(|draft| draft.table.as_ref())
            .filter(|table| table.namespace == namespace)
            .map(|table| table.name.as_str())
            .collect();
        for row in read::types(db, namespace.as_deref(), &tables).await? {
            let table = Table { namespace: namespace.clone(), name: row.table_name };
            types.insert((table, row.name), column_type::database_type(&row.column_type, row.collation.as_deref()));
        }
    }
    for draft in drafts {
        let Some(table) = &draft.table else { continue };
        for column in &mut draft.columns {
            if let Some(known) = types.remove(&(table.clone(), column.name.clone())) {
                column.database_type = Some(known);
            }
        }
    }
    Ok(())
}
