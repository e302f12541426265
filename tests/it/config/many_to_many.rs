//! Tables of pairs: what they are taken for, and how their ends are called.

use rstest_reuse::apply;
use serde_json::json;

use super::configured;
use crate::{backends, support::Backend};

const MUSIC: &str = "create table playlist (id integer primary key, name varchar(20));
    create table track (id integer primary key, title varchar(20));
    create table playlist_track (playlist_id integer not null references playlist (id),
        track_id integer not null references track (id), primary key (playlist_id, track_id));
    create table mention (id integer primary key, playlist_id integer not null references playlist (id),
        track_id integer not null references track (id));
    insert into playlist values (1, 'a'), (2, 'b');
    insert into track values (1, 'x'), (2, 'y');
    insert into playlist_track values (1, 1), (1, 2), (2, 2);
    insert into mention values (1, 2, 1);";

#[apply(backends)]
#[tokio::test]
async fn the_ends_have_the_names_that_are_given(#[case] backend: Backend) {
    let config = "[[many-to-many]]
intersect = \"playlist_track\"
name = \"playlist_songs\"
description = \"What is played\"
ends = [ { column = \"track_id\", navigation = \"heardIn\" }, { column = \"playlist_id\", navigation = \"songs\" } ]
";
    let Some(server) = configured(backend, "pair_names", MUSIC, config).await else { return };
    let data = server
        .data(
            "{ playlists(orderBy: [{id: ASC}]) { songs(orderBy: [{id: ASC}]) { title } }
               tracks(where: {id: {eq: 1}}) { heardIn { name } }
               relationshipDefinition(schemaName: \"playlist_songs\") { kind description } }",
        )
        .await;
    let expected = json!([{"songs": [{"title": "x"}, {"title": "y"}]}, {"songs": [{"title": "y"}]}]);
    assert_eq!(data["playlists"], expected);
    assert_eq!(data["tracks"], json!([{"heardIn": [{"name": "a"}]}]));
    assert_eq!(data["relationshipDefinition"], json!({"kind": "MANY_TO_MANY", "description": "What is played"}));
    server.data("mutation { associatePlaylistSongs(key: {id: 2}, refs: [{id: 1}]) { changed } }").await;
    let rows = server.sql("select count(*) as n from playlist_track where playlist_id = 2").await;
    assert_eq!(rows, [json!({"n": 2})]);
}

#[apply(backends)]
#[tokio::test]
async fn a_table_is_taken_for_pairs_or_not_as_it_is_said(#[case] backend: Backend) {
    let config = "[entity.playlist_track]
intersect = false
[entity.mention]
intersect = true
[[many-to-many]]
intersect = \"mention\"
ends = [ { column = \"playlist_id\", navigation = \"mentioned\" }, { column = \"track_id\", navigation = \"mentionedIn\" } ]
";
    let Some(server) = configured(backend, "pair_forced", MUSIC, config).await else { return };
    let data = server
        .data(
            "{ playlists(orderBy: [{id: ASC}]) { playlistTracks { trackId } mentioned { title } }
               tracks(orderBy: [{id: ASC}]) { mentionedIn { name } } }",
        )
        .await;
    let expected = json!([
        {"playlistTracks": [{"trackId": 1}, {"trackId": 2}], "mentioned": []},
        {"playlistTracks": [{"trackId": 2}], "mentioned": [{"title": "x"}]},
    ]);
    assert_eq!(data["playlists"], expected);
    assert_eq!(data["tracks"], json!([{"mentionedIn": [{"name": "b"}]}, {"mentionedIn": []}]));
    for missing in ["{ playlists { tracks { id } } }", "{ tracks { playlists { id } } }"] {
        assert_eq!(server.code(missing).await, "GRAPHQL_VALIDATION_FAILED", "{missing}");
    }
}

/// No foreign key keeps a link from outliving its record: such a link is none of a page.
#[apply(backends)]
#[tokio::test]
async fn links_to_records_that_are_gone_take_no_place_on_a_page(#[case] backend: Backend) {
    let tables = "create table book (id integer primary key);
        create table tag (id integer primary key);
        create table book_tag (book_id integer, tag_id integer, primary key (book_id, tag_id));
        insert into book values (1); insert into tag values (2), (3);
        insert into book_tag values (1, 1), (1, 2), (1, 3);";
    let config = "[[relationship]]
from = { entity = \"book_tag\", columns = [\"book_id\"] }
to = { entity = \"book\" }
[[relationship]]
from = { entity = \"book_tag\", columns = [\"tag_id\"] }
to = { entity = \"tag\" }
";
    let Some(server) = configured(backend, "dangling", tables, config).await else { return };
    let data = server.data("{ books { tags(first: 1) { id } all: tags { id } tagsAggregate { count } } }").await;
    let expected = json!([{"tags": [{"id": 2}], "all": [{"id": 2}, {"id": 3}], "tagsAggregate": {"count": 2}}]);
    assert_eq!(data["books"], expected);
}
