//! Files of SQLite that are written ahead are read directly, and answer as they do through the pool.

use std::{fmt::Write as _, time::Duration};

use relata::Gateway;
use sea_orm::{ConnectOptions, DatabaseConnection};
use serde_json::json;
use sqlx::sqlite::SqliteJournalMode;

use crate::support::{Server, run_sql};

async fn open(folder: &tempfile::TempDir, mode: SqliteJournalMode, connections: u32) -> DatabaseConnection {
    let file = folder.path().join(format!("{mode:?}.sqlite"));
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", file.display()));
    options.max_connections(connections).sqlx_logging(false).map_sqlx_sqlite_opts(move |options| {
        options.journal_mode(mode).collation("backwards", |left, right| right.cmp(left))
    });
    sea_orm::Database::connect(options).await.unwrap()
}

async fn serve(connection: DatabaseConnection) -> Server {
    let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    Server::start(gateway, connection).await
}

/// The same tables twice: read directly, and through the pool.
async fn both(folder: &tempfile::TempDir, statements: &str) -> [Server; 2] {
    let mut servers = Vec::new();
    for mode in [SqliteJournalMode::Wal, SqliteJournalMode::Delete] {
        let connection = open(folder, mode, 4).await;
        run_sql(&connection, statements).await;
        servers.push(serve(connection).await);
    }
    servers.try_into().ok().unwrap()
}

const TYPES: &[&str] = &[
    "integer",
    "bigint",
    "boolean",
    "real",
    "decimal(9,3)",
    "varchar(40)",
    "text",
    "date",
    "time",
    "datetime",
    "uuid",
    "blob",
    "json",
];

const VALUES: &[&str] = &[
    "null",
    "0",
    "-7",
    "9223372036854775807",
    "1.5",
    "-1e300",
    "9e999",
    "''",
    "'text'",
    "'12'",
    "'2024-02-29'",
    "'2024-02-29 12:34:56.789'",
    "'12:34:56'",
    "'0000-00-00'",
    "'no'",
    "x''",
    "x'00ff10'",
    "x'0123456789abcdef0123456789abcdef'",
    "cast(x'61ff62' as text)",
    "cast(x'610062' as text)",
    "'{\"a\": [1, 2]}'",
    "'01234567-89ab-cdef-0123-456789abcdef'",
    "'it''s \"quoted\" \\ é\u{1f600}'",
];

#[tokio::test]
async fn values_of_every_storage_class_in_columns_of_every_type_are_answered_alike() {
    let folder = tempfile::tempdir().unwrap();
    let columns: Vec<String> = TYPES.iter().enumerate().map(|(index, ty)| format!("c{index} {ty}")).collect();
    let mut sql = format!("create table odd (id integer primary key, {});", columns.join(", "));
    for (index, value) in VALUES.iter().enumerate() {
        let _ = write!(sql, "insert into odd values ({index}{});", format!(", {value}").repeat(TYPES.len()));
    }
    let [direct, pooled] = both(&folder, &sql).await;
    for column in 0..TYPES.len() {
        for query in [
            format!("{{ odds {{ id c{column} etag }} }}"),
            format!("{{ odds(orderBy: [{{c{column}: DESC}}, {{id: ASC}}]) {{ id }} }}"),
        ] {
            assert_eq!(direct.run(&query, json!({})).await, pooled.run(&query, json!({})).await, "{query}");
        }
        // One by one, because a value that misfits fails its whole list.
        for id in 0..VALUES.len() {
            let query = format!("{{ odd(key: {{id: {id}}}) {{ id c{column} }} }}");
            assert_eq!(direct.run(&query, json!({})).await, pooled.run(&query, json!({})).await, "{query}");
        }
    }
}

#[tokio::test]
async fn what_only_the_pool_knows_is_put_to_the_pool() {
    let folder = tempfile::tempdir().unwrap();
    let statements = "create table word (id integer primary key, text text not null collate backwards);
        insert into word values (1, 'a'), (2, 'c'), (3, 'b');";
    for server in both(&folder, statements).await {
        let data = server.data("{ words(orderBy: [{text: ASC}]) { text } }").await;
        let expected = server.sql("select text from word order by text collate \"binary\" desc").await;
        assert_eq!(data["words"], json!(expected));
        assert_eq!(server.data("{ word(key: {id: 3}) { id } }").await["word"]["id"], 3);
    }
}

#[tokio::test]
async fn faults_of_values_have_the_codes_that_the_pool_gives_them() {
    let folder = tempfile::tempdir().unwrap();
    let statements = "create table big (id integer primary key, n bigint not null);
        insert into big values (1, 9223372036854775807), (2, 9223372036854775807);
        create view torn as select id, json_extract('{', '$.a') as x from big;";
    let [direct, pooled] = both(&folder, statements).await;
    for query in [
        "{ bigsAggregate { sum { n } } }",
        "{ torns { x } }",
        "{ bigs { id n } torns { x } }",
        "{ bigs(where: {n: {gt: \"5\"}}) { id } tornsAggregate { count } }",
    ] {
        assert_eq!(direct.run(query, json!({})).await, pooled.run(query, json!({})).await, "{query}");
    }
}

#[tokio::test]
async fn a_table_that_changes_is_read_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let [server, _] =
        both(&folder, "create table word (id integer primary key, text text); insert into word values (1, 'a');").await;
    let words = async |expected: serde_json::Value| {
        assert_eq!(server.data("{ words { id text } }").await["words"], expected);
    };
    words(json!([{ "id": 1, "text": "a" }])).await;
    server.execute("alter table word add column more text").await;
    server.execute("insert into word (id, text, more) values (2, 'b', 'x')").await;
    words(json!([{ "id": 1, "text": "a" }, { "id": 2, "text": "b" }])).await;
    // On one connection: another one may not know yet that the first table is gone.
    let renamed = "create table other (id integer primary key, text text); drop table word;
        alter table other rename to word";
    server.execute(renamed).await;
    words(json!([])).await;
}

/// Counts as far as a table says.
const COUNTING: &str = "create table bound (id integer primary key, most integer not null);
    insert into bound values (1, 3);
    create view counted as with recursive n(i) as (select 1 union all select i + 1 from n where i < (select most from bound))
        select i from n;";

#[tokio::test]
async fn a_read_that_takes_long_is_answered_and_one_that_nobody_waits_for_ends() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open(&folder, SqliteJournalMode::Wal, 1).await;
    run_sql(&connection, COUNTING).await;
    let server = serve(connection).await;
    let count = "{ countedsAggregate { count } bound(key: {id: 1}) { most } }";
    for most in [3, 200_000, 200_000, 5, 5, 200_000] {
        server.execute(&format!("update bound set most = {most}")).await;
        let data = server.data(count).await;
        assert_eq!(data, json!({ "countedsAggregate": { "count": most }, "bound": { "most": most } }));
    }
    // Longer than anybody waits. The only connection is free again once the client has left.
    server.execute("update bound set most = 1000000000000").await;
    for _ in 0..3 {
        let asked = tokio::time::timeout(Duration::from_millis(300), server.run(count, json!({}))).await;
        assert!(asked.is_err(), "{asked:?}");
        assert_eq!(server.data("{ bound(key: {id: 1}) { id } }").await["bound"]["id"], 1);
    }
}

/// Parents with keys of every storage class, of one part and of two; and statistics, which change plans.
const SHELVES: &str = "
    create table person (id integer primary key, name text not null);
    create table shelf (a integer not null, b text not null, code varchar(40) unique, bin blob unique,
        num real unique, primary key (a, b));
    create table item (id integer primary key, title text, a integer, b text,
        shelf_code varchar(40) references shelf (code), shelf_bin blob references shelf (bin),
        shelf_num real references shelf (num), maker integer references person (id),
        foreign key (a, b) references shelf (a, b));
    create table tag (id integer primary key, word text not null);
    create table item_tag (item integer not null references item (id), tag integer not null references tag (id),
        primary key (item, tag));
    insert into person values (1, 'Ann'), (2, 'Bo');
    insert into shelf values (1, 'x', 'A', x'00ff', 1.5), (1, 'y', 'b', x'', 2), (2, 'x', 'text', x'61', -3.25),
        (3, 'ü \"q\"', null, null, null);
    insert into tag values (1, 'red'), (2, 'green'), (3, 'blue');
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 40)
        insert into item select i, 'item ' || (i * 7 % 40), 1 + i % 3, case when i % 3 = 2 then 'ü \"q\"'
                when i % 6 = 3 then 'y' when i % 6 = 1 then null else 'x' end,
            case i % 3 when 0 then 'A' when 1 then 'b' end, case i % 3 when 0 then x'00ff' when 1 then x'61' end,
            case i % 3 when 0 then 1.5 when 1 then -3.25 end, nullif(i % 3, 0) from n;
    insert into item_tag select id, 1 + (id + t.column1) % 3 from item, (values (0), (1)) t;
    create index item_title on item (title);
    create index item_ab on item (a, b);
    create index item_code on item (shelf_code);
    analyze;";

#[tokio::test]
async fn children_are_the_same_parent_by_parent_as_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let [direct, pooled] = both(&folder, SHELVES).await;
    let data = direct.data("{ shelves { a b itemsByShelf { id } itemsByShelfCode { id } } }").await;
    for shelf in data["shelves"].as_array().unwrap() {
        for (name, on) in [("itemsByShelf", "(s.a, s.b) = (i.a, i.b)"), ("itemsByShelfCode", "s.code = i.shelf_code")] {
            let (a, b) = (&shelf["a"], shelf["b"].as_str().unwrap());
            let sql =
                format!("select i.id from item i, shelf s where {on} and s.a = {a} and s.b = '{b}' order by i.id");
            let expected = direct.sql(&sql).await;
            assert_eq!(shelf[name], json!(expected), "{name} of {a}, {b}");
        }
    }
    for children in [
        "itemsByShelf { id title }",
        "itemsByShelfBin { id shelfBin }",
        "itemsByShelfNum { id ref etag shelfNum }",
        "itemsByShelf(first: 2, offset: 1, orderBy: [{title: DESC}]) { title makerPerson { name } }",
        "itemsByShelf(first: 3, orderBy: [{makerPerson: {name: DESC}}, {title: ASC}]) { title shelf { code } }",
        "itemsByShelf(where: {title: {startsWith: \"item 3\"}}) { title makerPerson { name items(first: 2) { id } } }",
        "itemsByShelfCode(where: {tags: {some: {word: {eq: \"red\"}}}}) { id tags(orderBy: [{word: ASC}]) { word } }",
        "itemsByShelfConnection(last: 2) { totalCount nodes { id } pageInfo { hasPreviousPage } }",
        "itemsByShelfAggregate { count } itemsByShelf { tags(first: 1, where: {word: {ne: \"red\"}}) { word } }",
        "itemsByShelf { tags { word items(first: 2, orderBy: [{title: DESC}]) { title tagsConnection { totalCount } } } }",
    ] {
        let query = format!("{{ shelves {{ a b {children} }} }}");
        let data = direct.data(&query).await;
        assert_eq!(data, pooled.data(&query).await, "{query}");
        assert!(data["shelves"].as_array().is_some_and(|shelves| shelves.len() == 4), "{data}");
    }
}

#[tokio::test]
async fn lists_and_counts_agree_where_a_lookup_is_of_another_type_than_its_target() {
    let folder = tempfile::tempdir().unwrap();
    let statements = "create table parent (id integer primary key);
        create table child (id integer primary key, p references parent (id));
        create table code (id text primary key);
        create table number (id integer primary key, c references code (id));
        create table pair (p not null references parent (id), c text not null references code (id), primary key (p, c));
        insert into parent values (1), (2);
        insert into child values (1, '1'), (2, '2'), (3, '02');
        insert into code values ('1'), ('02'), ('x');
        insert into number values (1, 1), (2, 'x');
        insert into pair values ('1', '1'), ('02', 'x');";
    let [direct, pooled] = both(&folder, statements).await;
    for query in [
        "{ parents { id children { id } childrenAggregate { count } } }",
        "{ parents { id childrenConnection { totalCount nodes { id } } } }",
        "{ codes { id numbers { id } numbersAggregate { count } } }",
        "{ parents { id codes { id } } codes { id parents { id } } }",
    ] {
        assert_eq!(direct.run(query, json!({})).await, pooled.run(query, json!({})).await, "{query}");
    }
    for (list, query) in [
        ("children", "{ parents { children { id } childrenAggregate { count } } }"),
        ("numbers", "{ parents: codes { numbers { id } numbersAggregate { count } } }"),
    ] {
        for record in direct.data(query).await["parents"].as_array().unwrap() {
            let count = record[list].as_array().unwrap().len();
            assert_eq!(record[format!("{list}Aggregate")]["count"], count, "{query}");
        }
    }
}
