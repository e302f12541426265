//! An entity with a field of every type, and one with a key of two parts.

use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "behavior_kind")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub small: i16,
    pub normal: i32,
    pub big: i64,
    pub single: f32,
    pub double: f64,
    #[sea_orm(column_type = "Decimal(None)")]
    pub price: Decimal,
    pub flag: bool,
    pub name: String,
    pub uuid: Uuid,
    pub day: Date,
    pub hour: Time,
    pub utc: DateTimeUtc,
    pub zoned: DateTimeWithTimeZone,
    pub plain: DateTime,
    pub local: DateTimeLocal,
    pub document: Json,
    pub data: Vec<u8>,
    pub mood: Mood,
    pub level: Level,
    pub kind: Kind,
    pub maybe_small: Option<i16>,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))", nullable)]
    pub maybe_price: Option<Decimal>,
    pub maybe_name: Option<String>,
    pub maybe_uuid: Option<Uuid>,
    pub maybe_utc: Option<DateTimeUtc>,
    pub maybe_document: Option<Json>,
    pub maybe_data: Option<Vec<u8>>,
    pub maybe_mood: Option<Mood>,
    pub maybe_level: Option<Level>,
    pub maybe_kind: Option<Kind>,
    pub maybe_day: Option<Date>,
    pub maybe_flag: Option<bool>,
    pub maybe_double: Option<f64>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub maybe_settings: Option<Settings>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Kept as text.
#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum Mood {
    #[sea_orm(string_value = "good mood")]
    Good,
    #[sea_orm(string_value = "b")]
    Bad,
}

/// Kept as a number.
#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
pub enum Level {
    #[sea_orm(num_value = 1)]
    Low,
    #[sea_orm(num_value = 20)]
    High,
}

/// A type of the database, where it has such types.
#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "behavior_kinds")]
pub enum Kind {
    #[sea_orm(string_value = "so so")]
    SoSo,
    #[sea_orm(string_value = "fine")]
    Fine,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Settings {
    pub theme: String,
    pub size: u8,
}

pub mod pair {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "behavior_pair")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub left: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub right: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
