//! Table `account`: the companies the CRM deals with.
//!
//! The relation to social profiles needs a join condition, so the relations
//! are written out instead of derived from the model.

use sea_orm::sea_query::{ExprTrait, IntoCondition};
use sea_orm::{Set, entity::prelude::*};

/// The trade a company works in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Industry {
    /// Makes goods.
    Manufacturing,
    /// Sells goods to consumers.
    Retail,
    /// Banks and insurers.
    FinancialServices,
    /// Hospitals, practices and suppliers to them.
    HealthCare,
    /// Software and computing services.
    InformationTechnology,
    /// Moves and stores goods.
    TransportAndLogistics,
    /// Grows and processes food.
    FoodAndAgriculture,
    /// Public bodies and associations.
    PublicSector,
}

/// A company the CRM deals with.
#[sea_orm::compact_model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account", comment = "A company the CRM deals with")]
pub struct Model {
    /// Key of the account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub accountid: Uuid,
    /// Name of the company.
    #[sea_orm(comment = "Name of the company")]
    pub name: String,
    /// Number the account is known by in accounting.
    #[sea_orm(unique)]
    pub accountnumber: Option<String>,
    /// The trade the company works in.
    pub industry: Option<Industry>,
    /// Yearly revenue in euros.
    #[sea_orm(column_type = "Decimal(Some((16, 2)))", nullable, comment = "Yearly revenue in euros")]
    pub revenue: Option<Decimal>,
    /// Number of people employed.
    pub numberofemployees: Option<i32>,
    /// Address of the company's site.
    pub websiteurl: Option<String>,
    /// The user who created the account.
    #[sea_orm(indexed)]
    pub createdbyid: Uuid,
    /// When the account was created.
    pub createdon: DateTimeWithTimeZone,
    /// Counts the changes to the row.
    #[sea_orm(default_value = 1, comment = "Counts the changes to the row")]
    pub versionnumber: i64,
    /// The user who created the account.
    pub createdby: BelongsTo<super::systemuser::Entity>,
    /// The people who work for the company.
    pub contacts: HasMany<super::contact::Entity>,
    /// The tasks about the company.
    pub tasks: HasMany<super::task::Entity>,
    /// The company's social profiles.
    pub socialprofiles: HasMany<super::socialprofile::Entity>,
    /// The company's orders.
    pub salesorders: HasMany<super::salesorder::Entity>,
}

/// The relations of an account.
#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {
    /// The user who created the account.
    Createdby,
    /// The people who work for the company.
    ContactCustomerAccounts,
    /// The tasks about the company.
    AccountTasks,
    /// The company's social profiles.
    SocialprofileCustomerAccounts,
    /// The company's orders.
    Salesorders,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        use super::{contact, salesorder, socialprofile, systemuser, task};
        match self {
            Self::Createdby => Entity::belongs_to(systemuser::Entity)
                .from(Column::Createdbyid)
                .to(systemuser::Column::Systemuserid)
                .on_delete(ForeignKeyAction::Restrict)
                .into(),
            Self::ContactCustomerAccounts => {
                Entity::has_many_via(contact::Entity, contact::Relation::ParentcustomeridAccount).into()
            }
            Self::AccountTasks => {
                Entity::has_many_via(task::Entity, task::Relation::RegardingobjectidAccountTask).into()
            }
            Self::SocialprofileCustomerAccounts => {
                Entity::has_many_via(socialprofile::Entity, socialprofile::Relation::CustomeridAccount)
                    .skip_fk()
                    .on_condition(|_account, socialprofile| {
                        Expr::col((socialprofile, socialprofile::Column::CustomerType))
                            .eq(socialprofile::CUSTOMER_ACCOUNT)
                            .into_condition()
                    })
                    .into()
            }
            Self::Salesorders => Entity::has_many_via(salesorder::Entity, salesorder::Relation::Account).into(),
        }
    }
}

impl Related<super::systemuser::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Createdby.def()
    }
}

impl Related<super::contact::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ContactCustomerAccounts.def()
    }
}

impl Related<super::task::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::AccountTasks.def()
    }
}

impl Related<super::socialprofile::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::SocialprofileCustomerAccounts.def()
    }
}

impl Related<super::salesorder::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Salesorders.def()
    }
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
