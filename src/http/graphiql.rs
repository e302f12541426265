//! `/`: a page to explore the schema and try requests with.

use async_graphql::http::GraphiQLSource;
use axum::response::Html;
use axum::routing::{MethodRouter, get};
use bytes::Bytes;

use super::ENDPOINT;

/// Serves the page, which is made once.
pub(super) fn page<S: Clone + Send + Sync + 'static>() -> MethodRouter<S> {
    let page = Bytes::from(GraphiQLSource::build().endpoint(ENDPOINT).title("Relata").finish());
    get(async move || Html(page.clone()))
}
