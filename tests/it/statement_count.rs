//! How many statements an operation takes depends on the operation alone. What the gateway says is compared with what
//! the drivers log: every statement that reaches the database is one event of the target `sqlx::query`, or of
//! `relata::statement` where the gateway reads a file of SQLite itself.

use std::{
    fmt::Write as _,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use rstest_reuse::apply;
use serde_json::Value;
use tracing::{
    Event, Id, Instrument, Subscriber, field::Visit, info_span, span::Attributes, subscriber::set_global_default,
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

const TABLES: &str = "
    create table account (id integer primary key, name varchar(40) not null, parent_id integer references account (id));
    create table contact (id integer primary key, name varchar(40) not null, account_id integer references account (id));
    create table task (id integer primary key, name varchar(40), contact_id integer not null references contact (id));
    create table team (id integer primary key, name varchar(40) not null);
    create table membership (team_id integer not null references team (id), contact_id integer not null references contact (id),
        primary key (team_id, contact_id));";

/// As many rows of each table, each row linked to those of the same number.
fn rows(count: u32) -> String {
    let mut sql = format!("begin;{TABLES}");
    for id in 1..=count {
        let _ = write!(
            sql,
            "insert into account values ({id}, 'a{id}', 1); insert into contact values ({id}, 'c{id}', {id});
             insert into task values ({id}, 't{id}', {id}); insert into team values ({id}, 'm{id}');
             insert into membership values ({id}, {id});"
        );
    }
    sql + "commit;"
}

/// Operations and the statements that they take: one per root field, and one per collection below (DESIGN §5).
const SHAPES: &[(&str, usize)] = &[
    ("{ task(key: {id: 1}) { name } }", 1),
    ("{ task(key: {id: 1}) { name contact { name account { name } } } }", 1),
    ("{ tasks(first: 500) { name } }", 1),
    ("{ tasks(first: 500) { name contact { name account { name parent { name } } } } }", 1),
    (
        "{ tasks(first: 500, where: {contact: {account: {name: {ne: \"x\"}}}}, orderBy: [{contact: {name: ASC}}]) { name } }",
        1,
    ),
    ("{ accounts(first: 500) { name contacts { name } } }", 2),
    (
        "{ accounts(first: 500) { contacts(first: 2, orderBy: [{name: DESC}]) { name account { name } } accountsByParent { name } } }",
        3,
    ),
    ("{ accounts(first: 500) { contacts { name tasks { name contact { name } } } } }", 3),
    ("{ tasks(first: 500) { contact { account { contacts { name } } } } }", 2),
    ("{ teams(first: 500) { contacts(first: 3) { name } } }", 2),
    ("{ contacts(first: 500) { teams(orderBy: [{name: ASC}]) { name contacts { name } } } }", 3),
    ("{ contactsConnection(first: 500) { nodes { name } pageInfo { hasNextPage } } }", 1),
    ("{ contactsConnection(first: 500) { totalCount edges { cursor node { name tasks { name } } } } }", 3),
    ("{ contactsConnection { totalCount } }", 1),
    ("{ accounts(first: 500) { contactsConnection(first: 2) { nodes { name } } } }", 2),
    ("{ accounts(first: 500) { contactsConnection(first: 2) { totalCount edges { node { name } } } } }", 3),
    ("{ contactsAggregate { count min { name } } }", 1),
    ("{ accounts(first: 500) { contactsAggregate { count max { name } } } }", 2),
    ("{ contactsAggregate(groupBy: [ACCOUNT_ID]) { groups { key { accountId } count } } }", 1),
    ("{ contactsAggregate(groupBy: [ACCOUNT_ID]) { count groups { count } } }", 2),
    ("{ accounts(first: 500) { contactsAggregate(groupBy: [NAME]) { groups { key { name } count } } } }", 2),
    ("{ accounts(first: 500) { name } teams(first: 500) { contacts { name } } task(key: {id: 1}) { name } }", 4),
    (AT_ONCE[0], 3),
    (AT_ONCE[1], 3),
    ("{ node(ref: \"tasks(1)\") { ref ... on Task { contact { tasks { name } } } } }", 2),
    ("{ tasks(first: 500) { ...task ...task } } fragment task on Task { contact { tasks { name } } }", 2),
    ("{ __typename }", 0),
    // Whether definitions are still what they were.
    ("{ __typename entityDefinitions { logicalName } }", 1),
];

/// Those of them that PostgreSQL answers at once, because there may be no more parents than children on a page.
const AT_ONCE: &[&str] = &[
    "{ accounts { contacts(first: 500) { name tasks(first: 500) { name } } } }",
    "{ contacts(first: 10) { teams(first: 10) { name contacts(first: 10) { name } } } }",
    "{ node(ref: \"tasks(1)\") { ref ... on Task { contact { tasks { name } } } } }",
];

/// Counts the driver's events in each span, but for those that begin and end transactions, or set up a
/// new connection. SQLite's driver works on a
/// thread of its own, into which it takes the span, but no subscriber of a single task.
struct Counter;

/// What is counted in a span.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

static COUNTER: LazyLock<()> = LazyLock::new(|| {
    let filter = Targets::new()
        .with_target("sqlx::query", tracing::Level::TRACE)
        .with_target("relata::statement", tracing::Level::TRACE)
        .with_target("counted", tracing::Level::INFO);
    set_global_default(tracing_subscriber::registry().with(Counter.with_filter(filter))).unwrap();
});

struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}").trim_matches('"').to_uppercase();
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Counter {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Count::default());
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut summary = Summary(String::new());
        event.record(&mut summary);
        let is_service =
            ["BEGIN", "SET", "COMMIT", "ROLLBACK", "PRAGMA"].iter().any(|word| summary.0.starts_with(word));
        for span in context.event_scope(event).into_iter().flatten().filter(|_| !is_service) {
            if let Some(count) = span.extensions().get::<Count>() {
                count.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// What the gateway says, and what the driver logged meanwhile.
async fn count(server: &Server, operation: &str) -> (usize, usize) {
    logged(server.statements(operation)).await
}

/// What something answers, and how many statements the driver logged meanwhile.
async fn logged<T>(work: impl Future<Output = T>) -> (T, usize) {
    LazyLock::force(&COUNTER);
    let span = info_span!(target: "counted", "operation");
    let said = work.instrument(span.clone()).await;
    let logged = span.with_subscriber(|(id, dispatch)| {
        let registry = dispatch.downcast_ref::<tracing_subscriber::Registry>().unwrap();
        let count = registry.span(id).unwrap().extensions().get::<Count>().cloned();
        count.unwrap_or_default().0.load(Ordering::Relaxed)
    });
    (said, logged.unwrap())
}

#[apply(backends)]
#[tokio::test]
async fn the_number_of_statements_depends_on_the_operation_alone(#[case] backend: Backend) {
    let Some(one) = scratch(backend, "statements_1", &rows(1)).await else { return };
    let Some(many) = scratch(backend, "statements_500", &rows(500)).await else { return };
    for (operation, expected) in SHAPES {
        let sent = if backend == Backend::Postgres && AT_ONCE.contains(operation) { 1 } else { *expected };
        assert_eq!(count(&one, operation).await, (*expected, sent), "1 row: {operation}");
        assert_eq!(count(&many, operation).await, (*expected, sent), "500 rows: {operation}");
    }
    let all = many.data("{ accounts(first: 500) { contacts { tasks { id } } } }").await;
    assert_eq!(all["accounts"].as_array().map(Vec::len), Some(500));
    assert_ne!(all["accounts"][499]["contacts"][0]["tasks"][0]["id"], Value::Null);
}

#[apply(backends)]
#[tokio::test]
async fn without_parents_nothing_is_asked_below_them(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "statements_0", &rows(0)).await else { return };
    let (said, sent) = count(&server, "{ accounts { contacts { tasks { name } } contactsAggregate { count } } }").await;
    assert_eq!((said, sent), (4, 1), "at most what the operation takes");
}

#[apply(backends)]
#[tokio::test]
async fn pages_that_turn_out_to_be_full_are_asked_for_again_once(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "statements_pages", &rows(3)).await else { return };
    let operations = [
        ("{ accounts(first: 3) { contacts(first: 4) { name } } }", 2),
        ("{ accounts(first: 3) { contacts(first: 4) { tasks(first: 100) { name } } } }", 3),
    ];
    for (operation, statements) in operations {
        let sent = if backend == Backend::Postgres { 1 } else { statements };
        assert_eq!(count(&server, operation).await, (statements, sent), "no page is full: {operation}");
    }
    server.execute("insert into contact select id + 100, name, 2 from contact").await;
    for (operation, statements) in operations {
        let (said, sent) = count(&server, operation).await;
        // By then it is not known, and PostgreSQL was asked for the children of all at once.
        let most = if backend == Backend::Postgres { 2 * statements } else { statements };
        assert!(said == statements && (statements..=most).contains(&sent), "{operation}: {sent}");
        assert_eq!(sent > statements, backend == Backend::Postgres, "{operation}: {sent}");
        for _ in 0..2 {
            assert_eq!(count(&server, operation).await, (statements, statements), "full pages: {operation}");
        }
    }
}

/// As many tables as that, each with a foreign key, a unique key and a UUID, and a view over each.
fn tables(count: usize) -> String {
    let mut sql = "create table t0 (id integer primary key);".to_owned();
    for number in 1..count {
        let _ = write!(
            sql,
            "create table t{number} (id integer primary key, up_id integer references t{} (id), code varchar(9) unique, token uuid);
             create view v{number} as select id, token from t{number};",
            number - 1
        );
    }
    sql
}

#[apply(backends)]
#[tokio::test]
async fn discovery_takes_as_many_statements_for_sixty_tables_as_for_three(#[case] backend: Backend) {
    let mut counts = Vec::new();
    for tables_there in [3, 60] {
        let Some(server) = scratch(backend, &format!("discover_{tables_there}"), &tables(tables_there)).await else {
            return;
        };
        let (drafts, statements) = logged(relata::reflect::database::discover(server.connection(), &[])).await;
        assert_eq!(drafts.unwrap().len(), 2 * tables_there - 1);
        counts.push(statements);
    }
    assert!(counts[0] == counts[1] && (1..=10).contains(&counts[0]), "{counts:?}");
}
