//! Everything beside the GraphQL endpoint.

use axum::body::{Body, to_bytes};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Fake, JSON, LIMIT, SDL, request, send};

#[tokio::test]
async fn the_schema_is_sent_once() {
    let path = "/graphql/schema.graphql";
    let answer = send(request("GET", path, &[], Body::empty())).await;
    assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, SDL.as_bytes()));
    assert_eq!(answer.header(header::CONTENT_TYPE), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header(header::CACHE_CONTROL), Some("no-cache"));
    let tag = answer.header(header::ETAG).unwrap();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() == 18, "{tag}");

    let list = format!("\"a\", W/{tag}");
    let table = [(tag, 304), ("*", 304), (list.as_str(), 304), ("\"a\"", 200), (tag.trim_matches('"'), 200), ("", 200)];
    for (known, status) in table {
        let again = send(request("GET", path, &[("if-none-match", known)], Body::empty())).await;
        assert_eq!(again.status, status, "{known}");
        assert_eq!(again.header(header::ETAG), Some(tag));
        assert_eq!(again.body.is_empty(), status == 304);
    }

    let head = send(request("HEAD", path, &[], Body::empty())).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header(header::CONTENT_LENGTH), Some(SDL.len().to_string().as_str()));
}

#[tokio::test]
async fn the_page_explores_the_endpoint() {
    let answer = send(request("GET", "/", &[("accept", "text/html")], Body::empty())).await;
    assert_eq!(
        (answer.status, answer.header(header::CONTENT_TYPE)),
        (StatusCode::OK, Some("text/html; charset=utf-8"))
    );
    let page = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(page.contains("<title>Relata</title>"));
    assert!(page.contains("'/graphql'"));
}

#[tokio::test]
async fn health() {
    for (path, ready, status) in
        [("/health/live", false, 200), ("/health/ready", true, 200), ("/health/ready", false, 503)]
    {
        let fake = Fake { ready, ..Fake::new() };
        let response = fake.routes().oneshot(request("GET", path, &[], Body::empty())).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let body = to_bytes(response.into_body(), LIMIT).await.unwrap();
        let expected = if status == 200 { "ok" } else { "unavailable" };
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({ "status": expected }));
    }
}

#[tokio::test]
async fn everything_else_is_an_error_in_json() {
    for (method, path, status, allow) in [
        ("GET", "/nothing", 404, None),
        ("POST", "/graphql/", 404, None),
        ("GET", "/graphql/%2e%2e/%00%0d%0a", 404, None),
        ("POST", "/", 405, Some("GET,HEAD")),
        ("DELETE", "/graphql/schema.graphql", 405, Some("GET,HEAD")),
        ("POST", "/health/live", 405, Some("GET,HEAD")),
    ] {
        let answer = send(request(method, path, &[], Body::empty())).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.code().as_deref(), Some("INVALID"), "{path}");
        assert_eq!(answer.header(header::CONTENT_TYPE), Some(JSON), "{path}");
        assert_eq!(answer.header(header::ALLOW), allow, "{path}");
    }
}
