//! Transactions that write, and how databases are opened. On PostgreSQL where the environment names a server.

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, sea_query::Value};
use tempfile::TempDir;

use super::{
    Database, Transaction,
    cells::{Cells, Connection, KeyPart, Rows as _},
};
use crate::{
    catalog::AttributeType,
    sql::{Dialect, Statement},
};

async fn open(options: ConnectOptions) -> DatabaseConnection {
    sea_orm::Database::connect(options).await.expect("the database opens")
}

fn url(folder: &TempDir, mode: &str) -> String {
    format!("sqlite://{}?mode={mode}", folder.path().join("data.sqlite").display())
}

async fn sqlite(folder: &TempDir) -> DatabaseConnection {
    open(Database::options(&url(folder, "rwc"), 8)).await
}

/// A table of its own on the server, where there is one.
async fn postgres() -> Option<DatabaseConnection> {
    let server = std::env::var("RELATA_TEST_POSTGRES").ok()?;
    Some(open(Database::options(&server, 8)).await)
}

async fn run(connection: &impl ConnectionTrait, sql: &str) {
    connection.execute_unprepared(sql).await.expect(sql);
}

fn statement(text: &str) -> Statement {
    Statement {
        text: text.into(),
        parameters: Vec::new(),
        slots: Vec::new(),
        fixed: Vec::new(),
        parent_key: Vec::new(),
        whole: None,
    }
}

async fn number(transaction: &mut Transaction, sql: &str, values: Vec<Value>) -> String {
    let rows = transaction.fetch(&statement(sql), values).await.expect(sql);
    let mut out = Vec::new();
    rows.row(0).write(0, &AttributeType::Int, &mut out).expect("a number");
    String::from_utf8(out).expect("text")
}

async fn check_transactions(connection: DatabaseConnection, table: &str) {
    let database = Database::of(&connection).expect("a supported database");
    run(&connection, &format!("drop table if exists {table}")).await;
    run(&connection, &format!("create table {table} (id integer primary key, n integer not null)")).await;
    let count = format!("select cast(count(*) as integer) from {table}");

    let mut transaction = database.begin_write().await.expect("a transaction");
    run(transaction.connection().expect("SeaORM's"), &format!("insert into {table} values (1, 7), (2, 8)")).await;
    let place = if database.dialect() == Dialect::Sqlite { "?" } else { "$1" };
    let query = format!("select n from {table} where id = {place}");
    assert_eq!(number(&mut transaction, &query, vec![Value::Int(Some(2))]).await, "8");
    let rows = transaction.fetch(&statement(&format!("select n, null from {table} order by id")), Vec::new()).await;
    let rows = rows.expect("rows");
    assert_eq!(rows.row(0).key(0, &AttributeType::Int).expect("a key"), Some(KeyPart::Integer(7)));
    assert!(rows.row(1).is_null(1).expect("a column"));
    transaction.rollback().await.expect("a rollback");

    let mut transaction = database.begin_write().await.expect("a transaction");
    assert_eq!(number(&mut transaction, &count, Vec::new()).await, "0");
    run(transaction.connection().expect("SeaORM's"), &format!("insert into {table} values (1, 7)")).await;
    drop(transaction);
    let mut transaction = database.begin_write().await.expect("a transaction");
    assert_eq!(number(&mut transaction, &count, Vec::new()).await, "0");
    run(transaction.connection().expect("SeaORM's"), &format!("insert into {table} values (1, 7)")).await;
    transaction.commit().await.expect("a commit");

    let mut transaction = database.begin_write().await.expect("a transaction");
    assert_eq!(number(&mut transaction, &count, Vec::new()).await, "1");
    let error = transaction.fetch(&statement(&format!("insert into {table} values (1, 9)")), Vec::new()).await;
    let error = error.expect_err("the key is taken");
    assert!(!error.is_retryable());
    let super::Error::Driver(inner) = &error else { panic!("{error}") };
    assert!(inner.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation));
    transaction.rollback().await.expect("a rollback");
    run(&connection, &format!("drop table {table}")).await;
}

#[tokio::test]
async fn a_transaction_sees_its_own_writes_and_others_only_what_it_commits() {
    let folder = tempfile::tempdir().expect("a folder");
    check_transactions(sqlite(&folder).await, "written").await;
    let Some(connection) = postgres().await else { return };
    check_transactions(connection, "execute_written").await;
}

#[tokio::test]
async fn writers_of_one_process_take_turns_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = sqlite(&folder).await;
    let database = Database::of(&connection).expect("a supported database");
    run(&connection, "create table counter (n integer not null); insert into counter values (0)").await;
    let writers = (0..40).map(|_| {
        let database = database.clone();
        tokio::spawn(async move {
            let mut transaction = database.begin_write().await.expect("a transaction");
            let n = number(&mut transaction, "select n from counter", Vec::new()).await;
            tokio::task::yield_now().await;
            run(transaction.connection().expect("SeaORM's"), &format!("update counter set n = {n} + 1")).await;
            transaction.commit().await.expect("a commit");
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("the writer ends");
    }
    let mut transaction = database.begin_write().await.expect("a transaction");
    assert_eq!(number(&mut transaction, "select n from counter", Vec::new()).await, "40");
}

#[tokio::test]
async fn a_write_on_postgres_is_read_committed_whatever_the_server_is_set_to() {
    let Ok(server) = std::env::var("RELATA_TEST_POSTGRES") else { return };
    let url = format!("{server}?options=-c%20default_transaction_isolation%3Dserializable");
    let connection = open(Database::options(&url, 1)).await;
    let database = Database::of(&connection).expect("a supported database");
    let mut transaction = database.begin_write().await.expect("a transaction");
    let query =
        statement("select current_setting('transaction_isolation'), current_setting('default_transaction_isolation')");
    let rows = transaction.fetch(&query, Vec::new()).await.expect("a row");
    let level = |column| rows.row(0).key(column, &AttributeType::Text).expect("a text");
    assert_eq!(level(0), Some(KeyPart::Text("read committed".to_owned())));
    assert_eq!(level(1), Some(KeyPart::Text("serializable".to_owned())));
}

#[tokio::test]
async fn parents_keys_are_said_as_the_database_behind_the_transaction_takes_them() {
    let keys = [vec![KeyPart::Integer(1)], vec![KeyPart::Integer(2)]];
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::of(&sqlite(&folder).await).expect("a supported database");
    let transaction = database.begin_write().await.expect("a transaction");
    assert_eq!(transaction.parent_keys(&keys, &[AttributeType::Int]), [Value::from("[1,2]")]);
    let Some(connection) = postgres().await else { return };
    let database = Database::of(&connection).expect("a supported database");
    let mut transaction = database.begin_write().await.expect("a transaction");
    let values = transaction.parent_keys(&keys, &[AttributeType::Int]);
    assert_eq!(number(&mut transaction, "select array_length($1::int8[], 1)", values).await, "2");
}

/// Whether the file says so itself: a connection knows it only once it has read from it.
fn writes_ahead(folder: &TempDir) -> bool {
    std::fs::read(folder.path().join("data.sqlite")).expect("the file")[18..20] == [2, 2]
}

async fn pragma(connection: &DatabaseConnection, name: &str) -> String {
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), format!("pragma {name}"));
    let row = connection.query_one_raw(statement).await.expect("a pragma").expect("a row");
    row.try_get_by_index::<String>(0)
        .or_else(|_| row.try_get_by_index::<i64>(0).map(|n| n.to_string()))
        .expect("a value")
}

#[tokio::test]
async fn sqlite_writes_ahead_wherever_it_can_and_is_served_wherever_it_cannot() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = open(ConnectOptions::new(url(&folder, "rwc"))).await;
    run(&plain, "create table thing (id integer primary key)").await;
    plain.close().await.expect("it closes");

    let readonly = open(Database::options(&url(&folder, "ro"), 2)).await;
    run(&readonly, "select * from thing").await;
    assert!(!writes_ahead(&folder));
    readonly.close().await.expect("it closes");

    let written = sqlite(&folder).await;
    assert!(writes_ahead(&folder));
    assert_eq!(pragma(&written, "foreign_keys").await, "1");
    assert_eq!(pragma(&written, "busy_timeout").await, "5000");
    written.close().await.expect("it closes");

    let memory = open(Database::options("sqlite::memory:", 1)).await;
    assert_eq!(pragma(&memory, "journal_mode").await, "memory");
}
