//! Rows that no database answered: what the benchmark of the encoder writes.

use futures_util::FutureExt;
use sea_orm::sea_query::Value;

use crate::{catalog::AttributeType, sql::Statement};

use super::{
    Error, Fragment, Read,
    cells::{Cells, Connection, KeyPart, Rows},
    json, read,
};

/// The rows of each step of a read. Those of a step with parents begin with the position of their parent, in its order.
#[derive(Debug)]
pub struct Sample(pub Vec<Vec<Vec<Cell>>>);

/// A value.
#[derive(Debug)]
pub enum Cell {
    /// None.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl Sample {
    /// Writes them as the member of a response that a read is.
    ///
    /// # Errors
    /// When they are not those of the read, or more than `max_answer` bytes.
    pub fn encode(&self, read: &Read, max_answer: usize) -> Result<Fragment, Error> {
        let answer = read::answer(&mut Steps(self.0.iter()), read, &[], &[], max_answer, None).now_or_never();
        answer.unwrap_or_else(|| Err(Error::Value("rows that are not there yet".to_owned())))
    }
}

/// The steps that are still to be asked for.
struct Steps<'a>(std::slice::Iter<'a, Vec<Vec<Cell>>>);

#[derive(Default)]
struct Step<'a>(&'a [Vec<Cell>]);

impl<'a> Connection for Steps<'a> {
    type Rows = Step<'a>;

    async fn fetch(&mut self, _statement: &Statement, _values: Vec<Value>) -> Result<Step<'a>, Error> {
        Ok(Step(self.0.next().map_or(&[], Vec::as_slice)))
    }

    fn parent_keys(&self, _keys: &[Vec<KeyPart>], _types: &[AttributeType]) -> Vec<Value> {
        Vec::new()
    }
}

impl Rows for Step<'_> {
    type Row<'r>
        = &'r [Cell]
    where
        Self: 'r;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn row(&self, index: usize) -> &[Cell] {
        &self.0[index]
    }
}

impl Cells for &[Cell] {
    fn is_null(&self, column: usize) -> Result<bool, Error> {
        Ok(matches!(self[column], Cell::Null))
    }

    fn write(&self, column: usize, _ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
        match &self[column] {
            Cell::Null => out.extend_from_slice(b"null"),
            Cell::Integer(number) => json::integer(*number, out),
            Cell::Text(text) => json::string(text, out),
        }
        Ok(())
    }

    fn key(&self, column: usize, _ty: &AttributeType) -> Result<Option<KeyPart>, Error> {
        Ok(match &self[column] {
            Cell::Null => None,
            Cell::Integer(number) => Some(KeyPart::Integer(*number)),
            Cell::Text(text) => Some(KeyPart::Text(text.clone())),
        })
    }

    fn ordinal(&self, column: usize) -> Result<usize, Error> {
        match &self[column] {
            Cell::Integer(number) => usize::try_from(*number).map_err(|error| Error::Value(error.to_string())),
            _ => Err(Error::Value("a position that is no number".to_owned())),
        }
    }
}
