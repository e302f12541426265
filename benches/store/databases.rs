//! Where a benchmark runs: a new file for SQLite, and a new database on each server that the environment names.

use relata::execute;
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

/// An empty database, there until it is dropped.
pub(crate) struct Place {
    pub(crate) url: String,
    home: Home,
}

enum Home {
    Folder(TempDir),
    Server { url: String, drop: String },
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MariaDb];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
        }
    }

    /// An empty database for a benchmark; nothing, and a word about it, where no server is named.
    pub(crate) async fn empty(self, bench: &str) -> Option<Place> {
        let (variable, create, force) = match self {
            Self::Sqlite => {
                let folder = folder().unwrap();
                let url = format!("sqlite://{}?mode=rwc", folder.path().join("store.sqlite").display());
                return Some(Place { url, home: Home::Folder(folder) });
            }
            Self::Postgres => ("RELATA_TEST_POSTGRES", "", " with (force)"),
            Self::MariaDb => ("RELATA_TEST_MARIADB", " character set utf8mb4", ""),
        };
        let Ok(url) = std::env::var(variable) else {
            eprintln!("SKIPPED: {variable} names no server: see scripts/test-databases");
            return None;
        };
        let name = format!("bench_{bench}_{}", std::process::id());
        run(&url, &format!("create database {name}{create}")).await;
        let (base, _) = url.rsplit_once('/').unwrap();
        let place = format!("{base}/{name}");
        Some(Place { url: place, home: Home::Server { url, drop: format!("drop database {name}{force}") } })
    }
}

impl Place {
    pub(crate) async fn drop(self) {
        match self.home {
            Home::Folder(folder) => folder.close().unwrap(),
            Home::Server { url, drop } => run(&url, &drop).await,
        }
    }
}

/// A new folder: in memory where the system has such a place and `TMPDIR` names no other, because the disk is the same
/// for both sides of a benchmark and would drown them.
fn folder() -> std::io::Result<TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() && std::env::var_os("TMPDIR").is_none() { TempDir::new_in(memory) } else { TempDir::new() }
}

async fn run(server: &str, statement: &str) {
    let connection = Database::connect(execute::Database::options(server, 1)).await.unwrap();
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}
