//! The statements of the hand-written answers, one for each level, by database and driver.

use sqlx::{MySqlConnection, PgConnection, SqliteConnection, mysql::MySqlRow, postgres::PgRow, sqlite::SqliteRow};

use super::{answers, json, queries::Query, rows::Columns};

/// A connection, and what is asked over it. The columns of a statement are the same on every database.
pub(crate) trait Driver: Send {
    type Row: Columns + Send + Sync;

    const TRACK: &'static str = "select t.name, t.milliseconds, al.album_id, al.title, ar.artist_id, ar.name \
        from track t left join album al on al.album_id = t.album_id \
        left join artist ar on ar.artist_id = al.artist_id where t.track_id = ?";
    const TRACKS: &'static str = "select t.track_id, t.name, t.milliseconds, al.album_id, al.title, ar.artist_id, \
        ar.name from track t left join album al on al.album_id = t.album_id \
        left join artist ar on ar.artist_id = al.artist_id order by t.track_id limit 100";
    const ARTISTS: &'static str = "select artist_id, name from artist order by artist_id limit 20";
    const ALBUMS: &'static str;
    const ALBUM_TRACKS: &'static str;
    const PLAYLISTS: &'static str = "select playlist_id, name from playlist order by playlist_id limit 100";
    const PLAYLIST_TRACKS: &'static str;
    const CUSTOMERS: &'static str = "select c.customer_id, c.first_name, c.last_name, e.employee_id, e.first_name, \
        e.last_name from customer c left join employee e on e.employee_id = c.support_rep_id \
        where c.country = ? order by c.last_name limit 100";
    // The invoices belong to customers in the order of their names, which is not that of their keys.
    const INVOICES: &'static str;
    const ALL_TRACKS: &'static str = "select track_id, name, album_id, media_type_id, genre_id, composer, \
        milliseconds, bytes, unit_price from track order by track_id limit 5000";

    fn all(&mut self, statement: &'static str) -> impl Future<Output = Vec<Self::Row>> + Send;
    fn by_key(&mut self, statement: &'static str, key: i32) -> impl Future<Output = Vec<Self::Row>> + Send;
    fn by_text(&mut self, statement: &'static str, text: &str) -> impl Future<Output = Vec<Self::Row>> + Send;
    fn children(&mut self, statement: &'static str, parents: Vec<i32>) -> impl Future<Output = Vec<Self::Row>> + Send;
}

/// Answers an operation: about a track, or the customers of a country, where it takes one.
pub(crate) async fn answer<D: Driver>(driver: &mut D, query: Query, track: i32, country: &str) -> Vec<u8> {
    match query {
        Query::Q1 => answers::track_by_key(&driver.by_key(D::TRACK, track).await),
        Query::Q2 => answers::tracks(&driver.all(D::TRACKS).await),
        Query::Q3 => {
            let artists = driver.all(D::ARTISTS).await;
            let albums = driver.children(D::ALBUMS, keys(&artists, 0)).await;
            let tracks = driver.children(D::ALBUM_TRACKS, keys(&albums, 1)).await;
            answers::artists(&artists, &albums, &tracks)
        }
        Query::Q4 => {
            let playlists = driver.all(D::PLAYLISTS).await;
            let tracks = driver.children(D::PLAYLIST_TRACKS, keys(&playlists, 0)).await;
            answers::playlists(&playlists, &tracks)
        }
        Query::Q5 => {
            let customers = driver.by_text(D::CUSTOMERS, country).await;
            let invoices = driver.children(D::INVOICES, keys(&customers, 0)).await;
            answers::customers(&customers, &invoices)
        }
        Query::Q6 => answers::all_tracks(&driver.all(D::ALL_TRACKS).await),
    }
}

fn keys<R: Columns>(rows: &[R], column: usize) -> Vec<i32> {
    rows.iter().filter_map(|row| row.integer(column)).collect()
}

/// What is the same for all drivers but for their types; the parents are bound as each takes a list.
macro_rules! rows {
    ($row:ty, $list:expr) => {
        type Row = $row;

        async fn all(&mut self, statement: &'static str) -> Vec<$row> {
            sqlx::query(statement).fetch_all(self).await.unwrap()
        }

        async fn by_key(&mut self, statement: &'static str, key: i32) -> Vec<$row> {
            sqlx::query(statement).bind(key).fetch_all(self).await.unwrap()
        }

        async fn by_text(&mut self, statement: &'static str, text: &str) -> Vec<$row> {
            sqlx::query(statement).bind(text.to_owned()).fetch_all(self).await.unwrap()
        }

        async fn children(&mut self, statement: &'static str, parents: Vec<i32>) -> Vec<$row> {
            sqlx::query(statement).bind($list(parents)).fetch_all(self).await.unwrap()
        }
    };
}

impl Driver for PgConnection {
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
    const INVOICES: &'static str = "select i.customer_id, i.invoice_id, i.total::text \
        from unnest($1::int[]) with ordinality k(id, o) join invoice i on i.customer_id = k.id \
        order by k.o, i.invoice_id";
    const ALL_TRACKS: &'static str = "select track_id, name, album_id, media_type_id, genre_id, composer, \
        milliseconds, bytes, unit_price::text from track order by track_id limit 5000";

    rows!(PgRow, std::convert::identity);
}

impl Driver for SqliteConnection {
    const ALBUMS: &'static str = "select artist_id, album_id, title from album \
        where artist_id in (select value from json_each(?)) order by artist_id, album_id";
    const ALBUM_TRACKS: &'static str = "select t.album_id, t.track_id, t.name, g.genre_id, g.name from track t \
        left join genre g on g.genre_id = t.genre_id \
        where t.album_id in (select value from json_each(?)) order by t.album_id, t.track_id";
    const PLAYLIST_TRACKS: &'static str = "select k.value, t.track_id, t.name from json_each(?) k cross join track t \
        where t.track_id in (select track_id from playlist_track where playlist_id = k.value \
        order by track_id limit 50) order by k.key, t.track_id";
    const INVOICES: &'static str = "select i.customer_id, i.invoice_id, i.total from json_each(?) k \
        cross join invoice i on i.customer_id = k.value order by k.key, i.invoice_id";

    rows!(SqliteRow, json::integers);
}

impl Driver for MySqlConnection {
    const ALBUMS: &'static str = "select a.artist_id, a.album_id, a.title \
        from json_table(?, '$[*]' columns (id int path '$')) k straight_join album a on a.artist_id = k.id \
        order by a.artist_id, a.album_id";
    const ALBUM_TRACKS: &'static str = "select t.album_id, t.track_id, t.name, g.genre_id, g.name \
        from json_table(?, '$[*]' columns (id int path '$')) k straight_join track t on t.album_id = k.id \
        left join genre g on g.genre_id = t.genre_id order by t.album_id, t.track_id";
    // There is no LATERAL: the fiftieth key of each parent bounds its page.
    const PLAYLIST_TRACKS: &'static str = "select k.id, t.track_id, t.name \
        from json_table(?, '$[*]' columns (o for ordinality, id int path '$')) k \
        straight_join playlist_track x on x.playlist_id = k.id and x.track_id <= coalesce((select y.track_id \
        from playlist_track y where y.playlist_id = k.id order by y.track_id limit 1 offset 49), 2147483647) \
        straight_join track t on t.track_id = x.track_id order by k.o, t.track_id";
    const INVOICES: &'static str = "select i.customer_id, i.invoice_id, i.total \
        from json_table(?, '$[*]' columns (o for ordinality, id int path '$')) k \
        straight_join invoice i on i.customer_id = k.id order by k.o, i.invoice_id";

    rows!(MySqlRow, json::integers);
}
