//! Black-box tests: HTTP in, a real database behind. The same suites run on every supported database.

#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::format_collect)]
#![allow(clippy::single_match_else, clippy::type_complexity, clippy::cast_possible_truncation, unreachable_pub)]

mod support;
mod tidy;

mod bad_input;
mod cases;
mod catalog;
mod changed_columns;
mod chinook;
mod cli;
mod concurrency;
mod condition;
mod config;
mod conformance;
mod crash;
mod csdl;
mod define;
mod define_docs;
mod define_processes;
mod define_soak;
mod discovery;
mod errors;
mod extremes;
mod faults;
mod full_disk;
mod graphql;
mod hooks;
mod limits;
mod links_model;
mod pages;
mod prepared;
mod readme;
mod ref_semantics;
mod replaced;
mod replicas;
mod smoke;
mod sqlite_reads;
mod sqlite_writes;
mod statement_count;
mod streaming;
mod tables;
mod types;
mod write;

use rstest_reuse::{self, template};

/// Every supported database. A further one is one line more.
#[template]
#[rstest::rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[case::mariadb(Backend::MariaDb)]
fn backends(#[case] backend: Backend) {}
