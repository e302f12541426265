//! What MariaDB needs beside the other databases: plain SQL in its spelling, and copies of whole databases.

use std::{collections::HashMap, sync::Mutex};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, SqlxMySqlConnector};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Column, MySqlPool, Row, TypeInfo, ValueRef, mysql::MySqlPoolOptions, mysql::MySqlRow};

use super::database::{connect, skip};

/// The URL of the server, which ends where a database's name begins.
pub(super) fn server() -> Option<String> {
    let Ok(server) = std::env::var("RELATA_TEST_MARIADB") else {
        return skip("RELATA_REQUIRE_MARIADB", "RELATA_TEST_MARIADB names no server: see scripts/test-databases");
    };
    Some(server)
}

/// The URL of an empty database, in which texts compare as on the other databases: by their letters, none of which
/// are the same.
pub(super) async fn empty(name: &str) -> Option<String> {
    let server = server()?;
    let connection = connect(&server).await;
    let create = format!(
        "drop database if exists `{name}`; create database `{name}` character set utf8mb4 collate utf8mb4_nopad_bin"
    );
    connection.execute_unprepared(&create).await.unwrap();
    connection.close().await.unwrap();
    Some(format!("{server}{name}"))
}

/// A copy of a prepared database: its tables and their rows.
pub(super) async fn copy(prepared: &str, name: &str) -> String {
    static SCRIPTS: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);
    let known = SCRIPTS.lock().unwrap().get_or_insert_default().get(prepared).cloned();
    let script = match known {
        Some(script) => script,
        None => {
            let script = script(prepared).await;
            SCRIPTS.lock().unwrap().get_or_insert_default().insert(prepared.to_owned(), script.clone());
            script
        }
    };
    let url = empty(name).await.unwrap();
    let connection = connect(&url).await;
    connection.execute_unprepared(&script).await.unwrap();
    connection.close().await.unwrap();
    url
}

/// SQL that makes a database like a prepared one, in an empty one.
async fn script(prepared: &str) -> String {
    let (_, original) = prepared.rsplit_once('/').unwrap();
    let pool = MySqlPool::connect(prepared).await.unwrap();
    let tables = "select table_name from information_schema.tables where table_schema = database()
        and table_type = 'BASE TABLE'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&pool).await.unwrap();
    let mut script = "set foreign_key_checks = 0, unique_checks = 0;".to_owned();
    for table in tables {
        let columns = "select group_concat(concat('`', column_name, '`') order by ordinal_position)
            from information_schema.columns
            where table_schema = database() and table_name = ? and is_generated = 'NEVER'";
        let columns: String = sqlx::query_scalar(columns).bind(&table).fetch_one(&pool).await.unwrap();
        let create =
            sqlx::raw_sql(AssertSqlSafe(format!("show create table `{table}`"))).fetch_one(&pool).await.unwrap();
        let create: String = create.get(1);
        script.extend([
            create,
            format!("; insert into `{table}` ({columns}) select {columns} from `{original}`.`{table}`;"),
        ]);
    }
    pool.close().await;
    script + "set foreign_key_checks = 1, unique_checks = 1;"
}

/// A connection for plain SQL to the same database. On MariaDB it understands names in double quotes; what the gateway
/// uses does not.
pub(super) fn plain(connection: &DatabaseConnection) -> DatabaseConnection {
    if connection.get_database_backend() != DbBackend::MySql {
        return connection.clone();
    }
    let options = connection.get_mysql_connection_pool().connect_options();
    let pool = MySqlPoolOptions::new().max_connections(4).after_connect(|connection, _| {
        Box::pin(async move { sqlx::raw_sql(PLAIN).execute(connection).await.map(|_| ()) })
    });
    SqlxMySqlConnector::from_sqlx_mysql_pool(pool.connect_lazy_with((*options).clone()))
}

/// Runs plain SQL, one statement or more, on whatever database it is.
pub(crate) async fn run_sql(connection: &impl ConnectionTrait, sql: &str) {
    let sql = match connection.get_database_backend() {
        DbBackend::MySql => {
            format!("set @before = @@sql_mode; {PLAIN}; {}; {DEFAULT}", spelled(sql).trim().trim_end_matches(';'))
        }
        _ => sql.to_owned(),
    };
    connection.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

/// Names stand in double quotes, backslashes are letters, recursion and fractions go as far as elsewhere.
const PLAIN: &str = "set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES'),
    max_recursive_iterations = 100000, div_precision_increment = 20";
const DEFAULT: &str = "set sql_mode = @before, max_recursive_iterations = default, div_precision_increment = default";

/// SQL that the other databases share, as MariaDB spells it: it casts to `char`, counts with `auto_increment`, and
/// makes no key of a text without a bound.
pub(super) fn spelled(sql: &str) -> String {
    [
        (" as text)", " as char)"),
        (" as bigint)", " as signed)"),
        ("timestamp with time zone", "timestamp(6)"),
        ("serial primary key", "integer auto_increment primary key"),
        ("text primary key", "varchar(255) primary key"),
        ("text unique", "varchar(255) unique"),
        ("text not null unique", "varchar(255) not null unique"),
        ("default values", "values ()"),
    ]
    .iter()
    .fold(sql.to_owned(), |sql, (common, own)| sql.replace(common, own))
}

/// Runs plain SQL on a connection that is there for it.
pub(super) async fn execute(plain: &DatabaseConnection, sql: &str) {
    let sql = spelled(sql);
    plain.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

/// The rows of plain SQL. All values come as text, each with the type of its column.
pub(super) async fn rows(connection: &DatabaseConnection, sql: &str) -> Vec<MySqlRow> {
    let pool = connection.get_mysql_connection_pool();
    let sql = spelled(sql);
    sqlx::raw_sql(AssertSqlSafe(sql.clone())).fetch_all(pool).await.unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

/// Numbers as numbers; decimals and all else as text.
pub(super) fn value(row: &MySqlRow, column: usize) -> Value {
    if row.try_get_raw(column).unwrap().is_null() {
        return Value::Null;
    }
    let bytes: Vec<u8> = row.get_unchecked(column);
    let text = String::from_utf8(bytes).unwrap();
    let kind = row.column(column).type_info().name();
    if kind == "BOOLEAN" || kind.contains("INT") {
        return text.parse::<i64>().map_or_else(|_| text.into(), Value::from);
    }
    if ["FLOAT", "DOUBLE"].contains(&kind) {
        return text.parse::<f64>().unwrap().into();
    }
    text.into()
}
