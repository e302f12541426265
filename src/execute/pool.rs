//! A pool of connections of whichever driver, and what is read on one of them.

use sea_orm::{DatabaseConnection, DbBackend};
use sqlx::{
    Connection, MySqlPool, PgPool, SqlSafeStr, SqlStr, SqlitePool, database::HasStatementCache, pool::PoolConnection,
};

use crate::sql::Dialect;

use super::{Answer, Bound, Error, Failure, Fragment, Outgoing, cells, postgres, read, sqlite, write::Work};

/// A pool of connections.
#[derive(Debug, Clone)]
pub(super) enum Pool {
    /// With connections of its own, where its database is a file: for reads, and for writes where they are asked for.
    Sqlite(SqlitePool, Option<sqlite::Sessions>, Option<sqlite::Sessions>),
    /// With connections of its own for reads, where they are asked for.
    Postgres(PgPool, Option<postgres::Readers>),
    MySql(MySqlPool),
}

impl Pool {
    /// The pool behind a SeaORM connection; nothing where its backend is not supported.
    pub(super) fn of(connection: &DatabaseConnection) -> Option<Self> {
        match connection.get_database_backend() {
            DbBackend::Sqlite => {
                let pool = connection.get_sqlite_connection_pool();
                Some(Self::Sqlite(pool.clone(), sqlite::Sessions::reading(pool), None))
            }
            DbBackend::Postgres => Some(Self::Postgres(connection.get_postgres_connection_pool().clone(), None)),
            DbBackend::MySql => Some(Self::MySql(connection.get_mysql_connection_pool().clone())),
            _ => None,
        }
    }

    /// The same, with connections of its own, whatever a hook may have set on those of the pool.
    pub(super) fn reading_directly(self) -> Self {
        match self {
            Self::Postgres(pool, _) => {
                let readers = postgres::Readers::of(&pool);
                Self::Postgres(pool, readers)
            }
            Self::Sqlite(pool, readers, _) => {
                let writer = sqlite::Sessions::writing(&pool);
                Self::Sqlite(pool, readers, writer)
            }
            Self::MySql(pool) => Self::MySql(pool),
        }
    }

    /// The dialect that its database is spoken to in.
    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(..) => Dialect::Sqlite,
            Self::Postgres(..) => Dialect::Postgres,
            Self::MySql(_) => Dialect::MySql,
        }
    }

    /// Looks whether a file of SQLite still stands at its path, before the pool opens what stands there.
    pub(super) fn check_file(&self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(_, Some(readers), _) => readers.check_file(),
            _ => Ok(()),
        }
    }

    /// Waits for an answer of the database.
    pub(super) async fn ping(&self) -> Result<(), sqlx::Error> {
        self.check_file()?;
        match self {
            Self::Sqlite(pool, ..) => pool.acquire().await?.ping().await,
            Self::Postgres(pool, _) => pool.acquire().await?.ping().await,
            Self::MySql(pool) => pool.acquire().await?.ping().await,
        }
    }

    /// How far transactions are kept apart that say nothing about it, in the words of the standard; nothing where there
    /// is one way only.
    pub(super) async fn default_isolation(&self) -> Result<Option<String>, sqlx::Error> {
        let Some(show) = self.dialect().default_isolation() else { return Ok(None) };
        match self {
            Self::Sqlite(..) => Ok(None),
            Self::Postgres(pool, _) => sqlx::query_scalar(show).fetch_one(pool).await.map(Some),
            Self::MySql(pool) => sqlx::query_scalar(show).fetch_one(pool).await.map(Some),
        }
    }

    /// Runs the fields of a query. Several statements see one state of the database: they run in a transaction. It is
    /// dropped and not committed, because nothing was written, and a rollback is sent without waiting for its answer.
    pub(super) async fn read(
        &self,
        fields: &[Bound<'_>],
        max_answer: usize,
        outgoing: Option<Outgoing<'_>>,
    ) -> Result<Vec<Result<Fragment, Error>>, Failure> {
        let is_single = fields.iter().map(Bound::statements).sum::<usize>() <= 1;
        if let Self::Sqlite(_, Some(readers), _) = self
            && let Some(reader) = readers.begin(is_single).await?
            && let Some(done) = read_directly(reader, fields, max_answer, outgoing).await
        {
            return done;
        }
        let is_one = fields.iter().map(Bound::statements_at_once).sum::<usize>() <= 1;
        if let Self::Postgres(_, Some(readers)) = self
            && let Some(reader) = readers.begin(is_one).await
            && let Some(done) = read_directly(reader, fields, max_answer, outgoing).await
        {
            return done;
        }
        self.check_file()?;
        let begin = (!is_single).then(|| self.dialect().begin_read().into_sql_str());
        match self {
            Self::Sqlite(pool, ..) => Box::pin(read_on(pool, begin, fields, max_answer, outgoing)).await,
            Self::Postgres(pool, _) => Box::pin(read_on(pool, begin, fields, max_answer, outgoing)).await,
            Self::MySql(pool) => Box::pin(read_on(pool, begin, fields, max_answer, outgoing)).await,
        }
    }

    /// The connection beside the pool that writes, where there is one.
    pub(super) fn writer(&self) -> Option<&sqlite::Sessions> {
        match self {
            Self::Sqlite(_, _, writer) => writer.as_ref(),
            _ => None,
        }
    }

    /// Runs a mutation that is one statement on a connection beside the pool; nothing inside where it did nothing. `None`
    /// where the pool must do, because nothing was run.
    pub(super) async fn write_directly(&self, work: &Work<'_>) -> Option<Result<Option<Answer>, Error>> {
        let Self::Postgres(_, Some(readers)) = self else { return None };
        readers.begin(true).await?.write(work).await
    }

    /// Runs a mutation that is one statement; nothing where it did nothing.
    pub(super) async fn write(&self, work: &Work<'_>) -> Result<Option<Answer>, Error> {
        let Self::Postgres(pool, _) = self else { return Ok(None) };
        let mut connection = pool.acquire().await?;
        match work.run(&mut *connection).await {
            Err(error) if error.is_stale() => {
                connection.clear_cached_statements().await?;
                work.run(&mut *connection).await
            }
            done => done,
        }
    }

    /// Lets the connections of the pool prepare their statements anew, where a transaction met one that was prepared before
    /// its columns were changed.
    pub(super) async fn renew(&self) {
        if let Self::Postgres(pool, _) = self {
            postgres::renew(pool).await;
        }
    }
}

/// Reads on a connection beside the pool; nothing where the pool is to say what went wrong, which it cannot any more once
/// something was sent.
async fn read_directly<C: cells::Connection>(
    mut reader: C,
    fields: &[Bound<'_>],
    max_answer: usize,
    outgoing: Option<Outgoing<'_>>,
) -> Option<Result<Vec<Result<Fragment, Error>>, Failure>> {
    let done = read::run(&mut reader, fields, max_answer, outgoing).await;
    let is_sent = || outgoing.is_some_and(|outgoing| outgoing.outlet.is_open());
    (!reader.has_failed() || is_sent()).then_some(done)
}

async fn read_on<D: sqlx::Database + HasStatementCache>(
    pool: &sqlx::Pool<D>,
    begin: Option<SqlStr>,
    fields: &[Bound<'_>],
    max_answer: usize,
    outgoing: Option<Outgoing<'_>>,
) -> Result<Vec<Result<Fragment, Error>>, Failure>
where
    D::Connection: cells::Connection,
{
    let mut guarded = Guarded { connection: pool.acquire().await?, outgoing, is_done: false };
    let mut done = guarded.read(begin.clone(), fields, max_answer).await;
    if done.as_ref().is_err_and(|failure| failure.error.is_stale()) && !guarded.is_sent() {
        guarded.connection.clear_cached_statements().await?;
        done = guarded.read(begin, fields, max_answer).await;
    }
    guarded.is_done = done.as_ref().is_ok_and(|fragments| !fragments.iter().any(Result::is_err));
    done
}

/// A connection that is closed where an answer breaks off: nobody wants the rows that are still to come, and MariaDB's
/// driver would take them for the answer to the next statement.
struct Guarded<'a, D: sqlx::Database> {
    connection: PoolConnection<D>,
    outgoing: Option<Outgoing<'a>>,
    is_done: bool,
}

impl<D: sqlx::Database> Guarded<'_, D> {
    /// Whether some of the answer was sent.
    fn is_sent(&self) -> bool {
        self.outgoing.is_some_and(|outgoing| outgoing.outlet.is_open())
    }

    async fn read(
        &mut self,
        begin: Option<SqlStr>,
        fields: &[Bound<'_>],
        max_answer: usize,
    ) -> Result<Vec<Result<Fragment, Error>>, Failure>
    where
        D::Connection: cells::Connection,
    {
        let Some(begin) = begin else {
            return read::run(&mut *self.connection, fields, max_answer, self.outgoing).await;
        };
        let mut transaction = self.connection.begin_with(begin).await?;
        read::run(&mut *transaction, fields, max_answer, self.outgoing).await
    }
}

impl<D: sqlx::Database> Drop for Guarded<'_, D> {
    fn drop(&mut self) {
        if !self.is_done && self.is_sent() {
            self.connection.close_on_drop();
        }
    }
}
