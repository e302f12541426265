//! Rows as their drivers give them out.

use std::io::Write as _;

use sqlx::{Row, mysql::MySqlRow, postgres::PgRow, sqlite::SqliteRow};

use super::json;

/// The columns of a row, by their places in it.
pub(crate) trait Columns {
    fn integer(&self, column: usize) -> Option<i32>;
    fn text(&self, column: usize) -> Option<&str>;

    /// Writes a decimal number with two places as JSON; the database hands it on as text where it can.
    fn write_decimal(&self, column: usize, out: &mut Vec<u8>) {
        json::string(out, self.text(column));
    }
}

/// What is the same for all of sqlx's rows but for their types.
macro_rules! columns {
    () => {
        fn integer(&self, column: usize) -> Option<i32> {
            self.try_get_unchecked(column).unwrap()
        }

        fn text(&self, column: usize) -> Option<&str> {
            self.try_get_unchecked(column).unwrap()
        }
    };
}

impl Columns for PgRow {
    columns!();
}

impl Columns for MySqlRow {
    columns!();
}

impl Columns for SqliteRow {
    columns!();

    fn write_decimal(&self, column: usize, out: &mut Vec<u8>) {
        let number: f64 = self.try_get_unchecked(column).unwrap();
        write!(out, "\"{number:.2}\"").unwrap();
    }
}
