//! C. replace-refs, clear-refs, many references at once: cases 51-59.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, State, cast, demo_key, demo_of_its_own, pluck, text},
};

async fn teams(server: &Server, user: i32) -> Vec<String> {
    server
        .texts(&format!("select cast(team_id as text) as v from membership where user_id = {user} order by team_id"))
        .await
}

async fn children(server: &Server, parent: i32) -> Vec<String> {
    server.texts(&format!("select cast(id as text) as v from child where parent_id = {parent} order by id")).await
}

#[apply(backends)]
#[tokio::test]
async fn c051_replace_refs_unlinks_and_links_and_keeps_what_stays(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c051").await else { return };
    let place = match backend {
        Backend::Sqlite => "cast(rowid as text)",
        Backend::Postgres => "ctid::text",
        // It does not tell a row from another one with the same key.
        Backend::MariaDb => "'-'",
    };
    let row = format!("select {place} as v from membership where user_id = 1 and team_id = 2");
    let before = server.texts(&row).await;
    let data = server
        .write(
            "mutation { replaceUserTeams(key: {id: 1}, refs: [{id: 2}, {id: 3}]) {
                changed results { ref status } user { teams { id users { id } } } } }",
        )
        .await;
    let results = json!([
        { "ref": "teams(2)", "status": "ALREADY_ASSOCIATED" },
        { "ref": "teams(3)", "status": "ASSOCIATED" },
        { "ref": "teams(1)", "status": "DISASSOCIATED" }
    ]);
    let teams_of_1 = json!([{ "id": 2, "users": [{ "id": 1 }] }, { "id": 3, "users": [{ "id": 1 }] }]);
    let expected = json!({ "changed": true, "results": results, "user": { "teams": teams_of_1 } });
    assert_eq!(data["replaceUserTeams"], expected);
    assert_eq!(server.texts(&row).await, before);
    assert_eq!(teams(&server, 1).await, ["2", "3"]);
    assert_eq!(teams(&server, 2).await, ["1"]);
    assert_eq!(server.state().await.count("team"), 4);
}

#[apply(backends)]
#[tokio::test]
async fn c051_a_row_that_stays_keeps_its_own_key_and_version(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c051").await else { return };
    // User 2 is in the teams 1 and 4.
    let row = format!(
        "select {} as \"key\", versionnumber from teammembership where systemuserid = {} and teamid = {}",
        backend.uuid("teammembershipid"),
        backend.demo_key("85e0", 2),
        backend.demo_key("8ea0", 4)
    );
    let before = server.sql(&row).await;
    assert_eq!(before.len(), 1);
    let (user, kept, new) = (demo_key("85e0", 2), demo_key("8ea0", 4), demo_key("8ea0", 5));
    let data = server
        .write(&format!(
            "mutation {{ replaceSystemuserTeammembershipAssociation(key: {{systemuserid: \"{user}\"}},
                refs: [{{teamid: \"{new}\"}}, {{teamid: \"{kept}\"}}]) {{
              changed systemuser {{ teammembershipAssociation {{ teamid }} }} }} }}"
        ))
        .await;
    let payload = &data["replaceSystemuserTeammembershipAssociation"];
    assert_eq!(payload["changed"], true);
    assert_eq!(pluck(&payload["systemuser"]["teammembershipAssociation"], "teamid"), [kept, new]);
    assert_eq!(server.sql(&row).await, before);
}

#[apply(backends)]
#[tokio::test]
async fn c051_replace_refs_of_a_one_to_many_moves_and_unlinks(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c051_lookup").await else { return };
    let data = server
        .write(
            "mutation { replaceParentChildren(key: {id: 1}, refs: [{id: 2}, {id: 3}, {id: 4}]) {
                changed results { ref status } parent { children { id } } } }",
        )
        .await;
    let results = json!([
        { "ref": "children(2)", "status": "ALREADY_ASSOCIATED" },
        { "ref": "children(3)", "status": "ASSOCIATED" },
        { "ref": "children(4)", "status": "MOVED" },
        { "ref": "children(1)", "status": "DISASSOCIATED" }
    ]);
    let parent = json!({ "children": [{ "id": 2 }, { "id": 3 }, { "id": 4 }] });
    assert_eq!(data["replaceParentChildren"], json!({ "changed": true, "results": results, "parent": parent }));
    assert_eq!(children(&server, 1).await, ["2", "3", "4"]);
    assert_eq!(children(&server, 2).await, Vec::<String>::new());
    assert_eq!(server.state().await.count("child"), 4);
}

#[apply(backends)]
#[tokio::test]
async fn c052_replace_refs_with_nothing_empties_and_duplicates_are_one_link(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c052").await else { return };
    let data = server.write("mutation { replaceUserTeams(key: {id: 1}, refs: []) { changed results { ref status } user { teams { id } } } }").await;
    let results =
        json!([{ "ref": "teams(1)", "status": "DISASSOCIATED" }, { "ref": "teams(2)", "status": "DISASSOCIATED" }]);
    assert_eq!(data["replaceUserTeams"], json!({ "changed": true, "results": results, "user": { "teams": [] } }));
    assert_eq!(teams(&server, 1).await, Vec::<String>::new());
    let twice = "mutation { replaceUserTeams(key: {id: 1}, refs: [{id: 3}, {ref: \"teams(3)\"}]) { changed results { ref status } user { teams { id } } } }";
    let results =
        json!([{ "ref": "teams(3)", "status": "ASSOCIATED" }, { "ref": "teams(3)", "status": "ALREADY_ASSOCIATED" }]);
    assert_eq!(
        server.write(twice).await["replaceUserTeams"],
        json!({ "changed": true, "results": results, "user": { "teams": [{ "id": 3 }] } })
    );
    assert_eq!(teams(&server, 1).await, ["3"]);
    let before = server.state().await;
    assert_eq!(server.write(twice).await["replaceUserTeams"]["changed"], false);
    assert_eq!(server.state().await, before);
    server.write("mutation { replaceParentChildren(key: {id: 1}, refs: []) { changed } }").await;
    assert_eq!(children(&server, 1).await, Vec::<String>::new());
}

#[apply(backends)]
#[tokio::test]
async fn c053_replace_refs_with_an_unknown_one_changes_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c053").await else { return };
    for (mutation, target) in [("replaceUserTeams", "teams(99)"), ("replaceParentChildren", "children(99)")] {
        for refs in ["[{id: 2}, {id: 99}]", "[{id: 99}, {id: 2}]", "[{id: 2}, {id: 99}, {id: 3}]"] {
            let mutation = format!("mutation {{ {mutation}(key: {{id: 1}}, refs: {refs}) {{ changed }} }}");
            assert_eq!(server.refuses(&mutation, "TARGET_NOT_FOUND").await["ref"], target);
        }
    }
    server.refuses("mutation { replaceUserTeams(key: {id: 99}, refs: []) { changed } }", "NOT_FOUND").await;
    server
        .refuses(
            "mutation { replaceUserTeams(key: {id: 1}, refs: [{id: 2}, {ref: \"parents(7)\"}]) { changed } }",
            "TYPE_MISMATCH",
        )
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn c054_replace_refs_over_a_required_lookup_may_only_add(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c054").await else { return };
    for refs in ["[{id: 1}]", "[]", "[{id: 1}, {id: 3}]"] {
        let mutation = format!("mutation {{ replaceOrderItems(key: {{id: 1}}, refs: {refs}) {{ changed }} }}");
        let extensions = server.refuses(&mutation, "REQUIRED_RELATIONSHIP").await;
        assert_eq!((&extensions["entity"], &extensions["navigationProperty"]), (&json!("item"), &json!("order")));
    }
    let data = server
        .write("mutation { replaceOrderItems(key: {id: 1}, refs: [{id: 1}, {id: 2}, {id: 3}]) { changed results { status } order { items { id } } } }")
        .await;
    let results =
        json!([{ "status": "ALREADY_ASSOCIATED" }, { "status": "ALREADY_ASSOCIATED" }, { "status": "MOVED" }]);
    let order = json!({ "items": [{ "id": 1 }, { "id": 2 }, { "id": 3 }] });
    assert_eq!(data["replaceOrderItems"], json!({ "changed": true, "results": results, "order": order }));
    assert_eq!(server.number("select count(*) as v from item where order_id = 1").await, 3);
}

#[apply(backends)]
#[tokio::test]
async fn c055_clear_refs_empties_and_keeps_the_records(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c055").await else { return };
    let before = server.state().await;
    let data = server
        .write("mutation { clearUserTeams(key: {id: 1}) { changed results { ref status } user { id teams { id } } } }")
        .await;
    let results =
        json!([{ "ref": "teams(1)", "status": "DISASSOCIATED" }, { "ref": "teams(2)", "status": "DISASSOCIATED" }]);
    assert_eq!(
        data["clearUserTeams"],
        json!({ "changed": true, "results": results, "user": { "id": 1, "teams": [] } })
    );
    let data =
        server.write("mutation { clearParentChildren(key: {id: 1}) { changed parent { children { id } } } }").await;
    assert_eq!(data["clearParentChildren"], json!({ "changed": true, "parent": { "children": [] } }));
    let after = server.state().await;
    assert_eq!(teams(&server, 2).await, ["1"]);
    assert_eq!(children(&server, 2).await, ["4"]);
    for table in ["users", "team", "parent"] {
        assert_eq!(after.tables[table], before.tables[table], "{table}");
    }
    assert_eq!(after.count("child"), 4);
    let data = server.write("mutation { clearUserTeams(key: {id: 1}) { changed results { ref } } }").await;
    assert_eq!(data["clearUserTeams"], json!({ "changed": false, "results": [] }));
    assert_eq!(server.state().await, after);
    server.refuses("mutation { clearUserTeams(key: {id: 99}) { changed } }", "NOT_FOUND").await;
}

#[apply(backends)]
#[tokio::test]
async fn c056_remove_ref_without_a_target_unlinks_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c056").await else { return };
    for arguments in ["", ", refs: null", ", refs: [null]", ", refs: [{}]", ", refs: [{id: null}]", ", ifExists: true"]
    {
        for mutation in ["disassociateUserTeams", "disassociateParentChildren"] {
            server.not_offered(&format!("mutation {{ {mutation}(key: {{id: 1}}{arguments}) {{ changed }} }}")).await;
        }
    }
    let mutation = "mutation ($refs: [TeamKey!]!) { disassociateUserTeams(key: {id: 1}, refs: $refs) { changed } }";
    for variables in [json!({}), json!({ "refs": null }), json!({ "refs": [null] })] {
        server.not_offered_with(mutation, variables).await;
    }
    // Nothing to unlink is nothing unlinked.
    let before = server.state().await;
    server.run("mutation { disassociateUserTeams(key: {id: 1}, refs: []) { changed } }", json!({})).await;
    assert_eq!(server.state().await, before);
}

#[apply(backends)]
#[tokio::test]
async fn c057_many_references_are_linked_together_or_not_at_all(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c057").await else { return };
    let data = server
        .write(
            "mutation { associateUserTeams(key: {id: 1}, refs: [{id: 3}, {id: 1}, {id: 7}, {id: 3}]) {
                changed results { ref status } user { teams { id } } } }",
        )
        .await;
    let results = json!([
        { "ref": "teams(3)", "status": "ASSOCIATED" },
        { "ref": "teams(1)", "status": "ALREADY_ASSOCIATED" },
        { "ref": "teams(7)", "status": "ASSOCIATED" },
        { "ref": "teams(3)", "status": "ALREADY_ASSOCIATED" }
    ]);
    let user = json!({ "teams": [{ "id": 1 }, { "id": 2 }, { "id": 3 }, { "id": 7 }] });
    assert_eq!(data["associateUserTeams"], json!({ "changed": true, "results": results, "user": user }));
    assert_eq!(teams(&server, 1).await, ["1", "2", "3", "7"]);
    for refs in ["[{id: 1}, {id: 2}, {id: 99}]", "[{id: 99}, {id: 1}]", "[{id: 1}, {id: 99}, {id: 2}]"] {
        let mutation = format!("mutation {{ associateUserTeams(key: {{id: 3}}, refs: {refs}) {{ changed }} }}");
        server.refuses(&mutation, "TARGET_NOT_FOUND").await;
        let mutation = format!("mutation {{ associateParentChildren(key: {{id: 3}}, refs: {refs}) {{ changed }} }}");
        server.refuses(&mutation, "TARGET_NOT_FOUND").await;
    }
    let before = server.state().await;
    let data = server
        .write("mutation { associateUserTeams(key: {id: 3}, refs: []) { changed results { ref } user { id } } }")
        .await;
    assert_eq!(data["associateUserTeams"], json!({ "changed": false, "results": [], "user": { "id": 3 } }));
    assert_eq!(server.state().await, before);
}

#[apply(backends)]
#[tokio::test]
async fn c058_a_child_takes_one_parent(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c058").await else { return };
    for arguments in ["ref: [{id: 1}, {id: 2}]", "refs: [{id: 1}, {id: 2}]", "ref: {id: 1}, ref: {id: 2}"] {
        let mutation = format!("mutation {{ associateChildParent(key: {{id: 3}}, {arguments}) {{ changed }} }}");
        server.rejects(&mutation, json!({})).await;
    }
    server
        .not_offered(
            "mutation { updateChild(key: {id: 3}, input: {parent: {associate: [{id: 1}, {id: 2}]}}) { outcome } }",
        )
        .await;
    let mutation =
        "mutation { updateChild(key: {id: 3}, input: {parent: [{ref: {id: 1}}, {ref: {id: 2}}]}) { outcome } }";
    server.rejects(mutation, json!({})).await;
    let mutation = "mutation ($ref: ParentKey!) { associateChildParent(key: {id: 3}, ref: $ref) { changed } }";
    server.rejects(mutation, json!({ "ref": [{ "id": 1 }, { "id": 2 }] })).await;
    // Nor do two links of a one-to-one relationship.
    let mutation = "mutation { associatePersonDesk(key: {id: 3}, ref: [{id: 1}, {id: 2}]) { changed } }";
    server.rejects(mutation, json!({})).await;
}

/// The keys of everything that is no row of an intersect table.
async fn records(server: &Server, state: &State) -> Vec<(String, Vec<String>)> {
    let mut records = Vec::new();
    for table in state.tables.keys().filter(|table| !["membership", "follow"].contains(&table.as_str())) {
        let key = match table.as_str() {
            "line" => "order_id * 100 + position",
            "shelf" => "aisle * 100 + position",
            _ => "id",
        };
        let rows = server.sql(&format!("select {key} as \"key\" from \"{table}\" order by 1")).await;
        records.push((table.clone(), rows.iter().map(|row| text(&row["key"])).collect()));
    }
    records
}

#[apply(backends)]
#[tokio::test]
async fn c059_no_link_operation_deletes_a_record(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c059").await else { return };
    let before = records(&server, &server.state().await).await;
    for mutation in [
        "associateChildParent(key: {id: 1}, ref: {id: 2}) { changed }",
        "disassociateChildParent(key: {id: 1}) { changed }",
        "updateChild(key: {id: 2}, input: {parent: null}) { outcome }",
        "updateChild(key: {id: 2}, input: {parent: {ref: {id: 3}}}) { outcome }",
        "associateParentChildren(key: {id: 1}, refs: [{id: 1}, {id: 2}]) { changed }",
        "disassociateParentChildren(key: {id: 1}, refs: [{id: 1}]) { changed }",
        "replaceParentChildren(key: {id: 1}, refs: [{id: 4}]) { changed }",
        "clearParentChildren(key: {id: 1}) { changed }",
        "associateItemOrder(key: {id: 1}, ref: {id: 2}) { changed }",
        "associateOrderItems(key: {id: 3}, refs: [{id: 1}, {id: 2}]) { changed }",
        "replaceOrderItems(key: {id: 3}, refs: [{id: 1}, {id: 2}, {id: 3}]) { changed }",
        "associateBookShelf(key: {id: 1}, ref: {aislePosition: {aisle: 2, position: 1}}) { changed }",
        "disassociateBookShelf(key: {id: 1}) { changed }",
        "associateDeskPerson(key: {id: 1}, ref: {id: 2}) { changed }",
        "disassociateDeskPerson(key: {id: 1}) { changed }",
        "associatePersonDesk(key: {id: 1}, ref: {id: 2}) { changed }",
        "disassociatePersonDesk(key: {id: 1}) { changed }",
        "associateUserTeams(key: {id: 1}, refs: [{id: 3}]) { changed }",
        "disassociateUserTeams(key: {id: 1}, refs: [{id: 3}]) { changed }",
        "replaceUserTeams(key: {id: 1}, refs: [{id: 7}]) { changed }",
        "clearUserTeams(key: {id: 1}) { changed }",
        "replacePersonFollowers(key: {id: 1}, refs: [{id: 5}]) { changed }",
        "clearPersonFolloweds(key: {id: 1}) { changed }",
        // These lookups have an action on delete, which is about records and not about links.
        "disassociateToyChild(key: {id: 1}) { changed }",
        "clearChildToys(key: {id: 1}) { changed }",
        "disassociateBranchParent(key: {id: 2}) { changed }",
        "replaceBranchBranchesByParent(key: {id: 2}, refs: []) { changed }",
        "clearBossAides(key: {id: 1}) { changed }",
        "clearBossBills(key: {id: 3}) { changed }",
    ] {
        server.write(&format!("mutation {{ {mutation} }}")).await;
        assert_eq!(records(&server, &server.state().await).await, before, "{mutation}");
    }
}
