//! `PostgreSQL` through tokio-postgres, with all levels in one round trip: each finds its parents by itself, and the
//! transaction that lets all see one state of the database is begun and ended with them.

use deadpool_postgres::Client;
use futures_util::future::{join_all, join3};
use tokio_postgres::{Row, types::ToSql};

use super::{
    answers,
    driver::{self, Driver},
    queries::Query,
};

const ALBUMS: &str = "select artist_id, album_id, title from album \
    where artist_id in (select artist_id from artist order by artist_id limit 20) order by artist_id, album_id";
const ALBUM_TRACKS: &str = "select t.album_id, t.track_id, t.name, g.genre_id, g.name from track t \
    left join genre g on g.genre_id = t.genre_id where t.album_id in (select album_id from album \
    where artist_id in (select artist_id from artist order by artist_id limit 20)) order by t.album_id, t.track_id";
const PLAYLIST_TRACKS: &str = "select k.id, t.track_id, t.name \
    from (select playlist_id as id from playlist order by playlist_id limit 100) k cross join lateral \
    (select track_id from playlist_track where playlist_id = k.id order by track_id limit 50) x \
    join track t on t.track_id = x.track_id order by k.id, t.track_id";
const INVOICES: &str = "select i.customer_id, i.invoice_id, i.total::text \
    from (select customer_id, last_name from customer where country = $1 order by last_name limit 100) c \
    join invoice i on i.customer_id = c.customer_id order by c.last_name, i.invoice_id";

/// Answers an operation: about a track, or the customers of a country, where it takes one.
pub(crate) async fn answer(client: &mut Client, query: Query, track: i32, country: &str) -> Vec<u8> {
    match query {
        Query::Q3 => {
            let [artists, albums, tracks] = levels(client, [Client::ARTISTS, ALBUMS, ALBUM_TRACKS], &[]).await;
            answers::artists(&artists, &albums, &tracks)
        }
        Query::Q4 => {
            let [playlists, tracks] = levels(client, [Client::PLAYLISTS, PLAYLIST_TRACKS], &[]).await;
            answers::playlists(&playlists, &tracks)
        }
        Query::Q5 => {
            let [customers, invoices] = levels(client, [Client::CUSTOMERS, INVOICES], &[&country]).await;
            answers::customers(&customers, &invoices)
        }
        // One statement is one round trip.
        Query::Q1 | Query::Q2 | Query::Q6 => driver::answer(client, query, track, country).await,
    }
}

/// The rows of statements that take the same values. What is written to the connection before anything is waited for
/// goes out together.
async fn levels<const N: usize>(
    client: &Client,
    statements: [&'static str; N],
    values: &[&(dyn ToSql + Sync)],
) -> [Vec<Row>; N] {
    let mut prepared = Vec::with_capacity(N);
    for statement in statements {
        prepared.push(client.prepare_cached(statement).await.unwrap());
    }
    let (begun, rows, committed) = join3(
        client.batch_execute("begin isolation level repeatable read read only"),
        join_all(prepared.iter().map(|statement| client.query(statement, values))),
        client.batch_execute("commit"),
    )
    .await;
    begun.unwrap();
    committed.unwrap();
    let rows: Vec<_> = rows.into_iter().map(Result::unwrap).collect();
    rows.try_into().unwrap()
}
