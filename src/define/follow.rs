//! Learns that definitions have changed, on whichever instance of the gateway that was. PostgreSQL says so; elsewhere,
//! where a server lets nobody listen (one that follows another, some distributed ones), and where a message may have
//! been missed, the generation is read.

use std::time::Duration;

use sea_orm::{
    DatabaseConnection,
    sea_query::{PostgresQueryBuilder, SelectStatement},
};
use sqlx::{
    AssertSqlSafe, PgPool, Row,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::{
    error::Code,
    execute::{Database, Error, generation},
    sql::{Dialect, definitions},
};

/// How often a database is asked that says nothing by itself.
const ASK: Duration = Duration::from_millis(500);

/// How often PostgreSQL is asked although it speaks by itself.
const ASK_ANYWAY: Duration = Duration::from_secs(5);

/// How long PostgreSQL may take to give a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Follows what is defined. Needs the runtime's clock, holds one connection of its own on PostgreSQL, and lets it go
/// when it is dropped.
#[derive(Debug)]
pub struct Follower {
    source: Source,
    /// The generation that was told last.
    known: i64,
    /// When to ask, once somebody waits.
    clock: Option<Interval>,
    /// Whether the database has not answered since.
    is_cut_off: bool,
}

#[derive(Debug)]
enum Source {
    Asked(DatabaseConnection),
    Told { connection: DatabaseConnection, pool: PgPool, listener: Option<PgListener> },
}

/// Follows what is defined on a database.
#[must_use]
pub fn follow(database: &Database) -> Follower {
    let connection = database.connection();
    let source = match database.dialect() {
        Dialect::Sqlite | Dialect::MySql => Source::Asked(connection.clone()),
        Dialect::Postgres => {
            let options = connection.get_postgres_connection_pool().connect_options();
            let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).max_lifetime(None);
            let pool = pool.connect_lazy_with((*options).clone());
            Source::Told { connection: connection.clone(), pool, listener: None }
        }
    };
    Follower { source, known: 0, clock: None, is_cut_off: false }
}

impl Follower {
    /// Waits until definitions have another generation than the one that it said last, and says which; at first, until
    /// there are any. May be dropped while it waits, and asked again, without missing anything. Never fails: a database
    /// that cannot be reached is asked again.
    pub async fn changed(&mut self) -> i64 {
        loop {
            match self.next().await {
                Ok(generation) => {
                    if self.is_cut_off {
                        self.is_cut_off = false;
                        tracing::info!("definitions are followed again");
                    }
                    if generation != self.known {
                        self.known = generation;
                        return generation;
                    }
                }
                Err(error) => {
                    if !self.is_cut_off {
                        self.is_cut_off = true;
                        tracing::warn!(%error, "definitions cannot be followed; another attempt is made every now and then");
                    }
                    tokio::time::sleep(ASK).await;
                }
            }
        }
    }

    /// The generation, once there is a reason to look at it.
    async fn next(&mut self) -> Result<i64, Error> {
        let every = match self.source {
            Source::Asked(_) => ASK,
            Source::Told { .. } => ASK_ANYWAY,
        };
        let clock = self.clock.get_or_insert_with(|| {
            let mut clock = interval(every);
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            clock
        });
        match &mut self.source {
            Source::Asked(connection) => {
                clock.tick().await;
                generation(connection, self.known).await
            }
            Source::Told { connection, pool, listener } => {
                let answer = told(pool, listener, clock).await;
                let Err(error) = &answer else { return answer };
                *listener = None;
                if error.code() != Code::Forbidden && !error.is_unfit() {
                    return answer;
                }
                tracing::debug!(%error, "the database lets nobody listen: it is asked instead");
                let connection = connection.clone();
                let answer = generation(&connection, self.known).await;
                (self.source, self.clock) = (Source::Asked(connection), None);
                answer
            }
        }
    }
}

/// The generation that PostgreSQL tells, or that it has when nothing was heard for some time or may have been missed.
async fn told(pool: &PgPool, listener: &mut Option<PgListener>, clock: &mut Interval) -> Result<i64, Error> {
    let Some(listener) = listener else {
        let mut new = PgListener::connect_with(pool).await?;
        new.listen(definitions::CHANNEL).await?;
        let generation = asked(&mut new).await?;
        *listener = Some(new);
        return Ok(generation);
    };
    let heard = tokio::select! {
        heard = listener.try_recv() => heard?,
        _ = clock.tick() => None,
    };
    // Without a message the connection was lost and is there again, or it is time to ask.
    match heard.and_then(|message| message.payload().parse().ok()) {
        Some(generation) => Ok(generation),
        None => asked(listener).await,
    }
}

/// The generation, asked on the connection that listens.
async fn asked(listener: &mut PgListener) -> Result<i64, Error> {
    let text = |select: &SelectStatement| AssertSqlSafe(select.to_string(PostgresQueryBuilder));
    let there = sqlx::query(text(&definitions::is_there(Dialect::Postgres))).fetch_one(&mut *listener).await?;
    if !there.try_get::<bool, _>("there")? {
        return Ok(0);
    }
    let state = sqlx::query(text(&definitions::state())).fetch_optional(&mut *listener).await?;
    Ok(state.map(|row| row.try_get("generation")).transpose()?.unwrap_or_default())
}
