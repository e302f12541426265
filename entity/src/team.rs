//! Table `team`: groups of users.

use sea_orm::entity::prelude::*;

/// What a team is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Teamtype {
    /// The team owns rows.
    Owner,
    /// The team shares access to rows owned by others.
    Access,
}

/// A group of users.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team", comment = "A group of users")]
pub struct Model {
    /// Key of the team.
    #[sea_orm(primary_key, auto_increment = false)]
    pub teamid: Uuid,
    /// Name of the team.
    pub name: String,
    /// What the team is for.
    #[sea_orm(comment = "Whether the team owns rows or shares access to them")]
    pub teamtype: Teamtype,
    /// What the team does.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// The users who belong to the team.
    #[sea_orm(has_many, via = "teammembership")]
    pub systemusers: HasMany<super::systemuser::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
