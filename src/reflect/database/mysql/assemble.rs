//! Turns the rows of `information_schema` into drafts.

use std::collections::{HashMap, HashSet};

use super::super::{begins_as_zero, enum_type, is_internal, on_delete};
use super::column_type::{attribute_type, database_type, enumeration, json_column};
use super::read::{ColumnRow, ForeignKeyRow, KeyRow, Rows, TableRow};
use crate::catalog::{AttributeType, ColumnDraft, DatabaseType, EntityDraft, KeyDraft, RelationDraft, Table, name};

/// One draft for each table and view of the user. The namespace that the connection is in stays unnamed.
pub(super) fn entities(all: &[(&str, Rows)], current: Option<&str>) -> Vec<EntityDraft> {
    let mut enums = HashSet::new();
    all.iter().flat_map(|(namespace, rows)| of_namespace(namespace, rows, current, &mut enums)).collect()
}

fn of_namespace(namespace: &str, rows: &Rows, current: Option<&str>, enums: &mut HashSet<String>) -> Vec<EntityDraft> {
    let columns = grouped(&rows.columns, |row| &row.table_name);
    let keys = grouped(&rows.keys, |row| &row.table_name);
    let foreign_keys = grouped(&rows.foreign_keys, |row| &row.table_name);
    let json: HashSet<(&str, String)> =
        rows.checks.iter().filter_map(|row| Some((row.table_name.as_str(), json_column(&row.clause)?))).collect();
    let rules: HashMap<(&str, &str), &str> =
        rows.rules.iter().map(|row| ((row.table_name.as_str(), row.name.as_str()), row.on_delete.as_str())).collect();
    let place = |namespace: &str, name: &str| Table {
        namespace: (current != Some(namespace)).then(|| namespace.to_owned()),
        name: name.to_owned(),
    };

    let mut tables: Vec<&TableRow> = rows.tables.iter().filter(|table| !is_internal(&table.name)).collect();
    // Enums are numbered where their names meet.
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    let draft = |table: &TableRow| {
        let columns = columns.get(table.name.as_str()).map_or(&[][..], Vec::as_slice);
        let is_view = table.kind == "VIEW";
        let (primary_key, unique_keys) = self::keys(columns, keys.get(table.name.as_str()).map_or(&[], Vec::as_slice));
        let is_key = |column: &String| {
            primary_key.contains(column) || unique_keys.iter().any(|key| key.columns.contains(column))
        };
        let foreign_keys = foreign_keys.get(table.name.as_str()).map_or(&[][..], Vec::as_slice);
        EntityDraft {
            is_discovered: true,
            table: Some(place(namespace, &table.name)),
            is_view,
            is_passive: false,
            description: Some(table.description.clone()).filter(|text| !text.is_empty() && !is_view),
            columns: columns.iter().map(|row| column(row, is_view, is_key(&row.name), &json, enums)).collect(),
            primary_key,
            unique_keys,
            warnings: Vec::new(),
            precedence: 0,
            relations: foreign_keys
                .chunk_by(|a, b| a.name == b.name)
                .filter_map(|rows| relation(rows, &rules, place))
                .collect(),
        }
    };
    tables.into_iter().map(draft).collect()
}

fn column(
    row: &ColumnRow,
    is_view: bool,
    is_key: bool,
    json: &HashSet<(&str, String)>,
    enums: &mut HashSet<String>,
) -> ColumnDraft {
    let ty = if row.data_type == "enum" {
        let wanted = name::pascal(&format!("{}_{}", row.table_name, row.name));
        Some(enumeration(enum_type::first_free(&wanted, "", enums), &row.column_type))
    } else if row.data_type == "longtext" && json.contains(&(row.table_name.as_str(), row.name.clone())) {
        Some(AttributeType::Json)
    } else {
        attribute_type(row)
    };
    let generated = row.generated == "ALWAYS";
    let says_default = row.default_value.as_deref().is_some_and(|default| !default.eq_ignore_ascii_case("null"));
    // A key is looked for by its index, as it is stored.
    let zero_is_null = !is_key && begins_as_zero(ty.as_ref(), row.default_value.as_deref());
    let counts = row.extra.contains("auto_increment");
    ColumnDraft {
        name: row.name.clone(),
        ty,
        database_type: Some(DatabaseType { zero_is_null, ..database_type(&row.column_type, row.collation.as_deref()) }),
        nullable: is_view || row.nullable == "YES" || zero_is_null,
        has_default: (says_default || generated || counts) && !is_view,
        generated,
        description: Some(row.description.clone()).filter(|text| !text.is_empty()),
    }
}

/// The primary key and the unique keys. In a table that keeps its history the end of a row's life belongs to its keys,
/// which among the rows that are alive says nothing.
fn keys(columns: &[&ColumnRow], rows: &[&KeyRow]) -> (Vec<String>, Vec<KeyDraft>) {
    let is_alive = |name: &str| {
        columns.iter().any(|column| column.name == name && column.generation.as_deref() != Some("ROW END"))
    };
    let (mut primary_key, mut unique_keys) = (Vec::new(), Vec::new());
    for rows in rows.chunk_by(|a, b| a.index_name == b.index_name) {
        let is_primary = rows.iter().any(|row| row.index_name == "PRIMARY");
        // A unique prefix makes the whole value unique, but no foreign key may point at it.
        if !is_primary && rows.iter().any(|row| row.prefix.is_some()) {
            continue;
        }
        let Some(columns) = rows.iter().map(|row| row.column_name.clone()).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let columns: Vec<String> = columns.into_iter().filter(|name| is_alive(name)).collect();
        if is_primary {
            primary_key = columns;
        } else if !columns.is_empty() {
            unique_keys.push(KeyDraft { columns });
        }
    }
    (primary_key, unique_keys)
}

fn relation(
    rows: &[&ForeignKeyRow],
    rules: &HashMap<(&str, &str), &str>,
    place: impl Fn(&str, &str) -> Table,
) -> Option<RelationDraft> {
    let first = rows.first()?;
    Some(RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: rows.iter().map(|row| row.column_name.clone()).collect(),
        target: place(&first.target_namespace, &first.target_name),
        target_columns: rows.iter().map(|row| row.target_column.clone()).collect(),
        hierarchical: false,
        // The rule is told to nobody who may only read.
        delete: on_delete(rules.get(&(first.table_name.as_str(), first.name.as_str())).copied().unwrap_or("NO ACTION")),
        condition: Ok(None),
        constraint: Some(first.name.clone()),
        is_assumed: false,
    })
}

fn grouped<R>(rows: &[R], table: impl Fn(&R) -> &str) -> HashMap<&str, Vec<&R>> {
    let mut groups: HashMap<&str, Vec<&R>> = HashMap::new();
    for row in rows {
        groups.entry(table(row)).or_default().push(row);
    }
    groups
}
