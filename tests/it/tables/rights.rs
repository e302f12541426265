//! Who may change tables at all.

use std::time::Duration;

use relata::{
    define::{Transaction, has_rows, may_define},
    execute::Database,
};
use rstest_reuse::apply;
use sea_orm::ConnectOptions;

use super::{run, table, texts};
use crate::{
    backends,
    support::{Backend, connect, empty},
};

#[apply(backends)]
#[tokio::test]
async fn whoever_may_write_may_define(backend: Backend) {
    let Some(url) = empty(backend, "define_rights").await else { return };
    let db = connect(&url).await;
    run(&db, "create table deal (id integer primary key); insert into deal values (1)").await;
    let before = texts(&db, count_tables(backend)).await;
    assert!(may_define(&db).await.unwrap());
    assert!(has_rows(&db, &table(backend, "deal")).await.unwrap());
    run(&db, "delete from deal").await;
    assert!(!has_rows(&db, &table(backend, "deal")).await.unwrap());
    // Another writer is no reason to wait.
    let database = Database::of(&db).unwrap();
    let writer = Transaction::begin(&database).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(3), may_define(&db)).await.unwrap().unwrap());
    writer.rollback().await.unwrap();
    assert_eq!(texts(&db, count_tables(backend)).await, before);
    match backend {
        Backend::Sqlite => {
            for way in ["mode=ro", "immutable=1&mode=ro"] {
                let db = connect(&url.replace("mode=rwc", way)).await;
                assert!(!may_define(&db).await.unwrap(), "{way}");
            }
            let mut options = ConnectOptions::new(url);
            options.map_sqlx_sqlite_opts(|options| options.pragma("query_only", "ON"));
            let db = sea_orm::Database::connect(options).await.unwrap();
            assert!(!may_define(&db).await.unwrap(), "query_only");
        }
        Backend::Postgres => {
            let readonly = connect(&format!("{url}?options=-c%20default_transaction_read_only%3Don")).await;
            assert!(!may_define(&readonly).await.unwrap());
            let nowhere = connect(&format!("{url}?options=-c%20search_path%3Dnowhere")).await;
            assert!(!may_define(&nowhere).await.unwrap());
            run(&db, "drop role if exists define_reader; create role define_reader; revoke create on schema public from public").await;
            let reader = connect(&format!("{url}?options=-c%20role%3Ddefine_reader")).await;
            assert!(!may_define(&reader).await.unwrap());
            run(&db, "drop role define_reader").await;
        }
        Backend::MariaDb => {
            let name = url.rsplit_once('/').unwrap().1;
            let grant = format!("grant select, insert on `{name}`.* to define_reader@'127.0.0.1'");
            run(&db, &format!("create or replace user define_reader@'127.0.0.1'; {grant}")).await;
            let reader = connect(&url.replacen("root@", "define_reader@", 1)).await;
            assert!(!may_define(&reader).await.unwrap());
            run(&db, "drop user define_reader@'127.0.0.1'").await;
        }
    }
}

fn count_tables(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "select count(*) from sqlite_schema",
        Backend::Postgres => "select count(*) from pg_class",
        Backend::MariaDb => "select count(*) from information_schema.tables where table_schema = database()",
    }
}
