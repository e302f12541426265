//! Short words for the drafts that tests expect.

use crate::catalog::{
    AttributeType, CascadeDelete, ColumnDraft, DatabaseType, EntityDraft, KeyDraft, RelationDraft, Table,
};

pub(super) const INT: AttributeType = AttributeType::Int;
pub(super) const TEXT: AttributeType = AttributeType::Text;

pub(super) fn string(max_length: impl Into<Option<u32>>) -> AttributeType {
    AttributeType::String { max_length: max_length.into() }
}

pub(super) fn decimal(scale: impl Into<Option<u32>>) -> AttributeType {
    AttributeType::decimal(scale.into())
}

pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A table with its primary key and columns, and more by [`EntityDraft`]'s own fields.
pub(super) fn table(
    namespace: Option<&str>,
    name: &str,
    primary_key: &[&str],
    columns: Vec<ColumnDraft>,
) -> EntityDraft {
    EntityDraft {
        is_discovered: true,
        table: Some(Table { namespace: namespace.map(str::to_owned), name: name.to_owned() }),
        columns,
        primary_key: words(primary_key),
        ..EntityDraft::default()
    }
}

pub(super) fn keys(keys: &[&[&str]]) -> Vec<KeyDraft> {
    keys.iter().map(|columns| KeyDraft { columns: words(columns) }).collect()
}

/// A column that may be null; an empty declared type is none.
pub(super) fn column(name: &str, ty: AttributeType, declared: &str) -> ColumnDraft {
    ColumnDraft {
        name: name.to_owned(),
        ty: Some(ty),
        database_type: (!declared.is_empty()).then(|| DatabaseType::built_in(declared)),
        nullable: true,
        has_default: false,
        generated: false,
        description: None,
    }
}

pub(super) fn required(name: &str, ty: AttributeType, declared: &str) -> ColumnDraft {
    ColumnDraft { nullable: false, ..column(name, ty, declared) }
}

pub(super) fn with_default(column: ColumnDraft) -> ColumnDraft {
    ColumnDraft { has_default: true, ..column }
}

pub(super) fn generated(column: ColumnDraft) -> ColumnDraft {
    ColumnDraft { has_default: true, generated: true, ..column }
}

pub(super) fn relation(
    columns: &[&str],
    target: (Option<&str>, &str),
    target_columns: &[&str],
    delete: Option<CascadeDelete>,
    constraint: Option<&str>,
) -> RelationDraft {
    RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: words(columns),
        target: Table { namespace: target.0.map(str::to_owned), name: target.1.to_owned() },
        target_columns: words(target_columns),
        hierarchical: false,
        delete,
        condition: Ok(None),
        constraint: constraint.map(str::to_owned),
        is_assumed: false,
    }
}

/// Compares draft by draft, so that a difference is easy to see.
pub(super) fn assert_drafts(found: &[EntityDraft], expected: &[EntityDraft]) {
    let names = |drafts: &[EntityDraft]| -> Vec<String> {
        drafts.iter().filter_map(|draft| draft.table.as_ref().map(ToString::to_string)).collect()
    };
    assert_eq!(names(found), names(expected));
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(format!("{found:#?}"), format!("{expected:#?}"));
    }
}
