//! What a patient programmer writes for each of the operations: JSON straight from the rows of one statement per level.
//! Nothing is planned, looked up or named at run time.

use super::{json, rows::Columns};

/// A response with one field.
pub(crate) fn document(field: &str, write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(4_096);
    json::raw(&mut out, "{\"data\":{\"");
    json::raw(&mut out, field);
    json::raw(&mut out, "\":");
    write(&mut out);
    json::raw(&mut out, "}}");
    out
}

/// Q1, of no row or one.
pub(crate) fn track_by_key<R: Columns>(rows: &[R]) -> Vec<u8> {
    document("track", |out| match rows.first() {
        Some(row) => track_of_key(out, row),
        None => json::raw(out, "null"),
    })
}

/// Q2.
pub(crate) fn tracks<R: Columns>(rows: &[R]) -> Vec<u8> {
    document("tracks", |out| json::list(out, rows, listed_track))
}

/// Q3. The albums are in the order of the artists, the tracks in that of the albums' keys.
pub(crate) fn artists<R: Columns>(artists: &[R], albums: &[R], tracks: &[R]) -> Vec<u8> {
    let mut albums = albums.iter().peekable();
    document("artists", |out| {
        json::list(out, artists, |out, row| {
            let of_artist = std::iter::from_fn(|| albums.next_if(|album| album.integer(0) == row.integer(0)));
            artist(out, row, |out| {
                json::list(out, of_artist, |out, row| {
                    let key = row.integer(1);
                    let first = tracks.partition_point(|track| track.integer(0) < key);
                    let of_album = tracks[first..].iter().take_while(|track| track.integer(0) == key);
                    album(out, row, |out| json::list(out, of_album, album_track));
                });
            });
        });
    })
}

/// Q4. The tracks are in the order of the playlists.
pub(crate) fn playlists<R: Columns>(playlists: &[R], tracks: &[R]) -> Vec<u8> {
    let mut tracks = tracks.iter().peekable();
    document("playlists", |out| {
        json::list(out, playlists, |out, row| {
            let of_playlist = std::iter::from_fn(|| tracks.next_if(|track| track.integer(0) == row.integer(0)));
            playlist(out, row, |out| json::list(out, of_playlist, playlist_track));
        });
    })
}

/// Q5. The invoices are in the order of the customers.
pub(crate) fn customers<R: Columns>(customers: &[R], invoices: &[R]) -> Vec<u8> {
    let mut invoices = invoices.iter().peekable();
    document("customers", |out| {
        json::list(out, customers, |out, row| {
            let of_customer = std::iter::from_fn(|| invoices.next_if(|invoice| invoice.integer(0) == row.integer(0)));
            customer(out, row, |out| json::list(out, of_customer, invoice));
        });
    })
}

/// Q6.
pub(crate) fn all_tracks<R: Columns>(rows: &[R]) -> Vec<u8> {
    document("tracks", |out| json::list(out, rows, whole_track))
}

/// A row of [`TRACK`](super::driver::Driver::TRACK).
pub(crate) fn track_of_key(out: &mut Vec<u8>, row: &impl Columns) {
    json::raw(out, "{\"name\":");
    json::string(out, row.text(0));
    json::raw(out, ",\"milliseconds\":");
    json::integer(out, row.integer(1));
    album_and_artist(out, row, 2);
    json::raw(out, "}");
}

/// A row of [`TRACKS`](super::driver::Driver::TRACKS).
pub(crate) fn listed_track(out: &mut Vec<u8>, row: &impl Columns) {
    json::raw(out, "{\"trackId\":");
    json::integer(out, row.integer(0));
    json::raw(out, ",\"name\":");
    json::string(out, row.text(1));
    json::raw(out, ",\"milliseconds\":");
    json::integer(out, row.integer(2));
    album_and_artist(out, row, 3);
    json::raw(out, "}");
}

/// The album of a track: its key, title, and its artist's key and name.
fn album_and_artist(out: &mut Vec<u8>, row: &impl Columns, column: usize) {
    json::raw(out, ",\"album\":");
    if row.integer(column).is_none() {
        return json::raw(out, "null");
    }
    json::raw(out, "{\"title\":");
    json::string(out, row.text(column + 1));
    json::raw(out, ",\"artist\":");
    if row.integer(column + 2).is_some() {
        json::raw(out, "{\"name\":");
        json::string(out, row.text(column + 3));
        json::raw(out, "}}");
    } else {
        json::raw(out, "null}");
    }
}

/// A row of [`ARTISTS`](super::driver::Driver::ARTISTS), with its albums.
pub(crate) fn artist(out: &mut Vec<u8>, row: &impl Columns, albums: impl FnOnce(&mut Vec<u8>)) {
    json::raw(out, "{\"artistId\":");
    json::integer(out, row.integer(0));
    json::raw(out, ",\"name\":");
    json::string(out, row.text(1));
    json::raw(out, ",\"albums\":");
    albums(out);
    json::raw(out, "}");
}

/// A row of [`ALBUMS`](super::driver::Driver::ALBUMS), with its tracks.
pub(crate) fn album(out: &mut Vec<u8>, row: &impl Columns, tracks: impl FnOnce(&mut Vec<u8>)) {
    json::raw(out, "{\"albumId\":");
    json::integer(out, row.integer(1));
    json::raw(out, ",\"title\":");
    json::string(out, row.text(2));
    json::raw(out, ",\"tracks\":");
    tracks(out);
    json::raw(out, "}");
}

/// A row of [`ALBUM_TRACKS`](super::driver::Driver::ALBUM_TRACKS).
pub(crate) fn album_track(out: &mut Vec<u8>, row: &impl Columns) {
    json::raw(out, "{\"trackId\":");
    json::integer(out, row.integer(1));
    json::raw(out, ",\"name\":");
    json::string(out, row.text(2));
    json::raw(out, ",\"genre\":");
    if row.integer(3).is_some() {
        json::raw(out, "{\"name\":");
        json::string(out, row.text(4));
        json::raw(out, "}}");
    } else {
        json::raw(out, "null}");
    }
}

/// A row of [`PLAYLISTS`](super::driver::Driver::PLAYLISTS), with its tracks.
pub(crate) fn playlist(out: &mut Vec<u8>, row: &impl Columns, tracks: impl FnOnce(&mut Vec<u8>)) {
    json::raw(out, "{\"playlistId\":");
    json::integer(out, row.integer(0));
    json::raw(out, ",\"name\":");
    json::string(out, row.text(1));
    json::raw(out, ",\"tracks\":");
    tracks(out);
    json::raw(out, "}");
}

/// A row of [`PLAYLIST_TRACKS`](super::driver::Driver::PLAYLIST_TRACKS).
pub(crate) fn playlist_track(out: &mut Vec<u8>, row: &impl Columns) {
    json::raw(out, "{\"trackId\":");
    json::integer(out, row.integer(1));
    json::raw(out, ",\"name\":");
    json::string(out, row.text(2));
    json::raw(out, "}");
}

/// A row of [`CUSTOMERS`](super::driver::Driver::CUSTOMERS), with its invoices.
pub(crate) fn customer(out: &mut Vec<u8>, row: &impl Columns, invoices: impl FnOnce(&mut Vec<u8>)) {
    json::raw(out, "{\"firstName\":");
    json::string(out, row.text(1));
    json::raw(out, ",\"lastName\":");
    json::string(out, row.text(2));
    json::raw(out, ",\"supportRep\":");
    if row.integer(3).is_some() {
        json::raw(out, "{\"firstName\":");
        json::string(out, row.text(4));
        json::raw(out, ",\"lastName\":");
        json::string(out, row.text(5));
        json::raw(out, "}");
    } else {
        json::raw(out, "null");
    }
    json::raw(out, ",\"invoices\":");
    invoices(out);
    json::raw(out, "}");
}

/// A row of [`INVOICES`](super::driver::Driver::INVOICES).
pub(crate) fn invoice(out: &mut Vec<u8>, row: &impl Columns) {
    json::raw(out, "{\"invoiceId\":");
    json::integer(out, row.integer(1));
    json::raw(out, ",\"total\":");
    row.write_decimal(2, out);
    json::raw(out, "}");
}

/// A row of [`ALL_TRACKS`](super::driver::Driver::ALL_TRACKS).
pub(crate) fn whole_track(out: &mut Vec<u8>, row: &impl Columns) {
    json::raw(out, "{\"trackId\":");
    json::integer(out, row.integer(0));
    json::raw(out, ",\"name\":");
    json::string(out, row.text(1));
    json::raw(out, ",\"albumId\":");
    json::integer(out, row.integer(2));
    json::raw(out, ",\"mediaTypeId\":");
    json::integer(out, row.integer(3));
    json::raw(out, ",\"genreId\":");
    json::integer(out, row.integer(4));
    json::raw(out, ",\"composer\":");
    json::string(out, row.text(5));
    json::raw(out, ",\"milliseconds\":");
    json::integer(out, row.integer(6));
    json::raw(out, ",\"bytes\":");
    json::integer(out, row.integer(7));
    json::raw(out, ",\"unitPrice\":");
    row.write_decimal(8, out);
    json::raw(out, "}");
}
