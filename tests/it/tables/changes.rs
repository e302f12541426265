//! Changes of tables, on tables with rows, as the database's own catalog tells them.

use std::time::Duration;

use relata::{
    catalog::{AttributeType, CascadeDelete, EntityDraft, UuidStorage},
    define::Transaction,
    error::Code,
    execute::Database,
    reflect,
    sql::ddl::{NewColumn, TableChange, compile},
};
use rstest_reuse::apply;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, TransactionTrait};

use super::{change, integer, lookup, references, run, table, texts};
use crate::{
    backends,
    support::{Backend, connect, connection, empty},
};

const TABLES: &str = "create table agent (id integer primary key, name text not null);
    create table deal (id integer primary key, note text);
    insert into agent values (1, 'a'), (2, 'b');
    insert into deal values (1, 'x'), (2, 'y');";

async fn draft(connection: &DatabaseConnection, name: &str) -> Option<EntityDraft> {
    let drafts = reflect::database::discover(connection, &[]).await.unwrap();
    drafts.into_iter().find(|draft| draft.table.as_ref().is_some_and(|table| table.name == name))
}

#[apply(backends)]
#[tokio::test]
async fn a_lookup_is_a_column_with_its_foreign_key_and_index(backend: Backend) {
    let Some(db) = connection(backend, "define_lookup").await else { return };
    run(&db, TABLES).await;
    change(&db, &[lookup(backend, "Deal", "deal", integer("agent_id"), "agent")]).await;
    let found = draft(&db, "deal").await.unwrap();
    assert_eq!(found.relations.len(), 1);
    let relation = &found.relations[0];
    assert_eq!((relation.columns.join(","), relation.target.name.as_str()), ("agent_id".to_owned(), "agent"));
    assert_eq!(relation.delete, Some(CascadeDelete::RemoveLink));
    let column = found.columns.iter().find(|column| column.name == "agent_id").unwrap();
    assert_eq!((column.ty.clone(), column.nullable), (Some(AttributeType::Int), true));
    run(&db, "update deal set agent_id = 1").await;
    run(&db, "delete from agent where id = 1").await;
    assert_eq!(texts(&db, "select note from deal where agent_id is null order by id").await, ["x", "y"]);
    assert!(db.execute_unprepared("update deal set agent_id = 9").await.is_err(), "the key is watched over");

    let drop = TableChange::DropLookup {
        schema_name: "Deal".to_owned(),
        table: table(backend, "deal"),
        column: "agent_id".to_owned(),
    };
    change(&db, &[drop]).await;
    let found = draft(&db, "deal").await.unwrap();
    assert_eq!(found.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["id", "note"]);
    assert_eq!(texts(&db, "select note from deal order by id").await, ["x", "y"]);
}

#[apply(backends)]
#[tokio::test]
async fn a_lookup_may_be_required_and_unique_on_an_empty_table(backend: Backend) {
    let Some(db) = connection(backend, "define_required").await else { return };
    run(&db, TABLES).await;
    run(&db, "delete from deal").await;
    let add = TableChange::AddLookup {
        schema_name: "Deal".to_owned(),
        table: table(backend, "deal"),
        column: NewColumn { required: true, ..integer("agent_id") },
        unique: true,
        references: references(backend, "agent", CascadeDelete::Restrict),
    };
    change(&db, &[add]).await;
    let found = draft(&db, "deal").await.unwrap();
    assert_eq!(found.relations[0].delete, Some(CascadeDelete::Restrict));
    assert!(!found.columns.iter().find(|column| column.name == "agent_id").unwrap().nullable);
    assert_eq!(found.unique_keys.iter().map(|key| key.columns.join(",")).collect::<Vec<_>>(), ["agent_id"]);
    run(&db, "insert into deal values (1, 'x', 1)").await;
    assert!(db.execute_unprepared("delete from agent where id = 1").await.is_err());
}

#[apply(backends)]
#[tokio::test]
async fn the_action_of_a_foreign_key_changes_and_the_rows_stay(backend: Backend) {
    let Some(db) = connection(backend, "define_action").await else { return };
    run(&db, TABLES).await;
    change(&db, &[lookup(backend, "Deal", "deal", integer("agent_id"), "agent")]).await;
    run(&db, "update deal set agent_id = id").await;
    for action in [CascadeDelete::Restrict, CascadeDelete::RemoveLink, CascadeDelete::Cascade] {
        let set = TableChange::SetOnDelete {
            schema_name: "Deal".to_owned(),
            table: table(backend, "deal"),
            column: integer("agent_id"),
            unique: false,
            references: references(backend, "agent", action),
        };
        change(&db, &[set]).await;
        assert_eq!(draft(&db, "deal").await.unwrap().relations[0].delete, Some(action));
    }
    run(&db, "delete from agent where id = 1").await;
    assert_eq!(texts(&db, "select note from deal").await, ["y"]);
}

#[apply(backends)]
#[tokio::test]
async fn a_table_of_pairs_has_both_as_its_key(backend: Backend) {
    let Some(db) = connection(backend, "define_pairs").await else { return };
    run(&db, TABLES).await;
    let end = |column: &str, to: &str| {
        let column = NewColumn { required: true, ..integer(column) };
        (column, references(backend, to, CascadeDelete::Cascade))
    };
    let add = TableChange::AddIntersect {
        schema_name: "D".repeat(59),
        table: table(backend, "deal_agent"),
        ends: Box::new([end("deal_id", "deal"), end("agent_id", "agent")]),
    };
    change(&db, &[add]).await;
    let found = draft(&db, "deal_agent").await.unwrap();
    assert_eq!(found.primary_key, ["deal_id", "agent_id"]);
    let ends: Vec<_> = found.relations.iter().map(|it| (it.target.name.as_str(), it.delete)).collect();
    assert!(ends.contains(&("deal", Some(CascadeDelete::Cascade))), "{ends:?}");
    assert!(ends.contains(&("agent", Some(CascadeDelete::Cascade))), "{ends:?}");
    run(&db, "insert into deal_agent values (1, 1), (1, 2)").await;
    assert!(db.execute_unprepared("insert into deal_agent values (1, 1)").await.is_err());
    change(&db, &[TableChange::DropIntersect { table: table(backend, "deal_agent") }]).await;
    assert!(draft(&db, "deal_agent").await.is_none());
}

#[apply(backends)]
#[tokio::test]
async fn a_target_of_a_multi_table_lookup_is_forgotten_in_its_rows_only(backend: Backend) {
    let Some(db) = connection(backend, "define_multi").await else { return };
    run(&db, TABLES).await;
    let add = TableChange::AddMultiTable {
        schema_name: "Regarding".to_owned(),
        table: table(backend, "deal"),
        key: integer("regarding_id"),
        discriminator: "regarding_type".to_owned(),
    };
    change(&db, &[add]).await;
    run(&db, "update deal set regarding_id = 1, regarding_type = case id when 1 then 'o''agent' else 'note' end").await;
    let forget = TableChange::ForgetTarget {
        table: table(backend, "deal"),
        key: "regarding_id".to_owned(),
        discriminator: "regarding_type".to_owned(),
        value: "o'agent".to_owned(),
    };
    let database = Database::of(&db).unwrap();
    let steps = compile(database.dialect(), &forget);
    change(&db, &[forget]).await;
    assert_eq!(texts(&db, "select regarding_type from deal order by id").await, ["null", "note"]);
    assert_eq!(texts(&db, "select regarding_id from deal order by id").await.len(), 2);
    // What is shown does the same when somebody runs it.
    run(&db, "update deal set regarding_id = 1, regarding_type = 'o''agent' where id = 1").await;
    let transaction = Transaction::begin(&database).await.unwrap();
    let shown = relata::define::expand(transaction.connection(), &steps[0]).await.unwrap();
    transaction.rollback().await.unwrap();
    db.execute_unprepared(&shown.join(";")).await.unwrap();
    assert_eq!(texts(&db, "select regarding_type from deal order by id").await, ["null", "note"]);
    let drop = TableChange::DropMultiTable {
        schema_name: "Regarding".to_owned(),
        table: table(backend, "deal"),
        key: "regarding_id".to_owned(),
        discriminator: "regarding_type".to_owned(),
    };
    change(&db, &[drop]).await;
    assert_eq!(draft(&db, "deal").await.unwrap().columns.len(), 2);
}

/// Every type of key that reflection knows, as a column declares it.
fn keys(backend: Backend) -> impl Iterator<Item = &'static str> {
    let types = match backend {
        Backend::Sqlite => {
            "integer; bigint; text; varchar(12); uuid; uuid_text; uuid_text(36); numeric; \
             decimal(10, 2); date; time; datetime; timestamptz; boolean; real; blob; point"
        }
        Backend::Postgres => {
            "smallint; integer; bigint; text; varchar; varchar(12); char(2); \"char\"; name; uuid; \
             numeric; numeric(10, 2); date; time; timestamp; timestamptz; boolean; real; \
             double precision; bytea; inet; odd.\"Mood\"; odd.code"
        }
        Backend::MariaDb => {
            "tinyint; smallint unsigned; integer; integer unsigned; bigint; bigint unsigned; \
             varchar(12); varchar(12) collate utf8mb4_general_ci; varchar(12) character set latin1; \
             char(2); uuid; inet6; decimal(10, 2); date; time(3); datetime(6); timestamp; boolean; \
             double; binary(16); varbinary(16); year"
        }
    };
    types.split("; ")
}

#[apply(backends)]
#[tokio::test]
async fn a_lookup_is_of_the_type_of_its_key(backend: Backend) {
    let Some(db) = connection(backend, "define_types").await else { return };
    if backend == Backend::Postgres {
        run(&db, "create schema odd; create type odd.\"Mood\" as enum ('ok'); create domain odd.code as varchar(7)")
            .await;
    }
    run(&db, "create table deal (id integer primary key)").await;
    for (place, declared) in keys(backend).enumerate() {
        let target = format!("t{place}");
        run(&db, &format!("create table {target} (id {declared} primary key)")).await;
        let key = draft(&db, &target).await.unwrap().columns.remove(0);
        let column = NewColumn {
            name: format!("c{place}"),
            ty: key.ty.clone().unwrap(),
            database_type: key.database_type.clone(),
            required: false,
        };
        change(&db, &[lookup(backend, &format!("R{place}"), "deal", column, &target)]).await;
        let made = draft(&db, "deal").await.unwrap();
        let made = made.columns.iter().find(|column| column.name == format!("c{place}")).unwrap();
        assert_eq!(made.ty, key.ty, "{declared}");
        if backend != Backend::Sqlite {
            assert_eq!(made.database_type, key.database_type, "{declared}");
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_key_that_code_declares_gives_a_type_that_is_not_written_down(backend: Backend) {
    let Some(db) = connection(backend, "define_undeclared").await else { return };
    run(&db, "create table deal (id integer primary key)").await;
    let types = [
        AttributeType::Int,
        AttributeType::BigInt,
        AttributeType::String { max_length: Some(9) },
        AttributeType::String { max_length: None },
        AttributeType::Bytes,
        AttributeType::Uuid(UuidStorage::Native),
    ];
    for (place, ty) in types.into_iter().enumerate() {
        let key = NewColumn { name: format!("c{place}"), ty: ty.clone(), database_type: None, required: false };
        let add = TableChange::AddMultiTable {
            schema_name: format!("M{place}"),
            table: table(backend, "deal"),
            key,
            discriminator: format!("d{place}"),
        };
        change(&db, &[add]).await;
        let made = draft(&db, "deal").await.unwrap();
        let expected = match ty {
            // A key of text has a bound there.
            AttributeType::String { max_length: None } if backend == Backend::MariaDb => {
                AttributeType::String { max_length: Some(255) }
            }
            // Code keeps a UUID as its bytes there, whose column says no more.
            AttributeType::Uuid(_) if backend == Backend::MariaDb => AttributeType::Bytes,
            ty => ty,
        };
        assert_eq!(made.columns.iter().find(|it| it.name == format!("c{place}")).unwrap().ty, Some(expected));
    }
}

#[apply(backends)]
#[tokio::test]
async fn what_is_not_committed_never_was(backend: Backend) {
    let Some(db) = connection(backend, "define_rollback").await else { return };
    run(&db, TABLES).await;
    let database = Database::of(&db).unwrap();
    let steps = compile(database.dialect(), &lookup(backend, "Deal", "deal", integer("agent_id"), "agent"));
    for explicit in [true, false] {
        let mut transaction = Transaction::begin(&database).await.unwrap();
        transaction.run(&steps).await.unwrap();
        let seen = reflect::database::discover(transaction.connection(), &[]).await.unwrap();
        assert_eq!(seen.iter().map(|draft| draft.relations.len()).sum::<usize>(), 1, "seen from within");
        if explicit {
            transaction.rollback().await.unwrap();
        } else {
            drop(transaction);
            // Whoever comes next waits for the end of it.
            Transaction::begin(&database).await.unwrap().rollback().await.unwrap();
        }
        assert!(draft(&db, "deal").await.unwrap().relations.is_empty());
    }
}

#[apply(backends)]
#[tokio::test]
async fn definitions_are_made_one_at_a_time(backend: Backend) {
    let Some(url) = empty(backend, "define_turns").await else { return };
    let (one, other) = (connect(&url).await, connect(&url).await);
    run(&one, TABLES).await;
    let (one, other) = (Database::of(&one).unwrap(), Database::of(&other).unwrap());
    let first = Transaction::begin(&one).await.unwrap();
    let second = tokio::spawn(async move { Transaction::begin(&other).await });
    let waits = tokio::time::timeout(Duration::from_millis(300), async {
        while !second.is_finished() {
            tokio::task::yield_now().await;
        }
    });
    assert!(waits.await.is_err(), "the second waits");
    first.commit().await.unwrap();
    second.await.unwrap().unwrap().rollback().await.unwrap();
}

#[tokio::test]
async fn a_lock_that_others_keep_is_waited_for_but_not_forever() {
    let Some(db) = connection(Backend::Postgres, "define_locked").await else { return };
    run(&db, TABLES).await;
    let holder = db.begin().await.unwrap();
    run(&holder, "lock table deal in access share mode").await;
    let database = Database::of(&db).unwrap();
    let mut transaction = Transaction::begin(&database).await.unwrap();
    let steps = compile(database.dialect(), &lookup(Backend::Postgres, "Deal", "deal", integer("agent_id"), "agent"));
    let error = transaction.run(&steps).await.unwrap_err();
    assert_eq!(error.code(), Code::Timeout);
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn what_others_hold_on_to_is_named_by_the_database_too() {
    let Some(db) = connection(Backend::Postgres, "define_held").await else { return };
    run(&db, TABLES).await;
    run(&db, "create view notes as select note from deal").await;
    let drop = TableChange::DropIntersect { table: table(Backend::Postgres, "deal") };
    let database = Database::of(&db).unwrap();
    let mut transaction = Transaction::begin(&database).await.unwrap();
    let error = transaction.run(&compile(database.dialect(), &drop)).await.unwrap_err();
    assert_eq!(error.code(), Code::Restricted);
    let relata::execute::Error::Refused(refusal) = error else { panic!("a refusal") };
    assert_eq!(refusal.details["dependents"], serde_json::json!(["view notes"]));
}

#[tokio::test]
async fn a_definition_is_made_in_a_database_in_memory() {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = sea_orm::Database::connect(options).await.unwrap();
    run(&db, TABLES).await;
    change(&db, &[lookup(Backend::Sqlite, "Deal", "deal", integer("agent_id"), "agent")]).await;
    assert_eq!(draft(&db, "deal").await.unwrap().relations.len(), 1);
}
