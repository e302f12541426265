//! Table `role`: named sets of permissions.

use sea_orm::entity::prelude::*;

/// A named set of permissions.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role", comment = "A named set of permissions")]
pub struct Model {
    /// Key of the role.
    #[sea_orm(primary_key, auto_increment = false)]
    pub roleid: Uuid,
    /// Name of the role.
    #[sea_orm(unique)]
    pub name: String,
    /// What the role allows.
    #[sea_orm(column_type = "Text", nullable, comment = "What the role allows")]
    pub description: Option<String>,
    /// The users who hold the role.
    #[sea_orm(has_many, via = "systemuserroles")]
    pub systemusers: HasMany<super::systemuser::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
