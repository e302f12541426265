//! What tests expect: plain SQL in a spelling that every database understands, and values picked out of answers.

use serde_json::Value;

use super::{Backend, Server};

impl Backend {
    /// SQL that drops an index of a table.
    pub(crate) fn drop_index(self, index: &str, table: &str) -> String {
        match self {
            Self::MariaDb => format!("drop index \"{index}\" on \"{table}\""),
            Self::Sqlite | Self::Postgres => format!("drop index \"{index}\""),
        }
    }

    /// SQL for the hyphenated text of a column of UUIDs.
    pub(crate) fn uuid(self, column: &str) -> String {
        match self {
            Self::Postgres => format!("{column}::text"),
            // The demo's keys are sixteen bytes.
            Self::Sqlite | Self::MariaDb => {
                let part = |start, length| format!("substr(lower(hex({column})), {start}, {length})");
                [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)].join(" || '-' || ")
            }
        }
    }

    /// SQL for a UUID that the demo's keys are made of: the mark of its table and a number.
    pub(crate) fn demo_key(self, table: &str, number: u32) -> String {
        let key = demo_key(table, number);
        match self {
            Self::Postgres => format!("'{key}'::uuid"),
            Self::Sqlite | Self::MariaDb => format!("x'{}'", key.replace('-', "")),
        }
    }
}

/// A key of the demo: the mark of its table and a number.
pub(crate) fn demo_key(table: &str, number: u32) -> String {
    format!("00000000-0000-4000-{table}-{number:012}")
}

/// A value as text, so that it compares with what SQL says.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One member of every object in a list.
pub(crate) fn pluck(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().map(|item| text(&item[key])).collect()
}

impl Server {
    /// The column `v` of plain SQL, as text.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        self.sql(sql).await.iter().map(|row| text(&row["v"])).collect()
    }

    /// The number that plain SQL calls `v`.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        // Of an expression's type the driver for SQLite knows too little to answer anything but text.
        self.texts(&format!("select cast(v as text) as v from ({sql}) t")).await[0].parse().unwrap()
    }

    /// The type of a field, or of an input field, as SDL writes it; nothing where there is no such field.
    pub(crate) async fn type_of(&self, type_name: &str, field: &str) -> Option<String> {
        let ty = "type { ...T ofType { ...T ofType { ...T ofType { ...T } } } }";
        let query = format!(
            "{{ __type(name: \"{type_name}\") {{ fields {{ name {ty} }} inputFields {{ name {ty} }} }} }}
             fragment T on __Type {{ kind name }}"
        );
        let ty = self.data(&query).await["__type"].take();
        let fields = [&ty["fields"], &ty["inputFields"]].into_iter().filter_map(Value::as_array).flatten();
        fields.into_iter().find(|known| known["name"] == field).map(|known| written(&known["type"]))
    }
}

fn written(ty: &Value) -> String {
    match ty["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&ty["ofType"])),
        Some("LIST") => format!("[{}]", written(&ty["ofType"])),
        _ => text(&ty["name"]),
    }
}
