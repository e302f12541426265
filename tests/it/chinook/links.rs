//! Navigation properties at every depth, each list with its own page and order.

use rstest_reuse::apply;
use serde_json::{Value, json};

use super::{each, each_of, rows};
use crate::{
    backends,
    support::{Backend, chinook},
};

#[apply(backends)]
#[tokio::test]
async fn playlists_reach_their_tracks_through_the_intersect(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ playlists(first: 5000, orderBy: [{playlistId: ASC}]) {
        playlistId tracks(first: 5000, orderBy: [{trackId: ASC}]) { trackId name } } }";
    let data = server.data(query).await;
    let found = each_of(&data["playlists"], "tracks", |p, t| json!([p["playlistId"], t["trackId"], t["name"]]));
    let sql = "select p.playlist_id as a, t.track_id as b, t.name as c from playlist_track p
        join track t on t.track_id = p.track_id order by 1, 2";
    let expected = rows(backend, &server, sql).await;
    assert_eq!(expected.as_array().unwrap().len(), 8_715);
    assert_eq!(found, expected);
    assert_eq!(data["playlists"].as_array().unwrap().len(), 18, "playlists without tracks are there too");
}

#[apply(backends)]
#[tokio::test]
async fn tracks_reach_their_playlists_through_the_intersect(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ tracks(first: 5000, orderBy: [{trackId: ASC}]) {
        trackId playlists(orderBy: [{name: DESC}, {playlistId: ASC}]) { playlistId } } }";
    let data = server.data(query).await;
    let found = each_of(&data["tracks"], "playlists", |t, p| json!([t["trackId"], p["playlistId"]]));
    let sql = "select x.track_id as a, p.playlist_id as b from playlist_track x
        join playlist p on p.playlist_id = x.playlist_id order by x.track_id, p.name desc, p.playlist_id";
    assert_eq!(found, rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn tracks_have_their_album_artist_and_genre(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ tracks(first: 5000, orderBy: [{trackId: DESC}]) {
        trackId composer album { title artist { name } } genre { name } mediaType { name } } }";
    let data = server.data(query).await;
    let found = each(&data["tracks"], |t| {
        let (album, genre) = (&t["album"], &t["genre"]);
        json!([
            t["trackId"],
            t["composer"],
            album["title"],
            album["artist"]["name"],
            genre["name"],
            t["mediaType"]["name"]
        ])
    });
    let sql = "select t.track_id as a, t.composer as b, al.title as c, ar.name as d, g.name as e, m.name as f
        from track t left join album al on al.album_id = t.album_id left join artist ar on ar.artist_id = al.artist_id
        left join genre g on g.genre_id = t.genre_id left join media_type m on m.media_type_id = t.media_type_id
        order by t.track_id desc";
    assert_eq!(found, rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn employees_see_whom_they_report_to_and_who_reports_to_them(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ employees(orderBy: [{employeeId: ASC}]) {
        employeeId reportsTo reportsToEmployee { employeeId lastName reportsToEmployee { lastName } }
        employeesByReportsTo(orderBy: [{lastName: DESC}]) { employeeId reportsToEmployee { employeeId } } } }";
    let data = server.data(query).await;
    let up = each(&data["employees"], |e| {
        let boss = &e["reportsToEmployee"];
        assert_eq!(e["reportsTo"], boss["employeeId"]);
        json!([e["employeeId"], boss["lastName"], boss["reportsToEmployee"]["lastName"]])
    });
    let sql = "select e.employee_id as a, b.last_name as b, c.last_name as c from employee e
        left join employee b on b.employee_id = e.reports_to left join employee c on c.employee_id = b.reports_to order by 1";
    assert_eq!(up, rows(backend, &server, sql).await);

    let down = each_of(&data["employees"], "employeesByReportsTo", |e, other| {
        assert_eq!(e["employeeId"], other["reportsToEmployee"]["employeeId"]);
        json!([e["employeeId"], other["employeeId"]])
    });
    let sql = "select reports_to as a, employee_id as b from employee where reports_to is not null
        order by reports_to, last_name desc";
    assert_eq!(down, rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn three_levels_of_lists_have_each_its_own_page_and_order(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ artists(first: 30, offset: 5, orderBy: [{artistId: ASC}]) { artistId
        albums(first: 2, orderBy: [{title: DESC}]) { albumId
            tracks(first: 3, offset: 1, orderBy: [{milliseconds: DESC}]) { trackId } } } }";
    let data = server.data(query).await;
    let found: Value = each(&data["artists"], |artist| {
        each_of(&artist["albums"], "tracks", |al, t| json!([artist["artistId"], al["albumId"], t["trackId"]]))
    });
    let found: Value = found.as_array().unwrap().iter().flat_map(|rows| rows.as_array().unwrap().clone()).collect();
    let sql = "select a.artist_id as a, al.album_id as b, t.track_id as c
        from (select artist_id from artist order by artist_id limit 30 offset 5) a
        join (select album_id, artist_id, row_number() over (partition by artist_id order by title desc, album_id) as nr
              from album) al on al.artist_id = a.artist_id and al.nr <= 2
        join (select track_id, album_id, row_number() over (partition by album_id order by milliseconds desc, track_id)
              as nr from track) t on t.album_id = al.album_id and t.nr between 2 and 4
        order by a.artist_id, al.nr, t.nr"
        .replace("row_number", "ROW#NUMBER");
    // The function's name keeps its underscore on SQLite.
    let sql = match backend {
        Backend::Sqlite => sql.replace('_', "").replace("ROW#NUMBER", "row_number"),
        Backend::Postgres | Backend::MariaDb => sql.replace("ROW#NUMBER", "row_number"),
    };
    let expected: Value = server.sql(&sql).await.iter().map(|row| json!([row["a"], row["b"], row["c"]])).collect();
    assert!(expected.as_array().unwrap().len() > 50);
    assert_eq!(found, expected);
}

#[apply(backends)]
#[tokio::test]
async fn a_list_below_a_single_valued_property_belongs_to_its_record(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ tracks(first: 40, orderBy: [{trackId: ASC}]) {
        trackId album { tracks(first: 2, orderBy: [{trackId: DESC}]) { trackId } artist { albums { albumId } } } } }";
    let data = server.data(query).await;
    let found = each(&data["tracks"], |t| {
        let (tracks, albums) = (&t["album"]["tracks"], &t["album"]["artist"]["albums"]);
        json!([t["trackId"], tracks[0]["trackId"], albums.as_array().unwrap().len()])
    });
    let sql = "select t.track_id as a, (select max(track_id) from track o where o.album_id = t.album_id) as b,
        (select count(*) from album o join album m on m.artist_id = o.artist_id where m.album_id = t.album_id) as c
        from track t order by t.track_id limit 40";
    assert_eq!(found, rows(backend, &server, sql).await);
}
