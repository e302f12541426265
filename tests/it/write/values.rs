//! What is written is read as the same, or refused.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

fn table(backend: Backend) -> &'static str {
    match backend {
        // What is not declared, it does not keep: digits after the point, of numbers and of seconds.
        Backend::MariaDb => {
            "create table item (id integer not null primary key, price decimal(10, 2), ratio decimal(50, 21), day date,
                at_time time(6), at_point datetime(6), big bigint, number double, text varchar(10), body text);"
        }
        Backend::Sqlite | Backend::Postgres => {
            "create table item (id integer not null primary key, price decimal(10, 2), ratio numeric, day date,
                at_time time, at_point timestamp, big bigint, number double precision, text varchar(10), body text);"
        }
    }
}

/// Writes a value when a record is created, and again by an update; reads it after each.
async fn written(server: &Server, field: &str, ty: &str, value: &Value) -> [Value; 2] {
    let create = format!(
        "mutation ($value: {ty}) {{ deleteItems(where: {{id: {{gt: 0}}}}) {{ count }}
           createItem(input: {{id: 1, {field}: $value}}) {{ item {{ {field} }} }} }}"
    );
    let update = format!(
        "mutation ($value: {ty}) {{ updateItem(key: {{id: 1}}, input: {{{field}: $value}}) {{ item {{ {field} }} }} }}"
    );
    let created = server.data_with(&create, json!({ "value": value })).await;
    let created = created["createItem"]["item"][field].clone();
    let updated = server.data_with(&update, json!({ "value": created })).await;
    [created, updated["updateItem"]["item"][field].clone()]
}

#[apply(backends)]
#[tokio::test]
async fn values_are_read_as_they_were_written(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "values", table(backend)).await else { return };
    for (field, ty, values) in [
        ("price", "Decimal", json!(["99999999.99", "-0.01", "0.00", "1.50"])),
        ("ratio", "Decimal", json!(["0.000000000000000000001", "123456789.123456", "-12345678901234"])),
        ("day", "Date", json!(["0001-01-01", "2024-02-29", "9999-12-31", "-0044-03-15", "+10000-01-01"])),
        ("atTime", "Time", json!(["00:00:00", "23:59:59.999999"])),
        (
            "atPoint",
            "DateTime",
            json!([
                "0001-01-01T00:00:00Z",
                "2024-01-01T00:00:00.123456Z",
                "-0044-03-15T00:00:00Z",
                "+12000-01-01T00:00:00Z"
            ]),
        ),
        ("big", "BigInt", json!(["9223372036854775807", "-9223372036854775808"])),
        ("number", "Float", json!([0.1, 5e-324, 1.797_693_134_862_315_7e308])),
        ("text", "String", json!(["", "日本語🎉", " a ", "'\"\\\n\t%_"])),
        ("body", "String", json!(["e\u{301}", "\u{202e}", "null"])),
    ] {
        for value in values.as_array().unwrap() {
            let expected = match value.as_str() {
                // Years have four digits there.
                Some(text) if backend == Backend::MariaDb && (text.starts_with("-0044") || text.starts_with("+1")) => {
                    let mutation =
                        format!("mutation {{ createItem(input: {{id: 2, {field}: \"{text}\"}}) {{ outcome }} }}");
                    server.refuses(&mutation, "INVALID").await;
                    continue;
                }
                Some(text) if backend == Backend::MariaDb && field == "ratio" => {
                    let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
                    json!(format!("{whole}.{digits:0<21}"))
                }
                _ => value.clone(),
            };
            assert_eq!(written(&server, field, ty, value).await, [expected.clone(), expected], "{field}");
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn values_that_would_become_others_are_refused(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "lost_values", table(backend)).await else { return };
    server.execute("insert into item (id) values (1)").await;
    let mut lost = vec![
        ("price", "1.005"),
        ("price", "15e-3"),
        ("price", "1.5e-3"),
        ("ratio", "NaN"),
        ("ratio", "Infinity"),
        ("day", "2023-02-29"),
        ("day", "infinity"),
        ("atTime", "23:59:60"),
        ("atPoint", "2016-12-31T23:59:60Z"),
        ("big", "9223372036854775808"),
        ("text", "12345678901"),
        ("text", "a\\u0000"),
    ];
    if backend == Backend::Sqlite {
        // Its numbers are binary.
        lost.extend([("ratio", "9007199254740993"), ("ratio", "0.12345678901234567891"), ("ratio", "1e400")]);
    }
    for (field, value) in lost {
        for mutation in [
            format!("createItem(input: {{id: 2, {field}: \"{value}\"}}) {{ outcome }}"),
            format!("updateItem(key: {{id: 1}}, input: {{{field}: \"{value}\"}}) {{ outcome }}"),
            format!("updateItems(where: {{id: {{eq: 1}}}}, input: {{{field}: \"{value}\"}}) {{ count }}"),
            format!("upsertItem(key: {{id: 1}}, input: {{id: 1, {field}: \"{value}\"}}) {{ outcome }}"),
        ] {
            server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
        }
    }
    // The same number may be spelled in many ways.
    for (spelled, value) in
        [("1500e-3", "1.50"), ("1.50000", "1.50"), ("+1e2", "100.00"), (".5", "0.50"), ("0e9", "0.00")]
    {
        assert_eq!(written(&server, "price", "Decimal", &json!(spelled)).await, [json!(value), json!(value)]);
    }
}
