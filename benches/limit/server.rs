//! The hand-written servers: a path for each operation, whose answers they know beforehand but for the rows.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::header,
    response::IntoResponse,
    routing::post,
};
use clap::ValueEnum;
use deadpool_postgres::Client;
use serde::Deserialize;
use sqlx::{
    Connection, PgPool, SqliteConnection, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use tokio::{net::TcpListener, sync::Mutex};

use super::{
    answers::document,
    driver, json,
    operations::{CHANGED, Operation},
    over_rusqlite, over_tokio_postgres, pipelined,
};

/// Which hand-written server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Limit {
    /// sqlx, a statement per level.
    Sqlx,
    /// `PostgreSQL` by tokio-postgres, a statement per level.
    TokioPostgres,
    /// `PostgreSQL` by tokio-postgres, all levels in one round trip.
    Pipelined,
    /// `SQLite` by rusqlite, a statement per parent.
    Rusqlite,
}

/// The connections of a server.
enum Backend {
    Postgres(PgPool),
    Sqlite { readers: SqlitePool, writer: Mutex<SqliteConnection> },
    TokioPostgres(deadpool_postgres::Pool),
    Pipelined(deadpool_postgres::Pool),
    Rusqlite(over_rusqlite::Pool),
}

const RENAME: &str = "update track set name = $1 where track_id = $2 returning track_id, name";
const MOVE: &str = "update track set album_id = $1 where track_id = $2 returning album_id";
const LINK: &str = "insert into playlist_track (playlist_id, track_id) select $1, unnest($2::int[]) \
    on conflict do nothing";
const REPLACE: &str = "with gone as (delete from playlist_track where playlist_id = $1 and track_id <> all($2::int[]) \
    returning 1), made as (insert into playlist_track (playlist_id, track_id) select $1, unnest($2::int[]) \
    on conflict do nothing returning 1) select (select count(*) from gone) + (select count(*) from made)";
const SQLITE_LINK: &str = "insert into playlist_track (playlist_id, track_id) select ?, value from json_each(?) \
    where true on conflict do nothing";
const SQLITE_UNLINK: &str =
    "delete from playlist_track where playlist_id = ? and track_id not in (select value from json_each(?))";

/// A request's body; what the operation is says the path.
#[derive(Deserialize)]
struct Body {
    variables: Variables,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Variables {
    id: i32,
    n: String,
    a: i32,
    c: String,
    p: i32,
    refs: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "trackId")]
    track: i32,
}

/// Serves a database until the process ends; says where on standard error.
pub(crate) async fn serve(limit: Limit, url: &str, connections: u32) {
    let backend = Arc::new(Backend::connect(limit, url, connections).await);
    let router = Router::new().route("/{operation}", post(handle)).with_state(backend);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    eprintln!("Listening at http://{}/", listener.local_addr().unwrap());
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| stream.set_nodelay(true).unwrap());
    axum::serve(listener, router).await.unwrap();
}

async fn handle(State(backend): State<Arc<Backend>>, Path(name): Path<String>, body: Bytes) -> impl IntoResponse {
    let operation = Operation::all().find(|operation| operation.name() == name).unwrap();
    let body: Body = serde_json::from_slice(&body).unwrap();
    let answer = backend.answer(operation, body.variables).await;
    ([(header::CONTENT_TYPE, "application/graphql-response+json")], answer)
}

impl Backend {
    async fn connect(limit: Limit, url: &str, connections: u32) -> Self {
        let size = connections as usize;
        match limit {
            Limit::TokioPostgres => Self::TokioPostgres(over_tokio_postgres::pool(url, size)),
            Limit::Pipelined => Self::Pipelined(over_tokio_postgres::pool(url, size)),
            Limit::Rusqlite => Self::Rusqlite(over_rusqlite::Pool::open(file(url), size)),
            Limit::Sqlx if url.starts_with("sqlite:") => {
                let options = SqliteConnectOptions::new().filename(file(url)).foreign_keys(true);
                let pool = SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
                let writer = Mutex::new(SqliteConnection::connect_with(&options).await.unwrap());
                Self::Sqlite { readers: pool.connect_with(options).await.unwrap(), writer }
            }
            Limit::Sqlx => {
                let pool = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
                Self::Postgres(pool.connect(url).await.unwrap())
            }
        }
    }

    async fn answer(&self, operation: Operation, variables: Variables) -> Vec<u8> {
        let Variables { id, n, a, c, p, refs } = variables;
        let tracks = || refs.iter().map(|reference| reference.track).collect::<Vec<_>>();
        match operation {
            Operation::Read(query) => match self {
                Self::Postgres(pool) => driver::answer(&mut *pool.acquire().await.unwrap(), query, id, &c).await,
                Self::Sqlite { readers, .. } => {
                    driver::answer(&mut *readers.acquire().await.unwrap(), query, id, &c).await
                }
                Self::TokioPostgres(pool) => driver::answer(&mut pool.get().await.unwrap(), query, id, &c).await,
                Self::Pipelined(pool) => pipelined::answer(&mut pool.get().await.unwrap(), query, id, &c).await,
                Self::Rusqlite(pool) => pool.answer(query, id, &c),
            },
            Operation::Update => {
                let (id, name) = self.rename(id, &n).await;
                document("updateTrack", |out| {
                    json::raw(out, "{\"track\":{\"trackId\":");
                    json::integer(out, Some(id));
                    json::raw(out, ",\"name\":");
                    json::string(out, Some(&name));
                    json::raw(out, "}}");
                })
            }
            Operation::Associate => {
                let album = self.move_track(id, a).await;
                document("associateTrackAlbum", |out| {
                    json::raw(out, "{\"track\":{\"album\":{\"albumId\":");
                    json::integer(out, Some(album));
                    json::raw(out, "}}}");
                })
            }
            Operation::AssociateMany => {
                let made = self.link(p, tracks()).await;
                document("associatePlaylistTracks", |out| json::raw(out, CHANGED[usize::from(made > 0)]))
            }
            Operation::ReplaceMany => {
                let changed = self.replace(p, tracks()).await;
                document("replacePlaylistTracks", |out| json::raw(out, CHANGED[usize::from(changed > 0)]))
            }
        }
    }

    async fn rename(&self, track: i32, name: &str) -> (i32, String) {
        match self {
            Self::Postgres(pool) => sqlx::query_as(RENAME).bind(name).bind(track).fetch_one(pool).await.unwrap(),
            Self::Sqlite { writer, .. } => {
                let mut writer = writer.lock().await;
                sqlx::query_as(RENAME).bind(name).bind(track).fetch_one(&mut *writer).await.unwrap()
            }
            Self::TokioPostgres(pool) | Self::Pipelined(pool) => {
                let client = pool.get().await.unwrap();
                let rows = over_tokio_postgres::query(&client, RENAME, &[&name, &track]).await;
                (rows[0].get(0), rows[0].get(1))
            }
            Self::Rusqlite(pool) => pool.rename(track, name),
        }
    }

    async fn move_track(&self, track: i32, album: i32) -> i32 {
        match self {
            Self::Postgres(pool) => sqlx::query_scalar(MOVE).bind(album).bind(track).fetch_one(pool).await.unwrap(),
            Self::Sqlite { writer, .. } => {
                let mut writer = writer.lock().await;
                sqlx::query_scalar(MOVE).bind(album).bind(track).fetch_one(&mut *writer).await.unwrap()
            }
            Self::TokioPostgres(pool) | Self::Pipelined(pool) => {
                let client = pool.get().await.unwrap();
                over_tokio_postgres::query(&client, MOVE, &[&album, &track]).await[0].get(0)
            }
            Self::Rusqlite(pool) => pool.move_track(track, album),
        }
    }

    /// Adds tracks to a playlist: how many it did not have.
    async fn link(&self, playlist: i32, tracks: Vec<i32>) -> usize {
        let made = match self {
            Self::Postgres(pool) => {
                sqlx::query(LINK).bind(playlist).bind(tracks).execute(pool).await.unwrap().rows_affected()
            }
            Self::Sqlite { writer, .. } => {
                let mut writer = writer.lock().await;
                let insert = sqlx::query(SQLITE_LINK).bind(playlist).bind(json::integers(tracks));
                insert.execute(&mut *writer).await.unwrap().rows_affected()
            }
            Self::TokioPostgres(pool) | Self::Pipelined(pool) => {
                let client: Client = pool.get().await.unwrap();
                let prepared = client.prepare_cached(LINK).await.unwrap();
                client.execute(&prepared, &[&playlist, &tracks]).await.unwrap()
            }
            Self::Rusqlite(pool) => return pool.link(playlist, tracks),
        };
        usize::try_from(made).unwrap()
    }

    /// Leaves a playlist with these tracks alone: how many are new or gone.
    async fn replace(&self, playlist: i32, tracks: Vec<i32>) -> usize {
        let changed: i64 = match self {
            Self::Postgres(pool) => {
                sqlx::query_scalar(REPLACE).bind(playlist).bind(tracks).fetch_one(pool).await.unwrap()
            }
            Self::Sqlite { writer, .. } => {
                let (mut writer, tracks) = (writer.lock().await, json::integers(tracks));
                let mut transaction = writer.begin_with("begin immediate").await.unwrap();
                let mut changed = 0;
                for statement in [SQLITE_UNLINK, SQLITE_LINK] {
                    let done = sqlx::query(statement).bind(playlist).bind(&tracks).execute(&mut *transaction).await;
                    changed += done.unwrap().rows_affected();
                }
                transaction.commit().await.unwrap();
                changed.try_into().unwrap()
            }
            Self::TokioPostgres(pool) | Self::Pipelined(pool) => {
                let client = pool.get().await.unwrap();
                over_tokio_postgres::query(&client, REPLACE, &[&playlist, &tracks]).await[0].get(0)
            }
            Self::Rusqlite(pool) => return pool.replace(playlist, tracks),
        };
        usize::try_from(changed).unwrap()
    }
}

/// The file of a `SQLite` URL.
fn file(url: &str) -> &str {
    let path = url.trim_start_matches("sqlite://");
    path.split_once('?').map_or(path, |(path, _)| path)
}
