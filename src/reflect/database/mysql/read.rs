//! The statements that read `information_schema`, each over all tables at once, and the rows that they answer. Numbers
//! are read as text or cast, because their types differ between versions of the database.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::super::rows;

/// Everything that is read before drafts are made of it.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) tables: Vec<TableRow>,
    pub(super) columns: Vec<ColumnRow>,
    pub(super) checks: Vec<CheckRow>,
    pub(super) keys: Vec<KeyRow>,
    pub(super) foreign_keys: Vec<ForeignKeyRow>,
    pub(super) rules: Vec<RuleRow>,
}

/// A table or view.
#[derive(Debug, FromQueryResult)]
pub(super) struct TableRow {
    pub(super) name: String,
    /// `BASE TABLE`, `SYSTEM VERSIONED` or `VIEW`; sequences are none.
    pub(super) kind: String,
    pub(super) description: String,
}

/// A column.
#[derive(Debug, FromQueryResult)]
pub(super) struct ColumnRow {
    pub(super) table_name: String,
    pub(super) name: String,
    /// The type without its arguments.
    pub(super) data_type: String,
    /// The type with all that belongs to it, such as `int(10) unsigned`.
    pub(super) column_type: String,
    pub(super) max_length: Option<i64>,
    pub(super) scale: Option<i64>,
    pub(super) collation: Option<String>,
    pub(super) nullable: String,
    /// As SQL writes it: `NULL` for none in a column that takes null.
    pub(super) default_value: Option<String>,
    pub(super) extra: String,
    /// `ALWAYS` or `NEVER`.
    pub(super) generated: String,
    /// `ROW START` and `ROW END` in tables that keep their history.
    pub(super) generation: Option<String>,
    pub(super) description: String,
}

/// A check.
#[derive(Debug, FromQueryResult)]
pub(super) struct CheckRow {
    pub(super) table_name: String,
    pub(super) clause: String,
}

/// A column of a primary key or unique index.
#[derive(Debug, FromQueryResult)]
pub(super) struct KeyRow {
    pub(super) table_name: String,
    pub(super) index_name: String,
    /// Nothing for an expression.
    pub(super) column_name: Option<String>,
    /// How many characters count, where not all do.
    pub(super) prefix: Option<i64>,
}

/// A column of a foreign key.
#[derive(Debug, FromQueryResult)]
pub(super) struct ForeignKeyRow {
    pub(super) table_name: String,
    pub(super) name: String,
    pub(super) column_name: String,
    pub(super) target_namespace: String,
    pub(super) target_name: String,
    pub(super) target_column: String,
}

/// What a foreign key does when its target goes.
#[derive(Debug, FromQueryResult)]
pub(super) struct RuleRow {
    pub(super) table_name: String,
    pub(super) name: String,
    pub(super) on_delete: String,
}

/// The type of a column.
#[derive(Debug, FromQueryResult)]
pub(super) struct TypeRow {
    pub(super) table_name: String,
    pub(super) name: String,
    pub(super) column_type: String,
    pub(super) collation: Option<String>,
}

/// The database that the connection is in.
pub(super) async fn current(db: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: Option<String>,
    }
    let select = Query::select().expr_as(Func::cust("database"), "name").take();
    Ok(rows::<Row>(db, &select).await?.pop().and_then(|row| row.name))
}

/// Those of the namespaces that exist.
pub(super) async fn namespaces(db: &impl ConnectionTrait, names: &BTreeSet<String>) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let select = of("schemata", &[("schema_name", "name")]).and_where(Expr::col("schema_name").is_in(names)).take();
    Ok(rows::<Row>(db, &select).await?.into_iter().map(|row| row.name).collect())
}

/// Reads what one namespace holds.
pub(super) async fn all(db: &impl ConnectionTrait, namespace: &str) -> Result<Rows, DbErr> {
    Ok(Rows {
        tables: rows(db, &tables(namespace)).await?,
        columns: rows(db, &columns(namespace)).await?,
        checks: rows(db, &checks(namespace)).await?,
        keys: rows(db, &keys(namespace)).await?,
        foreign_keys: rows(db, &foreign_keys(namespace)).await?,
        rules: rows(db, &rules(namespace)).await?,
    })
}

/// The types of the columns of some tables in one namespace; in the connection's own where none is named.
pub(super) async fn types(
    db: &impl ConnectionTrait,
    namespace: Option<&str>,
    tables: &[&str],
) -> Result<Vec<TypeRow>, DbErr> {
    let namespace = namespace.map_or_else(|| Func::cust("database").into(), Expr::val);
    let names = [
        ("table_name", "table_name"),
        ("column_name", "name"),
        ("column_type", "column_type"),
        ("collation_name", "collation"),
    ];
    let select = of("columns", &names)
        .and_where(Expr::col("table_schema").eq(namespace))
        .and_where(Expr::col("table_name").is_in(tables.iter().copied()))
        .take();
    rows(db, &select).await
}

/// Columns of a table of `information_schema` under other names.
fn of(table: &'static str, columns: &[(&'static str, &'static str)]) -> SelectStatement {
    let mut select = Query::select().from(("information_schema", table)).take();
    for (column, name) in columns {
        select.expr_as(Expr::col(*column), *name);
    }
    select
}

fn number(column: &'static str) -> Expr {
    Expr::col(column).cast_as(Alias::new("signed"))
}

fn tables(namespace: &str) -> SelectStatement {
    of("tables", &[("table_name", "name"), ("table_type", "kind"), ("table_comment", "description")])
        .and_where(Expr::col("table_schema").eq(namespace))
        .and_where(Expr::col("table_type").is_in(["BASE TABLE", "SYSTEM VERSIONED", "VIEW"]))
        .take()
}

fn columns(namespace: &str) -> SelectStatement {
    let names = [
        ("table_name", "table_name"),
        ("column_name", "name"),
        ("data_type", "data_type"),
        ("column_type", "column_type"),
        ("collation_name", "collation"),
        ("is_nullable", "nullable"),
        ("column_default", "default_value"),
        ("extra", "extra"),
        ("is_generated", "generated"),
        ("generation_expression", "generation"),
        ("column_comment", "description"),
    ];
    of("columns", &names)
        .expr_as(number("character_maximum_length"), "max_length")
        .expr_as(number("numeric_scale"), "scale")
        .and_where(Expr::col("table_schema").eq(namespace))
        .order_by("table_name", Order::Asc)
        .order_by("ordinal_position", Order::Asc)
        .take()
}

fn checks(namespace: &str) -> SelectStatement {
    of("check_constraints", &[("table_name", "table_name"), ("check_clause", "clause")])
        .and_where(Expr::col("constraint_schema").eq(namespace))
        .take()
}

fn keys(namespace: &str) -> SelectStatement {
    let names = [("table_name", "table_name"), ("index_name", "index_name"), ("column_name", "column_name")];
    of("statistics", &names)
        .expr_as(number("sub_part"), "prefix")
        .and_where(Expr::col("table_schema").eq(namespace))
        .and_where(Expr::col("non_unique").eq(0))
        .order_by("table_name", Order::Asc)
        .order_by("index_name", Order::Asc)
        .order_by("seq_in_index", Order::Asc)
        .take()
}

fn foreign_keys(namespace: &str) -> SelectStatement {
    let names = [
        ("table_name", "table_name"),
        ("constraint_name", "name"),
        ("column_name", "column_name"),
        ("referenced_table_schema", "target_namespace"),
        ("referenced_table_name", "target_name"),
        ("referenced_column_name", "target_column"),
    ];
    of("key_column_usage", &names)
        .and_where(Expr::col("table_schema").eq(namespace))
        .and_where(Expr::col("referenced_table_name").is_not_null())
        .order_by("table_name", Order::Asc)
        .order_by("constraint_name", Order::Asc)
        .order_by("ordinal_position", Order::Asc)
        .take()
}

fn rules(namespace: &str) -> SelectStatement {
    of(
        "referential_constraints",
        &[("table_name", "table_name"), ("constraint_name", "name"), ("delete_rule", "on_delete")],
    )
    .and_where(Expr::col("constraint_schema").eq(namespace))
    .take()
}
