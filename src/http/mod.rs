//! The gateway over HTTP: GraphQL requests, the GraphiQL page, the schema and the model as text, and health.

mod backend;
mod body;
mod graphiql;
mod graphql;
mod health;
mod media_type;
mod metadata;
mod query_string;
mod rejection;
mod request;
mod schema;
mod serve;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{any, get};

use crate::error::Code;
use crate::gateway::Gateway;

use backend::Backend;
use media_type::MediaType;
use rejection::Rejection;

pub use serve::{serve, shutdown_signal};

/// Where GraphQL requests go.
const ENDPOINT: &str = "/graphql";

/// Where the catalog is described in OData's words.
const METADATA: &str = "/odata/$metadata";
const ENCODED_METADATA: &str = "/odata/%24metadata";

/// What a client may do.
#[derive(Debug, Clone)]
pub struct Options {
    /// The most bytes that a request body, or the query part of a URL, may have.
    pub body_limit: usize,
    /// How long a client may take to send a request body.
    pub body_timeout: Duration,
    /// Up to how many bytes an answer is sent whole, with its length; a larger one is sent while it is read.
    pub answer_buffer: usize,
    /// How long a client may take nothing of an answer that is sent while it is read: a connection of the database waits
    /// for it.
    pub answer_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            body_limit: 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            answer_buffer: 1024 * 1024,
            answer_timeout: Duration::from_secs(30),
        }
    }
}

/// Everything that the gateway answers over HTTP.
pub fn router(gateway: Gateway, options: Options) -> Router {
    routes(gateway, options)
}

/// What the handlers share.
#[derive(Clone)]
struct App<B> {
    backend: B,
    options: Options,
}

fn routes<B: Backend>(backend: B, options: Options) -> Router {
    Router::new()
        .route("/", graphiql::page())
        .route(ENDPOINT, any(graphql::handle::<B>))
        .route("/graphql/schema.graphql", get(schema::handle::<B>))
        .route(METADATA, get(metadata::handle::<B>))
        // Some clients encode the dollar sign, which a path need not.
        .route(ENCODED_METADATA, get(metadata::handle::<B>))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready::<B>))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(map_response(common_headers))
        .with_state(App { backend, options })
}

async fn unknown_path() -> Response {
    Rejection::new(StatusCode::NOT_FOUND, Code::Invalid, "There is nothing at this path.")
        .into_response(MediaType::Json)
}

/// The router itself adds the methods that are allowed.
async fn unknown_method() -> Response {
    Rejection::new(StatusCode::METHOD_NOT_ALLOWED, Code::Invalid, "This path does not take this method.")
        .into_response(MediaType::Json)
}

/// What every answer carries, unless its handler said otherwise.
async fn common_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

impl Gateway {
    /// An HTTP service with GraphiQL, the GraphQL endpoint, the SDL, the CSDL and health checks.
    pub fn into_router(self) -> Router {
        router(self, Options::default())
    }
}
