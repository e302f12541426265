//! Tables in namespaces other than the default one, and tables whose names are no identifiers.

use relata::Gateway;
use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, Server, connection, run_sql, scratch},
};

#[tokio::test]
async fn definitions_lead_from_one_namespace_to_another() {
    let Some(connection) = connection(Backend::Postgres, "define_namespaces").await else { return };
    let sql = "create schema sales; create schema \"Odd one\";
        create table public.person (id integer primary key, name varchar(20) not null);
        create table sales.deal (id integer primary key, title varchar(20) not null);
        create table \"Odd one\".item (id integer primary key, label varchar(20));
        insert into person values (1, 'A'); insert into sales.deal values (1, 'D'); insert into \"Odd one\".item values (1, 'I');";
    run_sql(&connection, sql).await;
    let namespaces = ["public", "sales", "Odd one"].map(str::to_owned);
    let gateway = Gateway::builder(connection.clone()).discover(&namespaces).build().await.unwrap();
    let server = Server::start(gateway, connection.clone()).await;
    server.define(&Defining::one_to_many("deal_seller", "deal", "person", "seller_id")).await;
    server.define(&Defining::many_to_many("deal_items", "deal_item", "deal", "item")).await;
    server.define(&Defining::multi_table("item_about", "item", "about_id", &["person", "deal"])).await;
    // The table of pairs is where its first end is.
    let tables = "select table_schema::text as v from information_schema.tables where table_name = 'deal_item'";
    assert_eq!(server.texts(tables).await, ["sales"]);
    let name = server.one_to_many("item_about_deal").await["referencingEntityNavigationPropertyName"].clone();
    let about = name.as_str().unwrap();
    server
        .data(&format!(
            "mutation {{
                associateDealSeller(key: {{id: 1}}, ref: {{id: 1}}) {{ changed }}
                associateItemDealItems(key: {{id: 1}}, refs: [{{id: 1}}]) {{ changed }}
                updateItem(key: {{id: 1}}, input: {{{about}: {{ref: {{id: 1}}}}}}) {{ outcome }} }}"
        ))
        .await;
    let again = Gateway::builder(connection.clone()).discover(&namespaces).build().await.unwrap();
    let again = Server::start(again, connection).await;
    assert!(again.sdl().await == server.sdl().await);
    let data =
        again.data("{ deals { seller { name deals { title } } dealItems { label about { __typename } } } }").await;
    let seller = json!({ "name": "A", "deals": [{ "title": "D" }] });
    let items = json!([{ "label": "I", "about": { "__typename": "Deal" } }]);
    assert_eq!(data["deals"], json!([{ "seller": seller, "dealItems": items }]));
    again.define(&Defining::update("deal_seller", json!({ "cascade": { "delete": "CASCADE" } }))).await;
    for name in ["deal_seller", "deal_items", "item_about"] {
        again.define(&Defining::delete(name)).await;
    }
    assert_eq!(again.texts(tables).await, [""; 0]);
    assert_eq!(again.number("select count(*) as v from sales.deal").await, 1);
}

#[apply(backends)]
#[tokio::test]
async fn tables_and_keys_may_be_called_anything(#[case] backend: Backend) {
    let sql = "create table \"Order; drop table x--\" (\"Order \"\"ID\" integer primary key, \"it's\" varchar(9));
        create table \"select\" (\"from\" integer primary key, \"where\" varchar(9));
        insert into \"Order; drop table x--\" values (1, 'a'); insert into \"select\" values (1, 'b'), (2, 'c');";
    let Some(server) = scratch(backend, "define_odd_names", sql).await else { return };
    let data = server.data("{ entityDefinitions { logicalName entitySetName tableName primaryKey } }").await;
    let definitions = data["entityDefinitions"].as_array().unwrap().clone();
    let find =
        |part: &str| definitions.iter().find(|known| known["tableName"].as_str().unwrap().contains(part)).unwrap();
    let name = |definition: &serde_json::Value, member: &str| definition[member].as_str().unwrap().to_owned();
    let (order, select) = (find("drop table"), find("select"));
    let (order_name, select_name) = (name(order, "logicalName"), name(select, "logicalName"));

    let lookup = Defining::one_to_many("picked", &select_name, &order_name, "picked_id")
        .with("referencedEntityNavigationPropertyName", "picks");
    server.define(&lookup).await;
    server.define(&Defining::many_to_many("both", "both_of_them", &select_name, &order_name)).await;
    let (orders, key) = (name(order, "entitySetName"), order["primaryKey"][0].as_str().unwrap().to_owned());
    let select_key = select["primaryKey"][0].as_str().unwrap();
    let mut chars = order_name.chars();
    let order_type: String = chars.next().unwrap().to_uppercase().chain(chars).collect();
    server
        .data(&format!(
            "mutation {{ associate{order_type}Picks(key: {{{key}: 1}}, refs: [{{{select_key}: 2}}]) {{ changed }}
                associate{order_type}Both(key: {{{key}: 1}}, refs: [{{{select_key}: 1}}, {{{select_key}: 2}}]) {{ changed }} }}"
        ))
        .await;
    let data = server
        .data(&format!(
            "{{ {orders} {{ picks {{ where_: __typename picked {{ {key} }} }} bothAggregate {{ count }} }} }}"
        ))
        .await;
    assert_eq!(data[&orders][0]["picks"][0]["picked"][&key], 1);
    assert_eq!(data[&orders][0]["bothAggregate"]["count"], 2);
    assert_eq!(server.texts("select picked_id as v from \"select\" order by \"from\"").await, ["null", "1"]);
    server.define(&Defining::update("picked", json!({ "cascade": { "delete": "CASCADE" } }))).await;
    server.define(&Defining::delete("picked")).await;
    server.define(&Defining::delete("both")).await;
    assert_eq!(server.number("select count(*) as v from \"select\"").await, 2);
}
