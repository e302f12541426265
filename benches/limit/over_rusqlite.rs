//! `SQLite` through rusqlite: on the thread that serves the request, with a statement for each parent, which costs a
//! microsecond inside the process, and JSON written while the rows are read.

use std::{
    io::Write as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{
    CachedStatement, Connection, Params, Row, TransactionBehavior, config::DbConfig, params, types::ValueRef,
};

use super::{answers, json, queries::Query, rows::Columns};

const TRACK: &str = "select t.name, t.milliseconds, al.album_id, al.title, ar.artist_id, ar.name from track t \
    left join album al on al.album_id = t.album_id left join artist ar on ar.artist_id = al.artist_id \
    where t.track_id = ?";
const TRACKS: &str = "select t.track_id, t.name, t.milliseconds, al.album_id, al.title, ar.artist_id, ar.name \
    from track t left join album al on al.album_id = t.album_id left join artist ar on ar.artist_id = al.artist_id \
    order by t.track_id limit 100";
const ARTISTS: &str = "select artist_id, name from artist order by artist_id limit 20";
const ALBUMS: &str = "select artist_id, album_id, title from album where artist_id = ? order by album_id";
const ALBUM_TRACKS: &str = "select t.album_id, t.track_id, t.name, g.genre_id, g.name from track t \
    left join genre g on g.genre_id = t.genre_id where t.album_id = ? order by t.track_id";
const PLAYLISTS: &str = "select playlist_id, name from playlist order by playlist_id limit 100";
const PLAYLIST_TRACKS: &str = "select x.playlist_id, t.track_id, t.name from playlist_track x \
    cross join track t on t.track_id = x.track_id where x.playlist_id = ? order by x.track_id limit 50";
const CUSTOMERS: &str = "select c.customer_id, c.first_name, c.last_name, e.employee_id, e.first_name, e.last_name \
    from customer c left join employee e on e.employee_id = c.support_rep_id where c.country = ? \
    order by c.last_name limit 100";
const INVOICES: &str = "select customer_id, invoice_id, total from invoice where customer_id = ? order by invoice_id";
const ALL_TRACKS: &str = "select track_id, name, album_id, media_type_id, genre_id, composer, milliseconds, bytes, \
    unit_price from track order by track_id limit 5000";

/// Connections for readers, and one for whoever writes.
pub(crate) struct Pool {
    readers: Mutex<Vec<Connection>>,
    writer: Mutex<Connection>,
}

impl Pool {
    pub(crate) fn open(path: &str, connections: usize) -> Self {
        let open = || {
            let connection = Connection::open(path).unwrap();
            connection.busy_timeout(Duration::from_secs(5)).unwrap();
            connection.pragma_update(None, "foreign_keys", true).unwrap();
            connection.set_prepared_statement_cache_capacity(100);
            // Otherwise a statement that looks in an index of an analysed table is prepared anew for each value.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).unwrap();
            connection
        };
        Self { readers: Mutex::new((0..connections).map(|_| open()).collect()), writer: Mutex::new(open()) }
    }

    /// Answers an operation: about a track, or the customers of a country, where it takes one.
    pub(crate) fn answer(&self, query: Query, track: i32, country: &str) -> Vec<u8> {
        // Nothing is waited for while a connection is away, so that there are at least as many as threads.
        let reader = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap();
        let answer = read(&reader, query, track, country);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        answer
    }

    /// Names a track: its key and name.
    pub(crate) fn rename(&self, track: i32, name: &str) -> (i32, String) {
        let writer = self.writer.lock().unwrap();
        let mut update =
            writer.prepare_cached("update track set name = ? where track_id = ? returning track_id, name").unwrap();
        update.query_row(params![name, track], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    /// Gives a track another album: the album's key.
    pub(crate) fn move_track(&self, track: i32, album: i32) -> i32 {
        let writer = self.writer.lock().unwrap();
        let mut update =
            writer.prepare_cached("update track set album_id = ? where track_id = ? returning album_id").unwrap();
        update.query_row(params![album, track], |row| row.get(0)).unwrap()
    }

    /// Adds tracks to a playlist: how many it did not have.
    pub(crate) fn link(&self, playlist: i32, tracks: Vec<i32>) -> usize {
        insert(&self.writer.lock().unwrap(), playlist, &json::integers(tracks))
    }

    /// Leaves a playlist with these tracks alone: how many are new or gone.
    pub(crate) fn replace(&self, playlist: i32, tracks: Vec<i32>) -> usize {
        let mut writer = self.writer.lock().unwrap();
        let tracks = json::integers(tracks);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let gone = transaction
            .prepare_cached(
                "delete from playlist_track where playlist_id = ? and track_id not in (select value from json_each(?))",
            )
            .unwrap()
            .execute(params![playlist, tracks])
            .unwrap();
        let made = insert(&transaction, playlist, &tracks);
        transaction.commit().unwrap();
        gone + made
    }
}

fn insert(connection: &Connection, playlist: i32, tracks: &str) -> usize {
    let insert = "insert into playlist_track (playlist_id, track_id) select ?, value from json_each(?) where true \
        on conflict do nothing";
    connection.prepare_cached(insert).unwrap().execute(params![playlist, tracks]).unwrap()
}

fn read(connection: &Connection, query: Query, track: i32, country: &str) -> Vec<u8> {
    let prepare = |text: &str| connection.prepare_cached(text).unwrap();
    match query {
        Query::Q1 => answers::document("track", |out| {
            let mut statement = prepare(TRACK);
            let mut rows = statement.query([track]).unwrap();
            match rows.next().unwrap() {
                Some(row) => answers::track_of_key(out, row),
                None => json::raw(out, "null"),
            }
        }),
        Query::Q2 => answers::document("tracks", |out| {
            each(out, &mut prepare(TRACKS), [], |out, row| answers::listed_track(out, row));
        }),
        Query::Q3 => answers::document("artists", |out| {
            let (mut albums, mut tracks) = (prepare(ALBUMS), prepare(ALBUM_TRACKS));
            each(out, &mut prepare(ARTISTS), [], |out, row| {
                answers::artist(out, row, |out| {
                    each(out, &mut albums, [row.integer(0)], |out, row| {
                        answers::album(out, row, |out| {
                            each(out, &mut tracks, [row.integer(1)], |out, row| answers::album_track(out, row));
                        });
                    });
                });
            });
        }),
        Query::Q4 => answers::document("playlists", |out| {
            let mut tracks = prepare(PLAYLIST_TRACKS);
            each(out, &mut prepare(PLAYLISTS), [], |out, row| {
                answers::playlist(out, row, |out| {
                    each(out, &mut tracks, [row.integer(0)], |out, row| answers::playlist_track(out, row));
                });
            });
        }),
        Query::Q5 => answers::document("customers", |out| {
            let mut invoices = prepare(INVOICES);
            each(out, &mut prepare(CUSTOMERS), [country], |out, row| {
                answers::customer(out, row, |out| {
                    each(out, &mut invoices, [row.integer(0)], |out, row| answers::invoice(out, row));
                });
            });
        }),
        Query::Q6 => answers::document("tracks", |out| {
            each(out, &mut prepare(ALL_TRACKS), [], |out, row| answers::whole_track(out, row));
        }),
    }
}

/// Writes the rows of a statement as a list.
fn each(
    out: &mut Vec<u8>,
    statement: &mut CachedStatement<'_>,
    values: impl Params,
    mut write: impl FnMut(&mut Vec<u8>, &Row<'_>),
) {
    let mut rows = statement.query(values).unwrap();
    let mut separator = b'[';
    while let Some(row) = rows.next().unwrap() {
        out.push(separator);
        separator = b',';
        write(out, row);
    }
    json::raw(out, if separator == b'[' { "[]" } else { "]" });
}

impl Columns for Row<'_> {
    fn integer(&self, column: usize) -> Option<i32> {
        self.get(column).unwrap()
    }

    fn text(&self, column: usize) -> Option<&str> {
        match self.get_ref(column).unwrap() {
            ValueRef::Null => None,
            value => Some(value.as_str().unwrap()),
        }
    }

    fn write_decimal(&self, column: usize, out: &mut Vec<u8>) {
        let number: f64 = self.get(column).unwrap();
        write!(out, "\"{number:.2}\"").unwrap();
    }
}
