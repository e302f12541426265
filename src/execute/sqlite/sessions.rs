//! The connections that read or write a file of SQLite directly, on the thread that asks. The driver behind SeaORM has a
//! thread for each connection and sends every row from there, which takes longer than most statements.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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

/// Connections to the file of a pool, to read or to write. Clones share them.
#[derive(Debug, Clone)]
pub(in crate::execute) struct Sessions {
    writes: bool,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: SqlitePool,
    path: PathBuf,
    /// Of those that read, as many as the pool may have connections, and of the one that writes.
    permits: [Arc<Semaphore>; 2],
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The file that all of them are open to, and when that was looked at.
    file: Option<FileId>,
    looked: Instant,
    /// Of those that read and those that write.
    ends: [End; 2],
}

#[derive(Debug, Default)]
struct End {
    idle: Vec<Session>,
    /// When the file was not one to open so.
    refused: Option<Instant>,
}

impl Sessions {
    /// Connections that read the file of a pool; nothing where its database is no file, or not opened in the plain way.
    pub(in crate::execute) fn reading(pool: &SqlitePool) -> Option<Self> {
        let path = pool.connect_options().get_filename().to_owned();
        (is_plain(pool.connect_options().as_ref()) && path.is_file()).then(|| {
            let most = usize::try_from(pool.options().get_max_connections()).unwrap_or(1);
            let permits = [most, 1].map(|most| Arc::new(Semaphore::new(most)));
            let state = State { file: FileId::at(&path), looked: Instant::now(), ends: Default::default() };
            let inner = Inner { pool: pool.clone(), path, permits, state: Mutex::new(state) };
            Self { writes: false, inner: Arc::new(inner) }
        })
    }

    /// The connection that writes the same file.
    pub(in crate::execute) fn writing(&self) -> Self {
        Self { writes: true, inner: Arc::clone(&self.inner) }
    }

    /// A connection, once one is free; nothing where the pool must do, for this time or for good.
    pub(super) async fn lease(&self) -> Result<Option<Lease>, sqlx::Error> {
        if self.inner.pool.is_closed() {
            return Ok(None);
        }
        self.look().await?;
        if self.with_end(|end| end.refused.is_some_and(|at| at.elapsed() < RETRY)) {
            return Ok(None);
        }
        let permits = &self.inner.permits[usize::from(self.writes)];
        let permit = if let Ok(permit) = Arc::clone(permits).try_acquire_owned() {
            permit
        } else {
            let free = Arc::clone(permits).acquire_owned();
            let Ok(permit) = self.inner.in_time(free).await? else { return Ok(None) };
            permit
        };
        let session = match self.with_end(|end| end.idle.pop()) {
            Some(session) => Some(session),
            None => self.open().await,
        };
        Ok(session.map(|session| Lease { session: Some(session), sessions: self.clone(), _permit: permit, turn: None }))
    }

    /// Looks now and then which file stands at the path, and leaves the old one where it is another, with the connections of
    /// the pool.
    pub(in crate::execute) async fn look(&self) -> Result<(), sqlx::Error> {
        let known = {
            let mut state = self.inner.state();
            if state.looked.elapsed() < LOOK {
                return Ok(());
            }
            state.looked = Instant::now();
            state.file
        };
        if known == FileId::at(&self.inner.path) { Ok(()) } else { self.inner.in_time(self.inner.leave()).await }
    }

    async fn open(&self) -> Option<Session> {
        let path = self.inner.path.clone();
        let access = if self.writes { self.as_the_pool_writes().await? } else { Access::Reads };
        let refusal = match tokio::task::spawn_blocking(move || Session::open(&path, access)).await {
            Ok(Ok(Some(session))) => return Some(session),
            Ok(Ok(None)) => "it does not write ahead".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::debug!(refusal, "the file is not opened directly");
        self.with_end(|end| end.refused = Some(Instant::now()));
        None
    }

    fn with_end<T>(&self, change: impl FnOnce(&mut End) -> T) -> T {
        change(&mut self.inner.state().ends[usize::from(self.writes)])
    }

    /// What is set on the connections of the pool, and matters to what is written; nothing where they do not say.
    async fn as_the_pool_writes(&self) -> Option<Access> {
        let mut connection = self.inner.pool.acquire().await.ok()?;
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
    /// What somebody waits for as long as for a connection of the pool.
    async fn in_time<T>(&self, wait: impl Future<Output = T>) -> Result<T, sqlx::Error> {
        timeout(self.pool.options().get_acquire_timeout(), wait).await.map_err(|_| sqlx::Error::PoolTimedOut)
    }

    /// Waits until no connection is in use and closes all, because another file stands at the path. What the old one has
    /// written ahead goes into it before: the new one would take it for its own, for both have it beside them by one name.
    async fn leave(&self) {
        let [readers, writers] = &self.permits;
        let most = self.pool.options().get_max_connections();
        let (Ok(_readers), Ok(_writer)) = (readers.acquire_many(most).await, writers.acquire().await) else { return };
        let here = FileId::at(&self.path);
        let ends = {
            let mut state = self.state();
            if state.file == here {
                return;
            }
            std::mem::take(&mut state.ends)
        };
        tracing::warn!(path = %self.path.display(), "another file stands in the place of the database");
        let mut sessions: Vec<Session> = ends.into_iter().flat_map(|end| end.idle).collect();
        let mut connections: Vec<_> = std::iter::from_fn(|| self.pool.try_acquire()).collect();
        let settled = match (sessions.pop(), connections.first_mut()) {
            (Some(session), _) => {
                let settling = tokio::task::spawn_blocking(move || session.settle().map_err(|error| error.to_string()));
                settling.await.unwrap_or_else(|error| Err(error.to_string()))
            }
            (None, Some(connection)) => {
                let settling = sqlx::raw_sql(Dialect::settle()).execute(&mut **connection).await;
                settling.map(|_| ()).map_err(|error| error.to_string())
            }
            (None, None) => Ok(()),
        };
        if let Err(error) = settled {
            tracing::warn!(error, "what the old file has written ahead stays beside the new one");
        }
        drop(sessions);
        // As many as there may be are all that there are. Where there is no file, none is opened, or made.
        let most = if here.is_some() { most } else { 0 };
        while connections.len() < usize::try_from(most).unwrap_or(usize::MAX) {
            match self.pool.acquire().await {
                Ok(connection) => connections.push(connection),
                Err(error) => {
                    tracing::debug!(%error, "a connection of the pool is not closed");
                    break;
                }
            }
        }
        for connection in connections {
            // Closed in any case.
            let _ = connection.close().await;
        }
        self.state().file = here;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in there can be half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
            && !self.sessions.inner.pool.is_closed()
        {
            self.sessions.with_end(|end| end.idle.push(session));
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
