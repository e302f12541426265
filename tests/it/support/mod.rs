//! A gateway on a free port over a real database, and plain SQL beside it.

mod cast;
mod database;
mod expected;
mod server;
mod state;

pub(crate) use cast::cast;
pub(crate) use database::{
    Backend, chinook, connect, connection, demo, demo_of_its_own, empty, quick, quick_connection, scratch, try_scratch,
};
pub(crate) use expected::{demo_key, pluck, text};
pub(crate) use server::Server;
pub(crate) use state::State;
