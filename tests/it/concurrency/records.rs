//! Racing changes of records.

use futures_util::future::join_all;
use rstest_reuse::apply;
use serde_json::json;

use crate::{backends, support::Backend};

use super::{Race, outcomes};

/// One with a version column, one without.
const COUNTERS: &str = "
    create table counter (id integer primary key, code varchar(10) not null unique, n integer not null,
        version integer not null default 1, parent_id integer references counter (id));
    create table plain (id integer primary key, n integer not null);
    insert into counter (id, code, n) values (1, 'one', 0), (2, 'two', 0), (3, 'three', 0);
    insert into plain (id, n) values (1, 0);";

/// Adds one to a number, again whenever somebody else was faster; answers how often it took.
async fn count_up(race: &Race, record: &str) -> usize {
    for attempt in 1.. {
        let data = race.server.data(&format!("{{ {record}(key: {{id: 1}}) {{ n etag }} }}")).await;
        let (n, etag) = (data[record]["n"].as_i64().unwrap(), &data[record]["etag"]);
        let name = record[..1].to_uppercase() + &record[1..];
        let update = format!(
            "mutation($etag: String) {{ update{name}(key: {{id: 1}}, input: {{n: {}}}, ifMatch: $etag) {{ outcome }} }}",
            n + 1
        );
        let answer = race.server.run(&update, json!({ "etag": etag })).await;
        match outcomes(std::slice::from_ref(&answer))[0] {
            "OK" => return attempt,
            code => assert_eq!(code, "PRECONDITION_FAILED", "{answer:#}"),
        }
    }
    unreachable!("it tries until it succeeds");
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost_with_if_match(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "counters", COUNTERS, 8).await else { return };
    for record in ["counter", "plain"] {
        let attempts = join_all((0..24).map(|_| count_up(&race, record))).await;
        assert_eq!(race.number(&format!("select n as v from {record} where id = 1")).await, 24);
        assert!(attempts.iter().sum::<usize>() > 24, "nobody was ever too late, so that nothing was shown");
    }
    assert_eq!(race.number("select version as v from counter where id = 1").await, 25);
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_racing_links_with_one_etag_one_is_made(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "link_etags", COUNTERS, 8).await else { return };
    for _ in 0..30 {
        race.execute("update counter set parent_id = null where id = 1").await;
        let etag = race.server.data("{ counter(key: {id: 1}) { etag } }").await["counter"]["etag"].to_string();
        let operation = |target: i32| {
            format!(
                "mutation {{ associateCounterParent(key: {{id: 1}}, ref: {{id: {target}}}, ifMatch: {etag}) {{ changed }} }}"
            )
        };
        let answers = race.all(&[operation(2), operation(3)]).await;
        assert_eq!(outcomes(&answers), ["OK", "PRECONDITION_FAILED"], "{answers:#?}");
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_upserts_of_one_key_both_succeed(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "upserts", COUNTERS, 8).await else { return };
    for id in 10..50 {
        let operation = |key: String, n: i32| {
            format!(
                "mutation {{ upsertCounter(key: {key}, input: {{id: {id}, code: \"c{id}\", n: {n}}}) {{ outcome }} }}"
            )
        };
        let operations = [
            operation(format!("{{id: {id}}}"), 1),
            operation(format!("{{id: {id}}}"), 2),
            operation(format!("{{code: \"c{id}\"}}"), 3),
        ];
        let data = race.all_succeed(&operations).await;
        let mut outcomes: Vec<&str> =
            data.iter().map(|data| data["upsertCounter"]["outcome"].as_str().unwrap()).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["CREATED", "UPDATED", "UPDATED"]);
        assert_eq!(race.number(&format!("select count(*) as v from counter where id = {id}")).await, 1);
        assert_eq!(race.number(&format!("select version as v from counter where id = {id}")).await, 3);
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_racing_creates_of_one_key_one_is_a_conflict(#[case] backend: Backend) {
    let Some(race) = Race::start(backend, "creates", COUNTERS, 8).await else { return };
    for id in 10..40 {
        let operation =
            format!("mutation {{ createCounter(input: {{id: {id}, code: \"c{id}\", n: 0}}) {{ outcome }} }}");
        let answers = race.all(&[operation.clone(), operation]).await;
        assert_eq!(outcomes(&answers), ["CONFLICT", "OK"], "{answers:#?}");
    }
}
