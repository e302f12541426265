//! `/graphql`: GraphQL over HTTP, by POST with a JSON body and, for queries, by GET.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, HeaderValue, RETRY_AFTER, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{
    StreamExt, future,
    stream::{self, try_unfold},
};

use crate::error::Code;
use crate::gateway::{self, BrokenOff, Outcome, Rest, Streamed};

use super::media_type::{self, MediaType};
use super::{App, Backend, Options, Rejection, body, request};

/// Answers a request of any method.
pub(super) async fn handle<B: Backend>(State(app): State<App<B>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let accepted = MediaType::negotiate(&parts.headers, MediaType::GRAPHQL);
    let media_type = accepted.unwrap_or(MediaType::Json);
    let mut response = match read(&parts, body, accepted.is_some(), &app.options).await {
        Ok(request) => answer(app.backend.execute_streamed(request, &app.options).await, media_type),
        Err(rejection) => rejection.into_response(media_type),
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

async fn read(parts: &Parts, body: Body, acceptable: bool, options: &Options) -> Result<gateway::Request, Rejection> {
    if !matches!(parts.method, Method::GET | Method::POST) {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        return Err(Rejection::new(status, Code::Invalid, "GraphQL requests are sent by POST or GET.")
            .with_header(ALLOW, "GET, POST"));
    }
    if !acceptable {
        let message =
            "Responses are application/graphql-response+json or application/json in UTF-8; `Accept` has neither.";
        return Err(Rejection::new(StatusCode::NOT_ACCEPTABLE, Code::Invalid, message));
    }
    if parts.method == Method::GET {
        let text = parts.uri.query().unwrap_or_default();
        if text.len() > options.body_limit {
            let message = format!("The query part of the URL is longer than {} bytes.", options.body_limit);
            return Err(Rejection::new(StatusCode::URI_TOO_LONG, Code::LimitExceeded, message));
        }
        return request::from_query_string(text);
    }
    check_encoding(&parts.headers)?;
    request::from_body(&body::read(body, options).await?)
}

fn check_encoding(headers: &HeaderMap) -> Result<(), Rejection> {
    if !media_type::is_json(headers) {
        return Err(Rejection::unsupported("Send the request with `Content-Type: application/json`, in UTF-8."));
    }
    if headers.get_all(CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Rejection::unsupported("Send the request body without compression.")
            .with_header(ACCEPT_ENCODING, "identity"));
    }
    Ok(())
}

fn answer(answer: Streamed, media_type: MediaType) -> Response {
    let Streamed { response: answer, rest } = answer;
    tracing::debug!(statements = answer.statements, "answered a GraphQL request");
    let (status, header) = match answer.outcome {
        Outcome::Executed => (StatusCode::OK, None),
        Outcome::Refused => match media_type {
            MediaType::GraphqlResponse => (StatusCode::BAD_REQUEST, None),
            MediaType::Json | MediaType::Xml => (StatusCode::OK, None),
        },
        Outcome::NotAQuery => (StatusCode::METHOD_NOT_ALLOWED, Some([(ALLOW, "POST")])),
        Outcome::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, Some([(RETRY_AFTER, "1")])),
    };
    let body = match rest {
        None => Body::from(answer.body),
        Some(rest) => streamed(answer.body, rest),
    };
    let response = (status, [media_type.header()], body);
    match header {
        Some(header) => (header, response.into_response()).into_response(),
        None => response.into_response(),
    }
}

/// A body that goes on. Where it breaks off, the connection ends without the body's end.
fn streamed(first: Vec<u8>, rest: Rest) -> Body {
    let rest = try_unfold(rest, async |mut rest| Ok::<_, BrokenOff>(rest.next().await?.map(|piece| (piece, rest))));
    Body::from_stream(stream::once(future::ready(Ok(first))).chain(rest))
}
