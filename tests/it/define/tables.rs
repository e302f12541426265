//! The tables that bad input is tried on: one of every kind, with rows in some.

use crate::support::{Backend, Server, scratch};

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
