//! How definitions change: what is asked for, whether it is good on what there is, and what it comes to; where they are
//! stored, how the tables behind them change in one transaction with what is stored, what stands in the way, and how
//! other instances learn of it.

mod cascade;
pub mod change;
mod delete;
mod dependents;
mod edit;
pub mod eligible;
mod follow;
mod ground;
mod many_to_many;
mod multi_table;
mod mysql_dependents;
mod name;
mod one_to_many;
mod rebuild;
mod rights;
mod scratch;
pub mod store;
#[cfg(test)]
mod tests;
mod transaction;
mod update;

pub use change::Change;
pub use delete::restricted;
pub use dependents::{dependents, has_rows, keeps_foreign_key};
pub use edit::Edit;
pub use follow::{Follower, follow};
pub use ground::{Ground, unknown_entity, unknown_relationship};
pub use rights::may_define;
pub use transaction::{Transaction, expand};

use crate::{execute::Error, plan::Result};

/// Checks a change on what there is.
///
/// # Errors
/// Why it is refused; then nothing was done.
pub fn check(ground: &Ground, change: &Change) -> Result<Edit> {
    match change {
        Change::CreateOneToMany(new) => one_to_many::create(ground, new),
        Change::CreateManyToMany(new) => many_to_many::create(ground, new),
        Change::CreateMultiTable(new) => multi_table::create(ground, new),
        Change::AddTarget { schema_name, target } => multi_table::add_target(ground, schema_name, target),
        Change::Update { schema_name, input } => update::update(ground, schema_name, input),
        Change::Delete { schema_name } => delete::delete(ground, schema_name),
    }
}

/// The dialect that a connection is spoken to in.
fn dialect_of(connection: &impl sea_orm::ConnectionTrait) -> std::result::Result<crate::sql::Dialect, Error> {
    crate::sql::Dialect::of(connection.get_database_backend())
        .ok_or_else(|| Error::Value("definitions are not supported on this database".to_owned()))
}
