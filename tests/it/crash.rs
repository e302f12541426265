//! The process is killed in the middle of writing: after a restart every operation is there in full or not at all, and
//! every one that was answered is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use rstest_reuse::apply;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Process, connect, empty, run_sql},
};

/// Operations of a round, all sent at once.
const OPERATIONS: i32 = 200;

/// After how many answers the process is killed, round by round.
const KILLED_AFTER: [usize; 6] = [1, 5, 25, 60, 110, 170];

const ALBUMS: i32 = 8;
const TAGS: i32 = 9;
const PHOTOS: i32 = 5;

const TABLES: &str = "
    create table tag (id integer primary key);
    create table parent (id integer primary key, op integer not null);
    create table parent_tag (parent_id integer not null references parent (id),
        tag_id integer not null references tag (id), primary key (parent_id, tag_id));
    create table child (id integer primary key, op integer not null, parent_id integer not null references parent (id));
    create table grandchild (id integer primary key, op integer not null,
        child_id integer not null references child (id));
    create table journal (id integer primary key, op integer not null);
    create table album (id integer primary key, op integer not null);
    create table album_tag (album_id integer not null references album (id),
        tag_id integer not null references tag (id), primary key (album_id, tag_id));
    create table photo (id integer primary key, album_id integer references album (id));";

/// The rows that an operation which creates records leaves: it, 2 tags, 3 children, 6 grandchildren, 1 in the journal.
const ROWS: i64 = 13;

/// Creates a parent with children, grandchildren and tags, and a line in the journal, all marked with the number.
fn insert(op: i32) -> String {
    let grandchild = |id: i32| format!("{{id: {id}, op: {op}}}");
    let child = |id: i32| {
        let (first, second) = (grandchild(2 * id), grandchild(2 * id + 1));
        format!("{{id: {id}, op: {op}, grandchildren: {{create: [{first}, {second}]}}}}")
    };
    let children: Vec<String> = (0..3).map(|index| child(3 * op + index)).collect();
    format!(
        "mutation {{
            createParent(input: {{id: {op}, op: {op}, tags: {{associate: [{{id: 1}}, {{id: 2}}]}},
                children: {{create: [{}]}}}}) {{ outcome }}
            createJournal(input: {{id: {op}, op: {op}}}) {{ outcome }}
        }}",
        children.join(", ")
    )
}

/// The tags and photos that an album has after an operation; the photos of an album are its own.
fn chosen(op: i32, album: i32) -> (BTreeSet<i32>, BTreeSet<i32>) {
    let some = |count: i32, factor: i32| (0..count).filter(move |bit| op.wrapping_mul(factor) >> bit & 1 == 1);
    let tags = some(TAGS, 37).map(|bit| bit + 1).collect();
    (tags, some(PHOTOS, 101).map(|bit| album * 100 + bit).collect())
}

/// Replaces the tags and the photos of an album by those chosen for the number, and marks the album.
fn replace(op: i32) -> String {
    let album = op % ALBUMS + 1;
    let (tags, photos) = chosen(op, album);
    let refs = |keys: BTreeSet<i32>| keys.iter().map(|key| format!("{{id: {key}}}")).collect::<Vec<_>>().join(", ");
    format!(
        "mutation {{
            replaceAlbumTags(key: {{id: {album}}}, refs: [{}]) {{ changed }}
            updateAlbum(key: {{id: {album}}}, input: {{op: {op}}}) {{ outcome }}
            replaceAlbumPhotos(key: {{id: {album}}}, refs: [{}]) {{ changed }}
        }}",
        refs(tags),
        refs(photos)
    )
}

fn is_replace(op: i32) -> bool {
    op % 4 == 3
}

async fn answer(client: &reqwest::Client, url: &str, query: &str) -> Option<Value> {
    let response = client.post(url).json(&json!({ "query": query })).send().await.ok()?;
    response.json().await.ok()
}

/// Sends the operations at once and kills the process after so many answers; what was answered.
async fn round(database: &str, first: i32, killed_after: usize) -> BTreeSet<i32> {
    let mut process = Process::start(database);
    let client = reqwest::Client::builder().timeout(Duration::from_mins(1)).build().unwrap();
    let mut running: FuturesUnordered<_> = (first..first + OPERATIONS)
        .map(|op| {
            let (client, url) = (client.clone(), process.url.clone());
            let query = if is_replace(op) { replace(op) } else { insert(op) };
            tokio::spawn(async move { (op, answer(&client, &url, &query).await) })
        })
        .collect();
    let mut answered = BTreeSet::new();
    while let Some(finished) = running.next().await {
        let (op, Some(answer)) = finished.unwrap() else { continue };
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answered.insert(op);
        if answered.len() == killed_after {
            process.kill();
        }
    }
    assert!(answered.len() < OPERATIONS as usize, "all were answered before the process was killed");
    answered
}

async fn rows(connection: &DatabaseConnection, sql: &str) -> Vec<(i32, i32, Option<i32>)> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let read = |row: &sea_orm::QueryResult, column| row.try_get::<Option<i32>>("", column).unwrap();
    rows.iter().map(|row| (read(row, "a").unwrap(), read(row, "b").unwrap(), read(row, "c"))).collect()
}

/// Checks by plain SQL, one statement for what belongs together: a server may still finish what was sent to it.
async fn check(connection: &DatabaseConnection, answered: &BTreeSet<i32>) {
    let sql = "select op as a, cast(count(*) as integer) as b, cast(null as integer) as c from (
            select op from parent union all select parent_id from parent_tag union all select op from journal
            union all select child.op from child join parent on parent.id = parent_id and parent.op = child.op
            union all select grandchild.op from grandchild join child on child.id = child_id and child.op = grandchild.op
        ) t group by op";
    let inserted: BTreeMap<i32, i64> = rows(connection, sql).await.iter().map(|row| (row.0, row.1.into())).collect();
    let half: Vec<_> = inserted.iter().filter(|(_, rows)| **rows != ROWS).collect();
    assert!(half.is_empty(), "half-written: {half:?}");
    let lost: Vec<_> = answered.iter().filter(|op| !is_replace(**op) && !inserted.contains_key(op)).collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");

    let sql = "select album.id as a, op as b, tag_id as c from album left join album_tag on album_id = album.id
        union all select album.id, op, photo.id from album join photo on album_id = album.id";
    let mut albums: BTreeMap<(i32, i32), BTreeSet<i32>> = BTreeMap::new();
    for (album, op, member) in rows(connection, sql).await {
        albums.entry((album, op)).or_default().extend(member);
    }
    assert_eq!(albums.len(), ALBUMS as usize);
    for ((album, op), members) in albums {
        let (tags, photos) = chosen(op, album);
        assert_eq!(members, tags.union(&photos).copied().collect(), "album {album} after operation {op}");
    }
}

async fn prepare(database: &str) {
    let connection = connect(database).await;
    run_sql(&connection, TABLES).await;
    let list = |rows: Vec<String>| rows.join(", ");
    let tags = list((1..=TAGS).map(|id| format!("({id})")).collect());
    let albums = list((1..=ALBUMS).map(|id| format!("({id}, 0)")).collect());
    let photos = (1..=ALBUMS).flat_map(|album| (0..PHOTOS).map(move |photo| format!("({})", album * 100 + photo)));
    let photos = list(photos.collect());
    let sql = format!(
        "insert into tag (id) values {tags}; insert into album (id, op) values {albums}; insert into photo (id) values {photos}"
    );
    run_sql(&connection, &sql).await;
    connection.close().await.unwrap();
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_operation_is_half_there_after_the_process_was_killed(#[case] backend: Backend) {
    let Some(database) = empty(backend, "crash").await else { return };
    prepare(&database).await;
    let mut answered = BTreeSet::new();
    for (number, killed_after) in (1..).zip(KILLED_AFTER) {
        answered.extend(round(&database, number * 1000, killed_after).await);
        let connection = connect(&database).await;
        check(&connection, &answered).await;
        connection.close().await.unwrap();
    }

    // It starts again, answers what is there, and goes on writing.
    let process = Process::start(&database);
    let client = reqwest::Client::new();
    for op in [9000, 9003] {
        let query = if is_replace(op) { replace(op) } else { insert(op) };
        let answer = answer(&client, &process.url, &query).await.unwrap();
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answered.insert(op);
    }
    let query = "{ parents(first: 5000) { id tags { id } children { grandchildren { id } } } }";
    let answer = answer(&client, &process.url, query).await.unwrap();
    let parents = answer["data"]["parents"].as_array().unwrap();
    let inserts = answered.iter().filter(|op| !is_replace(**op)).count();
    assert!(parents.len() >= inserts, "{} of {inserts}", parents.len());
    for parent in parents {
        let count = |list: &Value| list.as_array().map_or(0, Vec::len);
        let grandchildren = parent["children"].as_array().unwrap().iter().map(|child| count(&child["grandchildren"]));
        assert_eq!((count(&parent["tags"]), grandchildren.collect::<Vec<_>>()), (2, vec![2, 2, 2]), "{parent}");
    }
    check(&connect(&database).await, &answered).await;
}
