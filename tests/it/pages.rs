//! A page per parent, whether pages are full or not, and while they fill: the same request again and again, beside plain
//! SQL that takes each parent by itself.

use std::fmt::Write as _;

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

/// Shelves, books that stand on them, and readers who share books.
const TABLES: &str = "
    create table shelf (id integer primary key, name varchar(20) not null);
    create table book (id integer primary key, shelf_id integer references shelf (id), title varchar(40) not null, pages integer);
    create table reader (id integer primary key, name varchar(20) not null);
    create table loan (book_id integer not null references book (id), reader_id integer not null references reader (id),
        primary key (book_id, reader_id));
    insert into shelf values (1, 'one'), (2, 'two'), (3, 'three'), (4, 'empty');
    insert into reader values (1, 'Ada'), (2, 'Ben'), (3, 'Cem');";

/// A book, lent to two of three readers.
fn book(id: u32, shelf: u32) -> String {
    // Titles come in another order than keys, and some are alike.
    let (title, pages) = (id * 7 % 5, id * 11 % 13);
    let mut sql = format!("insert into book values ({id}, {shelf}, 'b{title}', {pages});");
    for reader in [id % 3 + 1, (id + 1) % 3 + 1] {
        let _ = write!(sql, "insert into loan values ({id}, {reader});");
    }
    sql
}

/// What each shelf has of its books, asked for shelf by shelf.
async fn by_hand(server: &Server, order: &str, filter: &str, limit: usize) -> Vec<Value> {
    let mut shelves = Vec::new();
    for shelf in 1..=4 {
        let sql = format!("select id from book where shelf_id = {shelf} {filter} order by {order} limit {limit}");
        let ids = server.sql(&sql).await;
        shelves.push(ids.iter().map(|row| row["id"].clone()).collect());
    }
    shelves
}

fn ids(shelves: &Value, list: &str) -> Vec<Value> {
    let of = |shelf: &Value| shelf[list].as_array().unwrap().iter().map(|book| book["id"].clone()).collect();
    shelves.as_array().unwrap().iter().map(of).collect()
}

#[apply(backends)]
#[tokio::test]
async fn pages_are_the_same_before_and_after_they_are_full(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "pages_fill", TABLES).await else { return };
    let orders = [
        ("", "id"),
        ("orderBy: [{title: DESC}],", "title desc, id"),
        ("orderBy: [{pages: ASC}, {id: DESC}],", "pages, id desc"),
    ];
    for id in 1..=14 {
        server.execute(&book(id, [1, 2, 1, 3][id as usize % 4])).await;
        for (arguments, order) in orders {
            for limit in [1, 4, 6, 100] {
                let query = format!("{{ shelves(first: 9) {{ books({arguments} first: {limit}) {{ id }} }} }}");
                let expected = by_hand(&server, order, "", limit).await;
                // The second time it is known; pages that were full once are asked for as such.
                for _ in 0..2 {
                    let data = server.data(&query).await;
                    assert_eq!(ids(&data["shelves"], "books"), expected, "{id} books, {query}");
                }
            }
        }
        let query =
            "query($n: Int!) { shelves(first: 9) { books(where: {pages: {gt: $n}}, first: 5) { id shelf { name } } } }";
        let data = server.data_with(query, json!({ "n": 4 })).await;
        assert_eq!(ids(&data["shelves"], "books"), by_hand(&server, "id", "and pages > 4", 5).await);
    }
    // Emptied again, pages are no longer full.
    server.execute("delete from loan; delete from book where id > 2;").await;
    let data = server.data("{ shelves(first: 9) { books(first: 4) { id } } }").await;
    assert_eq!(ids(&data["shelves"], "books"), by_hand(&server, "id", "", 4).await);
}

#[apply(backends)]
#[tokio::test]
async fn many_to_many_pages_fill(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "pages_many", TABLES).await else { return };
    for id in 1..=12 {
        server.execute(&book(id, 1)).await;
        for limit in [3, 7, 50] {
            let query =
                format!("{{ readers(first: 3) {{ books(first: {limit}, orderBy: [{{title: ASC}}]) {{ id }} }} }}");
            let mut expected: Vec<Value> = Vec::new();
            for reader in 1..=3 {
                let sql = format!(
                    "select b.id from loan l join book b on b.id = l.book_id where l.reader_id = {reader} \
                     order by b.title, b.id limit {limit}"
                );
                expected.push(server.sql(&sql).await.iter().map(|row| row["id"].clone()).collect());
            }
            for _ in 0..2 {
                assert_eq!(ids(&server.data(&query).await["readers"], "books"), expected, "{id} books, {query}");
            }
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn the_last_page_and_connections_fill_too(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "pages_last", TABLES).await else { return };
    let query =
        "{ shelves(first: 4) { booksConnection(last: 3) { nodes { id } pageInfo { hasPreviousPage hasNextPage } } } }";
    for id in 1..=8 {
        server.execute(&book(id, id % 2 + 1)).await;
        for _ in 0..2 {
            let data = server.data(query).await;
            for (index, shelf) in data["shelves"].as_array().unwrap().iter().enumerate() {
                let sql = format!("select id from book where shelf_id = {} order by id", index + 1);
                let all: Vec<Value> = server.sql(&sql).await.iter().map(|row| row["id"].clone()).collect();
                let (before, last) = all.split_at(all.len().saturating_sub(3));
                let page = &shelf["booksConnection"];
                let nodes: Vec<Value> =
                    page["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
                assert_eq!(nodes, last, "{id} books");
                assert_eq!(page["pageInfo"], json!({ "hasPreviousPage": !before.is_empty(), "hasNextPage": false }));
            }
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn children_that_are_too_large_to_be_kept_are_answered_as_well(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "pages_large", TABLES).await else { return };
    server
        .execute("create table leaf (id integer primary key, shelf_id integer references shelf (id), body text)")
        .await;
    let server = server.another(|connection| relata::Gateway::builder(connection).read_directly().discover(&[])).await;
    for id in 1..=30 {
        let body = format!("{id} ").repeat(20_000);
        server.execute(&format!("insert into leaf values ({id}, {}, '{body}')", id % 3 + 1)).await;
    }
    for _ in 0..2 {
        let data = server.data("{ shelves(first: 4) { leaves(first: 100) { id body } } }").await;
        for (index, shelf) in data["shelves"].as_array().unwrap().iter().enumerate() {
            let leaves = shelf["leaves"].as_array().unwrap();
            let expected: Vec<usize> = (1..=30).filter(|id| id % 3 == index).collect();
            assert_eq!(leaves.iter().map(|leaf| leaf["id"].as_u64().unwrap() as usize).collect::<Vec<_>>(), expected);
            for (leaf, id) in leaves.iter().zip(expected) {
                assert_eq!(leaf["body"], format!("{id} ").repeat(20_000));
            }
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn children_come_to_their_parents_whatever_the_numbers_are(#[case] backend: Backend) {
    let tables = "
        create table wide (id bigint primary key, rank_no integer not null);
        create table narrow (id smallint primary key, wide_id bigint references wide (id), up_id smallint references narrow (id));
        create table tag (id integer primary key, narrow_id smallint references narrow (id));
        insert into wide values (-9000000000, 3), (-1, 1), (0, 4), (7, 2), (9000000000, 5), (9000000001, 6);
        insert into narrow values (-5, 7, null), (-4, -9000000000, -5), (0, 9000000000, -5), (1, null, -5), (2, 7, 1),
            (3, -1, -4), (4, 0, null), (5, 7, 4), (6, 9000000000, 4), (300, -9000000000, 300);
        insert into tag values (10, -5), (9, 300), (8, 0), (7, 0), (6, -4), (5, null), (4, 2), (3, 300);";
    let Some(server) = scratch(backend, "pages_numbers", tables).await else { return };
    let query = "{ wides(orderBy: [{rankNo: DESC}]) { id narrows(orderBy: [{id: DESC}]) \
        { id tags { id } narrowsByUp { id tags { id } } up { id } } } }";
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap();
    for _ in 0..2 {
        let data = server.data(query).await;
        let mut wides = Vec::new();
        for wide in data["wides"].as_array().unwrap() {
            let wide_id = number(&wide["id"]);
            wides.push(wide_id);
            let narrows =
                ids_by(&server, &format!("select id from narrow where wide_id = {wide_id} order by id desc")).await;
            assert_eq!(list(&wide["narrows"]), narrows, "{wide_id}");
            for narrow in wide["narrows"].as_array().unwrap() {
                let id = number(&narrow["id"]);
                let tags = format!("select id from tag where narrow_id = {id} order by id");
                assert_eq!(list(&narrow["tags"]), ids_by(&server, &tags).await, "{id}");
                let below = format!("select id from narrow where up_id = {id} order by id");
                assert_eq!(list(&narrow["narrowsByUp"]), ids_by(&server, &below).await, "{id}");
                for below in narrow["narrowsByUp"].as_array().unwrap() {
                    let tags = format!("select id from tag where narrow_id = {} order by id", below["id"]);
                    assert_eq!(list(&below["tags"]), ids_by(&server, &tags).await, "{below}");
                }
            }
        }
        assert_eq!(wides, [9_000_000_001, 9_000_000_000, 0, -9_000_000_000, 7, -1]);
    }
    // Parents that share what they are asked for.
    let data = server.data("{ tags(orderBy: [{id: ASC}]) { id narrow { id narrowsByUp { id } tags { id } } } }").await;
    for tag in data["tags"].as_array().unwrap().iter().filter(|tag| !tag["narrow"].is_null()) {
        let id = number(&tag["narrow"]["id"]);
        let tags = format!("select id from tag where narrow_id = {id} order by id");
        assert_eq!(list(&tag["narrow"]["tags"]), ids_by(&server, &tags).await, "{id}");
        let below = format!("select id from narrow where up_id = {id} order by id");
        assert_eq!(list(&tag["narrow"]["narrowsByUp"]), ids_by(&server, &below).await, "{id}");
    }
    assert_eq!(data["tags"].as_array().unwrap().len(), 8);
}

/// The keys in a list of records.
fn list(records: &Value) -> Vec<Value> {
    records.as_array().unwrap().iter().map(|record| record["id"].clone()).collect()
}

/// The keys that plain SQL finds.
/// Levels whose columns are of the same types, in other orders and of other lengths, and of types that the others lack.
const MIXED: &str = "
    create table hall (id integer primary key, name varchar(9) not null, code char(6), open boolean, small smallint);
    create table row_ (code char(3), size double precision, hall_id integer references hall (id), id integer primary key,
        small integer, name varchar(30), price decimal(8, 3), born date);
    create table seat (born date, name varchar(5), note text, row_id integer not null references row_ (id), open boolean,
        id integer primary key, price decimal(6, 2), code char(9), small smallint, big bigint);
    insert into hall values (1, 'main', 'a b', true, 3), (2, 'side', null, false, null);
    insert into row_ values ('x', 1.5, 1, 11, 70000, 'first', 12.5, '2020-02-29'), ('yz', null, 1, 12, null, null, null, null),
        (null, -2, 2, 13, 5, 'third', 7, null);
    insert into seat values ('1999-12-31', 'left', 'n', 11, true, 21, 1.25, 'c', 1, 9007199254740993),
        (null, null, null, 13, false, 22, null, null, null, null), (null, 'right', 'm', 13, null, 23, 2, 'd e', 2, 2);";

/// Each record as its root field answers it is what it is below others.
#[apply(backends)]
#[tokio::test]
async fn levels_of_like_and_unlike_columns_keep_them_apart(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "pages_mixed", MIXED).await else { return };
    let (hall, row, seat) = (
        "small open name code id",
        "born price name small id size code",
        "big small code price id open note name born __typename",
    );
    let roots = format!("{{ halls {{ {hall} }} rows {{ hallId {row} }} seats {{ rowId {seat} }} }}");
    let data = server.data(&roots).await;
    assert_eq!(data["seats"][0]["name"], "left");
    let children = |list: &str, lookup: &str, id: &Value| -> Vec<Value> {
        let of = data[list].as_array().unwrap().iter().filter(|record| record[lookup] == *id).cloned();
        of.map(|mut record| {
            record.as_object_mut().unwrap().remove(lookup);
            record
        })
        .collect()
    };
    let mut halls = data["halls"].clone();
    for hall in halls.as_array_mut().unwrap() {
        let mut rows = children("rows", "hallId", &hall["id"]);
        for row in &mut rows {
            row["seats"] = children("seats", "rowId", &row["id"]).into();
        }
        hall["rows"] = rows.into();
    }
    for _ in 0..2 {
        let query = format!("{{ halls {{ {hall} rows {{ {row} seats {{ {seat} }} }} }} }}");
        assert_eq!(server.data(&query).await["halls"], halls);
    }
}

async fn ids_by(server: &Server, sql: &str) -> Vec<Value> {
    server.sql(sql).await.iter().map(|row| row["id"].clone()).collect()
}
