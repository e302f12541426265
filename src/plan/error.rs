//! Why an operation was refused while it was planned: before any SQL.

use crate::error::Code;

use super::Position;

/// A refusal. The message is for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of refusal it is.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What to do instead.
    pub hint: Option<String>,
    /// The entity it concerns.
    pub entity: Option<String>,
    /// The field it concerns.
    pub position: Option<Position>,
}

/// A planned thing, or the refusal.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A refusal of a kind.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, entity: None, position: None }
    }

    /// A value or a combination of arguments that means nothing.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::Invalid, message)
    }

    /// The same, with advice.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same, with the field it concerns, unless it knows a deeper one already.
    #[must_use]
    pub fn at(self, position: Position) -> Self {
        Self { position: self.position.or(Some(position)), ..self }
    }

    /// The same, with the entity it concerns, unless it knows one already.
    #[must_use]
    pub fn entity(self, name: &str) -> Self {
        Self { entity: self.entity.or_else(|| Some(name.to_owned())), ..self }
    }
}
