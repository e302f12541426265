//! Steps shared by the migrations: tables with comments, lookup indexes, drops.

use sea_orm_migration::prelude::{
    ConnectionTrait, DbErr, ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, Index, SchemaManager, Table,
    TableCreateStatement, TableRef,
};
use sea_orm_migration::sea_orm::DbBackend;

/// Creates a table and its comments.
///
/// `MySQL` takes comments inside `CREATE TABLE`, `PostgreSQL` takes them as
/// statements of their own, `SQLite` has none.
pub(crate) async fn create(manager: &SchemaManager<'_>, table: TableCreateStatement) -> Result<(), DbErr> {
    let comments = match manager.get_database_backend() {
        DbBackend::Postgres => comments(&table),
        _ => Vec::new(),
    };
    manager.create_table(table).await?;
    for comment in comments {
        manager.get_connection().execute_unprepared(&comment).await?;
    }
    Ok(())
}

/// The `COMMENT ON` statements for a table and its columns.
fn comments(table: &TableCreateStatement) -> Vec<String> {
    let Some(TableRef::Table(name, _)) = table.get_table_name() else {
        return Vec::new();
    };
    let name = name.1.to_string();
    let on_table = table.get_comment().map(|comment| format!("COMMENT ON TABLE \"{name}\" IS {}", literal(comment)));
    let on_columns = table.get_columns().iter().filter_map(|column| {
        let comment = column.get_column_spec().comment.as_ref()?;
        let column = column.get_column_name();
        Some(format!("COMMENT ON COLUMN \"{name}\".\"{column}\" IS {}", literal(comment)))
    });
    on_table.into_iter().chain(on_columns).collect()
}

/// A text as an SQL string literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A foreign key over one column, named after the table and the column.
pub(crate) fn reference(
    from: (&'static str, &'static str),
    to: (&'static str, &'static str),
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk-{}-{}", from.0, from.1))
        .from(from.0, from.1)
        .to(to.0, to.1)
        .on_delete(on_delete)
        .take()
}

/// Indexes a lookup, named after the table and its columns.
pub(crate) async fn index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create().name(format!("idx-{table}-{}", columns.join("-"))).table(table).take();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}

/// Drops tables in the order given.
pub(crate) async fn drop(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).take()).await?;
    }
    Ok(())
}
