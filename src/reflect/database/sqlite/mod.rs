//! Reflection of `SQLite`: everything comes from its pragmas as table-valued functions. `sea-schema` is no help here:
//! it asks several times per table, puts table names into the text of pragmas without escaping them, and sees no
//! views.

mod assemble;
mod collation;
mod declared_type;
mod read;
#[cfg(test)]
mod tests;

use sea_orm::ConnectionTrait;

use super::Error;
use crate::catalog::{AttributeType, ColumnDraft, DatabaseType, EntityDraft, UuidStorage};

/// What the main database of the connection says about itself.
pub(super) async fn discover(db: &impl ConnectionTrait) -> Result<Vec<EntityDraft>, Error> {
    let mut drafts = assemble::entities(&read::all(db).await?);
    probe(db, &mut drafts).await?;
    Ok(drafts)
}

/// Completes the collations of columns whose tables code declared: it does not know them.
pub(super) async fn declare_types(db: &impl ConnectionTrait, drafts: &mut [EntityDraft]) -> Result<(), Error> {
    let columns = drafts.iter().filter_map(|draft| Some((draft.table.as_ref()?, &draft.columns)));
    let columns = columns.flat_map(|(table, columns)| columns.iter().map(|column| (&*table.name, &*column.name)));
    for row in collation::of(db, &columns.collect::<Vec<_>>()).await? {
        let is_it = |column: &ColumnDraft| {
            column.name == row.column && !column.ty.as_ref().is_some_and(AttributeType::is_numeric)
        };
        let tables =
            drafts.iter_mut().filter(|draft| draft.table.as_ref().is_some_and(|table| table.name == row.table));
        for column in tables.flat_map(|draft| &mut draft.columns).filter(|column| is_it(column)) {
            let ty = column.database_type.get_or_insert_with(|| DatabaseType::built_in(""));
            ty.compared_in = Some(row.collation.to_owned());
        }
    }
    Ok(())
}

/// How many columns one statement probes: it has that many parts.
const PROBES: usize = 200;

/// The declared type seldom tells how UUIDs are stored, but a value does. In a view, a column that was declared without
/// a type is said to be a blob.
async fn probe(db: &impl ConnectionTrait, drafts: &mut [EntityDraft]) -> Result<(), Error> {
    let positions: Vec<(usize, usize)> = drafts
        .iter()
        .enumerate()
        .flat_map(|(index, draft)| {
            let is_unsure = |column: &ColumnDraft| match column.ty {
                Some(AttributeType::Uuid(_)) => true,
                Some(AttributeType::Bytes) => draft.is_view,
                _ => false,
            };
            let columns = draft.columns.iter().enumerate().filter(move |(_, column)| is_unsure(column));
            columns.map(move |(column, _)| (index, column))
        })
        .collect();
    for positions in positions.chunks(PROBES) {
        for (position, class) in classes(db, drafts, positions).await? {
            let (index, column) = positions[position];
            let ty = &mut drafts[index].columns[column].ty;
            let is_bytes = *ty == Some(AttributeType::Bytes);
            *ty = Some(match class.as_str() {
                "blob" if is_bytes => AttributeType::Bytes,
                _ if is_bytes => AttributeType::Text,
                "text" => AttributeType::Uuid(UuidStorage::Text),
                _ => AttributeType::Uuid(UuidStorage::Native),
            });
        }
    }
    Ok(())
}

/// The storage classes of columns by their positions. What a view does not let be read is left out.
async fn classes(
    db: &impl ConnectionTrait,
    drafts: &[EntityDraft],
    positions: &[(usize, usize)],
) -> Result<Vec<(usize, String)>, Error> {
    let name = |(index, column): &(usize, usize)| {
        let draft = &drafts[*index];
        (draft.table.as_ref().map_or("", |table| &*table.name), &*draft.columns[*column].name)
    };
    let columns: Vec<(&str, &str)> = positions.iter().map(name).collect();
    let position = |row: read::StorageRow| Some((usize::try_from(row.position).ok()?, row.class));
    let error = match read::storage_classes(db, &columns).await {
        Ok(rows) => return Ok(rows.into_iter().filter_map(position).collect()),
        Err(error) => error,
    };
    if !positions.iter().any(|(index, _)| drafts[*index].is_view) {
        return Err(error.into());
    }
    let mut found = Vec::new();
    for (position, one) in columns.iter().enumerate() {
        match read::storage_classes(db, std::slice::from_ref(one)).await {
            Ok(rows) => found.extend(rows.into_iter().map(|row| (position, row.class))),
            Err(error) => {
                tracing::warn!(table = one.0, column = one.1, %error, "no value of the column can be read");
            }
        }
    }
    Ok(found)
}
