//! Tables and columns that definitions make, change and drop: a change in, the steps that carry it out on a database.
//! Nothing is said about a database that does not allow it: what may be changed is checked before.

mod column_type;
pub mod inspect;
pub mod inspect_mysql;
mod mysql;
mod postgres;
pub mod rebuild;
pub mod sqlite;
#[cfg(test)]
mod tests;

use sea_orm::sea_query::{
    ColumnDef, Expr, ExprTrait, ForeignKeyAction, ForeignKeyCreateStatement, Index, IndexCreateStatement, IntoTableRef,
    Keyword, MysqlQueryBuilder, PostgresQueryBuilder, Query, SqliteQueryBuilder, Table as TableStatements,
    TableCreateStatement, TableRef, Value,
};

use crate::catalog::{AttributeType, CascadeDelete, DatabaseType, Table};

use super::{alias::iden, dialect::Dialect};

/// A column that is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct NewColumn {
    /// Its name.
    pub name: String,
    /// What its values are: those of the key that it will hold.
    pub ty: AttributeType,
    /// The type of that key in the database, as reflection knows it.
    pub database_type: Option<DatabaseType>,
    /// Whether it may not be null.
    pub required: bool,
}

/// What a foreign key points at.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The table.
    pub table: Table,
    /// Its key.
    pub column: String,
    /// What a delete over there does here; nothing where the database is to refuse it.
    pub on_delete: Option<CascadeDelete>,
}

/// A change of tables that a definition asks for. The names of definitions are plain: letters, digits and underscores.
#[derive(Debug, Clone, PartialEq)]
pub enum TableChange {
    /// A column, its foreign key and its index.
    AddLookup {
        /// The definition's name.
        schema_name: String,
        /// The table that gets the column.
        table: Table,
        /// The column.
        column: NewColumn,
        /// Whether no two records may point at the same one.
        unique: bool,
        /// What it points at.
        references: Reference,
    },
    /// The column, its foreign key and its index go.
    DropLookup {
        /// The definition's name.
        schema_name: String,
        /// The table.
        table: Table,
        /// The column.
        column: String,
    },
    /// The foreign key of a lookup gets another action.
    SetOnDelete {
        /// The definition's name.
        schema_name: String,
        /// The table.
        table: Table,
        /// The column, as it was made.
        column: NewColumn,
        /// Whether no two records may point at the same one.
        unique: bool,
        /// What it points at, with the new action.
        references: Reference,
    },
    /// A table of pairs.
    AddIntersect {
        /// The definition's name.
        schema_name: String,
        /// The table.
        table: Table,
        /// Its columns, and what each points at.
        ends: Box<[(NewColumn, Reference); 2]>,
    },
    /// The table of pairs goes.
    DropIntersect {
        /// The table.
        table: Table,
    },
    /// The two columns of a multi-table lookup, and an index over both.
    AddMultiTable {
        /// The definition's name.
        schema_name: String,
        /// The table that gets the columns.
        table: Table,
        /// The column of keys.
        key: NewColumn,
        /// The column of the names of tables.
        discriminator: String,
    },
    /// The two columns and their index go.
    DropMultiTable {
        /// The definition's name.
        schema_name: String,
        /// The table.
        table: Table,
        /// The column of keys.
        key: String,
        /// The column of the names of tables.
        discriminator: String,
    },
    /// Links to one of the targets of a multi-table lookup go.
    ForgetTarget {
        /// The table.
        table: Table,
        /// The column of keys.
        key: String,
        /// The column of the names of tables.
        discriminator: String,
        /// The target's name.
        value: String,
    },
}

/// One step of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A statement.
    Statement {
        /// The text.
        text: String,
        /// The parameters.
        values: Vec<Value>,
        /// The text as it is shown: its values stand in it.
        display: String,
        /// What takes it back, where the database makes it permanent at once.
        undo: Option<String>,
    },
    /// A table is made anew with another definition of one of its columns, and gets its rows back.
    Rebuild(Rebuild),
    /// A column goes. Where the database cannot say so, because it stumbles over something else that names tables which
    /// are not there, the table is made anew without it.
    DropColumn(Rebuild),
}

/// What a table is made anew for, where `ALTER TABLE` cannot do it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuild {
    /// The table.
    pub table: Table,
    /// The column.
    pub column: String,
    /// Drops the column.
    pub drop: String,
    /// What comes in its place, if anything.
    pub replacement: Option<Replacement>,
}

/// A column in the place of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// How the column may be defined now.
    pub known: Vec<String>,
    /// How it is to be defined.
    pub definition: String,
    /// Adds the column, on an empty table.
    pub add: String,
}

/// The steps of a change, in order.
#[must_use]
pub fn compile(dialect: Dialect, change: &TableChange) -> Vec<Step> {
    match (change, dialect) {
        (TableChange::ForgetTarget { table, key, discriminator, value }, _) => {
            vec![forget(dialect, table, key, discriminator, value)]
        }
        (_, Dialect::Sqlite) => sqlite::compile(change),
        (_, Dialect::Postgres) => postgres::compile(change),
        (_, Dialect::MySql) => mysql::compile(change),
    }
}

/// Whether a change stays where what comes after it fails: the database makes it permanent at once, and nothing brings
/// back what is gone.
#[must_use]
pub fn is_final(dialect: Dialect, change: &TableChange) -> bool {
    dialect == Dialect::MySql
        && matches!(
            change,
            TableChange::DropLookup { .. }
                | TableChange::SetOnDelete { .. }
                | TableChange::DropIntersect { .. }
                | TableChange::DropMultiTable { .. }
        )
}

/// The name of the foreign key of a lookup.
#[must_use]
pub fn foreign_key_name(schema_name: &str) -> String {
    format!("fk_{schema_name}")
}

/// The name of the index of a definition.
#[must_use]
pub fn index_name(schema_name: &str) -> String {
    format!("ix_{schema_name}")
}

/// The name of the foreign key at an end of a table of pairs. It is not longer than other names of the definition.
fn end_name(schema_name: &str, end: usize) -> String {
    format!("fk{}_{schema_name}", end + 1)
}

fn statement(text: String) -> Step {
    Step::Statement { display: text.clone(), text, values: Vec::new(), undo: None }
}

/// Databases without namespaces know the table by its name alone.
fn table_ref(dialect: Dialect, table: &Table) -> TableRef {
    match (&table.namespace, dialect) {
        (Some(namespace), Dialect::Postgres | Dialect::MySql) => (iden(namespace), iden(&table.name)).into_table_ref(),
        _ => iden(&table.name).into_table_ref(),
    }
}

fn index(dialect: Dialect, schema_name: &str, table: &Table, columns: &[&str], unique: bool) -> IndexCreateStatement {
    let mut index = IndexCreateStatement::new();
    index.name(index_name(schema_name)).table(table_ref(dialect, table));
    for column in columns {
        index.col(iden(column));
    }
    if unique {
        index.unique();
    }
    index
}

fn foreign_key(
    dialect: Dialect,
    name: String,
    table: &Table,
    column: &str,
    reference: &Reference,
) -> ForeignKeyCreateStatement {
    let mut key = ForeignKeyCreateStatement::new();
    key.name(name)
        .from(table_ref(dialect, table), iden(column))
        .to(table_ref(dialect, &reference.table), iden(&reference.column));
    if let Some(delete) = reference.on_delete {
        key.on_delete(action(delete));
    }
    key
}

/// A table whose primary key is a pair of foreign keys, which are called by their positions.
fn table_of_pairs(
    dialect: Dialect,
    table: &Table,
    ends: &[(NewColumn, Reference); 2],
    define: fn(&NewColumn) -> ColumnDef,
    name: impl Fn(usize) -> String,
) -> TableCreateStatement {
    let mut create = TableStatements::create().table(table_ref(dialect, table)).take();
    let mut pair = Index::create();
    for (place, (column, references)) in ends.iter().enumerate() {
        create.col(define(column));
        create.foreign_key(&mut foreign_key(dialect, name(place), table, &column.name, references));
        pair.col(iden(&column.name));
    }
    create.primary_key(&mut pair);
    create
}

fn action(delete: CascadeDelete) -> ForeignKeyAction {
    match delete {
        CascadeDelete::Cascade => ForeignKeyAction::Cascade,
        CascadeDelete::RemoveLink => ForeignKeyAction::SetNull,
        CascadeDelete::Restrict | CascadeDelete::NoAction => ForeignKeyAction::NoAction,
        CascadeDelete::SetDefault => ForeignKeyAction::SetDefault,
    }
}

fn forget(dialect: Dialect, table: &Table, key: &str, discriminator: &str, value: &str) -> Step {
    let update = Query::update()
        .table(table_ref(dialect, table))
        .value(iden(key), Expr::Keyword(Keyword::Null))
        .value(iden(discriminator), Expr::Keyword(Keyword::Null))
        .and_where(Expr::col(iden(discriminator)).eq(value))
        .take();
    let display = match dialect {
        Dialect::Sqlite => update.to_string(SqliteQueryBuilder),
        Dialect::Postgres => update.to_string(PostgresQueryBuilder),
        Dialect::MySql => update.to_string(MysqlQueryBuilder),
    };
    let (text, values) = dialect.build(&update);
    Step::Statement { text, values, display, undo: None }
}
