//! What the database refuses, and how it is told.

use relata::{
    define::Transaction,
    error::Code,
    execute::{Database, Error},
    sql::ddl::compile,
};
use rstest_reuse::apply;
use sea_orm::ConnectionTrait;

use super::{integer, lookup, run};
use crate::{
    backends,
    support::{Backend, connect, empty},
};

#[apply(backends)]
#[tokio::test]
async fn a_name_that_the_database_does_not_know_is_told_from_other_faults(backend: Backend) {
    let Some(url) = empty(backend, "define_undefined").await else { return };
    let db = connect(&url).await;
    run(&db, "create table thing (id integer primary key)").await;
    let undefined = [
        "select * from missing",
        "select missing from thing",
        "select thing.missing from thing",
        "insert into thing (missing) values (1)",
        "update thing set missing = 1",
        "delete from missing",
    ];
    for sql in undefined {
        let error = Error::from(db.execute_unprepared(sql).await.unwrap_err());
        assert!(error.is_undefined(), "{sql}: {error}");
    }
    run(&db, "insert into thing values (1)").await;
    for sql in ["selct 1", "select * from thing where", "insert into thing values (1)"] {
        let error = Error::from(db.execute_unprepared(sql).await.unwrap_err());
        assert!(!error.is_undefined(), "{sql}: {error}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn whoever_may_not_change_a_table_is_told_so(backend: Backend) {
    let Some(url) = empty(backend, "define_forbidden").await else { return };
    let owner = connect(&url).await;
    run(&owner, "create table agent (id integer primary key); create table deal (id integer primary key)").await;
    let other = match backend {
        Backend::Sqlite => url.replace("mode=rwc", "mode=ro"),
        Backend::Postgres => {
            run(&owner, "drop role if exists define_stranger; create role define_stranger").await;
            format!("{url}?options=-c%20role%3Ddefine_stranger")
        }
        Backend::MariaDb => {
            let name = url.rsplit_once('/').unwrap().1;
            let grant = format!("grant select on `{name}`.* to define_stranger@'127.0.0.1'");
            run(&owner, &format!("create or replace user define_stranger@'127.0.0.1'; {grant}")).await;
            url.replacen("root@", "define_stranger@", 1)
        }
    };
    let other = Database::of(&connect(&other).await).unwrap();
    let mut transaction = Transaction::begin(&other).await.unwrap();
    let steps = compile(other.dialect(), &lookup(backend, "Deal", "deal", integer("agent_id"), "agent"));
    assert_eq!(transaction.run(&steps).await.unwrap_err().code(), Code::Forbidden);
    transaction.rollback().await.unwrap();
    if backend == Backend::Postgres {
        run(&owner, "drop role define_stranger").await;
    }
    if backend == Backend::MariaDb {
        run(&owner, "drop user define_stranger@'127.0.0.1'").await;
    }
}
