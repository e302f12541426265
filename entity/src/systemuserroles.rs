//! Table `systemuserroles`: which user holds which role.

use sea_orm::entity::prelude::*;

/// A role held by a user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "systemuserroles", comment = "A role held by a user")]
pub struct Model {
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub systemuserid: Uuid,
    /// The role.
    #[sea_orm(primary_key, auto_increment = false, indexed)]
    pub roleid: Uuid,
    /// The user who holds the role.
    #[sea_orm(belongs_to, from = "systemuserid", to = "systemuserid", on_delete = "Cascade")]
    pub systemuser: BelongsTo<super::systemuser::Entity>,
    /// The role held.
    #[sea_orm(belongs_to, from = "roleid", to = "roleid", on_delete = "Cascade")]
    pub role: BelongsTo<super::role::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
