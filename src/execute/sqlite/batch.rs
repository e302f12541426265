//! Rows of SQLite, kept in two growing buffers: nothing is allocated for a row or for a cell.

use crate::{
    catalog::AttributeType,
    execute::{
        Error,
        cells::{Cells, KeyPart, Rows},
    },
};

use super::{Stored, key, write};

/// Rows one after the other.
#[derive(Debug, Default)]
pub(in crate::execute) struct Batch {
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
    /// The texts and blobs of all cells.
    bytes: Vec<u8>,
}

/// A value by its storage class; texts and blobs by where they lie.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(Place),
    Blob(Place),
}

#[derive(Debug, Clone, Copy)]
struct Place {
    start: u32,
    length: u32,
}

/// More texts and blobs than one batch holds.
#[derive(Debug)]
pub(super) struct Full;

impl Batch {
    /// How many bytes it takes, roughly.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + self.cells.len() * size_of::<Cell>()
    }

    /// Adds a cell to the row that is being added.
    pub(super) fn push(&mut self, value: Stored<'_>) -> Result<(), Full> {
        let cell = match value {
            Stored::Null => Cell::Null,
            Stored::Integer(number) => Cell::Integer(number),
            Stored::Real(number) => Cell::Real(number),
            Stored::Text(text) => Cell::Text(self.keep(text)?),
            Stored::Blob(blob) => Cell::Blob(self.keep(blob)?),
        };
        self.cells.push(cell);
        Ok(())
    }

    /// All rows so far, taken out.
    pub(super) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Ends the row that is being added.
    pub(super) fn end_row(&mut self) {
        if self.rows == 0 {
            self.columns = self.cells.len();
        }
        self.rows += 1;
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<Place, Full> {
        let place = Place {
            start: u32::try_from(self.bytes.len()).map_err(|_| Full)?,
            length: u32::try_from(bytes.len()).map_err(|_| Full)?,
        };
        self.bytes.extend_from_slice(bytes);
        Ok(place)
    }

    fn at(&self, Place { start, length }: Place) -> &[u8] {
        &self.bytes[start as usize..][..length as usize]
    }
}

impl Rows for Batch {
    type Row<'r> = BatchRow<'r>;

    fn len(&self) -> usize {
        self.rows
    }

    fn row(&self, index: usize) -> BatchRow<'_> {
        BatchRow { batch: self, cells: &self.cells[index * self.columns..][..self.columns] }
    }
}

/// A row of a batch.
#[derive(Debug, Clone, Copy)]
pub(in crate::execute) struct BatchRow<'b> {
    batch: &'b Batch,
    cells: &'b [Cell],
}

impl<'b> BatchRow<'b> {
    fn stored(self, column: usize) -> Result<Stored<'b>, Error> {
        let cell = self
            .cells
            .get(column)
            .ok_or_else(|| sqlx::Error::ColumnIndexOutOfBounds { index: column, len: self.cells.len() })?;
        Ok(match *cell {
            Cell::Null => Stored::Null,
            Cell::Integer(number) => Stored::Integer(number),
            Cell::Real(number) => Stored::Real(number),
            Cell::Text(place) => Stored::Text(self.batch.at(place)),
            Cell::Blob(place) => Stored::Blob(self.batch.at(place)),
        })
    }
}

impl Cells for BatchRow<'_> {
    fn is_null(&self, column: usize) -> Result<bool, Error> {
        Ok(matches!(self.stored(column)?, Stored::Null))
    }

    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
        write(self.stored(column)?, ty, out)
    }

    fn key(&self, column: usize, _: &AttributeType) -> Result<Option<KeyPart>, Error> {
        Ok(key(self.stored(column)?))
    }

    fn ordinal(&self, column: usize) -> Result<usize, Error> {
        Ok(match self.stored(column)? {
            Stored::Integer(number) => usize::try_from(number).unwrap_or_default(),
            _ => 0,
        })
    }
}
