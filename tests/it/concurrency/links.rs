//! Racing changes of links.

use rstest_reuse::apply;
use serde_json::Value;

use crate::{backends, support::Backend};

use super::{Race, outcomes};

const TEAMS: &str = "
    create table member (id integer primary key); create table team (id integer primary key);
    create table team_member (member_id integer not null references member (id),
        team_id integer not null references team (id), primary key (member_id, team_id));
    create table seat (id integer primary key); create table guest (id integer primary key);
    create table booking (id serial primary key, seat_id integer not null references seat (id),
        guest_id integer not null references guest (id), unique (seat_id, guest_id));
    insert into member (id) values (1), (2); insert into team (id) values (1), (2), (3), (4);
    insert into seat (id) values (1); insert into guest (id) values (1);";

/// The tables, where SQLite gives a key by itself.
fn teams(backend: Backend) -> String {
    if backend == Backend::Sqlite { TEAMS.replace("serial", "integer") } else { TEAMS.to_owned() }
}

const PARENTS: &str = "
    create table parent (id integer primary key);
    create table child (id integer primary key, version integer not null default 1,
        parent_id integer references parent (id) on delete set null);
    create table badge (id integer primary key, child_id integer unique references child (id));
    insert into parent (id) values (1), (2); insert into child (id) values (1), (2), (3), (4);
    insert into badge (id) values (1), (2);";

fn statuses(data: &[Value]) -> Vec<String> {
    let results = data.iter().flat_map(|data| data["a"]["results"].as_array().cloned().unwrap_or_default());
    let mut statuses: Vec<String> = results.map(|result| result["status"].as_str().unwrap().to_owned()).collect();
    statuses.sort();
    statuses
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c039_racing_associates_of_one_pair_both_succeed_and_leave_one_row(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "pairs", &teams(backend), 8).await else { return };
    let operations = |one: &str, ones: &str, other: &str, others: &str| {
        [
            format!(
                "mutation {{ a: associate{one}{others}(key: {{id: 1}}, refs: [{{id: 1}}]) {{ changed results {{ status }} }} }}"
            ),
            format!(
                "mutation {{ a: associate{other}{ones}(key: {{id: 1}}, refs: [{{id: 1}}]) {{ changed results {{ status }} }} }}"
            ),
        ]
    };
    for (table, operations) in [
        ("team_member", operations("Member", "Members", "Team", "Teams")),
        ("booking", operations("Seat", "Seats", "Guest", "Guests")),
    ] {
        for _ in 0..60 {
            race.execute(&format!("delete from {table}")).await;
            let data = race.all_succeed(&operations).await;
            assert_eq!(statuses(&data), ["ALREADY_ASSOCIATED", "ASSOCIATED"]);
            assert_eq!(race.number(&format!("select count(*) as v from {table}")).await, 1);
        }
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_associates_of_one_child_leave_it_with_one_of_the_parents(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "children", PARENTS, 8).await else { return };
    let operations = [
        "mutation { a: associateParentChildren(key: {id: 1}, refs: [{id: 1}, {id: 2}]) { results { status } } }",
        "mutation { a: associateParentChildren(key: {id: 2}, refs: [{id: 2}, {id: 1}]) { results { status } } }",
    ]
    .map(str::to_owned);
    for _ in 0..60 {
        race.execute("update child set parent_id = null, version = 1").await;
        let data = race.all_succeed(&operations).await;
        assert_eq!(statuses(&data), ["ASSOCIATED", "ASSOCIATED", "MOVED", "MOVED"]);
        // One of them was last, with both children; each write of a child is counted.
        assert_eq!(race.number("select count(distinct parent_id) as v from child where id < 3").await, 1);
        assert_eq!(race.number("select sum(version) as v from child where id < 3").await, 6);
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_replaces_end_in_one_of_the_requested_sets(#[case] backend: Backend) {
    let setup = teams(backend) + PARENTS;
    let Some(race) = Race::start(backend, "replaces", &setup, 8).await else { return };
    let sets = [&[1, 2][..], &[2, 3], &[], &[4]];
    let operation = |field: &str, set: &[i32]| {
        let refs: Vec<String> = set.iter().map(|id| format!("{{id: {id}}}")).collect();
        format!("mutation {{ a: {field}(key: {{id: 1}}, refs: [{}]) {{ changed }} }}", refs.join(", "))
    };
    let requested: Vec<String> = sets.iter().map(|set| format!("{set:?}")).collect();
    for (field, members, unlink) in [
        (
            "replaceMemberTeams",
            "select team_id as v from team_member where member_id = 1 order by 1",
            "delete from team_member",
        ),
        (
            "replaceParentChildren",
            "select id as v from child where parent_id = 1 order by 1",
            "update child set parent_id = null",
        ),
    ] {
        let operations: Vec<String> = sets.iter().map(|set| operation(field, set)).collect();
        for round in 0..40 {
            if round % 2 == 0 {
                race.execute(unlink).await;
            }
            race.all_succeed(&operations).await;
            let left: Vec<i32> = race.server.texts(members).await.iter().map(|id| id.parse().unwrap()).collect();
            assert!(requested.contains(&format!("{left:?}")), "{field}: {left:?}");
        }
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_racing_one_to_one_links_the_last_displaces_the_others(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "badges", PARENTS, 8).await else { return };
    let operations = [
        "mutation { a: associateBadgeChild(key: {id: 1}, ref: {id: 1}) { results { status } } }",
        "mutation { a: associateBadgeChild(key: {id: 2}, ref: {id: 1}) { results { status } } }",
        "mutation { a: associateChildBadge(key: {id: 1}, ref: {id: 2}) { results { status } } }",
    ]
    .map(str::to_owned);
    for _ in 0..40 {
        race.execute("update badge set child_id = null").await;
        race.all_succeed(&operations).await;
        assert_eq!(race.number("select count(*) as v from badge where child_id = 1").await, 1);
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_that_races_with_the_delete_of_its_target_never_dangles(#[case] backend: Backend) {
    let setup = teams(backend) + PARENTS;
    let Some(race) = Race::start(backend, "deletes", &setup, 8).await else { return };
    let operations = [
        "mutation { a: associateChildParent(key: {id: 1}, ref: {id: 2}) { changed } }",
        "mutation { a: associateMemberTeams(key: {id: 1}, refs: [{id: 4}]) { changed } }",
        "mutation { a: deleteParent(key: {id: 2}) { outcome } b: deleteTeam(key: {id: 4}) { outcome } }",
    ]
    .map(str::to_owned);
    for _ in 0..40 {
        race.execute("update child set parent_id = null; delete from team_member").await;
        race.execute("delete from parent where id = 2; insert into parent (id) values (2)").await;
        race.execute("delete from team where id = 4; insert into team (id) values (4)").await;
        let answers = race.all(&operations).await;
        for (answer, operation) in answers.iter().zip(&operations) {
            let code = outcomes(std::slice::from_ref(answer))[0].to_owned();
            let is_delete = operation.contains("delete");
            assert!(code == "OK" || !is_delete && code == "TARGET_NOT_FOUND", "{operation}\n{answer:#}");
        }
        assert_eq!(race.number("select count(*) as v from child where parent_id = 2").await, 0);
        assert_eq!(race.number("select count(*) as v from team_member where team_id = 4").await, 0);
    }
}
