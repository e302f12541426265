//! The statements of the hand-written answers and how their rows are read, by database.

use std::io::Write as _;

use sqlx::{PgConnection, Row, SqliteConnection, postgres::PgRow, sqlite::SqliteRow};

use super::json;

/// A connection, and what is asked over it. The columns of a statement are the same on every database.
pub(crate) trait Driver {
    type Row;

    const TRACK: &'static str;
    const TRACKS: &'static str = "select t.track_id, t.name, t.milliseconds, al.album_id, al.title, ar.artist_id, \
        ar.name from track t left join album al on al.album_id = t.album_id \
        left join artist ar on ar.artist_id = al.artist_id order by t.track_id limit 100";
    const ARTISTS: &'static str = "select artist_id, name from artist order by artist_id limit 20";
    const ALBUMS: &'static str;
    const ALBUM_TRACKS: &'static str;
    const PLAYLISTS: &'static str = "select playlist_id, name from playlist order by playlist_id limit 100";
    const PLAYLIST_TRACKS: &'static str;
    const CUSTOMERS: &'static str;
    const INVOICES: &'static str;
    const ALL_TRACKS: &'static str;

    async fn all(&mut self, statement: &'static str) -> Vec<Self::Row>;
    async fn by_key(&mut self, statement: &'static str, key: i32) -> Vec<Self::Row>;
    async fn by_text(&mut self, statement: &'static str, text: &str) -> Vec<Self::Row>;
    async fn children(&mut self, statement: &'static str, parents: Vec<i32>) -> Vec<Self::Row>;

    fn integer(row: &Self::Row, column: usize) -> Option<i32>;
    fn text(row: &Self::Row, column: usize) -> Option<&str>;
    fn write_decimal(row: &Self::Row, column: usize, out: &mut Vec<u8>);
}

impl Driver for PgConnection {
    type Row = PgRow;

    const TRACK: &'static str = "select t.name, t.milliseconds, al.album_id, al.title, ar.artist_id, ar.name \
        from track t left join album al on al.album_id = t.album_id \
        left join artist ar on ar.artist_id = al.artist_id where t.track_id = $1";
    const ALBUMS: &'static str =
        "select artist_id, album_id, title from album where artist_id = any($1) order by artist_id, album_id";
    const ALBUM_TRACKS: &'static str = "select t.album_id, t.track_id, t.name, g.genre_id, g.name from track t \
        left join genre g on g.genre_id = t.genre_id where t.album_id = any($1) order by t.album_id, t.track_id";
    const PLAYLIST_TRACKS: &'static str = "select k.id, t.track_id, t.name \
        from unnest($1::int[]) with ordinality k(id, o) cross join lateral \
        (select track_id from playlist_track where playlist_id = k.id order by track_id limit 50) x \
        join track t on t.track_id = x.track_id order by k.o, t.track_id";
    const CUSTOMERS: &'static str = "select c.customer_id, c.first_name, c.last_name, e.employee_id, e.first_name, \
        e.last_name from customer c left join employee e on e.employee_id = c.support_rep_id \
        where c.country = $1 order by c.last_name limit 100";
    // The invoices belong to customers in the order of their names, which is not that of their keys.
    const INVOICES: &'static str = "select i.customer_id, i.invoice_id, i.total::text \
        from unnest($1::int[]) with ordinality k(id, o) join invoice i on i.customer_id = k.id \
        order by k.o, i.invoice_id";
    const ALL_TRACKS: &'static str = "select track_id, name, album_id, media_type_id, genre_id, composer, \
        milliseconds, bytes, unit_price::text from track order by track_id limit 5000";

    async fn all(&mut self, statement: &'static str) -> Vec<PgRow> {
        sqlx::query(statement).fetch_all(self).await.unwrap()
    }

    async fn by_key(&mut self, statement: &'static str, key: i32) -> Vec<PgRow> {
        sqlx::query(statement).bind(key).fetch_all(self).await.unwrap()
    }

    async fn by_text(&mut self, statement: &'static str, text: &str) -> Vec<PgRow> {
        sqlx::query(statement).bind(text).fetch_all(self).await.unwrap()
    }

    async fn children(&mut self, statement: &'static str, parents: Vec<i32>) -> Vec<PgRow> {
        sqlx::query(statement).bind(parents).fetch_all(self).await.unwrap()
    }

    fn integer(row: &PgRow, column: usize) -> Option<i32> {
        row.try_get_unchecked(column).unwrap()
    }

    fn text(row: &PgRow, column: usize) -> Option<&str> {
        row.try_get_unchecked(column).unwrap()
    }

    fn write_decimal(row: &PgRow, column: usize, out: &mut Vec<u8>) {
        json::string(out, Self::text(row, column));
    }
}

impl Driver for SqliteConnection {
    type Row = SqliteRow;

    const TRACK: &'static str = "select t.name, t.milliseconds, al.album_id, al.title, ar.artist_id, ar.name \
        from track t left join album al on al.album_id = t.album_id \
        left join artist ar on ar.artist_id = al.artist_id where t.track_id = ?";
    const ALBUMS: &'static str = "select artist_id, album_id, title from album \
        where artist_id in (select value from json_each(?)) order by artist_id, album_id";
    const ALBUM_TRACKS: &'static str = "select t.album_id, t.track_id, t.name, g.genre_id, g.name from track t \
        left join genre g on g.genre_id = t.genre_id \
        where t.album_id in (select value from json_each(?)) order by t.album_id, t.track_id";
    const PLAYLIST_TRACKS: &'static str = "select k.value, t.track_id, t.name from json_each(?) k cross join track t \
        where t.track_id in (select track_id from playlist_track where playlist_id = k.value \
        order by track_id limit 50) order by k.key, t.track_id";
    const CUSTOMERS: &'static str = "select c.customer_id, c.first_name, c.last_name, e.employee_id, e.first_name, \
        e.last_name from customer c left join employee e on e.employee_id = c.support_rep_id \
        where c.country = ? order by c.last_name limit 100";
    const INVOICES: &'static str = "select i.customer_id, i.invoice_id, i.total from json_each(?) k \
        cross join invoice i on i.customer_id = k.value order by k.key, i.invoice_id";
    const ALL_TRACKS: &'static str = "select track_id, name, album_id, media_type_id, genre_id, composer, \
        milliseconds, bytes, unit_price from track order by track_id limit 5000";

    async fn all(&mut self, statement: &'static str) -> Vec<SqliteRow> {
        sqlx::query(statement).fetch_all(self).await.unwrap()
    }

    async fn by_key(&mut self, statement: &'static str, key: i32) -> Vec<SqliteRow> {
        sqlx::query(statement).bind(key).fetch_all(self).await.unwrap()
    }

    async fn by_text(&mut self, statement: &'static str, text: &str) -> Vec<SqliteRow> {
        sqlx::query(statement).bind(text.to_owned()).fetch_all(self).await.unwrap()
    }

    async fn children(&mut self, statement: &'static str, parents: Vec<i32>) -> Vec<SqliteRow> {
        let mut list = b"[".to_vec();
        for (index, parent) in parents.into_iter().enumerate() {
            json::raw(&mut list, if index > 0 { "," } else { "" });
            json::integer(&mut list, Some(parent));
        }
        list.push(b']');
        sqlx::query(statement).bind(String::from_utf8(list).unwrap()).fetch_all(self).await.unwrap()
    }

    fn integer(row: &SqliteRow, column: usize) -> Option<i32> {
        row.try_get_unchecked(column).unwrap()
    }

    fn text(row: &SqliteRow, column: usize) -> Option<&str> {
        row.try_get_unchecked(column).unwrap()
    }

    fn write_decimal(row: &SqliteRow, column: usize, out: &mut Vec<u8>) {
        let number: f64 = row.try_get_unchecked(column).unwrap();
        write!(out, "\"{number:.2}\"").unwrap();
    }
}
