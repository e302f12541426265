//! What the encoder asks of rows, whatever driver they come from.

use std::sync::Arc;

use sea_orm::sea_query::Value;

use crate::{
    catalog::AttributeType,
    sql::{Levels, Statement, Whole},
};

use super::{Error, Read, stream::Stream};

/// The rows of a statement, or some of them.
pub(super) trait Rows: Default {
    /// One of them.
    type Row<'r>: Cells
    where
        Self: 'r;

    /// How many there are.
    fn len(&self) -> usize;

    /// The row at a position below that.
    fn row(&self, index: usize) -> Self::Row<'_>;

    /// All of them.
    fn iter(&self) -> impl Iterator<Item = Self::Row<'_>> {
        (0..self.len()).map(|index| self.row(index))
    }
}

impl<R: Cells> Rows for Vec<R> {
    type Row<'r>
        = &'r R
    where
        Self: 'r;

    fn len(&self) -> usize {
        Self::len(self)
    }

    fn row(&self, index: usize) -> &R {
        &self[index]
    }
}

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

impl<C: Cells> Cells for &C {
    fn is_null(&self, column: usize) -> Result<bool, Error> {
        (**self).is_null(column)
    }

    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
        (**self).write(column, ty, out)
    }

    fn key(&self, column: usize, ty: &AttributeType) -> Result<Option<KeyPart>, Error> {
        (**self).key(column, ty)
    }

    fn ordinal(&self, column: usize) -> Result<usize, Error> {
        (**self).ordinal(column)
    }
}

/// A value of a key, as it is matched against the children's lookup.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum KeyPart {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A statement that is run for each parent.
pub(super) struct Each<'a> {
    pub(super) statement: &'a Statement,
    /// The values of its parameters; in the place of the key's parts something else.
    pub(super) values: Vec<Value>,
    /// The keys of the parents.
    pub(super) keys: &'a Arc<Vec<Vec<KeyPart>>>,
}

/// A connection that runs statements.
pub(super) trait Connection {
    type Rows: Rows;

    /// Whether it can answer the children of all parents at once.
    const FETCHES_WHOLE: bool = false;

    /// Is told which field the next statements are of, and whether it is the last one.
    fn enter(&mut self, _field: &Read, _is_last: bool) {}

    /// Is told that the next statement is the last one of its field.
    fn conclude(&mut self) {}

    /// Whether something went wrong that the pool is to say in its own words.
    fn has_failed(&self) -> bool {
        false
    }

    /// Runs a statement and answers all its rows.
    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Self::Rows, Error>;

    /// Answers the children of all parents at once; nothing where they are more rows than the statement's limit, or more
    /// bytes than should be kept.
    async fn fetch_whole(&mut self, _whole: &Whole, _values: Vec<Value>) -> Result<Option<Self::Rows>, Error> {
        Ok(None)
    }

    /// Answers the rows of all levels at once, or those levels that have more rows than a page, or more bytes than should
    /// be kept.
    async fn fetch_levels(
        &mut self,
        _levels: &Levels,
        _values: Vec<Value>,
    ) -> Result<Result<Vec<Self::Rows>, Vec<usize>>, Error> {
        Ok(Err(Vec::new()))
    }

    /// Puts the children of parents, whose keys are in their first column, in the order of the parents.
    fn put_in_order(_rows: &mut Self::Rows, _keys: &[Vec<KeyPart>]) -> Result<(), Error> {
        Ok(())
    }

    /// Runs a statement and has its rows written while they come.
    async fn stream(
        &mut self,
        statement: &Statement,
        values: Vec<Value>,
        to: &mut Stream<'_, Self::Rows>,
    ) -> Result<(), Error> {
        let rows = self.fetch(statement, values).await?;
        to.take(rows).await.map(|_| ())
    }

    /// Whether children are read parent by parent, where there is a statement for that.
    fn reads_each(&self) -> bool {
        false
    }

    /// Runs a statement for each parent. Answers what one statement about all of them would.
    async fn fetch_each(&mut self, _each: Each<'_>) -> Result<Self::Rows, Error> {
        Ok(Self::Rows::default())
    }

    /// Runs a statement for each parent and has the rows written while they come.
    async fn stream_each(&mut self, each: Each<'_>, to: &mut Stream<'_, Self::Rows>) -> Result<(), Error> {
        let rows = self.fetch_each(each).await?;
        to.take(rows).await.map(|_| ())
    }

    /// The parameters that stand for the parents' keys: one per part, or a single one for all.
    fn parent_keys(&self, keys: &[Vec<KeyPart>], types: &[AttributeType]) -> Vec<Value>;
}

/// A value that its column's type does not have.
pub(super) fn misfit(ty: &AttributeType) -> Error {
    Error::Misfit(ty.word().to_owned(), String::new())
}
