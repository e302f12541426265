//! Conditions and orders, on attributes and over links.

use rstest_reuse::apply;
use serde_json::json;

use super::{each, hundredths, rows};
use crate::{
    backends,
    support::{Backend, Server, chinook},
};

#[apply(backends)]
#[tokio::test]
async fn invoices_are_filtered_and_ordered_over_links(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    for country in ["USA", "Brazil"] {
        let query = format!(
            "{{ invoices(first: 5000, where: {{customer: {{country: {{eq: \"{country}\"}}}}}},
                orderBy: [{{customer: {{supportRep: {{lastName: DESC}}}}}}, {{customer: {{lastName: ASC}}}}, {{total: DESC}}]) {{
                invoiceId total customer {{ lastName supportRep {{ lastName }} }} }} }}"
        );
        let data = server.data(&query).await;
        let found = each(&data["invoices"], |i| {
            let customer = &i["customer"];
            json!([i["invoiceId"], hundredths(&i["total"]), customer["lastName"], customer["supportRep"]["lastName"]])
        });
        let sql = format!(
            "select i.invoice_id as a, cast(round(i.total * 100) as integer) as b, c.last_name as c, e.last_name as d
             from invoice i join customer c on c.customer_id = i.customer_id
             left join employee e on e.employee_id = c.support_rep_id where c.country = '{country}'
             order by e.last_name desc, c.last_name, i.total desc, i.invoice_id"
        );
        let expected = rows(backend, &server, &sql).await;
        assert!(expected.as_array().unwrap().len() > 30);
        assert_eq!(found, expected, "{country}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn filters_over_collections_ask_for_some_every_and_none(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let of = |condition: &str| {
        format!(
            "select 1 from playlist_track x join track t on t.track_id = x.track_id
             where x.playlist_id = p.playlist_id and {condition}"
        )
    };
    let check = async |filter: &str, condition: String| {
        let list =
            format!("{{ playlists(where: {{tracks: {filter}}}, orderBy: [{{playlistId: ASC}}]) {{ playlistId }} }}");
        let found = each(&server.data(&list).await["playlists"], |p| json!([p["playlistId"]]));
        let sql = format!("select p.playlist_id as a from playlist p where {condition} order by 1");
        assert_eq!(found, rows(backend, &server, &sql).await, "{filter}");
    };
    check("{some: {genreId: {eq: 1}}}", format!("exists ({})", of("t.genre_id = 1"))).await;
    check("{none: {genreId: {eq: 1}}}", format!("not exists ({})", of("t.genre_id = 1"))).await;
    check("{every: {genreId: {in: [1, 2, 3]}}}", format!("not exists ({})", of("t.genre_id not in (1, 2, 3)"))).await;
    // A composer that is not known fulfils no condition.
    check(
        "{every: {composer: {startsWith: \"A\"}}}",
        format!("not exists ({})", of("(t.composer is null or substr(t.composer, 1, 1) <> 'A')")),
    )
    .await;
    check(
        "{some: {album: {artist: {name: {eq: \"AC/DC\"}}}}, none: {mediaTypeId: {eq: 3}}}",
        format!(
            "exists ({}) and not exists ({})",
            of("t.album_id in (select al.album_id from album al join artist ar on ar.artist_id = al.artist_id where ar.name = 'AC/DC')"),
            of("t.media_type_id = 3")
        ),
    )
    .await;
    check("{none: {}}", format!("not exists ({})", of("1 = 1"))).await;
}

#[apply(backends)]
#[tokio::test]
async fn conditions_pass_through_collections_in_both_directions(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    check_tracks(
        backend,
        &server,
        "{playlists: {some: {name: {eq: \"Grunge\"}}}}",
        "exists (select 1 from playlist_track x join playlist p on p.playlist_id = x.playlist_id
                 where x.track_id = t.track_id and p.name = 'Grunge')",
    )
    .await;
    check_tracks(
        backend,
        &server,
        "{invoiceLines: {some: {invoice: {customer: {country: {eq: \"Germany\"}}}}}, not: {genre: {name: {eq: \"Rock\"}}}}",
        "exists (select 1 from invoice_line l join invoice i on i.invoice_id = l.invoice_id
                 join customer c on c.customer_id = i.customer_id where l.track_id = t.track_id and c.country = 'Germany')
         and not exists (select 1 from genre g where g.genre_id = t.genre_id and g.name = 'Rock')",
    )
    .await;
    check_tracks(backend, &server, "{albumExists: false}", "t.album_id is null").await;
    check_tracks(
        backend,
        &server,
        "{or: [{unitPrice: {gt: \"0.99\"}}, {and: [{milliseconds: {lt: 30000}}, {composer: {isNull: false}}]}]}",
        "t.unit_price > 0.99 or (t.milliseconds < 30000 and t.composer is not null)",
    )
    .await;
}

#[apply(backends)]
#[tokio::test]
async fn attributes_compare_as_sql_compares_them(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    for (filter, condition) in [
        ("{name: {startsWith: \"The\"}}", "substr(t.name, 1, 3) = 'The'"),
        ("{name: {contains: \"love\"}}", "replace(t.name, 'love', '') <> t.name"),
        ("{name: {containsIgnoreCase: \"LOVE\"}}", "replace(lower(t.name), 'love', '') <> lower(t.name)"),
        ("{name: {endsWith: \"%\"}}", "substr(t.name, length(t.name), 1) = '%'"),
        ("{name: {contains: \"[\"}}", "replace(t.name, '[', '') <> t.name"),
        ("{unitPrice: {eq: \"1.99\"}}", "t.unit_price = 1.99"),
        ("{unitPrice: {in: [\"0.99\"]}}", "t.unit_price = 0.99"),
        ("{trackId: {in: [5, 1, 77, 99999]}}", "t.track_id in (1, 5, 77)"),
        ("{trackId: {notIn: [5]}}", "t.track_id <> 5"),
        ("{trackId: {in: []}}", "1 = 0"),
        ("{milliseconds: {between: [200000, 201000]}}", "t.milliseconds between 200000 and 201000"),
        ("{composer: {eq: null}}", "t.composer is null"),
        ("{composer: {ne: \"AC/DC\"}}", "t.composer <> 'AC/DC'"),
    ] {
        check_tracks(backend, &server, filter, condition).await;
    }
}

async fn check_tracks(backend: Backend, server: &Server, filter: &str, condition: &str) {
    let query = format!("{{ tracks(first: 5000, where: {filter}, orderBy: [{{trackId: ASC}}]) {{ trackId }} }}");
    let found = each(&server.data(&query).await["tracks"], |t| json!([t["trackId"]]));
    let sql = format!("select t.track_id as a from track t where {condition} order by 1");
    assert_eq!(found, rows(backend, server, &sql).await, "{filter}");
}

#[apply(backends)]
#[tokio::test]
async fn points_in_time_compare_and_sort(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    let query =
        "{ invoices(first: 5000, where: {invoiceDate: {gte: \"2022-01-01T00:00:00Z\", lt: \"2023-01-01T00:00:00Z\"}},
        orderBy: [{invoiceDate: DESC}]) { invoiceId invoiceDate } }";
    let data = server.data(query).await;
    let found = each(&data["invoices"], |i| {
        let date = i["invoiceDate"].as_str().unwrap();
        assert!(date.starts_with("2022-") && date.ends_with("T00:00:00Z"), "{date}");
        json!([i["invoiceId"], date[..10]])
    });
    let sql = "select invoice_id as a, substr(cast(invoice_date as text), 1, 10) as b from invoice
        where invoice_date >= '2022-01-01 00:00:00' and invoice_date < '2023-01-01 00:00:00'
        order by invoice_date desc, invoice_id";
    let expected = rows(backend, &server, sql).await;
    assert!(!expected.as_array().unwrap().is_empty());
    assert_eq!(found, expected);
}

#[apply(backends)]
#[tokio::test]
async fn null_sorts_where_the_order_says(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    for (sort, order) in [
        ("ASC", "case when nr is null then 1 else 0 end, nr asc"),
        ("DESC", "case when nr is null then 0 else 1 end, nr desc"),
        ("ASC_NULLS_FIRST", "case when nr is null then 0 else 1 end, nr asc"),
        ("ASC_NULLS_LAST", "case when nr is null then 1 else 0 end, nr asc"),
        ("DESC_NULLS_FIRST", "case when nr is null then 0 else 1 end, nr desc"),
        ("DESC_NULLS_LAST", "case when nr is null then 1 else 0 end, nr desc"),
    ] {
        let query =
            format!("{{ employees(orderBy: [{{reportsToEmployee: {{employeeId: {sort}}}}}]) {{ employeeId }} }}");
        let found = each(&server.data(&query).await["employees"], |e| json!([e["employeeId"]]));
        let sql = format!("select employee_id as a from employee order by {}, 1", order.replace("nr", "reports_to"));
        assert_eq!(found, rows(backend, &server, &sql).await, "{sort}");
    }
}
