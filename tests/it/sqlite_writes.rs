//! Files of SQLite that are written ahead are written directly, and refuse what the pool refuses.

use std::time::Duration;

use relata::Gateway;
use sea_orm::{ConnectOptions, DatabaseConnection};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteJournalMode;
use tokio::time::timeout;

use crate::support::{Server, run_sql};

const CONNECTIONS: u32 = 3;

const TABLES: &str = "
    create table shelf (id integer primary key, name varchar(10) not null unique, size integer check (size < 100));
    create table item (id integer primary key, title text, exact integer,
        shelf_id integer references shelf (id) on delete restrict);
    create table late (id integer primary key, shelf_id integer references shelf (id) deferrable initially deferred);
    create trigger dangling after update of size on shelf when new.size = 77 begin insert into late values (null, 99); end;
    create table tag (id integer primary key, word text not null);
    create table item_tag (item_id integer not null references item (id), tag_id integer not null references tag (id),
        primary key (item_id, tag_id));
    create table typed (id integer primary key, n integer) strict;
    create table word (id integer primary key, text text not null collate backwards);
    create table bound (id integer primary key, most integer not null, done integer);
    create trigger kept before update of title on item when new.title = 'never' begin select raise(abort, 'secret'); end;
    create trigger counted after update of done on bound begin
        update bound set most = (with recursive n(i) as (select 1 union all select i + 1 from n where i < new.most)
            select count(*) from n) where id = new.id;
    end;
    create table box (id integer primary key);
    create table ball (id integer primary key);
    create table box_ball (box_id integer not null references box (id), ball_id integer not null references ball (id),
        primary key (box_id, ball_id));
    create trigger skipped before insert on box_ball when new.ball_id = 3 begin select raise(ignore); end;
    insert into box values (1);
    insert into ball values (1), (2), (3);
    insert into box_ball values (1, 1);
    insert into shelf values (1, 'one', 1), (2, 'two', 2);
    insert into item values (1, 'a', 1, 1), (2, 'b', 2, null);
    insert into tag values (1, 'x'), (2, 'y');
    insert into typed values (1, 1);
    insert into word values (1, 'a');
    insert into bound values (1, 3, 0);";

async fn open(folder: &tempfile::TempDir) -> DatabaseConnection {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", folder.path().join("a.sqlite").display()));
    options.max_connections(CONNECTIONS).sqlx_logging(false).map_sqlx_sqlite_opts(|options| {
        let options = options.journal_mode(SqliteJournalMode::Wal).busy_timeout(Duration::from_millis(100));
        options.collation("backwards", |left, right| right.cmp(left))
    });
    sea_orm::Database::connect(options).await.unwrap()
}

async fn serve(folder: &tempfile::TempDir, is_direct: bool) -> Server {
    let connection = open(folder).await;
    run_sql(&connection, TABLES).await;
    let builder = Gateway::builder(connection.clone()).discover(&[]);
    let gateway = if is_direct { builder.read_directly() } else { builder }.build().await.unwrap();
    Server::start(gateway, connection).await
}

/// The same tables twice: written directly, and through the pool.
async fn both() -> [(tempfile::TempDir, Server); 2] {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let servers = [serve(&folders[0], true).await, serve(&folders[1], false).await];
    let [first, second] = folders;
    let [direct, pooled] = servers;
    [(first, direct), (second, pooled)]
}

async fn rename(server: &Server, name: &str) -> Value {
    let mutation = "mutation($name: String!) { updateShelf(key: {id: 1}, input: {name: $name}) { outcome } }";
    server.run(mutation, json!({ "name": name })).await
}

async fn names(server: &Server) -> Value {
    json!(server.sql("select id, name from shelf order by id").await)
}

#[tokio::test]
async fn a_mutation_needs_no_connection_of_the_pool() {
    let [(_a, direct), (_b, pooled)] = both().await;
    let data = json!({ "data": { "updateShelf": { "outcome": "UPDATED" } } });
    for (server, is_done) in [(&direct, true), (&pooled, false)] {
        assert_eq!(rename(server, "first").await, data);
        let pool = server.connection().get_sqlite_connection_pool();
        let mut taken = Vec::new();
        for _ in 0..CONNECTIONS {
            taken.push(pool.acquire().await.unwrap());
        }
        let done = timeout(Duration::from_secs(if is_done { 60 } else { 1 }), rename(server, "second")).await;
        assert_eq!(done.ok(), is_done.then(|| data.clone()));
        drop(taken);
    }
    assert_eq!(names(&direct).await, json!([{ "id": 1, "name": "second" }, { "id": 2, "name": "two" }]));
}

#[tokio::test]
async fn what_the_database_refuses_has_the_codes_that_the_pool_gives_it() {
    let [(_a, direct), (_b, pooled)] = both().await;
    for (mutation, code) in [
        ("createShelf(input: {id: 1, name: \"x\"}) { outcome }", "CONFLICT"),
        ("createShelf(input: {id: 3, name: \"two\"}) { outcome }", "CONFLICT"),
        ("updateShelf(key: {id: 1}, input: {name: \"two\"}) { outcome }", "CONFLICT"),
        ("updateShelf(key: {id: 1}, input: {size: 100}) { outcome }", "INVALID"),
        ("updateItem(key: {id: 1}, input: {title: \"never\"}) { outcome }", "INVALID"),
        ("associateItemShelf(key: {id: 1}, ref: {id: 9}) { changed }", "TARGET_NOT_FOUND"),
        ("associateItemTags(key: {id: 1}, refs: [{id: 1}, {id: 9}]) { changed }", "TARGET_NOT_FOUND"),
        ("updateItem(key: {id: 9}, input: {title: \"x\"}) { outcome }", "NOT_FOUND"),
        ("updateTyped(key: {id: 1}, input: {n: \"x\"}) { outcome }", ""),
        ("createWord(input: {id: 2, text: \"b\"}) { word { id text } }", ""),
        ("updateWord(key: {id: 1}, input: {text: \"c\"}) { outcome }", ""),
        ("deleteWords(where: {text: {lt: \"b\"}}) { count }", ""),
        (
            "first: updateShelf(key: {id: 1}, input: {name: \"new\"}) { outcome } \
          deleteShelf(key: {id: 1}) { outcome }",
            "",
        ),
    ] {
        let mutation = format!("mutation {{ {mutation} }}");
        let answer = direct.run(&mutation, json!({})).await;
        assert_eq!(answer, pooled.run(&mutation, json!({})).await, "{mutation}");
        assert!(code.is_empty() || answer["errors"][0]["extensions"]["code"] == code, "{mutation}\n{answer:#}");
        assert!(!answer.to_string().contains("secret"), "{answer:#}");
        for table in ["shelf", "item", "word", "typed", "item_tag"] {
            let rows = format!("select * from {table}");
            assert_eq!(direct.sql(&rows).await, pooled.sql(&rows).await, "{mutation}");
        }
    }
}

/// Mutations that are a few statements on a file, and what they do where there is nothing to do, or it cannot be done.
#[tokio::test]
async fn what_is_kept_of_a_mutation_does_what_the_pool_does() {
    let [(_a, direct), (_b, pooled)] = both().await;
    let more =
        "create table thing (id integer primary key, price decimal(9,2), day date, version integer not null default 1,
            code text collate nocase unique, shelf_id integer references shelf (id));
        create table pair (a integer not null, b text not null, word text, primary key (a, b));
        create table shelf_pair (shelf_id integer not null references shelf (id), a integer not null, b text not null,
            primary key (shelf_id, a, b), foreign key (a, b) references pair (a, b));
        insert into thing (id, code) values (1, 'A'), (2, 'b');
        insert into pair values (1, 'x', 'one'), (1, 'y', 'two'), (2, 'x', 'three');";
    for server in [&direct, &pooled] {
        server.execute(more).await;
    }
    let folders = [direct, pooled];
    let connections = folders.each_ref().map(|server| server.connection().clone());
    let mut servers = Vec::new();
    for (connection, is_direct) in connections.into_iter().zip([true, false]) {
        let builder = Gateway::builder(connection.clone()).discover(&[]);
        let gateway = if is_direct { builder.read_directly() } else { builder }.build().await.unwrap();
        servers.push(Server::start(gateway, connection).await);
    }
    let tags = "mutation($id: Int!, $to: [TagKey!]!) { associateItemTags(key: {id: $id}, refs: $to) { changed } }";
    let told = "mutation($id: Int!, $to: [TagKey!]!) { replaceItemTags(key: {id: $id}, refs: $to) { changed results { ref status } } }";
    let alone = "mutation($id: Int!, $to: [TagKey!]!) { replaceItemTags(key: {id: $id}, refs: $to) { changed } }";
    let pairs = "mutation($id: Int!, $to: [PairKey!]!) { replaceShelfPairs(key: {id: $id}, refs: $to) { changed } }";
    let more_pairs =
        "mutation($id: Int!, $to: [PairKey!]!) { associateShelfPairs(key: {id: $id}, refs: $to) { changed } }";
    let shelf = "mutation($id: Int!, $to: Int!) { associateThingShelf(key: {id: $id}, ref: {id: $to}) { changed thing { id version shelf { name size } } } }";
    let coded = "mutation($code: String!, $name: String!) { associateThingShelf(key: {code: $code}, ref: {name: $name}) { changed thing { code } } }";
    let set = "mutation($id: Int!, $set: ThingUpdate!) { updateThing(key: {id: $id}, input: $set) { outcome thing { price day version etag } } }";
    let one = |id: i32| json!([{ "id": id }]);
    let mut asked = Vec::new();
    for mutation in [tags, told, alone] {
        for to in [
            one(1),
            one(1),
            json!([{ "id": 1 }, { "id": 2 }, { "id": 1 }]),
            json!([]),
            one(9),
            one(2),
            json!([{ "id": 2 }, { "id": 9 }]),
        ] {
            asked.extend([1, 9].map(|id| (mutation, json!({ "id": id, "to": to }))));
        }
    }
    for mutation in [more_pairs, pairs] {
        for to in [
            json!([{ "a": 1, "b": "x" }]),
            json!([{ "a": 2, "b": "x" }, { "a": 1, "b": "y" }]),
            json!([{ "a": 2, "b": "y" }]),
            json!([]),
        ] {
            asked.push((mutation, json!({ "id": 1, "to": to })));
        }
    }
    for (id, to) in [(1, 1), (1, 1), (1, 2), (2, 9), (9, 1), (2, 2)] {
        asked.push((shelf, json!({ "id": id, "to": to })));
    }
    for (code, name) in [("a", "one"), ("B", "two"), ("B", "none"), ("c", "one")] {
        asked.push((coded, json!({ "code": code, "name": name })));
    }
    for set_to in [
        json!({ "price": "5" }),
        json!({ "price": "1.50" }),
        json!({ "price": "0.1234567890123456789" }),
        json!({ "day": "2024-02-29" }),
        json!({ "price": null, "day": null }),
        json!({ "version": 7 }),
    ] {
        asked.extend([1, 9].map(|id| (set, json!({ "id": id, "set": set_to }))));
    }
    for (mutation, variables) in asked {
        let [first, second] =
            [servers[0].run(mutation, variables.clone()).await, servers[1].run(mutation, variables.clone()).await];
        assert_eq!(first, second, "{mutation} {variables}");
        for table in ["item_tag", "shelf_pair", "thing"] {
            let rows = format!("select * from {table}");
            assert_eq!(servers[0].sql(&rows).await, servers[1].sql(&rows).await, "{mutation} {variables}");
        }
    }
    for (mutation, statements) in [
        ("updateThing(key: {id: 1}, input: {price: \"2\"}) { thing { price } }", 2),
        ("associateThingShelf(key: {id: 1}, ref: {id: 2}) { thing { shelf { name } } }", 2),
        ("associateItemTags(key: {id: 1}, refs: [{id: 1}, {id: 2}]) { changed }", 2),
        ("replaceItemTags(key: {id: 1}, refs: [{id: 2}]) { changed }", 3),
    ] {
        let mutation = format!("mutation {{ {mutation} }}");
        // The lookup may lead there already, which is one statement more.
        assert!(
            servers[0].statements(&mutation).await <= statements + usize::from(mutation.contains("Shelf")),
            "{mutation}"
        );
    }
}

/// A foreign key that is looked at when the transaction ends.
#[tokio::test]
async fn a_link_that_a_trigger_leaves_out_is_a_conflict_and_nothing_is_kept() {
    for (folder, server) in both().await {
        for mutation in ["associateBoxBalls", "replaceBoxBalls"] {
            for (balls, expected) in [(json!([{"id": 3}]), [1]), (json!([{"id": 2}, {"id": 3}]), [1])] {
                let query =
                    format!("mutation($r: [BallKey!]!) {{ {mutation}(key: {{id: 1}}, refs: $r) {{ changed }} }}");
                // Twice, because it is kept.
                for _ in 0..2 {
                    let answer = server.run(&query, json!({ "r": balls })).await;
                    assert_eq!(answer["errors"][0]["extensions"]["code"], "CONFLICT", "{mutation} {balls}: {answer:#}");
                    let links = server.sql("select ball_id as id from box_ball").await;
                    assert_eq!(links, expected.map(|id| json!({ "id": id })), "{mutation} {balls}");
                }
            }
        }
        drop(folder);
    }
}

#[tokio::test]
async fn a_commit_that_is_refused_leaves_nothing_behind() {
    let [(_a, direct), (_b, pooled)] = both().await;
    let mutation = "mutation { updateShelf(key: {id: 2}, input: {name: \"new\"}) { outcome } \
        late: updateShelf(key: {id: 2}, input: {size: 77}) { outcome } }";
    let before = names(&direct).await;
    for server in [&direct, &pooled] {
        for _ in 0..3 {
            let answer = server.run(mutation, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "TARGET_NOT_FOUND", "{answer:#}");
            assert_eq!(names(server).await, before);
        }
        assert_eq!(rename(server, "one").await["data"]["updateShelf"]["outcome"], "UPDATED");
    }
}

#[tokio::test]
async fn another_process_that_writes_is_waited_for_and_not_for_ever() {
    let [(_a, direct), (_b, pooled)] = both().await;
    for server in [&direct, &pooled] {
        let mut other = server.connection().get_sqlite_connection_pool().begin_with("begin immediate").await.unwrap();
        sqlx::query("update shelf set name = 'theirs' where id = 2").execute(&mut *other).await.unwrap();
        let mut waiting = Box::pin(rename(server, "ours"));
        assert!(timeout(Duration::from_millis(50), &mut waiting).await.is_err());
        other.commit().await.unwrap();
        assert_eq!(waiting.await["data"]["updateShelf"]["outcome"], "UPDATED");
        assert_eq!(names(server).await, json!([{ "id": 1, "name": "ours" }, { "id": 2, "name": "theirs" }]));

        let other = server.connection().get_sqlite_connection_pool().begin_with("begin immediate").await.unwrap();
        let refused = rename(server, "again").await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "TIMEOUT", "{refused:#}");
        other.rollback().await.unwrap();
        assert_eq!(rename(server, "again").await["data"]["updateShelf"]["outcome"], "UPDATED");
    }
}

#[tokio::test]
async fn a_write_that_takes_long_keeps_nobody_waiting_and_is_undone_where_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(&folder, true).await;
    let count = "mutation { updateShelf(key: {id: 2}, input: {name: \"new\"}) { outcome } \
        updateBound(key: {id: 1}, input: {done: 1}) { bound { most } } }";
    for most in [3, 200_000, 5, 400_000] {
        server.execute(&format!("update bound set most = {most}")).await;
        assert_eq!(server.data(count).await["updateBound"]["bound"]["most"], most);
    }
    // Longer than anybody waits.
    server.execute("update bound set most = 1000000000000; update shelf set name = 'two' where id = 2").await;
    for round in 0..3 {
        let mut long = Box::pin(server.run(count, json!({})));
        assert!(timeout(Duration::from_millis(200), &mut long).await.is_err());
        assert_eq!(names(&server).await[1]["name"], "two");
        drop(long);
        let name = format!("after {round}");
        assert_eq!(rename(&server, &name).await["data"]["updateShelf"]["outcome"], "UPDATED");
        assert_eq!(names(&server).await, json!([{ "id": 1, "name": name }, { "id": 2, "name": "two" }]));
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_undone() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open(&folder).await;
    run_sql(&connection, TABLES).await;
    let limits = relata::plan::Limits { max_answer: 2_000, ..relata::plan::Limits::default() };
    let builder = Gateway::builder(connection.clone()).discover(&[]).read_directly().limits(limits);
    let server = Server::start(builder.build().await.unwrap(), connection).await;
    let mutation = "mutation($title: String!) { updateItems(where: {id: {lt: 3}}, atMost: 2, input: {title: $title}) { items { id title } } }";
    let large = server.run(mutation, json!({ "title": "x".repeat(3_000) })).await;
    assert_eq!(large["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{large:#}");
    assert_eq!(
        server.sql("select title from item order by id").await,
        [json!({ "title": "a" }), json!({ "title": "b" })]
    );
    assert_eq!(server.data_with(mutation, json!({ "title": "x" })).await["updateItems"]["items"][1]["title"], "x");
}

#[tokio::test]
async fn many_clients_write_at_once_and_every_one_that_is_answered_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(&folder, true).await;
    let create = "mutation($id: Int!) { createItem(input: {id: $id, title: \"t\", tags: {associate: [{id: 1}, {id: 2}]}, \
        shelf: {ref: {id: 1}}}) { outcome } }";
    let client = async |client: i32| {
        let mut made = 0;
        for id in 0..20 {
            // Every key is tried by two of them.
            let answer = server.run(create, json!({ "id": 1_000 + 20 * (client / 2) + id })).await;
            match answer["errors"][0]["extensions"]["code"].as_str() {
                None => made += 1,
                Some(code) => assert_eq!(code, "CONFLICT", "{answer:#}"),
            }
        }
        made
    };
    let made: i32 = futures_util::future::join_all((0..32).map(client)).await.into_iter().sum();
    assert_eq!(made, 320);
    let counts = "select (select count(*) from item where id >= 1000 and shelf_id = 1) as items, \
        (select count(*) from item_tag where item_id >= 1000) as tags";
    assert_eq!(server.sql(counts).await, [json!({ "items": 320, "tags": 640 })]);
}
