//! What else depends on columns or a table that are to go.

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{
    dialect_of, mysql_dependents,
    rebuild::{Object, objects},
    scratch::Scratch,
};
use crate::{
    catalog::Table,
    execute::Error,
    sql::{
        Dialect,
        ddl::{Rebuild, Step, TableChange, compile, foreign_key_name, index_name, inspect, inspect_mysql, sqlite},
    },
};

/// Whether a table has any row.
///
/// # Errors
/// What the database answered instead.
pub async fn has_rows(connection: &impl ConnectionTrait, table: &Table) -> Result<bool, Error> {
    let select = inspect::any_row(dialect_of(connection)?, table);
    Ok(connection.query_one(&select).await?.is_some())
}

/// Whether the database keeps the foreign key that a change makes. Some of MariaDB's storage engines take one and forget
/// it.
///
/// # Errors
/// What the database answered instead.
pub async fn keeps_foreign_key(connection: &impl ConnectionTrait, change: &TableChange) -> Result<bool, Error> {
    match (dialect_of(connection)?, change) {
        (Dialect::MySql, TableChange::AddLookup { table, .. }) => {
            let row = connection.query_one(&inspect_mysql::engine(table)).await?;
            let engine: Option<String> = row.map(|row| row.try_get("", "engine")).transpose()?.flatten();
            Ok(engine.is_none_or(|engine| engine.eq_ignore_ascii_case("innodb")))
        }
        _ => Ok(true),
    }
}

/// What else depends on what a change drops, by kind and name: views, triggers, indexes and constraints of others.
/// Nothing for a change that drops nothing.
///
/// # Errors
/// What the database answered instead.
pub async fn dependents(connection: &impl ConnectionTrait, change: &TableChange) -> Result<Vec<String>, Error> {
    match (dialect_of(connection)?, change) {
        (Dialect::Postgres, TableChange::DropLookup { schema_name, table, column }) => {
            postgres_columns(connection, table, schema_name, &[column]).await
        }
        (Dialect::Postgres, TableChange::DropMultiTable { schema_name, table, key, discriminator }) => {
            postgres_columns(connection, table, schema_name, &[key, discriminator]).await
        }
        (Dialect::Postgres, TableChange::DropIntersect { table }) => {
            named(connection, &inspect::postgres_table_dependents(table)).await
        }
        (Dialect::Sqlite, TableChange::DropLookup { table, column, .. }) => {
            in_a_copy(connection, change, table, Some(column)).await
        }
        (Dialect::Sqlite, TableChange::DropMultiTable { table, key, .. }) => {
            in_a_copy(connection, change, table, Some(key)).await
        }
        (Dialect::Sqlite, TableChange::DropIntersect { table }) => in_a_copy(connection, change, table, None).await,
        (Dialect::MySql, TableChange::DropLookup { schema_name, table, column }) => {
            mysql_dependents::dependents(connection, table, &[column], &own(schema_name)).await
        }
        (Dialect::MySql, TableChange::DropMultiTable { schema_name, table, key, discriminator }) => {
            mysql_dependents::dependents(connection, table, &[key, discriminator], &own(schema_name)).await
        }
        (Dialect::MySql, TableChange::DropIntersect { table }) => {
            mysql_dependents::dependents(connection, table, &[], &[]).await
        }
        _ => Ok(Vec::new()),
    }
}

/// The keys of a definition.
fn own(schema_name: &str) -> [String; 2] {
    [foreign_key_name(schema_name), index_name(schema_name)]
}

async fn postgres_columns(
    connection: &impl ConnectionTrait,
    table: &Table,
    schema_name: &str,
    columns: &[&str],
) -> Result<Vec<String>, Error> {
    named(connection, &inspect::postgres_column_dependents(table, columns, &own(schema_name))).await
}

async fn named(
    connection: &impl ConnectionTrait,
    select: &sea_orm::sea_query::SelectStatement,
) -> Result<Vec<String>, Error> {
    let rows = connection.query_all(select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "dependent")).collect::<Result<_, _>>()?)
}

#[derive(FromQueryResult)]
struct Referencing {
    name: String,
    target: Option<String>,
}

/// SQLite keeps no such catalog, but says which object a change would break, one at a time. It is asked in a copy of
/// the tables without their rows.
async fn in_a_copy(
    connection: &impl ConnectionTrait,
    change: &TableChange,
    table: &Table,
    column: Option<&str>,
) -> Result<Vec<String>, Error> {
    let mut objects = objects(connection).await?;
    objects.retain(|object| !object.name.to_ascii_lowercase().starts_with("sqlite_"));
    let (mut scratch, mut there) = copy(&objects).await?;

    let mut found = Vec::new();
    let referencing: Vec<Referencing> = scratch.rows(&inspect::sqlite_referencing(&table.name)).await?;
    let is_meant = |row: &Referencing| match (column, &row.target) {
        (Some(column), Some(target)) => target.eq_ignore_ascii_case(column),
        (None, _) => !row.name.eq_ignore_ascii_case(&table.name),
        _ => false,
    };
    found.extend(referencing.iter().filter(|row| is_meant(row)).map(|row| format!("table {}", row.name)));
    if column.is_none() {
        let is_other = |object: &&Object| match object.kind.as_str() {
            "trigger" => true,
            "index" => !object.name.starts_with(&index_name("")),
            _ => false,
        };
        let on_it = there.iter().filter(|object| object.table_name.eq_ignore_ascii_case(&table.name));
        found.extend(on_it.filter(is_other).map(|object| format!("{} {}", object.kind, object.name)));
    }
    for column in columns(change) {
        // A copy of its own, because quotes that come with a new name stay.
        let (mut scratch, _) = copy(&objects).await?;
        found.extend(speaking_of(&mut scratch, table, column).await?);
    }
    // The columns go whatever views and triggers say, so that these can say it then.
    let mut probes = [sqlite::LOOK[1], sqlite::LOOK[0]].into_iter().cycle();
    for step in compile(Dialect::Sqlite, change) {
        let (Step::Statement { text, .. } | Step::DropColumn(Rebuild { drop: text, .. })) = step else { continue };
        scratch.run(sqlite::LENIENT).await?;
        found.extend(broken(&mut scratch, &mut there, &text).await?);
        scratch.run(sqlite::THOROUGH).await?;
        if let Some(probe) = probes.next() {
            found.extend(broken(&mut scratch, &mut there, probe).await?);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// A copy of all that the database keeps the text of, but for what was broken already, and what came into it.
async fn copy(objects: &[Object]) -> Result<(Scratch, Vec<Object>), Error> {
    let mut scratch = Scratch::open().await?;
    let mut there = Vec::new();
    for object in objects {
        match scratch.run(&object.text).await {
            Ok(()) => there.push(object.clone()),
            // Functions, collations and modules of others are not here.
            Err(error) => tracing::debug!(%error, name = object.name, "left out of a copy"),
        }
    }
    scratch.run(sqlite::PROBE).await?;
    broken(&mut scratch, &mut there, sqlite::LOOK[0]).await?;
    Ok((scratch, there))
}

/// The columns that a change drops.
fn columns(change: &TableChange) -> Vec<&str> {
    match change {
        TableChange::DropLookup { column, .. } => vec![column],
        TableChange::DropMultiTable { key, discriminator, .. } => vec![key, discriminator],
        _ => Vec::new(),
    }
}

/// The triggers and views that name a column, whether they would break without it, only never be run again, or take its
/// name in quotes for a text: those whose texts follow it to another name.
async fn speaking_of(scratch: &mut Scratch, table: &Table, column: &str) -> Result<Vec<String>, Error> {
    const OTHER_NAME: &str = "relata_renamed";
    let before: Vec<Object> = scratch.rows(&inspect::sqlite_objects()).await?;
    scratch.run(&sqlite::rename_column(table, column, OTHER_NAME)).await?;
    let after: Vec<Object> = scratch.rows(&inspect::sqlite_objects()).await?;
    let is_same = |object: &Object| after.iter().any(|it| it.name == object.name && it.text == object.text);
    let is_code = |object: &&Object| matches!(object.kind.as_str(), "trigger" | "view");
    let follows = before.iter().filter(is_code).filter(|object| !is_same(object));
    Ok(follows.map(|object| format!("{} {}", object.kind, object.name)).collect())
}

/// Runs a statement until nothing breaks by it any more, and says what did. What breaks is dropped.
async fn broken(scratch: &mut Scratch, there: &mut Vec<Object>, text: &str) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    loop {
        let Err(error) = scratch.run(text).await else { return Ok(found) };
        let error = Error::from(error);
        let message = error.database().map(|told| told.message().to_owned()).unwrap_or_default();
        let at = there.iter().position(|object| {
            let named = format!("error in {} {}", object.kind, object.name);
            message.strip_prefix(&named).is_some_and(|rest| rest.starts_with(" after ") || rest.starts_with(": "))
        });
        let Some(at) = at else {
            // Not about another object: the table itself, or nothing that is known.
            found.push(message);
            return Ok(found);
        };
        let object = there.remove(at);
        found.push(format!("{} {}", object.kind, object.name));
        if object.kind == "table" {
            return Ok(found);
        }
        scratch.run(&sqlite::drop_object(&object.kind, &object.name)).await?;
    }
}
