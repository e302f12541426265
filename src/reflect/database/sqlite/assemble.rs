//! Turns the rows of `SQLite`'s catalog into drafts.

use std::collections::HashMap;

use super::super::{begins_as_zero, is_internal, on_delete};
use super::collation::{self, CollationRow};
use super::declared_type::attribute_type;
use super::read::{BrokenRow, ColumnRow, ForeignKeyRow, IndexRow, Rows, TableRow};
use crate::catalog::{ColumnDraft, DatabaseType, EntityDraft, KeyDraft, Problem, RelationDraft, Table};

/// One draft for each table and view of the user.
pub(super) fn entities(rows: &Rows) -> Vec<EntityDraft> {
    let columns = grouped(&rows.columns, |row| &row.table_name);
    let indexes = grouped(&rows.indexes, |row| &row.table_name);
    let foreign_keys = grouped(&rows.foreign_keys, |row| &row.table_name);
    let collations = grouped(&rows.collations, |row| &row.table);

    let mut drafts: Vec<EntityDraft> = rows
        .tables
        .iter()
        .filter(|table| !is_internal(&table.name) && !folded(&table.name).starts_with("sqlite_"))
        .map(|table| {
            let indexes = indexes.get(table.name.as_str()).map_or(&[][..], Vec::as_slice);
            let columns = columns.get(table.name.as_str()).map_or(&[][..], Vec::as_slice);
            let broken = rows.broken.iter().find(|broken| broken.table == table.name);
            let collations = collations.get(table.name.as_str()).map_or(&[][..], Vec::as_slice);
            entity(table, columns, indexes, collations, broken)
        })
        .collect();
    let relations: Vec<(Vec<RelationDraft>, Vec<Problem>)> = {
        let targets: HashMap<String, &EntityDraft> =
            drafts.iter().filter_map(|draft| draft.table.as_ref().map(|table| (folded(&table.name), draft))).collect();
        let of_table = |draft: &EntityDraft| foreign_keys.get(draft.table.as_ref()?.name.as_str());
        drafts.iter().map(|draft| relations(of_table(draft).map_or(&[][..], Vec::as_slice), &targets)).collect()
    };
    for (draft, (relations, warnings)) in drafts.iter_mut().zip(relations) {
        draft.relations = relations;
        draft.warnings.extend(warnings);
    }
    drafts
}

fn entity(
    table: &TableRow,
    columns: &[&ColumnRow],
    indexes: &[&IndexRow],
    collations: &[&CollationRow],
    broken: Option<&BrokenRow>,
) -> EntityDraft {
    // A virtual table has no keys and takes what its module takes: readable only, like a view.
    let is_view = table.kind != "table";
    let mut key: Vec<&ColumnRow> = columns.iter().copied().filter(|column| column.key_place > 0 && !is_view).collect();
    key.sort_by_key(|column| column.key_place);
    let rowid_alias = rowid_alias(&key, indexes);
    EntityDraft {
        is_discovered: true,
        precedence: 0,
        table: Some(Table { namespace: None, name: table.name.clone() }),
        is_view,
        is_passive: false,
        description: None,
        columns: columns
            .iter()
            .filter(|column| column.hidden != 1)
            .map(|row| {
                let is_key =
                    row.key_place > 0 || indexes.iter().any(|index| index.column_name.as_ref() == Some(&row.name));
                let collation = collations.iter().find(|known| known.column == row.name).map(|known| known.collation);
                column(row, is_view, is_key, rowid_alias == Some(row.name.as_str()), collation)
            })
            .collect(),
        primary_key: key.iter().map(|column| column.name.clone()).collect(),
        unique_keys: unique_keys(indexes, collations),
        relations: Vec::new(),
        warnings: broken
            .iter()
            .map(|broken| {
                Problem::warning(&table.name, None, format!("left out: the database cannot read it: {}", broken.reason))
            })
            .collect(),
    }
}

/// The column that is another name for the rowid: the database gives it a value. No index stands for such a key;
/// there is one for `INTEGER PRIMARY KEY DESC` and in tables without rowid, which look alike otherwise.
fn rowid_alias<'a>(key: &[&'a ColumnRow], indexes: &[&IndexRow]) -> Option<&'a str> {
    let [only] = key else { return None };
    let is_integer = only.declared_type.as_deref().is_some_and(|declared| declared.eq_ignore_ascii_case("integer"));
    (is_integer && indexes.iter().all(|index| index.origin != "pk")).then_some(&only.name)
}

fn column(
    row: &ColumnRow,
    is_view: bool,
    is_key: bool,
    is_rowid: bool,
    collation: Option<&'static str>,
) -> ColumnDraft {
    let declared = row.declared_type.as_deref().unwrap_or_default();
    let generated = matches!(row.hidden, 2 | 3);
    let says_null = row.default_value.as_deref().is_some_and(|default| default.eq_ignore_ascii_case("null"));
    let ty = attribute_type(declared);
    // A key is looked for by its index, as it is stored.
    let zero_is_null = !is_key && begins_as_zero(Some(&ty), row.default_value.as_deref());
    // Numbers have one order.
    let compared_in = collation.filter(|_| !ty.is_numeric()).map(str::to_owned);
    let is_declared = !declared.is_empty() || compared_in.is_some();
    let database_type = || DatabaseType { compared_in, zero_is_null, ..DatabaseType::built_in(declared) };
    ColumnDraft {
        name: row.name.clone(),
        ty: Some(ty),
        database_type: is_declared.then(database_type),
        nullable: is_view || (row.not_null == 0 && row.key_place == 0) || zero_is_null,
        has_default: is_rowid || generated || (row.default_value.is_some() && !says_null),
        generated,
        description: None,
    }
}

/// The unique indexes that are keys: not where values that a column takes for the same are different ones in the index.
fn unique_keys(indexes: &[&IndexRow], collations: &[&CollationRow]) -> Vec<KeyDraft> {
    let is_strict = |row: &IndexRow| {
        let of_column = collations.iter().find(|known| Some(&known.column) == row.column_name.as_ref());
        of_column.is_none_or(|known| {
            known.collation == collation::CUSTOM || known.collation.eq_ignore_ascii_case(&row.collation)
        })
    };
    indexes
        .chunk_by(|a, b| a.index_name == b.index_name)
        .filter(|rows| rows.iter().all(|row| row.origin != "pk" && row.partial == 0 && is_strict(row)))
        .filter_map(|rows| rows.iter().map(|row| row.column_name.clone()).collect::<Option<Vec<_>>>())
        .map(|columns| KeyDraft { columns })
        .collect()
}

fn relations(rows: &[&ForeignKeyRow], targets: &HashMap<String, &EntityDraft>) -> (Vec<RelationDraft>, Vec<Problem>) {
    let (mut relations, mut warnings) = (Vec::new(), Vec::new());
    for rows in rows.chunk_by(|a, b| a.id == b.id) {
        match relation(rows, targets) {
            Some(relation) => relations.push(relation),
            None => warnings.extend(rows.first().map(|row| mismatch(row, rows))),
        }
    }
    (relations, warnings)
}

/// What is wrong with a foreign key that is no relation. `SQLite` tells no names of them.
fn mismatch(first: &ForeignKeyRow, rows: &[&ForeignKeyRow]) -> Problem {
    let list = |names: Vec<&str>| if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    let columns = list(rows.iter().map(|row| row.column_name.as_str()).collect());
    let target = list(rows.iter().filter_map(|row| row.target_column.as_deref()).collect());
    let message = format!(
        "left out: FOREIGN KEY{columns} REFERENCES {0}{target} fits no key of {0}; where the database enforces foreign \
         keys, it refuses most writes to {1} and {0}",
        first.target, first.table_name
    );
    Problem::warning(&first.table_name, Some(&first.column_name), message)
}

/// `SQLite` checks a foreign key only when it is used. One that it would then call a mismatch (a target column that
/// does not exist, or columns that are no key of the target) is no relation.
fn relation(rows: &[&ForeignKeyRow], targets: &HashMap<String, &EntityDraft>) -> Option<RelationDraft> {
    let first = rows.first()?;
    let named: Option<Vec<&String>> = rows.iter().map(|row| row.target_column.as_ref()).collect();
    let (target, target_columns) = match targets.get(&folded(&first.target)) {
        // The builder warns about the table, whatever the columns are.
        None => (first.target.clone(), named.unwrap_or_default().into_iter().cloned().collect()),
        Some(target) => {
            let columns = match &named {
                Some(named) => named.iter().map(|name| spelled(target, name)).collect(),
                None => Some(target.primary_key.clone()),
            };
            let columns = columns.filter(|columns| columns.len() == rows.len() && is_key(target, columns));
            (target.table.as_ref()?.name.clone(), columns?)
        }
    };
    Some(RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: rows.iter().map(|row| row.column_name.clone()).collect(),
        target: Table { namespace: None, name: target },
        target_columns,
        hierarchical: false,
        delete: on_delete(&first.on_delete),
        condition: Ok(None),
        constraint: None,
        is_assumed: false,
    })
}

fn is_key(target: &EntityDraft, columns: &[String]) -> bool {
    let same = |key: &[String]| key.len() == columns.len() && key.iter().all(|column| columns.contains(column));
    same(&target.primary_key) || target.unique_keys.iter().any(|key| same(&key.columns))
}

/// Foreign keys may spell a column in another case than its table does.
fn spelled(target: &EntityDraft, name: &str) -> Option<String> {
    target.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)).map(|column| column.name.clone())
}

fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn grouped<R>(rows: &[R], table: impl Fn(&R) -> &str) -> HashMap<&str, Vec<&R>> {
    let mut groups: HashMap<&str, Vec<&R>> = HashMap::new();
    for row in rows {
        groups.entry(table(row)).or_default().push(row);
    }
    groups
}
