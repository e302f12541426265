//! The connection pools, by database.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::{
    error::Code,
    sql::{Dialect, definitions},
};

use super::{
    Answer, Bound, Error, Failure, Fragment, Outgoing, Single, Surroundings, Transaction, Write,
    pool::Pool,
    replicas::Replicas,
    sqlite::Sessions,
    write::{self, Done, Work},
};

/// How long SQLite waits for a writer of another process, and MariaDB for a change of definitions.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What each of the gateway's own sessions on MariaDB begins with, whatever the server is set to: values that do not fit
/// are refused and not cut off, a zero is a zero, texts are quoted in one way, and transactions that write see what others
/// commit meanwhile.
const SESSION: &str = "SET SESSION sql_mode = \
    'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,PIPES_AS_CONCAT', \
    SESSION tx_isolation = 'READ-COMMITTED'";

/// How often an operation that writes is run when other transactions get in its way.
const ATTEMPTS: u32 = 5;

/// How a transaction writes. Where there is no connection beside the pool, by the pool always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Directly, for a moment.
    Briefly,
    /// Directly, each statement on a thread of its own.
    Patiently,
    ByPool,
}

/// The connections to a supported database. Clones share them.
#[derive(Debug, Clone)]
pub struct Database {
    /// What transactions that write are begun on.
    connection: DatabaseConnection,
    /// The same pool, for reads.
    pool: Pool,
    /// Where queries go first.
    replicas: Replicas,
    /// Whose turn it is to write, where the database takes one writer at a time: in the order in which they came,
    /// which SQLite's own waiting does not keep.
    turns: Option<Arc<Semaphore>>,
    /// Whether the server's transactions are READ COMMITTED by themselves, once it was asked.
    read_committed: Arc<OnceCell<bool>>,
    /// Held while connections prepare their statements anew: once is enough for all who meet old ones.
    renewal: Arc<Mutex<()>>,
}

impl Database {
    /// How the gateway's own pools connect. Testing a connection costs a round trip, so that only one that lay idle
    /// long enough to have been dropped on the way is tested before it is used. SQLite is asked to enforce foreign keys
    /// and to write ahead, so that readers and the writer do not wait for each other; MariaDB to refuse what does not fit.
    #[must_use]
    pub fn options(url: &str, connections: u32) -> ConnectOptions {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(connections)
            .sqlx_logging(false)
            .connect_timeout(Duration::from_secs(10))
            .test_before_acquire_if_idle_for(Duration::from_secs(10))
            .map_sqlx_sqlite_opts(|options| options.foreign_keys(true).busy_timeout(BUSY_TIMEOUT))
            // Of each connection, not only of the first.
            .map_sqlx_mysql_pool_opts(|pool| {
                pool.after_connect(|connection, _| {
                    Box::pin(async move { sqlx::raw_sql(SESSION).execute(connection).await.map(|_| ()) })
                })
            })
            .after_connect(|connection| {
                Box::pin(async move {
                    // A property of the file. One that cannot be written, or is in memory, is served as it is.
                    if connection.get_database_backend() == DbBackend::Sqlite
                        && let Err(error) = connection.execute_unprepared("PRAGMA journal_mode = WAL").await
                    {
                        tracing::debug!(%error, "the database does not write ahead");
                    }
                    Ok(())
                })
            });
        options
    }

    /// The pool behind a SeaORM connection; nothing where its backend is not supported.
    #[must_use]
    pub fn of(connection: &DatabaseConnection) -> Option<Self> {
        let pool = Pool::of(connection)?;
        let turns = (pool.dialect() == Dialect::Sqlite).then(|| Arc::new(Semaphore::new(1)));
        let replicas = Replicas::default();
        let (read_committed, renewal) = Default::default();
        Some(Self { connection: connection.clone(), pool, replicas, turns, read_committed, renewal })
    }

    /// The same, but for queries, which go to databases that follow this one; nothing where one of them is of another
    /// kind.
    #[must_use]
    pub fn reading_from(self, replicas: &[DatabaseConnection]) -> Option<Self> {
        let pools: Option<Vec<Pool>> = replicas.iter().map(Pool::of).collect();
        let pools = pools.filter(|pools| pools.iter().all(|pool| pool.dialect() == self.dialect()))?;
        Some(Self { replicas: Replicas::new(pools), ..self })
    }

    /// The same, but for reads from PostgreSQL and mutations that are one statement, which go over as many connections of the
    /// gateway's own, and for mutations of a file of SQLite, which go over one: by a driver that is faster, and set as the
    /// pool's URL has it. What a hook of the pool sets on its connections they do not know.
    #[must_use]
    pub fn reading_directly(self) -> Self {
        Self { replicas: self.replicas.reading_directly(), pool: self.pool.reading_directly(), ..self }
    }

    /// The dialect it is spoken to in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.pool.dialect()
    }

    /// Whether every answer has to be waited for: MariaDB's driver loses its place in a connection when it is dropped
    /// while an answer arrives.
    #[must_use]
    pub fn must_be_heard_out(&self) -> bool {
        matches!(self.pool, Pool::MySql(_))
    }

    /// The same connections, for what is asked beside data.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Whether the database answers within a second.
    pub async fn is_reachable(&self) -> bool {
        tokio::time::timeout(Duration::from_secs(1), self.pool.ping()).await.is_ok_and(|answer| answer.is_ok())
    }

    /// Begins a transaction that writes, once it is this writer's turn. On SQLite it holds the database's only lock for
    /// writing from its start, so that what it reads stays true; on PostgreSQL it sees what others commit meanwhile, but
    /// for the rows that it locks.
    ///
    /// # Errors
    /// When the database cannot be reached, or another process keeps its lock.
    pub async fn begin_write(&self) -> Result<Transaction, Error> {
        self.begin(Way::ByPool).await
    }

    async fn begin(&self, way: Way) -> Result<Transaction, Error> {
        let mut turn = self.turn().await;
        if let Some(writer) = self.pool.writer()
            && way != Way::ByPool
        {
            turn = match writer.begin_write(turn, way == Way::Patiently).await? {
                Ok(writer) => return Ok(Transaction::direct(writer)),
                Err(turn) => turn,
            };
        }
        self.check_file()?;
        let options = TransactionOptions {
            isolation_level: if self.is_read_committed().await { None } else { Some(IsolationLevel::ReadCommitted) },
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        Ok(Transaction::new(self.connection.begin_with_options(options).await?, turn))
    }

    /// Looks whether a file of SQLite still stands at its path.
    pub(crate) fn check_file(&self) -> Result<(), sqlx::Error> {
        self.pool.check_file()
    }

    /// This writer's turn, where the database takes one writer at a time.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        match &self.turns {
            // Nobody closes it; without a turn, SQLite's own lock still keeps writers apart.
            Some(turns) => Arc::clone(turns).acquire_owned().await.ok(),
            None => None,
        }
    }

    /// Whether transactions are READ COMMITTED without a word about it, which would cost a round trip for each of them.
    /// A server may be set to another level; SQLite knows none.
    async fn is_read_committed(&self) -> bool {
        let ask = async || {
            let level = self.pool.default_isolation().await?;
            Ok::<_, sqlx::Error>(level.is_none_or(|level| level == "read committed"))
        };
        self.read_committed.get_or_try_init(ask).await.copied().unwrap_or(false)
    }

    /// Runs the fields of a query and answers each as a member of a JSON object, `"key":value`. An operation with several
    /// statements sees one state of the database. A replica answers, where there is one; where it is away, does not know
    /// a table yet, or stops a query that is in the way of what it follows, the database itself does.
    ///
    /// A field whose own values are the trouble fails alone. Where other transactions get in its way (tables change, and
    /// PostgreSQL picks the reader out of a deadlock), it is run again a few times.
    ///
    /// A way out for the last field is taken once it has more than a buffer; then what is answered of it is what was not
    /// sent, and nothing is run again.
    ///
    /// # Errors
    /// What the database answered instead, and to which field.
    pub async fn read(
        &self,
        fields: &[Bound<'_>],
        max_answer: usize,
        outgoing: Option<Outgoing<'_>>,
    ) -> Result<Vec<Result<Fragment, Error>>, Failure> {
        if let Some(replica) = self.replicas.next() {
            match read_from(&replica.pool, fields, max_answer, outgoing).await {
                Err(failure) if failure.error.may_be_the_replicas() => {
                    tracing::debug!(error = %failure.error, "a replica did not answer");
                    if failure.error.code() == Code::Unavailable {
                        replica.leave_out(&failure.error);
                    }
                }
                done => return done,
            }
        }
        self.persist(|| read_from(&self.pool, fields, max_answer, outgoing)).await
    }

    /// What the fields of a mutation are as one statement, if they can be.
    #[must_use]
    pub fn single(&self, surroundings: Surroundings<'_>, fields: &[Write]) -> Option<Single> {
        let is_known = self.dialect() != Dialect::Sqlite || self.pool.writer().is_some();
        is_known.then(|| Single::of(self.dialect(), surroundings, fields))?
    }

    /// Runs a mutation that is one statement, with the values that leaves of a request's variables give. Nothing where it
    /// did nothing: what the database refuses, it refuses again in a transaction, which knows what it means; not so a
    /// statement that may have been done.
    ///
    /// # Errors
    /// What is not known to have been done.
    pub async fn write_single(
        &self,
        surroundings: Surroundings<'_>,
        single: &Single,
        leaves: &[&serde_json::Value],
    ) -> Result<Option<Answer>, Failure> {
        let Some(work) = single.bind(self.dialect(), surroundings, leaves) else { return Ok(None) };
        if let Some(writer) = self.pool.writer() {
            let done = Box::pin(self.write_in_file(writer, &work)).await;
            let explained = done.map_err(|error| write::explain_commit(surroundings.catalog, error));
            return explained.map_err(|error| Failure { field: 0, error });
        }
        let done = match Box::pin(self.pool.write_directly(&work)).await {
            Some(done) => done,
            None if work.is_sure => Box::pin(self.pool.write(&work)).await,
            None => Box::pin(self.write_and_look(&work)).await,
        };
        match done {
            Err(error) if error.is_refused() => {
                tracing::debug!(%error, "a mutation is begun anew in a transaction");
                Ok(None)
            }
            done => done.map_err(|error| Failure { field: 0, error }),
        }
    }

    /// The same on a file of SQLite, for a moment.
    async fn write_in_file(&self, sessions: &Sessions, work: &Work<'_>) -> Result<Option<Answer>, Error> {
        let Ok(Ok(mut writer)) = sessions.begin_write(self.turn().await, false).await else { return Ok(None) };
        match work.run_in_file(&mut writer).await {
            Ok(Some(answer)) => writer.commit().await.map(|()| Some(answer)),
            Err(error) if !error.is_refused() && !matches!(error, Error::Anew { .. }) => Err(error),
            otherwise => {
                tracing::debug!(refusal = ?otherwise.err(), "a mutation is planned anew");
                Ok(None)
            }
        }
    }

    /// The same in a transaction: what cannot be answered is undone.
    async fn write_and_look(&self, work: &Work<'_>) -> Result<Option<Answer>, Error> {
        let mut transaction = self.begin_write().await?;
        match work.run(&mut transaction).await {
            Ok(Some(answer)) => transaction.commit().await.map(|()| Some(answer)),
            otherwise => {
                if let Err(error) = transaction.rollback().await {
                    tracing::debug!(%error, "a transaction could not be rolled back");
                }
                otherwise
            }
        }
    }

    /// Runs the fields of a mutation in one transaction: all of them or none. Where other transactions get in its way
    /// (a deadlock, a serialization failure, a busy database), it is run again a few times.
    ///
    /// # Errors
    /// Why nothing was written, and which field it was.
    pub async fn write(&self, surroundings: Surroundings<'_>, fields: &[Write]) -> Result<Answer, Failure> {
        self.persist(|| Box::pin(self.write_once(surroundings, fields))).await
    }

    /// Runs an operation again while other transactions get in its way, a few times.
    async fn persist<T, F>(&self, run: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut attempt = 1;
        loop {
            let answer = run().await;
            if let Err(failure) = &answer {
                self.settle(&failure.error).await;
            }
            match answer {
                Err(failure) if failure.error.is_retryable() && attempt < ATTEMPTS => {
                    tracing::debug!(error = %failure.error, attempt, "an operation is run again");
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    /// Waits until definitions are at rest, where a statement met tables in the middle of a change of them: MariaDB shows
    /// each step of it at once. Then whoever looks at the generation sees whether there was one. On PostgreSQL a change leaves
    /// statements behind that were prepared before it.
    async fn settle(&self, error: &Error) {
        if error.is_stale() {
            match self.renewal.try_lock() {
                Ok(_turn) => self.pool.renew().await,
                Err(_) => drop(self.renewal.lock().await),
            }
        }
        if self.dialect() == Dialect::MySql && error.is_undefined() {
            let wait = definitions::pass_session(BUSY_TIMEOUT.as_secs());
            if let Err(error) = self.connection.query_one(&wait).await {
                tracing::debug!(%error, "a change of definitions could not be waited for");
            }
        }
    }

    async fn write_once(&self, surroundings: Surroundings<'_>, fields: &[Write]) -> Result<Answer, Failure> {
        let has_hooks = |field: &Write| surroundings.behaviors.find(field.plan.entity).is_some();
        let mut way = if fields.iter().any(has_hooks) { Way::ByPool } else { Way::Briefly };
        loop {
            let done = self.write_so(way, surroundings, fields).await;
            way = match (&done, way) {
                (Err(Failure { error: Error::Anew { patiently: true }, .. }), Way::Briefly) => Way::Patiently,
                (Err(Failure { error: Error::Anew { .. }, .. }), Way::Briefly | Way::Patiently) => Way::ByPool,
                _ => return done,
            };
        }
    }

    async fn write_so(&self, way: Way, surroundings: Surroundings<'_>, fields: &[Write]) -> Result<Answer, Failure> {
        let at_last = |error| {
            let error = write::explain_commit(surroundings.catalog, error);
            Failure { field: fields.len().saturating_sub(1), error }
        };
        let mut transaction = self.begin(way).await.map_err(|error| Failure { field: 0, error })?;
        let written = match write::run(&mut transaction, self.dialect(), surroundings, fields).await {
            Ok(Done { answer, is_current: true }) => Ok(answer),
            Ok(done) => check_generation(&mut transaction, surroundings.generation).await.map(|()| done.answer),
            Err(failure) => Err(failure),
        };
        match written {
            Ok(answer) => {
                transaction.commit().await.map_err(at_last)?;
                Ok(answer)
            }
            Err(failure) => {
                // Whether the connection is still there or not, nothing was committed.
                if let Err(error) = transaction.rollback().await {
                    tracing::debug!(%error, "a transaction could not be rolled back");
                }
                Err(failure)
            }
        }
    }
}

/// Reads, once something was sent for the last time.
async fn read_from(
    pool: &Pool,
    fields: &[Bound<'_>],
    max_answer: usize,
    outgoing: Option<Outgoing<'_>>,
) -> Result<Vec<Result<Fragment, Error>>, Failure> {
    // What has room for the ways of all drivers is not to be moved by everything that waits for it.
    let read = Box::pin(pool.read(fields, max_answer, outgoing)).await;
    read.map_err(|failure| match (failure.error, outgoing) {
        (error, Some(outgoing)) if outgoing.outlet.is_open() => {
            Failure { error: Error::BrokenOff(error.to_string()), ..failure }
        }
        (error, _) => Failure { error, ..failure },
    })
}

/// What was written was written by a catalog that is still true. Asked at the end: who changed definitions since then
/// did so after this transaction, and not before it.
async fn check_generation(transaction: &mut Transaction, known: i64) -> Result<(), Failure> {
    match transaction.generation(known).await {
        Ok(current) if current == known => Ok(()),
        Ok(_) => Err(Failure { field: 0, error: Error::Outdated }),
        Err(error) => Err(Failure { field: 0, error }),
    }
}

/// Longer with each attempt, and never the same for two that met.
fn pause(attempt: u32) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(u64::from(attempt) * 5 + u64::from(now.subsec_micros() % 10))
}
