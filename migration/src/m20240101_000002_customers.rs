//! Accounts, contacts, who follows whom, and social profiles.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, date_null, decimal_len_null, integer_null, pk_uuid, string, string_len,
    string_len_null, string_null, timestamp_with_time_zone, uuid, uuid_null,
};

use crate::table::{create, drop, index, reference};

/// Creates the tables about companies and people outside the CRM.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        accounts(manager).await?;
        contacts(manager).await?;
        follows(manager).await?;
        social_profiles(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["socialprofile", "contactfollow", "contact", "account"]).await
    }
}

async fn accounts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("account")
            .comment("A company the CRM deals with")
            .col(pk_uuid("accountid"))
            .col(string("name").comment("Name of the company"))
            .col(string_null("accountnumber").unique_key())
            .col(string_len_null("industry", 32))
            .col(decimal_len_null("revenue", 16, 2).comment("Yearly revenue in euros"))
            .col(integer_null("numberofemployees"))
            .col(string_null("websiteurl"))
            .col(uuid("createdbyid"))
            .col(timestamp_with_time_zone("createdon"))
            .col(big_integer("versionnumber").default(1).comment("Counts the changes to the row"))
            .foreign_key(&mut reference(
                ("account", "createdbyid"),
                ("systemuser", "systemuserid"),
                ForeignKeyAction::Restrict,
            ))
            .take(),
    )
    .await?;
    index(manager, "account", &["createdbyid"]).await
}

async fn contacts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("contact")
            .comment("A person the CRM deals with")
            .col(pk_uuid("contactid"))
            .col(string_null("firstname"))
            .col(string("lastname").comment("Family name"))
            .col(string_null("emailaddress1").unique_key().comment("First e-mail address"))
            .col(date_null("birthdate"))
            .col(decimal_len_null("annualincome", 16, 2))
            .col(integer_null("preferredcontactmethod"))
            .col(boolean("donotcall"))
            .col(uuid_null("accountid").comment("The company the contact works for"))
            .col(big_integer("versionnumber").default(1).comment("Counts the changes to the row"))
            .foreign_key(&mut reference(("contact", "accountid"), ("account", "accountid"), ForeignKeyAction::SetNull))
            .take(),
    )
    .await?;
    index(manager, "contact", &["accountid"]).await
}

async fn follows(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("contactfollow")
            .comment("One contact follows another")
            .col(uuid("followerid"))
            .col(uuid("followedid"))
            .primary_key(Index::create().col("followerid").col("followedid"))
            .foreign_key(&mut reference(
                ("contactfollow", "followerid"),
                ("contact", "contactid"),
                ForeignKeyAction::Cascade,
            ))
            .foreign_key(&mut reference(
                ("contactfollow", "followedid"),
                ("contact", "contactid"),
                ForeignKeyAction::Cascade,
            ))
            .take(),
    )
    .await?;
    index(manager, "contactfollow", &["followedid"]).await
}

async fn social_profiles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("socialprofile")
            .comment("A profile on a social network")
            .col(pk_uuid("socialprofileid"))
            .col(string("profilename"))
            .col(string_len("community", 32))
            .col(big_integer_null("followercount").comment("Number of followers"))
            .col(uuid_null("customer_id").comment("Key of the customer who holds the profile"))
            .col(string_len_null("customer_type", 32).comment("The table the customer is in: account or contact"))
            .take(),
    )
    .await?;
    index(manager, "socialprofile", &["customer_id", "customer_type"]).await
}
