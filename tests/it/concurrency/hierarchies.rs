//! Links that are fine one by one and together would make a cycle.

use std::collections::BTreeMap;

use rstest_reuse::apply;

use crate::{backends, support::Backend};

use super::{Race, outcomes};

const FOLDERS: &str = "
    create table folder (id integer primary key, parent_id integer references folder (id));
    insert into folder (id) values (1), (2), (3), (4), (5), (6);";

/// Sends links at once that would close a cycle if all were made: exactly one is refused, whatever the order.
async fn check(backend: Backend, name: &str, before: &str, operations: &[&str]) {
    let race = Race::hierarchical(backend, name, FOLDERS, 8, &[("folder", "parent_id")]).await;
    let Some(race) = race else { return };
    let operations: Vec<String> = operations.iter().map(|field| format!("mutation {{ a: {field} }}")).collect();
    let mut expected = vec!["CYCLE"];
    expected.resize(operations.len(), "OK");
    for _ in 0..50 {
        race.execute("update folder set parent_id = null").await;
        race.execute(before).await;
        let answers = race.all(&operations).await;
        assert_eq!(outcomes(&answers), expected, "{answers:#?}");
        let rows = race.server.sql("select id, parent_id from folder where parent_id is not null").await;
        let number = |value: &serde_json::Value| value.as_i64().unwrap();
        let above: BTreeMap<i64, i64> =
            rows.iter().map(|row| (number(&row["id"]), number(&row["parent_id"]))).collect();
        for start in above.keys() {
            let way = std::iter::successors(Some(*start), |id| above.get(id).copied());
            assert!(way.take(10).count() < 10, "a cycle: {above:?}");
        }
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_racing_links_make_no_cycle(#[case] backend: Backend) {
    let operations = [
        "associateFolderParent(key: {id: 1}, ref: {id: 2}) { changed }",
        "associateFolderParent(key: {id: 2}, ref: {id: 1}) { changed }",
    ];
    check(backend, "cycle_of_two", "select 1", &operations).await;
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_racing_links_make_no_cycle_from_whatever_end(#[case] backend: Backend) {
    let operations = [
        "associateFolderParent(key: {id: 1}, ref: {id: 2}) { changed }",
        "updateFolder(key: {id: 2}, input: {parent: {ref: {id: 3}}}) { outcome }",
        "associateFolderFoldersByParent(key: {id: 1}, refs: [{id: 3}]) { changed }",
    ];
    check(backend, "cycle_of_three", "select 1", &operations).await;
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_links_of_records_far_apart_make_no_cycle(#[case] backend: Backend) {
    // 3 is under 2 under 1, and 6 under 5 under 4: each chain is hung below the end of the other.
    let before = "update folder set parent_id = id - 1 where id in (2, 3, 5, 6)";
    let operations = [
        "associateFolderParent(key: {id: 1}, ref: {id: 6}) { changed }",
        "replaceFolderFoldersByParent(key: {id: 3}, refs: [{id: 4}]) { changed }",
    ];
    check(backend, "cycle_of_chains", before, &operations).await;
}
