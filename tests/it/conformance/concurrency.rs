//! H. Concurrency: cases 39, 96 and 98 under contention, and versions.

use std::sync::Arc;

use rstest_reuse::apply;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    backends,
    support::{Backend, Server, cast, demo_key, demo_of_its_own, pluck, text},
};

/// Runs all mutations at once, and answers what came of each, in their order.
async fn race(server: &Arc<Server>, mutations: impl IntoIterator<Item = String>) -> Vec<Value> {
    let mut tasks = JoinSet::new();
    for (index, mutation) in mutations.into_iter().enumerate() {
        let server = Arc::clone(server);
        tasks.spawn(async move { (index, server.run(&mutation, json!({})).await) });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// How many answers have an error of a code; there are no others.
fn failures(answers: &[Value], code: &str) -> usize {
    let failed = answers.iter().filter(|answer| answer.get("errors").is_some());
    failed.inspect(|answer| assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}")).count()
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c039_racing_associates_of_one_pair_all_succeed_and_leave_one_row(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c039").await.map(Arc::new) else { return };
    for (user, team) in [(3, 3), (2, 7), (3, 1)] {
        let from_user = format!(
            "mutation {{ change: associateUserTeams(key: {{id: {user}}}, refs: [{{id: {team}}}]) {{ changed }} }}"
        );
        let from_team = format!(
            "mutation {{ change: associateTeamUsers(key: {{id: {team}}}, refs: [{{id: {user}}}]) {{ changed }} }}"
        );
        let mutations = (0..32).map(|n| if n % 2 == 0 { from_user.clone() } else { from_team.clone() });
        let answers = race(&server, mutations).await;
        assert_eq!(failures(&answers, "none"), 0);
        let changed = answers.iter().filter(|answer| answer["data"]["change"]["changed"] == true).count();
        assert_eq!(changed, 1, "one of them made the row");
        let rows = format!("select count(*) as v from membership where user_id = {user} and team_id = {team}");
        assert_eq!(server.number(&rows).await, 1);
    }
    server.state().await;
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c039_racing_moves_of_one_child_leave_it_with_one_parent(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c039_move").await.map(Arc::new) else { return };
    let mutations = (0..30).map(|n| match n % 3 {
        0 => "mutation { associateChildParent(key: {id: 3}, ref: {id: 1}) { changed } }".to_owned(),
        1 => "mutation { associateParentChildren(key: {id: 2}, refs: [{id: 3}, {id: 1}]) { changed } }".to_owned(),
        _ => "mutation { associateParentChildren(key: {id: 7}, refs: [{id: 1}, {id: 3}]) { changed } }".to_owned(),
    });
    assert_eq!(failures(&race(&server, mutations).await, "none"), 0);
    let state = server.state().await;
    assert_eq!(state.count("child"), 4);
    assert_eq!(server.number("select count(*) as v from child where id = 3 and parent_id in (1, 2, 7)").await, 1);
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c039_racing_replacements_end_in_one_of_the_sets(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c039_replace").await.map(Arc::new) else { return };
    let members = "select cast(team_id as text) as v from membership where user_id = 3 order by team_id";
    for _ in 0..4 {
        let mutations = (0..16).map(|n| {
            let refs = if n % 2 == 0 { "[{id: 1}, {id: 2}, {id: 3}]" } else { "[{id: 7}, {id: 3}]" };
            format!("mutation {{ replaceUserTeams(key: {{id: 3}}, refs: {refs}) {{ user {{ teams {{ id }} }} }} }}")
        });
        let answers = race(&server, mutations).await;
        assert_eq!(failures(&answers, "none"), 0);
        for answer in &answers {
            let seen = pluck(&answer["data"]["replaceUserTeams"]["user"]["teams"], "id");
            assert!(seen == ["1", "2", "3"] || seen == ["3", "7"], "{seen:?}");
        }
        let set = server.texts(members).await;
        assert!(set == ["1", "2", "3"] || set == ["3", "7"], "{set:?}");
    }
    // The same for a lookup.
    let mutations = (0..16).map(|n| {
        let refs = if n % 2 == 0 { "[{id: 1}, {id: 2}]" } else { "[{id: 3}, {id: 4}, {id: 2}]" };
        format!("mutation {{ replaceParentChildren(key: {{id: 7}}, refs: {refs}) {{ changed }} }}")
    });
    assert_eq!(failures(&race(&server, mutations).await, "none"), 0);
    let set = server.texts("select cast(id as text) as v from child where parent_id = 7 order by id").await;
    assert!(set == ["1", "2"] || set == ["2", "3", "4"], "{set:?}");
    server.state().await;
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c096_racing_moves_do_not_close_a_circle(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c096_race").await.map(Arc::new) else { return };
    for _ in 0..6 {
        server.execute("update branch set parent_id = null").await;
        let mutations = (0..5).flat_map(|n| {
            let (one, next) = (1 + n, 1 + (n + 1) % 5);
            [
                format!("mutation {{ associateBranchParent(key: {{id: {one}}}, ref: {{id: {next}}}) {{ changed }} }}"),
                format!("mutation {{ associateBranchBranchesByParent(key: {{id: {next}}}, refs: [{{id: {one}}}]) {{ changed }} }}"),
            ]
        });
        assert!(failures(&race(&server, mutations).await, "CYCLE") >= 1);
        // From nobody's root a circle cannot be reached.
        let reached = "with recursive tree (id) as (select id from branch where parent_id is null
            union select b.id from branch b join tree t on t.id = b.parent_id) select count(*) as v from tree";
        let reached =
            if backend == Backend::Sqlite { reached.to_owned() } else { format!("select * from ({reached}) r") };
        assert_eq!(server.number(&reached).await, 5);
    }
}

async fn etag(server: &Server, field: &str) -> String {
    text(&server.data(&format!("{{ record: {field} {{ etag }} }}")).await["record"]["etag"])
}

#[apply(backends)]
#[tokio::test]
async fn c098_if_match_lets_equal_pass_and_stops_stale(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c098").await else { return };
    // Children have a version; toys have none.
    for (field, key, changes) in [
        (
            "child",
            "{id: 1}",
            [
                "updateChild(key: {id: 1}, input: {name: \"new\"}, ifMatch: ETAG) { outcome }",
                "associateChildParent(key: {id: 1}, ref: {id: 2}, ifMatch: ETAG) { changed }",
                "disassociateChildParent(key: {id: 1}, ifMatch: ETAG) { changed }",
                "deleteChild(key: {id: 1}, ifMatch: ETAG) { outcome }",
            ],
        ),
        (
            "toy",
            "{id: 3}",
            [
                "updateToy(key: {id: 3}, input: {name: \"new\"}, ifMatch: ETAG) { outcome }",
                "associateToyChild(key: {id: 3}, ref: {id: 2}, ifMatch: ETAG) { changed }",
                "disassociateToyChild(key: {id: 3}, ifMatch: ETAG) { changed }",
                "deleteToy(key: {id: 3}, ifMatch: ETAG) { outcome }",
            ],
        ),
    ] {
        let record = format!("{field}(key: {key})");
        let mut stale = vec!["0".to_owned(), String::new(), "nonsense".to_owned(), "*".to_owned()];
        for change in changes {
            let mutation = format!("mutation {{ {change} }}");
            let current = etag(&server, &record).await;
            // Content that is as it was before has the etag that it had before.
            for old in stale.iter().filter(|old| **old != current) {
                let extensions =
                    server.refuses(&mutation.replace("ETAG", &format!("\"{old}\"")), "PRECONDITION_FAILED").await;
                assert_eq!(extensions["entity"], field, "{mutation}");
            }
            server.write(&mutation.replace("ETAG", &format!("\"{current}\""))).await;
            stale.push(current);
        }
        assert_eq!(server.data(&format!("{{ {record} {{ etag }} }}")).await[field], Value::Null);
    }
    // A record that is not there is not found, whatever is to match.
    server
        .refuses(
            "mutation { updateChild(key: {id: 99}, input: {name: \"new\"}, ifMatch: \"1\") { outcome } }",
            "NOT_FOUND",
        )
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn c098_if_match_is_about_the_record_at_key_whichever_end_has_the_lookup(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c098_end").await else { return };
    let (person, desk) = (etag(&server, "person(key: {id: 3})").await, etag(&server, "desk(key: {id: 3})").await);
    let link = |etag: &str| {
        format!("mutation {{ associatePersonDesk(key: {{id: 3}}, ref: {{id: 3}}, ifMatch: \"{etag}\") {{ changed }} }}")
    };
    server.refuses(&link(&desk), "PRECONDITION_FAILED").await;
    assert_eq!(server.write(&link(&person)).await["associatePersonDesk"]["changed"], true);
    // The lookup is the desk's, and so is the change.
    assert_eq!(etag(&server, "person(key: {id: 3})").await, person);
    let clear = |etag: &str| {
        format!("mutation {{ disassociatePersonDesk(key: {{id: 3}}, ifMatch: \"{etag}\") {{ changed }} }}")
    };
    server.refuses(&clear("stale"), "PRECONDITION_FAILED").await;
    assert_eq!(server.write(&clear(&person)).await["disassociatePersonDesk"]["changed"], true);
    // Collections have no ifMatch: whose members come and go is not changed itself.
    server
        .not_offered("mutation { associateUserTeams(key: {id: 1}, refs: [{id: 3}], ifMatch: \"1\") { changed } }")
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn c098_null_for_if_match_asks_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c098_null").await else { return };
    let mutation = "mutation ($ifMatch: String) {
        updateChild(key: {id: 1}, input: {name: \"new\"}, ifMatch: $ifMatch) { outcome }
        disassociateChildParent(key: {id: 1}, ifMatch: null) { changed } }";
    let data = server.write_with(mutation, json!({})).await;
    assert_eq!(
        data,
        json!({ "updateChild": { "outcome": "UPDATED" }, "disassociateChildParent": { "changed": true } })
    );
}

#[apply(backends)]
#[tokio::test]
async fn c098_a_duplicate_is_never_a_failed_precondition(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c098_twice").await else { return };
    let (child, toy) = (etag(&server, "child(key: {id: 1})").await, etag(&server, "toy(key: {id: 3})").await);
    let before = server.state().await;
    let linked = format!(
        "mutation {{ associateChildParent(key: {{id: 1}}, ref: {{id: 1}}, ifMatch: \"{child}\") {{ changed }} }}"
    );
    for _ in 0..2 {
        assert_eq!(server.write(&linked).await["associateChildParent"]["changed"], false);
    }
    let member = "mutation { associateUserTeams(key: {id: 1}, refs: [{id: 1}]) { changed } }";
    assert_eq!(server.write(member).await["associateUserTeams"]["changed"], false);
    assert_eq!(server.state().await, before);
    server.refuses(&format!("mutation {{ updateChild(key: {{id: 1}}, input: {{email: \"c2@example.org\"}}, ifMatch: \"{child}\") {{ outcome }} }}"), "CONFLICT").await;
    server
        .refuses(
            &format!(
                "mutation {{ updateToy(key: {{id: 3}}, input: {{name: \"ball\"}}, ifMatch: \"{toy}\") {{ outcome }} }}"
            ),
            "CONFLICT",
        )
        .await;
    server.refuses("mutation { createChild(input: {id: 1, name: \"C1\"}) { outcome } }", "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn c098_a_link_changes_the_version_of_the_child_alone(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c098").await else { return };
    // Both have a version. Contact 8 has no account.
    let (contact, account) = (demo_key("8c0c", 8), demo_key("8acc", 40));
    let fields = format!(
        "{{ contact(key: {{contactid: \"{contact}\"}}) {{ etag versionnumber }} account(key: {{accountid: \"{account}\"}}) {{ etag versionnumber }} }}"
    );
    let before = server.data(&fields).await;
    assert_eq!(before["contact"]["etag"], before["contact"]["versionnumber"]);
    let link = format!(
        "(key: {{contactid: \"{contact}\"}}, ref: {{accountid: \"{account}\"}}) {{ contact {{ etag versionnumber }} }}"
    );
    let data = server.write(&format!("mutation {{ associateContactParentcustomeridAccount{link} }}")).await;
    let after = server.data(&fields).await;
    assert_eq!(after["account"], before["account"]);
    let number = |data: &Value| text(&data["contact"]["versionnumber"]).parse::<i64>().unwrap();
    assert_eq!(number(&after), number(&before) + 1);
    assert_eq!(data["associateContactParentcustomeridAccount"]["contact"], after["contact"]);
    // From the other end just so.
    let many = format!("(key: {{accountid: \"{account}\"}}, refs: [{{contactid: \"{contact}\"}}]) {{ changed }}");
    server.write(&format!("mutation {{ disassociateAccountContactCustomerAccounts{many} }}")).await;
    let last = server.data(&fields).await;
    assert_eq!((&last["account"], number(&last)), (&before["account"], number(&before) + 2));
    // Nothing done, nothing counted.
    server
        .write(&format!(
            "mutation {{ disassociateContactParentcustomeridAccount(key: {{contactid: \"{contact}\"}}) {{ changed }} }}"
        ))
        .await;
    assert_eq!(server.data(&fields).await, last);
}

#[apply(backends)]
#[tokio::test]
async fn c098_a_link_changes_the_etag_of_a_child_without_a_version(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c098_digest").await else { return };
    let (toy, child) = ("toy(key: {id: 3})", "child(key: {id: 2})");
    let before = (etag(&server, toy).await, etag(&server, child).await);
    server.write("mutation { associateToyChild(key: {id: 3}, ref: {id: 2}) { changed } }").await;
    let linked = (etag(&server, toy).await, etag(&server, child).await);
    assert_ne!(linked.0, before.0);
    assert_eq!(linked.1, before.1);
    server.write("mutation { clearChildToys(key: {id: 2}) { changed } }").await;
    assert_eq!((etag(&server, toy).await, etag(&server, child).await), before);
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c098_of_racing_changes_with_one_etag_one_is_done(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c098_race").await.map(Arc::new) else { return };
    for (field, verb, attribute) in
        [("child(key: {id: 1})", "updateChild", "level"), ("toy(key: {id: 1})", "updateToy", "weight")]
    {
        for round in 1..=3 {
            let current = etag(&server, field).await;
            let mutations = (0..12).map(|n| {
                let value = round * 100 + n;
                format!("mutation {{ change: {verb}(key: {{id: 1}}, input: {{{attribute}: {value}}}, ifMatch: \"{current}\") {{ outcome }} }}")
            });
            let answers = race(&server, mutations).await;
            assert_eq!(failures(&answers, "PRECONDITION_FAILED"), 11, "{answers:?}");
        }
    }
    assert_eq!(server.number("select version as v from child where id = 1").await, 4);
}
