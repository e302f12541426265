//! Rows for the demo domain: the same ones every time, reading like a real CRM.
//!
//! Keys can be told apart at a glance. They have the form
//! `00000000-0000-4000-8ttt-nnnnnnnnnnnn`, where `ttt` stands for the table
//! and `n` is the row's number, written in decimal digits and counting from 1:
//!
//! | table            | `8ttt` | rows |
//! |------------------|--------|------|
//! | `account`        | `8acc` | 40   |
//! | `contact`        | `8c0c` | 120  |
//! | `list`           | `8115` | 6    |
//! | `role`           | `8e01` | 6    |
//! | `socialprofile`  | `850c` | 60   |
//! | `systemuser`     | `85e0` | 14   |
//! | `task`           | `8a5c` | 80   |
//! | `team`           | `8ea0` | 5    |
//! | `teammembership` | `8ebe` | 16   |
//! | `userprofile`    | `8bf0` | 12   |
//!
//! So account 12 is `00000000-0000-4000-8acc-000000000012`. Orders are
//! numbered from 1001.

mod activities;
mod customers;
mod orders;
mod people;
mod value;

use sea_orm_migration::sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, TransactionSession, TransactionTrait,
};

/// Rows per insert statement, few enough for any backend's limit on parameters.
const CHUNK: usize = 50;

/// Fills the empty tables of the demo domain, all or nothing.
///
/// # Errors
///
/// Fails, leaving the tables as they were, when a statement fails: the tables
/// are missing, or hold rows that clash with the new ones.
pub async fn seed<C>(db: &C) -> Result<(), DbErr>
where
    C: TransactionTrait,
{
    let transaction = db.begin().await?;
    people::seed(&transaction).await?;
    customers::seed(&transaction).await?;
    activities::seed(&transaction).await?;
    orders::seed(&transaction).await?;
    transaction.commit().await
}

/// Inserts rows in chunks.
async fn insert<A, C>(db: &C, rows: Vec<A>) -> Result<(), DbErr>
where
    A: ActiveModelTrait,
    C: ConnectionTrait,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        A::Entity::insert_many(rows.by_ref().take(CHUNK)).exec_without_returning(db).await?;
    }
    Ok(())
}
