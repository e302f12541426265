//! How it runs: the only place that awaits the database for data. Compiled steps in, JSON out, written in one pass
//! straight from the driver's rows.

mod cells;
mod database;
mod encode;
mod error;
mod etag;
mod json;
mod keys;
mod postgres;
mod read;
mod sqlite;
#[cfg(test)]
mod tests;
mod transaction;

pub use database::Database;
pub use error::{Error, Failure};
pub use read::{Fragment, Read};
pub use transaction::Transaction;
