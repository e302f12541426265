//! PostgreSQL: a lookup is one statement, and dropping a column takes its constraints and indexes along, but nothing of
//! anybody else's.

use sea_orm::sea_query::{ColumnDef, PostgresQueryBuilder, Table as TableStatements, TableAlterStatement};

use crate::catalog::Table;

use super::{
    NewColumn, Step, TableChange, column_type, end_name, foreign_key, foreign_key_name, index, statement,
    table_of_pairs, table_ref,
};
use crate::sql::{Dialect, alias::iden};

const THIS: Dialect = Dialect::Postgres;

pub(super) fn compile(change: &TableChange) -> Vec<Step> {
    match change {
        TableChange::AddLookup { schema_name, table, column, unique, references } => {
            let key = foreign_key(THIS, foreign_key_name(schema_name), table, &column.name, references);
            let added = alter(table).add_column(define(column)).add_foreign_key(key.get_foreign_key()).take();
            vec![
                done(&added),
                statement(index(THIS, schema_name, table, &[&column.name], *unique).build(PostgresQueryBuilder)),
            ]
        }
        TableChange::DropLookup { table, column, .. } => vec![done(alter(table).drop_column(iden(column)))],
        TableChange::SetOnDelete { schema_name, table, column, references, .. } => {
            let name = foreign_key_name(schema_name);
            let key = foreign_key(THIS, name.clone(), table, &column.name, references);
            vec![done(alter(table).drop_foreign_key(iden(&name)).add_foreign_key(key.get_foreign_key()))]
        }
        TableChange::AddIntersect { schema_name, table, ends } => {
            let second = &ends[1].0.name;
            vec![
                statement(
                    table_of_pairs(THIS, table, ends, define, |end| end_name(schema_name, end))
                        .build(PostgresQueryBuilder),
                ),
                statement(index(THIS, schema_name, table, &[second], false).build(PostgresQueryBuilder)),
            ]
        }
        TableChange::DropIntersect { table } => {
            vec![statement(TableStatements::drop().table(table_ref(THIS, table)).build(PostgresQueryBuilder))]
        }
        TableChange::AddMultiTable { schema_name, table, key, discriminator } => {
            let name = ColumnDef::new(iden(discriminator)).text().take();
            vec![
                done(alter(table).add_column(define(key)).add_column(name)),
                statement(
                    index(THIS, schema_name, table, &[&key.name, discriminator], false).build(PostgresQueryBuilder),
                ),
            ]
        }
        TableChange::DropMultiTable { table, key, discriminator, .. } => {
            vec![done(alter(table).drop_column(iden(key)).drop_column(iden(discriminator)))]
        }
        TableChange::ForgetTarget { .. } => Vec::new(),
    }
}

fn alter(table: &Table) -> TableAlterStatement {
    TableStatements::alter().table(table_ref(THIS, table)).take()
}

fn done(alter: &TableAlterStatement) -> Step {
    statement(alter.build(PostgresQueryBuilder))
}

fn define(column: &NewColumn) -> ColumnDef {
    let mut definition = ColumnDef::new_with_type(iden(&column.name), column_type::on_postgres(column));
    if column.required {
        definition.not_null();
    }
    definition
}
