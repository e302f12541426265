//! A text that changes seldom: sent with an entity tag, and again only when it has changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// The answer to a request for the text: the text, or that the client has it already.
pub(super) fn respond(request: &HeaderMap, text: Arc<str>, content_type: &'static str) -> Response {
    let tag = tag(&text);
    let known = is_known(request, &tag);
    let validation = [(ETAG, tag), (CACHE_CONTROL, "no-cache".to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, validation).into_response();
    }
    (validation, [(CONTENT_TYPE, content_type)], Body::from(Bytes::from_owner(Text(text)))).into_response()
}

/// A strong entity tag: it depends on every byte.
fn tag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// Whether the client says that it has the text with this tag.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// The shared text as bytes.
struct Text(Arc<str>);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}
