//! Bad values of attributes: each kind has its code, names the entity, and changes nothing.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, cast, demo_key, demo_of_its_own},
};

/// The ways to write two attributes of a child: created, updated, upserted, many at once, and below another record.
fn ways(fields: &str) -> Vec<String> {
    [
        "createChild(input: {id: 9, FIELDS}) { outcome }",
        "createChildren(inputs: [{id: 8, name: \"C8\"}, {id: 9, FIELDS}, {id: 10, name: \"C10\"}]) { count }",
        "updateChild(key: {id: 1}, input: {FIELDS}) { outcome }",
        "updateChildren(where: {id: {in: [1, 3]}}, input: {FIELDS}, atMost: 2) { count }",
        "upsertChild(key: {id: 9}, input: {id: 9, FIELDS}) { outcome }",
        "upsertChild(key: {id: 1}, input: {FIELDS}) { outcome }",
        "createParent(input: {id: 9, name: \"P9\", children: {create: [{id: 8, name: \"C8\"}, {id: 9, FIELDS}]}}) { outcome }",
        "updateParent(key: {id: 1}, input: {name: \"x\", children: {create: [{id: 9, FIELDS}]}}) { outcome }",
        "updateToy(key: {id: 3}, input: {child: {create: {id: 9, FIELDS}}}) { outcome }",
    ]
    .map(|way| format!("mutation {{ {} }}", way.replace("FIELDS", fields)))
    .to_vec()
}

async fn invalid(server: &Server, fields: &str) {
    for mutation in ways(fields) {
        let extensions = server.refuses(&mutation, "INVALID").await;
        assert_eq!(extensions["entity"], "child", "{mutation}\n{extensions}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn null_where_nothing_may_be_null_is_refused(#[case] backend: Backend) {
    let Some(server) = cast(backend, "null").await else { return };
    for mutation in [
        "createChild(input: {id: 9}) { outcome }",
        "createChild(input: {id: 9, name: null}) { outcome }",
        "createChildren(inputs: [{id: 8, name: \"C8\"}, {id: 9}]) { count }",
        "createParent(input: {id: 9, name: \"P9\", children: {create: [{id: 9, name: null}]}}) { outcome }",
        "createChild(input: null) { outcome }",
        "createChildren(inputs: [null]) { count }",
        "updateChild(key: {id: 1}, input: null) { outcome }",
        "updateChild(key: null, input: {}) { outcome }",
    ] {
        server.not_offered(&format!("mutation {{ {mutation} }}")).await;
    }
    for mutation in [
        "updateChild(key: {id: 1}, input: {name: null}) { outcome }",
        "updateChild(key: {id: 1}, input: {email: \"new@example.org\", level: null}) { outcome }",
        "updateChildren(where: {id: {eq: 1}}, input: {name: null}) { count }",
    ] {
        let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
        assert_eq!(extensions["entity"], "child", "{mutation}");
    }
    let mutation =
        "mutation ($name: String) { updateChild(key: {id: 1}, input: {name: $name}) { outcome child { name } } }";
    server.refuses_with(mutation, json!({ "name": null }), "INVALID").await;
    assert_eq!(
        server.write(mutation).await["updateChild"],
        json!({ "outcome": "UNCHANGED", "child": { "name": "C1" } })
    );
    // Where there is a default, null in a new record means not given; where null is a value, it is that.
    let data = server.write("mutation { createChild(input: {id: 9, name: \"C9\", level: null, email: null}) { child { level email } } }").await;
    assert_eq!(data["createChild"]["child"], json!({ "level": 1, "email": null }));
    let data =
        server.write("mutation { updateChild(key: {id: 1}, input: {email: null}) { outcome child { email } } }").await;
    assert_eq!(data["updateChild"], json!({ "outcome": "UPDATED", "child": { "email": null } }));
}

#[apply(backends)]
#[tokio::test]
async fn a_text_too_long_for_its_column_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "long").await else { return };
    for letters in ["x", "ü", "🎉"] {
        invalid(&server, &format!("name: \"{}\"", letters.repeat(21))).await;
    }
    invalid(&server, &format!("name: \"{}\"", "x".repeat(100_000))).await;
    // Letters are counted, not bytes.
    for letters in ["x", "ü", "🎉"] {
        let name = letters.repeat(20);
        let data = server
            .write(&format!(
                "mutation {{ updateChild(key: {{id: 1}}, input: {{name: \"{name}\"}}) {{ child {{ name }} }} }}"
            ))
            .await;
        assert_eq!(data["updateChild"]["child"]["name"], name);
    }
    assert_eq!(server.texts("select name as v from child where id = 1").await, ["🎉".repeat(20)]);
}

#[apply(backends)]
#[tokio::test]
async fn a_number_out_of_the_range_of_its_column_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "range").await else { return };
    for number in ["32768", "-32769", "2147483647"] {
        invalid(&server, &format!("name: \"x\", level: {number}")).await;
        // SQLite's columns take whole numbers of any size.
        if backend != Backend::Sqlite {
            let mutation =
                format!("mutation {{ updateParent(key: {{id: 3}}, input: {{number: {number}}}) {{ outcome }} }}");
            assert_eq!(server.refuses(&mutation, "INVALID").await["entity"], "parent");
        }
    }
    for number in ["2147483648", "-2147483649", "1e10", "1.5", "\"1\""] {
        let mutation =
            format!("mutation {{ updateParent(key: {{id: 3}}, input: {{number: {number}}}) {{ outcome }} }}");
        server.rejects(&mutation, json!({})).await;
    }
    let data =
        server.write("mutation { updateParent(key: {id: 3}, input: {number: -32768}) { parent { number } } }").await;
    assert_eq!(data["updateParent"]["parent"]["number"], -32768);
}

#[apply(backends)]
#[tokio::test]
async fn values_that_the_demos_columns_cannot_hold_are_refused(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "values").await else { return };
    let account = format!("key: {{accountid: \"{}\"}}", demo_key("8acc", 1));
    let order = "key: {ordernumber: \"SO-2024-0010\"}";
    for (field, value) in
        [("revenue", "100000000000000.00"), ("revenue", "-1e15"), ("priority", "32768"), ("priority", "-32769")]
    {
        let (mutation, entity) = match field {
            "revenue" => {
                (format!("updateAccount({account}, input: {{revenue: \"{value}\"}}) {{ outcome }}"), "account")
            }
            _ => (format!("updateSalesorder({order}, input: {{priority: {value}}}) {{ outcome }}"), "salesorder"),
        };
        // SQLite's columns take numbers of any size.
        if backend != Backend::Sqlite {
            let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
            assert_eq!(extensions["entity"], entity, "{value}");
        }
    }
    // What would be rounded.
    for revenue in ["1.005", "0.001"] {
        let mutation =
            format!("mutation {{ updateAccount({account}, input: {{revenue: \"{revenue}\"}}) {{ outcome }} }}");
        assert_eq!(server.refuses(&mutation, "INVALID").await["entity"], "account", "{revenue}");
    }
    for value in ["revenue: \"many\"", "createdon: \"yesterday\"", "numberofemployees: \"7\""] {
        server
            .rejects(&format!("mutation {{ updateAccount({account}, input: {{{value}}}) {{ outcome }} }}"), json!({}))
            .await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_unique_violation_names_the_key(#[case] backend: Backend) {
    let Some(server) = cast(backend, "unique").await else { return };
    for (mutation, entity, attributes) in [
        ("createChild(input: {id: 1, name: \"C9\"}) { outcome }", "child", json!(["id"])),
        ("createChild(input: {id: 9, name: \"C9\", email: \"c1@example.org\"}) { outcome }", "child", json!(["email"])),
        (
            "updateChild(key: {id: 3}, input: {name: \"x\", email: \"c1@example.org\"}) { outcome }",
            "child",
            json!(["email"]),
        ),
        (
            "updateChildren(where: {id: {in: [2, 3]}}, input: {email: \"c9@example.org\"}, atMost: 2) { count }",
            "child",
            json!(["email"]),
        ),
        (
            "upsertChild(key: {id: 3}, input: {name: \"x\", email: \"c1@example.org\"}) { outcome }",
            "child",
            json!(["email"]),
        ),
        (
            "createParent(input: {id: 9, name: \"P9\", region: \"north\", number: 2}) { outcome }",
            "parent",
            json!(["region", "number"]),
        ),
        ("updateParent(key: {id: 7}, input: {region: \"north\"}) { outcome }", "parent", json!(["region", "number"])),
        (
            "createParents(inputs: [{id: 8, name: \"P8\", code: \"Y\"}, {id: 9, name: \"P9\", code: \"Y\"}]) { count }",
            "parent",
            json!(["code"]),
        ),
        ("createShelf(input: {aisle: 1, position: 2}) { outcome }", "shelf", json!(["aisle", "position"])),
        (
            "createLine(input: {position: 1, text: \"x\", order: {ref: {id: 1}}}) { outcome }",
            "line",
            json!(["orderId", "position"]),
        ),
        (
            "createParent(input: {id: 9, name: \"P9\", children: {create: [{id: 9, name: \"C9\", email: \"c1@example.org\"}]}}) { outcome }",
            "child",
            json!(["email"]),
        ),
        (
            "createUser(input: {id: 9, name: \"U9\", teams: {create: [{id: 7, name: \"T7\"}]}}) { outcome }",
            "team",
            json!(["id"]),
        ),
    ] {
        let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), "CONFLICT").await;
        assert_eq!(extensions["entity"], entity, "{mutation}\n{extensions}");
        assert_eq!(extensions["attributes"], attributes, "{mutation}\n{extensions}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_check_that_fails_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "check").await else { return };
    invalid(&server, "name: \"x\", level: 1001").await;
    invalid(&server, "name: \"x\", level: -1").await;
    for mutation in [
        "createToy(input: {id: 9, name: \"T9\", weight: 0}) { outcome }",
        "updateToy(key: {id: 1}, input: {weight: 0}) { outcome }",
        "updateToy(key: {id: 1}, input: {weight: -2147483648, child: {ref: {id: 2}}}) { outcome }",
    ] {
        let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
        assert_eq!(extensions["entity"], "toy", "{mutation}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn an_unknown_value_of_an_enum_is_refused(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "enum").await else { return };
    let contact = format!("key: {{contactid: \"{}\"}}", demo_key("8c0c", 8));
    for value in ["TELEPATHY", "Email", "2", "5"] {
        for mutation in [
            format!("updateContact({contact}, input: {{preferredcontactmethod: {value}}}) {{ outcome }}"),
            format!(
                "createContact(input: {{lastname: \"x\", donotcall: true, preferredcontactmethod: {value}}}) {{ outcome }}"
            ),
        ] {
            server.not_offered(&format!("mutation {{ {mutation} }}")).await;
        }
    }
    let mutation =
        format!("mutation ($input: ContactUpdate!) {{ updateContact({contact}, input: $input) {{ outcome }} }}");
    for value in [json!("TELEPATHY"), json!(2), json!("email")] {
        server.not_offered_with(&mutation, json!({ "input": { "preferredcontactmethod": value } })).await;
    }
    let data = server
        .write(&format!("mutation {{ updateContact({contact}, input: {{preferredcontactmethod: MAIL}}) {{ contact {{ preferredcontactmethod }} }} }}"))
        .await;
    assert_eq!(data["updateContact"]["contact"]["preferredcontactmethod"], "MAIL");
    let sql =
        format!("select preferredcontactmethod as v from contact where contactid = {}", backend.demo_key("8c0c", 8));
    assert_eq!(server.number(&sql).await, 4);
}

#[apply(backends)]
#[tokio::test]
async fn an_enum_of_the_database_takes_its_values_alone(#[case] backend: Backend) {
    let Some(server) = cast(backend, "database_enum").await else { return };
    if backend == Backend::Sqlite {
        // There are no enums: the column is text.
        server.write("mutation { updateChild(key: {id: 1}, input: {mood: \"HAPPY\"}) { child { mood } } }").await;
        return;
    }
    for value in ["HAPPY", "merry"] {
        for mutation in ways(&format!("name: \"x\", mood: {value}")) {
            server.not_offered(&mutation).await;
        }
    }
    let data = server.write("mutation { updateChild(key: {id: 1}, input: {mood: MERRY}) { child { mood } } }").await;
    assert_eq!(data["updateChild"]["child"]["mood"], "MERRY");
    assert_eq!(server.texts("select cast(mood as text) as v from child where id = 1").await, ["merry"]);
}

#[apply(backends)]
#[tokio::test]
async fn what_is_not_written_by_clients_is_in_no_input(#[case] backend: Backend) {
    let Some(server) = cast(backend, "inputs").await else { return };
    for (input, field) in [
        ("ChildCreate", "version"),
        ("ChildUpdate", "version"),
        ("ChildUpdate", "id"),
        ("LineUpdate", "position"),
        ("ShelfUpdate", "aisle"),
        ("ChildCreate", "ref"),
        ("ChildCreate", "etag"),
        ("MembershipCreate", "userId"),
        ("FollowUpdate", "followerId"),
    ] {
        assert_eq!(server.type_of(input, field).await, None, "{input}.{field}");
    }
    for mutation in [
        "updateChild(key: {id: 1}, input: {id: 9}) { outcome }",
        "updateChild(key: {id: 1}, input: {version: 9}) { outcome }",
    ] {
        server.not_offered(&format!("mutation {{ {mutation} }}")).await;
    }
    for mutation in
        ["createMembership", "deleteMembership", "updateFollow", "associateMembershipUser", "clearTeamMemberships"]
    {
        assert!(!server.offers(mutation).await, "{mutation}");
    }
}
