//! C. add-ref and remove-ref: cases 34-50, but for 39.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, cast, demo_of_its_own, pluck},
};

/// The children of a parent, by plain SQL.
async fn children(server: &Server, parent: i32) -> Vec<String> {
    server.texts(&format!("select cast(id as text) as v from child where parent_id = {parent} order by id")).await
}

/// The rows of an intersect table.
async fn rows(server: &Server, table: &str, [first, second]: [&str; 2]) -> Vec<String> {
    let sql = format!(
        "select cast({first} as text) || '-' || cast({second} as text) as v from {table} order by {first}, {second}"
    );
    server.texts(&sql).await
}

async fn memberships(server: &Server) -> Vec<String> {
    rows(server, "membership", ["user_id", "team_id"]).await
}

async fn follows(server: &Server) -> Vec<String> {
    rows(server, "follow", ["follower_id", "followed_id"]).await
}

#[apply(backends)]
#[tokio::test]
async fn c034_add_ref_sets_the_lookup(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c034").await else { return };
    let data = server
        .write(
            "mutation { associateParentChildren(key: {id: 2}, refs: [{id: 3}]) {
                changed results { ref status } parent { id children { id parent { id } } } } }",
        )
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "children(3)", "status": "ASSOCIATED" }],
        "parent": { "id": 2, "children": [{ "id": 3, "parent": { "id": 2 } }, { "id": 4, "parent": { "id": 2 } }] }
    });
    assert_eq!(data["associateParentChildren"], expected);
    assert_eq!(children(&server, 2).await, ["3", "4"]);
}

#[apply(backends)]
#[tokio::test]
async fn c035_add_ref_moves_a_child_of_another_parent(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c035").await else { return };
    let data = server
        .write(
            "mutation { associateParentChildren(key: {id: 2}, refs: [{id: 1}]) {
                changed results { ref status } parent { children { id } } } }",
        )
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "children(1)", "status": "MOVED" }],
        "parent": { "children": [{ "id": 1 }, { "id": 4 }] }
    });
    assert_eq!(data["associateParentChildren"], expected);
    assert_eq!(children(&server, 1).await, ["2"]);
    assert_eq!(children(&server, 2).await, ["1", "4"]);
    // A required lookup moves just as well.
    let data = server.write("mutation { associateOrderItems(key: {id: 2}, refs: [{id: 1}]) { results { status } order { items { id } } } }").await;
    let expected = json!({ "results": [{ "status": "MOVED" }], "order": { "items": [{ "id": 1 }, { "id": 3 }] } });
    assert_eq!(data["associateOrderItems"], expected);
}

#[apply(backends)]
#[tokio::test]
async fn c036_add_ref_of_a_member_changes_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c036").await else { return };
    let before = server.state().await;
    let data = server
        .write(
            "mutation { associateParentChildren(key: {id: 1}, refs: [{id: 1}, {email: \"c2@example.org\"}]) {
                changed results { ref status } parent { children { id } } } }",
        )
        .await;
    let results = json!([
        { "ref": "children(1)", "status": "ALREADY_ASSOCIATED" },
        { "ref": "children(2)", "status": "ALREADY_ASSOCIATED" }
    ]);
    let expected =
        json!({ "changed": false, "results": results, "parent": { "children": [{ "id": 1 }, { "id": 2 }] } });
    assert_eq!(data["associateParentChildren"], expected);
    assert_eq!(server.state().await, before);
}

#[apply(backends)]
#[tokio::test]
async fn c037_add_ref_of_a_many_to_many_makes_one_row(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c037").await else { return };
    let data = server
        .write(
            "mutation { associateUserTeams(key: {id: 3}, refs: [{id: 3}]) {
                changed results { ref status } user { teams { id users { id } } } } }",
        )
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "teams(3)", "status": "ASSOCIATED" }],
        "user": { "teams": [{ "id": 3, "users": [{ "id": 3 }] }] }
    });
    assert_eq!(data["associateUserTeams"], expected);
    assert_eq!(memberships(&server).await, ["1-1", "1-2", "2-1", "3-3"]);
    let data = server
        .write("mutation { associateTeamUsers(key: {id: 7}, refs: [{id: 2}]) { changed team { users { id } } } }")
        .await;
    assert_eq!(data["associateTeamUsers"], json!({ "changed": true, "team": { "users": [{ "id": 2 }] } }));
    assert_eq!(memberships(&server).await, ["1-1", "1-2", "2-1", "2-7", "3-3"]);
}

#[apply(backends)]
#[tokio::test]
async fn c037_a_row_with_a_key_and_a_version_of_its_own_gets_both(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c037").await else { return };
    // Nobody is in team 5.
    let mutation = "mutation { associateSystemuserTeammembershipAssociation(
        key: {internalemailaddress: \"EMAIL\"}, refs: [{teamid: \"00000000-0000-4000-8ea0-000000000005\"}]) {
        changed systemuser { teammembershipAssociation { teamid } } } }";
    let email = server.texts("select internalemailaddress as v from systemuser order by fullname").await.remove(0);
    let data = server.write(&mutation.replace("EMAIL", &email)).await;
    assert_eq!(data["associateSystemuserTeammembershipAssociation"]["changed"], true);
    let team = backend.demo_key("8ea0", 5);
    let row = format!("from teammembership where teamid = {team} and teammembershipid is not null");
    assert_eq!(server.number(&format!("select count(*) as v {row}")).await, 1);
    assert_eq!(server.number(&format!("select versionnumber as v {row}")).await, 1);
}

#[apply(backends)]
#[tokio::test]
async fn c038_add_ref_of_a_linked_pair_changes_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c038").await else { return };
    let before = server.state().await;
    for (mutation, reference) in [("associateUserTeams", "teams(1)"), ("associateTeamUsers", "users(1)")] {
        let data = server
            .write(&format!(
                "mutation {{ {mutation}(key: {{id: 1}}, refs: [{{id: 1}}]) {{ changed results {{ ref status }} }} }}"
            ))
            .await;
        let results = json!([{ "ref": reference, "status": "ALREADY_ASSOCIATED" }]);
        assert_eq!(data[mutation], json!({ "changed": false, "results": results }));
    }
    assert_eq!(server.state().await, before);
}

#[apply(backends)]
#[tokio::test]
async fn c040_add_ref_needs_both_records(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c040").await else { return };
    for (mutation, entity, navigation) in [
        ("associateUserTeams", "user", "teams"),
        ("associateTeamUsers", "team", "users"),
        ("associateParentChildren", "parent", "children"),
        ("associatePersonFolloweds", "person", "followeds"),
    ] {
        let unknown_source = format!("mutation {{ {mutation}(key: {{id: 99}}, refs: [{{id: 1}}]) {{ changed }} }}");
        assert_eq!(server.refuses(&unknown_source, "NOT_FOUND").await["entity"], entity);
        let unknown_target = format!("mutation {{ {mutation}(key: {{id: 1}}, refs: [{{id: 99}}]) {{ changed }} }}");
        let extensions = server.refuses(&unknown_target, "TARGET_NOT_FOUND").await;
        assert_eq!(extensions["entity"], entity);
        assert_eq!(extensions["navigationProperty"], navigation);
        assert!(extensions["ref"].as_str().unwrap().ends_with("(99)"), "{extensions}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c041_add_ref_of_another_entity_is_a_type_mismatch(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c041").await else { return };
    for refs in ["[{ref: \"parents(7)\"}]", "[{id: 3}, {ref: \"parents(7)\"}]", "[{ref: \"users(1)\"}]"] {
        server
            .refuses(
                &format!("mutation {{ associateUserTeams(key: {{id: 1}}, refs: {refs}) {{ changed }} }}"),
                "TYPE_MISMATCH",
            )
            .await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn c042_remove_ref_clears_the_lookup_and_keeps_the_child(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c042").await else { return };
    let data = server
        .write(
            "mutation { disassociateParentChildren(key: {id: 1}, refs: [{id: 1}]) {
                changed results { ref status } parent { children { id } } } }",
        )
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "children(1)", "status": "DISASSOCIATED" }],
        "parent": { "children": [{ "id": 2 }] }
    });
    assert_eq!(data["disassociateParentChildren"], expected);
    assert_eq!(
        server.data("{ child(key: {id: 1}) { id parent { id } } }").await["child"],
        json!({ "id": 1, "parent": null })
    );
    assert_eq!(children(&server, 1).await, ["2"]);
}

#[apply(backends)]
#[tokio::test]
async fn c043_remove_ref_of_a_many_to_many_removes_the_row_alone(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c043").await else { return };
    let data = server
        .write(
            "mutation { disassociateUserTeams(key: {id: 1}, refs: [{id: 1}]) {
                changed results { ref status } user { teams { id } } } }",
        )
        .await;
    let expected = json!({
        "changed": true, "results": [{ "ref": "teams(1)", "status": "DISASSOCIATED" }], "user": { "teams": [{ "id": 2 }] }
    });
    assert_eq!(data["disassociateUserTeams"], expected);
    assert_eq!(memberships(&server).await, ["1-2", "2-1"]);
    let data = server.data("{ team(key: {id: 1}) { users { id } } }").await;
    assert_eq!(pluck(&data["team"]["users"], "id"), ["2"]);
    let state = server.state().await;
    assert_eq!((state.count("users"), state.count("team")), (3, 4));
}

#[apply(backends)]
#[tokio::test]
async fn c044_remove_ref_of_an_unlinked_pair_is_not_associated(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c044").await else { return };
    for (mutation, entity, navigation, target) in [
        ("disassociateUserTeams", "user", "teams", "teams(3)"),
        ("disassociateTeamUsers", "team", "users", "users(3)"),
        ("disassociateParentChildren", "parent", "children", "children(3)"),
        ("disassociatePersonFollowers", "person", "followers", "people(3)"),
    ] {
        let plain = format!("mutation {{ {mutation}(key: {{id: 1}}, refs: [{{id: 3}}]) {{ changed }} }}");
        let extensions = server.refuses(&plain, "NOT_ASSOCIATED").await;
        assert_eq!((&extensions["entity"], &extensions["navigationProperty"]), (&json!(entity), &json!(navigation)));
        assert_eq!(extensions["ref"], target);
        server.refuses(&plain.replace("]) {", "], ifExists: false) {"), "NOT_ASSOCIATED").await;
        let before = server.state().await;
        let lenient = format!(
            "mutation {{ {mutation}(key: {{id: 1}}, refs: [{{id: 3}}], ifExists: true) {{ changed results {{ ref status }} }} }}"
        );
        let results = json!([{ "ref": target, "status": "NOT_ASSOCIATED" }]);
        assert_eq!(server.write(&lenient).await[mutation], json!({ "changed": false, "results": results }));
        assert_eq!(server.state().await, before);
    }
    // One that is not a member keeps back those that are.
    server
        .refuses(
            "mutation { disassociateUserTeams(key: {id: 1}, refs: [{id: 1}, {id: 3}, {id: 2}]) { changed } }",
            "NOT_ASSOCIATED",
        )
        .await;
    let data = server
        .write("mutation { disassociateUserTeams(key: {id: 1}, refs: [{id: 1}, {id: 3}], ifExists: true) { changed results { status } } }")
        .await;
    let results = json!([{ "status": "DISASSOCIATED" }, { "status": "NOT_ASSOCIATED" }]);
    assert_eq!(data["disassociateUserTeams"], json!({ "changed": true, "results": results }));
}

#[apply(backends)]
#[tokio::test]
async fn c045_remove_ref_leaves_a_child_of_another_parent(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c045").await else { return };
    let extensions = server
        .refuses("mutation { disassociateParentChildren(key: {id: 2}, refs: [{id: 1}]) { changed } }", "NOT_ASSOCIATED")
        .await;
    assert_eq!(extensions["ref"], "children(1)");
    let data = server
        .write("mutation { disassociateParentChildren(key: {id: 2}, refs: [{id: 1}], ifExists: true) { changed } }")
        .await;
    assert_eq!(data["disassociateParentChildren"]["changed"], false);
    assert_eq!(children(&server, 1).await, ["1", "2"]);
}

#[apply(backends)]
#[tokio::test]
async fn c046_remove_ref_of_a_missing_record_is_target_not_found(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c046").await else { return };
    for mutation in
        ["disassociateUserTeams", "disassociateTeamUsers", "disassociateParentChildren", "disassociatePersonFolloweds"]
    {
        let plain = format!("mutation {{ {mutation}(key: {{id: 1}}, refs: [{{id: 99}}]) {{ changed }} }}");
        let extensions = server.refuses(&plain, "TARGET_NOT_FOUND").await;
        assert_ne!(extensions["navigationProperty"], Value::Null);
        let missing = format!("mutation {{ {mutation}(key: {{id: 99}}, refs: [{{id: 1}}]) {{ changed }} }}");
        server.refuses(&missing, "NOT_FOUND").await;
    }
    let mutation = "mutation { disassociateUserTeams(key: {id: 1}, refs: [{ref: \"parents(7)\"}]) { changed } }";
    server.refuses(mutation, "TYPE_MISMATCH").await;
}

#[apply(backends)]
#[tokio::test]
async fn c047_a_member_with_a_required_lookup_cannot_be_removed(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c047").await else { return };
    assert!(server.offers("associateOrderItems").await);
    for mutation in ["disassociateOrderItems", "clearOrderItems"] {
        assert!(!server.offers(mutation).await, "{mutation}");
    }
    server.not_offered("mutation { disassociateOrderItems(key: {id: 1}, refs: [{id: 1}]) { changed } }").await;
    server.not_offered("mutation { clearOrderItems(key: {id: 1}) { changed } }").await;
    let mutation = "mutation { updateOrder(key: {id: 1}, input: {items: {disassociate: [{id: 1}]}}) { outcome } }";
    let extensions = server.refuses(mutation, "REQUIRED_RELATIONSHIP").await;
    assert_eq!((&extensions["entity"], &extensions["navigationProperty"]), (&json!("item"), &json!("order")));
}

#[apply(backends)]
#[tokio::test]
async fn c048_a_link_removed_from_either_end_is_the_same(#[case] backend: Backend) {
    let Some(one) = cast(backend, "c048_one").await else { return };
    let Some(many) = cast(backend, "c048_many").await else { return };
    one.write("mutation { disassociateChildParent(key: {id: 1}) { changed } }").await;
    many.write("mutation { disassociateParentChildren(key: {id: 1}, refs: [{id: 1}]) { changed } }").await;
    one.write("mutation { disassociateUserTeams(key: {id: 1}, refs: [{id: 1}]) { changed } }").await;
    many.write("mutation { disassociateTeamUsers(key: {id: 1}, refs: [{id: 1}]) { changed } }").await;
    one.write("mutation { disassociatePersonFolloweds(key: {id: 1}, refs: [{id: 3}]) { changed } }").await;
    many.write("mutation { disassociatePersonFollowers(key: {id: 3}, refs: [{id: 1}]) { changed } }").await;
    one.write("mutation { disassociateDeskPerson(key: {id: 1}) { changed } }").await;
    many.write("mutation { disassociatePersonDesk(key: {id: 1}) { changed } }").await;
    assert_eq!(one.state().await, many.state().await);
    assert_eq!(memberships(&one).await, ["1-2", "2-1"]);
    assert_eq!(follows(&one).await, ["1-2", "2-1"]);
}

#[apply(backends)]
#[tokio::test]
async fn c049_removing_one_direction_leaves_the_other(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c049").await else { return };
    let data = server
        .write(
            "mutation { disassociatePersonFolloweds(key: {id: 1}, refs: [{id: 2}]) {
                changed person { followeds { id } followers { id } } } }",
        )
        .await;
    let expected = json!({ "changed": true, "person": { "followeds": [{ "id": 3 }], "followers": [{ "id": 2 }] } });
    assert_eq!(data["disassociatePersonFolloweds"], expected);
    assert_eq!(follows(&server).await, ["1-3", "2-1"]);
    let data = server.write("mutation { associatePersonFollowers(key: {id: 4}, refs: [{id: 5}]) { changed person { followeds { id } } } }").await;
    assert_eq!(data["associatePersonFollowers"], json!({ "changed": true, "person": { "followeds": [] } }));
    assert_eq!(follows(&server).await, ["1-3", "2-1", "5-4"]);
}

#[apply(backends)]
#[tokio::test]
async fn c050_a_record_may_be_linked_with_itself(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c050").await else { return };
    let mutation = "mutation { associatePersonFolloweds(key: {id: 4}, refs: [{id: 4}]) {
        changed person { followeds { id } followers { id } } } }";
    let person = json!({ "followeds": [{ "id": 4 }], "followers": [{ "id": 4 }] });
    assert_eq!(server.write(mutation).await["associatePersonFolloweds"], json!({ "changed": true, "person": person }));
    assert_eq!(follows(&server).await, ["1-2", "1-3", "2-1", "4-4"]);
    assert_eq!(server.write(mutation).await["associatePersonFolloweds"], json!({ "changed": false, "person": person }));
    assert_eq!(follows(&server).await, ["1-2", "1-3", "2-1", "4-4"]);
}
