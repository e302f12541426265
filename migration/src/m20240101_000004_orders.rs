//! Orders and their lines.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    date, decimal_len, double_null, integer, pk_auto, small_integer, string, string_uniq, text_null,
    timestamp_with_time_zone_null, uuid,
};

use crate::table::{create, drop, index, reference};

/// Creates the tables about orders.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        orders(manager).await?;
        lines(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["orderline", "salesorder"]).await
    }
}

async fn orders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("salesorder")
            .comment("An order placed by an account")
            .col(pk_auto("salesorderid"))
            .col(string_uniq("ordernumber").comment("Number printed on the order"))
            .col(date("orderedon"))
            .col(timestamp_with_time_zone_null("submittedon").comment("When the order was handed to fulfilment"))
            .col(decimal_len("totalamount", 16, 2).comment("Sum of the lines in euros"))
            .col(uuid("accountid"))
            .col(small_integer("priority").default(0).comment("How urgent the order is; higher goes first"))
            .col(double_null("exchangerate").comment("Euros per unit of the customer's currency"))
            .foreign_key(&mut reference(
                ("salesorder", "accountid"),
                ("account", "accountid"),
                ForeignKeyAction::Restrict,
            ))
            .take(),
    )
    .await?;
    index(manager, "salesorder", &["accountid"]).await
}

async fn lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("orderline")
            .comment("One line of an order")
            .col(integer("salesorderid"))
            .col(integer("line").comment("Position of the line in the order, from 1"))
            .col(string("productname"))
            .col(integer("quantity"))
            .col(decimal_len("priceperunit", 16, 4).comment("Price of one unit in euros"))
            .col(text_null("note"))
            .primary_key(Index::create().col("salesorderid").col("line"))
            .foreign_key(&mut reference(
                ("orderline", "salesorderid"),
                ("salesorder", "salesorderid"),
                ForeignKeyAction::Cascade,
            ))
            .take(),
    )
    .await
}
