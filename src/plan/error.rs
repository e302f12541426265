//! Why an operation was refused: while it was planned, before any SQL, or while a write met what is stored.

use serde_json::{Map, Value};

use crate::error::Code;

use super::Position;

/// A refusal. All of it is for the client.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of refusal it is.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What else clients are told: `hint`, `entity`, `navigationProperty`, `ref` and the like.
    pub details: Box<Map<String, Value>>,
    /// The field it concerns.
    pub position: Option<Position>,
}

/// A planned thing, or the refusal.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A refusal of a kind.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Box::default(), position: None }
    }

    /// A value or a combination of arguments that means nothing.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::Invalid, message)
    }

    /// The same, with a detail, unless it has that one already: who refuses first knows best.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.entry(name).or_insert_with(|| value.into());
        self
    }

    /// The same, with advice.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        self.with("hint", hint.into())
    }

    /// The same, with the entity it concerns, unless it knows one already.
    #[must_use]
    pub fn entity(self, name: &str) -> Self {
        self.with("entity", name)
    }

    /// The same, with the navigation property it concerns, unless it knows one already.
    #[must_use]
    pub fn navigation(self, name: &str) -> Self {
        self.with("navigationProperty", name)
    }

    /// The same, with the navigation property it concerns and the entity that has it, unless it knows already what it
    /// concerns.
    #[must_use]
    pub fn property(self, entity: &str, name: &str) -> Self {
        let is_known = ["entity", "navigationProperty"].iter().any(|known| self.details.contains_key(*known));
        if is_known { self } else { self.entity(entity).navigation(name) }
    }

    /// The same about a reference: it concerns who refers, not what is referred to.
    #[must_use]
    pub fn of_reference(mut self) -> Self {
        self.details.remove("entity");
        self
    }

    /// The same, with the field it concerns, unless it knows a deeper one already.
    #[must_use]
    pub fn at(self, position: Position) -> Self {
        Self { position: self.position.or(Some(position)), ..self }
    }
}
