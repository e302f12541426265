//! Table `salesorder`: orders placed by accounts.

use sea_orm::entity::prelude::*;

/// An order placed by an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "salesorder", comment = "An order placed by an account")]
pub struct Model {
    /// Key of the order, given by the database.
    #[sea_orm(primary_key)]
    pub salesorderid: i32,
    /// Number printed on the order.
    #[sea_orm(unique, comment = "Number printed on the order")]
    pub ordernumber: String,
    /// Day of the order.
    pub orderedon: Date,
    /// When the order was handed to fulfilment.
    #[sea_orm(comment = "When the order was handed to fulfilment")]
    pub submittedon: Option<DateTimeWithTimeZone>,
    /// Sum of the lines in euros.
    #[sea_orm(column_type = "Decimal(Some((16, 2)))", comment = "Sum of the lines in euros")]
    pub totalamount: Decimal,
    /// The account that placed the order.
    #[sea_orm(indexed)]
    pub accountid: Uuid,
    /// How urgent the order is; higher goes first.
    #[sea_orm(default_value = 0, comment = "How urgent the order is; higher goes first")]
    pub priority: i16,
    /// Euros per unit of the customer's currency.
    #[sea_orm(comment = "Euros per unit of the customer's currency")]
    pub exchangerate: Option<f64>,
    /// The account that placed the order.
    #[sea_orm(belongs_to, from = "accountid", to = "accountid", on_delete = "Restrict")]
    pub account: BelongsTo<super::account::Entity>,
    /// The lines of the order.
    #[sea_orm(has_many, relation_enum = "Orderlines", via_rel = "Salesorder")]
    pub orderlines: HasMany<super::orderline::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
