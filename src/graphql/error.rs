//! Errors as GraphQL spells them: the one place where codes, hints and places become JSON.

use async_graphql::{PathSegment, ServerError};
use serde_json::{Map, Value, json};

use crate::{
    catalog::Profile,
    error::Code,
    execute,
    plan::{self, Position},
};

/// An error as it stands in `errors`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Error(Map<String, Value>);

impl Error {
    pub(super) fn new(code: Code, message: &str) -> Self {
        let mut error = Map::new();
        error.insert("message".to_owned(), message.into());
        error.insert("extensions".to_owned(), json!({ "code": code.as_str() }));
        Self(error)
    }

    /// The field of the response that it concerns.
    pub(super) fn at(mut self, path: &str) -> Self {
        self.0.insert("path".to_owned(), json!([path]));
        self
    }

    /// The field of the root that it lies in, unless it knows a path already.
    pub(super) fn within(self, path: &str) -> Self {
        if self.0.contains_key("path") { self } else { self.at(path) }
    }

    /// The field of the document that it concerns, unless it knows a place already.
    pub(super) fn located(mut self, position: Position) -> Self {
        if !self.0.contains_key("locations") {
            self.location(position.line, position.column);
        }
        self
    }

    fn extend(&mut self, details: &Map<String, Value>) {
        if let Some(Value::Object(extensions)) = self.0.get_mut("extensions") {
            extensions.extend(details.clone());
        }
    }

    fn location(&mut self, line: usize, column: usize) {
        self.0.insert("locations".to_owned(), json!([{ "line": line, "column": column }]));
    }

    /// An error of the engine. It says its own code where it has one.
    pub(super) fn engine(error: &ServerError, code: Code) -> Self {
        let mut converted = Self::new(code, &error.message);
        if !error.locations.is_empty() {
            let places = error.locations.iter().map(|place| json!({ "line": place.line, "column": place.column }));
            converted.0.insert("locations".to_owned(), places.collect());
        }
        if !error.path.is_empty() {
            let path = error.path.iter().map(|segment| match segment {
                PathSegment::Field(name) => Value::from(name.as_str()),
                PathSegment::Index(index) => Value::from(*index),
            });
            converted.0.insert("path".to_owned(), path.collect());
        }
        // A resolver's own code and details.
        if let Some(Value::Object(told)) = error.extensions.as_ref().and_then(|told| serde_json::to_value(told).ok()) {
            converted.extend(&told);
        }
        converted
    }
}

impl Error {
    /// An error about data, in which a reference is called as records call it.
    pub(super) fn of_data(error: impl Into<Self>, profile: Profile) -> Self {
        let mut error = error.into();
        if let Some(Value::Object(extensions)) = error.0.get_mut("extensions")
            && let Some(reference) = extensions.remove(Profile::Standard.reference())
        {
            extensions.insert(profile.reference().to_owned(), reference);
        }
        error
    }
}

impl From<&plan::Error> for Error {
    fn from(error: &plan::Error) -> Self {
        let mut converted = Self::new(error.code, &error.message);
        converted.extend(&error.details);
        if let Some(position) = error.position {
            converted.location(position.line, position.column);
        }
        converted
    }
}

impl From<&execute::Error> for Error {
    fn from(error: &execute::Error) -> Self {
        match error {
            execute::Error::Refused(refusal) | execute::Error::Raced(refusal) => Self::from(refusal),
            other => Self::new(other.code(), &other.public_message()),
        }
    }
}

/// The body of a request that was not executed.
pub(super) fn body(errors: Vec<Error>) -> Vec<u8> {
    let errors: Vec<Value> = errors.into_iter().map(|error| Value::Object(error.0)).collect();
    json!({ "errors": errors }).to_string().into_bytes()
}

/// Appends `,"errors":[…]` to an object in the making.
pub(super) fn append(errors: Vec<Error>, out: &mut Vec<u8>) {
    let errors: Value = errors.into_iter().map(|error| Value::Object(error.0)).collect();
    out.extend_from_slice(b",\"errors\":");
    out.extend_from_slice(errors.to_string().as_bytes());
}

/// The body for an error that never reached execution.
#[must_use]
pub fn error_body(code: Code, message: &str) -> Vec<u8> {
    body(vec![Error::new(code, message)])
}
