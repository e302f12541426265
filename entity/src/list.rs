//! Table `list`: named collections of tasks.

use sea_orm::entity::prelude::*;

/// A named collection of tasks.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "list", comment = "A named collection of tasks")]
pub struct Model {
    /// Key of the list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub listid: Uuid,
    /// Name of the list.
    pub listname: String,
    /// What the list is for.
    #[sea_orm(column_type = "Text", nullable, comment = "What the list is for")]
    pub purpose: Option<String>,
    /// When the list was last used.
    pub lastusedon: Option<Date>,
    /// The tasks on the list.
    #[sea_orm(has_many, relation_enum = "Tasks", via_rel = "List")]
    pub tasks: HasMany<super::task::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
