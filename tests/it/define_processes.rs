//! Two gateways, each a process of its own, over one database: what is defined through one is right through the other
//! from the very next request on.

use std::time::{Duration, Instant};

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Defining, Process, connect, empty, run_sql},
};

const TABLES: &str = "
    create table author (id integer primary key, name varchar(20) not null);
    create table post (id integer primary key, title varchar(20) not null, author_id integer references author (id));
    create table tag (id integer primary key, name varchar(20) not null);
    insert into author values (1, 'A1'), (2, 'A2'), (3, 'A3');
    insert into post values (1, 'P1', 1), (2, 'P2', null), (3, 'P3', null);
    insert into tag values (1, 'T1'), (2, 'T2');";

/// A process and a client of it.
struct Remote {
    process: Process,
    client: reqwest::Client,
}

impl Remote {
    fn start(database: &str) -> Self {
        Self { process: Process::start(database), client: reqwest::Client::new() }
    }

    async fn run(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        self.client.post(&self.process.url).json(&body).send().await.unwrap().json().await.unwrap()
    }

    async fn data(&self, query: &str) -> Value {
        let mut answer = self.run(query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].take()
    }

    async fn code(&self, query: &str) -> String {
        let answer = self.run(query, json!({})).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("no error: {query}\n{answer:#}")).to_owned()
    }

    async fn define(&self, defining: &Defining) {
        let (mutation, variables) = defining.operation();
        let answer = self.run(&mutation, variables).await;
        assert!(answer.get("errors").is_none(), "{defining:?}\n{answer:#}");
    }

    async fn sdl(&self) -> String {
        let url = format!("{}/schema.graphql", self.process.url);
        self.client.get(url).send().await.unwrap().text().await.unwrap()
    }

    /// Nobody asks this gateway anything but for its schema.
    async fn follows(&self, is_there: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(3);
        while !is_there(&self.sdl().await) {
            assert!(Instant::now() < deadline, "the schema is still the old one");
        }
    }
}

async fn two(backend: Backend, name: &str) -> Option<[Remote; 2]> {
    let database = empty(backend, name).await?;
    let connection = connect(&database).await;
    run_sql(&connection, TABLES).await;
    connection.close().await.unwrap();
    Some([Remote::start(&database), Remote::start(&database)])
}

fn editor() -> Defining {
    Defining::one_to_many("post_editor", "post", "author", "editor_id")
}

#[apply(backends)]
#[tokio::test]
async fn a_definition_through_one_is_used_through_the_other_at_once(#[case] backend: Backend) {
    let Some([one, other]) = two(backend, "define_processes").await else { return };
    for (maker, user) in [(&one, &other), (&other, &one), (&one, &other)] {
        maker.define(&editor()).await;
        let data = user
            .data("{ posts { id editor { name } } relationshipDefinition(schemaName: \"post_editor\") { isCustom } }")
            .await;
        assert_eq!(data["posts"][0]["editor"], Value::Null);
        assert_eq!(data["relationshipDefinition"]["isCustom"], true);
        let data = user.data("mutation { associatePostEditor(key: {id: 1}, ref: {id: 2}) { post { editor { postsByEditor { id } } } } }").await;
        assert_eq!(data["associatePostEditor"]["post"]["editor"]["postsByEditor"], json!([{ "id": 1 }]));
        let data = maker.data("{ author(key: {id: 2}) { postsByEditor { title } } }").await;
        assert_eq!(data["author"]["postsByEditor"], json!([{ "title": "P1" }]));

        let renamed = json!({ "referencingEntityNavigationPropertyName": "redactor" });
        user.define(&Defining::update("post_editor", renamed)).await;
        assert_eq!(maker.data("{ post(key: {id: 1}) { redactor { name } } }").await["post"]["redactor"]["name"], "A2");
        assert_eq!(maker.code("{ posts { editor { name } } }").await, "GRAPHQL_VALIDATION_FAILED");

        maker.define(&Defining::delete("post_editor")).await;
        // The column is gone, whatever the other still believed.
        assert_eq!(user.code("{ posts { redactor { name } } }").await, "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(
            user.code("{ relationshipDefinition(schemaName: \"post_editor\") { isCustom } }").await,
            "NOT_FOUND"
        );
        user.data("{ posts { title author { name } } }").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_write_through_the_one_that_is_behind_obeys_what_the_other_defined(#[case] backend: Backend) {
    let Some([one, other]) = two(backend, "define_processes_writes").await else { return };
    one.define(&editor()).await;
    other.data("mutation { associatePostEditor(key: {id: 1}, ref: {id: 2}) { changed } b: associatePostEditor(key: {id: 2}, ref: {id: 3}) { changed } }").await;
    let cascade = |delete: &str| Defining::update("post_editor", json!({ "cascade": { "delete": delete } }));
    one.define(&cascade("RESTRICT")).await;
    assert_eq!(other.code("mutation { deleteAuthor(key: {id: 2}) { outcome } }").await, "RESTRICTED");
    one.define(&cascade("CASCADE")).await;
    other.data("mutation { deleteAuthor(key: {id: 2}) { outcome } }").await;
    assert_eq!(one.data("{ posts { id } }").await["posts"], json!([{ "id": 2 }, { "id": 3 }]));
    one.define(&cascade("REMOVE_LINK")).await;
    other.data("mutation { deleteAuthor(key: {id: 3}) { outcome } }").await;
    assert_eq!(
        one.data("{ posts { id editor { id } } }").await["posts"],
        json!([{ "id": 2, "editor": null }, { "id": 3, "editor": null }])
    );
    // A write over what the other has deleted does not fit any more.
    one.define(&Defining::delete("post_editor")).await;
    let link = "mutation { updatePost(key: {id: 2}, input: {title: \"X\", editor: {ref: {id: 1}}}) { outcome } }";
    assert_eq!(other.code(link).await, "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(other.data("{ post(key: {id: 2}) { title } }").await["post"]["title"], "P2");
    // Pairs and their table, too.
    one.define(&Defining::many_to_many("post_tags", "tagging", "post", "tag")).await;
    other.data("mutation { associatePostPostTags(key: {id: 2}, refs: [{id: 1}]) { changed } }").await;
    one.define(&Defining::delete("post_tags")).await;
    assert_eq!(other.code("{ posts { postTags { name } } }").await, "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(
        other.code("mutation { associatePostPostTags(key: {id: 2}, refs: [{id: 2}]) { changed } }").await,
        "GRAPHQL_VALIDATION_FAILED"
    );
}

#[apply(backends)]
#[tokio::test]
async fn a_record_that_the_new_lookup_holds_back_is_not_lost_through_the_one_that_is_behind(#[case] backend: Backend) {
    let Some([one, other]) = two(backend, "define_processes_holds").await else { return };
    one.define(&editor().with("cascade.delete", "RESTRICT")).await;
    one.data("mutation { associatePostEditor(key: {id: 3}, ref: {id: 3}) { changed } }").await;
    // The other has never heard of the relationship.
    assert_eq!(other.code("mutation { deleteAuthor(key: {id: 3}) { outcome } }").await, "RESTRICTED");
    assert_eq!(one.data("{ authors { id } }").await["authors"].as_array().unwrap().len(), 3);
}

#[apply(backends)]
#[tokio::test]
async fn without_any_request_the_other_follows(#[case] backend: Backend) {
    let Some([one, other]) = two(backend, "define_processes_follow").await else { return };
    let start = other.sdl().await;
    assert!(one.sdl().await == start);
    for _ in 0..3 {
        one.define(&editor()).await;
        other.follows(|sdl| sdl.contains("postsByEditor")).await;
        assert!(other.sdl().await == one.sdl().await);
        one.define(&Defining::delete("post_editor")).await;
        other.follows(|sdl| sdl == start).await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_process_that_starts_later_serves_what_is_defined(#[case] backend: Backend) {
    let Some(database) = empty(backend, "define_processes_late").await else { return };
    let connection = connect(&database).await;
    run_sql(&connection, TABLES).await;
    let mut first = Remote::start(&database);
    first.define(&editor()).await;
    let sdl = first.sdl().await;
    first.process.kill();
    let late = Remote::start(&database);
    assert!(late.sdl().await == sdl);
    late.define(&Defining::delete("post_editor")).await;
    assert_eq!(late.code("{ posts { editor { name } } }").await, "GRAPHQL_VALIDATION_FAILED");
}
