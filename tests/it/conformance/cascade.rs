//! G. Delete and cascade, hierarchies: cases 93-96.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, cast, demo_key, demo_of_its_own},
};

/// The keys of a table.
async fn keys(server: &Server, table: &str) -> Vec<String> {
    server.texts(&format!("select cast(id as text) as v from {table} order by id")).await
}

#[apply(backends)]
#[tokio::test]
async fn c093_cascade_deletes_children_and_grandchildren(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c093_cascade").await else { return };
    let data = server
        .write("mutation { deleteBoss(key: {id: 1}) { outcome boss { id name aides { id folders { id } } } } }")
        .await;
    let aides = json!([{ "id": 1, "folders": [{ "id": 1 }] }, { "id": 2, "folders": [{ "id": 2 }, { "id": 3 }] }]);
    assert_eq!(
        data["deleteBoss"],
        json!({ "outcome": "DELETED", "boss": { "id": 1, "name": "cascades", "aides": aides } })
    );
    assert_eq!(keys(&server, "boss").await, ["2", "3", "4", "5"]);
    assert_eq!(keys(&server, "aide").await, ["4", "5", "6"]);
    assert_eq!(keys(&server, "folder").await, ["4", "5"]);
    let state = server.state().await;
    assert_eq!((state.count("badge"), state.count("bill"), state.count("loan")), (4, 3, 2));
}

#[apply(backends)]
#[tokio::test]
async fn c093_remove_link_keeps_the_children(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c093_remove").await else { return };
    let before = server.state().await;
    let data = server.write("mutation { deleteBoss(key: {id: 2}) { outcome boss { id badges { id } } } }").await;
    let boss = json!({ "id": 2, "badges": [{ "id": 1 }, { "id": 2 }] });
    assert_eq!(data["deleteBoss"], json!({ "outcome": "DELETED", "boss": boss }));
    let rows = server.sql("select id, boss_id from badge where id in (1, 2) order by id").await;
    assert_eq!(rows, [json!({ "id": 1, "boss_id": null }), json!({ "id": 2, "boss_id": null })]);
    let after = server.state().await;
    assert_eq!(after.count("badge"), before.count("badge"));
    for table in ["pin", "aide", "bill", "folder", "loan"] {
        assert_eq!(after.tables[table], before.tables[table], "{table}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c093_restrict_refuses_and_says_who_holds_it_back(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c093_restrict").await else { return };
    let extensions = server.refuses("mutation { deleteBoss(key: {id: 3}) { outcome } }", "RESTRICTED").await;
    assert_eq!(extensions["relationship"], "bill_boss");
    assert_eq!(extensions["count"], 2);
    assert_eq!(extensions["entity"], "boss");
    // A foreign key without a word about deletes refuses them, whether the lookup is required or not.
    let mutation = "mutation { deleteShelf(key: {aislePosition: {aisle: 1, position: 1}}) { outcome } }";
    let extensions = server.refuses(mutation, "RESTRICTED").await;
    assert_eq!((&extensions["relationship"], &extensions["count"]), (&json!("book_shelf"), &json!(1)));
    let extensions = server.refuses("mutation { deleteOrder(key: {id: 1}) { outcome } }", "RESTRICTED").await;
    assert_eq!((&extensions["relationship"], &extensions["count"]), (&json!("item_order"), &json!(2)));
    let extensions = server.refuses("mutation { deletePerson(key: {id: 1}) { outcome } }", "RESTRICTED").await;
    assert_eq!((&extensions["relationship"], &extensions["count"]), (&json!("passport_person"), &json!(1)));
    // Without what holds it back it goes, with what depends on it.
    server.write("mutation { clearBossBills(key: {id: 3}) { changed } deleteBoss(key: {id: 3}) { outcome } }").await;
    server.write("mutation { deleteItem(key: {id: 3}) { outcome } deleteOrder(key: {id: 2}) { outcome } }").await;
    assert_eq!(server.number("select count(*) as v from line where order_id = 2").await, 0);
    assert_eq!(keys(&server, "orders").await, ["1", "3"]);
    server.refuses("mutation { deleteBoss(key: {id: 3}) { outcome } }", "NOT_FOUND").await;
}

#[apply(backends)]
#[tokio::test]
async fn c093_each_relationship_of_a_record_goes_its_own_way(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c093_all").await else { return };
    server.write("mutation { deleteBoss(key: {id: 5}) { outcome } }").await;
    assert_eq!(keys(&server, "aide").await, ["1", "2", "4", "6"]);
    assert_eq!(keys(&server, "folder").await, ["1", "2", "3", "4"]);
    assert_eq!(server.number("select count(*) as v from badge where id = 5 and boss_id is null").await, 1);
    assert_eq!(keys(&server, "pin").await, ["1", "2"]);
}

#[apply(backends)]
#[tokio::test]
async fn c093_many_are_deleted_together_or_not_at_all(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c093_many").await else { return };
    let delete = |ids: &str| {
        format!("mutation {{ deleteBosses(where: {{id: {{in: {ids}}}}}, atMost: 5) {{ count bosses {{ id name }} }} }}")
    };
    let extensions = server.refuses(&delete("[1, 2, 3]"), "RESTRICTED").await;
    assert_eq!((&extensions["relationship"], &extensions["count"]), (&json!("bill_boss"), &json!(2)));
    let data = server.write(&delete("[1, 2, 5]")).await;
    let bosses =
        json!([{ "id": 1, "name": "cascades" }, { "id": 2, "name": "removes" }, { "id": 5, "name": "has all" }]);
    assert_eq!(data["deleteBosses"], json!({ "count": 3, "bosses": bosses }));
    assert_eq!(keys(&server, "boss").await, ["3", "4"]);
    assert_eq!(keys(&server, "aide").await, ["4", "6"]);
    assert_eq!(keys(&server, "folder").await, ["4"]);
    assert_eq!(server.number("select count(*) as v from badge where boss_id is null").await, 3);
}

#[apply(backends)]
#[tokio::test]
async fn c093_registered_entities_cascade_as_their_code_says(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c093").await else { return };
    // Account 31 has contacts and tasks but no order.
    let account = backend.demo_key("8acc", 31);
    let count = |table: &str, lookup: &str| format!("select count(*) as v from {table} where {lookup} = {account}");
    let contacts = server.number(&count("contact", "accountid")).await;
    let tasks = server.number(&count("task", "regardingobjectid")).await;
    assert!(contacts > 0 && tasks > 0);
    // A profile on a social network, too, by a lookup that has no foreign key.
    server
        .execute(&format!(
            "update socialprofile set customer_id = {account}, customer_type = 'account' where socialprofileid = {}",
            backend.demo_key("850c", 1)
        ))
        .await;
    let before = server.state().await;
    server
        .write(&format!("mutation {{ deleteAccount(key: {{accountid: \"{}\"}}) {{ outcome }} }}", demo_key("8acc", 31)))
        .await;
    let after = server.state().await;
    assert_eq!(after.count("account"), before.count("account") - 1);
    assert_eq!(after.count("contact"), before.count("contact"));
    assert_eq!(after.count("socialprofile"), before.count("socialprofile"));
    assert_eq!(after.count("task"), before.count("task") - usize::try_from(tasks).unwrap());
    assert_eq!(server.number(&count("contact", "accountid")).await, 0);
    let sql = format!(
        "select count(*) as v from socialprofile where customer_id is null and customer_type is null and socialprofileid = {}",
        backend.demo_key("850c", 1)
    );
    assert_eq!(server.number(&sql).await, 1);
    // Account 1 has orders.
    let mutation =
        format!("mutation {{ deleteAccount(key: {{accountid: \"{}\"}}) {{ outcome }} }}", demo_key("8acc", 1));
    let extensions = server.refuses(&mutation, "RESTRICTED").await;
    assert_eq!(extensions["relationship"], "salesorder_account");
    let orders = format!("select count(*) as v from salesorder where accountid = {}", backend.demo_key("8acc", 1));
    assert_eq!(extensions["count"], server.number(&orders).await);
}

#[apply(backends)]
#[tokio::test]
async fn c094_a_restriction_below_keeps_the_whole_tree(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c094").await else { return };
    let extensions = server.refuses("mutation { deleteBoss(key: {id: 4}) { outcome } }", "RESTRICTED").await;
    assert_eq!((&extensions["relationship"], &extensions["count"]), (&json!("loan_aide"), &json!(1)));
    server.refuses("mutation { deleteBosses(where: {id: {in: [1, 4]}}, atMost: 2) { count } }", "RESTRICTED").await;
    server.write("mutation { deleteLoan(key: {id: 1}) { outcome } deleteBoss(key: {id: 4}) { outcome } }").await;
    assert_eq!(keys(&server, "aide").await, ["1", "2", "5", "6"]);
    assert_eq!(keys(&server, "folder").await, ["1", "2", "3", "5"]);
}

#[apply(backends)]
#[tokio::test]
async fn c095_rows_of_intersects_go_with_either_record(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c095").await else { return };
    let pairs = "select cast(user_id as text) || '-' || cast(team_id as text) as v from membership order by 1";
    server.write("mutation { deleteUser(key: {id: 1}) { outcome } }").await;
    assert_eq!(server.texts(pairs).await, ["2-1"]);
    assert_eq!(keys(&server, "team").await, ["1", "2", "3", "7"]);
    server.write("mutation { deleteTeam(key: {id: 1}) { outcome } }").await;
    assert_eq!(server.texts(pairs).await, Vec::<String>::new());
    assert_eq!(keys(&server, "users").await, ["2", "3"]);
    // Both roles of a relationship of an entity with itself.
    server.write("mutation { deletePassport(key: {id: 1}) { outcome } deletePerson(key: {id: 1}) { outcome } }").await;
    assert_eq!(server.number("select count(*) as v from follow").await, 0);
    assert_eq!(server.number("select count(*) as v from desk where id = 1 and person_id is null").await, 1);
}

#[apply(backends)]
#[tokio::test]
async fn c096_a_record_of_a_hierarchy_is_not_its_own_ancestor(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c096").await else { return };
    // 1 > 2 > 3 > 4, and 5 alone.
    for mutation in [
        "associateBranchParent(key: {id: 1}, ref: {id: 1}) { changed }",
        "associateBranchParent(key: {id: 1}, ref: {id: 2}) { changed }",
        "associateBranchParent(key: {id: 1}, ref: {id: 4}) { changed }",
        "associateBranchParent(key: {id: 5}, ref: {id: 5}) { changed }",
        "associateBranchBranchesByParent(key: {id: 4}, refs: [{id: 5}, {id: 1}]) { changed }",
        "associateBranchBranchesByParent(key: {id: 5}, refs: [{id: 5}]) { changed }",
        "replaceBranchBranchesByParent(key: {id: 3}, refs: [{id: 4}, {id: 2}]) { changed }",
        "updateBranch(key: {id: 2}, input: {name: \"new\", parent: {ref: {id: 3}}}) { outcome }",
        "updateBranch(key: {id: 3}, input: {name: \"new\", branchesByParent: {associate: [{id: 1}]}}) { outcome }",
        "updateBranch(key: {id: 1}, input: {parent: {create: {id: 9, name: \"N9\", parent: {ref: {id: 4}}}}}) { outcome }",
        "updateBranches(where: {id: {in: [1, 5]}}, input: {parent: {ref: {id: 4}}}, atMost: 2) { count }",
        "createBranch(input: {id: 9, name: \"N9\", parent: {ref: {id: 4}}, branchesByParent: {associate: [{id: 1}]}}) { outcome }",
    ] {
        let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), "CYCLE").await;
        assert_eq!(extensions["entity"], "branch", "{mutation}");
    }
    // Two steps, of which the second closes the circle.
    server
        .refuses(
            "mutation { a: associateBranchParent(key: {id: 5}, ref: {id: 4}) { changed } b: associateBranchParent(key: {id: 1}, ref: {id: 5}) { changed } }",
            "CYCLE",
        )
        .await;
    // What is no circle is done: up the tree, to another tree, and to none.
    let data = server
        .write(
            "mutation { a: associateBranchParent(key: {id: 4}, ref: {id: 1}) { branch { parent { id } } }
                b: associateBranchParent(key: {id: 1}, ref: {id: 5}) { branch { parent { id } branchesByParent { id } } }
                c: disassociateBranchParent(key: {id: 3}) { branch { parent { id } } }
                d: associateBranchParent(key: {id: 2}, ref: {id: 3}) { branch { parent { id } } } }",
        )
        .await;
    assert_eq!(data["b"]["branch"], json!({ "parent": { "id": 5 }, "branchesByParent": [{ "id": 2 }, { "id": 4 }] }));
    let parents = server.sql("select parent_id as p from branch order by id").await;
    assert_eq!(
        parents,
        [json!({ "p": 5 }), json!({ "p": 3 }), json!({ "p": null }), json!({ "p": 1 }), json!({ "p": null })]
    );
}

#[apply(backends)]
#[tokio::test]
async fn c096_the_demos_managers_are_a_hierarchy(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c096").await else { return };
    // User 5 reports to user 2, who reports to user 1.
    let user = |number| format!("{{systemuserid: \"{}\"}}", demo_key("85e0", number));
    for (key, target) in [(1, 5), (1, 2), (2, 2)] {
        let mutation = format!(
            "mutation {{ associateSystemuserManager(key: {}, ref: {}) {{ changed }} }}",
            user(key),
            user(target)
        );
        server.refuses(&mutation, "CYCLE").await;
    }
    let mutation =
        format!("mutation {{ associateSystemuserDirectReports(key: {}, refs: [{}]) {{ changed }} }}", user(5), user(1));
    server.refuses(&mutation, "CYCLE").await;
    let mutation =
        format!("mutation {{ associateSystemuserManager(key: {}, ref: {}) {{ changed }} }}", user(5), user(1));
    assert_eq!(server.write(&mutation).await["associateSystemuserManager"]["changed"], true);
}

#[apply(backends)]
#[tokio::test]
async fn c096_deleting_from_old_cyclic_data_ends(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c096_old").await else { return };
    server
        .execute(
            "insert into branch (id, name, parent_id) values (11, 'a', null), (12, 'b', 11), (13, 'c', 12), (14, 'd', 13), (15, 'e', null);
             update branch set parent_id = 13 where id = 11; update branch set parent_id = 15 where id = 15;",
        )
        .await;
    // Neither does changing it go on for ever.
    server.write("mutation { associateBranchParent(key: {id: 5}, ref: {id: 12}) { changed } }").await;
    server.refuses("mutation { associateBranchParent(key: {id: 12}, ref: {id: 14}) { changed } }", "CYCLE").await;
    let data = server
        .write("mutation { a: deleteBranch(key: {id: 12}) { outcome } b: deleteBranch(key: {id: 15}) { outcome } }")
        .await;
    assert_eq!(data, json!({ "a": { "outcome": "DELETED" }, "b": { "outcome": "DELETED" } }));
    assert_eq!(keys(&server, "branch").await, ["1", "2", "3", "4"]);
    server.write("mutation { deleteBranch(key: {id: 2}) { outcome } }").await;
    assert_eq!(keys(&server, "branch").await, ["1"]);
}
