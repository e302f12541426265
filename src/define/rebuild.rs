//! A table of SQLite made anew, because that cannot change a foreign key. What the new one looks like is not guessed
//! from texts: SQLite itself says it, in an empty database in memory.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult, sea_query::SelectStatement};

use super::{delete::restricted, scratch::Scratch};
use crate::{
    error::Code,
    execute::Error,
    plan,
    sql::ddl::{
        Rebuild, inspect,
        rebuild::{Old, in_place, statements},
        sqlite,
    },
};

/// What a database keeps the text of.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Object {
    /// `table`, `index`, `view` or `trigger`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) table_name: String,
    pub(super) text: String,
}

#[derive(FromQueryResult)]
struct Column {
    name: String,
    hidden: i64,
    shape: String,
}

#[derive(FromQueryResult)]
struct WithoutRowid {
    without: i64,
}

#[derive(FromQueryResult)]
struct Referencing {
    name: String,
}

#[derive(FromQueryResult)]
struct Violations {
    broken: i64,
}

/// The statements, without running them.
pub(super) async fn expand(transaction: &DatabaseTransaction, change: &Rebuild) -> Result<Vec<String>, Error> {
    let (_, texts) = prepare(transaction, change).await?;
    Ok(sqlite::APART.map(str::to_owned).into_iter().chain(texts).collect())
}

/// Drops a column, if need be by making the table anew: what else names tables that are not there is no reason to
/// keep it, and is no more than that where the database gives no reason.
pub(super) async fn drop_column(transaction: &DatabaseTransaction, change: &Rebuild) -> Result<(), Error> {
    let Err(error) = transaction.execute_unprepared(&change.drop).await else { return Ok(()) };
    let error = Error::from(error);
    match error.database().map(sqlx::error::DatabaseError::message) {
        Some(sqlite::NO_REASON) => run(transaction, change).await,
        _ => Err(error),
    }
}

/// Makes the table anew. No foreign key is broken afterwards that was not before.
pub(super) async fn run(transaction: &DatabaseTransaction, change: &Rebuild) -> Result<(), Error> {
    let (old, texts) = prepare(transaction, change).await?;
    let before = violations(transaction, &old.name).await?;
    for text in &texts {
        transaction.execute_unprepared(text).await?;
    }
    let after = violations(transaction, &old.name).await?;
    if before == after {
        return Ok(());
    }
    let message = format!("the table {} cannot be made anew: foreign keys would break", old.name);
    Err(plan::Error::new(Code::Internal, message).into())
}

async fn prepare(transaction: &DatabaseTransaction, change: &Rebuild) -> Result<(Old, Vec<String>), Error> {
    let objects = objects(transaction).await?;
    let table = objects
        .iter()
        .find(|object| object.kind == "table" && object.name.eq_ignore_ascii_case(&change.table.name))
        .ok_or_else(|| plan::Error::new(Code::Conflict, format!("the table {} is gone", change.table.name)))?;
    let columns = rows::<Column>(transaction, &inspect::sqlite_columns(&table.name)).await?;
    let without = rows::<WithoutRowid>(transaction, &inspect::sqlite_without_rowid(&table.name)).await?;
    let counts = objects.iter().any(|object| object.name == "sqlite_sequence");
    let has_sequence = counts && transaction.query_one(&inspect::sqlite_sequence(&table.name)).await?.is_some();
    let texts = objects.iter().filter(|object| {
        object.table_name.eq_ignore_ascii_case(&table.name) && matches!(object.kind.as_str(), "index" | "trigger")
    });
    let stays = |column: &&Column| {
        column.hidden == 0 && (change.replacement.is_some() || !column.name.eq_ignore_ascii_case(&change.column))
    };
    let old = Old {
        name: table.name.clone(),
        columns: columns.iter().filter(stays).map(|column| column.name.clone()).collect(),
        has_rowid: without.iter().all(|row| row.without == 0),
        has_sequence,
        texts: texts.map(|object| object.text.clone()).collect(),
    };
    let create = create(change, table, &columns).await?;
    let texts = statements(&old, &create);
    Ok((old, texts))
}

/// The text of the new table: the old one with another definition of the column, where SQLite takes it for the same
/// columns; otherwise the one that SQLite comes to by dropping the column and adding it again, at the end.
async fn create(change: &Rebuild, table: &Object, columns: &[Column]) -> Result<String, Error> {
    if let Some(text) = change.replacement.as_ref().and_then(|replacement| in_place(replacement, &table.text)) {
        let mut scratch = Scratch::open().await?;
        if scratch.run(&text).await.is_ok() {
            let found: Vec<Column> = scratch.rows(&inspect::sqlite_columns(&table.name)).await?;
            if found.iter().map(|column| &column.shape).eq(columns.iter().map(|column| &column.shape)) {
                return Ok(text);
            }
        }
    }
    let mut scratch = Scratch::open().await?;
    scratch.run(&table.text).await?;
    if let Err(error) = scratch.run(&change.drop).await {
        tracing::debug!(%error, table = table.name, "the column cannot be dropped");
        return Err(restricted(vec![format!("table {}", table.name)]).into());
    }
    if let Some(replacement) = &change.replacement {
        scratch.run(&replacement.add).await?;
    }
    let objects: Vec<Object> = scratch.rows(&inspect::sqlite_objects()).await?;
    let made = objects.into_iter().find(|object| object.kind == "table" && object.name == table.name);
    Ok(made.ok_or_else(|| Error::Value(format!("the table {} has no text", table.name)))?.text)
}

/// How many rows break a foreign key of the table or of one that points at it; nothing for those that cannot be asked,
/// because a key is missing that they name.
async fn violations(transaction: &DatabaseTransaction, table: &str) -> Result<Vec<(String, Option<i64>)>, Error> {
    let referencing: Vec<Referencing> = rows(transaction, &inspect::sqlite_referencing(table)).await?;
    let mut names: Vec<String> = referencing.into_iter().map(|row| row.name).chain([table.to_owned()]).collect();
    names.sort_unstable();
    names.dedup();
    let mut broken = Vec::new();
    for name in names {
        let counted = rows::<Violations>(transaction, &inspect::sqlite_violations(&name)).await;
        let counted = counted.ok().and_then(|rows| rows.first().map(|row| row.broken));
        broken.push((name, counted));
    }
    Ok(broken)
}

/// Everything that the database keeps the text of.
pub(super) async fn objects(connection: &impl ConnectionTrait) -> Result<Vec<Object>, Error> {
    Ok(rows(connection, &inspect::sqlite_objects()).await?)
}

async fn rows<R: FromQueryResult>(
    connection: &impl ConnectionTrait,
    select: &SelectStatement,
) -> Result<Vec<R>, DbErr> {
    R::find_by_statement(connection.get_database_backend().build(select)).all(connection).await
}
