//! `first`, `offset`, `last`: how many records, within the limits.

use crate::error::Code;

use super::{Error, Members, Result};

/// What one operation may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Records in a list that says nothing about it.
    pub default_page: u64,
    /// Records in a list at most.
    pub max_page: u64,
    /// Levels of fields at most.
    pub max_depth: usize,
    /// Fields in an operation at most, fragments expanded.
    pub max_fields: usize,
    /// Fields of the root type at most.
    pub max_root_fields: usize,
    /// Bytes of the answer of one field of the root at most.
    pub max_answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            default_page: 100,
            max_page: 5_000,
            max_depth: 20,
            max_fields: 5_000,
            max_root_fields: 200,
            max_answer: 64 << 20,
        }
    }
}

/// A count of records from an argument; null and absent mean none was given.
///
/// # Errors
/// `INVALID` when negative, `LIMIT_EXCEEDED` when larger than the largest page.
pub(super) fn count(limits: Limits, name: &str, arguments: &Members) -> Result<Option<u64>> {
    let count = natural(name, arguments)?;
    if count.is_some_and(|count| count > limits.max_page) {
        let message = format!("{name} may be {} at most", limits.max_page);
        return Err(Error::new(Code::LimitExceeded, message).hint("Ask for further pages instead."));
    }
    Ok(count)
}

/// A number from zero up from an argument.
///
/// # Errors
/// `INVALID` when it is not one.
pub(super) fn natural(name: &str, arguments: &Members) -> Result<Option<u64>> {
    match arguments.get(name).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) => match value.as_i64().map(u64::try_from) {
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(Error::invalid(format!("{name} must not be negative"))),
            None => Err(Error::invalid(format!("{name} must be a whole number"))),
        },
    }
}
