//! The demo domain's tables and the rows that fill them.

mod m20240101_000001_people;
mod m20240101_000002_customers;
mod m20240101_000003_activities;
mod m20240101_000004_orders;
pub mod seed;
mod table;

use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait, async_trait};

/// Creates and drops the demo domain's tables.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20240101_000001_people::Migration),
            Box::new(m20240101_000002_customers::Migration),
            Box::new(m20240101_000003_activities::Migration),
            Box::new(m20240101_000004_orders::Migration),
        ]
    }
}
