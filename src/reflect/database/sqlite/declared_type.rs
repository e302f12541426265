//! What the type that a `SQLite` column declares says about its values. `SQLite` itself takes any words for a type,
//! so this goes by the names that SQL, other databases and `SeaORM` use.

use crate::catalog::{AttributeType, UuidStorage};

/// The attribute type of a declared type; [`AttributeType::Text`] for words without a known meaning.
pub(super) fn attribute_type(declared: &str) -> AttributeType {
    let (words, arguments) = split(declared);
    let decimal = || AttributeType::decimal(scale(&arguments));
    match words.as_str() {
        "bool" | "boolean" => AttributeType::Boolean,
        // SQLite keeps 64 bits in an INTEGER, but it is what everyone declares where other databases have 32.
        "integer" | "int" | "int4" | "mediumint" | "smallint" | "tinyint" | "int2" | "smallint unsigned"
        | "tinyint unsigned" | "mediumint unsigned" => AttributeType::Int,
        "bigint" | "big int" | "int8" | "unsigned big int" | "bigint unsigned" | "int unsigned"
        | "integer unsigned" => AttributeType::BigInt,
        // SeaORM declares a decimal with precision and scale as `real(10, 2)`.
        "real" if arguments.len() == 2 => decimal(),
        "real" | "double" | "double precision" | "float" => AttributeType::Float,
        "numeric" | "decimal" | "dec" | "real_decimal" | "money" | "real_money" => decimal(),
        // As long as the text is: what a definition declares for keys that are kept so.
        "uuid_text" if arguments == [36] => AttributeType::Uuid(UuidStorage::Text),
        "uuid" | "uuid_text" | "guid" => AttributeType::Uuid(UuidStorage::Native),
        "date" | "date_text" => AttributeType::Date,
        "time" | "time_text" => AttributeType::Time,
        "datetime" | "timestamp" | "datetime_text" | "timestamp_text" | "timestamp without time zone" => {
            AttributeType::DateTime { zoned: false }
        }
        "timestamp_with_timezone_text" | "timestamptz" | "timestamp with time zone" => {
            AttributeType::DateTime { zoned: true }
        }
        "json" | "jsonb" | "json_text" | "jsonb_text" => AttributeType::Json,
        "blob" | "binary" | "varbinary" | "varbinary_blob" => AttributeType::Bytes,
        words if ["char", "text", "clob"].iter().any(|part| words.contains(part)) => {
            AttributeType::String { max_length: arguments.first().copied() }
        }
        _ => AttributeType::Text,
    }
}

/// As in SQL: a precision alone means no digits after the point.
fn scale(arguments: &[u32]) -> Option<u32> {
    match arguments {
        [] => None,
        [_] => Some(0),
        [_, scale, ..] => Some(*scale),
    }
}

/// `INT(10)  UNSIGNED` into `int unsigned` and its numbers.
fn split(declared: &str) -> (String, Vec<u32>) {
    let (before, rest) = declared.split_once('(').unwrap_or((declared, ""));
    let (arguments, after) = rest.split_once(')').unwrap_or((rest, ""));
    let words: Vec<String> =
        before.split_whitespace().chain(after.split_whitespace()).map(str::to_ascii_lowercase).collect();
    (words.join(" "), arguments.split(',').map_while(|number| number.trim().parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_are_read_whatever_their_case_and_length() {
        let string = |max_length| AttributeType::String { max_length };
        let decimal = AttributeType::decimal;
        let zoned = |zoned| AttributeType::DateTime { zoned };
        let uuid = AttributeType::Uuid(UuidStorage::Native);
        let check =
            |declared: &str, expected: AttributeType| assert_eq!(attribute_type(declared), expected, "{declared}");

        for declared in ["bool", "BOOLEAN"] {
            check(declared, AttributeType::Boolean);
        }
        for declared in ["INTEGER", "int", "INT(11)", "int4", "mediumint", "smallint", "tinyint(1)", "int2"] {
            check(declared, AttributeType::Int);
        }
        for declared in ["bigint", "BIGINT(20) UNSIGNED", "int8", "UNSIGNED BIG INT", "INT(10)  UNSIGNED"] {
            check(declared, AttributeType::BigInt);
        }
        for declared in ["real", "DOUBLE", "double   precision", "float", "FLOAT(24)"] {
            check(declared, AttributeType::Float);
        }
        check("numeric", decimal(None));
        check("NUMERIC(10,2)", decimal(Some(2)));
        check("decimal( 10 , 4 )", decimal(Some(4)));
        check("DECIMAL(10)", decimal(Some(0)));
        check("real_decimal", decimal(None));
        check("real(16, 4)", decimal(Some(4)));
        check("real_money(19, 4)", decimal(Some(4)));
        check("NVARCHAR(160)", string(Some(160)));
        check("varchar", string(None));
        check("character varying(12)", string(Some(12)));
        check("CHAR(2)", string(Some(2)));
        check("TEXT", string(None));
        check("CLOB", string(None));
        check("enum_text", string(None));
        for declared in ["uuid", "uuid_text", "GUID"] {
            check(declared, uuid.clone());
        }
        check("uuid_text(36)", AttributeType::Uuid(UuidStorage::Text));
        check("DATE", AttributeType::Date);
        check("date_text", AttributeType::Date);
        check("time", AttributeType::Time);
        check("time_text", AttributeType::Time);
        for declared in ["DATETIME", "datetime(6)", "timestamp", "datetime_text", "timestamp_text"] {
            check(declared, zoned(false));
        }
        for declared in ["timestamp_with_timezone_text", "TIMESTAMPTZ", "timestamp(6) with time zone"] {
            check(declared, zoned(true));
        }
        for declared in ["json", "json_text", "jsonb_text"] {
            check(declared, AttributeType::Json);
        }
        for declared in ["blob", "BLOB(16)", "varbinary_blob(8)", "binary(16)"] {
            check(declared, AttributeType::Bytes);
        }
        for declared in ["", "  ", "ANY", "POINT", "(", "numeric(", ")("] {
            let unknown = if declared == "numeric(" { decimal(None) } else { AttributeType::Text };
            check(declared, unknown);
        }
    }
}
