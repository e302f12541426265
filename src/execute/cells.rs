//! What the encoder asks of a row, whatever driver it comes from.

use sea_orm::sea_query::Value;

use crate::{catalog::AttributeType, sql::Statement};

use super::Error;

/// A row as its driver returned it.
pub(super) trait Cells {
    /// Whether a column is null.
    fn is_null(&self, column: usize) -> Result<bool, Error>;

    /// Writes a column as JSON.
    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error>;

    /// A column as part of a key; nothing for null.
    fn key(&self, column: usize, ty: &AttributeType) -> Result<Option<KeyPart>, Error>;

    /// The whole number in a column that the gateway itself selected.
    fn ordinal(&self, column: usize) -> Result<usize, Error>;
}

/// A value of a key, as it is matched against the children's lookup.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum KeyPart {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A connection that runs statements.
pub(super) trait Connection {
    type Row: Cells;

    /// Runs a statement and answers all its rows.
    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Vec<Self::Row>, Error>;

    /// The parameters that stand for the parents' keys: one per part, or a single one for all.
    fn parent_keys(&self, keys: &[Vec<KeyPart>], types: &[AttributeType]) -> Vec<Value>;
}

/// A value that its column's type does not have.
pub(super) fn misfit(ty: &AttributeType) -> Error {
    Error::Misfit(ty.word().to_owned(), String::new())
}
