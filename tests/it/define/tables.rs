//! The tables that bad input is tried on: one of every kind, with rows in some.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

const TABLES: &str = "
    create table author (id integer primary key, name varchar(20) not null, code varchar(9) unique);
    create table post (id integer primary key, title varchar(20) not null, \"slugText\" varchar(20),
        author_id integer references author (id) on delete set null);
    create table tag (id integer primary key, name varchar(20) not null);
    create table post_tag (post_id integer not null references post (id) on delete cascade,
        tag_id integer not null references tag (id) on delete cascade, primary key (post_id, tag_id));
    create table page (id integer primary key, post_id integer not null references post (id) on delete cascade);
    create table draft (id integer primary key, body varchar(20));
    create view famous as select id, name from author;
    insert into author values (1, 'A', 'a'), (2, 'B', null); insert into post values (1, 'P1', 's', 1), (2, 'P2', null, null);
    insert into tag values (1, 'T1'); insert into post_tag values (1, 1); insert into page values (1, 1);";

/// These tables in a database of their own.
pub(super) async fn blog(backend: Backend, name: &str) -> Option<Server> {
    scratch(backend, &format!("define_{name}"), TABLES).await
}

#[apply(backends)]
#[tokio::test]
async fn the_databases_own_catalog_is_read(#[case] backend: Backend) {
    let Some(server) = blog(backend, "catalog").await else { return };
    let integer = |nullable| Some(("integer".to_owned(), nullable));
    assert_eq!(server.column("post", "author_id").await, integer(true));
    assert_eq!(server.column("page", "post_id").await, integer(false));
    assert_eq!(server.column("page", "nothing").await, None);
    assert_eq!(server.foreign_keys("post").await, ["author_id -> author(id) SET NULL"]);
    assert_eq!(server.foreign_keys("post_tag").await, ["post_id -> post(id) CASCADE", "tag_id -> tag(id) CASCADE"]);
    assert_eq!(server.primary_key("post_tag").await, ["post_id", "tag_id"]);
    let unique = server.indexes("author").await;
    assert!(unique.len() == 1 && unique[0].starts_with("unique ") && unique[0].ends_with(" (code)"), "{unique:?}");
    assert!(server.has_table("draft").await && !server.has_table("drafts").await);

    let (structure, mark) = (server.structure().await, server.ddl_mark().await);
    server.execute("create index later on draft (body)").await;
    assert_eq!(server.indexes("draft").await, ["later (body)"]);
    assert_ne!(server.structure().await, structure);
    server.execute(&backend.drop_index("later", "draft")).await;
    // What was undone is not seen in the structure, but it was DDL all the same.
    assert_eq!(server.structure().await, structure);
    if backend == Backend::Sqlite {
        assert_ne!(server.ddl_mark().await, mark);
    }
    if backend == Backend::MariaDb {
        // It notes changes of this kind by the second.
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    }
    server.execute("alter table draft add column more integer; alter table draft drop column more").await;
    assert_eq!(server.structure().await, structure);
    assert_ne!(server.ddl_mark().await, mark);
}
