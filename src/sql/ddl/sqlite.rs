//! SQLite: one column per statement, with its foreign key in its own definition, because a table gets no constraints
//! later. Nor can one be changed: then the table is made anew.

use sea_orm::sea_query::{
    ColumnDef, DynIden, ForeignKeyBuilder, Index, IntoColumnDef, QuotedBuilder, SqliteQueryBuilder,
    Table as TableStatements, TableAlterStatement, TableBuilder,
};

use crate::catalog::{CascadeDelete, Table};

use super::{
    NewColumn, Rebuild, Reference, Replacement, Step, TableChange, action, column_type, foreign_key_name, index,
    index_name, statement, table_of_pairs, table_ref,
};
use crate::sql::{Dialect, alias::iden};

const THIS: Dialect = Dialect::Sqlite;

/// Makes changes of one table leave others alone: neither are foreign keys watched over, nor does what names the table
/// follow it to another name.
pub const APART: [&str; 2] = ["PRAGMA foreign_keys = OFF", LENIENT];

/// Lets tables change whatever views and triggers say of it.
pub const LENIENT: &str = "PRAGMA legacy_alter_table = ON";

/// Looks at views and triggers whenever a table changes.
pub const THOROUGH: &str = "PRAGMA legacy_alter_table = OFF";

/// A table whose change makes SQLite look at everything that names tables.
pub const PROBE: &str = "CREATE TABLE relata_probe (a)";

/// The changes, each to be made after the other.
pub const LOOK: [&str; 2] =
    ["ALTER TABLE relata_probe RENAME COLUMN a TO b", "ALTER TABLE relata_probe RENAME COLUMN b TO a"];

/// Takes the right to write and uses it for nothing: a free page that it might give back, it takes again.
pub const TRY_TO_WRITE: &str = "BEGIN; PRAGMA incremental_vacuum(1); ROLLBACK";

/// What SQLite says of an error that it has nothing to say about.
pub const NO_REASON: &str = "SQL logic error";

/// What a foreign key may say about deletes.
const ACTIONS: [Option<CascadeDelete>; 5] = [
    None,
    Some(CascadeDelete::Cascade),
    Some(CascadeDelete::RemoveLink),
    Some(CascadeDelete::Restrict),
    Some(CascadeDelete::SetDefault),
];

pub(super) fn compile(change: &TableChange) -> Vec<Step> {
    match change {
        TableChange::AddLookup { schema_name, table, column, unique, references } => vec![
            add(table, lookup(schema_name, column, references)),
            statement(index(THIS, schema_name, table, &[&column.name], *unique).build(SqliteQueryBuilder)),
        ],
        TableChange::DropLookup { schema_name, table, column } => vec![drop_index(schema_name), drop(table, column)],
        TableChange::SetOnDelete { schema_name, table, column, references, .. } => {
            vec![Step::Rebuild(rebuild(schema_name, table, column, references))]
        }
        TableChange::AddIntersect { schema_name, table, ends } => {
            let second = &ends[1].0.name;
            vec![
                statement(table_of_pairs(THIS, table, ends, define, |_| String::new()).build(SqliteQueryBuilder)),
                statement(index(THIS, schema_name, table, &[second], false).build(SqliteQueryBuilder)),
            ]
        }
        TableChange::DropIntersect { table } => {
            vec![statement(TableStatements::drop().table(table_ref(THIS, table)).build(SqliteQueryBuilder))]
        }
        TableChange::AddMultiTable { schema_name, table, key, discriminator } => vec![
            add(table, define(key)),
            add(table, ColumnDef::new(iden(discriminator)).text().take()),
            statement(index(THIS, schema_name, table, &[&key.name, discriminator], false).build(SqliteQueryBuilder)),
        ],
        TableChange::DropMultiTable { schema_name, table, key, discriminator } => {
            vec![drop_index(schema_name), drop(table, key), drop(table, discriminator)]
        }
        TableChange::ForgetTarget { .. } => Vec::new(),
    }
}

fn alter(table: &Table) -> TableAlterStatement {
    TableStatements::alter().table(table_ref(THIS, table)).take()
}

fn add(table: &Table, column: impl IntoColumnDef) -> Step {
    statement(alter(table).add_column(column).build(SqliteQueryBuilder))
}

fn drop(table: &Table, column: &str) -> Step {
    Step::DropColumn(Rebuild {
        table: table.clone(),
        column: column.to_owned(),
        drop: drop_text(table, column),
        replacement: None,
    })
}

fn drop_text(table: &Table, column: &str) -> String {
    alter(table).drop_column(iden(column)).build(SqliteQueryBuilder)
}

fn drop_index(schema_name: &str) -> Step {
    statement(Index::drop().if_exists().name(index_name(schema_name)).build(SqliteQueryBuilder))
}

fn define(column: &NewColumn) -> ColumnDef {
    let mut definition = ColumnDef::new_with_type(iden(&column.name), column_type::on_sqlite(column));
    if column.required {
        definition.not_null();
    }
    definition
}

/// A column with its foreign key. sea-query has no word for one inside a definition, but quotes its names.
fn lookup(schema_name: &str, column: &NewColumn, references: &Reference) -> ColumnDef {
    let quoted = |name: DynIden, text: &mut String| SqliteQueryBuilder.prepare_iden(&name, text);
    let mut text = String::from("CONSTRAINT ");
    quoted(iden(&foreign_key_name(schema_name)), &mut text);
    text.push_str(" REFERENCES ");
    quoted(iden(&references.table.name), &mut text);
    text.push_str(" (");
    quoted(iden(&references.column), &mut text);
    text.push(')');
    if let Some(delete) = references.on_delete {
        text.push_str(" ON DELETE ");
        SqliteQueryBuilder.prepare_foreign_key_action(&action(delete), &mut text);
    }
    define(column).extra(text).take()
}

/// Gives a column another name.
#[must_use]
pub fn rename_column(table: &Table, from: &str, to: &str) -> String {
    alter(table).rename_column(iden(from), iden(to)).build(SqliteQueryBuilder)
}

/// Drops an index, a view or a trigger. sea-query has no word for the last two, but quotes their names.
#[must_use]
pub fn drop_object(kind: &str, name: &str) -> String {
    let mut text = String::from(match kind {
        "view" => "DROP VIEW ",
        "trigger" => "DROP TRIGGER ",
        _ => "DROP INDEX ",
    });
    SqliteQueryBuilder.prepare_iden(&iden(name), &mut text);
    text
}

fn rebuild(schema_name: &str, table: &Table, column: &NewColumn, references: &Reference) -> Rebuild {
    let with = |on_delete| lookup(schema_name, column, &Reference { on_delete, ..references.clone() });
    let written = |definition: &ColumnDef| {
        let mut text = String::new();
        SqliteQueryBuilder.prepare_column_def(definition, &mut text);
        text
    };
    let definition = with(references.on_delete);
    Rebuild {
        table: table.clone(),
        column: column.name.clone(),
        drop: drop_text(table, &column.name),
        replacement: Some(Replacement {
            known: ACTIONS.into_iter().map(|on_delete| written(&with(on_delete))).collect(),
            definition: written(&definition),
            add: alter(table).add_column(definition).build(SqliteQueryBuilder),
        }),
    }
}
