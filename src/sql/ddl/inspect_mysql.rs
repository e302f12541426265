//! What MariaDB's `information_schema` says about tables that are to change.

use sea_orm::sea_query::{Cond, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType};

use crate::catalog::Table;

/// The database that the connection is in, and whether the server takes writes: `name`, `reads_only`.
#[must_use]
pub fn current() -> SelectStatement {
    Query::select().expr_as(Func::cust("database"), "name").expr_as(Expr::cust("@@read_only"), "reads_only").take()
}

/// What the user may do, a line for each right.
pub const GRANTS: &str = "SHOW GRANTS";

/// What stores a table: `engine`.
#[must_use]
pub fn engine(table: &Table) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col("engine"), "engine")
        .from(("information_schema", "tables"))
        .and_where(Expr::col("table_schema").eq(namespace(table)))
        .and_where(Expr::col("table_name").eq(&*table.name))
        .take()
}

/// Indexes, foreign keys, checks and computed columns over columns of a table, but for the keys of a definition:
/// `dependent`. Of the whole table where no columns are named.
#[must_use]
pub fn dependents(table: &Table, columns: &[&str], own: &[String]) -> SelectStatement {
    let named = |kind: &'static str, name: &'static str| Func::cust("concat").args([Expr::val(kind), Expr::col(name)]);
    let of = |schema: &'static str, name: &'static str| {
        Cond::all().add(Expr::col(schema).eq(namespace(table))).add(Expr::col(name).eq(&*table.name))
    };
    let is_over = |column: &'static str| {
        if columns.is_empty() { Cond::all() } else { Cond::all().add(Expr::col(column).is_in(columns.iter().copied())) }
    };
    let mentions = |text: &'static str| {
        columns.iter().fold(Cond::any(), |any, column| {
            any.add(Expr::expr(Func::cust("locate").args([Expr::val(format!("`{column}`")), Expr::col(text)])).gt(0))
        })
    };
    let mut all = Query::select();
    // Keys and indexes of the definition, and those that stand for a foreign key of its own.
    all.distinct()
        .expr_as(named("index ", "index_name"), "dependent")
        .from(("information_schema", "statistics"))
        .cond_where(of("table_schema", "table_name"))
        .cond_where(is_over("column_name"))
        .and_where(Expr::col("index_name").is_not_in(own.iter().map(String::as_str).chain(["PRIMARY"])));
    if columns.is_empty() {
        all.and_where(Expr::col("index_name").not_like("ix\\_%"));
    }
    let referencing = Query::select()
        .distinct()
        .expr_as(named("table ", "table_name"), "dependent")
        .from(("information_schema", "key_column_usage"))
        .cond_where(of("referenced_table_schema", "referenced_table_name"))
        .cond_where(is_over("referenced_column_name"))
        .and_where(Expr::col("table_name").ne(&*table.name))
        .take();
    all.union(UnionType::Distinct, referencing);
    if !columns.is_empty() {
        let keys = Query::select()
            .distinct()
            .expr_as(named("constraint ", "constraint_name"), "dependent")
            .from(("information_schema", "key_column_usage"))
            .cond_where(of("table_schema", "table_name"))
            .cond_where(is_over("column_name"))
            .and_where(Expr::col("referenced_table_name").is_not_null())
            .and_where(Expr::col("constraint_name").is_not_in(own.iter().map(String::as_str)))
            .take();
        let computed = Query::select()
            .expr_as(named("column ", "column_name"), "dependent")
            .from(("information_schema", "columns"))
            .cond_where(of("table_schema", "table_name"))
            .cond_where(mentions("generation_expression"))
            .take();
        let checks = Query::select()
            .expr_as(named("constraint ", "constraint_name"), "dependent")
            .from(("information_schema", "check_constraints"))
            .cond_where(of("constraint_schema", "table_name"))
            .cond_where(mentions("check_clause"))
            .take();
        all.union(UnionType::Distinct, keys).union(UnionType::Distinct, computed).union(UnionType::Distinct, checks);
    }
    all.order_by("dependent", Order::Asc).take()
}

/// The views of a table's database: `name` and `text`, in which every name stands in quotes.
#[must_use]
pub fn views(table: &Table) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col("table_name"), "name")
        .expr_as(Expr::col("view_definition"), "text")
        .from(("information_schema", "views"))
        .and_where(Expr::col("table_schema").eq(namespace(table)))
        .order_by("table_name", Order::Asc)
        .take()
}

/// The triggers of a table's database: `name`, `table_name` and `text`.
#[must_use]
pub fn triggers(table: &Table) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col("trigger_name"), "name")
        .expr_as(Expr::col("event_object_table"), "table_name")
        .expr_as(Expr::col("action_statement"), "text")
        .from(("information_schema", "triggers"))
        .and_where(Expr::col("trigger_schema").eq(namespace(table)))
        .order_by("trigger_name", Order::Asc)
        .take()
}

fn namespace(table: &Table) -> Expr {
    match &table.namespace {
        Some(namespace) => Expr::val(&**namespace),
        None => Func::cust("database").into(),
    }
}
