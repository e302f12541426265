//! Whether the gateway's user may change tables at all.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sqlx::{Connection, SqliteConnection};

use super::dialect_of;
use crate::{
    error::Code,
    execute::Error,
    sql::{
        Dialect,
        ddl::{self, inspect_mysql},
    },
};

/// How long the answer may take where the database makes connections wait for each other.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the user may create tables where the gateway would. Changes nothing.
///
/// # Errors
/// What the database answered instead.
pub async fn may_define(connection: &DatabaseConnection) -> Result<bool, Error> {
    match dialect_of(connection)? {
        Dialect::Postgres => {
            let row = connection.query_one(&ddl::inspect::may_create()).await?;
            Ok(row.map(|row| row.try_get_by_index::<Option<bool>>(0)).transpose()?.flatten().unwrap_or(false))
        }
        Dialect::MySql => mysql(connection).await,
        // A connection that waits is one that may write, but not now.
        Dialect::Sqlite => tokio::time::timeout(PATIENCE, sqlite(connection)).await.unwrap_or(Ok(true)),
    }
}

async fn mysql(connection: &DatabaseConnection) -> Result<bool, Error> {
    let Some(current) = connection.query_one(&inspect_mysql::current()).await? else { return Ok(false) };
    let (name, reads_only): (Option<String>, i64) = (current.try_get("", "name")?, current.try_get("", "reads_only")?);
    let Some(name) = name.filter(|_| reads_only == 0) else { return Ok(false) };
    let grants = Statement::from_string(connection.get_database_backend(), inspect_mysql::GRANTS);
    for row in connection.query_all_raw(grants).await? {
        let grant: String = row.try_get_by_index(0)?;
        if is_free(&grant, &name) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a line of MariaDB's rights lets its user make and change tables in a database:
/// ``GRANT SELECT, CREATE, ALTER ON `shop\_%`.* TO …``.
fn is_free(grant: &str, database: &str) -> bool {
    let Some((rights, rest)) = grant.strip_prefix("GRANT ").and_then(|grant| grant.split_once(" ON ")) else {
        return false;
    };
    let Some((place, _)) = rest.split_once(".* TO ") else { return false };
    let has = |right: &str| rights.split(", ").any(|known| known == right);
    let may = has("ALL PRIVILEGES") || (has("CREATE") && has("ALTER"));
    may && (place == "*" || is_like(database, place.trim_matches('`')))
}

/// Whether a name is like a pattern, in which `%` stands for any letters, `_` for one, and a backslash before either
/// for the letter itself.
fn is_like(name: &str, pattern: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => name.is_empty(),
        Some('%') => {
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| is_like(&name[at..], letters.as_str()))
        }
        Some(letter) => {
            let (wanted, rest) = match (letter, letters.clone().next()) {
                ('\\', Some(escaped)) => {
                    (Some(escaped), letters.as_str().get(escaped.len_utf8()..).unwrap_or_default())
                }
                ('_', _) => (None, letters.as_str()),
                _ => (Some(letter), letters.as_str()),
            };
            let mut name = name.chars();
            name.next().is_some_and(|first| wanted.is_none_or(|wanted| wanted == first)) && is_like(name.as_str(), rest)
        }
    }
}

/// SQLite knows no rights but those of the file and of the connection, which it looks at when it is to write. On a
/// connection of its own, that neither waits for other writers nor leaves anything behind.
async fn sqlite(connection: &DatabaseConnection) -> Result<bool, Error> {
    let options = (*connection.get_sqlite_connection_pool().connect_options()).clone();
    let mut own = SqliteConnection::connect_with(&options.busy_timeout(Duration::ZERO)).await?;
    let answer = sqlx::raw_sql(ddl::sqlite::TRY_TO_WRITE).execute(&mut own).await;
    let refused = answer.err().map(Error::from);
    own.close().await?;
    match refused {
        None => Ok(true),
        Some(error) if error.code() == Code::Forbidden => Ok(false),
        Some(error) if error.is_retryable() => Ok(true),
        Some(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_read_as_mariadb_spells_them() {
        let free = |grant: &str| is_free(grant, "shop_1");
        assert!(free("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION"));
        assert!(free("GRANT SELECT, CREATE, ALTER ON `shop\\_1`.* TO `u`@`%`"));
        assert!(free("GRANT SELECT, CREATE, ALTER ON `sh%`.* TO `u`@`%`"));
        assert!(free("GRANT SELECT, CREATE, ALTER ON `shop_1`.* TO `u`@`%`"));
        assert!(!free("GRANT SELECT, CREATE ON `shop\\_1`.* TO `u`@`%`"));
        assert!(!free("GRANT SELECT, CREATE, ALTER ON `shop\\_2`.* TO `u`@`%`"));
        assert!(!free("GRANT SELECT, CREATE, ALTER ON `shop`.* TO `u`@`%`"));
        assert!(!free("GRANT ALL PRIVILEGES ON `shop\\_1`.`item` TO `u`@`%`"));
        assert!(!free("GRANT USAGE ON *.* TO `u`@`%`"));
        assert!(!free("GRANT `role` TO `u`@`%`"));
        assert!(!is_free("GRANT CREATE, ALTER ON `a\\_c`.* TO `u`@`%`", "abc"));
    }
}
