//! Opens databases, and says in a sentence why one cannot be opened.

use std::time::Duration;

use anyhow::{Context, Result};
use sea_orm::{Database, DatabaseConnection};
use sqlx::{Connection, MySqlConnection, PgConnection};

/// How long a query waits for a connection to a replica before the database itself answers it.
const PATIENCE: Duration = Duration::from_secs(1);

/// A pool of connections to the database of a URL.
pub(crate) async fn connect(url: &str, pool_size: u32) -> Result<DatabaseConnection> {
    let url = spelled(url)?;
    probe(&url).await?;
    let options = relata::execute::Database::options(&url, pool_size);
    Database::connect(options).await.context("the database could not be opened")
}

/// A pool of connections to a database that follows another. One that is away at the moment may come back.
pub(crate) async fn connect_replica(url: &str, pool_size: u32) -> Result<DatabaseConnection> {
    let url = spelled(url)?;
    if let Err(error) = probe(&url).await {
        let reason = error.root_cause();
        tracing::warn!(%reason, "a replica cannot be reached yet");
    }
    let mut options = relata::execute::Database::options(&url, pool_size);
    options.connect_lazy(true).acquire_timeout(PATIENCE);
    Database::connect(options).await.context("the replica could not be opened")
}

/// A URL as the drivers know it.
fn spelled(url: &str) -> Result<String> {
    match url.split_once(':') {
        Some(("sqlite" | "postgres" | "postgresql" | "mysql", _)) => Ok(url.to_owned()),
        // MariaDB is known by its forebear's name alone.
        Some(("mariadb", rest)) => Ok(format!("mysql:{rest}")),
        _ => anyhow::bail!("the database URL must start with sqlite:, postgres: or mariadb:"),
    }
}

/// Whether there is a database. A pool would try again until its time is up and then not know why it failed.
async fn probe(url: &str) -> Result<()> {
    const FAILED: &str = "the PostgreSQL database could not be opened";
    match url.split(':').next() {
        Some("postgres" | "postgresql") => {
            let probe = PgConnection::connect(url).await.context(FAILED)?;
            probe.close().await.context(FAILED)
        }
        Some("mysql") => probe_mariadb(url).await,
        _ => Ok(()),
    }
}

/// Whether there is a `MariaDB` that is new enough.
async fn probe_mariadb(url: &str) -> Result<()> {
    const FAILED: &str = "the MariaDB database could not be opened";
    let mut probe = MySqlConnection::connect(url).await.context(FAILED)?;
    let version: String = sqlx::query_scalar("select version()").fetch_one(&mut probe).await.context(FAILED)?;
    probe.close().await.context(FAILED)?;
    anyhow::ensure!(
        version.to_ascii_lowercase().contains("mariadb"),
        "the server is MySQL {version}; MariaDB 10.6 or newer is supported, MySQL is not"
    );
    anyhow::ensure!(is_supported(&version), "the server is MariaDB {version}; 10.6 or newer is supported");
    Ok(())
}

/// Whether a version of `MariaDB` is 10.6 or newer.
fn is_supported(version: &str) -> bool {
    let mut numbers = version.split(|letter: char| !letter.is_ascii_digit()).map_while(|number| number.parse().ok());
    let version: (u32, u32) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    version >= (10, 6)
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn mariadb_is_supported_from_10_6_on() {
        for version in ["10.6.0-MariaDB", "10.11.19-MariaDB-0+deb12u1", "11.4.2-MariaDB-log", "12.0.1-MariaDB"] {
            assert!(is_supported(version), "{version}");
        }
        for version in ["10.5.29-MariaDB", "5.5.68-MariaDB", "MariaDB", ""] {
            assert!(!is_supported(version), "{version}");
        }
    }
}
