//! What real databases hold that their designers did not think of.

use rstest_reuse::apply;
use serde_json::json;

use super::check::everything_is_read;
use crate::{
    backends,
    support::{Backend, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn tables_may_be_called_like_types_that_belong_to_others(#[case] backend: Backend) {
    let tables = "
        create table account (id integer primary key, name varchar(20) not null);
        create table account_group (id integer primary key, account_id integer not null references account (id));
        create table account_role_group (role integer not null, id integer not null, primary key (role, id));
        create table account_role (role integer not null, \"group\" integer not null, primary key (role, \"group\"));
        create table book (id integer primary key, title varchar(20) not null);
        create table book_ref (id integer primary key, book_id integer references book (id));
        create table part (role integer not null, \"group\" integer not null, primary key (role, \"group\"));
        create table part_role (id integer primary key);
        insert into account values (1, 'a'), (2, 'a'), (3, 'b'); insert into account_group values (7, 1);
        insert into part values (4, 5); insert into part_role values (6);
        insert into book values (1, 'x'); insert into book_ref values (8, null);";
    let Some(server) = scratch(backend, "wild_names", tables).await else { return };
    if backend != Backend::MariaDb {
        everything_is_read(&server, backend, &[]).await;
    }
    let data = server
        .data(
            "{ accountsAggregate(groupBy: [NAME]) { groups { count key { __typename name } } }
               accountGroup(key: {id: 7}) { account { name } }
               partRolesAggregate(groupBy: [ID]) { groups { key { id } } }
               part(key: {roleGroup: {role: 4, group: 5}}) { ref } }",
        )
        .await;
    let key = |name: &str| json!({"__typename": "AccountAggregateGroupKey", "name": name});
    let groups = json!([{"count": 2, "key": key("a")}, {"count": 1, "key": key("b")}]);
    assert_eq!(data["accountsAggregate"]["groups"], groups);
    assert_eq!(data["accountGroup"], json!({"account": {"name": "a"}}));
    assert_eq!(data["partRolesAggregate"]["groups"], json!([{"key": {"id": 6}}]));
    assert_eq!(data["part"], json!({"ref": "parts(role=4,group=5)"}));
    let data = server
        .data(
            "mutation { createBookRef(input: {id: 9, book: {ref: {id: 1}}}) { outcome bookRef { book { title } } }
               associateBookBookRefs(key: {id: 1}, refs: [{id: 8}]) { __typename changed book { bookRefs { id } } } }",
        )
        .await;
    assert_eq!(data["createBookRef"], json!({"outcome": "CREATED", "bookRef": {"book": {"title": "x"}}}));
    let linked = json!({"__typename": "BookReferencePayload", "changed": true,
        "book": {"bookRefs": [{"id": 8}, {"id": 9}]}});
    assert_eq!(data["associateBookBookRefs"], linked);
}
