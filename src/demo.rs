//! The demo domain: a small CRM with every shape of relationship, on a database of its own.

use entity::{
    account, contact, contactfollow, list, orderline, role, salesorder, socialprofile, systemuser, systemuserroles,
    task, team, teammembership, userprofile,
};
use migration::{Migrator, seed};
use sea_orm::{DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait;

use crate::gateway::{Builder, Gateway};

/// Creates the demo's tables in an empty database and fills them.
///
/// # Errors
/// What the database refused.
pub async fn prepare(connection: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(connection, None).await?;
    seed::seed(connection).await
}

/// A gateway over the demo's entities.
#[must_use]
pub fn builder(connection: DatabaseConnection) -> Builder {
    Gateway::builder(connection)
        .entity(account::Entity)
        .active_enum::<account::Industry>(account::Column::Industry)
        .filled(account::Column::Createdon)
        .entity(contact::Entity)
        .active_enum::<contact::Preferredcontactmethod>(contact::Column::Preferredcontactmethod)
        .entity(contactfollow::Entity)
        .many_to_many(
            "contactfollow",
            [(contactfollow::Column::Followerid, "follows"), (contactfollow::Column::Followedid, "followedBy")],
        )
        .entity(list::Entity)
        .entity(orderline::Entity)
        .entity(role::Entity)
        .entity(salesorder::Entity)
        .entity(socialprofile::Entity)
        .active_enum::<socialprofile::Community>(socialprofile::Column::Community)
        .entity(systemuser::Entity)
        .filled(systemuser::Column::Createdon)
        .hierarchical(systemuser::Column::Parentsystemuserid)
        .entity(systemuserroles::Entity)
        .many_to_many(
            "systemuserroles_association",
            [
                (systemuserroles::Column::Systemuserid, "systemuserroles_association"),
                (systemuserroles::Column::Roleid, "systemuserroles_association"),
            ],
        )
        .entity(task::Entity)
        .active_enum::<task::Statecode>(task::Column::Statecode)
        .entity(team::Entity)
        .active_enum::<team::Teamtype>(team::Column::Teamtype)
        .entity(teammembership::Entity)
        .many_to_many(
            "teammembership_association",
            [
                (teammembership::Column::Systemuserid, "teammembership_association"),
                (teammembership::Column::Teamid, "teammembership_association"),
            ],
        )
        .entity(userprofile::Entity)
}
