//! Where the catalog comes from: SeaORM entities, or a database itself.

mod condition;
pub mod database;
mod entities;

pub use entities::{active_enum, entity};
