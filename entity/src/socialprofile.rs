//! Table `socialprofile`: accounts on social networks, held by a company or a person.
//!
//! The customer is a multi-table lookup: `customer_id` holds the key and
//! `customer_type` names the table it belongs to, so both relations share the
//! columns and carry a join condition in place of a foreign key.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, IntoCondition};

/// The `customer_type` of a profile held by a company.
pub const CUSTOMER_ACCOUNT: &str = "account";

/// The `customer_type` of a profile held by a person.
pub const CUSTOMER_CONTACT: &str = "contact";

/// The network a profile is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "lowercase")]
pub enum Community {
    /// `LinkedIn`.
    Linkedin,
    /// Mastodon.
    Mastodon,
    /// Bluesky.
    Bluesky,
    /// Any other network.
    Other,
}

/// A profile on a social network.
#[sea_orm::compact_model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "socialprofile", comment = "A profile on a social network")]
pub struct Model {
    /// Key of the profile.
    #[sea_orm(primary_key, auto_increment = false)]
    pub socialprofileid: Uuid,
    /// Name of the profile on the network.
    pub profilename: String,
    /// The network.
    pub community: Community,
    /// Number of followers.
    #[sea_orm(comment = "Number of followers")]
    pub followercount: Option<i64>,
    /// Key of the customer who holds the profile.
    #[sea_orm(indexed, comment = "Key of the customer who holds the profile")]
    pub customer_id: Option<Uuid>,
    /// The table the customer is in.
    #[sea_orm(
        column_type = "String(StringLen::N(32))",
        nullable,
        comment = "The table the customer is in: account or contact"
    )]
    pub customer_type: Option<String>,
    /// The company that holds the profile.
    pub customeraccount: BelongsTo<Option<super::account::Entity>>,
    /// The person who holds the profile.
    pub customercontact: BelongsTo<Option<super::contact::Entity>>,
}

/// The relations of a social profile.
#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {
    /// The company that holds the profile.
    CustomeridAccount,
    /// The person who holds the profile.
    CustomeridContact,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        use super::{account, contact};
        match self {
            Self::CustomeridAccount => Entity::belongs_to(account::Entity)
                .from(Column::CustomerId)
                .to(account::Column::Accountid)
                .skip_fk()
                .on_condition(|socialprofile, _account| {
                    Expr::col((socialprofile, Column::CustomerType)).eq(CUSTOMER_ACCOUNT).into_condition()
                })
                .into(),
            Self::CustomeridContact => Entity::belongs_to(contact::Entity)
                .from(Column::CustomerId)
                .to(contact::Column::Contactid)
                .skip_fk()
                .on_condition(|socialprofile, _contact| {
                    Expr::col((socialprofile, Column::CustomerType)).eq(CUSTOMER_CONTACT).into_condition()
                })
                .into(),
        }
    }
}

impl Related<super::account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CustomeridAccount.def()
    }
}

impl Related<super::contact::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CustomeridContact.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
