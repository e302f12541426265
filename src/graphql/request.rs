//! A GraphQL request and its answer, free of any transport.

use serde_json::{Map, Value};

use crate::error::Code;

use super::error::error_body;

/// A GraphQL request as it came over any transport.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which of its operations to run.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, Value>,
    /// Refuse anything but queries: the transport must not change anything (HTTP GET).
    pub queries_only: bool,
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed: the body has `data`, perhaps null, and perhaps `errors`.
    Executed,
    /// It was refused before execution (syntax, validation, limits): the body has no `data`.
    Refused,
    /// It is not a query, over a transport that carries queries only.
    NotAQuery,
    /// The database cannot be reached: worth trying again later.
    Unavailable,
}

/// The answer to a request.
#[derive(Debug, Clone)]
pub struct Response {
    /// How far the request came.
    pub outcome: Outcome,
    /// The complete JSON.
    pub body: Vec<u8>,
    /// How many SQL statements it takes at most: one whose parents turn out to be none is not sent.
    pub statements: usize,
    /// Whether a newer generation of the schema might answer otherwise: it was refused, speaks of definitions, or met
    /// tables that are not what they were.
    pub is_doubtful: bool,
}

impl Response {
    /// A fault of the gateway.
    #[must_use]
    pub fn internal() -> Self {
        let body = error_body(Code::Internal, "something went wrong inside the gateway; its log has the details");
        Self { outcome: Outcome::Executed, body, statements: 0, is_doubtful: false }
    }
}
