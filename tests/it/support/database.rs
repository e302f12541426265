//! Databases for tests. A missing server, or missing Chinook data, is a visible skip here and a failure in CI.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use relata::Gateway;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use tempfile::TempPath;
use tokio::sync::OnceCell;

use super::{Server, mariadb, run_sql};

/// A kind of database that the suites run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
    MariaDb,
}

/// The URL of a database that is prepared once per backend.
pub(super) struct Prepared([OnceCell<Option<String>>; 3]);

impl Prepared {
    pub(super) const fn new() -> Self {
        Self([const { OnceCell::const_new() }; 3])
    }

    pub(super) async fn url<F: Future<Output = Option<String>>>(
        &self,
        backend: Backend,
        prepare: impl FnOnce() -> F,
    ) -> Option<&str> {
        self.0[backend as usize].get_or_init(prepare).await.as_deref()
    }
}

/// The demo domain, served through its SeaORM entities. The database is shared by all tests: they only read it.
pub(crate) async fn demo(backend: Backend) -> Option<Server> {
    static PREPARED: Prepared = Prepared::new();
    let url = PREPARED.url(backend, || prepare(backend, "demo")).await;
    let connection = connect(url?).await;
    let gateway = relata::demo::builder(connection.clone()).read_directly().build().await.unwrap();
    Some(Server::start(gateway, connection).await)
}

/// The demo domain on a database that nobody else uses.
pub(crate) async fn demo_of_its_own(backend: Backend, name: &str) -> Option<Server> {
    static PREPARED: Prepared = Prepared::new();
    let url = PREPARED.url(backend, || prepare(backend, "demo_template")).await;
    let copy = copy(backend, url?, name).await;
    let connection = connect(&copy.url).await;
    let gateway = relata::demo::builder(connection.clone()).read_directly().build().await.unwrap();
    Some(Server::start(gateway, connection).await.keeping(copy.file))
}

async fn prepare(backend: Backend, name: &str) -> Option<String> {
    let url = empty(backend, name).await?;
    let connection = connect(&url).await;
    relata::demo::prepare(&connection).await.unwrap();
    connection.close().await.unwrap();
    Some(url)
}

/// A connection to an empty database of its own.
pub(crate) async fn connection(backend: Backend, name: &str) -> Option<DatabaseConnection> {
    Some(connect(&empty(backend, name).await?).await)
}

/// A connection to an empty database of its own, quick as [`quick`] has it.
pub(crate) async fn quick_connection(backend: Backend, name: &str, connections: u32) -> Option<DatabaseConnection> {
    Some(quick(&empty(backend, name).await?, connections).await)
}

/// A connection with a pool of that size that does not wait: neither for the disk, nor long before it looks for a
/// deadlock.
pub(crate) async fn quick(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|options| options.options([("deadlock_timeout", "20ms")]))
        .map_sqlx_sqlite_opts(|options| {
            options.synchronous(SqliteSynchronous::Off).journal_mode(SqliteJournalMode::Wal)
        });
    Database::connect(options).await.unwrap()
}

/// A database of its own for one test, filled by the statements, discovered and served.
pub(crate) async fn scratch(backend: Backend, name: &str, statements: &str) -> Option<Server> {
    let connection = connection(backend, name).await?;
    run_sql(&connection, statements).await;
    let gateway = Gateway::builder(connection.clone()).read_directly().discover(&[]).build().await.unwrap();
    Some(Server::start(gateway, connection).await)
}

/// The Chinook music store, discovered. The folder with its files is `RELATA_CHINOOK`.
pub(crate) async fn chinook(backend: Backend) -> Option<Server> {
    static PREPARED: Prepared = Prepared::new();
    let url = PREPARED.url(backend, || prepare_chinook(backend)).await;
    let connection = connect(url?).await;
    let gateway = relata::Gateway::builder(connection.clone()).read_directly().discover(&[]).build().await.unwrap();
    Some(Server::start(gateway, connection).await)
}

async fn prepare_chinook(backend: Backend) -> Option<String> {
    let folder = std::env::var_os("RELATA_CHINOOK").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    if !folder.join("chinook.sqlite").exists() {
        return skip("RELATA_REQUIRE_CHINOOK", &format!("no Chinook data in {}", folder.display()));
    }
    match backend {
        Backend::Sqlite => {
            let file = file("chinook");
            std::fs::copy(folder.join("chinook.sqlite"), &file).unwrap();
            Some(format!("sqlite://{}", file.display()))
        }
        Backend::Postgres => {
            let url = empty(backend, "chinook").await?;
            let connection = connect(&url).await;
            let script = std::fs::read_to_string(folder.join("chinook-postgres.sql")).unwrap();
            // Up to this command of psql's the script makes a database of its own.
            let (_, tables) = script.split_once("\\c chinook;").unwrap();
            connection.execute_unprepared(tables).await.unwrap();
            connection.close().await.unwrap();
            Some(url)
        }
        Backend::MariaDb => {
            let url = empty(backend, "chinook").await?;
            let connection = connect(&url).await;
            let script = std::fs::read_to_string(folder.join("chinook-postgres.sql")).unwrap();
            let (_, tables) = script.split_once("\\c chinook;").unwrap();
            // A timestamp is a moment here, and a backslash would begin an escape.
            let tables = tables.replace("TIMESTAMP", "DATETIME").replace('\\', "\\\\");
            connection.execute_unprepared(&tables).await.unwrap();
            connection.close().await.unwrap();
            Some(url)
        }
    }
}

/// A copy of a database, and the file that it is in.
pub(super) struct Copy {
    pub(super) url: String,
    pub(super) file: Option<TempPath>,
}

/// A copy of a prepared database that nobody is connected to. Every copy has another name, whatever it is called.
pub(super) async fn copy(backend: Backend, prepared: &str, name: &str) -> Copy {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{name}_{}_{}", COUNT.fetch_add(1, Ordering::Relaxed), std::process::id());
    match backend {
        Backend::Sqlite => {
            let original = prepared.trim_start_matches("sqlite://").trim_end_matches("?mode=rwc");
            let file = file(&name);
            std::fs::copy(original, &file).unwrap();
            Copy { url: format!("sqlite://{}", file.display()), file: TempPath::try_from_path(file).ok() }
        }
        Backend::Postgres => {
            let (base, template) = prepared.rsplit_once('/').unwrap();
            let server = std::env::var("RELATA_TEST_POSTGRES").unwrap();
            let connection = connect(&server).await;
            let statement = format!("create database \"{name}\" template \"{template}\"");
            connection.execute_unprepared(&statement).await.unwrap();
            connection.close().await.unwrap();
            Copy { url: format!("{base}/{name}"), file: None }
        }
        Backend::MariaDb => Copy { url: mariadb::copy(prepared, &name).await, file: None },
    }
}

/// The URL of an empty database.
pub(crate) async fn empty(backend: Backend, name: &str) -> Option<String> {
    let name = format!("{name}_{}", std::process::id());
    match backend {
        Backend::Sqlite => Some(format!("sqlite://{}?mode=rwc", file(&name).display())),
        Backend::Postgres => {
            let Ok(server) = std::env::var("RELATA_TEST_POSTGRES") else {
                return skip(
                    "RELATA_REQUIRE_POSTGRES",
                    "RELATA_TEST_POSTGRES names no server: see scripts/test-databases",
                );
            };
            let connection = connect(&server).await;
            connection.execute_unprepared(&format!("drop database if exists \"{name}\"")).await.unwrap();
            connection.execute_unprepared(&format!("create database \"{name}\"")).await.unwrap();
            connection.close().await.unwrap();
            let (base, _) = server.rsplit_once('/').unwrap();
            Some(format!("{base}/{name}"))
        }
        Backend::MariaDb => mariadb::empty(&name).await,
    }
}

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("{name}.sqlite"));
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("{name}.sqlite{suffix}")));
    }
    file
}

/// A connection to a database that is there.
pub(crate) async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    // The driver's log is what `statement_count` counts; nobody else listens.
    options.max_connections(4).sqlx_logging(true);
    // As the gateway's own pools are.
    options.map_sqlx_sqlite_opts(|options| options.journal_mode(SqliteJournalMode::Wal));
    Database::connect(options).await.unwrap()
}

pub(crate) fn skip<T>(requirement: &str, reason: &str) -> Option<T> {
    assert!(std::env::var_os(requirement).is_none(), "{requirement} is set, but {reason}");
    // Not through the macro, whose output a passing test keeps to itself.
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("SKIPPED: {reason}\n"));
    None
}
