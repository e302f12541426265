//! Who else depends on what is to go.

use relata::{
    define::dependents,
    sql::ddl::{NewColumn, TableChange},
};
use rstest_reuse::apply;
use sea_orm::ConnectionTrait;

use super::{change, integer, lookup, references, run, table, texts};
use crate::{
    backends,
    support::{Backend, connection},
};
use relata::catalog::CascadeDelete;

const TABLES: &str = "create table agent (id integer primary key, name varchar(40));
    create table deal (id integer primary key, note varchar(40));
    create view old_names as select name from agent;";

fn drop_lookup(backend: Backend) -> TableChange {
    TableChange::DropLookup {
        schema_name: "Deal".to_owned(),
        table: table(backend, "deal"),
        column: "agent_id".to_owned(),
    }
}

/// A trigger that reads the column when something else changes.
fn trigger(backend: Backend, name: &str, on: &str, body: &str) -> String {
    match backend {
        Backend::Sqlite => format!("create trigger {name} after insert on {on} begin {body}; end"),
        Backend::Postgres => format!(
            "create or replace function noop() returns trigger language plpgsql as 'begin return null; end';
             create trigger {name} after update of agent_id on {on} execute function noop()"
        ),
        Backend::MariaDb => {
            let body = body.replace("select 1", "do 1");
            format!("create trigger {name} after insert on {on} for each row begin {body}; end")
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_lookup_of_its_own_goes_alone(backend: Backend) {
    let Some(db) = connection(backend, "define_alone").await else { return };
    run(&db, TABLES).await;
    // MariaDB refuses a key that would empty a column that takes no null.
    let required = backend != Backend::MariaDb;
    change(&db, &[lookup(backend, "Deal", "deal", NewColumn { required, ..integer("agent_id") }, "agent")]).await;
    run(&db, "create index notes on deal (note); create view v as select note from deal").await;
    assert_eq!(dependents(&db, &drop_lookup(backend)).await.unwrap(), [] as [String; 0]);
}

#[apply(backends)]
#[tokio::test]
async fn indexes_views_triggers_and_foreign_keys_over_a_lookup_are_named(backend: Backend) {
    let Some(db) = connection(backend, "define_over").await else { return };
    run(&db, TABLES).await;
    change(&db, &[lookup(backend, "Deal", "deal", integer("agent_id"), "agent")]).await;
    run(&db, "create index \"over both\" on deal (note, agent_id)").await;
    if backend != Backend::MariaDb {
        run(&db, "create unique index only_some on deal (note) where agent_id is not null").await;
    }
    run(&db, "create unique index keyed on deal (agent_id)").await;
    run(&db, "create view agents as select agent_id from deal").await;
    run(&db, "create view further as select * from agents").await;
    run(&db, &trigger(backend, "copies", "deal", "update agent set name = new.agent_id")).await;
    if backend == Backend::Sqlite {
        run(&db, "create trigger watch after update of agent_id on deal begin select 1; end").await;
    }
    run(&db, "create table bonus (id integer primary key, deal_agent integer references deal (agent_id))").await;
    let found = dependents(&db, &drop_lookup(backend)).await.unwrap();
    let expected: &[&str] = match backend {
        Backend::Sqlite => &[
            "index keyed",
            "index only_some",
            "index over both",
            "table bonus",
            "trigger copies",
            "trigger watch",
            "view agents",
            "view further",
        ],
        Backend::Postgres => &[
            "index \"over both\"",
            "index keyed",
            "index only_some",
            "table bonus",
            "trigger copies on table deal",
            "view agents",
        ],
        // There are no partial indexes.
        Backend::MariaDb => {
            &["index keyed", "index over both", "table bonus", "trigger copies", "view agents", "view further"]
        }
    };
    assert_eq!(found, expected);
}

#[apply(backends)]
#[tokio::test]
async fn a_column_that_is_computed_from_a_lookup_is_named(backend: Backend) {
    let Some(db) = connection(backend, "define_computed").await else { return };
    run(&db, "create table agent (id integer primary key); create table deal (id integer primary key)").await;
    change(&db, &[lookup(backend, "Deal", "deal", integer("agent_id"), "agent")]).await;
    match backend {
        Backend::Sqlite | Backend::MariaDb => {
            run(&db, "alter table deal add column twice integer as (agent_id * 2)").await;
        }
        Backend::Postgres => {
            run(&db, "alter table deal add column twice integer generated always as (agent_id * 2) stored").await;
        }
    }
    let expected = match backend {
        Backend::Sqlite => "table deal",
        Backend::Postgres => "default value for column twice of table deal",
        Backend::MariaDb => "column twice",
    };
    assert_eq!(dependents(&db, &drop_lookup(backend)).await.unwrap(), [expected]);
}

#[apply(backends)]
#[tokio::test]
async fn what_was_broken_before_does_not_matter(backend: Backend) {
    let Some(db) = connection(backend, "define_broken").await else { return };
    run(&db, TABLES).await;
    change(&db, &[lookup(backend, "Deal", "deal", integer("agent_id"), "agent")]).await;
    if backend == Backend::Sqlite {
        run(&db, "create view broken as select missing from nowhere; create view half as select missing from agent")
            .await;
    }
    assert_eq!(dependents(&db, &drop_lookup(backend)).await.unwrap(), [] as [String; 0]);
    run(&db, "insert into deal (id, note) values (1, 'x')").await;
    run(&db, &trigger(backend, "stays", "agent", "update deal set note = 'y'").replace("of agent_id", "of name")).await;
    change(&db, &[drop_lookup(backend)]).await;
    assert_eq!(texts(&db, "select note from deal").await, ["x"]);
    assert!(db.execute_unprepared("select agent_id from deal").await.is_err(), "the column is gone");
    run(&db, "insert into deal values (2, 'z'); insert into agent values (1, 'a')").await;
}

#[apply(backends)]
#[tokio::test]
async fn whoever_points_at_a_table_of_pairs_is_named(backend: Backend) {
    let Some(db) = connection(backend, "define_pairs_held").await else { return };
    run(&db, TABLES).await;
    let end = |column: &str, to: &str| {
        let column = NewColumn { required: true, ..integer(column) };
        (column, references(backend, to, CascadeDelete::Cascade))
    };
    let pairs = table(backend, "deal_agent");
    let add = TableChange::AddIntersect {
        schema_name: "Pairs".to_owned(),
        table: pairs.clone(),
        ends: Box::new([end("deal_id", "deal"), end("agent_id", "agent")]),
    };
    change(&db, &[add]).await;
    let drop = TableChange::DropIntersect { table: pairs };
    assert_eq!(dependents(&db, &drop).await.unwrap(), [] as [String; 0]);
    run(&db, "create index by_agent on deal_agent (agent_id, deal_id)").await;
    assert_eq!(dependents(&db, &drop).await.unwrap(), ["index by_agent"], "somebody else made it");
    let on = if backend == Backend::MariaDb { " on deal_agent" } else { "" };
    run(&db, &format!("drop index by_agent{on}")).await;
    run(&db, "create view pairs as select deal_id from deal_agent").await;
    run(&db, "create table mark (a integer, b integer, foreign key (a, b) references deal_agent (deal_id, agent_id))")
        .await;
    run(&db, &trigger(backend, "watch", "deal_agent", "select 1")).await;
    let expected: &[&str] = match backend {
        Backend::Postgres => &["table mark", "trigger watch on table deal_agent", "view pairs"],
        Backend::Sqlite | Backend::MariaDb => &["table mark", "trigger watch", "view pairs"],
    };
    assert_eq!(dependents(&db, &drop).await.unwrap(), expected);
}

#[apply(backends)]
#[tokio::test]
async fn either_column_of_a_multi_table_lookup_counts(backend: Backend) {
    let Some(db) = connection(backend, "define_multi_held").await else { return };
    run(&db, TABLES).await;
    let add = TableChange::AddMultiTable {
        schema_name: "Regarding".to_owned(),
        table: table(backend, "deal"),
        key: integer("key"),
        discriminator: "kind".to_owned(),
    };
    change(&db, &[add]).await;
    let drop = TableChange::DropMultiTable {
        schema_name: "Regarding".to_owned(),
        table: table(backend, "deal"),
        key: "key".to_owned(),
        discriminator: "kind".to_owned(),
    };
    assert_eq!(dependents(&db, &drop).await.unwrap(), [] as [String; 0]);
    run(&db, "create index kinds on deal (kind); create view \"keys\" as select \"key\" from deal").await;
    assert_eq!(dependents(&db, &drop).await.unwrap(), ["index kinds", "view keys"]);
}
