//! How many statements writes take: it grows with the shape of an operation and, where many records are inserted, by
//! one for each batch of them, never by one for each record.

use std::fmt::Write as _;

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

/// One record more than a batch takes, and as many more as make a hundred.
const MANY: usize = 100;

/// The most statements that the batches of as many records add: 64, 8, 8, 8, 8, and four alone.
const BATCHES: usize = 8;

/// Keys that the database makes, and those of clients.
fn tables(backend: Backend) -> String {
    let serial = if backend == Backend::Sqlite { "integer primary key" } else { "serial primary key" };
    format!(
        "create table account (id {serial}, name varchar(20), code varchar(20) unique);
         create table contact (id {serial}, name varchar(20), mail varchar(20), account_id integer references account (id) on delete cascade);
         create table task (id {serial}, name varchar(20), contact_id integer references contact (id) on delete cascade);
         create table badge (id {serial}, contact_id integer unique references contact (id) on delete set null);
         create table team (id integer not null primary key, name varchar(20));
         create table membership (contact_id integer not null references contact (id), team_id integer not null references team (id),
            primary key (contact_id, team_id));
         insert into account (name, code) values ('a', 'a'), ('b', 'b');"
    )
}

/// Rows to write to: so many contacts, each with a task and a badge, and as many teams.
fn rows() -> String {
    let mut sql = "begin;".to_owned();
    for id in 1..=MANY {
        let _ = write!(
            sql,
            "insert into contact (name) values ('c{id}'); insert into task (name, contact_id) values ('t{id}', {id});
             insert into badge (contact_id) values ({id}); insert into team values ({id}, 'm{id}');"
        );
    }
    sql + "commit;"
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (1..=count).map(item).collect::<Vec<_>>().join(", ")
}

fn refs(count: usize) -> String {
    list(count, |id| format!("{{id: {id}}}"))
}

/// A mutation about so many records, and the statements that it may take beside those of batches.
type Shape = (&'static str, fn(usize) -> String, usize);

const SHAPES: &[Shape] = &[
    (
        "create many",
        |n| format!("createContacts(inputs: [{}]) {{ count }}", list(n, |i| format!("{{name: \"n{i}\"}}"))),
        BATCHES,
    ),
    (
        "create many of two kinds",
        |n| {
            let input =
                |i: usize| if i.is_multiple_of(2) { "{name: \"n\"}" } else { "{mail: \"m\", account: {ref: {id: 1}}}" };
            format!("createContacts(inputs: [{}]) {{ count }}", list(n, |i| input(i).to_owned()))
        },
        BATCHES,
    ),
    (
        "create children",
        |n| {
            let children = list(n, |i| format!("{{name: \"n{i}\"}}"));
            format!("createAccount(input: {{contacts: {{create: [{children}]}}}}) {{ outcome }}")
        },
        BATCHES,
    ),
    (
        "create grandchildren, what they reference and what they are linked with",
        |n| {
            let child = |i: usize| {
                format!(
                    "{{name: \"n{i}\", tasks: {{create: [{{name: \"x\"}}]}}, badge: {{create: {{}}}},
                       teams: {{associate: [{{id: {i}}}], create: [{{id: {}}}]}}}}",
                    1_000 + i
                )
            };
            format!(
                "updateAccount(key: {{id: 2}}, input: {{contacts: {{create: [{}]}}}}) {{ outcome }}",
                list(n, child)
            )
        },
        // The contacts, tasks and teams. Badges have nothing but defaults and their link.
        4 * BATCHES,
    ),
    (
        "create targets",
        |n| {
            let inputs = list(n, |i| {
                format!("{{contact: {{create: {{name: \"n{i}\", account: {{create: {{name: \"x\"}}}}}}}}}}")
            });
            format!("createBadges(inputs: [{inputs}]) {{ count }}")
        },
        3 * BATCHES,
    ),
    (
        "take one-to-one targets",
        |n| {
            format!("createBadges(inputs: [{}]) {{ count }}", list(n, |i| format!("{{contact: {{ref: {{id: {i}}}}}}}")))
        },
        BATCHES,
    ),
    ("link children", |n| format!("associateAccountContacts(key: {{id: 1}}, refs: [{}]) {{ changed }}", refs(n)), 0),
    ("replace children", |n| format!("replaceAccountContacts(key: {{id: 1}}, refs: [{}]) {{ changed }}", refs(n)), 0),
    (
        "unlink children",
        |n| format!("disassociateAccountContacts(key: {{id: 1}}, ifExists: true, refs: [{}]) {{ changed }}", refs(n)),
        0,
    ),
    ("link members", |n| format!("associateContactTeams(key: {{id: 1}}, refs: [{}]) {{ changed }}", refs(n)), 0),
    ("replace members", |n| format!("replaceTeamContacts(key: {{id: 1}}, refs: [{}]) {{ changed }}", refs(n)), 0),
    (
        "unlink members",
        |n| format!("disassociateContactTeams(key: {{id: 1}}, ifExists: true, refs: [{}]) {{ changed }}", refs(n)),
        0,
    ),
    (
        "update many",
        |n| {
            format!(
                "updateContacts(where: {{id: {{lte: {n}}}}}, input: {{name: \"x\", account: {{ref: {{code: \"a\"}}}}}}, atMost: {n}) {{ count }}"
            )
        },
        0,
    ),
    ("delete many", |n| format!("deleteTasks(where: {{id: {{lte: {n}}}}}, atMost: {n}) {{ count }}"), 0),
    // Takes contacts, tasks and links along, and empties badges.
    ("delete a cascade", |_| "deleteAccount(key: {id: 1}) { outcome }".to_owned(), 0),
];

async fn count(backend: Backend, name: &str, shape: &str) -> Option<usize> {
    let server: Server = scratch(backend, name, &format!("{}{}", tables(backend), rows())).await?;
    if shape.contains("deleteAccount") {
        let many = if name.ends_with("many") { MANY } else { 1 };
        server.execute(&format!("update contact set account_id = 1 where id <= {many}")).await;
        server.execute("insert into membership select id, 1 from contact").await;
    }
    Some(server.statements(&format!("mutation {{ {shape} }}")).await)
}

#[apply(backends)]
#[tokio::test]
async fn statements_grow_by_batches_and_never_by_records(#[case] backend: Backend) {
    for (index, (name, shape, batches)) in SHAPES.iter().enumerate() {
        let Some(one) = count(backend, &format!("write_{index}_one"), &shape(1)).await else { return };
        let Some(many) = count(backend, &format!("write_{index}_many"), &shape(MANY)).await else { return };
        assert!(many <= one + batches, "{name}: {one} statements for one record, {many} for {MANY}");
    }
}
