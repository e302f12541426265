//! Relationships that were defined after the hooks were written: the hooks run for what they change.

use rstest_reuse::apply;
use serde_json::json;

use super::library;
use crate::{
    backends,
    support::{Backend, Defining},
};

#[apply(backends)]
#[tokio::test]
async fn hooks_run_for_records_that_are_linked_over_a_new_lookup(#[case] backend: Backend) {
    let Some(server) = library(backend, "define_lookup").await else { return };
    server.define(&Defining::one_to_many("chapter_writer", "chapter", "author", "writer_id")).await;
    server
        .define(
            &Defining::one_to_many("book_editor", "book", "author", "editor_id")
                .with("referencedEntityNavigationPropertyName", "edited"),
        )
        .await;
    server.audit().await;
    let data = server
        .data("mutation {
            createBook(input: {id: 9, title: \"A New One\", editor: {ref: {id: 1}}}) { book { slug editor { name edited { title } } } }
            createAuthor(input: {id: 9, name: \"Cy\", edited: {associate: [{id: 1}], create: [{id: 10, title: \"Inner\"}]}}) { author { slug } } }")
        .await;
    let editor = json!({ "name": "Ada", "edited": [{ "title": "A New One" }] });
    assert_eq!(data["createBook"]["book"], json!({ "slug": "a-new-one", "editor": editor }));
    let audit = server.audit().await;
    for line in
        ["author 9 created as cy", "book 10 created by nobody", "book 9 created by nobody", "book 1 updated by 1"]
    {
        assert!(audit.contains(&line.to_owned()), "{line} is not in {audit:?}");
    }
    assert_eq!(server.texts("select editor_id as v from book order by id").await, ["9", "null", "null", "1", "9"]);

    // What the hook of a linked record refuses undoes the link.
    let forbidden =
        "mutation { updateBook(key: {id: 2}, input: {title: \"forbidden\", editor: {ref: {id: 1}}}) { outcome } }";
    server.refused(forbidden, "updateBook", "forbidden").await;
    assert_eq!(server.texts("select editor_id as v from book where id = 2").await, ["null"]);

    // Hooks that write a column leave the new one alone.
    server.data("mutation { updateBook(key: {id: 1}, input: {title: \"Renamed\"}) { outcome } }").await;
    assert_eq!(server.texts("select slug || editor_id as v from book where id = 1").await, ["renamed9"]);
    server.audit().await;
    server.define(&Defining::update("book_editor", json!({ "cascade": { "delete": "CASCADE" } }))).await;
    server.data("mutation { deleteAuthor(key: {id: 9}) { outcome } }").await;
    let audit = server.audit().await;
    for line in ["author 9 deleted", "book 1 deleted", "book 10 deleted"] {
        assert!(audit.contains(&line.to_owned()), "{line} is not in {audit:?}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn pairs_of_a_new_table_need_no_entity(#[case] backend: Backend) {
    let Some(server) = library(backend, "define_pairs").await else { return };
    server.define(&Defining::many_to_many("author_genres", "author_genre", "author", "genre")).await;
    server.audit().await;
    let data = server
        .data("mutation { createAuthor(input: {id: 9, name: \"Cy\", authorGenres: {associate: [{id: 1}], create: [{id: 9, name: \"poem\"}]}}) {
            author { slug authorGenres(orderBy: [{id: ASC}]) { name authorGenres { name } } } } }")
        .await;
    let genres = json!([{ "name": "novel", "authorGenres": [{ "name": "Cy" }] }, { "name": "poem", "authorGenres": [{ "name": "Cy" }] }]);
    assert_eq!(data["createAuthor"]["author"], json!({ "slug": "cy", "authorGenres": genres }));
    assert!(server.audit().await.contains(&"author 9 created as cy".to_owned()));
    server.data("mutation { deleteGenre(key: {id: 1}) { outcome } }").await;
    assert_eq!(server.texts("select genre_id as v from author_genre").await, ["9"]);
}

#[apply(backends)]
#[tokio::test]
async fn every_way_to_write_a_record_reaches_a_new_lookup(#[case] backend: Backend) {
    let Some(server) = library(backend, "define_writes").await else { return };
    server
        .define(
            &Defining::one_to_many("book_editor", "book", "author", "editor_id")
                .with("referencedEntityNavigationPropertyName", "edited"),
        )
        .await;
    let etag = async || server.data("{ book(key: {id: 1}) { etag } }").await["book"]["etag"].clone();
    let editors = async || server.texts("select editor_id as v from book order by id").await;
    server.audit().await;

    let before = etag().await;
    server.data("mutation { associateBookEditor(key: {id: 1}, ref: {id: 2}) { changed } }").await;
    assert_eq!(editors().await, ["2", "null", "null"]);
    assert_ne!(etag().await, before, "the record is another than it was");
    assert_eq!(server.audit().await, ["book 1 updated by 1"]);

    server
        .data(
            "mutation { a: upsertBook(key: {id: 1}, input: {id: 1, title: \"Uno\", editor: {ref: {id: 1}}}) { outcome }
            b: upsertBook(key: {id: 7}, input: {id: 7, title: \"Seven\", editor: {ref: {id: 2}}}) { outcome } }",
        )
        .await;
    assert_eq!(editors().await, ["1", "null", "null", "2"]);
    assert_eq!(server.texts("select slug as v from book where id in (1, 7) order by id").await, ["uno", "seven"]);
    server.audit().await;

    let many = "mutation { updateBooks(where: {id: {in: [2, 7]}}, input: {title: \"Two\", editor: {ref: {id: 1}}}, atMost: 2) { count } }";
    assert_eq!(server.data(many).await["updateBooks"]["count"], 2);
    assert_eq!(editors().await, ["1", "1", "null", "1"]);
    assert_eq!(server.audit().await, ["book 2 updated by nobody", "book 7 updated by nobody"]);

    // The links go, and the hooks of the records that had them run.
    server.data("mutation { deleteBook(key: {id: 1}) { outcome } }").await;
    server.audit().await;
    server.data("mutation { deleteAuthor(key: {id: 1}) { outcome } }").await;
    assert_eq!(editors().await, ["null", "null", "null"]);
    assert_eq!(server.audit().await, ["author 1 deleted", "book 2 updated by nobody", "book 7 updated by nobody"]);
}

#[apply(backends)]
#[tokio::test]
async fn a_new_lookup_may_be_required_or_lead_to_one_record(#[case] backend: Backend) {
    let Some(server) = library(backend, "define_required").await else { return };
    server.execute("delete from chapter").await;
    server
        .define(
            &Defining::one_to_many("chapter_writer", "chapter", "author", "writer_id").with("lookup.required", true),
        )
        .await;
    server
        .define(&Defining::one_to_many("genre_patron", "genre", "author", "patron_id").with("lookup.unique", true))
        .await;
    let without = "mutation { createChapter(input: {id: 9, title: \"x\", book: {ref: {id: 1}}}) { outcome } }";
    assert!(server.run(without, json!({})).await["errors"].is_array());
    assert_eq!(server.number("select count(*) as v from chapter").await, 0);
    let with = "mutation { createChapter(input: {id: 9, title: \"x\", book: {ref: {id: 1}}, writer: {ref: {id: 2}}}) {
        chapter { writer { name } } } }";
    assert_eq!(server.data(with).await["createChapter"]["chapter"], json!({ "writer": { "name": "Bob" } }));
    assert_eq!(server.texts("select writer_id as v from chapter").await, ["2"]);
    // It holds the record that it leads to.
    assert_eq!(server.code("mutation { deleteAuthor(key: {id: 2}) { outcome } }").await, "RESTRICTED");

    server.data("mutation { associateGenrePatron(key: {id: 1}, ref: {id: 13}) { changed } }").await;
    let data = server.data("{ author(key: {id: 13}) { genre { name } } }").await;
    assert_eq!(data["author"]["genre"], json!({ "name": "novel" }));
    assert_eq!(server.texts("select patron_id as v from genre order by id").await, ["13", "null", "null"]);
}
