//! The cases of the conformance list that reads can meet, by number.

mod definitions;
mod links;
mod paging;
mod read;
mod schema;
mod statements;
