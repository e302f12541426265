//! Table `teammembership`: which user belongs to which team, with a key of its own.

use sea_orm::entity::prelude::*;

/// A user's place in a team.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "teammembership", comment = "A user's place in a team")]
pub struct Model {
    /// Key of the membership.
    #[sea_orm(primary_key, auto_increment = false)]
    pub teammembershipid: Uuid,
    /// The user.
    #[sea_orm(unique_key = "systemuser_team")]
    pub systemuserid: Uuid,
    /// The team.
    #[sea_orm(unique_key = "systemuser_team", indexed)]
    pub teamid: Uuid,
    /// Counts the changes to the row.
    #[sea_orm(default_value = 1, comment = "Counts the changes to the row")]
    pub versionnumber: i64,
    /// The user who belongs to the team.
    #[sea_orm(belongs_to, from = "systemuserid", to = "systemuserid", on_delete = "Cascade")]
    pub systemuser: BelongsTo<super::systemuser::Entity>,
    /// The team the user belongs to.
    #[sea_orm(belongs_to, from = "teamid", to = "teamid", on_delete = "Cascade")]
    pub team: BelongsTo<super::team::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
