//! What a `MariaDB` type says about the values of a column.

use std::sync::Arc;

use super::super::enum_type;
use super::read::ColumnRow;
use crate::catalog::{AttributeType, DatabaseType, EnumType, UuidStorage, enum_labels};

/// The attribute type of a column, but for enums, which need a name; nothing where the gateway has none.
pub(super) fn attribute_type(row: &ColumnRow) -> Option<AttributeType> {
    let unsigned = row.column_type.contains("unsigned");
    let whole = AttributeType::decimal(Some(0));
    Some(match row.data_type.as_str() {
        "tinyint" if row.column_type == "tinyint(1)" => AttributeType::Boolean,
        "bit" if row.column_type == "bit(1)" => AttributeType::Boolean,
        "int" if unsigned => AttributeType::BigInt,
        "tinyint" | "smallint" | "mediumint" | "year" | "int" => AttributeType::Int,
        "bigint" if unsigned => whole,
        "bigint" => AttributeType::BigInt,
        "bit" => whole,
        "decimal" => AttributeType::decimal(row.scale.and_then(|scale| u32::try_from(scale).ok())),
        "float" | "double" => AttributeType::Float,
        "char" | "varchar" => {
            AttributeType::String { max_length: row.max_length.and_then(|length| u32::try_from(length).ok()) }
        }
        "tinytext" | "text" | "mediumtext" | "longtext" => AttributeType::String { max_length: None },
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => AttributeType::Bytes,
        "uuid" => AttributeType::Uuid(UuidStorage::Native),
        "inet4" | "inet6" | "set" => AttributeType::Text,
        "date" => AttributeType::Date,
        "time" => AttributeType::Time,
        "datetime" => AttributeType::DateTime { zoned: false },
        "timestamp" => AttributeType::DateTime { zoned: true },
        _ => return None,
    })
}

/// The declared type as casts and warnings need it.
pub(super) fn database_type(column_type: &str, collation: Option<&str>) -> DatabaseType {
    DatabaseType { collation: collation.map(str::to_owned), ..DatabaseType::built_in(column_type) }
}

/// An enum under a name.
pub(super) fn enumeration(type_name: String, column_type: &str) -> AttributeType {
    AttributeType::Enum(Arc::new(EnumType { type_name, values: enum_type::values(&enum_labels(column_type)) }))
}

/// The column that a check says to hold JSON.
pub(super) fn json_column(clause: &str) -> Option<String> {
    let name = clause.trim().strip_prefix("json_valid(`")?.strip_suffix("`)")?;
    let plain = name.replace("``", "");
    (!plain.contains('`')).then(|| name.replace("``", "`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_check_of_nothing_else_says_that_a_column_holds_json() {
        assert_eq!(json_column("json_valid(`a`)").as_deref(), Some("a"));
        assert_eq!(json_column("json_valid(`we``ird`)").as_deref(), Some("we`ird"));
        for other in
            ["json_valid(`a`) and json_valid(`b`)", "json_valid(`a`) or `b` > 1", "`a` > 1", "json_valid(lower(`a`))"]
        {
            assert_eq!(json_column(other), None, "{other}");
        }
    }
}
