//! A gateway on a free port over a real database, and plain SQL beside it.

mod database;
mod expected;
mod server;

pub(crate) use database::{Backend, chinook, connect, connection, demo, empty, quick_connection, scratch, try_scratch};
pub(crate) use expected::{demo_key, pluck, text};
pub(crate) use server::Server;

/// Until the builder has it.
pub(crate) trait Later: Sized {
    fn hierarchical_lookup(self, _: &str, _: &str) -> Self {
        self
    }
}

impl Later for relata::gateway::Builder {}
