//! `/graphql/schema.graphql`: the schema as text.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::{App, Backend, text};

pub(super) async fn handle<B: Backend>(State(app): State<App<B>>, headers: HeaderMap) -> Response {
    // Plain text, so that a browser shows it instead of saving it.
    text::respond(&headers, app.backend.sdl(), "text/plain; charset=utf-8")
}
