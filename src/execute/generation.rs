//! How often definitions have changed: whether what a request was checked against is still what exists.

use sea_orm::ConnectionTrait;

use crate::sql::{Dialect, definitions};

use super::Error;

/// How often definitions have changed. Whoever knows a generation that is not zero knows that there is something to
/// ask, and asks once.
///
/// # Errors
/// What the database answered instead.
pub async fn generation(connection: &impl ConnectionTrait, known: i64) -> Result<i64, Error> {
    if known == 0 && !has_definitions(connection).await? {
        return Ok(0);
    }
    let row = connection.query_one(&definitions::state()).await?;
    Ok(row.map(|row| row.try_get("", "generation")).transpose()?.unwrap_or_default())
}

/// Whether anything about definitions is stored. A statement about tables that are not there would end a transaction,
/// so that they are looked for first.
///
/// # Errors
/// What the database answered instead.
pub async fn has_definitions(connection: &impl ConnectionTrait) -> Result<bool, Error> {
    let Some(dialect) = Dialect::of(connection.get_database_backend()) else { return Ok(false) };
    let row = connection.query_one(&definitions::is_there(dialect)).await?;
    Ok(row.map(|row| row.try_get("", "there")).transpose()?.unwrap_or_default())
}
