//! An answer to a request that never reached the gateway: a status, a code and a message, as JSON.

use std::borrow::Cow;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::error::Code;
use crate::gateway::error_body;

use super::media_type::MediaType;

/// Why a request is turned away.
#[derive(Debug)]
pub(super) struct Rejection {
    status: StatusCode,
    code: Code,
    message: Cow<'static, str>,
    header: Option<(HeaderName, &'static str)>,
}

impl Rejection {
    pub(super) fn new(status: StatusCode, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), header: None }
    }

    /// The request does not say what it should.
    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::Invalid, message)
    }

    /// The body is encoded in a way that is not understood.
    pub(super) fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::Invalid, message)
    }

    /// A header that tells the client how to do better.
    pub(super) fn with_header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    pub(super) fn into_response(self, media_type: MediaType) -> Response {
        let body = error_body(self.code, &self.message);
        let mut response = (self.status, [media_type.header()], body).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
