//! How it runs: the only place that awaits the database for data. Compiled steps in, JSON out, written in one pass
//! straight from the driver's rows.

mod behavior;
mod cells;
mod complaint;
mod database;
mod encode;
mod error;
mod etag;
mod generation;
mod json;
mod json_keys;
mod keys;
mod mysql;
mod outlet;
mod pool;
mod postgres;
mod program;
mod read;
mod reference;
mod replicas;
#[doc(hidden)]
pub mod sample;
mod spine;
mod sqlite;
mod stream;
#[cfg(test)]
mod tests;
mod transaction;
mod write;

pub use behavior::{Behavior, Behaviors, Models, Values};
pub use database::Database;
pub use error::{Error, Failure};
pub use generation::{generation, has_definitions};
pub use outlet::{Head, Outgoing, Outlet};
pub use read::{Bound, Fragment, Read};
pub use transaction::Transaction;
pub use write::{Answer, Single, Surroundings, Write};
