//! The collations of columns. No pragma tells them of columns without an index, but comparisons show them.

use std::collections::HashSet;

use sea_orm::sea_query::{Cond, Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::{super::rows, PROBES, read::union_of};

/// The collation of a column, where it is not `BINARY`.
#[derive(Debug)]
pub(super) struct CollationRow {
    pub(super) table: String,
    pub(super) column: String,
    pub(super) collation: &'static str,
}

/// What stands for the name of a collation that is not SQLite's own.
pub(super) const CUSTOM: &str = "custom";

/// A table or view, and whether its text speaks of a collation.
#[derive(Debug, FromQueryResult)]
struct TextRow {
    name: String,
    speaks: i64,
}

/// Which texts a column takes for the same, where they differ in the case of a letter, in a space at the end, or in the
/// case of a letter beyond ASCII.
#[derive(Debug, FromQueryResult)]
struct ProbeRow {
    position: i64,
    case: i64,
    space: i64,
    beyond: i64,
}

/// The collations of those columns, told by tables and their own names, that do not have `BINARY`. There can be some only
/// where a text speaks of one, and seldom does any.
pub(super) async fn of(db: &impl ConnectionTrait, columns: &[(&str, &str)]) -> Result<Vec<CollationRow>, DbErr> {
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<TextRow> = rows(db, &texts()).await?;
    if texts.iter().all(|text| text.speaks == 0) {
        return Ok(Vec::new());
    }
    let tables: HashSet<String> = texts.into_iter().map(|text| text.name.to_ascii_lowercase()).collect();
    let is_asked = |(table, _): &&(&str, &str)| tables.contains(&table.to_ascii_lowercase());
    let columns: Vec<(&str, &str)> = columns.iter().filter(is_asked).copied().collect();
    let mut found = Vec::new();
    for columns in columns.chunks(PROBES) {
        if let Ok(rows) = probed(db, columns).await {
            found.extend(rows);
            continue;
        }
        // One that the connection does not know makes the statement fail, and whatever else compares such values.
        for column in columns {
            match probed(db, std::slice::from_ref(column)).await {
                Ok(rows) => found.extend(rows),
                Err(error) => {
                    tracing::warn!(table = column.0, column = column.1, %error, "the column cannot be compared");
                }
            }
        }
    }
    Ok(found)
}

async fn probed(db: &impl ConnectionTrait, columns: &[(&str, &str)]) -> Result<Vec<CollationRow>, DbErr> {
    let terms = columns.iter().enumerate().map(|(position, column)| probe(position, *column));
    let rows: Vec<ProbeRow> = union_of(db, terms).await?;
    let row = |row: ProbeRow| {
        let collation = match (row.case, row.space, row.beyond) {
            (0, 0, 0) => return None,
            (1, 0, 0) => "NOCASE",
            (0, 1, 0) => "RTRIM",
            _ => CUSTOM,
        };
        let (table, column) = columns.get(usize::try_from(row.position).ok()?)?;
        Some(CollationRow { table: (*table).to_owned(), column: (*column).to_owned(), collation })
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

/// A text with the collation of a column: that of the first part of a union is the whole one's.
fn probe(position: usize, (table, column): (&str, &str)) -> SelectStatement {
    let value = Query::select()
        .expr_as(Expr::col(("t", column.to_owned())), "value")
        .from_as(("main", table.to_owned()), "t")
        .and_where(Expr::val(0).eq(1))
        .union(UnionType::Distinct, Query::select().expr(Expr::val("aä")).take())
        .take();
    let is = |text: &str| Expr::col(("x", "value")).eq(text);
    Query::select()
        .expr_as(Expr::val(i64::try_from(position).unwrap_or(i64::MAX)), "position")
        .expr_as(is("Aä"), "case")
        .expr_as(is("aä "), "space")
        .expr_as(is("aÄ"), "beyond")
        .from_subquery(value, "x")
        .take()
}

/// The tables whose texts speak of a collation, and all views, which take those of tables.
fn texts() -> SelectStatement {
    let speaks = || Func::cust("instr").args([Func::lower(Expr::col("sql")).into(), Expr::val("collate")]);
    Query::select()
        .column("name")
        .expr_as(speaks(), "speaks")
        .from(("main", "sqlite_schema"))
        .cond_where(Cond::any().add(Expr::col("type").eq("view")).add(Expr::expr(speaks()).gt(0)))
        .take()
}
