//! How it is said: steps of a plan in, statement texts and parameters out. Pure; the only place where SQL is made.
//! Identifiers come from the catalog and values are parameters, both through sea-query.

mod aggregate;
mod alias;
mod children;
pub mod ddl;
pub mod definitions;
mod dialect;
mod each;
mod filter;
mod hierarchy;
mod join;
mod levels;
mod mysql;
mod order;
mod read;
mod scope;
mod single;
mod slot;
mod statement;
#[cfg(all(test, feature = "demo"))]
mod tests;
mod write;
mod writer;

pub use dialect::Dialect;
pub(crate) use dialect::hex;
pub use hierarchy::{enter_hierarchy, hold_ancestors, own_ancestors};
pub use join::literal as constant;
pub use levels::{Levels, compile_levels};
pub use single::{ALREADY_LINKED, GONE, LINKED, MOVED, Single};
pub use slot::Slot;
pub use statement::{Parameter, Statement, Whole, compile, compile_each};
pub use write::{Keys, Lock, Write};
