//! Table `contact`: the people the CRM deals with.
//!
//! The relation to social profiles needs a join condition, so the relations
//! are written out instead of derived from the model.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, IntoCondition};

/// How a contact wants to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
pub enum Preferredcontactmethod {
    /// No preference.
    #[sea_orm(num_value = 1)]
    Any,
    /// By e-mail.
    #[sea_orm(num_value = 2)]
    Email,
    /// By phone.
    #[sea_orm(num_value = 3)]
    Phone,
    /// By letter.
    #[sea_orm(num_value = 4)]
    Mail,
}

/// A person the CRM deals with.
#[sea_orm::compact_model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact", comment = "A person the CRM deals with")]
pub struct Model {
    /// Key of the contact.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contactid: Uuid,
    /// Given name.
    pub firstname: Option<String>,
    /// Family name.
    #[sea_orm(comment = "Family name")]
    pub lastname: String,
    /// First e-mail address.
    #[sea_orm(unique, comment = "First e-mail address")]
    pub emailaddress1: Option<String>,
    /// Date of birth.
    pub birthdate: Option<Date>,
    /// Yearly income in euros.
    #[sea_orm(column_type = "Decimal(Some((16, 2)))", nullable)]
    pub annualincome: Option<Decimal>,
    /// How the contact wants to be reached.
    pub preferredcontactmethod: Option<Preferredcontactmethod>,
    /// Whether the contact must not be called.
    pub donotcall: bool,
    /// The company the contact works for.
    #[sea_orm(indexed, comment = "The company the contact works for")]
    pub accountid: Option<Uuid>,
    /// Counts the changes to the row.
    #[sea_orm(default_value = 1, comment = "Counts the changes to the row")]
    pub versionnumber: i64,
    /// The company the contact works for.
    pub parentcustomer: BelongsTo<Option<super::account::Entity>>,
    /// The contact's social profiles.
    pub socialprofiles: HasMany<super::socialprofile::Entity>,
    /// The contacts this one follows.
    #[sea_orm(self_ref, via = "contactfollow", from = "Follower", to = "Followed")]
    pub following: HasMany<Entity>,
    /// The contacts who follow this one.
    #[sea_orm(self_ref, via = "contactfollow", reverse)]
    pub followers: HasMany<Entity>,
}

/// The relations of a contact.
#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {
    /// The company the contact works for.
    ParentcustomeridAccount,
    /// The contact's social profiles.
    SocialprofileCustomerContacts,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        use super::{account, socialprofile};
        match self {
            Self::ParentcustomeridAccount => Entity::belongs_to(account::Entity)
                .from(Column::Accountid)
                .to(account::Column::Accountid)
                .on_delete(ForeignKeyAction::SetNull)
                .into(),
            Self::SocialprofileCustomerContacts => {
                Entity::has_many_via(socialprofile::Entity, socialprofile::Relation::CustomeridContact)
                    .skip_fk()
                    .on_condition(|_contact, socialprofile| {
                        Expr::col((socialprofile, socialprofile::Column::CustomerType))
                            .eq(socialprofile::CUSTOMER_CONTACT)
                            .into_condition()
                    })
                    .into()
            }
        }
    }
}

impl Related<super::account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ParentcustomeridAccount.def()
    }
}

impl Related<super::socialprofile::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::SocialprofileCustomerContacts.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
