//! `/graphql`, by each of its methods.

use axum::body::Body;
use axum::http::{StatusCode, header};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use super::{Answer, GRAPHQL, JSON, LIMIT, request, send};

async fn post(body: impl Into<Body>) -> Answer {
    send(request("POST", "/graphql", &[("content-type", "application/json")], body)).await
}

async fn get(query: &str) -> Answer {
    send(request("GET", &format!("/graphql?{query}"), &[], Body::empty())).await
}

#[tokio::test]
async fn post_bodies() {
    let invalid = Some("INVALID");
    let table: Vec<(&[u8], u16, Option<&str>)> = vec![
        (br#"{"query":"{ a }"}"#, 200, None),
        (br#"{"query":"{ a }","operationName":null,"variables":null,"extensions":null}"#, 200, None),
        (br#"{"query":"{ a }","operationName":"A","variables":{"x":[1]},"extensions":{},"other":1}"#, 200, None),
        (br#"{"query":"mutation { a }"}"#, 200, None),
        (br#"{"query":"{"}"#, 200, Some("GRAPHQL_PARSE_FAILED")),
        (br#"{"query":"{ down }"}"#, 503, Some("UNAVAILABLE")),
        (b"", 400, invalid),
        (b" ", 400, invalid),
        (br#"{"query":"#, 400, invalid),
        (br#"{"query":"{ a }"} trailing"#, 400, invalid),
        (b"{\"query\":\"\xff\"}", 400, invalid),
        (br#"{"query":"\ud800"}"#, 400, invalid),
        (br#"[{"query":"{ a }"}]"#, 400, invalid),
        (br#""{ a }""#, 400, invalid),
        (b"null", 400, invalid),
        (b"{}", 400, invalid),
        (br#"{"query":null}"#, 400, invalid),
        (br#"{"query":1}"#, 400, invalid),
        (br#"{"query":["{ a }"]}"#, 400, invalid),
        (br#"{"query":"{ a }","operationName":1}"#, 400, invalid),
        (br#"{"query":"{ a }","variables":"{}"}"#, 400, invalid),
        (br#"{"query":"{ a }","variables":[]}"#, 400, invalid),
        (br#"{"query":"{ a }","extensions":false}"#, 400, invalid),
    ];
    for (body, status, code) in table {
        let answer = post(body.to_vec()).await;
        let text = String::from_utf8_lossy(body);
        assert_eq!(answer.status, status, "{text}");
        assert_eq!(answer.code().as_deref(), code, "{text}");
        assert_eq!(answer.header(header::CONTENT_TYPE), Some(JSON), "{text}");
        assert_eq!(answer.header(header::RETRY_AFTER), (status == 503).then_some("1"), "{text}");
    }
}

#[tokio::test]
async fn a_body_that_nests_too_deeply_is_refused() {
    let depth = LIMIT / 2 - 20;
    let body = format!(r#"{{"query":"","variables":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(post(body).await.status, 400);
}

#[tokio::test]
async fn a_batch_is_named_as_such() {
    let answer = post("[]").await;
    assert!(answer.json()["errors"][0]["message"].as_str().unwrap().contains("Batches"));
}

#[tokio::test]
async fn all_parts_of_a_request_arrive() {
    let data = json!({ "query": "query A { é+% }", "operation": "A", "variables": { "x": "&=" } });
    let answer = post(r#"{"query":"query A { é+% }","operationName":"A","variables":{"x":"&="}}"#).await;
    assert_eq!(answer.json()["data"], data);
    let answer =
        get("que%72y=query+A%20{+%C3%A9%2b%25+}&operationName=A&variables=%7B%22x%22:%22%26=%22}&&extensions=").await;
    assert_eq!(answer.json()["data"], data);
}

#[tokio::test]
async fn get_urls() {
    let invalid = Some("INVALID");
    let table = [
        ("query={__typename}", 200, None),
        ("query={a}&operationName=&variables=&extensions=", 200, None),
        ("query={a}&variables=null&extensions={}", 200, None),
        ("query={a}&other=1&other=2", 200, None),
        ("query=%7B", 200, Some("GRAPHQL_PARSE_FAILED")),
        ("query=%7B+down+%7D", 503, Some("UNAVAILABLE")),
        ("query=mutation{a}", 405, invalid),
        ("", 400, invalid),
        ("variables={}", 400, invalid),
        ("query={a}&query={a}", 400, invalid),
        ("query={a}&operationName=&operationName=A", 400, invalid),
        ("query={a}&variables={}&vari%61bles={}", 400, invalid),
        ("query={a}&variables=[]", 400, invalid),
        ("query={a}&variables=%7B", 400, invalid),
        ("query={a}&extensions=1", 400, invalid),
        ("query=%", 400, invalid),
        ("query=%7", 400, invalid),
        ("query=%zz", 400, invalid),
        ("query=%+1", 400, invalid),
        ("query=%C3", 400, invalid),
        ("query={a}&%ff=1", 400, invalid),
    ];
    for (query, status, code) in table {
        let answer = get(query).await;
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(answer.code().as_deref(), code, "{query}");
        assert_eq!(answer.header(header::ALLOW), (status == 405).then_some("POST"), "{query}");
    }
    let answer = get(&format!("query={}", "a".repeat(60_000))).await;
    assert_eq!((answer.status, answer.code().as_deref()), (StatusCode::URI_TOO_LONG, Some("LIMIT_EXCEEDED")));
}

#[tokio::test]
async fn line_breaks_in_parameters_stay_out_of_the_headers() {
    let answer = get("query={a}&operationName=%0d%0aSet-Cookie:%20a=b").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header(header::SET_COOKIE), None);
}

/// Method, headers, body, status and media type.
type Case<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str, u16, &'a str);

#[tokio::test]
async fn media_types_and_methods() {
    let good = r#"{"query":"{ a }"}"#;
    let json = ("content-type", "application/json");
    let modern = ("accept", "application/graphql-response+json");
    let table: Vec<Case> = vec![
        ("POST", vec![json], good, 200, JSON),
        ("POST", vec![json, ("accept", "*/*")], good, 200, JSON),
        ("POST", vec![json, modern], good, 200, GRAPHQL),
        ("POST", vec![json, modern], r#"{"query":"{"}"#, 400, GRAPHQL),
        ("POST", vec![json, modern], r#"{"query":"{ down }"}"#, 503, GRAPHQL),
        ("POST", vec![json, modern], "nonsense", 400, GRAPHQL),
        ("POST", vec![json, ("accept", "text/html")], good, 406, JSON),
        ("POST", vec![], good, 415, JSON),
        ("POST", vec![modern], good, 415, GRAPHQL),
        ("POST", vec![("content-type", "text/plain")], good, 415, JSON),
        ("POST", vec![("content-type", "application/json; charset=latin1")], good, 415, JSON),
        ("POST", vec![json, ("content-encoding", "identity")], good, 200, JSON),
        ("POST", vec![json, ("content-encoding", "gzip")], good, 415, JSON),
        ("PUT", vec![json], good, 405, JSON),
        ("DELETE", vec![modern], "", 405, GRAPHQL),
        ("OPTIONS", vec![], "", 405, JSON),
        ("QUERY", vec![("accept", "text/html")], "", 405, JSON),
    ];
    for (method, headers, body, status, media_type) in table {
        let answer = send(request(method, "/graphql", &headers, body)).await;
        let case = format!("{method} {headers:?} {body}");
        assert_eq!(answer.status, status, "{case}");
        assert_eq!(answer.header(header::CONTENT_TYPE), Some(media_type), "{case}");
        assert_eq!(answer.header(header::VARY), Some("Accept"), "{case}");
        assert_eq!(answer.header(header::CACHE_CONTROL), Some("no-store"), "{case}");
        assert_eq!(answer.header(header::ALLOW), (status == 405).then_some("GET, POST"), "{case}");
        if matches!(status, 405 | 406 | 415) {
            assert_eq!(answer.code().as_deref(), Some("INVALID"), "{case}");
        }
    }
    let answer = send(request("HEAD", "/graphql", &[], Body::empty())).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::METHOD_NOT_ALLOWED, 0));
}

fn body_of(length: usize) -> String {
    let mut body = r#"{"query":"{ a }"}"#.to_owned();
    body.push_str(&" ".repeat(length - body.len()));
    body
}

/// A body without an announced length.
fn streamed(text: String) -> Body {
    let chunks: Vec<_> =
        text.into_bytes().chunks(64).map(Bytes::copy_from_slice).map(Ok::<_, std::io::Error>).collect();
    Body::from_stream(stream::iter(chunks))
}

#[tokio::test]
async fn bodies_are_limited() {
    for (length, status) in [(LIMIT, 200), (LIMIT + 1, 413), (LIMIT * 100, 413)] {
        for body in [Body::from(body_of(length)), streamed(body_of(length))] {
            let answer = post(body).await;
            assert_eq!(answer.status, status, "{length}");
            assert_eq!(answer.code().as_deref(), (status == 413).then_some("LIMIT_EXCEEDED"));
        }
    }
}

#[tokio::test]
async fn bodies_that_break_off_or_stall_are_refused() {
    let broken = stream::iter([Ok(Bytes::from("{")), Err(std::io::Error::other("gone"))]);
    assert_eq!(post(Body::from_stream(broken)).await.status, 400);
    let stalled = stream::pending::<Result<Bytes, std::io::Error>>();
    let answer = post(Body::from_stream(stalled)).await;
    assert_eq!((answer.status, answer.code().as_deref()), (StatusCode::REQUEST_TIMEOUT, Some("INVALID")));
}
