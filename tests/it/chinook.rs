//! The Chinook music store, discovered, on every database. Answers are checked against plain SQL run beside the gateway.

mod aggregates;
mod benchmarks;
mod connections;
mod filters;
mod links;
mod same_answers;

use serde_json::Value;

use crate::support::{Backend, Server};

/// Rows of plain SQL as a list of lists. Columns are named `a`, `b`, … in their order. The two files spell the same
/// names differently: `track_id` is `TrackId` on SQLite, which ignores case, so the underscores are all there is to it.
async fn rows(backend: Backend, server: &Server, sql: &str) -> Value {
    let sql = match backend {
        Backend::Sqlite => sql.replace('_', ""),
        Backend::Postgres | Backend::MariaDb => sql.to_owned(),
    };
    let row = |row: Value| row.as_object().unwrap().values().cloned().collect::<Value>();
    server.sql(&sql).await.into_iter().map(row).collect()
}

/// A list turned into rows: one per element.
fn each(list: &Value, row: impl Fn(&Value) -> Value) -> Value {
    list.as_array().unwrap_or_else(|| panic!("not a list: {list}")).iter().map(row).collect()
}

/// Two levels of lists turned into rows: one per pair.
fn each_of(list: &Value, children: &str, row: impl Fn(&Value, &Value) -> Value) -> Value {
    let list = list.as_array().unwrap();
    list.iter().flat_map(|one| one[children].as_array().unwrap().iter().map(|other| row(one, other))).collect()
}

/// A decimal of the answer in hundredths, as plain SQL computes them in whole numbers on every database.
fn hundredths(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_else(|| panic!("not a decimal string: {value}"));
    let (whole, fraction) = text.split_once('.').unwrap_or_else(|| panic!("not two digits after the point: {text}"));
    assert_eq!(fraction.len(), 2, "{text}");
    (whole.parse::<i64>().unwrap() * 100 + fraction.parse::<i64>().unwrap()).into()
}
