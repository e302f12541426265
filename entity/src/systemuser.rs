//! Table `systemuser`: the people who work in the CRM, arranged in a management tree.

use sea_orm::{Set, entity::prelude::*};

/// A person with access to the system.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "systemuser", comment = "A person with access to the system")]
pub struct Model {
    /// Key of the user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub systemuserid: Uuid,
    /// First and last name.
    #[sea_orm(column_type = "Text", comment = "First and last name")]
    pub fullname: String,
    /// Work e-mail address, also the sign-in name.
    #[sea_orm(unique, comment = "Work e-mail address, also the sign-in name")]
    pub internalemailaddress: String,
    /// Job title.
    pub title: Option<String>,
    /// Whether the user may no longer sign in.
    pub isdisabled: bool,
    /// When the user was created.
    pub createdon: DateTimeWithTimeZone,
    /// The user this one reports to.
    #[sea_orm(indexed, comment = "The user this one reports to")]
    pub parentsystemuserid: Option<Uuid>,
    /// The user this one reports to.
    #[sea_orm(
        self_ref,
        relation_enum = "Manager",
        relation_reverse = "DirectReports",
        from = "parentsystemuserid",
        to = "systemuserid",
        on_delete = "SetNull"
    )]
    pub manager: BelongsTo<Option<Entity>>,
    /// The users who report to this one.
    #[sea_orm(self_ref, relation_enum = "DirectReports", relation_reverse = "Manager")]
    pub directreports: HasMany<Entity>,
    /// The accounts this user created.
    #[sea_orm(has_many, relation_enum = "LkAccountbaseCreatedby", via_rel = "Createdby")]
    pub createdaccounts: HasMany<super::account::Entity>,
    /// The user's settings.
    #[sea_orm(has_one)]
    pub userprofile: HasOne<super::userprofile::Entity>,
    /// The roles the user holds.
    #[sea_orm(has_many, via = "systemuserroles")]
    pub roles: HasMany<super::role::Entity>,
    /// The teams the user belongs to.
    #[sea_orm(has_many, via = "teammembership")]
    pub teams: HasMany<super::team::Entity>,
}

#[async_trait::async_trait]
impl ActiveModelBehavior for ActiveModel {
    /// Notes when the record is created, unless that is given.
    async fn before_save<C: ConnectionTrait>(mut self, _: &C, insert: bool) -> Result<Self, DbErr> {
        if insert && self.createdon.is_not_set() {
            self.createdon = Set(chrono::Utc::now().into());
        }
        Ok(self)
    }
}
