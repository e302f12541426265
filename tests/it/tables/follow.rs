//! How an instance learns what others have defined.

use std::time::Duration;

use relata::{
    define::{Follower, Transaction, follow, store},
    execute::Database,
};
use rstest_reuse::apply;
use sea_orm::DatabaseConnection;
use tokio::time::timeout;

use super::texts;
use crate::{
    backends,
    support::{Backend, connect, empty},
};

/// Counts one change.
async fn count(db: &DatabaseConnection, commit: bool) {
    let transaction = Transaction::begin(&Database::of(db).unwrap()).await.unwrap();
    store::save(transaction.connection(), &[]).await.unwrap();
    if commit { transaction.commit().await.unwrap() } else { transaction.rollback().await.unwrap() }
}

fn follower(db: &DatabaseConnection) -> Follower {
    follow(&Database::of(db).unwrap())
}

/// Longer than an instance may take, on a machine that has other things to do.
async fn soon(follower: &mut Follower) -> i64 {
    timeout(Duration::from_secs(20), follower.changed()).await.expect("it learns of it")
}

async fn nothing(follower: &mut Follower) {
    assert!(timeout(Duration::from_millis(900), follower.changed()).await.is_err(), "nothing has changed");
}

#[apply(backends)]
#[tokio::test]
async fn what_one_instance_defines_the_others_learn(backend: Backend) {
    let Some(url) = empty(backend, "follow_others").await else { return };
    let (one, other) = (connect(&url).await, connect(&url).await);
    let mut follower = follower(&other);
    nothing(&mut follower).await;
    count(&one, true).await;
    assert_eq!(soon(&mut follower).await, 1);
    nothing(&mut follower).await;
    count(&one, false).await;
    nothing(&mut follower).await;
    count(&one, true).await;
    count(&one, true).await;
    while soon(&mut follower).await != 3 {}
}

#[apply(backends)]
#[tokio::test]
async fn what_was_defined_before_is_learned_at_once(backend: Backend) {
    let Some(url) = empty(backend, "follow_before").await else { return };
    let db = connect(&url).await;
    count(&db, true).await;
    count(&db, true).await;
    let mut follower = follower(&db);
    assert_eq!(soon(&mut follower).await, 2);
    nothing(&mut follower).await;
}

#[apply(backends)]
#[tokio::test]
async fn waiting_may_be_given_up_and_taken_up_again(backend: Backend) {
    let Some(url) = empty(backend, "follow_given_up").await else { return };
    let db = connect(&url).await;
    let mut follower = follower(&db);
    let (asking, ()) = tokio::join!(
        async {
            for _ in 0..2_000 {
                if let Ok(generation) = timeout(Duration::from_millis(10), follower.changed()).await {
                    return Some(generation);
                }
            }
            None
        },
        count(&db, true)
    );
    assert_eq!(asking, Some(1));
}

#[tokio::test]
async fn a_connection_that_is_lost_is_made_again_and_nothing_is_missed() {
    let Some(url) = empty(Backend::Postgres, "follow_lost").await else { return };
    let (one, other) = (connect(&url).await, connect(&format!("{url}?application_name=follow_lost")).await);
    let mut follower = follower(&other);
    nothing(&mut follower).await;
    for generation in 1..=3 {
        let killed = "select cast(pg_terminate_backend(pid) as text) from pg_stat_activity
            where application_name = 'follow_lost'";
        assert!(!texts(&one, killed).await.is_empty(), "there is a connection to lose");
        count(&one, true).await;
        assert_eq!(soon(&mut follower).await, generation);
    }
}

#[tokio::test]
async fn whoever_stops_following_leaves_no_connection_behind() {
    let Some(url) = empty(Backend::Postgres, "follow_left").await else { return };
    let (one, other) = (connect(&url).await, connect(&format!("{url}?application_name=follow_left")).await);
    other.ping().await.unwrap();
    let here = "select pid from pg_stat_activity where application_name = 'follow_left'";
    let before = texts(&one, here).await.len();
    let mut follower = follower(&other);
    nothing(&mut follower).await;
    assert_eq!(texts(&one, here).await.len(), before + 1);
    drop(follower);
    let gone = async {
        while texts(&one, here).await.len() > before {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), gone).await.expect("the connection ends");
}
