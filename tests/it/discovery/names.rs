//! Tables and columns whose names are no GraphQL names, or are already taken.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn names_that_graphql_does_not_have_are_served_under_names_it_has(#[case] backend: Backend) {
    let sql = "create table \"Order Details\" (\"Order ID\" integer primary key, \"Größe\" varchar(9), \"it's\" varchar(9),
            \"say \"\"hi\"\"\" varchar(9), \"2nd\" varchar(9), \"__typename\" varchar(9), \"select\" varchar(9),
            \"a$b\" varchar(9), \"UPPER\" varchar(9), \"semi;--\" varchar(9), \"per%cent_\" varchar(9), \"back\\slash\" varchar(9));
        insert into \"Order Details\" values (1, 'g', 'i', 'h', 'n', 't', 's', 'd', 'u', 'c', 'p', 'b');
        create table \"3D; drop table x\" (id integer primary key); insert into \"3D; drop table x\" values (4);
        create table \"__secret\" (id integer primary key, \"user\" integer references \"3D; drop table x\" (id));
        insert into \"__secret\" values (9, 4);";
    let Some(server) = scratch(backend, "odd_names", sql).await else { return };
    let data = server
        .data(
            "{ orderDetails(orderBy: [{_2nd: ASC}], where: {grosse: {eq: \"g\"}, itS: {contains: \"i\"}}) {
                ref orderId grosse itS sayHi _2nd typename select aB upper semi perCent backSlash }
               orderDetailsAggregate(groupBy: [_2ND]) { groups { key { _2nd } max { grosse } } } }",
        )
        .await;
    let expected = json!([{"ref": "orderDetails(1)", "orderId": 1, "grosse": "g", "itS": "i", "sayHi": "h", "_2nd": "n",
        "typename": "t", "select": "s", "aB": "d", "upper": "u", "semi": "c", "perCent": "p", "backSlash": "b"}]);
    assert_eq!(data["orderDetails"], expected);
    assert_eq!(data["orderDetailsAggregate"]["groups"], json!([{"key": {"_2nd": "n"}, "max": {"grosse": "g"}}]));
    let names = names(&server).await;
    assert_eq!(names[0], json!(["_3dDropTableX", "_3dDropTableXes"]));
    let data = server.data("{ secrets { id user userRecord: user } _3dDropTableXes { id secrets { id } } }").await;
    assert_eq!(data["_3dDropTableXes"], json!([{"id": 4, "secrets": [{"id": 9}]}]));
}

/// Logical and set names of all entities.
async fn names(server: &Server) -> Vec<Value> {
    let data = server.data("{ entityDefinitions { logicalName entitySetName } }").await;
    let definitions = data["entityDefinitions"].as_array().unwrap();
    definitions.iter().map(|entity| json!([entity["logicalName"], entity["entitySetName"]])).collect()
}

/// Every entity answers a list, a connection, a count, and a record by its reference.
async fn check_all_answer(server: &Server) {
    for name in names(server).await {
        let (one, many) = (name[0].as_str().unwrap(), name[1].as_str().unwrap());
        let query =
            format!("{{ {many} {{ ref __typename }} {many}Connection {{ totalCount }} {many}Aggregate {{ count }} }}");
        let data = server.data(&query).await;
        let count = data[many].as_array().unwrap().len();
        assert_eq!(data[format!("{many}Connection")]["totalCount"], count, "{many}");
        assert_eq!(data[format!("{many}Aggregate")]["count"], count, "{many}");
        let reference = data[many][0]["ref"].as_str().unwrap();
        let query = format!(
            "{{ {one}(key: {{ref: \"{reference}\"}}) {{ ref }} node(ref: \"{reference}\") {{ __typename ref }} }}"
        );
        let found = server.data(&query).await;
        assert_eq!(found[one]["ref"], reference);
        assert_eq!(found["node"], json!({"__typename": data[many][0]["__typename"], "ref": reference}));
    }
}

#[apply(backends)]
#[tokio::test]
async fn tables_named_like_the_gateways_own_types_and_fields_are_served(#[case] backend: Backend) {
    let tables = [
        "query",
        "mutation",
        "subscription",
        "node",
        "sort",
        "string",
        "int",
        "id",
        "uuid",
        "page_info",
        "account",
        "account_key",
        "account_where",
        "accounts_where",
        "account_aggregate",
        "accounts_aggregate",
        "accounts_connection",
        "account_edge",
        "account_order_by",
        "account_sum",
        "string_filter",
        "relationship_definition",
        "entity_definitions",
        "json",
        "date",
        "user",
        "users_aggregate",
        "group",
        "order",
        "table",
        "boolean",
        "account_ref_payload",
    ];
    let create = |name: &str| {
        format!(
            "create table \"{name}\" (id integer primary key, name varchar(9)); insert into \"{name}\" values (1, 'x');"
        )
    };
    let sql: String = tables.iter().map(|name| create(name)).collect();
    let Some(server) = scratch(backend, "own_names", &sql).await else { return };
    assert_eq!(names(&server).await.len(), tables.len());
    check_all_answer(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn columns_named_like_the_gateways_own_fields_are_served(#[case] backend: Backend) {
    let sql = "create table thing (id integer primary key, \"ref\" varchar(9), \"and\" varchar(9), \"or\" varchar(9),
            \"not\" varchar(9), \"etag\" varchar(9), \"count\" integer, \"groups\" integer, \"key\" integer, \"sum\" integer,
            \"nodes\" integer, \"cursor\" integer, \"thing\" integer references thing (id));
        insert into thing values (1, 'r', 'a', 'o', 'n', 'e', 1, 2, 3, 4, 5, 6, null), (2, 'r', 'a', 'o', 'n', 'e', 1, 2, 3, 4, 5, 6, 1);";
    let Some(server) = scratch(backend, "own_fields", sql).await else { return };
    let data = server
        .data(
            "{ things(where: {and: [{refValue: {eq: \"r\"}}, {andValue: {eq: \"a\"}}], not: {orValue: {eq: \"x\"}}, notValue: {eq: \"n\"}},
                orderBy: [{count: ASC}, {key: ASC}]) { ref refValue andValue orValue notValue etagValue count groups key sum }
               thingsAggregate(groupBy: [COUNT, KEY]) { count groups { count key { count key } sum { sum groups } } }
               thingsConnection { nodes { nodes cursor } } }",
        )
        .await;
    let thing = json!({"ref": "things(1)", "refValue": "r", "andValue": "a", "orValue": "o", "notValue": "n", "etagValue": "e",
        "count": 1, "groups": 2, "key": 3, "sum": 4});
    assert_eq!(data["things"][0], thing);
    let groups = json!([{"count": 2, "key": {"count": 1, "key": 3}, "sum": {"sum": "8", "groups": "4"}}]);
    assert_eq!(data["thingsAggregate"], json!({"count": 2, "groups": groups}));
    assert_eq!(data["thingsConnection"]["nodes"][0], json!({"nodes": 5, "cursor": 6}));
}

#[apply(backends)]
#[tokio::test]
async fn names_that_become_one_are_told_apart(#[case] backend: Backend) {
    let create = |name: &str, value: u8| {
        format!(
            "create table {name} (id integer primary key, a_b_c integer, a_bc integer, \"aBc\" integer);
                 insert into {name} values ({value}, 1, 2, 3);"
        )
    };
    let sql: String =
        [("person", 1), ("people", 2), ("\"the_person\"", 3), ("sheep", 4)].map(|(name, id)| create(name, id)).concat();
    let Some(server) = scratch(backend, "same_names", &sql).await else { return };
    check_all_answer(&server).await;
    let data = server.data("{ sheep(key: {id: 4}) { id } sheepList { id aBC aBcValue aBcValue2 } }").await;
    assert_eq!(data, json!({"sheep": {"id": 4}, "sheepList": [{"id": 4, "aBC": 1, "aBcValue": 2, "aBcValue2": 3}]}));
    let keys = server.data("{ __type(name: \"SheepAttribute\") { enumValues { name } } }").await;
    let mut names: Vec<_> =
        keys["__type"]["enumValues"].as_array().unwrap().iter().map(|value| value["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!((names.len(), count), (4, 4), "{names:?}");
}
