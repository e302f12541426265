//! Deletes that reach a record by more ways than one, and what the database does by itself.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, scratch},
};

/// Bills and notes reference an order as well as its customer, and stand before it in the catalog.
const DIAMOND: &str = "
    create table customer (id integer not null primary key);
    create table trade (id integer not null primary key,
        customer_id integer not null references customer (id) on delete cascade);
    create table bill (id integer not null primary key,
        customer_id integer not null references customer (id) on delete cascade,
        trade_id integer not null references trade (id));
    create table note (id integer not null primary key,
        customer_id integer not null references customer (id) on delete cascade, trade_id integer references trade (id));
    insert into customer values (1), (2), (3);
    insert into trade values (1, 1), (2, 2), (3, 3);
    insert into bill values (1, 1, 1), (3, 3, 3), (4, 2, 3);
    insert into note values (1, 1, 1), (2, 2, 2);";

#[apply(backends)]
#[tokio::test]
async fn what_goes_anyway_does_not_hold_back_what_it_references(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "diamond", DIAMOND).await else { return };
    server.write("mutation { deleteCustomer(key: {id: 1}) { outcome } }").await;
    let state = server.state().await;
    assert_eq!((state.count("trade"), state.count("bill"), state.count("note")), (2, 2, 1));
    // The bill of another customer stays, and holds the order.
    let refusal = server.refuses("mutation { deleteCustomer(key: {id: 3}) { outcome } }", "RESTRICTED").await;
    assert_eq!((&refusal["relationship"], &refusal["count"]), (&json!("bill_trade"), &json!(1)));
    server.write("mutation { deleteCustomers(where: {id: {gt: 0}}, atMost: 2) { count } }").await;
    let state = server.state().await;
    assert!(["customer", "trade", "bill", "note"].iter().all(|table| state.count(table) == 0));
}

#[apply(backends)]
#[tokio::test]
async fn circles_of_records_go_together(#[case] backend: Backend) {
    // PostgreSQL adds the key that leads forward afterwards, SQLite knows no such statement and needs none.
    let forward = if backend == Backend::Sqlite { "references captain (id)" } else { "" };
    let add = if backend == Backend::Sqlite {
        ""
    } else {
        "alter table crew add foreign key (captain_id) references captain (id);"
    };
    let tables = format!(
        "create table crew (id integer not null primary key, captain_id integer {forward});
         create table captain (id integer not null primary key,
            crew_id integer not null references crew (id) on delete cascade);
         {add}
         create table ring (id integer not null primary key, next_id integer not null references ring (id) on delete cascade);
         insert into crew values (1, null), (2, null); insert into captain values (1, 1), (2, 2);
         update crew set captain_id = id;
         insert into ring values (1, 1); insert into ring values (2, 1); insert into ring values (3, 2);
         update ring set next_id = 3 where id = 1;"
    );
    let Some(server) = scratch(backend, "circles", &tables).await else { return };
    server.write("mutation { deleteCrew(key: {id: 1}) { outcome } deleteRing(key: {id: 2}) { outcome } }").await;
    let state = server.state().await;
    assert_eq!((state.count("crew"), state.count("captain"), state.count("ring")), (1, 1, 0));
}

#[apply(backends)]
#[tokio::test]
async fn a_default_that_the_database_sets_is_left_to_it(#[case] backend: Backend) {
    let tables = "create table kind (name varchar(10) not null primary key, place integer);
        create table item (id integer not null primary key,
            kind varchar(10) not null default 'none' references kind (name) on delete set default);
        insert into kind values ('none', 0), ('x', 1); insert into item values (1, 'x'), (2, 'none');";
    let Some(server) = scratch(backend, "set_default", tables).await else { return };
    if backend == Backend::MariaDb {
        // It takes the words and forgets them: such a key restricts.
        server.refuses("mutation { deleteKind(key: {name: \"x\"}) { outcome } }", "RESTRICTED").await;
        return;
    }
    server.write("mutation { deleteKind(key: {name: \"x\"}) { outcome } }").await;
    assert_eq!(server.texts("select kind as v from item order by id").await, ["none", "none"]);
    server.refuses("mutation { deleteKind(key: {name: \"none\"}) { outcome } }", "RESTRICTED").await;
    let query = "{ relationshipDefinitions { ... on OneToManyRelationship { cascadeConfiguration { delete } } } }";
    let data = server.data(query).await;
    assert_eq!(data["relationshipDefinitions"], json!([{ "cascadeConfiguration": { "delete": "SET_DEFAULT" } }]));
}
