//! E. Read: case 72, cursors that stay stable whatever the order.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, demo, demo_key, scratch, text},
};

/// A connection to page through: the document, whose variables are `first`, `after`, `last`, `before` and `order`,
/// the way to the connection in its data, and the attribute that tells its records apart.
struct Paged<'a> {
    query: &'a str,
    way: &'a str,
    key: &'a str,
}

impl Paged<'_> {
    async fn page(&self, server: &Server, order: &Value, arguments: [(&str, Value); 2]) -> Value {
        let mut variables = json!({ "order": order });
        for (name, value) in arguments {
            variables[name] = value;
        }
        let data = server.data_with(self.query, variables).await;
        data.pointer(self.way).unwrap_or_else(|| panic!("nothing at {}: {data}", self.way)).clone()
    }

    fn keys(&self, connection: &Value) -> Vec<String> {
        let edges = connection["edges"].as_array().unwrap();
        assert!(edges.is_empty() || edges[0]["cursor"] == connection["pageInfo"]["startCursor"]);
        assert!(edges.last().is_none_or(|edge| edge["cursor"] == connection["pageInfo"]["endCursor"]));
        edges.iter().map(|edge| text(&edge["node"][self.key])).collect()
    }

    async fn check(&self, server: &Server, order: Value, size: usize, expected: &[String]) {
        assert!(expected.len() > 1, "the data is too poor for this test");
        let (mut forward, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = self.page(server, &order, [("first", size.into()), ("after", cursor.clone())]).await;
            assert_eq!(page["pageInfo"]["hasPreviousPage"], !cursor.is_null(), "{order} by {size}");
            forward.extend(self.keys(&page));
            assert!(forward.len() <= expected.len(), "{order} by {size}: pages overlap");
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            cursor = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(forward, expected, "forward by {size} in {order}");

        let (mut backward, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = self.page(server, &order, [("last", size.into()), ("before", cursor.clone())]).await;
            assert_eq!(page["pageInfo"]["hasNextPage"], !cursor.is_null(), "{order} by {size}");
            backward.splice(0..0, self.keys(&page));
            assert!(backward.len() <= expected.len(), "{order} by {size}: pages overlap");
            if page["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
            cursor = page["pageInfo"]["startCursor"].clone();
        }
        assert_eq!(backward, expected, "backward by {size} in {order}");
    }
}

const PAGE: &str = "edges { cursor node { key: KEY } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

fn document(order_type: &str, key: &str, around: &str) -> String {
    let arguments = "(orderBy: $order, first: $first, after: $after, last: $last, before: $before)";
    let body = around.replace("PAGE", &format!("{arguments} {{ {} }}", PAGE.replace("KEY", key)));
    format!("query ($order: [{order_type}!], $first: Int, $after: String, $last: Int, $before: String) {{ {body} }}")
}

#[apply(backends)]
#[tokio::test]
async fn c072_cursors_stay_stable_with_equal_sort_keys(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = document("ContactOrderBy", "contactid", "contactsConnection PAGE");
    let paged = Paged { query: &query, way: "/contactsConnection", key: "key" };
    for (order, sql) in [
        (json!([{"lastname": "ASC"}]), "c.lastname"),
        (json!([{"lastname": "DESC"}]), "c.lastname desc"),
        (json!([]), "1"),
    ] {
        for size in [1, 7, 40, 119, 120, 500] {
            let key = backend.uuid("c.contactid");
            let sql = sql.replace('1', "c.contactid");
            let expected = server.texts(&format!("select {key} as v from contact c order by {sql}, c.contactid")).await;
            paged.check(&server, order.clone(), size, &expected).await;
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn c072_cursors_cross_nulls_in_every_order(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = document("ContactOrderBy", "contactid", "contactsConnection PAGE");
    let paged = Paged { query: &query, way: "/contactsConnection", key: "key" };
    let nulls =
        |column: &str, first: bool| format!("case when {column} is null then {} else 1 end", if first { 0 } else { 2 });
    for (order, sql) in [
        (json!([{"firstname": "ASC"}]), format!("{}, c.firstname", nulls("c.firstname", false))),
        (json!([{"firstname": "ASC_NULLS_FIRST"}]), format!("{}, c.firstname", nulls("c.firstname", true))),
        (json!([{"firstname": "DESC_NULLS_LAST"}]), format!("{}, c.firstname desc", nulls("c.firstname", false))),
        (json!([{"birthdate": "DESC"}]), format!("{}, c.birthdate desc", nulls("c.birthdate", true))),
        (
            json!([{"annualincome": "DESC_NULLS_FIRST"}]),
            format!("{}, c.annualincome desc", nulls("c.annualincome", true)),
        ),
        (
            json!([{"preferredcontactmethod": "ASC_NULLS_FIRST"}, {"annualincome": "DESC_NULLS_LAST"}]),
            format!(
                "{}, c.preferredcontactmethod, {}, c.annualincome desc",
                nulls("c.preferredcontactmethod", true),
                nulls("c.annualincome", false)
            ),
        ),
        (json!([{"donotcall": "DESC"}, {"versionnumber": "ASC"}]), "c.donotcall desc, c.versionnumber".to_owned()),
        (json!([{"accountid": "ASC"}]), format!("{}, c.accountid", nulls("c.accountid", false))),
    ] {
        let key = backend.uuid("c.contactid");
        let expected = server.texts(&format!("select {key} as v from contact c order by {sql}, c.contactid")).await;
        for size in [1, 13] {
            paged.check(&server, order.clone(), size, &expected).await;
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn c072_cursors_hold_over_an_order_by_a_linked_record(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = document("ContactOrderBy", "contactid", "contactsConnection PAGE");
    let paged = Paged { query: &query, way: "/contactsConnection", key: "key" };
    let industry = json!({"parentcustomeridAccount": {"industry": "DESC"}});
    for (order, sql) in [
        (json!([{"parentcustomeridAccount": {"name": "ASC"}}]), "case when a.name is null then 1 else 0 end, a.name"),
        (
            json!([{"parentcustomeridAccount": {"createdby": {"title": "ASC_NULLS_FIRST"}}}, {"lastname": "DESC"}]),
            "case when u.title is null then 0 else 1 end, u.title, c.lastname desc",
        ),
        (
            json!([industry, {"lastname": "ASC"}]),
            "case when a.industry is null then 0 else 1 end, a.industry desc, c.lastname",
        ),
    ] {
        let sql = format!(
            "select {} as v from contact c left join account a on a.accountid = c.accountid
             left join systemuser u on u.systemuserid = a.createdbyid order by {sql}, c.contactid",
            backend.uuid("c.contactid")
        );
        let expected = server.texts(&sql).await;
        for size in [1, 17] {
            paged.check(&server, order.clone(), size, &expected).await;
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn c072_cursors_of_nested_connections_belong_to_their_parent(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let around = format!(
        "account(key: {{accountid: \"{}\"}}) {{ contactCustomerAccountsConnection PAGE }}",
        demo_key("8acc", 2)
    );
    let query = document("ContactOrderBy", "contactid", &around);
    let paged = Paged { query: &query, way: "/account/contactCustomerAccountsConnection", key: "key" };
    let sql = format!(
        "select {} as v from contact where accountid = {} order by donotcall desc, contactid",
        backend.uuid("contactid"),
        backend.demo_key("8acc", 2)
    );
    let expected = server.texts(&sql).await;
    for size in [1, 4] {
        paged.check(&server, json!([{"donotcall": "DESC"}]), size, &expected).await;
    }

    for (end, own, other) in [("followedBy", "followedid", "followerid"), ("follows", "followerid", "followedid")] {
        let number = if end == "follows" { 99 } else { 4 };
        let around =
            format!("contact(key: {{contactid: \"{}\"}}) {{ {end}Connection PAGE }}", demo_key("8c0c", number));
        let query = document("ContactOrderBy", "contactid", &around);
        let way = format!("/contact/{end}Connection");
        let paged = Paged { query: &query, way: &way, key: "key" };
        for (order, sql) in [
            (json!([{"donotcall": "ASC"}]), "c.donotcall, c.contactid"),
            (json!([]), "c.contactid"),
            (json!([{"contactid": "DESC"}]), "c.contactid desc"),
        ] {
            let sql = format!(
                "select {} as v from contactfollow f join contact c on c.contactid = f.{other}
                 where f.{own} = {} order by {sql}",
                backend.uuid("c.contactid"),
                backend.demo_key("8c0c", number)
            );
            let expected = server.texts(&sql).await;
            for size in [1, 5] {
                paged.check(&server, order.clone(), size, &expected).await;
            }
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn c072_cursors_hold_for_every_type_of_sort_key(#[case] backend: Backend) {
    let (moment, double, real) = match backend {
        Backend::Sqlite => ("datetime_text", "double", "real"),
        Backend::Postgres => ("timestamp with time zone", "double precision", "real"),
        // `real` is another word for `double` there.
        Backend::MariaDb => ("datetime(3)", "double", "float"),
    };
    let statements = format!(
        "create table thing (id integer primary key, big bigint, single {real}, twice {double}, exact numeric(30, 10),
            moment {moment}, day date, hour time, word varchar(40));
         insert into thing values
            (1, 9, 0.1, 0.1, 0.1, '2024-01-01 10:00:00.100', '2024-01-01', '10:00:00', 'it''s'),
            (2, 10, 0.1, 0.3, 0.1000000001, '2024-01-01 10:00:00.100', '2024-01-02', '10:00:00', 'It''s'),
            (3, 9223372036854775807, 0.7, 0.30000000000000004, 12345678901234567890.1234567891, '2024-01-01 10:00:00.200',
                '2023-12-31', '09:59:59', '\"quoted\"'),
            (4, -9223372036854775808, 1e-7, 1e300, -1, '2023-12-31 23:59:59', null, '23:59:59', 'Zürich'),
            (5, null, null, null, null, null, '1999-01-01', null, null),
            (6, 9007199254740993, 3.4e38, -1e-300, 2, '2024-02-29 00:00:00', '2024-02-29', '00:00:00', ''),
            (7, 9007199254740992, 16777217, 5, 10, '2024-02-29 00:00:00', '2024-02-29', '00:00:00', '東京');"
    );
    let Some(server) = scratch(backend, "c072", &statements).await else { return };
    let query = document("ThingOrderBy", "id", "thingsConnection PAGE");
    let paged = Paged { query: &query, way: "/thingsConnection", key: "key" };
    for attribute in ["big", "single", "twice", "exact", "moment", "day", "hour", "word"] {
        if server.type_of("ThingOrderBy", attribute).await.is_none() {
            continue;
        }
        for (sort, sql) in [("ASC", "asc"), ("DESC_NULLS_LAST", "desc")] {
            let sql = format!(
                "select id as v from thing order by case when {attribute} is null then 1 else 0 end, {attribute} {sql}, id"
            );
            let expected = server.texts(&sql).await;
            for size in [1, 3] {
                paged.check(&server, json!([{ attribute: sort }]), size, &expected).await;
            }
        }
    }
}
