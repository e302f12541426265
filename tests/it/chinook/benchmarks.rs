//! The operations of the benchmark, as they are written there, answer what SQL answers.

use rstest_reuse::apply;
use serde_json::{Value, json};

use super::{each, each_of, hundredths, rows};
use crate::{
    backends,
    support::{Backend, chinook},
};

#[apply(backends)]
#[tokio::test]
async fn q1_a_record_with_two_hops(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "query($id:Int!){ track(key:{trackId:$id}) { name milliseconds album { title artist { name } } } }";
    for id in [1, 2_000, 3_503] {
        let data = server.data_with(query, json!({ "id": id })).await;
        let t = &data["track"];
        let found = json!([[t["name"], t["milliseconds"], t["album"]["title"], t["album"]["artist"]["name"]]]);
        let sql = format!(
            "select t.name as a, t.milliseconds as b, al.title as c, ar.name as d from track t
             join album al on al.album_id = t.album_id join artist ar on ar.artist_id = al.artist_id
             where t.track_id = {id}"
        );
        assert_eq!(found, rows(backend, &server, &sql).await);
    }
    assert_eq!(server.data_with(query, json!({ "id": 4_000 })).await, json!({ "track": null }));
}

#[apply(backends)]
#[tokio::test]
async fn q2_a_hundred_records_with_two_hops(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query =
        "{ tracks(first:100, orderBy:[{trackId:ASC}]) { trackId name milliseconds album { title artist { name } } } }";
    let data = server.data(query).await;
    let found = each(&data["tracks"], |t| {
        json!([t["trackId"], t["name"], t["milliseconds"], t["album"]["title"], t["album"]["artist"]["name"]])
    });
    let sql = "select t.track_id as a, t.name as b, t.milliseconds as c, al.title as d, ar.name as e from track t
        join album al on al.album_id = t.album_id join artist ar on ar.artist_id = al.artist_id order by 1 limit 100";
    assert_eq!(found, rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn q3_three_levels_of_lists(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ artists(first:20, orderBy:[{artistId:ASC}]) { artistId name albums(first:5000) { albumId title tracks(first:5000) { trackId name genre { name } } } } }";
    let data = server.data(query).await;
    let albums = each(&data["artists"], |artist| {
        each_of(&artist["albums"], "tracks", |al, t| {
            json!([
                artist["artistId"],
                artist["name"],
                al["albumId"],
                al["title"],
                t["trackId"],
                t["name"],
                t["genre"]["name"]
            ])
        })
    });
    let found: Value = albums.as_array().unwrap().iter().flat_map(|rows| rows.as_array().unwrap().clone()).collect();
    let sql = "select ar.artist_id as a, ar.name as b, al.album_id as c, al.title as d, t.track_id as e, t.name as f,
        g.name as g from artist ar join album al on al.artist_id = ar.artist_id join track t on t.album_id = al.album_id
        left join genre g on g.genre_id = t.genre_id
        where ar.artist_id in (select artist_id from (select artist_id from artist order by artist_id limit 20) first) order by 1, 3, 5";
    assert_eq!(found, rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn q4_a_page_of_fifty_per_parent(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ playlists(first:100, orderBy:[{playlistId:ASC}]) { playlistId name tracks(first:50, orderBy:[{trackId:ASC}]) { trackId name } } }";
    let data = server.data(query).await;
    let found =
        each_of(&data["playlists"], "tracks", |p, t| json!([p["playlistId"], p["name"], t["trackId"], t["name"]]));
    let sql = "select p.playlist_id as a, p.name as b, t.track_id as c, t.name as d from playlist p
        join playlist_track x on x.playlist_id = p.playlist_id join track t on t.track_id = x.track_id
        where (select count(*) from playlist_track y where y.playlist_id = p.playlist_id and y.track_id < t.track_id) < 50
        order by 1, 3";
    assert_eq!(found, rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn q5_a_filter_a_hop_and_a_list(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "query($c:String!){ customers(where:{country:{eq:$c}}, orderBy:[{lastName:ASC}]) { firstName lastName supportRep { firstName lastName } invoices { invoiceId total } } }";
    let data = server.data_with(query, json!({ "c": "USA" })).await;
    let found = each_of(&data["customers"], "invoices", |c, i| {
        let rep = &c["supportRep"];
        let names = [&c["firstName"], &c["lastName"], &rep["firstName"], &rep["lastName"]];
        json!([names[0], names[1], names[2], names[3], i["invoiceId"], hundredths(&i["total"])])
    });
    let sql = "select c.first_name as a, c.last_name as b, e.first_name as c, e.last_name as d, i.invoice_id as e,
        cast(round(i.total * 100) as integer) as f from customer c left join employee e on e.employee_id = c.support_rep_id
        join invoice i on i.customer_id = c.customer_id where c.country = 'USA' order by c.last_name, c.customer_id, 5";
    assert_eq!(found, rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn q6_a_whole_table(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ tracks(first:5000, orderBy:[{trackId:ASC}]) { trackId name albumId mediaTypeId genreId composer milliseconds bytes unitPrice } }";
    let data = server.data(query).await;
    let found = each(&data["tracks"], |t| {
        let price = hundredths(&t["unitPrice"]);
        json!([
            t["trackId"],
            t["name"],
            t["albumId"],
            t["mediaTypeId"],
            t["genreId"],
            t["composer"],
            t["milliseconds"],
            t["bytes"],
            price
        ])
    });
    let sql = "select track_id as a, name as b, album_id as c, media_type_id as d, genre_id as e, composer as f,
        milliseconds as g, bytes as h, cast(round(unit_price * 100) as integer) as i from track order by 1";
    let expected = rows(backend, &server, sql).await;
    assert_eq!(expected.as_array().unwrap().len(), 3_503);
    assert_eq!(found, expected);
}
