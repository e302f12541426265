//! The closed list of error codes that a client can meet. Every stage has its own error type; each says its code here.

/// What went wrong, in a word that clients can rely on: `errors[].extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The record that an operation is about does not exist.
    NotFound,
    /// A record that a reference names does not exist.
    TargetNotFound,
    /// Two records are not linked that were to be unlinked.
    NotAssociated,
    /// A record would be left without a linked record that it must have.
    RequiredRelationship,
    /// Other records hold a record back that was to be deleted.
    Restricted,
    /// Another record has the same unique key.
    Conflict,
    /// A record would become its own ancestor.
    Cycle,
    /// What was to be changed can be set only when a record is created.
    Immutable,
    /// The record is not in the state that `ifMatch` names.
    PreconditionFailed,
    /// A reference names a record of another entity than the one expected.
    TypeMismatch,
    /// A value, name or combination of arguments means nothing.
    Invalid,
    /// What is asked for means something, but not here.
    Unsupported,
    /// The database does not let the gateway's user do this.
    Forbidden,
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
        Self::NotFound,
        Self::TargetNotFound,
        Self::NotAssociated,
        Self::RequiredRelationship,
        Self::Restricted,
        Self::Conflict,
        Self::Cycle,
        Self::Immutable,
        Self::PreconditionFailed,
        Self::TypeMismatch,
        Self::Invalid,
        Self::Unsupported,
        Self::Forbidden,
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
            Self::NotFound => "NOT_FOUND",
            Self::TargetNotFound => "TARGET_NOT_FOUND",
            Self::NotAssociated => "NOT_ASSOCIATED",
            Self::RequiredRelationship => "REQUIRED_RELATIONSHIP",
            Self::Restricted => "RESTRICTED",
            Self::Conflict => "CONFLICT",
            Self::Cycle => "CYCLE",
            Self::Immutable => "IMMUTABLE",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
            Self::TypeMismatch => "TYPE_MISMATCH",
            Self::Invalid => "INVALID",
            Self::Unsupported => "UNSUPPORTED",
            Self::Forbidden => "FORBIDDEN",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
        }
    }
}
