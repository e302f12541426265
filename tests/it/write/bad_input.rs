//! Bad input of links: each kind has its code, names entity and navigation property, and changes nothing.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, cast, demo_key, demo_of_its_own},
};

/// A mutation that must be refused: its text, code, entity, and the navigation property where there is one.
type Refusal<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

async fn refuse(server: &Server, refusals: &[Refusal<'_>]) {
    for (mutation, code, entity, navigation) in refusals {
        let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), code).await;
        assert_eq!(extensions["entity"], *entity, "{mutation}\n{extensions}");
        assert_eq!(extensions["navigationProperty"], json!(navigation), "{mutation}\n{extensions}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_missing_record_is_not_found(#[case] backend: Backend) {
    let Some(server) = cast(backend, "missing").await else { return };
    refuse(
        &server,
        &[
            ("updateChild(key: {id: 99}, input: {name: \"x\"}) { outcome }", "NOT_FOUND", "child", None),
            ("deleteChild(key: {id: 99}) { outcome }", "NOT_FOUND", "child", None),
            ("deleteLine(key: {orderIdPosition: {orderId: 1, position: 9}}) { outcome }", "NOT_FOUND", "line", None),
            ("deleteParent(key: {code: \"Z\"}) { outcome }", "NOT_FOUND", "parent", None),
            ("deleteDesk(key: {personId: 3}) { outcome }", "NOT_FOUND", "desk", None),
        ],
    )
    .await;
    // What a link operation is about.
    for mutation in [
        "associateChildParent(key: {id: 99}, ref: {id: 99}) { changed }",
        "disassociateChildParent(key: {id: 99}) { changed }",
        "associateParentChildren(key: {id: 99}, refs: [{id: 99}]) { changed }",
        "disassociateParentChildren(key: {id: 99}, refs: [{id: 1}], ifExists: true) { changed }",
        "replaceParentChildren(key: {id: 99}, refs: []) { changed }",
        "clearParentChildren(key: {id: 99}) { changed }",
        "associateUserTeams(key: {id: 99}, refs: []) { changed }",
        "clearUserTeams(key: {id: 99}) { changed }",
        "associatePersonDesk(key: {id: 99}, ref: {id: 1}) { changed }",
        "disassociatePersonDesk(key: {id: 99}) { changed }",
    ] {
        server.refuses(&format!("mutation {{ {mutation} }}"), "NOT_FOUND").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_missing_target_is_told_wherever_it_stands(#[case] backend: Backend) {
    let Some(server) = cast(backend, "target").await else { return };
    let code = "TARGET_NOT_FOUND";
    refuse(
        &server,
        &[
            ("associateItemOrder(key: {id: 1}, ref: {id: 99}) { changed }", code, "item", Some("order")),
            ("associatePersonDesk(key: {id: 3}, ref: {id: 99}) { changed }", code, "person", Some("desk")),
            ("associateBranchParent(key: {id: 1}, ref: {id: 99}) { changed }", code, "branch", Some("parent")),
            (
                "associateBookShelf(key: {id: 1}, ref: {aislePosition: {aisle: 9, position: 9}}) { changed }",
                code,
                "book",
                Some("shelf"),
            ),
            ("associateUserTeams(key: {id: 3}, refs: [{id: 1}, {id: 99}, {id: 2}]) { changed }", code, "user", Some("teams")),
            ("replaceUserTeams(key: {id: 1}, refs: [{id: 1}, {id: 99}, {id: 2}]) { changed }", code, "user", Some("teams")),
            ("updateChild(key: {id: 1}, input: {parent: {ref: {id: 99}}}) { outcome }", code, "child", Some("parent")),
            ("updateParent(key: {id: 1}, input: {children: {associate: [{id: 3}, {id: 99}, {id: 4}]}}) { outcome }", code, "parent", Some("children")),
            ("updateParent(key: {id: 1}, input: {children: {replace: [{id: 3}, {id: 99}, {id: 4}]}}) { outcome }", code, "parent", Some("children")),
            ("updateParent(key: {id: 1}, input: {children: {disassociate: [{id: 1}, {id: 99}]}}) { outcome }", code, "parent", Some("children")),
            ("updateChildren(where: {id: {lt: 3}}, atMost: 2, input: {parent: {ref: {id: 99}}}) { count }", code, "child", Some("parent")),
            ("upsertChild(key: {id: 9}, input: {id: 9, name: \"C9\", parent: {ref: {id: 99}}}) { outcome }", code, "child", Some("parent")),
            ("createItem(input: {id: 9, label: \"I9\", order: {ref: {id: 99}}}) { outcome }", code, "item", Some("order")),
            (
                "createChildren(inputs: [{id: 8, name: \"C8\", parent: {ref: {id: 1}}}, {id: 9, name: \"C9\", parent: {ref: {id: 99}}},
                    {id: 10, name: \"C10\"}]) { count }",
                code,
                "child",
                Some("parent"),
            ),
            // Below another record it is the one below that is told.
            (
                "createParent(input: {id: 9, name: \"P9\", children: {create: [{id: 9, name: \"C9\", toys: {associate: [{id: 1}, {id: 99}]}}]}}) { outcome }",
                code,
                "child",
                Some("toys"),
            ),
        ],
    )
    .await;
}

#[apply(backends)]
#[tokio::test]
async fn a_target_of_another_entity_is_a_type_mismatch(#[case] backend: Backend) {
    let Some(server) = cast(backend, "mismatch").await else { return };
    let code = "TYPE_MISMATCH";
    for mutation in [
        "associateChildParent(key: {id: 1}, ref: {ref: \"teams(1)\"}) { changed }",
        "associateParentChildren(key: {id: 1}, refs: [{id: 3}, {ref: \"toys(1)\"}]) { changed }",
        "disassociateParentChildren(key: {id: 1}, refs: [{ref: \"toys(1)\"}]) { changed }",
        "replaceUserTeams(key: {id: 1}, refs: [{ref: \"users(1)\"}]) { changed }",
        "associatePersonFolloweds(key: {id: 1}, refs: [{ref: \"users(1)\"}]) { changed }",
        "updateChild(key: {id: 1}, input: {parent: {ref: {ref: \"branches(1)\"}}}) { outcome }",
        "updateChild(key: {ref: \"parents(1)\"}, input: {name: \"x\"}) { outcome }",
        "deleteChild(key: {ref: \"parents(1)\"}) { outcome }",
        "createChild(input: {id: 9, name: \"C9\", toys: {associate: [{id: 1}, {ref: \"parents(1)\"}]}}) { outcome }",
        "upsertChild(key: {ref: \"parents(1)\"}, input: {name: \"C9\"}) { outcome }",
    ] {
        let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), code).await;
        assert!(extensions["ref"].is_string(), "{mutation}\n{extensions}");
    }
    for malformed in [
        "",
        "children",
        "children()",
        "children(1",
        "children(x)",
        "nosuch(1)",
        "(1)",
        "https://example.org/children(1)",
        "children(1)/parent",
    ] {
        let mutation = format!(
            "mutation {{ associateParentChildren(key: {{id: 2}}, refs: [{{id: 3}}, {{ref: \"{malformed}\"}}]) {{ changed }} }}"
        );
        server.refuses(&mutation, "INVALID").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_required_link_is_kept_whoever_asks(#[case] backend: Backend) {
    let Some(server) = cast(backend, "required").await else { return };
    let code = "REQUIRED_RELATIONSHIP";
    refuse(
        &server,
        &[
            ("updateItem(key: {id: 1}, input: {label: \"x\", order: null}) { outcome }", code, "item", Some("order")),
            ("updateItems(where: {id: {eq: 1}}, input: {order: null}) { count }", code, "item", Some("order")),
            ("createItem(input: {id: 9, label: \"I9\", order: null}) { outcome }", code, "item", Some("order")),
            ("createItems(inputs: [{id: 8, label: \"I8\", order: {ref: {id: 1}}}, {id: 9, label: \"I9\"}]) { count }", code, "item", Some("order")),
            ("upsertItem(key: {id: 9}, input: {id: 9, label: \"I9\"}) { outcome }", code, "item", Some("order")),
            ("replaceOrderItems(key: {id: 1}, refs: [{id: 3}]) { changed }", code, "item", Some("order")),
            ("updateOrder(key: {id: 1}, input: {items: {replace: [{id: 3}]}}) { outcome }", code, "item", Some("order")),
            ("updateOrder(key: {id: 1}, input: {items: {disassociate: [{id: 1}]}}) { outcome }", code, "item", Some("order")),
            ("updatePerson(key: {id: 1}, input: {passport: null}) { outcome }", code, "passport", Some("person")),
        ],
    )
    .await;
    // Setting it displaces a partner that cannot do without.
    for mutation in [
        "associatePassportPerson(key: {id: 1}, ref: {id: 2}) { changed }",
        "associatePersonPassport(key: {id: 1}, ref: {id: 2}) { changed }",
        "updatePerson(key: {id: 1}, input: {passport: {ref: {id: 2}}}) { outcome }",
        "updatePerson(key: {id: 1}, input: {passport: {create: {id: 9, number: \"X9\"}}}) { outcome }",
        "createPassport(input: {id: 9, number: \"X9\", person: {ref: {id: 1}}}) { outcome }",
    ] {
        server.refuses(&format!("mutation {{ {mutation} }}"), code).await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn who_is_not_a_member_cannot_be_removed(#[case] backend: Backend) {
    let Some(server) = cast(backend, "member").await else { return };
    let code = "NOT_ASSOCIATED";
    refuse(
        &server,
        &[
            (
                "disassociateParentChildren(key: {id: 1}, refs: [{id: 1}, {id: 4}, {id: 2}]) { changed }",
                code,
                "parent",
                Some("children"),
            ),
            (
                "disassociateUserTeams(key: {id: 1}, refs: [{id: 1}, {id: 7}, {id: 2}]) { changed }",
                code,
                "user",
                Some("teams"),
            ),
            (
                "updateParent(key: {id: 1}, input: {children: {disassociate: [{id: 1}, {id: 4}]}}) { outcome }",
                code,
                "parent",
                Some("children"),
            ),
            (
                "updateUser(key: {id: 1}, input: {teams: {disassociate: [{id: 7}]}}) { outcome }",
                code,
                "user",
                Some("teams"),
            ),
            (
                "disassociatePersonFollowers(key: {id: 3}, refs: [{id: 2}]) { changed }",
                code,
                "person",
                Some("followers"),
            ),
        ],
    )
    .await;
}

#[apply(backends)]
#[tokio::test]
async fn part_of_a_composite_key_addresses_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "partial").await else { return };
    for key in [
        "{orderIdPosition: {orderId: 1}}",
        "{orderIdPosition: {position: 1}}",
        "{orderIdPosition: {}}",
        "{orderIdPosition: {orderId: 1, position: null}}",
        "{orderId: 1}",
    ] {
        server
            .not_offered(&format!("mutation {{ updateLine(key: {key}, input: {{text: \"x\"}}) {{ outcome }} }}"))
            .await;
        server.not_offered(&format!("mutation {{ deleteLine(key: {key}) {{ outcome }} }}")).await;
    }
    for reference in [
        "lines(1)",
        "lines(orderId=1)",
        "lines(position=1)",
        "lines(orderId=1,orderId=1)",
        "lines(orderId=1,position=1,text='L11')",
    ] {
        server
            .refuses(&format!("mutation {{ deleteLine(key: {{ref: \"{reference}\"}}) {{ outcome }} }}"), "INVALID")
            .await;
    }
    for target in ["{aislePosition: {aisle: 1}}", "{aisle: 1}"] {
        server
            .not_offered(&format!("mutation {{ associateBookShelf(key: {{id: 1}}, ref: {target}) {{ changed }} }}"))
            .await;
        server
            .not_offered(&format!(
                "mutation {{ updateBook(key: {{id: 1}}, input: {{shelf: {{ref: {target}}}}}) {{ outcome }} }}"
            ))
            .await;
    }
    server
        .refuses(
            "mutation { associateBookShelf(key: {id: 1}, ref: {ref: \"shelves(aisle=1)\"}) { changed } }",
            "INVALID",
        )
        .await;
    server
        .refuses(
            "mutation { createBook(input: {id: 9, title: \"B9\", shelf: {ref: {ref: \"shelves(1)\"}}}) { outcome } }",
            "INVALID",
        )
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn a_reference_given_twice_is_one_link(#[case] backend: Backend) {
    let Some(server) = cast(backend, "twice").await else { return };
    let statuses = |data: &Value, field: &str| -> Vec<String> {
        let results = data[field]["results"].as_array().unwrap();
        results.iter().map(|result| result["status"].as_str().unwrap().to_owned()).collect()
    };
    let data = server
        .write("mutation { associateParentChildren(key: {id: 1}, refs: [{id: 4}, {email: \"c4@example.org\"}, {ref: \"children(4)\"}]) { results { ref status } } }")
        .await;
    assert_eq!(statuses(&data, "associateParentChildren"), ["MOVED", "ALREADY_ASSOCIATED", "ALREADY_ASSOCIATED"]);
    let data = server
        .write("mutation { associateUserTeams(key: {id: 3}, refs: [{id: 7}, {id: 7}]) { results { status } } }")
        .await;
    assert_eq!(statuses(&data, "associateUserTeams"), ["ASSOCIATED", "ALREADY_ASSOCIATED"]);
    assert_eq!(server.number("select count(*) as v from membership where user_id = 3").await, 1);
    let data = server.write("mutation { replaceUserTeams(key: {id: 3}, refs: [{id: 7}, {id: 7}, {id: 1}, {id: 1}]) { results { status } } }").await;
    assert_eq!(
        statuses(&data, "replaceUserTeams"),
        ["ALREADY_ASSOCIATED", "ALREADY_ASSOCIATED", "ASSOCIATED", "ALREADY_ASSOCIATED"]
    );
    let data = server
        .write("mutation { disassociateUserTeams(key: {id: 3}, refs: [{id: 7}, {id: 7}]) { results { status } } }")
        .await;
    assert_eq!(statuses(&data, "disassociateUserTeams"), ["DISASSOCIATED", "DISASSOCIATED"]);
    let data = server
        .write("mutation { disassociateUserTeams(key: {id: 3}, refs: [{id: 7}, {id: 7}], ifExists: true) { changed results { status } } }")
        .await;
    assert_eq!(statuses(&data, "disassociateUserTeams"), ["NOT_ASSOCIATED", "NOT_ASSOCIATED"]);
    let data = server.write("mutation { createUser(input: {id: 9, name: \"U9\", teams: {associate: [{id: 1}, {id: 1}]}}) { user { teams { id } } } }").await;
    assert_eq!(data["createUser"]["user"]["teams"], json!([{ "id": 1 }]));
}

#[apply(backends)]
#[tokio::test]
async fn binds_that_contradict_each_other_are_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "contradiction").await else { return };
    for bind in [
        "{ref: {id: 1}, create: {name: \"P9\"}}",
        "{}",
        "{ref: null}",
        "{create: null}",
        "{ref: {id: 1}, create: null}",
    ] {
        server
            .not_offered(&format!(
                "mutation {{ updateChild(key: {{id: 3}}, input: {{parent: {bind}}}) {{ outcome }} }}"
            ))
            .await;
        server
            .not_offered(&format!(
                "mutation {{ createChild(input: {{id: 9, name: \"C9\", parent: {bind}}}) {{ outcome }} }}"
            ))
            .await;
    }
    refuse(
        &server,
        &[
            (
                "createParent(input: {id: 9, name: \"P9\", children: {create: [{id: 9, name: \"C9\", parent: {ref: {id: 2}}}]}}) { outcome }",
                "INVALID",
                "child",
                Some("parent"),
            ),
            (
                "createPerson(input: {id: 9, name: \"F\", passport: {create: {id: 9, number: \"X9\", person: {ref: {id: 3}}}}}) { outcome }",
                "INVALID",
                "passport",
                Some("person"),
            ),
        ],
    )
    .await;
}

#[apply(backends)]
#[tokio::test]
async fn two_arms_of_a_multi_table_lookup_contradict_each_other(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "two_arms").await else { return };
    let (profile, account, contact) = (demo_key("850c", 1), demo_key("8acc", 40), demo_key("8c0c", 8));
    let arms = format!(
        "customeridAccount: {{ref: {{accountid: \"{account}\"}}}}, customeridContact: {{ref: {{contactid: \"{contact}\"}}}}"
    );
    for mutation in [
        format!("updateSocialprofile(key: {{socialprofileid: \"{profile}\"}}, input: {{{arms}}}) {{ outcome }}"),
        format!("createSocialprofile(input: {{profilename: \"x\", community: OTHER, {arms}}}) {{ outcome }}"),
    ] {
        let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
        assert_eq!(extensions["entity"], "socialprofile");
    }
    // One of them and no other is no contradiction.
    let data = server
        .write(&format!(
            "mutation {{ createSocialprofile(input: {{profilename: \"x\", community: OTHER, customeridAccount: null,
                customeridContact: {{ref: {{contactid: \"{contact}\"}}}}}}) {{ socialprofile {{ customerType customeridContact {{ contactid }} }} }} }}"
        ))
        .await;
    let expected = json!({ "customerType": "contact", "customeridContact": { "contactid": contact } });
    assert_eq!(data["createSocialprofile"]["socialprofile"], expected);
}
