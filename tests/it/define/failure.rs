//! Definitions that cannot be carried out: all of it is undone, and the old schema serves.

use std::time::{Duration, Instant};

use relata::Gateway;
use rstest_reuse::apply;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;

use super::tables::blog;
use crate::{
    backends,
    support::{Backend, Defining, Server, connect},
};

fn editor() -> Defining {
    Defining::one_to_many("post_editor", "post", "author", "editor_id")
}

#[apply(backends)]
#[tokio::test]
async fn a_schema_that_cannot_be_built_undoes_the_ddl(#[case] backend: Backend) {
    let Some(blog) = blog(backend, "unbuilt").await else { return };
    let tree = "create table tree (id integer primary key, up_id integer references tree (id))";
    blog.execute(tree).await;
    let builder = |connection| Gateway::builder(connection).discover(&[]).hierarchical_lookup("tree", "up_id");
    let server = blog.another(builder).await;
    server.define(&Defining::one_to_many("draft_kept", "draft", "author", "kept_id")).await;
    // Somebody else takes away what code speaks of.
    server.execute("drop table tree; create table tree (id integer primary key, up_id integer)").await;
    for defining in [
        editor(),
        Defining::many_to_many("post_readers", "reader", "post", "author"),
        Defining::multi_table("draft_about", "draft", "about_id", &["post", "author"]),
        Defining::update("draft_kept", json!({ "cascade": { "delete": "RESTRICT" } })),
        Defining::delete("draft_kept"),
    ] {
        let error = {
            let (mutation, variables) = defining.operation();
            server.undefined(&mutation, variables, "CONFLICT").await
        };
        assert!(error["message"].as_str().unwrap().contains("tree.up_id"), "{error}");
        server.data("{ drafts { kept { name } } posts { author { name } } }").await;
    }
    server.execute(&format!("drop table tree; {tree}")).await;
    server.define(&editor()).await;
    server.data("{ posts { editor { name } } }").await;
}

#[apply(backends)]
#[tokio::test]
async fn a_column_that_somebody_else_made_meanwhile_is_a_conflict(#[case] backend: Backend) {
    let Some(server) = blog(backend, "meanwhile").await else { return };
    server.execute("alter table post add column editor_id integer").await;
    server.refuses_to_define(&editor(), "CONFLICT").await;
    server.execute("create table reader (id integer primary key)").await;
    let pairs = Defining::many_to_many("post_readers", "reader", "post", "author");
    server.refuses_to_define(&pairs, "CONFLICT").await;
    let page = Defining::one_to_many("page_author", "page", "author", "author_id");
    if backend == Backend::MariaDb {
        // Names of indexes are each table's own; what was made before that one was met is taken back.
        server.execute("create index ix_page_author on page (post_id)").await;
        let (structure, sdl) = (server.structure().await, server.sdl().await);
        assert_eq!(server.try_define(&page).await, Err("CONFLICT".to_owned()));
        assert_eq!(server.structure().await, structure);
        assert!(server.sdl().await == sdl);
        return;
    }
    // Names of indexes and constraints are shared with others, too.
    server.execute("create index ix_page_author on tag (name)").await;
    server.refuses_to_define(&page, "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn tables_and_columns_that_went_meanwhile_leave_nothing_behind(#[case] backend: Backend) {
    let Some(server) = blog(backend, "went").await else { return };
    server.define(&editor()).await;
    server.execute("drop table draft").await;
    let gone = Defining::one_to_many("draft_editor", "draft", "author", "editor_id");
    let mark = server.ddl_mark().await;
    let code = server.try_define(&gone).await.unwrap_err();
    assert!(code == "INVALID" || code == "CONFLICT", "{code}");
    assert_eq!(server.ddl_mark().await, mark);
    server.data("{ posts { editor { id } } }").await;
}

#[apply(backends)]
#[tokio::test]
async fn rows_that_somebody_else_writes_decide_about_required_lookups(#[case] backend: Backend) {
    let Some(server) = blog(backend, "rows").await else { return };
    let required = Defining::one_to_many("draft_owner", "draft", "author", "owner_id").with("lookup.required", true);
    server.execute("insert into draft (id) values (1)").await;
    server.refuses_to_define(&required, "INVALID").await;
    server.execute("delete from draft").await;
    server.define(&required).await;
    assert!(!server.column("draft", "owner_id").await.unwrap().1);
}

/// Another client of the database that holds a table.
async fn held(server: &Server, backend: Backend) -> sea_orm::DatabaseTransaction {
    let transaction = server.connection().begin().await.unwrap();
    let statement = match backend {
        Backend::Sqlite => "insert into tag (id, name) values (77, 'held')",
        Backend::Postgres => "lock table post in row exclusive mode",
        // Whoever has written holds the table until the transaction's end.
        Backend::MariaDb => "update post set title = title",
    };
    transaction.execute_unprepared(statement).await.unwrap();
    transaction
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_that_another_holds_is_not_waited_for_forever(#[case] backend: Backend) {
    let Some(server) = blog(backend, "held").await else { return };
    let (mark, sdl) = (server.ddl_mark().await, server.sdl().await);
    let transaction = held(&server, backend).await;
    let start = Instant::now();
    let answer = server.try_define(&editor()).await;
    assert_eq!(answer, Err("TIMEOUT".to_owned()));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    transaction.rollback().await.unwrap();
    assert_eq!(server.ddl_mark().await, mark);
    assert!(server.sdl().await == sdl);
    server.define(&editor()).await;
    server
        .data("mutation { updatePost(key: {id: 1}, input: {editor: {ref: {id: 2}}}) { post { editor { name } } } }")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_that_another_holds_for_a_moment_is_waited_for() {
    let Some(server) = blog(Backend::Postgres, "moment").await else { return };
    let transaction = held(&server, Backend::Postgres).await;
    let editor = editor();
    let defined = server.define(&editor);
    let released = async {
        let waiting = "select count(*) as v from pg_locks where not granted
            and database = (select oid from pg_database where datname = current_database())";
        let deadline = Instant::now() + Duration::from_secs(20);
        while server.number(waiting).await == 0 {
            assert!(Instant::now() < deadline, "nothing waits for the table");
        }
        transaction.rollback().await.unwrap();
    };
    tokio::join!(defined, released);
    server.data("{ posts { editor { name } } }").await;
}

#[tokio::test]
async fn a_user_without_rights_to_a_table_is_forbidden_to_define_over_it() {
    let Some(server) = blog(Backend::Postgres, "rights").await else { return };
    let role = format!("relata_owner_of_drafts_{}", std::process::id());
    server
        .execute(&format!(
            "create role {role} login; grant create on schema public to {role};
             grant select, insert, update, delete, references on all tables in schema public to {role};
             alter table draft owner to {role}; alter table page owner to {role}"
        ))
        .await;
    let name = &server.texts("select current_database()::text as v").await[0];
    let url = std::env::var("RELATA_TEST_POSTGRES").unwrap();
    let (_, address) = url.rsplit_once('@').unwrap();
    let address = address.rsplit_once('/').unwrap().0;
    let connection = connect(&format!("postgres://{role}@{address}/{name}")).await;
    let gateway = relata::Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    let limited = Server::start(gateway, connection).await;
    limited.refuses_to_define(&editor(), "FORBIDDEN").await;
    limited.refuses_to_define(&editor().with("referencingEntity", "tag"), "FORBIDDEN").await;
    // Of its own tables it may dispose.
    limited.define(&Defining::one_to_many("draft_page", "draft", "page", "page_id")).await;
    limited.define(&Defining::one_to_many("draft_author", "draft", "author", "author_id")).await;
    limited.define(&Defining::delete("draft_page")).await;
    // Whoever owns the tables sees what it defined.
    server.data("{ drafts { author { name } } }").await;
}
