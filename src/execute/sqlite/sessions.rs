//! The connections that read or write a file of SQLite directly, on the thread that asks. The driver behind SeaORM has a
//! thread for each connection and sends every row from there, which takes longer than most statements.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions, SqlitePool, sqlite::SqliteConnectOptions};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::sql::Dialect;

use super::{
    file_id::FileId,
    session::{Access, Session},
};

/// How long nobody tries again to open a file that could not be opened.
const RETRY: Duration = Duration::from_secs(10);

/// How long nobody looks again which file stands at the path: to ask each time takes longer than a short statement.
const LOOK: Duration = Duration::from_millis(10);

/// Connections to the file of a pool. Clones share them.
#[derive(Debug, Clone)]
pub(in crate::execute) struct Sessions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: SqlitePool,
    path: PathBuf,
    /// The file that stood there at first. No other one is opened: what is written ahead of it would be taken for the other
    /// one's, which has the same name beside it.
    file: Option<FileId>,
    writes: bool,
    /// As many as the pool may have connections to read, and one to write.
    permits: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Session>,
    /// When the file was looked at.
    looked: Option<Instant>,
    /// When the file was not one to read so.
    refused: Option<Instant>,
}

impl Sessions {
    /// Connections that read the file of a pool; nothing where its database is no file, or not opened in the plain way.
    pub(in crate::execute) fn reading(pool: &SqlitePool) -> Option<Self> {
        let most = usize::try_from(pool.options().get_max_connections()).unwrap_or(1);
        Self::new(pool, most, false)
    }

    /// The same for the connection that writes it.
    pub(in crate::execute) fn writing(pool: &SqlitePool) -> Option<Self> {
        Self::new(pool, 1, true)
    }

    fn new(pool: &SqlitePool, most: usize, writes: bool) -> Option<Self> {
        let path = pool.connect_options().get_filename().to_owned();
        (is_plain(pool.connect_options().as_ref()) && path.is_file()).then(|| {
            let (pool, permits, file) = (pool.clone(), Arc::new(Semaphore::new(most)), FileId::at(&path));
            Self(Arc::new(Inner { pool, path, file, writes, permits, state: Mutex::default() }))
        })
    }

    /// A connection, once one is free; nothing where the pool must do, for this time or for good.
    pub(super) async fn lease(&self) -> Result<Option<Lease>, sqlx::Error> {
        let inner = &self.0;
        if inner.pool.is_closed() {
            return Ok(None);
        }
        let (is_refused, is_looked_at) = inner.with_state(|state| {
            let is_within = |at: Option<Instant>, time| at.is_some_and(|at| at.elapsed() < time);
            (is_within(state.refused, RETRY), is_within(state.looked, LOOK))
        });
        if !is_looked_at {
            self.check_file()?;
        }
        if is_refused {
            return Ok(None);
        }
        let permit = if let Ok(permit) = Arc::clone(&inner.permits).try_acquire_owned() {
            permit
        } else {
            let free = Arc::clone(&inner.permits).acquire_owned();
            let free = timeout(inner.pool.options().get_acquire_timeout(), free).await;
            let Ok(permit) = free.map_err(|_| sqlx::Error::PoolTimedOut)? else { return Ok(None) };
            permit
        };
        let session = match inner.with_state(|state| state.idle.pop()) {
            Some(session) => Some(session),
            None => self.open().await?,
        };
        Ok(session.map(|session| Lease { session: Some(session), sessions: self.clone(), _permit: permit, turn: None }))
    }

    /// Looks whether the file still stands at its path.
    pub(in crate::execute) fn check_file(&self) -> Result<(), sqlx::Error> {
        let inner = &self.0;
        let is_it = FileId::at(&inner.path) == inner.file;
        inner.with_state(|state| state.looked = is_it.then(Instant::now));
        if is_it {
            return Ok(());
        }
        let path = inner.path.display();
        Err(std::io::Error::other(format!("{path} is not the file any more that was served from the start")).into())
    }

    async fn open(&self) -> Result<Option<Session>, sqlx::Error> {
        self.check_file()?;
        let path = self.0.path.clone();
        let access = if self.0.writes { self.as_the_pool_writes().await } else { Some(Access::Reads) };
        let Some(access) = access else { return Ok(None) };
        let refusal = match tokio::task::spawn_blocking(move || Session::open(&path, access)).await {
            Ok(Ok(Some(session))) => return Ok(Some(session)),
            Ok(Ok(None)) => "it does not write ahead".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::debug!(refusal, "the file is not opened directly");
        self.0.with_state(|state| state.refused = Some(Instant::now()));
        Ok(None)
    }

    /// What is set on the connections of the pool, and matters to what is written; nothing where they do not say.
    async fn as_the_pool_writes(&self) -> Option<Access> {
        let mut connection = self.0.pool.acquire().await.ok()?;
        let mut ask = async |setting| sqlx::query_scalar::<_, i64>(setting).fetch_one(&mut *connection).await.ok();
        let [foreign_keys, synchronous, busy_timeout] = Dialect::write_settings();
        Some(Access::Writes {
            foreign_keys: ask(foreign_keys).await? != 0,
            synchronous: ask(synchronous).await?,
            busy_timeout: Duration::from_millis(ask(busy_timeout).await?.try_into().ok()?),
        })
    }
}

/// Whether a file is opened for reading and writing, by SQLite's own means and a cache for each connection. The options
/// say so in the form of a URL only, in which some relative paths cannot be written.
fn is_plain(options: &SqliteConnectOptions) -> bool {
    let path = options.get_filename();
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte));
    if !path.is_absolute() && !path.to_str().is_some_and(is_word) {
        return false;
    }
    options.to_url_lossy().query_pairs().all(|(key, value)| match &*key {
        "mode" => ["rw", "rwc"].contains(&&*value),
        "cache" => value == "private",
        _ => false,
    })
}

impl Inner {
    fn with_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        // Nothing in there can be half done.
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A connection for a while. Dropped, it is there for others again.
#[derive(Debug)]
pub(super) struct Lease {
    session: Option<Session>,
    sessions: Sessions,
    _permit: OwnedSemaphorePermit,
    /// The turn of who writes, which lasts as long.
    pub(super) turn: Option<OwnedSemaphorePermit>,
}

impl Lease {
    /// The connection.
    pub(super) fn session(&self) -> rusqlite::Result<&Session> {
        self.session.as_ref().ok_or(rusqlite::Error::InvalidQuery)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(session) = self.session.take()
            && session.end().is_ok()
            && !self.sessions.0.pool.is_closed()
        {
            self.sessions.0.with_state(|state| state.idle.push(session));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_files_that_are_opened_in_the_plain_way_are_read_directly() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a file.sqlite");
        std::fs::write(&file, "").expect("the file is written");
        let check = |url: &str, expected: bool| {
            let pool = SqlitePool::connect_lazy(url).expect("a URL");
            assert_eq!(Sessions::reading(&pool).is_some(), expected, "{url}");
        };
        let file = file.display().to_string().replace(' ', "%20");
        check(&format!("sqlite://{file}"), true);
        check(&format!("sqlite://{file}?mode=rwc"), true);
        check("sqlite://Cargo.toml", true);
        check(&format!("sqlite://{file}?mode=ro"), false);
        check(&format!("sqlite://{file}?cache=shared"), false);
        check(&format!("sqlite://{file}?immutable=true"), false);
        check(&format!("sqlite://{file}.gone"), false);
        check("sqlite://a:b.sqlite", false);
        check("sqlite::memory:", false);
    }
}
