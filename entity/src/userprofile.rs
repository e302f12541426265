//! Table `userprofile`: settings of a user, at most one row each.

use sea_orm::entity::prelude::*;

/// The settings of one user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "userprofile", comment = "The settings of one user")]
pub struct Model {
    /// Key of the profile.
    #[sea_orm(primary_key, auto_increment = false)]
    pub userprofileid: Uuid,
    /// The user the settings belong to.
    #[sea_orm(unique)]
    pub systemuserid: Uuid,
    /// IANA time zone name.
    #[sea_orm(comment = "IANA time zone name")]
    pub timezone: String,
    /// Language and region, such as `de-CH`.
    #[sea_orm(comment = "Language and region, such as de-CH")]
    pub localeid: String,
    /// Free-form settings.
    #[sea_orm(column_type = "Json", nullable)]
    pub preferences: Option<Json>,
    /// Picture of the user.
    #[sea_orm(column_type = "Blob", nullable, comment = "PNG image")]
    pub avatar: Option<Vec<u8>>,
    /// When the working day starts, in the user's time zone.
    pub worktimestart: Option<Time>,
    /// The user the settings belong to.
    #[sea_orm(belongs_to, from = "systemuserid", to = "systemuserid", on_delete = "Cascade")]
    pub systemuser: BelongsTo<super::systemuser::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
