//! What the database's own catalogs say about tables that are to change: who else depends on them, and whether they may
//! change at all.

use sea_orm::sea_query::{
    Cond, Expr, ExprTrait, Func, FunctionCall, IntoIden, JoinType, Order, PostgresQueryBuilder, Query, QuotedBuilder,
    SelectStatement,
};

use crate::{
    catalog::Table,
    sql::{Dialect, alias::iden},
};

use super::table_ref;

/// Whether PostgreSQL lets this user create tables here.
#[must_use]
pub fn may_create() -> SelectStatement {
    let here = Expr::expr(Func::cust("current_schema"));
    let may: Expr = Func::cust("has_schema_privilege").args([here, Expr::val("CREATE")]).into();
    let recovers: Expr = Func::cust("pg_is_in_recovery").into();
    let reads_only = Expr::expr(Func::cust("current_setting").arg("transaction_read_only")).eq("on");
    Query::select().expr(may.and(recovers.not()).and(reads_only.not())).take()
}

/// A row where the table has any.
#[must_use]
pub fn any_row(dialect: Dialect, table: &Table) -> SelectStatement {
    Query::select().expr(Expr::val(1)).from(table_ref(dialect, table)).limit(1).take()
}

/// What SQLite keeps the texts of: `kind`, `name`, `table_name` and `text`, in the order in which they were made.
#[must_use]
pub fn sqlite_objects() -> SelectStatement {
    Query::select()
        .expr_as(Expr::col("type"), "kind")
        .column("name")
        .expr_as(Expr::col("tbl_name"), "table_name")
        .expr_as(Expr::col("sql"), "text")
        .from("sqlite_schema")
        .and_where(Expr::col("sql").is_not_null())
        .order_by("rowid", Order::Asc)
        .take()
}

/// A table's columns on SQLite: `name`, `hidden` (more than 1 where it is generated), and `shape`, which says all that
/// is declared about it.
#[must_use]
pub fn sqlite_columns(table: &str) -> SelectStatement {
    let parts = ["name", "type", "notnull", "dflt_value", "pk", "hidden"].map(|part| Expr::col(("c", part)));
    Query::select()
        .column(("c", "name"))
        .column(("c", "hidden"))
        .expr_as(Func::cust("json_array").args(parts), "shape")
        .from_function(Func::cust("pragma_table_xinfo").arg(table), "c")
        .order_by(("c", "cid"), Order::Asc)
        .take()
}

/// Whether a table has no rowid: `without`, 0 or 1.
#[must_use]
pub fn sqlite_without_rowid(table: &str) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col(("t", "wr")), "without")
        .from_function(Func::cust("pragma_table_list").arg(table), "t")
        .and_where(Expr::col(("t", "schema")).eq("main"))
        .take()
}

/// The row that counts a table's keys on SQLite. Only where there is a table of such rows.
#[must_use]
pub fn sqlite_sequence(table: &str) -> SelectStatement {
    Query::select().expr(Expr::val(1)).from("sqlite_sequence").and_where(Expr::col("name").eq(table)).take()
}

/// How many rows of a table break a foreign key on SQLite: `broken`.
#[must_use]
pub fn sqlite_violations(table: &str) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col(("v", "table")).count(), "broken")
        .from_function(Func::cust("pragma_foreign_key_check").arg(table), "v")
        .take()
}

/// The tables with foreign keys onto a table on SQLite: `name`, and `target`, the column, where it is named.
#[must_use]
pub fn sqlite_referencing(table: &str) -> SelectStatement {
    let lower = |expr: Expr| Expr::expr(Func::lower(expr));
    Query::select()
        .distinct()
        .expr_as(Expr::col(("t", "name")), "name")
        .expr_as(Expr::col(("f", "to")), "target")
        .from_as("pragma_table_list", "t")
        .from_function(of_table("pragma_foreign_key_list"), "f")
        .and_where(Expr::col(("t", "schema")).eq("main"))
        .and_where(Expr::col(("t", "type")).eq("table"))
        .and_where(lower(Expr::col(("f", "table"))).eq(lower(Expr::val(table))))
        .order_by(("t", "name"), Order::Asc)
        .take()
}

fn of_table(pragma: &'static str) -> FunctionCall {
    Func::cust(pragma).args([Expr::col(("t", "name")), Expr::val("main")])
}

/// What depends on columns of a table on PostgreSQL, but for the constraint and index of a definition: `dependent`.
#[must_use]
pub fn postgres_column_dependents(table: &Table, columns: &[&str], own: &[String]) -> SelectStatement {
    // Its default goes with a column, and so do marks that it may not be null. A foreign key onto a table in parts is
    // one of each part, too.
    let is_part = Cond::any()
        .add(Expr::col(("f", "adnum")).equals(("d", "refobjsubid")))
        .add(text("k", "contype").eq("n"))
        .add(Expr::col(("k", "conname")).is_in(own))
        .add(Expr::col(("p", "conname")).is_in(own))
        .add(Expr::col(("i", "relname")).is_in(own));
    dependents(table)
        .join_as(
            JoinType::InnerJoin,
            ("pg_catalog", "pg_attribute"),
            "a",
            Cond::all()
                .add(Expr::col(("a", "attrelid")).equals(("d", "refobjid")))
                .add(Expr::col(("a", "attnum")).equals(("d", "refobjsubid"))),
        )
        .join_as(
            JoinType::LeftJoin,
            ("pg_catalog", "pg_constraint"),
            "p",
            Expr::col(("p", "oid")).equals(("k", "conparentid")),
        )
        .and_where(Expr::col(("a", "attname")).is_in(columns.iter().copied()))
        .and_where(coalesced(is_part).not())
        .take()
}

/// What depends on a table on PostgreSQL and is not the table's own or its definition's: `dependent`.
#[must_use]
pub fn postgres_table_dependents(table: &Table) -> SelectStatement {
    let others = Cond::any()
        .add(Expr::col(("k", "conrelid")).not_equals(("d", "refobjid")))
        .add(Expr::col(("r", "ev_class")).not_equals(("d", "refobjid")))
        .add(catalog("d", "classid").eq("pg_policy"))
        .add(Expr::col(("g", "tgisinternal")).eq(false))
        .add(text("i", "relkind").eq("i").and(Expr::col(("i", "relname")).not_like(OWN_INDEX)));
    dependents(table).cond_where(coalesced(others)).take()
}

/// What the indexes of definitions are called, as a pattern.
const OWN_INDEX: &str = "ix\\_%";

/// A condition that is not true where it is not known.
fn coalesced(condition: Cond) -> Expr {
    Expr::expr(Func::coalesce([Expr::expr(condition), Expr::val(false)]))
}

/// The rows of the catalog of dependencies that are about a table, with what each may be: constraint `k`, relation `i`,
/// rule `r`, trigger `g`, default `f`. A rule is told as its view, and
/// a foreign key of another table as that table.
fn dependents(table: &Table) -> SelectStatement {
    let describe = Func::cust("pg_describe_object").args([
        Expr::col(("d", "classid")),
        Expr::col(("d", "objid")),
        Expr::col(("d", "objsubid")),
    ]);
    let view =
        Func::cust("pg_describe_object").args([regclass("pg_class"), Expr::col(("r", "ev_class")), Expr::val(0)]);
    let view =
        Expr::expr(Query::select().expr(Expr::expr(view)).and_where(Expr::col(("r", "oid")).is_not_null()).take());
    let referencing =
        Func::cust("pg_describe_object").args([regclass("pg_class"), Expr::col(("k", "conrelid")), Expr::val(0)]);
    let referencing = Query::select()
        .expr(Expr::expr(referencing))
        .and_where(text("k", "contype").eq("f"))
        .and_where(Expr::col(("k", "conrelid")).not_equals(("d", "refobjid")))
        .take();
    let joined = |name: &'static str, alias: &'static str| {
        Cond::all().add(Expr::col((alias, "oid")).equals(("d", "objid"))).add(catalog("d", "classid").eq(name))
    };
    let mut select = Query::select();
    select
        .distinct()
        .expr_as(Func::coalesce([view, Expr::expr(referencing), Expr::expr(describe)]), "dependent")
        .from_as(("pg_catalog", "pg_depend"), "d")
        .and_where(Expr::col(("d", "refclassid")).eq(regclass("pg_class")))
        .and_where(Expr::col(("d", "refobjid")).eq(Expr::expr(Func::cust("to_regclass").arg(quoted(table)))))
        .order_by("dependent", Order::Asc);
    for (name, alias) in
        [("pg_constraint", "k"), ("pg_class", "i"), ("pg_rewrite", "r"), ("pg_trigger", "g"), ("pg_attrdef", "f")]
    {
        select.join_as(JoinType::LeftJoin, ("pg_catalog", name), alias, joined(name, alias));
    }
    select
}

fn regclass(name: &'static str) -> Expr {
    Expr::val(format!("pg_catalog.{name}")).cast_as("text").cast_as("regclass")
}

/// A catalog as its name.
fn catalog(table: &'static str, column: &'static str) -> Expr {
    text_of(Expr::col((table, column)).cast_as("regclass"))
}

fn text(table: &'static str, column: &'static str) -> Expr {
    text_of(Expr::col((table, column)))
}

fn text_of(expr: Expr) -> Expr {
    expr.cast_as("text")
}

/// A table's name as PostgreSQL reads it from text.
fn quoted(table: &Table) -> String {
    let mut text = String::new();
    if let Some(namespace) = &table.namespace {
        PostgresQueryBuilder.prepare_iden(&iden(namespace).into_iden(), &mut text);
        text.push('.');
    }
    PostgresQueryBuilder.prepare_iden(&iden(&table.name), &mut text);
    text
}
