//! Counts, sums, averages and extremes, in all, by groups and per parent.

use rstest_reuse::apply;
use serde_json::{Value, json};

use super::{each, hundredths, rows};
use crate::{
    backends,
    support::{Backend, chinook},
};

#[apply(backends)]
#[tokio::test]
async fn invoice_totals_sum_up_by_country(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ invoicesAggregate(groupBy: [BILLING_COUNTRY]) {
        count sum { total } groups { key { billingCountry } count sum { total } min { total } max { total } } } }";
    let data = server.data(query).await;
    let aggregate = &data["invoicesAggregate"];
    let found = each(&aggregate["groups"], |group| {
        json!([
            group["key"]["billingCountry"],
            group["count"],
            hundredths(&group["sum"]["total"]),
            hundredths(&group["min"]["total"]),
            hundredths(&group["max"]["total"])
        ])
    });
    let cents = |function: &str| format!("cast(round({function}(total) * 100) as integer)");
    let columns = format!("{} as c, {} as d, {} as e", cents("sum"), cents("min"), cents("max"));
    let sql = format!(
        "select billing_country as a, count(*) as b, {columns} from invoice group by billing_country order by 1"
    );
    assert_eq!(found, rows(backend, &server, &sql).await);
    let sql = format!("select count(*) as a, {} as b from invoice", cents("sum"));
    let total = json!([[aggregate["count"], hundredths(&aggregate["sum"]["total"])]]);
    assert_eq!(total, rows(backend, &server, &sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn aggregates_respect_the_filter_and_the_type(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ tracksAggregate(where: {genre: {name: {eq: \"Jazz\"}}}) {
        count sum { milliseconds bytes } avg { milliseconds } min { name milliseconds } max { composer } } }";
    let data = server.data(query).await;
    let found = &data["tracksAggregate"];
    // A sum of integers may outgrow JSON's numbers: it is a string.
    let text = |value: &Value| value.as_str().unwrap().parse::<i64>().unwrap();
    let average = found["avg"]["milliseconds"].as_f64().unwrap();
    let average: Value = serde_json::from_str(&format!("{}", average.floor())).unwrap();
    let row = json!([
        found["count"],
        text(&found["sum"]["milliseconds"]),
        text(&found["sum"]["bytes"]),
        average,
        found["min"]["name"],
        found["min"]["milliseconds"],
        found["max"]["composer"]
    ]);
    let sql = "select count(*) as a, cast(sum(t.milliseconds) as bigint) as b, cast(sum(t.bytes) as bigint) as c,
        cast((sum(t.milliseconds) - sum(t.milliseconds) % count(t.milliseconds)) / count(t.milliseconds) as bigint) as d,
        min(t.name) as e, min(t.milliseconds) as f,
        max(t.composer) as g from track t join genre g on g.genre_id = t.genre_id where g.name = 'Jazz'";
    assert_eq!(json!([row]), rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn every_parent_has_its_own_aggregate(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query =
        "{ artists(first: 5000, orderBy: [{artistId: ASC}]) { artistId albumsAggregate { count min { title } } } }";
    let data = server.data(query).await;
    let found = each(&data["artists"], |artist| {
        let albums = &artist["albumsAggregate"];
        json!([artist["artistId"], albums["count"], albums["min"]["title"]])
    });
    let sql = "select ar.artist_id as a, count(al.album_id) as b, min(al.title) as c from artist ar
        left join album al on al.artist_id = ar.artist_id group by ar.artist_id order by 1";
    assert_eq!(found, rows(backend, &server, sql).await);

    let query = "{ playlists(orderBy: [{playlistId: ASC}]) {
        playlistId tracksAggregate(where: {unitPrice: {lt: \"1.5\"}}) { count sum { unitPrice } } } }";
    let data = server.data(query).await;
    let found = each(&data["playlists"], |playlist| {
        let tracks = &playlist["tracksAggregate"];
        let sum = &tracks["sum"]["unitPrice"];
        json!([playlist["playlistId"], tracks["count"], if sum.is_null() { Value::Null } else { hundredths(sum) }])
    });
    let sql = "select p.playlist_id as a, count(t.track_id) as b, cast(round(sum(t.unit_price) * 100) as integer) as c
        from playlist p left join playlist_track x on x.playlist_id = p.playlist_id
        left join track t on t.track_id = x.track_id and t.unit_price < 1.5 group by p.playlist_id order by 1";
    assert_eq!(found, rows(backend, &server, sql).await);
}

#[apply(backends)]
#[tokio::test]
async fn groups_come_per_parent_too(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query = "{ customers(first: 5000, orderBy: [{customerId: ASC}]) {
        customerId invoicesAggregate(groupBy: [BILLING_CITY]) { groups { key { billingCity } count sum { total } } } } }";
    let data = server.data(query).await;
    let found = each(&data["customers"], |customer| {
        let group = &customer["invoicesAggregate"]["groups"][0];
        json!([customer["customerId"], group["key"]["billingCity"], group["count"], hundredths(&group["sum"]["total"])])
    });
    let sql = "select customer_id as a, billing_city as b, count(*) as c, cast(round(sum(total) * 100) as integer) as d
        from invoice group by customer_id, billing_city order by 1, 2";
    assert_eq!(found, rows(backend, &server, sql).await);
}
