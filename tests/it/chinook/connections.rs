//! Pages with cursors: nothing twice, nothing left out, in both directions.

use rstest_reuse::apply;
use serde_json::{Value, json};

use super::{each, rows};
use crate::{
    backends,
    support::{Backend, Server, chinook},
};

/// All track ids, page by page, in the order in which they came.
async fn walk(server: &Server, order: &str, forward: bool) -> (Vec<Value>, usize) {
    let (count, cursor) = if forward { ("first", "after") } else { ("last", "before") };
    let query = format!(
        "query($cursor: String) {{ tracksConnection({count}: 500, {cursor}: $cursor, orderBy: {order}) {{
            totalCount nodes {{ trackId }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let (mut ids, mut pages, mut cursor) = (Vec::new(), 0, Value::Null);
    loop {
        let data = server.data_with(&query, json!({ "cursor": cursor })).await;
        let connection = &data["tracksConnection"];
        assert_eq!(connection["totalCount"], 3_503);
        let page = connection["nodes"].as_array().unwrap().iter().map(|node| node["trackId"].clone());
        let info = &connection["pageInfo"];
        let is_first = pages == 0;
        let is_last = if forward {
            ids.extend(page);
            assert_eq!(info["hasPreviousPage"], !is_first);
            info["hasNextPage"] == false
        } else {
            ids.extend(page.rev());
            assert_eq!(info["hasNextPage"], !is_first);
            info["hasPreviousPage"] == false
        };
        pages += 1;
        if is_last {
            return (ids, pages);
        }
        cursor = info[if forward { "endCursor" } else { "startCursor" }].clone();
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_walk_through_all_tracks_meets_each_once(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    for (order, sql_order) in [
        ("[{trackId: ASC}]", "t.track_id"),
        // Many tracks share a genre, and composers are often unknown.
        ("[{genreId: DESC}]", "t.genre_id desc, t.track_id"),
        (
            "[{composer: ASC_NULLS_FIRST}, {name: DESC}]",
            "case when t.composer is null then 0 else 1 end, t.composer, t.name desc, t.track_id",
        ),
        (
            "[{composer: DESC_NULLS_LAST}, {unitPrice: ASC}]",
            "case when t.composer is null then 1 else 0 end, t.composer desc, t.unit_price, t.track_id",
        ),
        ("[{album: {artist: {name: ASC}}}, {milliseconds: DESC}]", "ar.name, t.milliseconds desc, t.track_id"),
    ] {
        let sql = format!(
            "select t.track_id as a from track t left join album al on al.album_id = t.album_id
             left join artist ar on ar.artist_id = al.artist_id order by {sql_order}"
        );
        let expected: Vec<Value> =
            rows(backend, &server, &sql).await.as_array().unwrap().iter().map(|row| row[0].clone()).collect();
        assert_eq!(walk(&server, order, true).await, (expected.clone(), 8), "forward by {order}");
        let reversed: Vec<Value> = expected.into_iter().rev().collect();
        assert_eq!(walk(&server, order, false).await, (reversed, 8), "backward by {order}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn connections_below_a_record_page_for_each_parent(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query =
        "query($after: String) { playlists(where: {playlistId: {in: [1, 5, 8, 17]}}, orderBy: [{playlistId: ASC}]) {
        playlistId tracksConnection(first: 10, after: $after, where: {genreId: {eq: 1}}, orderBy: [{name: ASC}]) {
            totalCount edges { cursor node { trackId } } pageInfo { hasNextPage endCursor } } } }";
    let data = server.data(query).await;
    let found = each(&data["playlists"], |p| {
        let connection = &p["tracksConnection"];
        let ids = each(&connection["edges"], |edge| edge["node"]["trackId"].clone());
        json!([p["playlistId"], connection["totalCount"], ids])
    });
    let mut expected = Vec::new();
    for playlist in [1, 5, 8, 17] {
        let from = format!(
            "from playlist_track x join track t on t.track_id = x.track_id where x.playlist_id = {playlist} and t.genre_id = 1"
        );
        let ids = rows(backend, &server, &format!("select t.track_id as a {from} order by t.name, t.track_id")).await;
        let ids: Vec<Value> = ids.as_array().unwrap().iter().map(|row| row[0].clone()).collect();
        expected.push(json!([playlist, ids.len(), ids[..ids.len().min(10)]]));
    }
    assert_eq!(found, Value::from(expected));

    // The cursor of one parent's page is a place in the order, and holds for every parent.
    let after = data["playlists"][0]["tracksConnection"]["pageInfo"]["endCursor"].clone();
    let next = server.data_with(query, json!({ "after": after })).await;
    let sql = "select t.track_id as a from playlist_track x join track t on t.track_id = x.track_id
        where x.playlist_id = 1 and t.genre_id = 1 order by t.name, t.track_id limit 10 offset 10";
    let found = each(&next["playlists"][0]["tracksConnection"]["edges"], |edge| json!([edge["node"]["trackId"]]));
    assert_eq!(found, rows(backend, &server, sql).await);
}
