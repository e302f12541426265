//! The statements that read `SQLite`'s catalog, each over all tables at once, and the rows that they answer.

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::{
    super::rows,
    collation::{self, CollationRow},
};

/// Everything that is read before drafts are made of it.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) tables: Vec<TableRow>,
    pub(super) columns: Vec<ColumnRow>,
    pub(super) indexes: Vec<IndexRow>,
    pub(super) foreign_keys: Vec<ForeignKeyRow>,
    pub(super) broken: Vec<BrokenRow>,
    /// Of the columns whose collation is not `BINARY`.
    pub(super) collations: Vec<CollationRow>,
}

/// A table, view or virtual table.
#[derive(Debug, FromQueryResult)]
pub(super) struct TableRow {
    pub(super) name: String,
    /// `table`, `view` or `virtual`.
    pub(super) kind: String,
}

/// A column.
#[derive(Debug, FromQueryResult)]
pub(super) struct ColumnRow {
    pub(super) table_name: String,
    pub(super) name: String,
    pub(super) declared_type: Option<String>,
    pub(super) not_null: i64,
    pub(super) default_value: Option<String>,
    /// Its place in the primary key from 1 on, 0 where it has none.
    pub(super) key_place: i64,
    /// 0 an ordinary column, 1 hidden in a virtual table, 2 and 3 generated.
    pub(super) hidden: i64,
}

/// A column of a unique index.
#[derive(Debug, FromQueryResult)]
pub(super) struct IndexRow {
    pub(super) table_name: String,
    pub(super) index_name: String,
    /// `pk` where the index stands for the primary key.
    pub(super) origin: String,
    pub(super) partial: i64,
    /// Nothing for an expression.
    pub(super) column_name: Option<String>,
    /// In which values are told apart.
    pub(super) collation: String,
}

/// A column of a foreign key.
#[derive(Debug, FromQueryResult)]
pub(super) struct ForeignKeyRow {
    pub(super) table_name: String,
    /// Counts the foreign keys of a table.
    pub(super) id: i64,
    pub(super) target: String,
    pub(super) column_name: String,
    /// Nothing where the foreign key points at the primary key without naming it.
    pub(super) target_column: Option<String>,
    pub(super) on_delete: String,
}

/// How the first value of a column is stored.
#[derive(Debug, FromQueryResult)]
pub(super) struct StorageRow {
    pub(super) position: i64,
    pub(super) class: String,
}

/// A view or virtual table that the database cannot read.
#[derive(Debug)]
pub(super) struct BrokenRow {
    pub(super) table: String,
    pub(super) reason: String,
}

/// Reads the catalog.
pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Rows, DbErr> {
    let tables: Vec<TableRow> = rows(db, &tables()).await?;
    let mut columns: Vec<ColumnRow> = rows(db, columns().and_where(kind().eq("table"))).await?;
    let (columns_of_views, broken) = view_columns(db, &tables).await?;
    columns.extend(columns_of_views);
    let (indexes, foreign_keys) = (rows(db, &indexes()).await?, rows(db, &foreign_keys()).await?);
    let names: Vec<(&str, &str)> = columns.iter().map(|row| (row.table_name.as_str(), row.name.as_str())).collect();
    let collations = collation::of(db, &names).await?;
    Ok(Rows { tables, columns, indexes, foreign_keys, broken, collations })
}

/// One view over a table that is gone, or one virtual table whose module is missing, makes the statement over all of
/// them fail. Then they are asked by halves, until the broken ones stand alone.
async fn view_columns(
    db: &impl ConnectionTrait,
    tables: &[TableRow],
) -> Result<(Vec<ColumnRow>, Vec<BrokenRow>), DbErr> {
    let views: Vec<&str> = tables.iter().filter(|table| table.kind != "table").map(|table| &*table.name).collect();
    let (mut columns_of_all, mut broken) = (Vec::new(), Vec::new());
    let mut asked = vec![views.as_slice()];
    while let Some(names) = asked.pop() {
        if names.is_empty() {
            continue;
        }
        let list = serde_json::to_string(names).map_err(|error| DbErr::Custom(error.to_string()))?;
        let named =
            Query::select().column("value").from_function(Func::cust("json_each").arg(Expr::val(list)), "names").take();
        match rows::<ColumnRow>(db, columns().and_where(Expr::col(("t", "name")).in_subquery(named))).await {
            Ok(columns) => columns_of_all.extend(columns),
            Err(error @ (DbErr::Conn(_) | DbErr::ConnectionAcquire(_))) => return Err(error),
            Err(error) => match names {
                [only] => broken.push(BrokenRow { table: (*only).to_owned(), reason: reason(&error) }),
                several => {
                    let (first, second) = several.split_at(several.len() / 2);
                    asked.extend([second, first]);
                }
            },
        }
    }
    Ok((columns_of_all, broken))
}

/// What the database says, without the words of the layers above it.
fn reason(error: &DbErr) -> String {
    let text = error.to_string();
    text.split_once(") ").map_or(text.as_str(), |(_, reason)| reason).to_owned()
}

/// How the first value of each column is stored (`text`, `blob`, …), by the position of the column; nothing of those
/// that hold none. Columns are tables and their columns.
pub(super) async fn storage_classes(
    db: &impl ConnectionTrait,
    columns: &[(&str, &str)],
) -> Result<Vec<StorageRow>, DbErr> {
    let one = |position: usize, (table, column): &(&str, &str)| {
        let value = || Expr::col(("t", (*column).to_owned()));
        Query::select()
            .expr_as(Expr::val(i64::try_from(position).unwrap_or(i64::MAX)), "position")
            .expr_as(Func::cust("typeof").arg(value()), "class")
            .from_as(("main", (*table).to_owned()), "t")
            .and_where(value().is_not_null())
            .limit(1)
            .take()
    };
    // A term of a union cannot have a limit of its own, but a table in it can.
    let terms = columns.iter().enumerate().map(|(position, column)| {
        Query::select().column(("first", Asterisk)).from_subquery(one(position, column), "first").take()
    });
    union_of(db, terms).await
}

/// The rows of several selects.
pub(super) async fn union_of<R: FromQueryResult>(
    db: &impl ConnectionTrait,
    terms: impl Iterator<Item = SelectStatement>,
) -> Result<Vec<R>, DbErr> {
    let all = terms.reduce(|mut all, next| all.union(UnionType::All, next).take());
    match all {
        Some(all) => rows(db, &all).await,
        None => Ok(Vec::new()),
    }
}

fn kind() -> Expr {
    Expr::col(("t", "type"))
}

/// All tables of the main database under the name `t`, without the shadow tables behind virtual ones.
fn from_tables() -> SelectStatement {
    Query::select()
        .from_as("pragma_table_list", "t")
        .and_where(Expr::col(("t", "schema")).eq("main"))
        .and_where(kind().is_in(["table", "view", "virtual"]))
        .order_by(("t", "name"), Order::Asc)
        .take()
}

fn tables() -> SelectStatement {
    from_tables().expr_as(Expr::col(("t", "name")), "name").expr_as(kind(), "kind").take()
}

fn columns() -> SelectStatement {
    from_tables()
        .from_function(of_table("pragma_table_xinfo"), "c")
        .expr_as(Expr::col(("t", "name")), "table_name")
        .expr_as(Expr::col(("c", "name")), "name")
        .expr_as(Expr::col(("c", "type")), "declared_type")
        .expr_as(Expr::col(("c", "notnull")), "not_null")
        .expr_as(Expr::col(("c", "dflt_value")), "default_value")
        .expr_as(Expr::col(("c", "pk")), "key_place")
        .expr_as(Expr::col(("c", "hidden")), "hidden")
        .order_by(("c", "cid"), Order::Asc)
        .take()
}

fn indexes() -> SelectStatement {
    from_tables()
        .from_function(of_table("pragma_index_list"), "i")
        .from_function(Func::cust("pragma_index_xinfo").args([Expr::col(("i", "name")), Expr::val("main")]), "c")
        .expr_as(Expr::col(("t", "name")), "table_name")
        .expr_as(Expr::col(("i", "name")), "index_name")
        .expr_as(Expr::col(("i", "origin")), "origin")
        .expr_as(Expr::col(("i", "partial")), "partial")
        .expr_as(Expr::col(("c", "name")), "column_name")
        .expr_as(Expr::col(("c", "coll")), "collation")
        .and_where(kind().eq("table"))
        .and_where(Expr::col(("i", "unique")).eq(1))
        .and_where(Expr::col(("c", "key")).eq(1))
        .order_by(("i", "name"), Order::Asc)
        .order_by(("c", "seqno"), Order::Asc)
        .take()
}

fn foreign_keys() -> SelectStatement {
    from_tables()
        .from_function(of_table("pragma_foreign_key_list"), "f")
        .expr_as(Expr::col(("t", "name")), "table_name")
        .expr_as(Expr::col(("f", "id")), "id")
        .expr_as(Expr::col(("f", "table")), "target")
        .expr_as(Expr::col(("f", "from")), "column_name")
        .expr_as(Expr::col(("f", "to")), "target_column")
        .expr_as(Expr::col(("f", "on_delete")), "on_delete")
        .and_where(kind().eq("table"))
        .order_by(("f", "id"), Order::Asc)
        .order_by(("f", "seq"), Order::Asc)
        .take()
}

fn of_table(pragma: &'static str) -> sea_orm::sea_query::FunctionCall {
    Func::cust(pragma).args([Expr::col(("t", "name")), Expr::val("main")])
}
