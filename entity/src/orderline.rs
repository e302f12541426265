//! Table `orderline`: the lines of an order.

use sea_orm::entity::prelude::*;

/// One line of an order.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orderline", comment = "One line of an order")]
pub struct Model {
    /// The order the line belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub salesorderid: i32,
    /// Position of the line in the order, from 1.
    #[sea_orm(primary_key, auto_increment = false, comment = "Position of the line in the order, from 1")]
    pub line: i32,
    /// Name of the product.
    pub productname: String,
    /// Number of units.
    pub quantity: i32,
    /// Price of one unit in euros.
    #[sea_orm(column_type = "Decimal(Some((16, 4)))", comment = "Price of one unit in euros")]
    pub priceperunit: Decimal,
    /// Remark on the line.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// The order the line belongs to.
    #[sea_orm(belongs_to, from = "salesorderid", to = "salesorderid", on_delete = "Cascade")]
    pub salesorder: BelongsTo<super::salesorder::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
