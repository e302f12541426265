//! What real databases hold that their designers did not think of.

use rstest_reuse::apply;
use serde_json::{Value, json};

use super::check::everything_is_read;
use crate::{
    backends,
    support::{Backend, Defining, scratch},
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

/// As databases of old have them: columns that are not null, and zero where nothing is known.
#[rstest::rstest]
#[case(Backend::Sqlite)]
#[case(Backend::MariaDb)]
#[tokio::test]
async fn a_column_that_begins_as_a_zero_date_may_be_null(#[case] backend: Backend) {
    let tables = "create table post (id integer primary key, title varchar(20) not null,
            published datetime not null default '0000-00-00 00:00:00', day date not null default '0000-00-00',
            seen timestamp not null default '0000-00-00 00:00:00');
        insert into post (id, title) values (1, 'draft'), (2, 'idea');
        insert into post values (3, 'b', '2024-02-01 10:00:00', '2024-02-01', '2024-02-01 11:00:00'),
            (4, 'a', '2024-01-01 10:00:00', '2024-01-01', '2024-01-01 11:00:00');";
    let Some(server) = scratch(backend, "zero_dates", tables).await else { return };
    let ids = async |arguments: &str| -> Value {
        let data = server.data(&format!("{{ posts({arguments}) {{ id }} }}")).await;
        data["posts"].as_array().unwrap().iter().map(|post| post["id"].clone()).collect()
    };
    let data = server.data("{ posts(orderBy: [{id: ASC}], first: 3) { published day seen } }").await;
    let known = json!({ "published": "2024-02-01T10:00:00Z", "day": "2024-02-01", "seen": "2024-02-01T11:00:00Z" });
    let unknown = json!({ "published": null, "day": null, "seen": null });
    assert_eq!(data["posts"], json!([unknown, unknown, known]));
    // Null is larger than everything, as everywhere.
    assert_eq!(ids("orderBy: [{published: ASC}, {id: ASC}]").await, json!([4, 3, 1, 2]));
    assert_eq!(ids("orderBy: [{day: DESC}, {id: DESC}]").await, json!([2, 1, 3, 4]));
    for attribute in ["published", "day", "seen"] {
        let filter = format!("where: {{{attribute}: {{isNull: true}}}}, orderBy: [{{id: ASC}}]");
        assert_eq!(ids(&filter).await, json!([1, 2]), "{attribute}");
    }
    assert_eq!(ids("where: {published: {lt: \"2024-01-15T00:00:00Z\"}}").await, json!([4]));
    let data = server.data("{ postsAggregate { count min { published } max { seen } } }").await;
    let expected = json!({ "count": 4, "min": { "published": "2024-01-01T10:00:00Z" }, "max": { "seen": "2024-02-01T11:00:00Z" } });
    assert_eq!(data["postsAggregate"], expected);

    let mut walked = Vec::new();
    let mut after = Value::Null;
    for _ in 0..4 {
        let query = "query($after: String) { postsConnection(orderBy: [{day: ASC}], first: 1, after: $after) {
            nodes { id } pageInfo { endCursor hasNextPage } } }";
        let answer = server.run(query, json!({ "after": after })).await;
        let page = &answer["data"]["postsConnection"];
        walked.push(page["nodes"][0]["id"].clone());
        assert_eq!(page["pageInfo"]["hasNextPage"], walked.len() < 4, "{answer}");
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(walked, [json!(4), json!(3), json!(1), json!(2)]);

    let data =
        server.data("mutation { createPost(input: {id: 5, title: \"new\"}) { post { title published } } }").await;
    assert_eq!(data["createPost"]["post"], json!({ "title": "new", "published": null }));
    let update =
        "mutation { updatePost(key: {id: 3}, input: {title: \"c\", day: \"2024-03-01\"}) { post { day published } } }";
    let changed = json!({ "day": "2024-03-01", "published": "2024-02-01T10:00:00Z" });
    assert_eq!(server.data(update).await["updatePost"]["post"], changed);
    let empty = "mutation { updatePost(key: {id: 3}, input: {day: null}) { post { day } } }";
    assert_eq!(server.code(empty).await, "INVALID");
}

#[tokio::test]
async fn a_date_of_zeros_is_none_on_sqlite_too() {
    let tables = "
        create table note (id integer primary key, day date not null default '0000-00-00',
            changed datetime not null default '0000-00-00 00:00:00', made timestamp default '2024-02-00T10:00:00Z');
        insert into note (id) values (1); insert into note values (2, '2024-02-29', '2024-02-29 10:00:00', null);";
    let Some(server) = scratch(Backend::Sqlite, "wild_zero_dates", tables).await else { return };
    let data = server.data("{ notes(orderBy: [{id: ASC}]) { id made } }").await;
    assert_eq!(data["notes"], json!([{"id": 1, "made": null}, {"id": 2, "made": null}]));
    let data = server.data("{ notes(orderBy: [{id: ASC}]) { day changed } }").await;
    let expected = json!([{"day": null, "changed": null}, {"day": "2024-02-29", "changed": "2024-02-29T10:00:00Z"}]);
    assert_eq!(data["notes"], expected);
    let made = "mutation { createNote(input: {}) { note { id changed } } }";
    assert_eq!(server.data(made).await["createNote"]["note"], json!({"id": 3, "changed": null}));
}

#[tokio::test]
async fn pages_by_an_enum_go_on_in_the_order_of_its_labels_on_mariadb() {
    let tables = "
        create table shirt (id integer primary key, size enum('small', 'it''s', 'large', '') not null, fit enum('z', 'a'));
        insert into shirt values (1, 'large', 'a'), (2, 'small', 'z'), (3, 'it''s', null), (4, '', 'a'), (5, 'small', 'a');
        create table sized (size enum('z', 'm', 'a') primary key);
        insert into sized values ('a'), ('m'), ('z');";
    let Some(server) = scratch(Backend::MariaDb, "wild_enum_pages", tables).await else { return };
    for order in ["size: ASC", "size: DESC", "fit: ASC", "fit: DESC", "fit: ASC_NULLS_FIRST"] {
        let direction = order.rsplit(' ').next().unwrap();
        let column = order.split(':').next().unwrap();
        let nulls = match direction {
            "ASC" => format!("{column} is null, {column}"),
            "DESC" => format!("{column} is null desc, {column} desc"),
            _ => column.to_owned(),
        };
        let expected = server.texts(&format!("select cast(id as char) as v from shirt order by {nulls}, id")).await;
        for (size, back) in [("first", "after"), ("last", "before")] {
            let mut found: Vec<String> = Vec::new();
            let mut cursor = String::new();
            for _ in 0..expected.len() {
                let query = format!(
                    "{{ shirtsConnection(orderBy: [{{{order}}}], {size}: 1{cursor}) {{ nodes {{ id }} edges {{ cursor }} }} }}"
                );
                let data = server.data(&query).await;
                let page = &data["shirtsConnection"];
                found.extend(page["nodes"][0]["id"].as_i64().map(|id| id.to_string()));
                cursor = format!(", {back}: {}", page["edges"][0]["cursor"]);
            }
            if size == "last" {
                found.reverse();
            }
            assert_eq!(found, expected, "{order} {size}");
        }
    }
    let next = "{ sizedsConnection(first: 1) { pageInfo { endCursor } } }";
    let data = server.data(next).await;
    let cursor = &data["sizedsConnection"]["pageInfo"]["endCursor"];
    let data = server.data(&format!("{{ sizedsConnection(after: {cursor}) {{ nodes {{ size }} }} }}")).await;
    assert_eq!(data["sizedsConnection"]["nodes"], json!([{"size": "M"}, {"size": "A"}]));
}

#[tokio::test]
async fn what_older_servers_left_behind_is_answered_on_mariadb() {
    let tables = "
        create table old (id integer primary key, kind enum('x', 'y'));
        set sql_mode = ''; insert into old values (1, 'neither'), (2, 'x'); set sql_mode = default;
        create table measured (at float primary key, note varchar(20)); insert into measured values (0.1, 'a');
        create definer = 'nobody'@'nowhere' sql security definer view orphan as select id from old;
        create view several as select (select 1 union select 2) as v;";
    let Some(server) = scratch(Backend::MariaDb, "wild_old", tables).await else { return };
    let data = server.data("{ olds(orderBy: [{id: ASC}]) { id kind } }").await;
    assert_eq!(data["olds"], json!([{"id": 1, "kind": null}, {"id": 2, "kind": "X"}]));
    let changed = "mutation { updateMeasured(key: {at: 0.1}, input: {note: \"b\"}) { measured { at note } } }";
    assert_eq!(server.data(changed).await["updateMeasured"]["measured"], json!({"at": 0.1, "note": "b"}));
    assert_eq!(server.code("{ orphans { id } }").await, "FORBIDDEN");
    assert_eq!(server.code("{ severals { v } }").await, "INVALID");
}

#[tokio::test]
async fn a_record_of_no_partition_is_invalid_on_mariadb() {
    let tables = "create table part (id integer primary key) partition by list (id) (partition one values in (1));
        create table counted (id tinyint auto_increment primary key, n integer); insert into counted values (127, 1);";
    let Some(server) = scratch(Backend::MariaDb, "wild_partition", tables).await else { return };
    assert_eq!(server.code("mutation { createPart(input: {id: 2}) { part { id } } }").await, "INVALID");
    assert_eq!(
        server.data("mutation { createPart(input: {id: 1}) { part { id } } }").await["createPart"]["part"]["id"],
        1
    );
}

#[tokio::test]
async fn a_table_that_would_forget_a_foreign_key_gets_none_on_mariadb() {
    let tables =
        "create table plain (id integer primary key) engine = MyISAM; create table kept (id integer primary key);";
    let Some(server) = scratch(Backend::MariaDb, "wild_engine", tables).await else { return };
    for (referencing, referenced) in [("plain", "kept"), ("kept", "plain")] {
        let new = Defining::one_to_many("link", referencing, referenced, "link_id");
        server.refuses_to_define(&new, "UNSUPPORTED").await;
        server.refuses_to_define(&new, "UNSUPPORTED").await;
    }
    let columns = server
        .number(
            "select count(*) as v from information_schema.columns where table_schema = database()
        and column_name = 'link_id'",
        )
        .await;
    assert_eq!(columns, 0);
    server.define(&Defining::one_to_many("link", "kept", "kept", "link_id")).await;
}

#[tokio::test]
async fn a_foreign_key_that_leads_nowhere_is_unsupported_on_sqlite() {
    let tables = "
        create table target (id integer primary key, grp integer);
        create table lost (id integer primary key, n integer references nowhere (id));
        create table odd (id integer primary key, grp integer references target (grp));";
    let Some(server) = scratch(Backend::Sqlite, "wild_nowhere", tables).await else { return };
    let create =
        |type_name: &str, field: &str| format!("mutation {{ create{type_name}(input: {{{field}: 1}}) {{ outcome }} }}");
    assert_eq!(server.code(&create("Lost", "n")).await, "UNSUPPORTED");
    assert_eq!(server.code(&create("Odd", "grp")).await, "UNSUPPORTED");
}
