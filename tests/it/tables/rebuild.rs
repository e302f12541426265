//! Tables of SQLite that are made anew keep everything but the one foreign key.

use relata::{
    catalog::CascadeDelete,
    define::Transaction,
    error::Code,
    execute::Database,
    sql::{
        Dialect,
        ddl::{NewColumn, TableChange, compile},
    },
};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::{change, integer, lookup, references, run, table, texts};
use crate::support::{Backend, connection};

const SQLITE: Backend = Backend::Sqlite;

fn set(column: NewColumn, action: CascadeDelete) -> TableChange {
    TableChange::SetOnDelete {
        schema_name: "Deal".to_owned(),
        table: table(SQLITE, "deal"),
        column,
        unique: false,
        references: references(SQLITE, "agent", action),
    }
}

async fn actions(db: &DatabaseConnection) -> Vec<String> {
    texts(db, "select \"from\" || ' ' || on_delete from pragma_foreign_key_list('deal') order by 1").await
}

/// The table `deal` as given, with a lookup `agent_id` that has been filled in, made anew with another action.
async fn rebuilt(name: &str, tables: &str, rows: &str) -> DatabaseConnection {
    let db = connection(SQLITE, name).await.unwrap();
    run(&db, "create table agent (id integer primary key); insert into agent values (1), (2), (3)").await;
    run(&db, tables).await;
    change(&db, &[lookup(SQLITE, "Deal", "deal", integer("agent_id"), "agent")]).await;
    run(&db, rows).await;
    let before = texts(&db, "select name || ' ' || coalesce(tbl_name, '') from sqlite_schema order by name").await;
    change(&db, &[set(integer("agent_id"), CascadeDelete::Cascade)]).await;
    assert!(actions(&db).await.contains(&"agent_id CASCADE".to_owned()));
    let after = texts(&db, "select name || ' ' || coalesce(tbl_name, '') from sqlite_schema order by name").await;
    assert_eq!(after, before, "the same objects");
    assert_eq!(texts(&db, "pragma integrity_check").await, ["ok"]);
    assert_eq!(texts(&db, "pragma foreign_key_check").await, [] as [&str; 0]);
    db
}

async fn refused(db: &DatabaseConnection, sql: &str) {
    assert!(db.execute_unprepared(sql).await.is_err(), "{sql}");
}

#[tokio::test]
async fn rows_their_numbers_and_their_order_of_columns_stay() {
    let db = rebuilt(
        "rebuild_rows",
        "create table deal (id integer primary key, note text)",
        "alter table deal add column later text default 'l';
         insert into deal (id, note, agent_id) values (7, 'x', 1), (3, null, 2), (900, 'é', null)",
    )
    .await;
    let rows = "select id || '|' || coalesce(note, '-') || '|' || coalesce(agent_id, '-') || '|' || later from deal order by id";
    assert_eq!(texts(&db, rows).await, ["3|-|2|l", "7|x|1|l", "900|é|-|l"]);
    assert_eq!(texts(&db, "select name from pragma_table_info('deal')").await, ["id", "note", "agent_id", "later"]);
    run(&db, "pragma foreign_keys = on; delete from agent where id = 1").await;
    assert_eq!(texts(&db, "select id from deal order by id").await.len(), 2);
}

#[tokio::test]
async fn numbers_of_rows_without_a_key_of_their_own_stay() {
    let db = rebuilt(
        "rebuild_rowid",
        "create table deal (code text primary key)",
        "insert into deal (rowid, code) values (40, 'b'), (12, 'a')",
    )
    .await;
    assert_eq!(texts(&db, "select rowid || code from deal order by rowid").await, ["12a", "40b"]);
}

#[tokio::test]
async fn keys_that_were_given_once_are_never_given_again() {
    let db = rebuilt(
        "rebuild_sequence",
        "create table other (id integer primary key autoincrement); insert into other values (5);
         create table deal (id integer primary key autoincrement, note text)",
        "insert into deal (id, note) values (100, 'x'), (200, 'y'); delete from deal",
    )
    .await;
    run(&db, "insert into deal (note) values ('z')").await;
    assert_eq!(texts(&db, "select id from deal").await, ["201"]);
    assert_eq!(texts(&db, "select name || seq from sqlite_sequence order by 1").await, ["deal201", "other5"]);
}

#[tokio::test]
async fn checks_collations_defaults_and_generated_columns_stay() {
    let db = rebuilt(
        "rebuild_checks",
        "create table deal (id integer primary key, price real not null default 1.5 check (price > 0),
            code text collate nocase unique, twice real generated always as (price * 2) stored,
            thrice real as (price * 3) virtual, constraint odd check (code <> 'no'))",
        "insert into deal (id, code) values (1, 'A')",
    )
    .await;
    assert_eq!(
        texts(&db, "select price || ' ' || twice || ' ' || thrice from deal where code = 'a'").await,
        ["1.5 3.0 4.5"]
    );
    refused(&db, "insert into deal (price) values (0)").await;
    refused(&db, "insert into deal (code) values ('no')").await;
    refused(&db, "insert into deal (code) values ('a')").await;
}

#[tokio::test]
async fn strict_tables_stay_strict() {
    let db = rebuilt(
        "rebuild_strict",
        "create table deal (id integer primary key, n int) strict",
        "insert into deal (id, n, agent_id) values (1, 2, 3)",
    )
    .await;
    refused(&db, "insert into deal (n) values ('text')").await;
    assert_eq!(texts(&db, "select agent_id from deal").await, ["3"]);
}

#[tokio::test]
async fn tables_without_rowid_stay_so() {
    let db = rebuilt(
        "rebuild_without",
        "create table deal (code text primary key, n int) without rowid",
        "insert into deal values ('b', 1, 1), ('a', 2, null)",
    )
    .await;
    refused(&db, "select rowid from deal").await;
    assert_eq!(texts(&db, "select code from deal order by code").await, ["a", "b"]);
}

#[tokio::test]
async fn indexes_of_every_kind_stay() {
    let db = rebuilt(
        "rebuild_indexes",
        "create table deal (id integer primary key, note text, n int, unique (note, n));
         create unique index some on deal (n) where note is not null;
         create index expression on deal (lower(note) desc)",
        "insert into deal (note, n) values ('x', 1), (null, 1)",
    )
    .await;
    refused(&db, "insert into deal (note, n) values ('y', 1)").await;
    let plan = "explain query plan select * from deal where lower(note) = 'x'";
    assert_eq!(texts(&db, &format!("select count(*) from ({})", "select 1")).await, ["1"]);
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), plan);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    assert!(row.try_get::<String>("", "detail").unwrap().contains("expression"));
    assert_eq!(
        texts(&db, "select name from pragma_index_list('deal') where origin = 'c' order by 1").await,
        ["expression", "ix_Deal", "some"]
    );
}

#[tokio::test]
async fn triggers_stay_and_do_not_fire_meanwhile() {
    let db = rebuilt(
        "rebuild_triggers",
        "create table log (what text);
         create table deal (id integer primary key, note text);
         create trigger added after insert on deal begin insert into log values ('added ' || new.note); end;
         create trigger gone before delete on deal begin insert into log values ('gone'); end;
         create trigger elsewhere after insert on agent begin update deal set note = 'agent'; end",
        "insert into deal (id, note) values (1, 'x')",
    )
    .await;
    assert_eq!(texts(&db, "select what from log").await, ["added x"]);
    run(&db, "insert into deal (note) values ('y'); insert into agent values (9)").await;
    assert_eq!(texts(&db, "select what from log").await, ["added x", "added y"]);
    assert_eq!(texts(&db, "select distinct note from deal").await, ["agent"]);
}

#[tokio::test]
async fn views_over_the_table_stay() {
    let db = rebuilt(
        "rebuild_views",
        "create table deal (id integer primary key, note text);
         create view notes as select note from deal;
         create view broken as select missing from nowhere;
         create trigger edits instead of update on notes begin update deal set note = new.note; end",
        "insert into deal (note) values ('x')",
    )
    .await;
    run(&db, "update notes set note = 'y'").await;
    assert_eq!(texts(&db, "select note from notes").await, ["y"]);
}

#[tokio::test]
async fn foreign_keys_onto_the_table_stay_and_empty_nothing() {
    let db = rebuilt(
        "rebuild_onto",
        "create table deal (id integer primary key, above integer references deal (id) on delete cascade);
         create table line (id integer primary key, deal_id integer not null references deal on delete cascade)",
        "insert into deal (id, above) values (1, null), (2, 1); insert into line values (1, 1), (2, 2)",
    )
    .await;
    assert_eq!(texts(&db, "select id from line").await, ["1", "2"]);
    assert_eq!(texts(&db, "select \"table\" from pragma_foreign_key_list('line')").await, ["deal"]);
    assert_eq!(actions(&db).await, ["above CASCADE", "agent_id CASCADE"]);
    run(&db, "pragma foreign_keys = on; delete from deal where id = 1").await;
    assert_eq!(texts(&db, "select id from line").await, [] as [&str; 0]);
}

#[tokio::test]
async fn names_may_be_anything() {
    let db = connection(SQLITE, "rebuild_names").await.unwrap();
    run(
        &db,
        "create table \"the \"\"agent\"\"\" (\"the id\" integer primary key);
         insert into \"the \"\"agent\"\"\" values (1);
         create table \"my 'deal' [x]\" (\"select\" integer primary key, \"a b\" text, rowid text);
         create index \"an \"\"index\"\"\" on \"my 'deal' [x]\" (\"a b\")",
    )
    .await;
    let reference = |action| relata::sql::ddl::Reference {
        table: table(SQLITE, "the \"agent\""),
        column: "the id".to_owned(),
        on_delete: Some(action),
    };
    let deal = || table(SQLITE, "my 'deal' [x]");
    let add = TableChange::AddLookup {
        schema_name: "Deal".to_owned(),
        table: deal(),
        column: integer("agent_id"),
        unique: true,
        references: reference(CascadeDelete::RemoveLink),
    };
    change(&db, &[add]).await;
    run(&db, "insert into \"my 'deal' [x]\" values (5, 'x', 'own', 1)").await;
    let set = TableChange::SetOnDelete {
        schema_name: "Deal".to_owned(),
        table: deal(),
        column: integer("agent_id"),
        unique: true,
        references: reference(CascadeDelete::Cascade),
    };
    change(&db, &[set]).await;
    let rows = "select \"select\" || \"a b\" || rowid || agent_id from \"my 'deal' [x]\"";
    assert_eq!(texts(&db, rows).await, ["5xown1"]);
    assert_eq!(texts(&db, "select count(*) from pragma_index_list('my ''deal'' [x]')").await, ["2"]);
    run(&db, "pragma foreign_keys = on; delete from \"the \"\"agent\"\"\"").await;
    assert_eq!(texts(&db, rows).await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_lookup_that_somebody_wrote_otherwise_is_made_anew_at_the_end() {
    let db = connection(SQLITE, "rebuild_spelled").await.unwrap();
    run(
        &db,
        "create table agent (id integer primary key); insert into agent values (1);
         create table deal (id integer primary key, agent_id int references agent on delete set null, note text);
         create index ix_Deal on deal (agent_id);
         insert into deal values (1, 1, 'x'), (2, null, 'y')",
    )
    .await;
    change(&db, &[set(integer("agent_id"), CascadeDelete::Cascade)]).await;
    assert_eq!(actions(&db).await, ["agent_id CASCADE"]);
    assert_eq!(texts(&db, "select id || note || coalesce(agent_id, '') from deal order by id").await, ["1x1", "2y"]);
    assert_eq!(texts(&db, "select name from pragma_index_list('deal')").await, ["ix_Deal"]);
}

#[tokio::test]
async fn a_lookup_that_is_part_of_more_is_refused_and_nothing_changes() {
    let db = connection(SQLITE, "rebuild_part").await.unwrap();
    run(
        &db,
        "create table agent (id integer primary key);
         create table deal (id integer primary key, agent_id int references agent, n int, unique (agent_id, n))",
    )
    .await;
    let before = texts(&db, "select sql from sqlite_schema").await;
    let database = Database::of(&db).unwrap();
    let mut transaction = Transaction::begin(&database).await.unwrap();
    let steps = compile(Dialect::Sqlite, &set(integer("agent_id"), CascadeDelete::Cascade));
    assert_eq!(transaction.run(&steps).await.unwrap_err().code(), Code::Restricted);
    transaction.rollback().await.unwrap();
    assert_eq!(texts(&db, "select sql from sqlite_schema").await, before);
}

#[tokio::test]
async fn rows_that_point_nowhere_already_stand_in_nobodys_way() {
    let db = connection(SQLITE, "rebuild_dangling").await.unwrap();
    run(
        &db,
        "create table agent (id integer primary key);
         create table deal (id integer primary key);
         create table line (id integer primary key, deal_id integer references deal (nowhere))",
    )
    .await;
    change(&db, &[lookup(SQLITE, "Deal", "deal", integer("agent_id"), "agent")]).await;
    run(&db, "pragma foreign_keys = off; insert into deal values (1, 77); pragma foreign_keys = on").await;
    change(&db, &[set(integer("agent_id"), CascadeDelete::Cascade)]).await;
    assert_eq!(texts(&db, "select agent_id from deal").await, ["77"]);
}

#[tokio::test]
async fn what_is_shown_does_the_same_elsewhere() {
    let tables = "create table agent (id integer primary key); insert into agent values (1);
        create table deal (id integer primary key autoincrement, note text);
        create table line (id integer primary key, deal_id integer references deal (id));
        create trigger added after insert on deal begin update agent set id = id; end;
        create index notes on deal (note)";
    let one = connection(SQLITE, "rebuild_shown").await.unwrap();
    let other = connection(SQLITE, "rebuild_run").await.unwrap();
    for db in [&one, &other] {
        run(db, tables).await;
        change(db, &[lookup(SQLITE, "Deal", "deal", integer("agent_id"), "agent")]).await;
        run(db, "insert into deal (id, note, agent_id) values (4, 'x', 1)").await;
    }
    let transaction = Transaction::begin(&Database::of(&one).unwrap()).await.unwrap();
    let steps = compile(Dialect::Sqlite, &set(integer("agent_id"), CascadeDelete::Cascade));
    let shown = relata::define::expand(transaction.connection(), &steps[0]).await.unwrap();
    transaction.rollback().await.unwrap();
    assert!(!actions(&one).await.contains(&"agent_id CASCADE".to_owned()), "showing changes nothing");
    run(&one, &shown.join(";\n")).await;
    change(&other, &[set(integer("agent_id"), CascadeDelete::Cascade)]).await;
    let all = "select coalesce(sql, name) from sqlite_schema order by name";
    assert_eq!(texts(&one, all).await, texts(&other, all).await);
}
