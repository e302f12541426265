//! The operations, each as GraphQL and as the statements that a careful hand would write for it.

use relata::graphql::Request;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement, TransactionTrait, Value};
use serde_json::json;

/// An operation that both sides run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// One attribute of one record.
    Update,
    /// A lookup of one record.
    Lookup,
    /// A link of a many-to-many relationship is made and undone.
    Link,
    /// A record is created with 20 links, and deleted.
    Record,
}

/// How many tracks the created playlist has.
const LINKS: i32 = 20;

impl Operation {
    pub(crate) const ALL: [Self; 4] = [Self::Update, Self::Lookup, Self::Link, Self::Record];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Update => "M1",
            Self::Lookup => "M2",
            Self::Link => "M3",
            Self::Record => "M4",
        }
    }

    /// The request about a track.
    pub(crate) fn request(self, track: i32) -> Request {
        let query = match self {
            Self::Update => {
                "mutation($id:Int!,$n:String!){ updateTrack(key:{trackId:$id}, input:{name:$n}) { track { trackId name } } }"
            }
            Self::Lookup => {
                "mutation($id:Int!,$a:Int!){ associateTrackAlbum(key:{trackId:$id}, ref:{albumId:$a}) \
                 { track { album { albumId } } } }"
            }
            Self::Link => {
                "mutation($id:Int!){ associatePlaylistTracks(key:{playlistId:2}, refs:[{trackId:$id}]) { changed } \
                 disassociatePlaylistTracks(key:{playlistId:2}, refs:[{trackId:$id}]) { changed } }"
            }
            Self::Record => {
                "mutation($tracks:[TrackKey!]){ createPlaylist(input:{playlistId:99, tracks:{associate:$tracks}}) \
                 { outcome } deletePlaylist(key:{playlistId:99}) { outcome } }"
            }
        };
        let tracks: Vec<_> = (1..=LINKS).map(|id| json!({ "trackId": id })).collect();
        let variables = json!({ "id": track, "n": format!("Track {track}"), "a": album(track), "tracks": tracks });
        let names: &[&str] = match self {
            Self::Update => &["id", "n"],
            Self::Lookup => &["id", "a"],
            Self::Link => &["id"],
            Self::Record => &["tracks"],
        };
        let variables = names.iter().map(|name| ((*name).to_owned(), variables[*name].clone())).collect();
        Request { query: query.to_owned(), variables, ..Request::default() }
    }

    /// The same by hand; answers the same.
    pub(crate) async fn by_hand(self, connection: &DatabaseConnection, track: i32) -> serde_json::Value {
        let data = match self {
            Self::Update => {
                let update = "update track set name = $1 where track_id = $2";
                let values = vec![format!("Track {track}").into(), track.into()];
                let row = changed(connection, update, values, "track_id, name", track).await;
                let (id, name): (i32, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
                json!({ "updateTrack": { "track": { "trackId": id, "name": name } } })
            }
            Self::Lookup => {
                let update = "update track set album_id = $1 where track_id = $2";
                let values = vec![album(track).into(), track.into()];
                let row = changed(connection, update, values, "album_id", track).await;
                let id: i32 = row.try_get_by_index(0).unwrap();
                json!({ "associateTrackAlbum": { "track": { "album": { "albumId": id } } } })
            }
            Self::Link => {
                let transaction = connection.begin().await.unwrap();
                let unless_there = match connection.get_database_backend() {
                    DbBackend::MySql => "on duplicate key update playlist_id = playlist_id",
                    _ => "on conflict do nothing",
                };
                let insert =
                    format!("insert into playlist_track (playlist_id, track_id) values (2, $1) {unless_there}");
                run(&transaction, &insert, vec![track.into()]).await;
                let delete = "delete from playlist_track where playlist_id = 2 and track_id = $1";
                run(&transaction, delete, vec![track.into()]).await;
                transaction.commit().await.unwrap();
                json!({ "associatePlaylistTracks": { "changed": true }, "disassociatePlaylistTracks": { "changed": true } })
            }
            Self::Record => {
                let transaction = connection.begin().await.unwrap();
                run(&transaction, "insert into playlist (playlist_id) values (99)", Vec::new()).await;
                let rows: Vec<String> = (1..=LINKS).map(|index| format!("(99, ${index})")).collect();
                let insert = format!("insert into playlist_track (playlist_id, track_id) values {}", rows.join(", "));
                run(&transaction, &insert, (1..=LINKS).map(Into::into).collect()).await;
                run(&transaction, "delete from playlist_track where playlist_id = 99", Vec::new()).await;
                run(&transaction, "delete from playlist where playlist_id = 99", Vec::new()).await;
                transaction.commit().await.unwrap();
                json!({ "createPlaylist": { "outcome": "CREATED" }, "deletePlaylist": { "outcome": "DELETED" } })
            }
        };
        json!({ "data": data })
    }
}

/// An album that a track has not, most of the time.
fn album(track: i32) -> i32 {
    1 + track * 31 % 100
}

/// Changes a track and reads columns of it: in one statement, but for MariaDB, whose updates answer nothing.
async fn changed(
    connection: &DatabaseConnection,
    update: &str,
    values: Vec<Value>,
    columns: &str,
    track: i32,
) -> QueryResult {
    let backend = connection.get_database_backend();
    let read = if backend == DbBackend::MySql {
        run(connection, update, values).await;
        let select = format!("select {columns} from track where track_id = $1");
        statement(backend, &select, vec![track.into()])
    } else {
        statement(backend, &format!("{update} returning {columns}"), values)
    };
    connection.query_one_raw(read).await.unwrap().unwrap()
}

/// A statement whose parameters are numbered as they stand in it; MariaDB's have no numbers.
fn statement(backend: DbBackend, sql: &str, values: Vec<Value>) -> Statement {
    let sql = match backend {
        DbBackend::MySql => unnumbered(sql),
        _ => sql.to_owned(),
    };
    Statement::from_sql_and_values(backend, sql, values)
}

fn unnumbered(sql: &str) -> String {
    let mut parts = sql.split('$');
    let start = parts.next().unwrap_or_default().to_owned();
    parts.fold(start, |sql, part| sql + "?" + part.trim_start_matches(|letter: char| letter.is_ascii_digit()))
}

async fn run(connection: &impl ConnectionTrait, sql: &str, values: Vec<Value>) {
    connection.execute_raw(statement(connection.get_database_backend(), sql, values)).await.unwrap();
}
