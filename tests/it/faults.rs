//! Faults found in other gateways, each of which must not exist here. The numbers are those of the list of them.

use std::collections::HashSet;

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, demo, demo_key, pluck, scratch, text},
};

#[apply(backends)]
#[tokio::test]
async fn f03_between_takes_two_values_and_says_so(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for operands in ["[]", "[1]", "1", "[1, 2, 3]"] {
        let query = format!("{{ orderlines(where: {{quantity: {{between: {operands}}}}}) {{ ref }} }}");
        assert_eq!(server.code(&query).await, "INVALID", "{operands}");
    }
    let data = server.data("{ orderlinesAggregate(where: {quantity: {between: [2, 4]}}) { count } }").await;
    let expected = server.number("select count(*) as v from orderline where quantity between 2 and 4").await;
    assert_eq!(data["orderlinesAggregate"]["count"], expected);
    let data = server.data("{ orderlinesAggregate(where: {quantity: {between: [4, 2]}}) { count } }").await;
    assert_eq!(data["orderlinesAggregate"]["count"], 0);
}

#[apply(backends)]
#[tokio::test]
async fn f04_null_for_an_optional_argument_means_not_given(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let plain = "{ contacts { lastname } contactsConnection { totalCount nodes { lastname } }
        contactsAggregate { count } relationshipDefinitions { schemaName } }";
    let nulls = "{ contacts(where: null, orderBy: null, first: null, offset: null) { lastname }
        contactsConnection(where: null, orderBy: null, first: null, after: null, last: null, before: null) {
          totalCount nodes { lastname } }
        contactsAggregate(where: null, groupBy: null) { count } relationshipDefinitions(where: null) { schemaName } }";
    let expected = server.data(plain).await;
    assert_eq!(server.data(nulls).await, expected);

    let variables = "query ($where: ContactWhere, $orderBy: [ContactOrderBy!], $first: Int, $offset: Int, $after: String,
          $last: Int, $before: String, $groupBy: [ContactAttribute!], $definitions: RelationshipDefinitionWhere) {
        contacts(where: $where, orderBy: $orderBy, first: $first, offset: $offset) { lastname }
        contactsConnection(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
          totalCount nodes { lastname } }
        contactsAggregate(where: $where, groupBy: $groupBy) { count }
        relationshipDefinitions(where: $definitions) { schemaName } }";
    assert_eq!(server.data(variables).await, expected);
    let null = json!({ "where": null, "orderBy": null, "first": null, "offset": null, "after": null, "last": null,
        "before": null, "groupBy": null, "definitions": null });
    assert_eq!(server.data_with(variables, null).await, expected);
}

#[apply(backends)]
#[tokio::test]
async fn f04_null_for_an_input_field_means_not_given(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let expected = server.data("{ contacts(where: {donotcall: {eq: true}}) { ref } }").await;
    let query = "query ($where: ContactWhere) { contacts(where: $where) { ref } }";
    let operators = [
        "in",
        "notIn",
        "lt",
        "lte",
        "gt",
        "gte",
        "between",
        "isNull",
        "contains",
        "startsWith",
        "endsWith",
        "eqIgnoreCase",
        "containsIgnoreCase",
        "startsWithIgnoreCase",
        "endsWithIgnoreCase",
    ];
    let unset: serde_json::Map<_, _> = operators.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    for filter in [
        json!({ "and": null, "or": null, "not": null, "lastname": null, "follows": null, "parentcustomeridAccount": null,
            "parentcustomeridAccountExists": null, "donotcall": { "eq": true } }),
        json!({ "lastname": unset, "donotcall": { "eq": true, "isNull": null, "in": null } }),
        json!({ "follows": { "some": null, "every": null, "none": null }, "donotcall": { "eq": true } }),
    ] {
        assert_eq!(server.data_with(query, json!({ "where": filter })).await, expected, "{filter}");
    }
    let order = json!([{ "lastname": null, "firstname": "ASC", "parentcustomeridAccount": null }]);
    let query = "query ($order: [ContactOrderBy!]) { contacts(orderBy: $order) { ref } }";
    let expected = server.data("{ contacts(orderBy: [{firstname: ASC}]) { ref } }").await;
    assert_eq!(server.data_with(query, json!({ "order": order })).await, expected);
}

#[apply(backends)]
#[tokio::test]
async fn f05_a_page_beyond_the_end_has_no_next_page(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let last = server.data("{ contactsConnection(last: 1) { pageInfo { endCursor } } }").await;
    let cursor = text(&last["contactsConnection"]["pageInfo"]["endCursor"]);
    let query = format!(
        "{{ contactsConnection(after: \"{cursor}\") {{ nodes {{ ref }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let page = json!({ "hasNextPage": false, "hasPreviousPage": true, "startCursor": null, "endCursor": null });
    assert_eq!(server.data(&query).await["contactsConnection"], json!({ "nodes": [], "pageInfo": page }));
}

#[apply(backends)]
#[tokio::test]
async fn f05_huge_numbers_of_a_page_do_not_wrap_around(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for query in ["{ contacts(offset: 2147483647) { ref } }", "{ contacts(first: 5000, offset: 2147483647) { ref } }"] {
        assert_eq!(server.data(query).await["contacts"], json!([]));
    }
    for query in [
        "{ contacts(first: 5001) { ref } }",
        "{ contacts(first: 2147483647, offset: 2147483647) { ref } }",
        "{ contactsConnection(last: 2147483647) { nodes { ref } } }",
        "{ accounts { contactCustomerAccounts(first: 2147483647) { ref } } }",
    ] {
        assert_eq!(server.code(query).await, "LIMIT_EXCEEDED", "{query}");
    }
    for number in ["9223372036854775807", "9223372036854775808", "18446744073709551616", "1e400"] {
        let response = server.run(&format!("{{ contacts(offset: {number}) {{ ref }} }}"), json!({})).await;
        assert!(response["errors"][0]["extensions"]["code"] != "INTERNAL", "{number}: {response}");
        assert!(response["data"].is_null() || response["data"]["contacts"] == json!([]), "{number}: {response}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn f06_order_keys_apply_in_the_callers_order(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for (order, sql) in [
        ("[{versionnumber: DESC}, {lastname: ASC}]", "versionnumber desc, lastname, contactid"),
        ("[{lastname: ASC}, {versionnumber: DESC}]", "lastname, versionnumber desc, contactid"),
        ("[{lastname: DESC}, {lastname: ASC}, {contactid: DESC}]", "lastname desc, contactid desc"),
    ] {
        let data = server.data(&format!("{{ contacts(first: 200, orderBy: {order}) {{ contactid }} }}")).await;
        let sql = format!("select {} as v from contact order by {sql}", backend.uuid("contactid"));
        assert_eq!(pluck(&data["contacts"], "contactid"), server.texts(&sql).await, "{order}");
    }
    assert_eq!(server.code("{ contacts(orderBy: {lastname: ASC, firstname: ASC}) { ref } }").await, "INVALID");
}

#[apply(backends)]
#[tokio::test]
async fn f07_a_filter_over_a_self_relationship_finds_its_records(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let manager = "Margarethe Öttinger";
    let query = format!(
        "{{ systemusers(where: {{manager: {{manager: {{fullname: {{eq: \"{manager}\"}}}}}}}}, orderBy: {{fullname: ASC}}) {{ fullname }} }}"
    );
    let sql = format!(
        "select u.fullname as v from systemuser u join systemuser m on m.systemuserid = u.parentsystemuserid
         join systemuser g on g.systemuserid = m.parentsystemuserid where g.fullname = '{manager}' order by u.fullname"
    );
    let expected = server.texts(&sql).await;
    assert_eq!(expected.len(), 9);
    assert_eq!(pluck(&server.data(&query).await["systemusers"], "fullname"), expected);
}

#[apply(backends)]
#[tokio::test]
async fn f08_wildcards_are_letters_like_any_other(#[case] backend: Backend) {
    let words = [
        "a%b", "a_b", "a\\b", "a*b", "a?b", "a[b", "a]b", "[a-z]", "axb", "AXB", "%", "_", "\\", "*", "a^b", "[^a]",
        "ab",
    ];
    let values: Vec<_> = words.iter().enumerate().map(|(id, word)| format!("({id}, '{word}')")).collect();
    let statements = format!(
        "create table word (id integer primary key, word varchar(20)); insert into word values {}",
        values.join(", ")
    );
    let Some(server) = scratch(backend, "f08", &statements).await else { return };
    let query = "query ($where: WordWhere!) { words(where: $where) { word } }";
    for pattern in ["%", "_", "\\", "*", "?", "[", "]", "a%", "a_b", "_b", "x", "X", "[a-z]", "^", "[^", "\\b", ""] {
        let lower = pattern.to_lowercase();
        let checks: [(&str, &dyn Fn(&str) -> bool); 8] = [
            ("eq", &|word| word == pattern),
            ("contains", &|word| word.contains(pattern)),
            ("startsWith", &|word| word.starts_with(pattern)),
            ("endsWith", &|word| word.ends_with(pattern)),
            ("eqIgnoreCase", &|word| word.to_lowercase() == lower),
            ("containsIgnoreCase", &|word| word.to_lowercase().contains(&lower)),
            ("startsWithIgnoreCase", &|word| word.to_lowercase().starts_with(&lower)),
            ("endsWithIgnoreCase", &|word| word.to_lowercase().ends_with(&lower)),
        ];
        for (operator, holds) in checks {
            let expected: Vec<&str> = words.into_iter().filter(|word| holds(word)).collect();
            let data = server.data_with(query, json!({ "where": { "word": { operator: pattern } } })).await;
            assert_eq!(pluck(&data["words"], "word"), expected, "{operator} {pattern:?}");
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn f09_numbers_keep_every_digit(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let key = demo_key("850c", 13);
    let query = format!(
        "{{ socialprofile(key: {{socialprofileid: \"{key}\"}}) {{ followercount }}
            exact: socialprofiles(where: {{followercount: {{eq: \"9007199254740993\"}}}}) {{ socialprofileid }}
            number: socialprofiles(where: {{followercount: {{eq: 9007199254740993}}}}) {{ socialprofileid }}
            list: socialprofiles(where: {{followercount: {{in: [9007199254740993]}}}}) {{ socialprofileid }}
            near: socialprofiles(where: {{followercount: {{eq: \"9007199254740992\"}}}}) {{ socialprofileid }}
            socialprofilesAggregate {{ max {{ followercount }} }} }}"
    );
    let data = server.data(&query).await;
    assert_eq!(data["socialprofile"]["followercount"], "9007199254740993");
    assert_eq!(data["socialprofilesAggregate"]["max"]["followercount"], "9007199254740993");
    for found in ["exact", "number", "list"] {
        assert_eq!(pluck(&data[found], "socialprofileid"), std::slice::from_ref(&key), "{found}");
    }
    assert_eq!(data["near"], json!([]));
    let data = server
        .data("{ salesorder(key: {ordernumber: \"SO-2024-0010\"}) { totalamount orderlines { priceperunit } } }")
        .await;
    assert_eq!(data["salesorder"], json!({ "totalamount": "1234.50", "orderlines": [{ "priceperunit": "411.5000" }] }));
    let data =
        server.data(&format!("{{ account(key: {{accountid: \"{}\"}}) {{ revenue }} }}", demo_key("8acc", 39))).await;
    assert_eq!(data["account"]["revenue"], "999999999999.99");
}

#[apply(backends)]
#[tokio::test]
async fn f10_an_error_has_a_path_and_a_code_and_leaves_other_fields_alone(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let key = demo_key("8acc", 1);
    let query =
        format!("{{ bad: node(ref: \"nonsense\") {{ ref }} good: account(key: {{accountid: \"{key}\"}}) {{ name }} }}");
    let response = server.run(&query, json!({})).await;
    assert_eq!(response["data"], json!({ "bad": null, "good": { "name": "Nordwind Maschinenbau GmbH" } }));
    assert_eq!(response["errors"].as_array().unwrap().len(), 1);
    assert_eq!(response["errors"][0]["path"], json!(["bad"]));
    assert_eq!(response["errors"][0]["extensions"]["code"], "INVALID");
    assert_eq!(response["errors"][0]["locations"], json!([{ "line": 1, "column": 3 }]));
    let response = server.run("{ one: contacts(first: -1) { ref } two: __typename }", json!({})).await;
    assert_eq!(response["data"], Value::Null);
    assert_eq!(response["errors"][0]["path"], json!(["one"]));
}

#[apply(backends)]
#[tokio::test]
async fn f12_the_sdl_defines_every_type_that_it_names(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let sdl = server.client().get(server.url("/graphql/schema.graphql")).send().await.unwrap().text().await.unwrap();
    let sdl = without_text(&sdl);
    let mut defined: HashSet<&str> = ["String", "Int", "Float", "Boolean", "ID"].into();
    let mut named = HashSet::new();
    for line in sdl.lines() {
        let words: Vec<&str> = line
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .filter(|word| !word.is_empty())
            .collect();
        if !line.starts_with(char::is_whitespace)
            && let [kind, name, ..] = words.as_slice()
            && ["type", "input", "enum", "union", "interface", "scalar"].contains(kind)
        {
            assert!(defined.insert(name), "{name} is defined twice");
        }
        // What follows a colon, and what a union or an object is made of.
        named.extend(line.split(':').skip(1).filter_map(|rest| {
            rest.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric())
                .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .next()
        }));
        if line.starts_with("union") {
            named.extend(words.iter().skip(2));
        }
    }
    named.retain(|name| name.starts_with(|letter: char| letter.is_ascii_uppercase()));
    assert!(named.len() > 100, "{named:?}");
    let missing: Vec<_> = named.difference(&defined).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// SDL without its descriptions and without the values of strings.
fn without_text(sdl: &str) -> String {
    let without_blocks: String = sdl.split("\"\"\"").step_by(2).collect();
    without_blocks.lines().map(|line| line.split('"').step_by(2).collect::<String>() + "\n").collect()
}

#[apply(backends)]
#[tokio::test]
async fn f13_counts_run_only_where_they_are_selected(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    assert_eq!(server.statements("{ contactsConnection(first: 1) { nodes { ref } } }").await, 1);
    assert_eq!(server.statements("{ contactsConnection(first: 1) { nodes { ref } totalCount } }").await, 2);
    assert_eq!(server.statements("{ contactsConnection(first: 1) { totalCount } }").await, 1);
    let nested = "{ accounts { contactCustomerAccountsConnection(first: 1) { nodes { ref } } } }";
    assert_eq!(server.statements(nested).await, 2);
}

#[apply(backends)]
#[tokio::test]
async fn f15_a_body_of_plain_text_is_not_executed(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/graphql"]
    {
        let request = server.client().post(server.url("/graphql")).header("content-type", content_type);
        let response = request.body("{\"query\":\"{ __typename }\"}").send().await.unwrap();
        assert_eq!(response.status(), 415, "{content_type}");
    }
    let request = server.client().post(server.url("/graphql")).body("{\"query\":\"{ __typename }\"}");
    assert_eq!(request.send().await.unwrap().status(), 415);
}
