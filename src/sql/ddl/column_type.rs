//! The type of a column that holds the keys of another table: exactly theirs on PostgreSQL, which keeps types apart,
//! and on SQLite one that reflection takes for the same, because there a declared type is no more than a word.

use sea_orm::sea_query::{ColumnType, PostgresQueryBuilder, QuotedBuilder, StringLen};

use crate::{
    catalog::{AttributeType, DatabaseType, EnumType, StoredValue, UuidStorage},
    sql::alias::iden,
};

use super::NewColumn;

/// How many digits PostgreSQL lets a number have whose scale is declared. That of the key is not known, and a lookup
/// must hold whatever the key does.
const MOST_DIGITS: u32 = 1000;

/// The type on PostgreSQL.
pub(super) fn on_postgres(column: &NewColumn) -> ColumnType {
    let Some(database_type) = &column.database_type else { return by_attribute(&column.ty) };
    let length = match column.ty {
        AttributeType::String { max_length } => max_length,
        _ => None,
    };
    let is_plain = database_type.namespace.is_none();
    match database_type.name.as_str() {
        "int2" if is_plain => ColumnType::SmallInteger,
        "int4" if is_plain => ColumnType::Integer,
        "int8" if is_plain => ColumnType::BigInteger,
        "float4" if is_plain => ColumnType::Float,
        "float8" if is_plain => ColumnType::Double,
        "bool" if is_plain => ColumnType::Boolean,
        "bytea" if is_plain => ColumnType::Blob,
        "date" if is_plain => ColumnType::Date,
        "json" if is_plain => ColumnType::Json,
        "jsonb" if is_plain => ColumnType::JsonBinary,
        "numeric" if is_plain => decimal(&column.ty),
        "text" if is_plain => ColumnType::Text,
        "time" if is_plain => ColumnType::Time,
        "timestamp" if is_plain => ColumnType::Timestamp,
        "timestamptz" if is_plain => ColumnType::TimestampWithTimeZone,
        "uuid" if is_plain => ColumnType::Uuid,
        "varchar" if is_plain => string(length),
        // Without a length it is a type that has none, while the word for it means one character.
        "bpchar" if is_plain && length.is_some() => ColumnType::Char(length),
        _ => ColumnType::custom(quoted(database_type)),
    }
}

/// For a key whose database type nobody wrote down: as SeaORM makes columns of it.
fn by_attribute(ty: &AttributeType) -> ColumnType {
    match ty {
        AttributeType::Boolean => ColumnType::Boolean,
        AttributeType::Int => ColumnType::Integer,
        AttributeType::BigInt => ColumnType::BigInteger,
        AttributeType::Float => ColumnType::Double,
        AttributeType::Decimal { .. } => decimal(ty),
        AttributeType::String { max_length: Some(length) } => string(Some(*length)),
        AttributeType::Uuid(_) => ColumnType::Uuid,
        AttributeType::Date => ColumnType::Date,
        AttributeType::Time => ColumnType::Time,
        AttributeType::DateTime { zoned: false } => ColumnType::Timestamp,
        AttributeType::DateTime { zoned: true } => ColumnType::TimestampWithTimeZone,
        AttributeType::Json => ColumnType::JsonBinary,
        AttributeType::Bytes => ColumnType::Blob,
        AttributeType::Enum(list) if has_numbers(list) => ColumnType::Integer,
        AttributeType::String { max_length: None } | AttributeType::Enum(_) | AttributeType::Text => ColumnType::Text,
    }
}

fn string(length: Option<u32>) -> ColumnType {
    ColumnType::String(length.map_or(StringLen::None, StringLen::N))
}

fn decimal(ty: &AttributeType) -> ColumnType {
    ColumnType::Decimal(match ty {
        AttributeType::Decimal { scale: Some(scale), .. } => Some((MOST_DIGITS, *scale)),
        _ => None,
    })
}

fn has_numbers(list: &EnumType) -> bool {
    list.values.iter().any(|value| matches!(value.stored, StoredValue::Integer(_)))
}

/// A type of the user's, by names that mean it whatever the search path says.
fn quoted(ty: &DatabaseType) -> String {
    let mut text = String::new();
    if let Some(namespace) = &ty.namespace {
        PostgresQueryBuilder.prepare_iden(&iden(namespace), &mut text);
        text.push('.');
    }
    PostgresQueryBuilder.prepare_iden(&iden(&ty.name), &mut text);
    text
}

/// The type on MariaDB: of text with the collation, without which it could not be a foreign key.
pub(super) fn on_mysql(column: &NewColumn) -> ColumnType {
    let word: String = match (&column.database_type, &column.ty) {
        (Some(DatabaseType { name, collation: Some(collation), .. }), _) => format!("{name} COLLATE {collation}"),
        (Some(ty), _) => ty.name.clone(),
        (None, AttributeType::Boolean) => "tinyint(1)".into(),
        (None, AttributeType::Int) => "int".into(),
        (None, AttributeType::BigInt) => "bigint".into(),
        (None, AttributeType::Float) => "double".into(),
        (None, AttributeType::Decimal { scale, .. }) => format!("decimal(65, {})", scale.unwrap_or(30)),
        (None, AttributeType::String { max_length: Some(length) }) => format!("varchar({length})"),
        (None, AttributeType::Uuid(UuidStorage::Native)) => "binary(16)".into(),
        (None, AttributeType::Uuid(UuidStorage::Text)) => "char(36)".into(),
        (None, AttributeType::Date) => "date".into(),
        (None, AttributeType::Time) => "time(6)".into(),
        (None, AttributeType::DateTime { zoned: false }) => "datetime(6)".into(),
        (None, AttributeType::DateTime { zoned: true }) => "timestamp(6)".into(),
        (None, AttributeType::Json) => "json".into(),
        (None, AttributeType::Bytes) => "varbinary(255)".into(),
        (None, AttributeType::Enum(list)) if has_numbers(list) => "int".into(),
        (None, AttributeType::String { max_length: None } | AttributeType::Enum(_) | AttributeType::Text) => {
            "varchar(255)".into()
        }
    };
    ColumnType::custom(word)
}

/// The type on SQLite. Where a word would do in a table that is strict, it is one that such tables know.
pub(super) fn on_sqlite(column: &NewColumn) -> ColumnType {
    let word: String = match &column.ty {
        AttributeType::Boolean => "boolean".into(),
        AttributeType::Int => "integer".into(),
        AttributeType::BigInt => "bigint".into(),
        AttributeType::Float => "real".into(),
        AttributeType::Decimal { scale: Some(scale), .. } => format!("numeric({MOST_DIGITS}, {scale})"),
        AttributeType::Decimal { scale: None, .. } => "numeric".into(),
        AttributeType::String { max_length: Some(length) } => format!("varchar({length})"),
        AttributeType::Enum(list) if has_numbers(list) => "integer".into(),
        AttributeType::String { max_length: None } | AttributeType::Enum(_) => "text".into(),
        // An empty column shows no value that tells the two apart: the length does.
        AttributeType::Uuid(UuidStorage::Native) => "uuid_text".into(),
        AttributeType::Uuid(UuidStorage::Text) => "uuid_text(36)".into(),
        AttributeType::Date => "date_text".into(),
        AttributeType::Time => "time_text".into(),
        AttributeType::DateTime { zoned: false } => "datetime_text".into(),
        AttributeType::DateTime { zoned: true } => "timestamp_with_timezone_text".into(),
        AttributeType::Json => "json_text".into(),
        AttributeType::Bytes => "blob".into(),
        // Values are kept as they are.
        AttributeType::Text => "any_blob".into(),
    };
    ColumnType::custom(word)
}
