//! Relata: a GraphQL gateway over relationship metadata.

pub mod catalog;
pub mod error;
pub mod plan;
