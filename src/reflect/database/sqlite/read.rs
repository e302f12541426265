//! The statements that read `SQLite`'s catalog, each over all tables at once, and the rows that they answer.

use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::super::rows;

/// Everything that is read before drafts are made of it.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) tables: Vec<TableRow>,
    pub(super) columns: Vec<ColumnRow>,
    pub(super) indexes: Vec<IndexRow>,
    pub(super) foreign_keys: Vec<ForeignKeyRow>,
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

/// Reads the catalog.
pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Rows, DbErr> {
    let tables: Vec<TableRow> = rows(db, &tables()).await?;
    let mut columns: Vec<ColumnRow> = rows(db, columns().and_where(kind().eq("table"))).await?;
    columns.extend(view_columns(db, &tables).await?);
    Ok(Rows { columns, indexes: rows(db, &indexes()).await?, foreign_keys: rows(db, &foreign_keys()).await?, tables })
}

/// One view over a table that is gone, or one virtual table whose module is missing, makes the statement over all of
/// them fail. Then they are asked one by one, and the broken ones are left out.
async fn view_columns(db: &impl ConnectionTrait, tables: &[TableRow]) -> Result<Vec<ColumnRow>, DbErr> {
    if let Ok(columns) = rows(db, columns().and_where(kind().ne("table"))).await {
        return Ok(columns);
    }
    let mut columns_of_all = Vec::new();
    for view in tables.iter().filter(|table| table.kind != "table") {
        match rows::<ColumnRow>(db, columns().and_where(Expr::col(("t", "name")).eq(&view.name))).await {
            Ok(columns) => columns_of_all.extend(columns),
            Err(error @ (DbErr::Conn(_) | DbErr::ConnectionAcquire(_))) => return Err(error),
            Err(error) => {
                tracing::warn!(view = view.name, %error, "left out: the database cannot read it");
            }
        }
    }
    Ok(columns_of_all)
}

/// How the first value of a column is stored: `text`, `blob`, …; nothing where there is none.
pub(super) async fn storage_class(
    db: &impl ConnectionTrait,
    table: &str,
    column: &str,
) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        class: String,
    }
    let value = || Expr::col(("t", column.to_owned()));
    let select = Query::select()
        .expr_as(Func::cust("typeof").arg(value()), "class")
        .from_as(("main", table.to_owned()), "t")
        .and_where(value().is_not_null())
        .limit(1)
        .take();
    Ok(rows::<Row>(db, &select).await?.pop().map(|row| row.class))
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
