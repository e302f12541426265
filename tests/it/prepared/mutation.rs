//! Mutations that were asked before do and answer what new ones do.

use rstest_reuse::apply;
use serde_json::{Value, json};

use super::fresh;
use crate::{
    backends,
    support::{Backend, scratch},
};

const SONGS: &str = "
    create table album (id integer primary key, code varchar(10) not null unique);
    create table tag (id integer primary key, label varchar(10) not null unique);
    create table song (id integer primary key, title varchar(10), price decimal(6, 2), day date, at timestamp null,
        ratio double precision, done boolean, big bigint, album_id integer references album (id));
    create table song_tag (song_id integer not null references song (id), tag_id integer not null references tag (id),
        primary key (song_id, tag_id));";

const SONG_ROWS: &str = "
    delete from song_tag; delete from song; delete from tag; delete from album;
    insert into album values (1, 'a'), (2, 'b');
    insert into tag values (1, 'x'), (2, 'y'), (3, 'z');
    insert into song (id, title, album_id) values (1, 'one', 1), (2, 'two', null), (3, null, 2);
    insert into song_tag values (1, 1), (2, 1), (2, 2);";

/// Mutations, and values for their variables, which are given one after the other.
fn of_mutations() -> Vec<(&'static str, Vec<Value>)> {
    let update = |id: i32, input: Value| json!({ "id": id, "input": input });
    let link = |id: i32, to: Value| json!({ "id": id, "to": to });
    vec![
        (
            "mutation($id: Int!, $input: SongUpdate!) { updateSong(key: {id: $id}, input: $input) { outcome song { id title price big done } } }",
            vec![
                update(1, json!({ "title": "new" })),
                update(2, json!({ "title": "" })),
                update(99, json!({ "title": "nobody" })),
                update(2, json!({ "title": "\u{1}0 'it\"" })),
                update(2, json!({ "title": null })),
                update(2, json!({ "title": 5 })),
                update(2, json!({ "title": "longer than ten" })),
                update(2, json!({ "title": "a\u{0}b" })),
                update(3, json!({ "title": "again" })),
                update(1, json!({ "price": "1.5" })),
                update(1, json!({ "price": "1.555" })),
                update(1, json!({ "price": "12345.00" })),
                update(1, json!({ "price": "no" })),
                update(1, json!({ "price": "2e1" })),
                update(1, json!({ "big": "9007199254740993", "done": true })),
                update(1, json!({ "big": "9223372036854775808", "done": true })),
                update(3, json!({ "big": "-1", "done": false })),
                update(1, json!({})),
            ],
        ),
        (
            "mutation($id: Int!, $input: SongUpdate!) { updateSong(key: {id: $id}, input: $input) { song { id day at ratio } } }",
            vec![
                update(1, json!({ "day": "2024-02-29" })),
                update(2, json!({ "day": "2023-02-29" })),
                update(2, json!({ "day": "infinity" })),
                update(2, json!({ "day": "2023-02-28" })),
                update(1, json!({ "at": "2024-06-30T23:59:59Z" })),
                update(1, json!({ "at": "2024-06-30T23:59:60Z" })),
                update(1, json!({ "at": "2024-06-30T23:59:59.5+02:00" })),
                update(1, json!({ "ratio": 0.5 })),
                update(1, json!({ "ratio": -1.5e300 })),
                update(1, json!({ "ratio": 2 })),
            ],
        ),
        (
            "mutation($id: Int!, $to: Int!, $s: Boolean = false) { associateSongAlbum(key: {id: $id}, ref: {id: $to}) \
             { changed results @include(if: $s) { ref status } song { title album { code } } } }",
            [(1, 2), (2, 1), (1, 1), (3, 2), (1, 9), (9, 1), (3, 1)]
                .into_iter()
                .flat_map(|(id, to)| {
                    [
                        link(id, to.into()),
                        json!({ "id": id, "to": to, "s": true }),
                        json!({ "id": id, "to": to, "s": false }),
                    ]
                })
                .collect(),
        ),
        (
            "mutation($id: Int!, $to: [TagKey!]!) { associateSongTags(key: {id: $id}, refs: $to) { changed results { ref status } } }",
            links(),
        ),
        (
            "mutation($id: Int!, $to: [TagKey!]!) { replaceSongTags(key: {id: $id}, refs: $to) { changed results { ref status } } }",
            links(),
        ),
        (
            "mutation($id: Int!, $to: [TagKey!]!) { replaceSongTags(key: {id: $id}, refs: $to) { changed song { title } } }",
            links(),
        ),
        (
            "mutation($id: ID!, $to: ID!) { associateSongAlbum(key: {ref: $id}, ref: {ref: $to}) { changed song { title } } }",
            vec![
                json!({ "id": "songs(1)", "to": "albums(2)" }),
                json!({ "id": "songs(2)", "to": "albums(2)" }),
                json!({ "id": "songs(2)", "to": "songs(2)" }),
                json!({ "id": "nothing", "to": "albums(1)" }),
            ],
        ),
    ]
}

/// What only a transaction does, with values in filters and in what is read, and a variable in two places.
fn of_transactions() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        (
            "mutation($id: Int!, $text: String!) { updateSong(key: {id: $id}, input: {title: $text}) \
             { song { title tags(where: {label: {eq: $text}}, orderBy: [{id: ASC}]) { id } } } }",
            vec![json!({ "id": 2, "text": "x" }), json!({ "id": 2, "text": "y" }), json!({ "id": 1, "text": "y" })],
        ),
        (
            "mutation($ids: [Int!]!, $text: String!) { updateSongs(where: {id: {in: $ids}}, atMost: 2, input: {title: $text}) { count } }",
            vec![
                json!({ "ids": [1], "text": "p" }),
                json!({ "ids": [2, 3], "text": "q" }),
                json!({ "ids": [1, 2, 3], "text": "r" }),
            ],
        ),
        (
            "mutation($label: String!) { deleteTags(where: {label: {startsWith: $label}}) { count } }",
            vec![json!({ "label": "z" }), json!({ "label": "nothing" }), json!({ "label": "%" })],
        ),
        (
            "mutation($new: SongCreate!) { createSong(input: $new) { song { id title tags { label } } } }",
            vec![
                json!({ "new": { "id": 7, "title": "p", "tags": { "associate": [{ "id": 1 }] } } }),
                json!({ "new": { "id": 8, "title": "q", "tags": { "associate": [{ "id": 2 }] } } }),
                json!({ "new": { "id": 1, "title": "q", "tags": { "associate": [{ "id": 2 }] } } }),
            ],
        ),
        (
            "mutation($id: Int!, $text: String!) { updateSong(key: {id: $id}, input: {title: $text}) { song { title } } \
             other: updateAlbum(key: {id: $id}, input: {code: $text}) { album { code } } }",
            vec![json!({ "id": 1, "text": "p" }), json!({ "id": 2, "text": "q" }), json!({ "id": 3, "text": "r" })],
        ),
    ]
}

fn links() -> Vec<Value> {
    let link = |id: i32, to: Value| json!({ "id": id, "to": to });
    vec![
        link(1, json!([{ "id": 2 }, { "id": 3 }])),
        link(2, json!([{ "id": 1 }, { "id": 2 }])),
        link(2, json!([{ "id": 3 }, { "id": 1 }])),
        link(1, json!([{ "id": 3 }, { "id": 3 }])),
        link(1, json!([{ "id": 3 }, { "id": 9 }])),
        link(9, json!([{ "id": 3 }, { "id": 2 }])),
        link(1, json!([{ "label": "z" }])),
        link(1, json!([{ "label": "y" }])),
        link(1, json!([{ "label": "nothing" }])),
        link(1, json!([{ "label": "y" }, { "id": 3 }])),
        link(1, json!([{ "ref": "tags(2)" }])),
        link(2, json!([{ "ref": "tags(3)" }])),
        link(2, json!([])),
        link(1, json!({ "id": 2 })),
        link(1, json!([{ "id": "2" }])),
        link(1, json!([{ "id": null }])),
    ]
}

#[apply(backends)]
#[tokio::test]
async fn a_mutation_does_the_second_time_what_a_new_one_does(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "prepared_again", SONGS).await else { return };
    let state = async || {
        let songs = "id, title, cast(price * 100 as integer) as cents, cast(day as varchar(40)) as day, \
            cast(at as varchar(40)) as at, ratio, big, album_id";
        let mut all = server.sql(&format!("select {} from song order by id", songs.replace("varchar", "char"))).await;
        all.extend(server.sql("select song_id, tag_id from song_tag order by song_id, tag_id").await);
        all.extend(server.sql("select id, code from album order by id").await);
        Value::from(all)
    };
    for (query, requests) in [of_mutations(), of_transactions()].concat() {
        for variables in requests {
            server.execute(SONG_ROWS).await;
            let expected = (fresh(&server, query, &variables).await, state().await);
            server.execute(SONG_ROWS).await;
            let answer = (server.raw(query, &variables).await, state().await);
            assert_eq!(answer, expected, "{query} {variables}");
        }
    }
}

/// A document with a variable in it is a value of its own for each value of the variable.
#[tokio::test]
async fn a_variable_within_a_document_is_looked_at_each_time() {
    let tables =
        "create table thing (id integer primary key, about jsonb); insert into thing values (1, null), (2, null);";
    let Some(server) = scratch(Backend::Postgres, "prepared_json", tables).await else { return };
    let query = "mutation($id: Int!) { updateThing(key: {id: $id}, input: {about: {of: $id, all: [$id]}}) { thing { id about } } }";
    let whole = "mutation($id: Int!, $about: JSON) { updateThing(key: {id: $id}, input: {about: $about}) { thing { id about } } }";
    for id in [1, 2, 1] {
        let data = server.data_with(query, json!({ "id": id })).await;
        assert_eq!(data["updateThing"]["thing"], json!({ "id": id, "about": { "of": id, "all": [id] } }));
        for about in [json!({ "of": id, "all": [id, null] }), json!(id), json!("text"), json!([id])] {
            let data = server.data_with(whole, json!({ "id": id, "about": about })).await;
            assert_eq!(data["updateThing"]["thing"], json!({ "id": id, "about": about }));
        }
    }
}
