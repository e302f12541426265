//! MariaDB's rows: the binary protocol's values, by the types that the server gives the columns.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use sea_orm::sea_query::{Value, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Decode, MySql, MySqlConnection, Row, TypeInfo, ValueRef, mysql::MySqlRow};
use uuid::Uuid;

use crate::{
    catalog::{AttributeType, EnumType, StoredValue},
    sql::Statement,
};

use super::{
    Error,
    cells::{Cells, Connection, KeyPart, misfit},
    json, json_keys,
    stream::Stream,
};

/// A value by what the server says that it is.
enum Stored<'r> {
    Null,
    Integer(i64),
    Unsigned(u64),
    Single(f32),
    Double(f64),
    /// Text, numbers in decimal digits, or bytes: the server calls text of an exact collation bytes, too.
    Raw(&'r [u8]),
    Bits(&'r [u8]),
    Point(NaiveDateTime),
    Time(NaiveTime),
}

/// The value of a column; of a zero date, which is no date, null.
fn stored<'r>(row: &'r MySqlRow, column: usize, ty: &AttributeType) -> Result<Stored<'r>, Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        return Ok(Stored::Null);
    }
    let kind = kind(value.type_info().name());
    let bytes = <&[u8] as Decode<'_, MySql>>::decode(value).map_err(sqlx::Error::Decode)?;
    let read = match kind {
        Kind::Integer => integer(bytes).map(Stored::Integer),
        Kind::Unsigned => unsigned(bytes).map(Stored::Unsigned),
        Kind::Single => bytes.try_into().ok().map(|bytes| Stored::Single(f32::from_le_bytes(bytes))),
        Kind::Double => bytes.try_into().ok().map(|bytes| Stored::Double(f64::from_le_bytes(bytes))),
        // One with a month or a day of zero is no date either.
        Kind::Point => Some(point(bytes).map_or(Stored::Null, Stored::Point)),
        // One of more than a day, or below zero, is no time of day.
        Kind::Time => time(bytes).map(Stored::Time),
        Kind::Raw => Some(Stored::Raw(bytes)),
        Kind::Bits => Some(Stored::Bits(bytes)),
    };
    read.ok_or_else(|| misfit(ty))
}

/// How a value is laid out.
#[derive(Clone, Copy)]
enum Kind {
    Integer,
    Unsigned,
    Single,
    Double,
    Point,
    Time,
    Raw,
    Bits,
}

fn kind(name: &str) -> Kind {
    match name {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => Kind::Integer,
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED"
        | "YEAR" => Kind::Unsigned,
        "FLOAT" => Kind::Single,
        "DOUBLE" => Kind::Double,
        "DATE" | "DATETIME" | "TIMESTAMP" => Kind::Point,
        "TIME" => Kind::Time,
        "BIT" => Kind::Bits,
        _ => Kind::Raw,
    }
}

/// A whole number of one to eight bytes, the lowest first.
fn integer(bytes: &[u8]) -> Option<i64> {
    Some(match bytes.len() {
        1 => i8::from_le_bytes(bytes.try_into().ok()?).into(),
        2 => i16::from_le_bytes(bytes.try_into().ok()?).into(),
        4 => i32::from_le_bytes(bytes.try_into().ok()?).into(),
        _ => i64::from_le_bytes(bytes.try_into().ok()?),
    })
}

fn unsigned(bytes: &[u8]) -> Option<u64> {
    let mut all = [0; 8];
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(all))
}

/// A date with as much of a time as the server sends: a length, the date, the time, the microseconds.
fn point(bytes: &[u8]) -> Option<NaiveDateTime> {
    let (_, value) = bytes.split_first()?;
    let year = u16::from_le_bytes(value.get(..2)?.try_into().ok()?);
    let date = NaiveDate::from_ymd_opt(year.into(), (*value.get(2)?).into(), (*value.get(3)?).into())?;
    Some(date.and_time(time_of_day(value.get(4..).unwrap_or_default())?))
}

/// A time of less than a day: a length, the sign, the days, the time, the microseconds.
fn time(bytes: &[u8]) -> Option<NaiveTime> {
    let (_, value) = bytes.split_first()?;
    match value.split_at_checked(5) {
        None => Some(NaiveTime::MIN),
        Some((sign_and_days, rest)) if sign_and_days.iter().all(|byte| *byte == 0) => time_of_day(rest),
        Some(_) => None,
    }
}

fn time_of_day(bytes: &[u8]) -> Option<NaiveTime> {
    let part = |index: usize| bytes.get(index).copied().unwrap_or_default().into();
    let micros = match bytes.get(3..7) {
        Some(micros) => u32::from_le_bytes(micros.try_into().ok()?),
        None => 0,
    };
    NaiveTime::from_hms_micro_opt(part(0), part(1), part(2), micros)
}

impl Cells for MySqlRow {
    fn is_null(&self, column: usize) -> Result<bool, Error> {
        Ok(self.try_get_raw(column)?.is_null())
    }

    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
        let stored = stored(self, column, ty)?;
        if matches!(stored, Stored::Null) {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        write(&stored, ty, out).ok_or_else(|| misfit(ty))
    }

    fn key(&self, column: usize, ty: &AttributeType) -> Result<Option<KeyPart>, Error> {
        let text = |text: String| Ok(Some(KeyPart::Text(text)));
        match stored(self, column, ty)? {
            Stored::Null => Ok(None),
            Stored::Integer(number) => Ok(Some(KeyPart::Integer(number))),
            Stored::Unsigned(number) => match i64::try_from(number) {
                Ok(number) => Ok(Some(KeyPart::Integer(number))),
                Err(_) => text(number.to_string()),
            },
            Stored::Single(number) => text(number.to_string()),
            Stored::Double(number) => text(number.to_string()),
            Stored::Raw(bytes) if is_bytes(ty, bytes) => Ok(Some(KeyPart::Bytes(bytes.to_vec()))),
            Stored::Raw(bytes) => text(std::str::from_utf8(bytes).map_err(|_| misfit(ty))?.to_owned()),
            Stored::Bits(bytes) => text(bits(bytes).ok_or_else(|| misfit(ty))?.to_string()),
            Stored::Point(point) if *ty == AttributeType::Date => text(point.date().to_string()),
            Stored::Point(point) => text(point.format("%Y-%m-%d %H:%M:%S%.6f").to_string()),
            Stored::Time(time) => text(time.format("%H:%M:%S%.6f").to_string()),
        }
    }

    fn ordinal(&self, column: usize) -> Result<usize, Error> {
        Ok(match stored(self, column, &AttributeType::Int)? {
            Stored::Integer(number) => usize::try_from(number).unwrap_or_default(),
            Stored::Unsigned(number) => usize::try_from(number).unwrap_or_default(),
            _ => 0,
        })
    }
}

impl Connection for MySqlConnection {
    type Rows = Vec<MySqlRow>;

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Vec<MySqlRow>, Error> {
        let query = sqlx::query_with(AssertSqlSafe(statement.text.clone()), SqlxValues(Values(values)));
        Ok(query.fetch_all(self).await?)
    }

    async fn stream(
        &mut self,
        statement: &Statement,
        values: Vec<Value>,
        to: &mut Stream<'_, Vec<MySqlRow>>,
    ) -> Result<(), Error> {
        let query = sqlx::query_with(AssertSqlSafe(statement.text.clone()), SqlxValues(Values(values)));
        to.take_all(query.fetch(self)).await
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], _: &[AttributeType]) -> Vec<Value> {
        json_keys::parent_keys(keys)
    }
}

/// Whether a value is no text: UUIDs are kept as either.
fn is_bytes(ty: &AttributeType, bytes: &[u8]) -> bool {
    *ty == AttributeType::Bytes || (matches!(ty, AttributeType::Uuid(_)) && bytes.len() == 16)
}

/// Bits as the number that they stand for, the highest first.
fn bits(bytes: &[u8]) -> Option<u64> {
    let mut all = [0; 8];
    all.get_mut(8_usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some(u64::from_be_bytes(all))
}

/// Writes a value as JSON of an attribute's type; nothing where it is not of that type.
fn write(stored: &Stored<'_>, ty: &AttributeType, out: &mut Vec<u8>) -> Option<()> {
    match (ty, stored) {
        (AttributeType::Boolean, Stored::Integer(number)) => boolean(*number != 0, out),
        (AttributeType::Boolean, Stored::Unsigned(number)) => boolean(*number != 0, out),
        (AttributeType::Boolean, Stored::Bits(bytes)) => boolean(bytes.iter().any(|byte| *byte != 0), out),
        (AttributeType::Int, Stored::Integer(number)) => json::integer(*number, out),
        (AttributeType::Int, Stored::Unsigned(number)) => json::integer(i64::try_from(*number).ok()?, out),
        (
            AttributeType::BigInt | AttributeType::Decimal { .. } | AttributeType::String { .. },
            Stored::Integer(number),
        ) => {
            json::quoted_integer(*number, out);
        }
        (AttributeType::BigInt | AttributeType::Decimal { .. }, Stored::Unsigned(number)) => {
            json::string(&number.to_string(), out);
        }
        (AttributeType::Float, Stored::Single(number)) => json::float(*number, out),
        (AttributeType::Float, Stored::Double(number)) => json::float(*number, out),
        (
            AttributeType::BigInt | AttributeType::Decimal { .. } | AttributeType::String { .. } | AttributeType::Text,
            Stored::Raw(text),
        ) => json::string(std::str::from_utf8(text).ok()?, out),
        (AttributeType::Uuid(_), Stored::Raw(bytes)) => {
            json::uuid(Uuid::from_slice(bytes).or_else(|_| Uuid::try_parse_ascii(bytes)).ok()?, out);
        }
        (AttributeType::Date, Stored::Point(point)) => json::date(point.date(), out),
        (AttributeType::DateTime { .. }, Stored::Point(point)) => json::date_time(*point, out),
        (AttributeType::Time, Stored::Time(time)) => json::time(*time, out),
        (AttributeType::Json, Stored::Raw(text)) => json::document(std::str::from_utf8(text).ok()?, out),
        (AttributeType::Bytes, Stored::Raw(bytes) | Stored::Bits(bytes)) => json::bytes(bytes, out),
        (AttributeType::Enum(list), stored) => match (enum_name(list, stored), stored) {
            (Some(name), _) => json::string(name, out),
            // What the server kept of a value that is no label.
            (None, Stored::Raw(b"")) => out.extend_from_slice(b"null"),
            _ => return None,
        },
        _ => return None,
    }
    Some(())
}

fn boolean(value: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

fn enum_name<'l>(list: &'l EnumType, stored: &Stored<'_>) -> Option<&'l str> {
    let found = list.values.iter().find(|value| match (&value.stored, stored) {
        (StoredValue::Text(label), Stored::Raw(text)) => label.as_bytes() == *text,
        (StoredValue::Integer(known), Stored::Integer(number)) => known == number,
        (StoredValue::Integer(known), Stored::Unsigned(number)) => u64::try_from(*known) == Ok(*number),
        _ => false,
    });
    found.map(|value| value.name.as_str())
}
