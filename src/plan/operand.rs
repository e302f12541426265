//! What an attribute is compared with: a value or a list of them, and where they come from.

use serde_json::Value;

use crate::{catalog::AttributeType, error::Code};

use super::{Error, Input, Literal, MAX_LIST, Result};

/// What an attribute is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// The value; for operators that take a list any number of them.
    pub literals: Vec<Literal>,
    /// Which leaf of the request's variables gives it; nothing where it is always this.
    pub leaf: Option<usize>,
}

impl Operand {
    /// Parses an input as a value of an attribute type, by [`Literal::parse_compared`].
    ///
    /// # Errors
    /// `INVALID` where the value is not one of that type.
    pub(super) fn one(input: &Input, ty: &AttributeType) -> Result<Self> {
        Ok(Self { literals: vec![Literal::parse_compared(&input.value(), ty)?], leaf: input.leaf() })
    }

    /// Parses an input as a list of values of an attribute type; a single value stands for a list of one.
    ///
    /// # Errors
    /// `INVALID` where one is null or not of that type, `LIMIT_EXCEEDED` where there are too many.
    pub(super) fn list(operator: &str, input: &Input, ty: &AttributeType) -> Result<Self> {
        // A list with variables in it holds for their values alone.
        let leaf = input.leaf();
        let value = if leaf.is_some() { input.value() } else { input.decided() };
        Ok(Self { literals: literals(operator, &value, ty)?, leaf })
    }
}

impl From<Literal> for Operand {
    fn from(literal: Literal) -> Self {
        Self { literals: vec![literal], leaf: None }
    }
}

fn literals(operator: &str, value: &Value, ty: &AttributeType) -> Result<Vec<Literal>> {
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    if values.len() > MAX_LIST {
        return Err(Error::new(Code::LimitExceeded, format!("{operator} takes at most {MAX_LIST} values")));
    }
    if values.iter().any(Value::is_null) {
        return Err(Error::invalid(format!("{operator} takes no null among its values")).hint("Use isNull."));
    }
    values.iter().map(|value| Literal::parse_compared(value, ty)).collect()
}
