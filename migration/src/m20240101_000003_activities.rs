//! Tasks and the lists they are on.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKeyAction, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    date_null, integer, pk_uuid, string, text_null, timestamp_with_time_zone_null, uuid_null,
};

use crate::table::{create, drop, index, reference};

/// Creates the tables about things to do.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        lists(manager).await?;
        tasks(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["task", "list"]).await
    }
}

async fn lists(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("list")
            .comment("A named collection of tasks")
            .col(pk_uuid("listid"))
            .col(string("listname"))
            .col(text_null("purpose").comment("What the list is for"))
            .col(date_null("lastusedon"))
            .take(),
    )
    .await
}

async fn tasks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("task")
            .comment("A thing to do")
            .col(pk_uuid("taskid"))
            .col(string("subject").comment("The task in one line"))
            .col(text_null("description"))
            .col(timestamp_with_time_zone_null("scheduledend").comment("When the task is due"))
            .col(integer("percentcomplete").default(0).comment("How much is done, from 0 to 100"))
            .col(integer("statecode"))
            .col(uuid_null("regardingobjectid"))
            .col(uuid_null("listid"))
            .foreign_key(&mut reference(
                ("task", "regardingobjectid"),
                ("account", "accountid"),
                ForeignKeyAction::Cascade,
            ))
            .foreign_key(&mut reference(("task", "listid"), ("list", "listid"), ForeignKeyAction::SetNull))
            .take(),
    )
    .await?;
    index(manager, "task", &["regardingobjectid"]).await?;
    index(manager, "task", &["listid"]).await
}
