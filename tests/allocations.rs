//! How often memory is allocated for each row of an answer.

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, clippy::print_stdout)]

use std::alloc::System;

use relata::{
    Gateway,
    execute::Database,
    gateway::{Request, Response},
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const FEW: usize = 1_000;
const MANY: usize = 5_000;

async fn prepare(connection: &DatabaseConnection, table: &str) -> Gateway {
    let columns = "id integer primary key, name varchar(60) not null, price double precision, note varchar(60)";
    let rows: Vec<String> = (1..=MANY).map(|id| format!("({id}, 'the name of number {id}', {id}.25, null)")).collect();
    for statement in [
        format!("drop table if exists {table}"),
        format!("create table {table} ({columns})"),
        format!("insert into {table} values {}", rows.join(", ")),
    ] {
        connection.execute_unprepared(&statement).await.unwrap();
    }
    Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap()
}

/// Allocations for each row more.
async fn per_row(gateway: &Gateway, list: &str) -> f64 {
    let request = |first: usize| Request {
        query: format!("{{ {list}(first: {first}) {{ id name price note }} }}"),
        ..Request::default()
    };
    let mut counts = Vec::new();
    for first in [FEW, MANY] {
        // Once before, for all that is kept.
        check(&gateway.execute(request(first)).await, first);
        let region = Region::new(ALLOCATOR);
        let response = gateway.execute(request(first)).await;
        counts.push(region.change().allocations);
        check(&response, first);
    }
    counts[1].saturating_sub(counts[0]) as f64 / (MANY - FEW) as f64
}

fn check(response: &Response, rows: usize) {
    let body = String::from_utf8_lossy(&response.body);
    assert_eq!(body.matches("the name of number").count(), rows, "{body:.200}");
}

/// One after the other: all share one allocator.
#[tokio::test]
async fn rows_are_answered_without_allocations_of_the_gateways_own() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("data.sqlite").display());
    let connection = sea_orm::Database::connect(Database::options(&url, 2)).await.unwrap();
    let gateway = prepare(&connection, "counted_item").await;
    let count = per_row(&gateway, "countedItems").await;
    println!("SQLite: {count} allocations per row");
    assert!(count < 0.1, "SQLite: {count}");

    let Ok(server) = std::env::var("RELATA_TEST_POSTGRES") else { return };
    let connection = sea_orm::Database::connect(Database::options(&server, 2)).await.unwrap();
    let gateway = prepare(&connection, "counted_item").await;
    let count = per_row(&gateway, "countedItems").await;
    println!("PostgreSQL: {count} allocations per row");
    // The driver's own: the row's bytes and where its values lie in them.
    assert!(count < 4.0, "PostgreSQL: {count}");
    connection.execute_unprepared("drop table counted_item").await.unwrap();
}
