//! The cases of the conformance list, by number.

mod bind;
mod cascade;
mod collection;
mod concurrency;
mod create;
mod define;
mod definitions;
mod links;
mod operation;
mod paging;
mod read;
mod replace;
mod schema;
mod single;
mod statements;
