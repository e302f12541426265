//! MariaDB: every statement is permanent by itself, so that a change is as few of them as can be, and one that adds
//! something has another that takes it back.

use sea_orm::sea_query::{
    ColumnDef, IndexDropStatement, MysqlQueryBuilder, Table as TableStatements, TableAlterStatement,
};

use crate::catalog::Table;

use super::{
    NewColumn, Step, TableChange, column_type, end_name, foreign_key, foreign_key_name, index, index_name, statement,
    table_of_pairs, table_ref,
};
use crate::sql::{Dialect, alias::iden};

const THIS: Dialect = Dialect::MySql;

pub(super) fn compile(change: &TableChange) -> Vec<Step> {
    match change {
        TableChange::AddLookup { schema_name, table, column, unique, references } => {
            let key = foreign_key(THIS, foreign_key_name(schema_name), table, &column.name, references);
            let added = alter(table).add_column(define(column)).add_foreign_key(key.get_foreign_key()).take();
            // The index of its own that the foreign key gets goes when this one is there.
            let back = alter(table)
                .drop_foreign_key(iden(&foreign_key_name(schema_name)))
                .drop_column(iden(&column.name))
                .take();
            vec![undone(&added, back.build(MysqlQueryBuilder)), add_index(schema_name, table, &[&column.name], *unique)]
        }
        TableChange::DropLookup { schema_name, table, column } => {
            let name = foreign_key_name(schema_name);
            vec![done(alter(table).drop_foreign_key(iden(&name)).drop_column(iden(column)))]
        }
        TableChange::SetOnDelete { schema_name, table, column, references, .. } => {
            let name = foreign_key_name(schema_name);
            let key = foreign_key(THIS, name.clone(), table, &column.name, references);
            // A foreign key cannot come back under its name in the statement that drops it.
            vec![
                done(alter(table).drop_foreign_key(iden(&name))),
                done(alter(table).add_foreign_key(key.get_foreign_key())),
            ]
        }
        TableChange::AddIntersect { schema_name, table, ends } => {
            let second = &ends[1].0.name;
            let made =
                table_of_pairs(THIS, table, ends, define, |end| end_name(schema_name, end)).build(MysqlQueryBuilder);
            vec![with_undo(made, drop_table(table)), add_index(schema_name, table, &[second], false)]
        }
        TableChange::DropIntersect { table } => vec![statement(drop_table(table))],
        TableChange::AddMultiTable { schema_name, table, key, discriminator } => {
            // As long as the name of a table may be.
            let name = ColumnDef::new(iden(discriminator)).string_len(64).take();
            let added = alter(table).add_column(define(key)).add_column(name).take();
            let back = alter(table).drop_column(iden(&key.name)).drop_column(iden(discriminator)).take();
            vec![
                undone(&added, back.build(MysqlQueryBuilder)),
                add_index(schema_name, table, &[&key.name, discriminator], false),
            ]
        }
        TableChange::DropMultiTable { schema_name, table, key, discriminator } => {
            let mut index = IndexDropStatement::new();
            index.name(index_name(schema_name)).table(table_ref(THIS, table));
            vec![
                statement(index.build(MysqlQueryBuilder)),
                done(alter(table).drop_column(iden(key)).drop_column(iden(discriminator))),
            ]
        }
        TableChange::ForgetTarget { .. } => Vec::new(),
    }
}

fn alter(table: &Table) -> TableAlterStatement {
    TableStatements::alter().table(table_ref(THIS, table)).take()
}

fn done(alter: &TableAlterStatement) -> Step {
    statement(alter.build(MysqlQueryBuilder))
}

/// A step that another statement takes back.
fn undone(alter: &TableAlterStatement, undo: String) -> Step {
    with_undo(alter.build(MysqlQueryBuilder), undo)
}

fn with_undo(text: String, undo: String) -> Step {
    Step::Statement { display: text.clone(), text, values: Vec::new(), undo: Some(undo) }
}

fn drop_table(table: &Table) -> String {
    TableStatements::drop().table(table_ref(THIS, table)).build(MysqlQueryBuilder)
}

fn add_index(schema_name: &str, table: &Table, columns: &[&str], unique: bool) -> Step {
    statement(index(THIS, schema_name, table, columns, unique).build(MysqlQueryBuilder))
}

fn define(column: &NewColumn) -> ColumnDef {
    let mut definition = ColumnDef::new_with_type(iden(&column.name), column_type::on_mysql(column));
    if column.required {
        definition.not_null();
    } else {
        // A timestamp would otherwise be one that may not be null.
        definition.null();
    }
    definition
}
