//! Bad input: each has its documented code and status, no answer holds SQL, and the process answers afterwards.

use reqwest::StatusCode;
use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, demo, demo_key, scratch},
};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

/// Sends a body and answers the status and the errors' codes; whatever it is, the answer is JSON without SQL.
async fn send(server: &Server, accept: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Vec<String>) {
    let request = server.client().post(server.url("/graphql")).header("content-type", JSON).header("accept", accept);
    let response = request.body(body).send().await.unwrap();
    let status = response.status();
    let answer = response.text().await.unwrap();
    let lower = answer.to_lowercase();
    for word in ["select ", " from \\\"", "sqlite", "postgres", "syntax error", "sqlx", "src/", ".rs:"] {
        assert!(!lower.contains(word), "{word} in {answer}");
    }
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    assert!(errors.iter().all(|error| !error["message"].as_str().unwrap().is_empty()), "{answer}");
    let codes = errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap().to_owned()).collect();
    (status, codes)
}

async fn is_alive(server: &Server) {
    assert_eq!(
        server.data("{ contacts(first: 1) { __typename } }").await,
        json!({ "contacts": [{ "__typename": "Contact" }] })
    );
}

/// Sends an operation that is refused before execution.
async fn refused(server: &Server, query: &str, variables: Value, code: &str) {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let shown: String = query.chars().take(200).collect();
    for (accept, status) in [(GRAPHQL, 400), (JSON, 200)] {
        let (answered, codes) = send(server, accept, body.clone()).await;
        assert!(!codes.is_empty() && codes.iter().all(|answered| answered == code), "{shown}\n{codes:?}");
        assert_eq!(answered, status, "{shown}");
    }
}

/// Sends an operation of which a field is refused.
async fn failed(server: &Server, query: &str, variables: Value, code: &str) {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let shown: String = query.chars().take(200).collect();
    for accept in [GRAPHQL, JSON] {
        let (status, codes) = send(server, accept, body.clone()).await;
        assert_eq!(codes, [code], "{shown}");
        assert_eq!(status, 200, "{shown}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_document_that_does_not_fit_the_schema_is_refused(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for query in [
        "{ nosuch { ref } }",
        "{ contacts { nosuch } }",
        "{ contacts(nosuch: 1) { ref } }",
        "{ contacts(first: \"1\") { ref } }",
        "{ contacts(first: 1.5) { ref } }",
        "{ contacts(where: {lastname: {like: \"a\"}}) { ref } }",
        "{ contacts(where: {donotcall: {gt: true}}) { ref } }",
        "{ contacts(where: {nosuch: {eq: 1}}) { ref } }",
        "{ contacts(where: {preferredcontactmethod: {eq: TELEPATHY}}) { ref } }",
        "{ contacts(orderBy: {lastname: UPWARDS}) { ref } }",
        "{ contacts(orderBy: {nosuch: ASC}) { ref } }",
        "{ contacts(where: {donotcall: {eq: 1}}) { ref } }",
        "{ orderlines(where: {quantity: {eq: \"1\"}}) { ref } }",
        "{ contacts }",
        "{ contacts { ref { x } } }",
        "{ contact { ref } }",
        "{ contact(key: {}) { ref } }",
        "{ contact(key: {contactid: null}) { ref } }",
        "{ contact(key: {contactid: \"x\", emailaddress1: \"y\"}) { ref } }",
        "{ node { ref } }",
        "{ contacts { ...nosuch } }",
        "{ contacts { ... on Nosuch { ref } } }",
        "{ contacts { ... on Account { name } } }",
        "fragment a on Contact { ...b } fragment b on Contact { ...a } { contacts { ...a } }",
        "{ contacts { a: firstname a: lastname } }",
        "{ contacts(first: 1) { ref } contacts(first: 2) { ref } }",
        "{ contacts { ref @nosuch } }",
        "{ contacts { ref @skip } }",
        "query ($a: Int) { contacts(offset: $b) { ref } }",
        "mutation { deleteContact { ref } }",
    ] {
        refused(&server, query, json!({}), "GRAPHQL_VALIDATION_FAILED").await;
    }
    is_alive(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn variables_that_do_not_fit_are_refused(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for (query, variables) in [
        ("query ($key: ContactKey!) { contact(key: $key) { ref } }", json!({})),
        ("query ($key: ContactKey!) { contact(key: $key) { ref } }", json!({ "key": null })),
        ("query ($key: ContactKey!) { contact(key: $key) { ref } }", json!({ "key": {} })),
        (
            "query ($key: ContactKey!) { contact(key: $key) { ref } }",
            json!({ "key": { "contactid": "a", "ref": "b" } }),
        ),
        ("query ($first: Int) { contacts(first: $first) { ref } }", json!({ "first": "1" })),
        ("query ($first: Int) { contacts(first: $first) { ref } }", json!({ "first": 1.5 })),
        ("query ($where: ContactWhere) { contacts(where: $where) { ref } }", json!({ "where": { "nosuch": {} } })),
        ("query ($order: [ContactOrderBy!]) { contacts(orderBy: $order) { ref } }", json!({ "order": [null] })),
        (
            "query ($m: Preferredcontactmethod) { contacts(where: {preferredcontactmethod: {eq: $m}}) { ref } }",
            json!({ "m": "TELEPATHY" }),
        ),
        ("query ($if: Boolean!) { contacts @skip(if: $if) { ref } }", json!({})),
    ] {
        refused(&server, query, variables, "GRAPHQL_VALIDATION_FAILED").await;
    }
    is_alive(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn a_field_whose_arguments_mean_nothing_fails_alone(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for query in [
        "{ contacts(first: -1) { ref } }",
        "{ contacts(offset: -1) { ref } }",
        "{ contactsConnection(last: -1) { nodes { ref } } }",
        "{ contactsConnection(first: 1, last: 1) { nodes { ref } } }",
        "{ contactsConnection(after: \"nonsense\") { nodes { ref } } }",
        "{ contactsConnection(before: \"\") { nodes { ref } } }",
        "{ contactsConnection(after: \"W10\") { nodes { ref } } }",
        "{ contactsConnection(after: \"e30\") { nodes { ref } } }",
        "{ node(ref: \"\") { ref } }",
        "{ node(ref: \"contacts\") { ref } }",
        "{ node(ref: \"contacts(\") { ref } }",
        "{ node(ref: \"contacts()\") { ref } }",
        "{ node(ref: \"contacts(1)\") { ref } }",
        "{ node(ref: \"contacts('00000000-0000-4000-8c0c-000000000001')\") { ref } }",
        "{ node(ref: \"nosuch(1)\") { ref } }",
        "{ node(ref: \"salesorders(99999999999999999999)\") { ref } }",
        "{ node(ref: \"salesorders(1) \") { ref } }",
        "{ contact(key: {ref: \"nonsense\"}) { ref } }",
        "{ contact(key: {contactid: \"nonsense\"}) { ref } }",
        "{ contacts(where: {contactid: {eq: \"zz\"}}) { ref } }",
        "{ contacts(where: {birthdate: {eq: \"2024-02-30\"}}) { ref } }",
        "{ contacts(where: {birthdate: {eq: \"yesterday\"}}) { ref } }",
        "{ contacts(where: {annualincome: {gt: \"1,5\"}}) { ref } }",
        "{ tasks(where: {scheduledend: {gt: \"2024-13-01T00:00:00Z\"}}) { ref } }",
        "{ userprofiles(where: {worktimestart: {gt: \"25:00:00\"}}) { ref } }",
        "{ userprofiles(where: {avatar: {eq: \"*\"}}) { ref } }",
        "{ socialprofiles(where: {followercount: {eq: \"9223372036854775808\"}}) { ref } }",
        "{ contacts(where: {lastname: {eq: \"a\\u0000b\"}}) { ref } }",
        "{ contacts(where: {lastname: {contains: \"\\u0000\"}}) { ref } }",
        "{ contacts(where: {lastname: \"a\"}) { ref } }",
        "{ contacts(where: [1]) { ref } }",
        "{ contacts(orderBy: {}) { ref } }",
        "{ contacts(orderBy: {parentcustomeridAccount: {}}) { ref } }",
        "{ contactsAggregate { groups { count } } }",
        "{ contactsAggregate(groupBy: [DONOTCALL]) { groups { key { lastname } } } }",
    ] {
        failed(&server, query, json!({}), "INVALID").await;
    }
    let query = "query ($order: [ContactOrderBy!]) { contacts(orderBy: $order) { ref } }";
    failed(&server, query, json!({ "order": "lastname" }), "INVALID").await;
    is_alive(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn a_reference_to_another_entity_is_a_type_mismatch(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = format!("{{ contact(key: {{ref: \"accounts({})\"}}) {{ ref }} }}", demo_key("8acc", 1));
    failed(&server, &query, json!({}), "TYPE_MISMATCH").await;
    let query = "query ($key: ContactKey!) { contact(key: $key) { ref } }";
    failed(&server, query, json!({ "key": { "ref": "salesorders(1001)" } }), "TYPE_MISMATCH").await;
}

#[apply(backends)]
#[tokio::test]
async fn a_cursor_belongs_to_its_order_and_entity(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data =
        server.data("{ contactsConnection(orderBy: {lastname: ASC}, first: 1) { pageInfo { endCursor } } }").await;
    let cursor = data["contactsConnection"]["pageInfo"]["endCursor"].clone();
    for connection in [
        "contactsConnection(after: $after)",
        "contactsConnection(after: $after, orderBy: {lastname: DESC})",
        "contactsConnection(after: $after, orderBy: {firstname: ASC})",
        "contactsConnection(after: $after, orderBy: [{lastname: ASC}, {firstname: ASC}])",
        "accountsConnection(after: $after, orderBy: {name: ASC})",
    ] {
        let query = format!("query ($after: String) {{ {connection} {{ nodes {{ ref }} }} }}");
        failed(&server, &query, json!({ "after": cursor }), "INVALID").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn what_is_too_large_is_refused(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let deep =
        format!("{{ systemusers {}ref{} }}", "{ manager ".repeat(40), "}".repeat(40)).replace("manager ref", "ref");
    refused(&server, &deep, json!({}), "LIMIT_EXCEEDED").await;
    let aliases: String = (0..10_000).map(|n| format!("a{n}: __typename ")).collect();
    refused(&server, &format!("{{ {aliases} }}"), json!({}), "LIMIT_EXCEEDED").await;
    let nested: String = (0..10_000).map(|n| format!("a{n}: lastname ")).collect();
    refused(&server, &format!("{{ contacts {{ {nested} }} }}"), json!({}), "LIMIT_EXCEEDED").await;
    failed(&server, "{ contacts(first: 5001) { ref } }", json!({}), "LIMIT_EXCEEDED").await;
    let many: Vec<String> = (0..6_000).map(|n| format!("word {n}")).collect();
    let query = "query ($words: [String!]) { contacts(where: {lastname: {in: $words}}) { ref } }";
    failed(&server, query, json!({ "words": many }), "LIMIT_EXCEEDED").await;
    let mut filter = json!({ "donotcall": { "eq": true } });
    for _ in 0..60 {
        filter = json!({ "not": filter });
    }
    let query = "query ($where: ContactWhere) { contacts(where: $where) { ref } }";
    failed(&server, query, json!({ "where": filter }), "LIMIT_EXCEEDED").await;
    let keys: Vec<Value> = (0..100).map(|_| json!({ "lastname": "ASC" })).collect();
    let query = "query ($order: [ContactOrderBy!]) { contacts(orderBy: $order) { ref } }";
    failed(&server, query, json!({ "order": keys }), "LIMIT_EXCEEDED").await;
    is_alive(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn fragments_cost_no_more_than_they_are_long(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    // Each fragment uses the next one twice: two to the power of thirty fields.
    let doubled: String = (0..30).map(|n| format!("fragment f{n} on Contact {{ ...f{0} ...f{0} }} ", n + 1)).collect();
    let exponential = format!("{{ contacts {{ ...f0 }} }} {doubled} fragment f30 on Contact {{ ref }}");
    refused(&server, &exponential, json!({}), "LIMIT_EXCEEDED").await;
    let cycle = format!("{{ contacts {{ ...f }} }} fragment f on Contact {{ {} }}", "...f ".repeat(20));
    refused(&server, &cycle, json!({}), "GRAPHQL_VALIDATION_FAILED").await;
    let chain: String = (0..5_000).map(|n| format!("fragment f{n} on Contact {{ ...f{} }} ", n + 1)).collect();
    let chain = format!("{chain} fragment f5000 on Contact {{ ref }}");
    for start in ["{ contacts { ...f0 } }", "{ contacts { ...f4990 } }", "{ __typename }"] {
        refused(&server, &format!("{start} {chain}"), json!({}), "LIMIT_EXCEEDED").await;
    }
    let inline = format!("{{ contacts {} {{ ref }} {} }}", "{ ... ".repeat(40), "}".repeat(40));
    assert!(server.run(&inline, json!({})).await["data"]["contacts"].is_array());
    let inline = format!("{{ contacts {} {{ ref }} {} }}", "{ ... ".repeat(100), "}".repeat(100));
    refused(&server, &inline, json!({}), "LIMIT_EXCEEDED").await;
    let unused: String = (0..2_000).map(|n| format!("fragment f{n} on Contact {{ ref lastname }} ")).collect();
    let (_, codes) = send(&server, GRAPHQL, json!({ "query": format!("{{ __typename }} {unused}") }).to_string()).await;
    assert!(codes.iter().all(|code| code == "GRAPHQL_VALIDATION_FAILED"), "{codes:?}");
    is_alive(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn an_empty_list_holds_nothing(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ none: contactsAggregate(where: {lastname: {in: []}}) { count }
               all: contactsAggregate(where: {firstname: {notIn: []}}) { count }
               empty: contactsAggregate(where: {and: []}) { count } or: contactsAggregate(where: {or: []}) { count } }",
        )
        .await;
    let all = server.number("select count(*) as v from contact").await;
    assert_eq!(data["none"]["count"], 0);
    assert_eq!(data["all"]["count"], all);
    assert_eq!(data["empty"]["count"], all);
    assert_eq!(data["or"]["count"], 0);
}

#[apply(backends)]
#[tokio::test]
async fn nesting_without_end_does_not_end_the_process(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for (open, close) in [("[", "]"), ("{a:", "}"), ("[{a:", "}]")] {
        for depth in [100, 1_000, 10_000, 100_000] {
            let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let query = format!("{{ contacts(where: {value}) {{ ref }} }}");
            let (status, codes) = send(&server, GRAPHQL, json!({ "query": query }).to_string()).await;
            assert!(status.as_u16() < 500 && !codes.is_empty(), "{open} {depth}: {status}");
            // Not closed at all.
            let query = format!("{{ contacts(where: {}", open.repeat(depth));
            let (status, codes) = send(&server, GRAPHQL, json!({ "query": query }).to_string()).await;
            assert!(status.as_u16() < 500 && !codes.is_empty(), "{open} {depth}: {status}");
            let query = format!("query ($a: ContactWhere = {value}) {{ contacts(where: $a) {{ ref }} }}");
            let (status, codes) = send(&server, GRAPHQL, json!({ "query": query }).to_string()).await;
            assert!(status.as_u16() < 500 && !codes.is_empty(), "{open} {depth}: {status}");
        }
    }
    for (open, close) in [("[", "]"), ("{\"not\":", "}"), ("{\"and\":[", "]}")] {
        for depth in [100, 10_000, 100_000] {
            let value = format!("{}{{}}{}", open.repeat(depth), close.repeat(depth));
            let query = "query ($a: ContactWhere) { contacts(where: $a) { ref } }";
            let body = format!("{{\"query\": \"{query}\", \"variables\": {{\"a\": {value}}}}}");
            let (_, codes) = send(&server, GRAPHQL, body).await;
            assert!(!codes.is_empty(), "{open} {depth}");
        }
    }
    for unit in [
        "{",
        "{ a ",
        "{ ... ",
        "{ ... on Contact ",
        "query ($a: [",
        "{ a(",
        "{ a @b(c: [",
        "(",
        "\"\"\"",
        "fragment a on b {",
    ] {
        for depth in [1_000, 100_000] {
            let (status, codes) = send(&server, GRAPHQL, json!({ "query": unit.repeat(depth) }).to_string()).await;
            assert!(status.is_client_error() && !codes.is_empty(), "{unit} {depth}: {status}");
        }
    }
    // Lists in the type of a variable.
    for depth in [1_000, 100_000] {
        let query = format!("query ($a: {}Int{}) {{ __typename }}", "[".repeat(depth), "]".repeat(depth));
        send(&server, GRAPHQL, json!({ "query": query }).to_string()).await;
    }
    is_alive(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn a_body_that_is_no_request_is_refused(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for accept in [GRAPHQL, JSON] {
        let too_large =
            json!({ "query": "{ __typename }", "variables": { "a": "x".repeat(10 * 1024 * 1024) } }).to_string();
        assert_eq!(
            send(&server, accept, too_large).await,
            (StatusCode::PAYLOAD_TOO_LARGE, vec!["LIMIT_EXCEEDED".to_owned()])
        );
        for body in [
            &b""[..],
            b" ",
            b"nonsense",
            b"[]",
            b"1",
            b"null",
            b"{}",
            b"{\"query\": null}",
            b"{\"query\": 1}",
            b"{\"query\": \"\xff\xfe\"}",
            b"{\"query\": \"{ __typename }\", \"variables\": []}",
            b"{\"query\": \"{ __typename }\", \"variables\": \"x\"}",
            b"{\"query\": \"{ __typename }\", \"operationName\": 1}",
            b"{\"query\": \"{ __typename }\"",
            b"{\"query\": \"{ __typename }\"} x",
            b"\xef\xbb\xbf",
        ] {
            let (status, codes) = send(&server, accept, body.to_vec()).await;
            let shown = String::from_utf8_lossy(body);
            assert_eq!((status, codes), (StatusCode::BAD_REQUEST, vec!["INVALID".to_owned()]), "{shown}");
        }
    }
    for query in
        ["", " ", "{", "}", "{ contacts {", "query", "{ contacts(first: ) { ref } }", "{ \u{0} }", "§", "{ a: }"]
    {
        refused(&server, query, json!({}), "GRAPHQL_PARSE_FAILED").await;
    }
    is_alive(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn numbers_out_of_the_range_of_a_column_are_no_fault_of_the_gateway(#[case] backend: Backend) {
    let statements = "create table number (id integer primary key, small smallint, exact numeric(6, 2), single real);
        insert into number values (1, 7, 1.50, 0.5);";
    let Some(server) = scratch(backend, "range", statements).await else { return };
    for filter in [
        "small: {eq: 40000}",
        "small: {in: [40000]}",
        "small: {lt: 2147483647}",
        "small: {in: [-2147483648, 7]}",
        "exact: {lt: \"123456789012345678901234567890.5\"}",
        "exact: {in: [\"1e30\"]}",
        "exact: {gt: \"1e-300\"}",
        "exact: {eq: \"1.5000000001\"}",
        "single: {lt: 1e300}",
        "single: {in: [1e300]}",
        "single: {gt: -1e300}",
    ] {
        let response = server.run(&format!("{{ numbers(where: {{{filter}}}) {{ id }} }}"), json!({})).await;
        let code = &response["errors"][0]["extensions"]["code"];
        assert!(code.is_null() || code == "INVALID" || code == "GRAPHQL_VALIDATION_FAILED", "{filter}: {response}");
    }
    for filter in ["small: {eq: 2147483648}", "small: {eq: -2147483649}", "id: {in: [99999999999]}"] {
        let response = server.run(&format!("{{ numbers(where: {{{filter}}}) {{ id }} }}"), json!({})).await;
        assert!(response["errors"][0]["extensions"]["code"] != "INTERNAL", "{filter}: {response}");
        assert!(response["data"].is_null(), "{filter}: {response}");
    }
}
