//! Opens databases, and says in a sentence why one cannot be opened.

use anyhow::{Context, Result};
use sea_orm::{Database, DatabaseConnection};
use sqlx::{Connection, MySqlConnection, PgConnection};

/// A pool of connections to the database of a URL.
pub(crate) async fn connect(url: &str, pool_size: u32) -> Result<DatabaseConnection> {
    let scheme = url.split(':').next().unwrap_or_default();
    // The driver knows MariaDB by its forebear's name alone.
    let url = url.strip_prefix("mariadb:").map_or_else(|| url.to_owned(), |rest| format!("mysql:{rest}"));
    match scheme {
        "sqlite" => {}
        // A pool would try again until its time is up and then not know why it failed.
        "postgres" | "postgresql" => {
            let probe = PgConnection::connect(&url).await.context("the PostgreSQL database could not be opened")?;
            probe.close().await.context("the PostgreSQL database could not be opened")?;
        }
        "mysql" | "mariadb" => probe_mariadb(&url).await?,
        _ => anyhow::bail!("the database URL must start with sqlite:, postgres: or mariadb:"),
    }
    let options = relata::execute::Database::options(&url, pool_size);
    Database::connect(options).await.context("the database could not be opened")
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
