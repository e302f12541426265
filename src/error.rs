//! The closed list of error codes that a client can meet. Every stage has its own error type; each says its code here.

/// What went wrong, in a word that clients can rely on: `errors[].extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// A reference names a record of another entity than the one expected.
    TypeMismatch,
    /// A value, name or combination of arguments means nothing.
    Invalid,
    /// The request is larger, deeper or costlier than the gateway allows.
    LimitExceeded,
    /// The database took longer than the gateway waits.
    Timeout,
    /// The database cannot be reached.
    Unavailable,
    /// A fault of the gateway; the details are in its log.
    Internal,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document, its variables or the operation's name do not fit the schema.
    GraphqlValidationFailed,
}

impl Code {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::TypeMismatch,
        Self::Invalid,
        Self::LimitExceeded,
        Self::Timeout,
        Self::Unavailable,
        Self::Internal,
        Self::GraphqlParseFailed,
        Self::GraphqlValidationFailed,
    ];

    /// The code as clients see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TypeMismatch => "TYPE_MISMATCH",
            Self::Invalid => "INVALID",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
        }
    }
}
