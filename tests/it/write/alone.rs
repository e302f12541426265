//! Mutations that are one statement by themselves answer and do what the same field does beside another one, in a
//! transaction.

use std::time::Duration;

use relata::plan::Limits;
use rstest_reuse::apply;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

const TABLES: &str = "
    create table album (id integer primary key, code varchar(10) not null unique, title varchar(20));
    create table genre (id integer primary key, name varchar(20) unique);
    create table track (id integer not null primary key, code varchar(10) not null unique, name varchar(20) not null,
        price numeric(5, 2), played bigint not null default 0, version integer not null default 1,
        made date, album_id integer references album (id), genre_id integer not null references genre (id), check (played >= 0));
    create table watched (id integer primary key, name varchar(20), seen integer not null default 0);
    create table list (id integer primary key, name varchar(20));
    create table entry (list_id integer not null references list (id), track_id integer not null references track (id),
        primary key (list_id, track_id));";

const ROWS: &str = "
    delete from entry; delete from track; delete from album; delete from genre; delete from list; delete from watched;
    insert into album values (1, 'a1', 'first'), (2, 'a2', 'second');
    insert into genre values (1, 'rock'), (2, null);
    insert into track (id, code, name, price, made, album_id, genre_id)
        values (1, 't1', 'one', 1.5, '2024-02-29', 1, 1), (2, 't2', 'two', null, null, null, 1), (3, 't3', 'three', 3, null, 2, 1);
    insert into list values (1, 'x'), (2, 'y');
    insert into entry values (1, 1), (2, 2), (2, 3);
    insert into watched (id, name) values (1, 'a');";

/// What is stored.
async fn state(server: &Server) -> Vec<Value> {
    let mut all = Vec::new();
    let cents = "id, code, name, cast(price * 100 as integer) as cents, played, version, album_id, genre_id";
    for (table, columns) in [("track", cents), ("entry", "*"), ("watched", "*")] {
        all.push(server.sql(&format!("select {columns} from {table} order by 1, 2")).await.into());
    }
    all
}

/// A field without what differs between two databases or requests: nothing but the place of an error in the text.
fn comparable(mut answer: Value) -> Value {
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        error.as_object_mut().unwrap().remove("locations");
    }
    match answer["data"].as_object_mut() {
        Some(data) => data.remove("other"),
        None => None,
    };
    answer
}

/// Fields, and how many statements each takes where it needs no transaction.
const FIELDS: &[(&str, usize)] = &[
    ("updateTrack(key: {id: 1}, input: {name: \"new\"}) { outcome track { id name price played version } }", 1),
    ("updateTrack(key: {code: \"t2\"}, input: {name: \"x\", price: \"2.50\"}) { track { ref code price etag } }", 1),
    ("updateTrack(key: {ref: \"tracks(3)\"}, input: {price: null}) { __typename track { price __typename } }", 1),
    ("updateTrack(key: {id: 1}, input: {code: \"t9\"}) { outcome }", 1),
    ("a: updateTrack(key: {id: 1}, input: {name: \"y\"}) { x: track { n: name } }", 1),
    ("associateTrackAlbum(key: {id: 1}, ref: {id: 2}) { changed results { ref status } track { name version } }", 1),
    ("associateTrackAlbum(key: {id: 1}, ref: {id: 1}) { changed results { ref status } track { name version } }", 2),
    ("associateTrackAlbum(key: {id: 2}, ref: {id: 1}) { results { ref status } track { version album { title } } }", 1),
    ("associateTrackAlbum(key: {code: \"t2\"}, ref: {code: \"a2\"}) { track { etag albumId album { id code } } }", 1),
    ("associateTrackAlbum(key: {id: 3}, ref: {ref: \"albums(1)\"}) { changed }", 1),
    ("associateTrackAlbum(key: {id: 3}, ref: {id: 1}) { changed track { album { id } } }", 1),
    ("associateTrackAlbum(key: {id: 2}, ref: {id: 1}) { results { ref } track { album { ref code } } }", 1),
    ("associateTrackAlbum(key: {id: 2}, ref: {id: 1}) { results { status } }", 1),
    ("associateTrackAlbum(key: {id: 2}, ref: {ref: \"albums(99999999999)\"}) { results { status } }", 0),
    ("associateTrackGenre(key: {id: 3}, ref: {id: 2}) { changed results { status } track { genre { name } } }", 1),
    (
        "associateListTracks(key: {id: 1}, refs: [{id: 3}, {id: 1}, {id: 2}, {id: 3}]) { changed results { ref status } }",
        1,
    ),
    ("associateListTracks(key: {id: 1}, refs: [{code: \"t2\"}]) { changed list { ref name } }", 1),
    ("associateListTracks(key: {id: 2}, refs: [{id: 2}, {id: 3}]) { changed results { status } }", 1),
    (
        "associateTrackLists(key: {id: 1}, refs: [{id: 1}, {id: 2}]) { __typename results { __typename ref status } track { name } }",
        1,
    ),
    ("replaceListTracks(key: {id: 2}, refs: [{id: 3}, {id: 1}, {id: 3}]) { changed results { ref status } }", 2),
    (
        "replaceListTracks(key: {id: 2}, refs: [{code: \"t1\"}]) { results { status ref } list { name tracks { id } } }",
        0,
    ),
    ("replaceListTracks(key: {id: 2}, refs: [{id: 2}, {id: 3}]) { changed }", 2),
    ("replaceListTracks(key: {id: 9}, refs: [{id: 2}, {id: 3}]) { changed }", 0),
    ("replaceListTracks(key: {id: 2}, refs: [{id: 1}, {id: 9}]) { changed }", 0),
    ("replaceTrackLists(key: {code: \"t1\"}, refs: [{id: 2}]) { results { ref status } }", 2),
    ("updateTrack(key: {id: 1}, input: {name: \"new\"}) { track { name made etag } }", 1),
    ("associateTrackAlbum(key: {id: 1}, ref: {id: 2}) { changed track { made album { title } } }", 1),
    ("associateListTracks(key: {id: 1}, refs: [{id: 3}]) { changed }", 1),
    // Other ways to say which, and what is read further away.
    ("associateListTracks(key: {id: 1}, refs: [{id: 3}, {code: \"t2\"}]) { changed results { ref status } }", 0),
    ("associateListTracks(key: {id: 1}, refs: []) { changed results { ref status } }", 0),
    ("associateListTracks(key: {id: 1}, refs: [{id: 2}]) { list { tracks { name } } }", 0),
    ("associateTrackAlbum(key: {id: 1}, ref: {id: 2}) { track { album { title tracks { name } } } }", 0),
    ("associateTrackAlbum(key: {id: 1}, ref: {id: 2}) { track { genre { name } } }", 0),
    ("associateTrackAlbum(key: {id: 1}, ref: {id: 9}) { changed }", 0),
    ("associateTrackAlbum(key: {id: 9}, ref: {id: 1}) { changed }", 0),
    ("associateListTracks(key: {id: 1}, refs: [{id: 3}, {id: 9}]) { changed }", 0),
    ("associateListTracks(key: {id: 9}, refs: [{id: 3}]) { changed }", 0),
    // What is read beside the record itself, and what is not one plain change.
    ("updateTrack(key: {id: 1}, input: {name: \"z\"}) { track { name album { title } } }", 0),
    ("updateTrack(key: {id: 1}, input: {name: \"z\"}) { track { name lists { name } } }", 0),
    ("updateTrack(key: {id: 1}, input: {name: \"z\"}) { a: track { name } b: track { id } }", 0),
    ("updateTrack(key: {id: 1}, input: {name: \"z\", album: {ref: {id: 2}}}) { track { name } }", 0),
    ("updateTrack(key: {id: 1}, input: {}) { outcome track { name version } }", 0),
    ("updateTrack(key: {id: 1}, input: {name: \"z\"}, ifMatch: \"x\") { outcome }", 0),
    // What is refused.
    ("updateTrack(key: {id: 9}, input: {name: \"z\"}) { outcome }", 0),
    ("updateTrack(key: {id: 1}, input: {code: \"t2\"}) { outcome }", 0),
    ("updateTrack(key: {id: 1}, input: {played: \"-1\"}) { outcome }", 0),
    ("updateTrack(key: {id: 1}, input: {name: \"much longer than twenty letters\"}) { outcome }", 0),
    ("updateTrack(key: {id: 1}, input: {price: \"123456.00\"}) { outcome }", 0),
];

#[apply(backends)]
#[tokio::test]
async fn a_field_by_itself_does_what_it_does_beside_another(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "alone", TABLES).await else { return };
    for (field, statements) in FIELDS {
        server.execute(ROWS).await;
        let other = "other: updateWatched(key: {id: 1}, input: {seen: 0}) { outcome }";
        let expected = comparable(server.run(&format!("mutation {{ {field} {other} }}"), json!({})).await);
        let stored = state(&server).await;
        server.execute(ROWS).await;
        let answer = comparable(server.run(&format!("mutation {{ {field} }}"), json!({})).await);
        assert_eq!(answer, expected, "{field}");
        assert_eq!(state(&server).await, stored, "{field}");
        if *statements > 0 && backend == Backend::Postgres {
            server.execute(ROWS).await;
            assert_eq!(server.statements(&format!("mutation {{ {field} }}")).await, *statements, "{field}");
        }
    }
}

/// What the database does by itself when a record changes is part of the answer, and what code has said of a
/// relationship meanwhile is kept to.
#[tokio::test]
async fn what_a_trigger_does_is_answered() {
    let tables = format!(
        "{TABLES} {ROWS}
         create function seen() returns trigger language plpgsql as
            $$ begin update watched set seen = seen + 1 where id = new.id; return null; end $$;
         create trigger seen after update of name on watched for each row execute function seen();"
    );
    let Some(server) = scratch(Backend::Postgres, "alone_trigger", &tables).await else { return };
    let data =
        server.data("mutation { updateWatched(key: {id: 1}, input: {name: \"b\"}) { watched { name seen } } }").await;
    assert_eq!(data, json!({ "updateWatched": { "watched": { "name": "b", "seen": 1 } } }));
}

/// A constraint that is checked when the transaction ends is told of as in any other mutation.
#[tokio::test]
async fn what_is_refused_at_the_end_is_refused() {
    let tables = "create table seat (id integer primary key, place integer not null, unique (place) deferrable initially deferred);
                  insert into seat values (1, 1), (2, 2);";
    let Some(server) = scratch(Backend::Postgres, "alone_deferred", tables).await else { return };
    assert_eq!(server.code("mutation { updateSeat(key: {id: 1}, input: {place: 2}) { outcome } }").await, "CONFLICT");
    assert_eq!(server.sql("select place from seat order by id").await, [json!({ "place": 1 }), json!({ "place": 2 })]);
}

/// Another instance changes definitions: what this one knows is not true any more, and it finds out.
#[tokio::test]
async fn a_catalog_of_yesterday_writes_nothing() {
    let Some(server) = scratch(Backend::Postgres, "alone_generation", &format!("{TABLES} {ROWS}")).await else {
        return;
    };
    let other = server.another(|connection| relata::Gateway::builder(connection).discover(&[])).await;
    for name in ["mixer_id", "owner_id"] {
        let define = format!(
            "mutation {{ createOneToManyRelationship(input: {{schemaName: \"r_{name}\", referencedEntity: \"album\",
                referencingEntity: \"track\", lookup: {{name: \"{name}\"}}}}) {{ breakingChanges }} }}"
        );
        other.data(&define).await;
        let field = "updateTrack(key: {id: 1}, input: {name: \"late\"}) { track { name } }";
        let expected = json!({ "updateTrack": { "track": { "name": "late" } } });
        assert_eq!(server.data(&format!("mutation {{ {field} }}")).await, expected);
        // Now it knows.
        assert_eq!(server.statements(&format!("mutation {{ {field} }}")).await, 1);
        let linked = format!("{{ track(key: {{id: 1}}) {{ {} {{ id }} }} }}", name.trim_end_matches("_id"));
        assert_eq!(server.data(&linked).await["track"], json!({ name.trim_end_matches("_id"): null }));
    }
}

/// What cannot be answered is not written.
#[tokio::test]
async fn what_the_answer_cannot_hold_is_undone() {
    let tables = "create table era (id integer primary key, name varchar(20), start date);
                  insert into era values (1, 'a', '300000-01-01');";
    let Some(server) = scratch(Backend::Postgres, "alone_undone", tables).await else { return };
    let update = "mutation { updateEra(key: {id: 1}, input: {name: \"b\"}) { era { name start } } }";
    assert_eq!(server.code(update).await, "UNSUPPORTED");
    assert_eq!(server.sql("select name from era").await, [json!({ "name": "a" })]);
    let update = "mutation { updateEra(key: {id: 1}, input: {start: \"2024-01-01\"}) { era { name start } } }";
    assert_eq!(server.data(update).await["updateEra"]["era"], json!({ "name": "a", "start": "2024-01-01" }));
}

/// An answer that is too large is not written either.
#[tokio::test]
async fn what_is_too_large_to_be_answered_is_undone() {
    let tables = format!(
        "create table shelf (id integer primary key, name text);
         create table book (id integer primary key, name text, shelf_id integer references shelf (id));
         insert into shelf values (1, 'a'), (2, 'b'); insert into book values (1, '{}', 1);",
        "x".repeat(3_000)
    );
    let Some(server) = scratch(Backend::Postgres, "alone_large", &tables).await else { return };
    let server = server
        .another(|connection| {
            let limits = Limits { max_answer: 2_000, ..Limits::default() };
            relata::Gateway::builder(connection).read_directly().discover(&[]).limits(limits)
        })
        .await;
    let associate = "mutation { associateBookShelf(key: {id: 1}, ref: {id: 2}) { book { name shelf { name } } } }";
    assert_eq!(server.code(associate).await, "LIMIT_EXCEEDED");
    assert_eq!(server.sql("select shelf_id from book").await, [json!({ "shelf_id": 1 })]);
    server.data("mutation { associateBookShelf(key: {id: 1}, ref: {id: 2}) { book { id shelf { name } } } }").await;
    assert_eq!(server.sql("select shelf_id from book").await, [json!({ "shelf_id": 2 })]);
}

/// Nobody knows whether a statement was done whose connection breaks: it is not begun anew.
#[tokio::test]
async fn what_breaks_in_the_middle_is_not_done_again() {
    let Some(server) = scratch(Backend::Postgres, "alone_broken", &format!("{TABLES} {ROWS}")).await else { return };
    for field in [
        "updateTrack(key: {id: 1}, input: {name: \"new\"}) { track { name } }",
        "updateTrack(key: {id: 1}, input: {name: \"new\"}) { track { name made } }",
        "replaceTrackLists(key: {id: 1}, refs: [{id: 2}]) { changed }",
    ] {
        let stored = state(&server).await;
        let holder = server.connection().begin().await.unwrap();
        holder.execute_unprepared("select from track where id = 1 for update").await.unwrap();
        let killed = async {
            let waiting = "select cast(pg_terminate_backend(pid) as text) as done from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'";
            while server.sql(waiting).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let mutation = format!("mutation {{ {field} }}");
        let (answer, ()) = tokio::join!(server.run(&mutation, json!({})), killed);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
        holder.rollback().await.unwrap();
        assert_eq!(state(&server).await, stored, "{field}");
        server.data(&mutation).await;
    }
}
