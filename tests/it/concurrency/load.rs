//! More operations than connections, locks taken in opposite orders, and clients that leave.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use relata::gateway::Request;
use rstest_reuse::apply;
use serde_json::Value;

use crate::{backends, support::Backend};

use super::Race;

/// An operation writes as many records of the one as of the other.
const LEDGER: &str = "
    create table debit (id integer primary key, n integer not null, account_id integer not null);
    create table credit (id integer primary key, n integer not null, debit_id integer not null references debit (id));
    create table total (id integer primary key, n integer not null);
    insert into total (id, n) values (1, 0), (2, 0);";

/// Creates a debit with two credits, and one more of each by fields of their own.
fn transfer(id: usize) -> String {
    let (first, second) = (4 * id, 4 * id + 1);
    format!(
        "mutation {{
            first: createDebit(input: {{id: {first}, n: {id}, accountId: 1, credits: {{create: [
                {{id: {first}, n: {id}}}, {{id: {second}, n: {id}}}]}}}}) {{ debit {{ credits {{ id }} }} }}
            second: createDebit(input: {{id: {second}, n: {id}, accountId: 1}}) {{ outcome }}
        }}"
    )
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_writers_and_their_readers_all_succeed(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "writers", LEDGER, 8).await else { return };
    let writers = (0..50).map(|writer| {
        let race = &race;
        async move {
            for round in 0..6 {
                race.all_succeed(&[transfer(writer * 6 + round)]).await;
            }
        }
    });
    let readers = (0..10).map(|_| {
        let race = &race;
        async move {
            for _ in 0..20 {
                let data = race.server.data("{ debitsAggregate { count } creditsAggregate { count } }").await;
                // Both counts are of one state, in which no operation is half done.
                assert_eq!(data["debitsAggregate"], data["creditsAggregate"]);
            }
        }
    });
    tokio::join!(join_all(writers), join_all(readers));
    assert_eq!(race.number("select count(*) as v from credit").await, 600);
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_gateways_write_to_one_database(#[case] backend: Backend) {
    let Some([one, other]) = Race::two(backend, "neighbours", LEDGER, 4).await else { return };
    let operations: Vec<String> = (0..60).map(transfer).collect();
    let (first, second) = operations.split_at(30);
    tokio::join!(one.all_succeed(first), other.all_succeed(second));
    assert_eq!(one.number("select count(*) as v from credit").await, 120);
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_mutations_over_two_connections_are_all_answered(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "pool", LEDGER, 2).await else { return };
    let operations: Vec<String> = (0..40).map(transfer).collect();
    let all = race.all_succeed(&operations);
    let data = tokio::time::timeout(Duration::from_mins(1), all).await.expect("an operation waits for another");
    assert!(data.iter().all(|data| data["first"]["debit"]["credits"].as_array().unwrap().len() == 2));
    assert_eq!(race.number("select count(*) as v from debit").await, 80);
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn operations_that_lock_in_opposite_orders_both_succeed(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "deadlocks", LEDGER, 8).await else { return };
    if backend == Backend::Postgres {
        // Each has its first lock before one asks for its second.
        let slow = "create function slow() returns trigger language plpgsql as $$
                begin perform pg_sleep(0.05); return new; end $$;
            create trigger slow before update on total for each row execute function slow()";
        race.execute(slow).await;
    }
    if backend == Backend::MariaDb {
        race.execute("create trigger slow before update on total for each row do sleep(0.05)").await;
    }
    let operation = |round: usize, [first, second]: [i32; 2]| {
        let n = 2 * round + usize::try_from(first).unwrap();
        format!(
            "mutation {{ a: updateTotal(key: {{id: {first}}}, input: {{n: {n}}}) {{ outcome }}
                b: updateTotal(key: {{id: {second}}}, input: {{n: {n}}}) {{ outcome }} }}"
        )
    };
    for round in 1..=8 {
        race.all_succeed(&[operation(round, [1, 2]), operation(round, [2, 1])]).await;
        // The later of the two wrote both.
        assert_eq!(race.number("select count(distinct n) as v from total").await, 1);
    }
}

/// How many rows each operation left; all or nothing is four.
async fn left(race: &Race) -> Vec<i64> {
    let rows = race
        .server
        .sql("select n, count(*) as v from (select n from debit union all select n from credit) t group by n")
        .await;
    rows.iter().map(|row| row["v"].as_i64().unwrap()).collect()
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_leaves_in_the_middle_leaves_nothing_half_written(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "leaving", LEDGER, 2).await else { return };
    let race = Arc::new(race);
    let start = Instant::now();
    race.all_succeed(&[transfer(0)]).await;
    let whole = start.elapsed();
    // At every stage of an operation and a while after it; several at once, so that some wait for others.
    let patience = |id: usize| whole * u32::try_from(id % 50).unwrap() / 20;

    // The caller gives up.
    let leave = |id: usize| {
        let gateway = race.gateway.clone();
        async move {
            let request = Request { query: transfer(id), ..Request::default() };
            let _ = tokio::time::timeout(patience(id), gateway.execute(request)).await;
        }
    };
    for start in (1..150).step_by(3) {
        join_all((start..start + 3).map(leave)).await;
    }
    assert!(left(&race).await.iter().all(|count| *count == 4), "{:?}", left(&race).await);

    // The same over HTTP, where it is the connection that ends.
    let leave = |id: usize| {
        let race = Arc::clone(&race);
        async move {
            let _ = tokio::time::timeout(patience(id), race.all(&[transfer(id)])).await;
        }
    };
    for start in (200..275).step_by(3) {
        join_all((start..start + 3).map(leave)).await;
    }
    assert!(left(&race).await.iter().all(|count| *count == 4), "{:?}", left(&race).await);

    // No connection was lost, and no lock is left.
    let operations: Vec<String> = (300..320).map(transfer).collect();
    let all = race.all_succeed(&operations);
    let data: Vec<Value> = tokio::time::timeout(Duration::from_mins(1), all).await.expect("something is stuck");
    assert_eq!(data.len(), 20);
    assert!(left(&race).await.iter().all(|count| *count == 4), "{:?}", left(&race).await);
}
