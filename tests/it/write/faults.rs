//! Faults of writes found in other gateways, each of which must not exist here. The numbers are those of the list of them.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, cast, demo_key, demo_of_its_own},
};

#[apply(backends)]
#[tokio::test]
async fn f02_a_filter_that_asks_nothing_neither_deletes_nor_updates(#[case] backend: Backend) {
    let Some(server) = cast(backend, "f02").await else { return };
    for filter in [
        "{}",
        "{name: {}}",
        "{name: null}",
        "{and: []}",
        "{and: [{}]}",
        "{and: [{}, {name: {}}]}",
        "{and: [{}, {and: [{}, {or: [{}]}]}]}",
        "{or: [{}]}",
        "{or: [{}, {name: {eq: \"C1\"}}]}",
        "{not: {or: []}}",
        "{toys: {}}",
        "{toys: {every: {}}}",
        "{toys: {none: {or: []}}}",
        "{name: {in: null}}",
    ] {
        for mutation in [
            format!("deleteChildren(where: {filter}) {{ count }}"),
            format!("deleteChildren(where: {filter}, atMost: 5000) {{ count }}"),
            format!("updateChildren(where: {filter}, input: {{level: 9}}, atMost: 5000) {{ count }}"),
        ] {
            let before = server.state().await;
            let response = server.run(&format!("mutation {{ {mutation} }}"), json!({})).await;
            let code = &response["errors"][0]["extensions"]["code"];
            assert!(code == "INVALID" || code == "GRAPHQL_VALIDATION_FAILED", "{mutation}\n{response:#}");
            assert_eq!(response.get("data").unwrap_or(&Value::Null), &Value::Null, "{mutation}");
            assert_eq!(server.state().await, before, "{mutation}");
        }
    }
    for filter in ["{}", "{name: {}}"] {
        server
            .refuses(&format!("mutation {{ deleteChildren(where: {filter}, atMost: 5) {{ count }} }}"), "INVALID")
            .await;
        server
            .refuses(
                &format!("mutation {{ updateChildren(where: {filter}, input: {{level: 9}}, atMost: 5) {{ count }} }}"),
                "INVALID",
            )
            .await;
    }
    for mutation in [
        "deleteChildren { count }",
        "deleteChildren(atMost: 5) { count }",
        "deleteChildren(where: null) { count }",
        "updateChildren(input: {level: 9}) { count }",
        "updateChildren(where: null, input: {level: 9}) { count }",
        "deleteChild { outcome }",
        "deleteChild(key: {}) { outcome }",
        "deleteChild(key: {id: null}) { outcome }",
    ] {
        server.not_offered(&format!("mutation {{ {mutation} }}")).await;
    }
    // A variable that is not set asks nothing, either.
    let mutation = "mutation ($name: String) { deleteChildren(where: {name: {eq: $name}}, atMost: 5) { count } }";
    server.refuses_with(mutation, json!({}), "INVALID").await;
}

#[apply(backends)]
#[tokio::test]
async fn f02_a_filter_that_finds_more_than_expected_changes_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "f02_most").await else { return };
    for (filter, at_most) in [
        ("{parent: {id: {eq: 1}}}", ""),
        ("{id: {gt: 0}}", ", atMost: 3"),
        ("{id: {eq: 1}}", ", atMost: 0"),
        ("{name: {startsWith: \"C\"}}", ", atMost: 1"),
    ] {
        let mutation = format!("mutation {{ deleteChildren(where: {filter}{at_most}) {{ count }} }}");
        server.refuses(&mutation, "LIMIT_EXCEEDED").await;
        let mutation =
            format!("mutation {{ updateChildren(where: {filter}, input: {{level: 9}}{at_most}) {{ count }} }}");
        server.refuses(&mutation, "LIMIT_EXCEEDED").await;
    }
    for at_most in ["-1", "-2147483648"] {
        server
            .refuses(
                &format!("mutation {{ deleteChildren(where: {{id: {{eq: 1}}}}, atMost: {at_most}) {{ count }} }}"),
                "INVALID",
            )
            .await;
    }
    server.not_offered("mutation { deleteChildren(where: {id: {eq: 1}}, atMost: null) { count } }").await;
    let data = server.write("mutation { deleteChildren(where: {id: {gt: 0}}, atMost: 4) { count } }").await;
    assert_eq!(data["deleteChildren"]["count"], 4);
}

#[apply(backends)]
#[tokio::test]
async fn f04_null_for_what_is_optional_means_not_given(#[case] backend: Backend) {
    let Some(plain) = cast(backend, "f04_plain").await else { return };
    let Some(nulls) = cast(backend, "f04_nulls").await else { return };
    plain
        .write(
            "mutation { createChild(input: {id: 9, name: \"C9\"}) { outcome }
                createParent(input: {id: 9, name: \"P9\", children: {associate: [{id: 3}]}}) { outcome }
                updateParent(key: {id: 1}, input: {children: {create: [{id: 10, name: \"C10\"}]}}) { outcome }
                updateChild(key: {id: 1}, input: {level: 5}) { outcome } deleteToy(key: {id: 3}) { outcome } }",
        )
        .await;
    nulls
        .write(
            "mutation { createChild(input: {id: 9, name: \"C9\", email: null, level: null, mood: null, parent: null, toys: null}) { outcome }
                createParent(input: {id: 9, name: \"P9\", code: null, children: {associate: [{id: 3}], create: null}}) { outcome }
                updateParent(key: {id: 1}, input: {children: {replace: null, disassociate: null, associate: null,
                  create: [{id: 10, name: \"C10\", toys: {associate: null, create: null}}]}}) { outcome }
                updateChild(key: {id: 1}, input: {level: 5, toys: null}, ifMatch: null) { outcome }
                deleteToy(key: {id: 3}, ifMatch: null) { outcome } }",
        )
        .await;
    assert_eq!(plain.state().await, nulls.state().await);
}

#[apply(backends)]
#[tokio::test]
async fn f04_variables_that_are_not_set_mean_not_given(#[case] backend: Backend) {
    let Some(server) = cast(backend, "f04_variables").await else { return };
    let mutation = "mutation ($email: String, $level: Int, $parent: ParentBind, $toys: ToysBind, $match: String, $ifExists: Boolean! = true) {
        createChild(input: {id: 9, name: \"C9\", email: $email, level: $level, parent: $parent, toys: $toys}) { child { email level parent { id } } }
        updateChild(key: {id: 1}, input: {email: $email, level: $level, parent: $parent}, ifMatch: $match) { outcome }
        disassociateUserTeams(key: {id: 1}, refs: [{id: 3}], ifExists: $ifExists) { changed } }";
    let data = server.write_with(mutation, json!({})).await;
    assert_eq!(data["createChild"]["child"], json!({ "email": null, "level": 1, "parent": null }));
    assert_eq!(data["updateChild"]["outcome"], "UNCHANGED");
    let mutation = "mutation ($input: ChildCreate!) { createChild(input: $input) { outcome } }";
    let input =
        json!({ "id": 10, "name": "C10", "email": null, "level": null, "mood": null, "parent": null, "toys": null });
    server.write_with(mutation, json!({ "input": input })).await;
}

#[apply(backends)]
#[tokio::test]
async fn f10_an_error_has_a_path_a_place_and_a_code_and_no_text_of_the_database(#[case] backend: Backend) {
    let Some(server) = cast(backend, "f10").await else { return };
    for (second, code) in [
        ("createChild(input: {id: 1, name: \"x\"}) { outcome }", "CONFLICT"),
        ("updateToy(key: {id: 1}, input: {weight: 0}) { outcome }", "INVALID"),
        ("associateItemOrder(key: {id: 1}, ref: {id: 99}) { changed }", "TARGET_NOT_FOUND"),
        ("deleteBoss(key: {id: 3}) { outcome }", "RESTRICTED"),
        ("createItem(input: {id: 9, label: \"I9\"}) { outcome }", "REQUIRED_RELATIONSHIP"),
    ] {
        let mutation = format!(
            "mutation {{ first: updateUser(key: {{id: 1}}, input: {{name: \"new\"}}) {{ outcome }}\n  second: {second} }}"
        );
        let error = server.failed(&mutation, json!({}), code).await;
        assert_eq!(error["path"], json!(["second"]), "{second}");
        assert_eq!(error["locations"], json!([{ "line": 2, "column": 3 }]), "{second}");
        let message = error["message"].as_str().unwrap().to_lowercase();
        for word in [
            "unique constraint",
            "foreign key",
            "check constraint",
            "constraint failed",
            "error code",
            "null value in column",
            "relation \"",
        ] {
            assert!(!message.contains(word), "{word} in {message}");
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn f11_mutations_answer_with_the_type_of_queries(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "f11").await else { return };
    let key = demo_key("8acc", 40);
    let fields =
        "__typename ref etag accountid name createdby { __typename ref } contactCustomerAccounts { __typename ref }";
    for mutation in [
        format!("updateAccount(key: {{accountid: \"{key}\"}}, input: {{name: \"New\"}}) {{ outcome account {{ {fields} }} }}"),
        format!("upsertAccount(key: {{accountid: \"{key}\"}}, input: {{name: \"Newer\", createdon: \"2024-05-06T07:08:09Z\",
            createdby: {{ref: {{systemuserid: \"{}\"}}}}}}) {{ outcome account {{ {fields} }} }}", demo_key("85e0", 1)),
        format!("associateAccountContactCustomerAccounts(key: {{accountid: \"{key}\"}}, refs: [{{contactid: \"{}\"}}]) {{ changed account {{ {fields} }} }}", demo_key("8c0c", 8)),
        format!("clearAccountContactCustomerAccounts(key: {{accountid: \"{key}\"}}) {{ changed account {{ {fields} }} }}"),
    ] {
        let data = server.write(&format!("mutation {{ change: {mutation} }}")).await;
        let read = server.data(&format!("{{ account(key: {{accountid: \"{key}\"}}) {{ {fields} }} }}")).await;
        assert_eq!(data["change"]["account"], read["account"], "{mutation}");
        assert_eq!(read["account"]["__typename"], "Account");
    }
    for (payload, field, expected) in [
        ("AccountPayload", "account", "Account!"),
        ("AccountsPayload", "accounts", "[Account!]!"),
        ("AccountRefPayload", "account", "Account!"),
        ("ContactRefPayload", "contact", "Contact!"),
        ("OrderlinePayload", "orderline", "Orderline!"),
    ] {
        assert_eq!(server.type_of(payload, field).await.unwrap(), expected, "{payload}");
    }
}
