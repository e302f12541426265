//! Table `contactfollow`: which contact follows which.

use sea_orm::entity::prelude::*;

/// One contact follows another.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contactfollow", comment = "One contact follows another")]
pub struct Model {
    /// The contact who follows.
    #[sea_orm(primary_key, auto_increment = false)]
    pub followerid: Uuid,
    /// The contact who is followed.
    #[sea_orm(primary_key, auto_increment = false, indexed)]
    pub followedid: Uuid,
    /// The contact who follows.
    #[sea_orm(belongs_to, relation_enum = "Follower", from = "followerid", to = "contactid", on_delete = "Cascade")]
    pub follower: BelongsTo<super::contact::Entity>,
    /// The contact who is followed.
    #[sea_orm(belongs_to, relation_enum = "Followed", from = "followedid", to = "contactid", on_delete = "Cascade")]
    pub followed: BelongsTo<super::contact::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
