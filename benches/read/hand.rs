//! What a patient programmer writes for each of the operations: one statement per level, and JSON from its rows.
//! Nothing is planned, looked up or named at run time.

use super::{driver::Driver, json, queries::Query};

/// Answers an operation.
pub(crate) async fn execute<D: Driver>(driver: &mut D, query: Query, track: i32) -> Vec<u8> {
    match query {
        Query::Q1 => track_by_key(driver, track).await,
        Query::Q2 => tracks(driver).await,
        Query::Q3 => artists(driver).await,
        Query::Q4 => playlists(driver).await,
        Query::Q5 => customers(driver).await,
        Query::Q6 => all_tracks(driver).await,
    }
}

async fn track_by_key<D: Driver>(driver: &mut D, track: i32) -> Vec<u8> {
    let mut out = b"{\"data\":{\"track\":".to_vec();
    let rows = driver.by_key(D::TRACK, track).await;
    match rows.first() {
        Some(row) => {
            json::raw(&mut out, "{\"name\":");
            json::string(&mut out, D::text(row, 0));
            json::raw(&mut out, ",\"milliseconds\":");
            json::integer(&mut out, D::integer(row, 1));
            album::<D>(&mut out, row, 2);
            json::raw(&mut out, "}");
        }
        None => json::raw(&mut out, "null"),
    }
    json::raw(&mut out, "}}");
    out
}

async fn tracks<D: Driver>(driver: &mut D) -> Vec<u8> {
    let mut out = b"{\"data\":{\"tracks\":[".to_vec();
    for (index, row) in driver.all(D::TRACKS).await.iter().enumerate() {
        json::raw(&mut out, if index > 0 { ",{\"trackId\":" } else { "{\"trackId\":" });
        json::integer(&mut out, D::integer(row, 0));
        json::raw(&mut out, ",\"name\":");
        json::string(&mut out, D::text(row, 1));
        json::raw(&mut out, ",\"milliseconds\":");
        json::integer(&mut out, D::integer(row, 2));
        album::<D>(&mut out, row, 3);
        json::raw(&mut out, "}");
    }
    json::raw(&mut out, "]}}");
    out
}

/// The album of a track: its key, title, and its artist's key and name.
fn album<D: Driver>(out: &mut Vec<u8>, row: &D::Row, column: usize) {
    json::raw(out, ",\"album\":");
    if D::integer(row, column).is_none() {
        return json::raw(out, "null");
    }
    json::raw(out, "{\"title\":");
    json::string(out, D::text(row, column + 1));
    json::raw(out, ",\"artist\":");
    if D::integer(row, column + 2).is_some() {
        json::raw(out, "{\"name\":");
        json::string(out, D::text(row, column + 3));
        json::raw(out, "}}");
    } else {
        json::raw(out, "null}");
    }
}

async fn artists<D: Driver>(driver: &mut D) -> Vec<u8> {
    let artists = driver.all(D::ARTISTS).await;
    let albums = driver.children(D::ALBUMS, ids::<D>(&artists, 0)).await;
    let tracks = driver.children(D::ALBUM_TRACKS, ids::<D>(&albums, 1)).await;
    let mut of_artists = albums.iter().peekable();

    let mut out = b"{\"data\":{\"artists\":[".to_vec();
    for (index, row) in artists.iter().enumerate() {
        let artist = D::integer(row, 0);
        json::raw(&mut out, if index > 0 { ",{\"artistId\":" } else { "{\"artistId\":" });
        json::integer(&mut out, artist);
        json::raw(&mut out, ",\"name\":");
        json::string(&mut out, D::text(row, 1));
        json::raw(&mut out, ",\"albums\":[");
        let mut separator = "{\"albumId\":";
        while let Some(row) = of_artists.next_if(|row| D::integer(row, 0) == artist) {
            let album = D::integer(row, 1);
            json::raw(&mut out, separator);
            separator = ",{\"albumId\":";
            json::integer(&mut out, album);
            json::raw(&mut out, ",\"title\":");
            json::string(&mut out, D::text(row, 2));
            json::raw(&mut out, ",\"tracks\":[");
            let mut separator = "{\"trackId\":";
            // The tracks are in the order of the albums' keys, the albums in that of their artists.
            let first = tracks.partition_point(|row| D::integer(row, 0) < album);
            for row in tracks[first..].iter().take_while(|row| D::integer(row, 0) == album) {
                json::raw(&mut out, separator);
                separator = ",{\"trackId\":";
                json::integer(&mut out, D::integer(row, 1));
                json::raw(&mut out, ",\"name\":");
                json::string(&mut out, D::text(row, 2));
                json::raw(&mut out, ",\"genre\":");
                if D::integer(row, 3).is_some() {
                    json::raw(&mut out, "{\"name\":");
                    json::string(&mut out, D::text(row, 4));
                    json::raw(&mut out, "}}");
                } else {
                    json::raw(&mut out, "null}");
                }
            }
            json::raw(&mut out, "]}");
        }
        json::raw(&mut out, "]}");
    }
    json::raw(&mut out, "]}}");
    out
}

async fn playlists<D: Driver>(driver: &mut D) -> Vec<u8> {
    let playlists = driver.all(D::PLAYLISTS).await;
    let tracks = driver.children(D::PLAYLIST_TRACKS, ids::<D>(&playlists, 0)).await;
    let mut tracks = tracks.iter().peekable();

    let mut out = b"{\"data\":{\"playlists\":[".to_vec();
    for (index, row) in playlists.iter().enumerate() {
        let playlist = D::integer(row, 0);
        json::raw(&mut out, if index > 0 { ",{\"playlistId\":" } else { "{\"playlistId\":" });
        json::integer(&mut out, playlist);
        json::raw(&mut out, ",\"name\":");
        json::string(&mut out, D::text(row, 1));
        json::raw(&mut out, ",\"tracks\":[");
        let mut separator = "{\"trackId\":";
        while let Some(row) = tracks.next_if(|row| D::integer(row, 0) == playlist) {
            json::raw(&mut out, separator);
            separator = ",{\"trackId\":";
            json::integer(&mut out, D::integer(row, 1));
            json::raw(&mut out, ",\"name\":");
            json::string(&mut out, D::text(row, 2));
            json::raw(&mut out, "}");
        }
        json::raw(&mut out, "]}");
    }
    json::raw(&mut out, "]}}");
    out
}

async fn customers<D: Driver>(driver: &mut D) -> Vec<u8> {
    let customers = driver.by_text(D::CUSTOMERS, "USA").await;
    let invoices = driver.children(D::INVOICES, ids::<D>(&customers, 0)).await;
    let mut invoices = invoices.iter().peekable();

    let mut out = b"{\"data\":{\"customers\":[".to_vec();
    for (index, row) in customers.iter().enumerate() {
        let customer = D::integer(row, 0);
        json::raw(&mut out, if index > 0 { ",{\"firstName\":" } else { "{\"firstName\":" });
        json::string(&mut out, D::text(row, 1));
        json::raw(&mut out, ",\"lastName\":");
        json::string(&mut out, D::text(row, 2));
        json::raw(&mut out, ",\"supportRep\":");
        if D::integer(row, 3).is_some() {
            json::raw(&mut out, "{\"firstName\":");
            json::string(&mut out, D::text(row, 4));
            json::raw(&mut out, ",\"lastName\":");
            json::string(&mut out, D::text(row, 5));
            json::raw(&mut out, "}");
        } else {
            json::raw(&mut out, "null");
        }
        json::raw(&mut out, ",\"invoices\":[");
        let mut separator = "{\"invoiceId\":";
        while let Some(row) = invoices.next_if(|row| D::integer(row, 0) == customer) {
            json::raw(&mut out, separator);
            separator = ",{\"invoiceId\":";
            json::integer(&mut out, D::integer(row, 1));
            json::raw(&mut out, ",\"total\":");
            D::write_decimal(row, 2, &mut out);
            json::raw(&mut out, "}");
        }
        json::raw(&mut out, "]}");
    }
    json::raw(&mut out, "]}}");
    out
}

async fn all_tracks<D: Driver>(driver: &mut D) -> Vec<u8> {
    let mut out = b"{\"data\":{\"tracks\":[".to_vec();
    for (index, row) in driver.all(D::ALL_TRACKS).await.iter().enumerate() {
        json::raw(&mut out, if index > 0 { ",{\"trackId\":" } else { "{\"trackId\":" });
        json::integer(&mut out, D::integer(row, 0));
        json::raw(&mut out, ",\"name\":");
        json::string(&mut out, D::text(row, 1));
        json::raw(&mut out, ",\"albumId\":");
        json::integer(&mut out, D::integer(row, 2));
        json::raw(&mut out, ",\"mediaTypeId\":");
        json::integer(&mut out, D::integer(row, 3));
        json::raw(&mut out, ",\"genreId\":");
        json::integer(&mut out, D::integer(row, 4));
        json::raw(&mut out, ",\"composer\":");
        json::string(&mut out, D::text(row, 5));
        json::raw(&mut out, ",\"milliseconds\":");
        json::integer(&mut out, D::integer(row, 6));
        json::raw(&mut out, ",\"bytes\":");
        json::integer(&mut out, D::integer(row, 7));
        json::raw(&mut out, ",\"unitPrice\":");
        D::write_decimal(row, 8, &mut out);
        json::raw(&mut out, "}");
    }
    json::raw(&mut out, "]}}");
    out
}

fn ids<D: Driver>(rows: &[D::Row], column: usize) -> Vec<i32> {
    rows.iter().filter_map(|row| D::integer(row, column)).collect()
}
