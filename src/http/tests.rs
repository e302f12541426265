//! The routes against a backend that answers by the text of the query, without a database.

mod graphql;
mod pages;
mod serving;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::error::Code;
use crate::gateway::{self, CsdlFormat, Outcome, error_body};

use super::{Backend, Options, routes};

const JSON: &str = "application/json; charset=utf-8";
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
const SDL: &str = "type Query {\n  grüße: String\n}\n";
const CSDL_XML: &str = "<Schema Namespace=\"Größe\"/>";
const CSDL_JSON: &str = "{\"Größe\":{}}";
const LIMIT: usize = 500;

#[derive(Clone)]
struct Fake {
    ready: bool,
    /// Told when a request for `{ slow }` runs.
    running: Arc<Notify>,
    /// What that request waits for.
    finish: Arc<Notify>,
}

impl Fake {
    fn new() -> Self {
        Self { ready: true, running: Arc::default(), finish: Arc::default() }
    }

    fn routes(&self) -> Router {
        let options = Options { body_limit: LIMIT, body_timeout: Duration::from_millis(200), ..Options::default() };
        routes(self.clone(), options)
    }
}

impl Backend for Fake {
    async fn execute(&self, request: gateway::Request) -> gateway::Response {
        let refusal = |outcome, code| gateway::Response {
            outcome,
            body: error_body(code, "no"),
            statements: 0,
            is_doubtful: false,
        };
        match request.query.as_str() {
            "{" => return refusal(Outcome::Refused, Code::GraphqlParseFailed),
            "{ down }" => return refusal(Outcome::Unavailable, Code::Unavailable),
            query if request.queries_only && query.starts_with("mutation") => {
                return refusal(Outcome::NotAQuery, Code::Invalid);
            }
            "{ slow }" => {
                self.running.notify_one();
                self.finish.notified().await;
            }
            _ => {}
        }
        let echo =
            json!({ "query": request.query, "operation": request.operation_name, "variables": request.variables });
        gateway::Response {
            outcome: Outcome::Executed,
            body: json!({ "data": echo }).to_string().into(),
            statements: 1,
            is_doubtful: false,
        }
    }

    fn sdl(&self) -> Arc<str> {
        SDL.into()
    }

    fn csdl(&self, format: CsdlFormat) -> Arc<str> {
        match format {
            CsdlFormat::Xml => CSDL_XML.into(),
            CsdlFormat::Json => CSDL_JSON.into(),
        }
    }

    async fn ready(&self) -> bool {
        self.ready
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of the error, or none if there is `data`.
    fn code(&self) -> Option<String> {
        let json = self.json();
        assert!(json.get("data").is_some() != json.get("errors").is_some(), "{json}");
        let error = json.get("errors")?.get(0).unwrap().clone();
        assert!(!error["message"].as_str().unwrap().is_empty());
        Some(error["extensions"]["code"].as_str().unwrap().to_owned())
    }
}

async fn send(request: Request<Body>) -> Answer {
    let response = Fake::new().routes().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    assert_eq!(parts.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(parts.headers.contains_key(header::CACHE_CONTROL));
    Answer { status: parts.status, headers: parts.headers, body: to_bytes(body, usize::MAX).await.unwrap() }
}

fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}
