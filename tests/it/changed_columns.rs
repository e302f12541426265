//! Columns that somebody changes while the gateway runs, on PostgreSQL: statements that were prepared before are prepared
//! anew, on each connection, and whoever asks does not see any of it.

use futures_util::future::join_all;
use relata::Gateway;
use serde_json::{Value, json};

use crate::support::{Backend, Server, empty, quick, run_sql};

const TABLES: &str = "
    create table author (id integer primary key, name varchar(40) not null, born integer);
    create table book (id integer primary key, title varchar(40) not null, pages integer,
        author_id integer references author (id));
    insert into author values (1, 'Ada', 1815), (2, 'Bob', null);
    insert into book values (1, 'Notes', 66, 1), (2, 'More', 7, 1);";

/// Types of columns change, and one goes and comes back.
const CHANGE: &str = "
    alter table author alter column name type varchar(80), alter column born type bigint;
    alter table book alter column title type text, drop column pages;
    alter table book add column pages bigint;
    update book set pages = id * 100;";

/// More than any of the pools has connections, so that all of them are used.
const AT_ONCE: usize = 12;

/// Gateways whose pools have so many connections, and which read by them or directly.
async fn servers(name: &str) -> Option<Vec<Server>> {
    let mut servers = Vec::new();
    for (connections, directly) in [(1, false), (8, false), (1, true), (8, true)] {
        let name = format!("changed_{name}_{connections}_{directly}");
        let connection = quick(&empty(Backend::Postgres, &name).await?, connections).await;
        run_sql(&connection, TABLES).await;
        let builder = Gateway::builder(connection.clone()).discover(&[]);
        let builder = if directly { builder.read_directly() } else { builder };
        servers.push(Server::start(builder.build().await.unwrap(), connection).await);
    }
    Some(servers)
}

impl Server {
    /// Runs an operation many times, as often as the test's pools have connections at once and then once more each.
    async fn answers(&self, operation: &str, expected: Value) {
        for _ in 0..2 {
            for answer in join_all((0..AT_ONCE).map(|_| self.run(operation, json!({})))).await {
                assert_eq!(answer["data"], expected, "{answer:#}");
            }
        }
        for _ in 0..AT_ONCE {
            assert_eq!(self.data(operation).await, expected);
        }
    }
}

#[tokio::test]
async fn a_list_is_read_after_its_columns_have_changed() {
    let Some(servers) = servers("list").await else { return };
    for server in servers {
        let query = "{ authors(orderBy: [{id: ASC}]) { name born } }";
        let expected = json!({ "authors": [{ "name": "Ada", "born": 1815 }, { "name": "Bob", "born": null }] });
        server.answers(query, expected.clone()).await;
        server.execute(CHANGE).await;
        server.answers(query, expected).await;
    }
}

#[tokio::test]
async fn several_levels_are_read_after_their_columns_have_changed() {
    let Some(servers) = servers("levels").await else { return };
    for server in servers {
        let query = "{ author(key: {id: 1}) { name books(orderBy: [{id: ASC}]) { title pages author { born } } } }";
        let book = |title: &str, pages: u32| json!({ "title": title, "pages": pages, "author": { "born": 1815 } });
        let author = |books: [Value; 2]| json!({ "author": { "name": "Ada", "books": books } });
        server.answers(query, author([book("Notes", 66), book("More", 7)])).await;
        server.execute(CHANGE).await;
        server.answers(query, author([book("Notes", 100), book("More", 200)])).await;
    }
}

#[tokio::test]
async fn a_record_changes_in_one_statement_after_its_columns_have_changed() {
    let Some(servers) = servers("alone").await else { return };
    for server in servers {
        let mutation = "mutation { updateAuthor(key: {id: 2}, input: {name: \"Eve\"}) { author { name born } } }";
        let expected = json!({ "updateAuthor": { "author": { "name": "Eve", "born": null } } });
        server.answers(mutation, expected.clone()).await;
        server.execute(CHANGE).await;
        server.answers(mutation, expected).await;
        assert_eq!(server.texts("select name as v from author order by id").await, ["Ada", "Eve"]);
    }
}

#[tokio::test]
async fn records_change_in_a_transaction_after_their_columns_have_changed() {
    let Some(servers) = servers("transaction").await else { return };
    for server in servers {
        let mutation = "mutation {
            first: updateAuthors(where: {id: {eq: 2}}, input: {name: \"Eve\"}, atMost: 1) { authors { name born } }
            second: associateBookAuthor(key: {id: 2}, ref: {id: 1}) { book { title author { name } } } }";
        let expected = json!({ "first": { "authors": [{ "name": "Eve", "born": null }] },
            "second": { "book": { "title": "More", "author": { "name": "Ada" } } } });
        server.answers(mutation, expected.clone()).await;
        server.execute(CHANGE).await;
        server.answers(mutation, expected).await;
    }
}

#[tokio::test]
async fn what_is_created_after_its_columns_have_changed_is_created_once() {
    let Some(servers) = servers("created").await else { return };
    for server in servers {
        let create = |id: usize| {
            format!("mutation {{ createBook(input: {{id: {id}, title: \"New\"}}) {{ book {{ id title }} }} }}")
        };
        for round in 0..3 {
            let ids = (0..AT_ONCE).map(|index| 10 + round * AT_ONCE + index);
            let mutations: Vec<_> = ids.map(|id| (id, create(id))).collect();
            for (answer, (id, _)) in
                join_all(mutations.iter().map(|(_, text)| server.run(text, json!({})))).await.iter().zip(&mutations)
            {
                let expected = json!({ "createBook": { "book": { "id": id, "title": "New" } } });
                assert_eq!(answer["data"], expected, "{answer:#}");
            }
            if round == 0 {
                server.execute(CHANGE).await;
            }
        }
        let count = server.number("select count(*) as v from book where title = 'New'").await;
        assert_eq!(count, 3 * i64::try_from(AT_ONCE).unwrap());
    }
}
