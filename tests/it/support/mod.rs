//! A gateway on a free port over a real database, and plain SQL beside it.

mod database;
mod expected;
mod server;

pub(crate) use database::{Backend, chinook, connect, connection, demo, empty, quick_connection, scratch, try_scratch};
pub(crate) use expected::{demo_key, pluck, text};
pub(crate) use server::Server;
