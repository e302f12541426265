//! A table of SQLite made anew: its rows, counters, indexes and triggers stay, and whatever names it elsewhere finds it
//! again, because the old one steps aside before the new one takes its name.

use sea_orm::sea_query::{
    DynIden, Expr, ExprTrait, Query, SqliteQueryBuilder, Table as TableStatements, UpdateStatement,
};

use crate::sql::alias::iden;

use super::Replacement;

/// The names by which a table that has not given them to columns knows the number of a row.
const ROW_NUMBER: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// A table as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Old {
    /// Its name.
    pub name: String,
    /// The columns that hold values of their own and stay.
    pub columns: Vec<String>,
    /// Whether its rows have numbers.
    pub has_rowid: bool,
    /// Whether keys that were given once are never given again.
    pub has_sequence: bool,
    /// The texts of its indexes and triggers.
    pub texts: Vec<String>,
}

/// A table's text with the other definition of the column in the place of the one it has; nothing where that is not
/// found, or found more than once.
#[must_use]
pub fn in_place(replacement: &Replacement, create: &str) -> Option<String> {
    let mut known: Vec<&str> = replacement.known.iter().map(String::as_str).collect();
    // One that another starts with is found in that, too.
    known.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let found = known.into_iter().find(|text| create.contains(*text))?;
    let (before, after) = create.split_once(found)?;
    (!after.contains(found)).then(|| format!("{before}{}{after}", replacement.definition))
}

/// The statements, in order.
#[must_use]
pub fn statements(old: &Old, create: &str) -> Vec<String> {
    let aside = format!("relata_old_{}", old.name);
    let mut texts = vec![
        TableStatements::rename().table(iden(&old.name), iden(&aside)).to_string(SqliteQueryBuilder),
        create.to_owned(),
        copy(old, &aside),
    ];
    if old.has_sequence {
        let of = |name: &str| Expr::col("name").eq(name);
        let made = Query::delete().from_table("sqlite_sequence").and_where(of(&old.name)).take();
        texts.push(made.to_string(SqliteQueryBuilder));
        let kept: UpdateStatement =
            Query::update().table("sqlite_sequence").value("name", old.name.as_str()).and_where(of(&aside)).take();
        texts.push(kept.to_string(SqliteQueryBuilder));
    }
    texts.push(TableStatements::drop().table(iden(&aside)).to_string(SqliteQueryBuilder));
    texts.extend(old.texts.iter().cloned());
    texts
}

fn copy(old: &Old, aside: &str) -> String {
    let is_taken = |name: &str| old.columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    let number = ROW_NUMBER.into_iter().find(|name| old.has_rowid && !is_taken(name));
    let columns: Vec<DynIden> = number.into_iter().chain(old.columns.iter().map(String::as_str)).map(iden).collect();
    let rows = Query::select().columns(columns.clone()).from(iden(aside)).take();
    let mut insert = Query::insert();
    insert.into_table(iden(&old.name)).columns(columns);
    insert.select_from(rows).expect("as many columns as values").to_string(SqliteQueryBuilder)
}
