//! Turns the rows of `PostgreSQL`'s catalog into drafts.

use std::collections::HashMap;

use super::super::is_internal;
use super::column_type::Types;
use super::read::{ColumnRow, ForeignKeyRow, KeyRow, RelationRow, Rows};
use crate::catalog::{CascadeDelete, ColumnDraft, EntityDraft, KeyDraft, RelationDraft, Table};

/// The names of columns by the id of their table and their number.
type ColumnNames<'a> = HashMap<(u32, i16), &'a str>;

/// One draft for each table and view of the user.
pub(super) fn entities(rows: &Rows) -> Vec<EntityDraft> {
    let types = Types::new(&rows.types, &rows.labels, &rows.columns);
    let names: ColumnNames<'_> = rows
        .columns
        .iter()
        .map(|row| ((row.relation, row.number), row.name.as_str()))
        .chain(rows.target_columns.iter().map(|row| ((row.relation, row.number), row.name.as_str())))
        .collect();
    let columns = grouped(&rows.columns, |row| row.relation);
    let keys = grouped(&rows.keys, |row| row.relation);
    let foreign_keys = grouped(&rows.foreign_keys, |row| row.relation);

    rows.relations
        .iter()
        .filter(|relation| !is_internal(&relation.name))
        .map(|relation| {
            let id = relation.id;
            let mut draft = entity(
                relation,
                columns.get(&id).map_or(&[], Vec::as_slice),
                keys.get(&id).map_or(&[], Vec::as_slice),
                &types,
                &names,
            );
            let foreign_keys = foreign_keys.get(&id).into_iter().flatten();
            draft.relations = foreign_keys.filter_map(|row| relation_draft(row, &names)).collect();
            draft
        })
        .collect()
}

fn entity(
    relation: &RelationRow,
    columns: &[&ColumnRow],
    keys: &[&KeyRow],
    types: &Types<'_>,
    names: &ColumnNames<'_>,
) -> EntityDraft {
    // A foreign table cannot declare a key: readable only, like a view.
    let is_view = matches!(relation.kind.as_str(), "v" | "m" | "f");
    let (primary, unique): (Vec<&KeyRow>, Vec<&KeyRow>) =
        keys.iter().copied().filter(|_| !is_view).partition(|key| key.is_primary);
    EntityDraft {
        is_discovered: true,
        precedence: 0,
        table: Some(Table { namespace: Some(relation.namespace.clone()), name: relation.name.clone() }),
        is_view,
        is_passive: relation.is_passive,
        description: relation.description.clone(),
        columns: columns.iter().map(|row| column(row, is_view, types)).collect(),
        primary_key: primary.first().and_then(|key| key_columns(key, names)).unwrap_or_default(),
        unique_keys: unique.iter().filter_map(|key| Some(KeyDraft { columns: key_columns(key, names)? })).collect(),
        relations: Vec::new(),
        warnings: Vec::new(),
    }
}

fn column(row: &ColumnRow, is_view: bool, types: &Types<'_>) -> ColumnDraft {
    let facts = types.facts(row.type_id, row.modifier);
    let has_default = row.has_default || facts.has_default || !row.identity.is_empty() || !row.generated.is_empty();
    ColumnDraft {
        name: row.name.clone(),
        ty: Some(facts.ty),
        database_type: Some(facts.database_type),
        nullable: is_view || !(row.not_null || facts.not_null),
        has_default: has_default && !is_view,
        generated: row.identity == "a" || !row.generated.is_empty(),
        description: row.description.clone(),
    }
}

fn key_columns(key: &KeyRow, names: &ColumnNames<'_>) -> Option<Vec<String>> {
    let mut columns = named(&key.columns, key.relation, names)?;
    columns.truncate(usize::try_from(key.size).ok()?);
    Some(columns)
}

fn relation_draft(row: &ForeignKeyRow, names: &ColumnNames<'_>) -> Option<RelationDraft> {
    Some(RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: named(&row.columns, row.relation, names)?,
        target: Table { namespace: Some(row.target_namespace.clone()), name: row.target_name.clone() },
        target_columns: named(&row.target_columns, row.target, names)?,
        hierarchical: false,
        delete: match row.on_delete.as_str() {
            "c" => Some(CascadeDelete::Cascade),
            "n" => Some(CascadeDelete::RemoveLink),
            "r" | "a" => Some(CascadeDelete::Restrict),
            "d" => Some(CascadeDelete::SetDefault),
            _ => None,
        },
        condition: Ok(None),
        constraint: Some(row.name.clone()),
        is_assumed: false,
    })
}

/// The names of columns whose numbers stand in a text; nothing where one is gone, because tables may change between
/// two statements.
fn named(numbers: &str, relation: u32, names: &ColumnNames<'_>) -> Option<Vec<String>> {
    numbers
        .split_whitespace()
        .map(|number| names.get(&(relation, number.parse().ok()?)).map(|name| (*name).to_owned()))
        .collect()
}

fn grouped<R>(rows: &[R], relation: impl Fn(&R) -> u32) -> HashMap<u32, Vec<&R>> {
    let mut groups: HashMap<u32, Vec<&R>> = HashMap::new();
    for row in rows {
        groups.entry(relation(row)).or_default().push(row);
    }
    groups
}
