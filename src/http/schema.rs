//! `/graphql/schema.graphql`: the schema as text, sent again only when it has changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::{App, Backend};

pub(super) async fn handle<B: Backend>(State(app): State<App<B>>, headers: HeaderMap) -> Response {
    let sdl = app.backend.sdl();
    let tag = tag(&sdl);
    let known = is_known(&headers, &tag);
    let validation = [(ETAG, tag), (CACHE_CONTROL, "no-cache".to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, validation).into_response();
    }
    // Plain text, so that a browser shows it instead of saving it.
    let content_type = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    (validation, content_type, Body::from(Bytes::from_owner(Text(sdl)))).into_response()
}

/// A strong entity tag: it depends on every byte.
fn tag(sdl: &str) -> String {
    let mut hasher = DefaultHasher::new();
    sdl.hash(&mut hasher);
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
