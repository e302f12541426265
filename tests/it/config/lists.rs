//! Sizes of pages and of answers.

use rstest_reuse::apply;

use super::configured;
use crate::{backends, support::Backend};

#[apply(backends)]
#[tokio::test]
async fn pages_have_the_sizes_that_are_given(#[case] backend: Backend) {
    let tables = "create table item (id integer primary key);
        insert into item values (1), (2), (3), (4), (5), (6);";
    let config = "[lists]\ndefault-size = 2\nlargest-size = 4\n";
    let Some(server) = configured(backend, "pages", tables, config).await else { return };
    let data = server.data("{ items { id } more: items(first: 4) { id } itemsConnection { nodes { id } } }").await;
    assert_eq!(data["items"].as_array().unwrap().len(), 2);
    assert_eq!(data["more"].as_array().unwrap().len(), 4);
    assert_eq!(data["itemsConnection"]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(server.code("{ items(first: 5) { id } }").await, "LIMIT_EXCEEDED");
    let sdl = server.client().get(server.url("/graphql/schema.graphql")).send().await.unwrap().text().await.unwrap();
    assert!(sdl.contains("4 at most, 2 by default."), "the description tells the sizes");
    let server = configured(backend, "pages_default", tables, "[lists]\ndefault-size = 6000\n").await.unwrap();
    assert_eq!(server.data("{ items(first: 6000) { id } }").await["items"].as_array().unwrap().len(), 6);
    // The default is never more than the largest.
    let server = configured(backend, "pages_largest", tables, "[lists]\nlargest-size = 3\n").await.unwrap();
    assert_eq!(server.data("{ items { id } }").await["items"].as_array().unwrap().len(), 3);
}

#[apply(backends)]
#[tokio::test]
async fn answers_have_as_many_bytes_as_are_given(#[case] backend: Backend) {
    let tables = "create table item (id integer primary key, text varchar(800) not null);
        insert into item values (1, 'x'), (2, 'x'), (3, 'x');
        update item set text = replace('xxxxxxxxxx', 'x', 'a text of some sixty letters, which is long enough for this.');";
    let server = configured(backend, "answers", tables, "[limits]\nmax-answer = 1_500\n").await;
    let Some(server) = server else { return };
    let items = server.data("{ items(first: 2) { text } }").await;
    assert_eq!(items["items"].as_array().unwrap().len(), 2);
    assert_eq!(server.code("{ items { text again: text } }").await, "LIMIT_EXCEEDED");
}
