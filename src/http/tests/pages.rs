//! Everything beside the GraphQL endpoint.

use axum::body::{Body, to_bytes};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{CSDL_JSON, CSDL_XML, Fake, JSON, LIMIT, SDL, request, send};

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
async fn the_model_is_described_in_the_format_that_is_asked_for() {
    const XML: &str = "application/xml; charset=utf-8";
    let table = [
        ("", None, Some((XML, CSDL_XML))),
        ("", Some("*/*"), Some((XML, CSDL_XML))),
        ("", Some("application/json;odata.metadata=minimal"), Some((JSON, CSDL_JSON))),
        ("", Some("text/html"), None),
        ("?$format=json", None, Some((JSON, CSDL_JSON))),
        ("?%24format=JSON", Some("application/xml"), Some((JSON, CSDL_JSON))),
        ("?format=xml", Some("application/json"), Some((XML, CSDL_XML))),
        ("?$format=application/json;metadata=full", None, Some((JSON, CSDL_JSON))),
        ("?$format=application/xml", Some("text/html"), Some((XML, CSDL_XML))),
        ("?other=1&$schemaversion=*", None, Some((XML, CSDL_XML))),
        ("?$format=atom", Some("*/*"), None),
        ("?$format=", Some("*/*"), None),
    ];
    for (query, accept, expected) in table {
        for path in ["/odata/$metadata", "/odata/%24metadata"] {
            let headers: Vec<(&str, &str)> = accept.iter().map(|accept| ("accept", *accept)).collect();
            let answer = send(request("GET", &format!("{path}{query}"), &headers, Body::empty())).await;
            assert_eq!(answer.header(header::VARY), Some("Accept"), "{query} {accept:?}");
            let Some((content_type, body)) = expected else {
                assert_eq!((answer.status, answer.code().as_deref()), (StatusCode::NOT_ACCEPTABLE, Some("INVALID")));
                assert_eq!(answer.header(header::CONTENT_TYPE), Some(JSON));
                continue;
            };
            assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, body.as_bytes()), "{query} {accept:?}");
            assert_eq!(answer.header(header::CONTENT_TYPE), Some(content_type));
            assert_eq!(answer.headers["odata-version"], "4.01");
        }
    }
    for query in ["?$format=xml&$format=json", "?$format=xml&format=xml", "?$format=%zz"] {
        let answer = send(request("GET", &format!("/odata/$metadata{query}"), &[], Body::empty())).await;
        assert_eq!((answer.status, answer.code().as_deref()), (StatusCode::BAD_REQUEST, Some("INVALID")), "{query}");
    }
}

#[tokio::test]
async fn the_model_is_sent_once_in_each_format() {
    let path = "/odata/$metadata";
    let xml = send(request("GET", path, &[], Body::empty())).await;
    let json = send(request("GET", path, &[("accept", "application/json")], Body::empty())).await;
    assert_eq!(xml.header(header::CACHE_CONTROL), Some("no-cache"));
    let (tag, other) = (xml.header(header::ETAG).unwrap(), json.header(header::ETAG).unwrap());
    assert_ne!(tag, other);
    for (known, status) in [(tag, 304), ("*", 304), (other, 200), ("\"a\"", 200)] {
        let again = send(request("GET", path, &[("if-none-match", known)], Body::empty())).await;
        assert_eq!(again.status, status, "{known}");
        assert_eq!((again.header(header::ETAG), again.header(header::VARY)), (Some(tag), Some("Accept")));
        assert_eq!(again.body.is_empty(), status == 304);
    }
    let head = send(request("HEAD", path, &[], Body::empty())).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header(header::CONTENT_LENGTH), Some(CSDL_XML.len().to_string().as_str()));
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
        ("POST", "/odata/$metadata", 405, Some("GET,HEAD")),
        ("GET", "/odata/accounts", 404, None),
        ("POST", "/health/live", 405, Some("GET,HEAD")),
    ] {
        let answer = send(request(method, path, &[], Body::empty())).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.code().as_deref(), Some("INVALID"), "{path}");
        assert_eq!(answer.header(header::CONTENT_TYPE), Some(JSON), "{path}");
        assert_eq!(answer.header(header::ALLOW), allow, "{path}");
    }
}
