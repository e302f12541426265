//! H. Operations of several mutations, and what payloads show: cases 99 and 100.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, cast, demo_key, demo_of_its_own, pluck},
};

#[apply(backends)]
#[tokio::test]
async fn c099_a_later_failure_undoes_what_came_before(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c099").await else { return };
    for (second, code) in [
        ("associateChildParent(key: {id: 3}, ref: {id: 99}) { changed }", "TARGET_NOT_FOUND"),
        ("updateChild(key: {id: 99}, input: {name: \"x\"}) { outcome }", "NOT_FOUND"),
        ("createToy(input: {id: 9, name: \"ball\"}) { outcome }", "CONFLICT"),
        ("createToy(input: {id: 9, name: \"T9\", weight: -1}) { outcome }", "INVALID"),
        ("disassociateUserTeams(key: {id: 1}, refs: [{id: 3}]) { changed }", "NOT_ASSOCIATED"),
        ("deleteBoss(key: {id: 4}) { outcome }", "RESTRICTED"),
        ("updateItem(key: {id: 1}, input: {order: null}) { outcome }", "REQUIRED_RELATIONSHIP"),
        ("deleteParents(where: {}) { count }", "INVALID"),
    ] {
        let mutation = format!(
            "mutation {{ first: createParent(input: {{id: 9, name: \"P9\"}}) {{ outcome }}
                also: clearUserTeams(key: {{id: 2}}) {{ changed }} gone: deleteBoss(key: {{id: 1}}) {{ outcome }}
                second: {second} third: deleteUser(key: {{id: 2}}) {{ outcome }} }}"
        );
        let error = server.failed(&mutation, json!({}), code).await;
        assert_eq!(error["path"], json!(["second"]), "{second}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c099_mutations_run_in_order_and_see_each_other(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c099_order").await else { return };
    let data = server
        .write(
            "mutation { parent: createParent(input: {id: 9, name: \"P9\"}) { parent { id children { id } } }
                child: createChild(input: {id: 9, name: \"C9\", parent: {ref: {id: 9}}}) { child { parent { name } } }
                move: associateParentChildren(key: {id: 9}, refs: [{id: 1}, {id: 9}]) { results { status } parent { children { id } } }
                rename: updateParent(key: {id: 9}, input: {name: \"P10\"}) { parent { name children { id } } }
                first: updateChild(key: {id: 1}, input: {level: 11}) { child { level parent { name } } }
                gone: deleteChild(key: {id: 9}) { outcome child { id parent { name } } } }",
        )
        .await;
    // Each payload shows what was after its own mutation.
    let expected = json!({
        "parent": { "parent": { "id": 9, "children": [] } },
        "child": { "child": { "parent": { "name": "P9" } } },
        "move": { "results": [{ "status": "MOVED" }, { "status": "ALREADY_ASSOCIATED" }], "parent": { "children": [{ "id": 1 }, { "id": 9 }] } },
        "rename": { "parent": { "name": "P10", "children": [{ "id": 1 }, { "id": 9 }] } },
        "first": { "child": { "level": 11, "parent": { "name": "P10" } } },
        "gone": { "outcome": "DELETED", "child": { "id": 9, "parent": { "name": "P10" } } }
    });
    assert_eq!(data, expected);
    assert_eq!(server.texts("select cast(id as text) as v from child where parent_id = 9").await, ["1"]);
}

#[apply(backends)]
#[tokio::test]
async fn c099_a_key_made_by_the_client_is_used_later(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c099").await else { return };
    let key = "0198c5a0-0000-7000-8000-000000000001";
    let user = demo_key("85e0", 1);
    let data = server
        .write(&format!(
            "mutation {{ createTeam(input: {{teamid: \"{key}\", name: \"New\", teamtype: OWNER}}) {{ outcome team {{ teamid }} }}
                associateSystemuserTeammembershipAssociation(key: {{systemuserid: \"{user}\"}}, refs: [{{teamid: \"{key}\"}}]) {{
                  changed systemuser {{ teammembershipAssociation(where: {{name: {{eq: \"New\"}}}}) {{ teamid }} }} }} }}"
        ))
        .await;
    assert_eq!(data["createTeam"], json!({ "outcome": "CREATED", "team": { "teamid": key } }));
    let linked = &data["associateSystemuserTeammembershipAssociation"];
    assert_eq!(*linked, json!({ "changed": true, "systemuser": { "teammembershipAssociation": [{ "teamid": key }] } }));
}

#[apply(backends)]
#[tokio::test]
async fn c099_an_alias_refers_to_what_an_earlier_field_wrote(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c099_alias").await else { return };
    // No key is known before.
    let data = server
        .write(
            "mutation { acme: createParent(input: {name: \"Acme\"}) { parent { id } }
                new: createChild(input: {name: \"New\", parent: {ref: {ref: \"$acme\"}}}) { child { id parent { name } } }
                old: associateChildParent(key: {id: 3}, ref: {ref: \"$acme\"}) { changed child { parent { name } } }
                toys: associateChildToys(key: {ref: \"$new\"}, refs: [{ref: \"toys(3)\"}, {id: 1}]) { child { toys { id } } }
                back: associateParentChildren(key: {id: 2}, refs: [{ref: \"$new\"}, {ref: \"$old\"}]) { parent { children { name } } }
                last: updateParent(key: {ref: \"$acme\"}, input: {code: \"Z\", children: {associate: [{ref: \"$new\"}]}}) {
                  parent { code children { name } } } }",
        )
        .await;
    assert_eq!(data["new"]["child"]["parent"], json!({ "name": "Acme" }));
    assert_eq!(data["old"], json!({ "changed": true, "child": { "parent": { "name": "Acme" } } }));
    assert_eq!(pluck(&data["toys"]["child"]["toys"], "id"), ["1", "3"]);
    let mut names = pluck(&data["back"]["parent"]["children"], "name");
    names.sort();
    assert_eq!(names, ["C3", "C4", "New"]);
    assert_eq!(data["last"]["parent"], json!({ "code": "Z", "children": [{ "name": "New" }] }));
    let sql = format!("select parent_id as v from child where id = {}", data["new"]["child"]["id"]);
    assert_eq!(server.number(&sql).await, data["acme"]["parent"]["id"].as_i64().unwrap());
    // A field without an alias has its name as its response key.
    let data = server
        .write(
            "mutation { createUser(input: {name: \"U9\"}) { user { name } }
                associateTeamUsers(key: {id: 7}, refs: [{ref: \"$createUser\"}]) { team { users { name } } } }",
        )
        .await;
    assert_eq!(data["associateTeamUsers"]["team"], json!({ "users": [{ "name": "U9" }] }));
}

#[apply(backends)]
#[tokio::test]
async fn c099_an_alias_that_means_nothing_is_refused(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c099_no_alias").await else { return };
    let first = "acme: createParent(input: {id: 9, name: \"P9\"}) { outcome }";
    for (reference, code) in
        [("$nosuch", "INVALID"), ("$", "INVALID"), ("$second", "INVALID"), ("$later", "INVALID"), ("$ACME", "INVALID")]
    {
        let mutation = format!(
            "mutation {{ {first} second: associateChildParent(key: {{id: 3}}, ref: {{ref: \"{reference}\"}}) {{ changed }}
                later: createParent(input: {{id: 10, name: \"P10\"}}) {{ outcome }} }}"
        );
        let error = server.failed(&mutation, json!({}), code).await;
        assert_eq!(error["path"], json!(["second"]), "{reference}");
    }
    // A parent is no toy.
    let mutation = format!(
        "mutation {{ {first} second: associateChildToys(key: {{id: 3}}, refs: [{{ref: \"$acme\"}}]) {{ changed }} }}"
    );
    server.refuses(&mutation, "TYPE_MISMATCH").await;
    // Outside an operation of mutations there is nothing to refer to.
    assert_eq!(server.code("{ parent(key: {ref: \"$acme\"}) { id } }").await, "INVALID");
}

#[apply(backends)]
#[tokio::test]
async fn c099_what_a_directive_leaves_out_is_not_done(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c099_skip").await else { return };
    let mutation = "mutation ($no: Boolean = false, $yes: Boolean = true) {
        __typename
        a: createParent(input: {id: 8, name: \"P8\"}) @include(if: $no) { outcome }
        b: createParent(input: {id: 9, name: \"P9\"}) @skip(if: $no) { outcome }
        c: deleteParent(key: {id: 1}) @skip(if: $yes) { outcome }
        ...more @include(if: $no)
        ... on Mutation { d: deleteParent(key: {id: 3}) { outcome parent @skip(if: $yes) { id } } } }
        fragment more on Mutation { e: deleteParent(key: {id: 2}) { outcome } }";
    let data = server.write(mutation).await;
    let expected = json!({ "__typename": "Mutation", "b": { "outcome": "CREATED" }, "d": { "outcome": "DELETED" } });
    assert_eq!(data, expected);
    assert_eq!(server.texts("select cast(id as text) as v from parent order by id").await, ["1", "2", "7", "9"]);
    // The same field twice is one field.
    let twice = "mutation { createUser(input: {id: 9, name: \"U9\"}) { outcome }
        ... on Mutation { createUser(input: {id: 9, name: \"U9\"}) { user { id } } } }";
    let data = server.write(twice).await;
    assert_eq!(data["createUser"], json!({ "outcome": "CREATED", "user": { "id": 9 } }));
}

#[apply(backends)]
#[tokio::test]
async fn c099_a_query_writes_nothing_and_a_get_is_no_mutation(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c099_get").await else { return };
    let before = server.state().await;
    let mutation = "mutation { deleteParent(key: {id: 1}) { outcome } }";
    let response = server.client().get(server.url("/graphql")).query(&[("query", mutation)]).send().await.unwrap();
    assert!(response.status().is_client_error(), "{}", response.status());
    server.not_offered("{ deleteParent(key: {id: 1}) { outcome } }").await;
    server.not_offered("subscription { deleteParent(key: {id: 1}) { outcome } }").await;
    assert_eq!(server.state().await, before);
}

/// Link mutations of the cast, and the record that each is about.
const LINKS: &[(&str, &str, &str, &str)] = &[
    // Mutation and arguments but for the key, entity, key, both ends.
    ("associateChildParent(ref: {id: 2}, ", "child", "{id: 1}", "parent { id children { id parent { id } } }"),
    ("disassociateChildParent(", "child", "{id: 2}", "parent { id children { id } }"),
    (
        "associateParentChildren(refs: [{id: 3}, {id: 4}], ",
        "parent",
        "{id: 1}",
        "children { id parent { id children { id } } }",
    ),
    (
        "disassociateParentChildren(refs: [{id: 3}], ",
        "parent",
        "{id: 1}",
        "children { id parent { id children { id } } }",
    ),
    (
        "replaceParentChildren(refs: [{id: 2}, {id: 4}], ",
        "parent",
        "{id: 1}",
        "children { id parent { id children { id } } }",
    ),
    ("clearParentChildren(", "parent", "{id: 1}", "children { id parent { id } }"),
    ("associateItemOrder(ref: {id: 2}, ", "item", "{id: 1}", "order { id items { id order { id } } }"),
    ("associateOrderItems(refs: [{id: 2}], ", "order", "{id: 2}", "items { id order { id } }"),
    ("replaceOrderItems(refs: [{id: 1}, {id: 2}, {id: 3}], ", "order", "{id: 3}", "items { id order { id } }"),
    ("associateUserTeams(refs: [{id: 3}], ", "user", "{id: 1}", "teams { id users { id teams { id } } }"),
    ("disassociateUserTeams(refs: [{id: 2}], ", "user", "{id: 1}", "teams { id users { id } }"),
    ("replaceTeamUsers(refs: [{id: 2}, {id: 3}], ", "team", "{id: 1}", "users { id teams { id users { id } } }"),
    ("clearTeamUsers(", "team", "{id: 3}", "users { id teams { id } }"),
    (
        "associatePersonFolloweds(refs: [{id: 4}, {id: 1}], ",
        "person",
        "{id: 1}",
        "followeds { id followers { id } } followers { id followeds { id } }",
    ),
    (
        "disassociatePersonFollowers(refs: [{id: 1}], ",
        "person",
        "{id: 4}",
        "followeds { id followers { id } } followers { id followeds { id } }",
    ),
    (
        "replacePersonFollowers(refs: [{id: 4}, {id: 5}], ",
        "person",
        "{id: 1}",
        "followeds { id followers { id } } followers { id followeds { id } }",
    ),
    (
        "clearPersonFolloweds(",
        "person",
        "{id: 1}",
        "followeds { id followers { id } } followers { id followeds { id } }",
    ),
    ("associateDeskPerson(ref: {id: 2}, ", "desk", "{id: 1}", "person { id desk { id person { id } } }"),
    ("disassociateDeskPerson(", "desk", "{id: 1}", "person { id desk { id } }"),
    ("associatePersonDesk(ref: {id: 3}, ", "person", "{id: 2}", "desk { id person { id desk { id } } }"),
    ("disassociatePersonDesk(", "person", "{id: 2}", "desk { id person { id } }"),
    (
        "associateBookShelf(ref: {aislePosition: {aisle: 2, position: 1}}, ",
        "book",
        "{id: 2}",
        "shelf { label books { id shelf { label } } }",
    ),
    (
        "associateShelfBooks(refs: [{id: 1}, {id: 2}], ",
        "shelf",
        "{aislePosition: {aisle: 1, position: 2}}",
        "books { id shelf { label } }",
    ),
    (
        "associateBranchParent(ref: {id: 5}, ",
        "branch",
        "{id: 3}",
        "parent { id branchesByParent { id } } branchesByParent { id parent { id } }",
    ),
    ("associateBranchBranchesByParent(refs: [{id: 4}], ", "branch", "{id: 5}", "branchesByParent { id parent { id } }"),
];

#[apply(backends)]
#[tokio::test]
async fn c100_payloads_show_both_ends_as_they_are_after_the_write(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c100").await else { return };
    for (mutation, entity, key, ends) in LINKS {
        let fields = format!("ref etag {ends}");
        let mutation = format!("mutation {{ link: {mutation}key: {key}) {{ changed {entity} {{ {fields} }} }} }}");
        let data = server.write(&mutation).await;
        assert_eq!(data["link"]["changed"], true, "{mutation}");
        let read = server.data(&format!("{{ {entity}(key: {key}) {{ {fields} }} }}")).await;
        assert_ne!(read[entity], Value::Null);
        assert_eq!(data["link"][entity], read[entity], "{mutation}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c100_payloads_take_every_argument_of_a_read(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c100_read").await else { return };
    let data = server
        .write(
            "mutation { associateParentChildren(key: {id: 1}, refs: [{id: 3}, {id: 4}]) { __typename
                parent { first: children(first: 1, offset: 1, orderBy: [{id: DESC}]) { id }
                  some: children(where: {level: {gt: 20}}) { id toys { id } }
                  childrenConnection(first: 2) { totalCount nodes { id } pageInfo { hasNextPage } }
                  childrenAggregate { count max { level } } } results { __typename ref } } }",
        )
        .await;
    let expected = json!({
        "__typename": "ParentRefPayload",
        "parent": {
            "first": [{ "id": 3 }],
            "some": [{ "id": 3, "toys": [] }, { "id": 4, "toys": [] }],
            "childrenConnection": { "totalCount": 4, "nodes": [{ "id": 1 }, { "id": 2 }], "pageInfo": { "hasNextPage": true } },
            "childrenAggregate": { "count": 4, "max": { "level": 40 } }
        },
        "results": [{ "__typename": "RefResult", "ref": "children(3)" }, { "__typename": "RefResult", "ref": "children(4)" }]
    });
    assert_eq!(data["associateParentChildren"], expected);
}

#[apply(backends)]
#[tokio::test]
async fn c100_payloads_show_both_ends_of_a_multi_table_lookup(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c100").await else { return };
    let (profile, contact, account) = (demo_key("850c", 1), demo_key("8c0c", 8), demo_key("8acc", 40));
    let (profile, contact, account) = (
        format!("{{socialprofileid: \"{profile}\"}}"),
        format!("{{contactid: \"{contact}\"}}"),
        format!("{{accountid: \"{account}\"}}"),
    );
    let arms = "customerId customerType customer { __typename } customeridAccount { ref socialprofileCustomerAccounts { ref } }
        customeridContact { ref socialprofileCustomerContacts { ref } }";
    for (mutation, entity, key, ends) in [
        (format!("associateSocialprofileCustomeridContact(ref: {contact}, "), "socialprofile", &profile, arms),
        (format!("associateSocialprofileCustomeridAccount(ref: {account}, "), "socialprofile", &profile, arms),
        ("disassociateSocialprofileCustomeridAccount(".to_owned(), "socialprofile", &profile, arms),
        (
            format!("associateContactSocialprofileCustomerContacts(refs: [{profile}], "),
            "contact",
            &contact,
            "socialprofileCustomerContacts { ref customer { __typename } customeridContact { ref } customeridAccount { ref } }",
        ),
        (
            format!("replaceAccountSocialprofileCustomerAccounts(refs: [{profile}], "),
            "account",
            &account,
            "socialprofileCustomerAccounts { ref customer { __typename } customeridContact { ref } customeridAccount { ref } }",
        ),
        (
            "clearAccountSocialprofileCustomerAccounts(".to_owned(),
            "account",
            &account,
            "socialprofileCustomerAccounts { ref customer { __typename } }",
        ),
    ] {
        let mutation = format!("mutation {{ link: {mutation}key: {key}) {{ changed {entity} {{ {ends} }} }} }}");
        let data = server.write(&mutation).await;
        assert_eq!(data["link"]["changed"], true, "{mutation}");
        let read = server.data(&format!("{{ {entity}(key: {key}) {{ {ends} }} }}")).await;
        assert_eq!(data["link"][entity], read[entity], "{mutation}");
    }
}
