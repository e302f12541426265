//! Users, roles, teams and user profiles.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, blob_null, boolean, json_null, pk_uuid, string, string_len, string_null, string_uniq, text, text_null,
    time_null, timestamp_with_time_zone, uuid, uuid_null, uuid_uniq,
};

use crate::table::{create, drop, index, reference};

/// Creates the tables about the CRM's own people.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        users(manager).await?;
        roles(manager).await?;
        teams(manager).await?;
        profiles(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["userprofile", "teammembership", "team", "systemuserroles", "role", "systemuser"]).await
    }
}

async fn users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("systemuser")
            .comment("A person with access to the system")
            .col(pk_uuid("systemuserid"))
            .col(text("fullname").comment("First and last name"))
            .col(string_uniq("internalemailaddress").comment("Work e-mail address, also the sign-in name"))
            .col(string_null("title"))
            .col(boolean("isdisabled"))
            .col(timestamp_with_time_zone("createdon"))
            .col(uuid_null("parentsystemuserid").comment("The user this one reports to"))
            .foreign_key(&mut reference(
                ("systemuser", "parentsystemuserid"),
                ("systemuser", "systemuserid"),
                ForeignKeyAction::SetNull,
            ))
            .take(),
    )
    .await?;
    index(manager, "systemuser", &["parentsystemuserid"]).await
}

async fn roles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("role")
            .comment("A named set of permissions")
            .col(pk_uuid("roleid"))
            .col(string_uniq("name"))
            .col(text_null("description").comment("What the role allows"))
            .take(),
    )
    .await?;
    create(
        manager,
        Table::create()
            .table("systemuserroles")
            .comment("A role held by a user")
            .col(uuid("systemuserid"))
            .col(uuid("roleid"))
            .primary_key(Index::create().col("systemuserid").col("roleid"))
            .foreign_key(&mut reference(
                ("systemuserroles", "systemuserid"),
                ("systemuser", "systemuserid"),
                ForeignKeyAction::Cascade,
            ))
            .foreign_key(&mut reference(("systemuserroles", "roleid"), ("role", "roleid"), ForeignKeyAction::Cascade))
            .take(),
    )
    .await?;
    index(manager, "systemuserroles", &["roleid"]).await
}

async fn teams(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("team")
            .comment("A group of users")
            .col(pk_uuid("teamid"))
            .col(string("name"))
            .col(string_len("teamtype", 32).comment("Whether the team owns rows or shares access to them"))
            .col(text_null("description"))
            .take(),
    )
    .await?;
    create(
        manager,
        Table::create()
            .table("teammembership")
            .comment("A user's place in a team")
            .col(pk_uuid("teammembershipid"))
            .col(uuid("systemuserid"))
            .col(uuid("teamid"))
            .col(big_integer("versionnumber").default(1).comment("Counts the changes to the row"))
            .foreign_key(&mut reference(
                ("teammembership", "systemuserid"),
                ("systemuser", "systemuserid"),
                ForeignKeyAction::Cascade,
            ))
            .foreign_key(&mut reference(("teammembership", "teamid"), ("team", "teamid"), ForeignKeyAction::Cascade))
            .take(),
    )
    .await?;
    manager
        .create_index(
            Index::create()
                .unique()
                .name("idx-teammembership-systemuser_team")
                .table("teammembership")
                .col("systemuserid")
                .col("teamid")
                .take(),
        )
        .await?;
    index(manager, "teammembership", &["teamid"]).await
}

async fn profiles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("userprofile")
            .comment("The settings of one user")
            .col(pk_uuid("userprofileid"))
            .col(uuid_uniq("systemuserid"))
            .col(string("timezone").comment("IANA time zone name"))
            .col(string("localeid").comment("Language and region, such as de-CH"))
            .col(json_null("preferences"))
            .col(blob_null("avatar").comment("PNG image"))
            .col(time_null("worktimestart"))
            .foreign_key(&mut reference(
                ("userprofile", "systemuserid"),
                ("systemuser", "systemuserid"),
                ForeignKeyAction::Cascade,
            ))
            .take(),
    )
    .await
}
