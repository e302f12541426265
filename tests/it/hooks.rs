//! SeaORM's hooks: they run inside the operation's transaction for every record that is written, whatever asked for it,
//! and what they refuse reaches the client.

mod definitions;
mod entities;

use entities::{TABLES, author, book, book_genre, chapter, genre};
use relata::Gateway;
use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, connection, run_sql},
};

/// The library with some rows, which no hook saw, and an empty audit.
const ROWS: &str = "
    insert into author (id, name, slug) values (1, 'Ada', 'ada'), (2, 'Bob', 'bob'), (13, 'Eve', 'eve');
    insert into book (id, title, slug, author_id) values (1, 'One', 'one', 1), (2, 'Two', 'two', null), (3, 'Three', 'three', 2);
    insert into chapter (id, title, book_id) values (1, 'first', 1), (2, 'second', 1), (3, 'kept', 3);
    insert into genre (id, name) values (1, 'novel'), (2, 'essay'), (13, 'horror');
    insert into book_genre (book_id, genre_id) values (1, 1);";

async fn library(backend: Backend, name: &str) -> Option<Server> {
    let connection = connection(backend, &format!("hooks_{name}")).await?;
    run_sql(&connection, TABLES).await;
    run_sql(&connection, ROWS).await;
    let builder = Gateway::builder(connection.clone())
        .entity(author::Entity)
        .filled(author::Column::Slug)
        .entity(book::Entity)
        .filled(book::Column::Slug)
        .entity(chapter::Entity)
        .entity(genre::Entity)
        .entity(book_genre::Entity);
    Some(Server::start(builder.build().await.unwrap(), connection).await)
}

impl Server {
    /// What the hooks saw, sorted, since the last time.
    async fn audit(&self) -> Vec<String> {
        let mut lines = self.texts("select line as v from audit").await;
        self.execute("delete from audit").await;
        lines.sort();
        lines
    }

    /// Runs an operation that a hook must refuse with a message, in a field.
    async fn refused(&self, operation: &str, field: &str, message: &str) {
        let answer = self.run(operation, json!({})).await;
        assert_eq!(answer["data"], json!(null), "{answer:#}");
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer:#}");
        assert_eq!(errors[0]["extensions"]["code"], "INVALID", "{answer:#}");
        assert_eq!(errors[0]["path"], json!([field]), "{answer:#}");
        let text = errors[0]["message"].as_str().unwrap();
        assert!(text.contains(message) && !text.contains("Custom Error"), "{text}");
        assert!(self.audit().await.is_empty(), "an audit was kept of what was undone");
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_hook_fills_a_column_that_inputs_may_leave_out(#[case] backend: Backend) {
    let Some(server) = library(backend, "filled").await else { return };
    assert_eq!(server.type_of("AuthorCreate", "slug").await.as_deref(), Some("String"));
    assert_eq!(server.type_of("AuthorCreate", "name").await.as_deref(), Some("String!"));
    assert_eq!(server.type_of("Author", "slug").await.as_deref(), Some("String!"));
    let data = server
        .data("mutation { createAuthor(input: {id: 4, name: \"Ursula Le Guin\"}) { outcome author { slug } } }")
        .await;
    assert_eq!(data["createAuthor"], json!({ "outcome": "CREATED", "author": { "slug": "ursula-le-guin" } }));
    let data =
        server.data("mutation { updateAuthor(key: {id: 4}, input: {name: \"Ursula\"}) { author { slug } } }").await;
    assert_eq!(data["updateAuthor"]["author"]["slug"], "ursula");
    assert_eq!(server.texts("select slug as v from author where id = 4").await, ["ursula"]);
    assert_eq!(server.audit().await, ["author 4 created as ursula-le-guin", "author 4 updated as ursula"]);
}

#[apply(backends)]
#[tokio::test]
async fn what_a_hook_refuses_reaches_the_client_and_nothing_is_written(#[case] backend: Backend) {
    let Some(server) = library(backend, "refused").await else { return };
    let message = "nothing may be called forbidden";
    server
        .refused("mutation { createAuthor(input: {id: 4, name: \"forbidden\"}) { outcome } }", "createAuthor", message)
        .await;
    let update = "mutation { updateAuthor(key: {id: 1}, input: {name: \"forbidden\"}) { outcome } }";
    server.refused(update, "updateAuthor", message).await;
    let upsert = "mutation { upsertAuthor(key: {id: 1}, input: {id: 1, name: \"forbidden\"}) { outcome } }";
    server.refused(upsert, "upsertAuthor", message).await;
    let many = "mutation { createAuthors(inputs: [{id: 4, name: \"Fine\"}, {id: 5, name: \"forbidden\"}]) { count } }";
    server.refused(many, "createAuthors", message).await;
    let many = "mutation { updateAuthors(where: {id: {lt: 9}}, input: {name: \"forbidden\"}, atMost: 5) { count } }";
    server.refused(many, "updateAuthors", message).await;
    let names = server.texts("select name as v from author order by id").await;
    assert_eq!(names, ["Ada", "Bob", "Eve"]);
}

#[apply(backends)]
#[tokio::test]
async fn what_hooks_wrote_is_undone_when_a_later_field_fails(#[case] backend: Backend) {
    let Some(server) = library(backend, "undone").await else { return };
    let operation = "mutation {
        first: createAuthor(input: {id: 4, name: \"Fine\"}) { outcome }
        second: associateBookAuthor(key: {id: 2}, ref: {id: 4}) { changed }
        third: createAuthor(input: {id: 5, name: \"forbidden\"}) { outcome } }";
    server.refused(operation, "third", "nothing may be called forbidden").await;
    let operation = "mutation {
        first: deleteBook(key: {id: 1}) { outcome }
        second: deleteBook(key: {id: 99}) { outcome } }";
    assert_eq!(server.code(operation).await, "NOT_FOUND");
    assert!(server.audit().await.is_empty());
    assert_eq!(server.number("select count(*) as v from author").await, 3);
    assert_eq!(server.number("select count(*) as v from chapter").await, 3);
}

#[apply(backends)]
#[tokio::test]
async fn of_what_the_database_answers_to_a_hook_a_client_learns_nothing(#[case] backend: Backend) {
    let Some(server) = library(backend, "broken").await else { return };
    server.execute("drop table audit").await;
    let operation = "mutation { createAuthor(input: {id: 4, name: \"Fine\"}) { outcome } }";
    let answer = server.run(operation, json!({})).await;
    assert_eq!((&answer["data"], &answer["errors"][0]["extensions"]["code"]), (&json!(null), &json!("INTERNAL")));
    let text = answer.to_string().to_lowercase();
    assert!(!text.contains("audit") && !text.contains("insert"), "{answer:#}");
    assert_eq!(server.number("select count(*) as v from author where id = 4").await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn links_save_the_record_that_references(#[case] backend: Backend) {
    let Some(server) = library(backend, "links").await else { return };
    for (field, audit) in [
        ("associateBookAuthor(key: {id: 2}, ref: {id: 1})", &["book 2 updated by 1"][..]),
        ("associateBookAuthor(key: {id: 2}, ref: {id: 1})", &[]),
        ("disassociateBookAuthor(key: {id: 2})", &["book 2 updated by nobody"]),
        (
            "associateAuthorBooks(key: {id: 2}, refs: [{id: 1}, {id: 2}, {id: 3}])",
            &["book 1 updated by 2", "book 2 updated by 2"],
        ),
        ("disassociateAuthorBooks(key: {id: 2}, refs: [{id: 1}])", &["book 1 updated by nobody"]),
        (
            "replaceAuthorBooks(key: {id: 2}, refs: [{id: 1}, {id: 2}])",
            &["book 1 updated by 2", "book 3 updated by nobody"],
        ),
        ("clearAuthorBooks(key: {id: 2})", &["book 1 updated by nobody", "book 2 updated by nobody"]),
    ] {
        let data = server.data(&format!("mutation {{ a: {field} {{ changed }} }}")).await;
        assert_eq!(data["a"]["changed"], !audit.is_empty(), "{field}");
        assert_eq!(server.audit().await, audit, "{field}");
    }
    let update = "mutation { updateBook(key: {id: 1}, input: {author: {ref: {id: 2}}}) { outcome } }";
    server.data(update).await;
    assert_eq!(server.audit().await, ["book 1 updated by 2"]);

    let message = "author 13 takes no books";
    let operation = "mutation { a: associateBookAuthor(key: {id: 1}, ref: {id: 13}) { changed } }";
    server.refused(operation, "a", message).await;
    let operation = "mutation { a: associateAuthorBooks(key: {id: 13}, refs: [{id: 2}, {id: 1}]) { changed } }";
    server.refused(operation, "a", message).await;
    let operation = "mutation { a: replaceAuthorBooks(key: {id: 13}, refs: [{id: 1}]) { changed } }";
    server.refused(operation, "a", message).await;
    let operation = "mutation { a: updateAuthor(key: {id: 13}, input: {books: {associate: [{id: 1}]}}) { outcome } }";
    server.refused(operation, "a", message).await;
    assert_eq!(server.number("select count(*) as v from book where author_id = 13").await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn deep_inserts_run_the_hooks_of_every_level(#[case] backend: Backend) {
    let Some(server) = library(backend, "deep").await else { return };
    let operation = |chapter: &str| {
        format!(
            "mutation {{ createAuthor(input: {{id: 4, name: \"New\", books: {{associate: [{{id: 2}}], create: [
                {{id: 4, title: \"Old Four\", chapters: {{create: [{{id: 4, title: \"a\"}}, {{id: 5, title: \"{chapter}\"}}]}},
                    genres: {{associate: [{{id: 2}}]}}}}]}}}}) {{ author {{ books {{ slug chapters {{ title }} }} }} }} }}"
        )
    };
    server.refused(&operation("forbidden"), "createAuthor", "nothing may be called forbidden").await;
    assert_eq!(server.number("select count(*) as v from author where id = 4").await, 0);
    let data = server.data(&operation("b")).await;
    let books = json!([{ "slug": "two", "chapters": [] }, { "slug": "old-four", "chapters": [{ "title": "a" }, { "title": "b" }] }]);
    assert_eq!(data["createAuthor"]["author"]["books"], books);
    let expected = [
        "author 4 created as new",
        "book 2 updated by 4",
        "book 4 created by 4",
        "book 4 in genre 2",
        "chapter 4 created in 4",
        "chapter 5 created in 4",
    ];
    assert_eq!(server.audit().await, expected);
}

#[apply(backends)]
#[tokio::test]
async fn cascading_deletes_run_the_hooks_of_all_that_goes_or_loses_its_link(#[case] backend: Backend) {
    let Some(server) = library(backend, "cascade").await else { return };
    server.data("mutation { deleteAuthor(key: {id: 1}) { outcome } }").await;
    assert_eq!(server.audit().await, ["author 1 deleted", "book 1 updated by nobody"]);
    server.data("mutation { deleteBook(key: {id: 1}) { outcome } }").await;
    assert_eq!(
        server.audit().await,
        ["book 1 deleted", "book 1 out of genre 1", "chapter 1 deleted", "chapter 2 deleted"]
    );

    server.execute("insert into chapter (id, title, book_id) values (7, 'goes', 3)").await;
    let message = "a kept chapter is not deleted";
    server.refused("mutation { deleteChapter(key: {id: 3}) { outcome } }", "deleteChapter", message).await;
    server.refused("mutation { deleteBook(key: {id: 3}) { outcome } }", "deleteBook", message).await;
    let many = "mutation { deleteBooks(where: {id: {gt: 0}}, atMost: 9) { count } }";
    server.refused(many, "deleteBooks", message).await;
    assert_eq!(server.number("select count(*) as v from book").await, 2);
    assert_eq!(server.number("select count(*) as v from chapter where book_id = 3").await, 2);
}

#[apply(backends)]
#[tokio::test]
async fn rows_of_an_intersect_have_hooks_too(#[case] backend: Backend) {
    let Some(server) = library(backend, "intersect").await else { return };
    for (field, audit) in [
        ("associateBookGenres(key: {id: 1}, refs: [{id: 1}, {id: 2}])", &["book 1 in genre 2"][..]),
        ("associateGenreBooks(key: {id: 1}, refs: [{id: 2}])", &["book 2 in genre 1"]),
        ("disassociateBookGenres(key: {id: 1}, refs: [{id: 2}])", &["book 1 out of genre 2"]),
        ("replaceBookGenres(key: {id: 1}, refs: [{id: 2}])", &["book 1 in genre 2", "book 1 out of genre 1"]),
        ("clearGenreBooks(key: {id: 1})", &["book 2 out of genre 1"]),
    ] {
        server.data(&format!("mutation {{ a: {field} {{ changed }} }}")).await;
        assert_eq!(server.audit().await, audit, "{field}");
    }
    let operation = "mutation { a: associateBookGenres(key: {id: 1}, refs: [{id: 1}, {id: 13}]) { changed } }";
    server.refused(operation, "a", "genre 13 takes no books").await;
    assert_eq!(server.number("select count(*) as v from book_genre").await, 1);
    server.data("mutation { deleteGenre(key: {id: 2}) { outcome } }").await;
    assert_eq!(server.audit().await, ["book 1 out of genre 2"]);
}

#[tokio::test]
async fn hooks_run_after_somebody_has_changed_a_column() {
    let Some(server) = library(Backend::Postgres, "changed").await else { return };
    let mutation = "mutation { updateAuthor(key: {id: 1}, input: {name: \"Ada L\"}) { author { slug } } }";
    let expected = json!({ "updateAuthor": { "author": { "slug": "ada-l" } } });
    assert_eq!(server.data(mutation).await, expected);
    server.execute("alter table author alter column slug type varchar(80)").await;
    for _ in 0..3 {
        assert_eq!(server.data(mutation).await, expected);
    }
    assert_eq!(server.audit().await, ["author 1 updated as ada-l"; 4]);
}
