//! A gateway on a free port over a real database, and plain SQL beside it.

mod cast;
mod database;
mod defining;
mod expected;
mod mariadb;
mod process;
mod server;
mod state;
mod structure;

pub(crate) use cast::{builder_of_cast, cast};
pub(crate) use database::{
    Backend, chinook, connect, connection, demo, demo_of_its_own, empty, quick, quick_connection, scratch, skip,
};
pub(crate) use defining::Defining;
pub(crate) use expected::{demo_key, pluck, text};
pub(crate) use mariadb::run_sql;
pub(crate) use process::{Process, listening};
pub(crate) use server::Server;
pub(crate) use state::State;
