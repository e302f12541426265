//! Reflection of `SQLite`: everything comes from its pragmas as table-valued functions. `sea-schema` is no help here:
//! it asks several times per table, puts table names into the text of pragmas without escaping them, and sees no
//! views.

mod assemble;
mod declared_type;
mod read;
#[cfg(test)]
mod tests;

use sea_orm::ConnectionTrait;

use super::Error;
use crate::catalog::{AttributeType, EntityDraft, UuidStorage};

/// What the main database of the connection says about itself.
pub(super) async fn discover(db: &impl ConnectionTrait) -> Result<Vec<EntityDraft>, Error> {
    let mut drafts = assemble::entities(&read::all(db).await?);
    probe_uuids(db, &mut drafts).await?;
    Ok(drafts)
}

/// The declared type seldom tells how UUIDs are stored, but a value does.
async fn probe_uuids(db: &impl ConnectionTrait, drafts: &mut [EntityDraft]) -> Result<(), Error> {
    for draft in drafts {
        let Some(table) = &draft.table else { continue };
        for column in &mut draft.columns {
            if !matches!(column.ty, Some(AttributeType::Uuid(_))) {
                continue;
            }
            let storage_class = match read::storage_class(db, &table.name, &column.name).await {
                Err(error) if draft.is_view => {
                    tracing::warn!(view = table.name, column = column.name, %error, "cannot read a value of the view");
                    None
                }
                result => result?,
            };
            let Some(storage_class) = storage_class else { continue };
            let is_text = storage_class == "text";
            column.ty = Some(AttributeType::Uuid(if is_text { UuidStorage::Text } else { UuidStorage::Native }));
        }
    }
    Ok(())
}
