//! Table `task`: things to do, about an account and on a list.

use sea_orm::entity::prelude::*;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
pub enum Statecode {
    /// Still to be done.
    #[sea_orm(num_value = 0)]
    Open,
    /// Done.
    #[sea_orm(num_value = 1)]
    Completed,
    /// Given up.
    #[sea_orm(num_value = 2)]
    Canceled,
}

/// A thing to do.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task", comment = "A thing to do")]
pub struct Model {
    /// Key of the task.
    #[sea_orm(primary_key, auto_increment = false)]
    pub taskid: Uuid,
    /// The task in one line.
    #[sea_orm(comment = "The task in one line")]
    pub subject: String,
    /// The task in full.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// When the task is due.
    #[sea_orm(comment = "When the task is due")]
    pub scheduledend: Option<DateTimeWithTimeZone>,
    /// How much is done, from 0 to 100.
    #[sea_orm(default_value = 0, comment = "How much is done, from 0 to 100")]
    pub percentcomplete: i32,
    /// Where the task stands.
    pub statecode: Statecode,
    /// The account the task is about.
    #[sea_orm(indexed)]
    pub regardingobjectid: Option<Uuid>,
    /// The list the task is on.
    #[sea_orm(indexed)]
    pub listid: Option<Uuid>,
    /// The account the task is about.
    #[sea_orm(
        belongs_to,
        relation_enum = "RegardingobjectidAccountTask",
        from = "regardingobjectid",
        to = "accountid",
        on_delete = "Cascade"
    )]
    pub regardingaccount: BelongsTo<Option<super::account::Entity>>,
    /// The list the task is on.
    #[sea_orm(belongs_to, from = "listid", to = "listid", on_delete = "SetNull")]
    pub list: BelongsTo<Option<super::list::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
