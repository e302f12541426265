//! PostgreSQL's rows: binary values, and text for the types that `sql` reads as text.

mod parameter;
mod reader;
mod readers;
mod renew;
mod writer;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use sea_orm::sea_query::{ArrayType, Value, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, PgConnection, Row, ValueRef, postgres::PgRow};
use uuid::Uuid;

use crate::{
    catalog::{AttributeType, EnumType, StoredValue},
    sql::{Statement, hex},
};

pub(super) use readers::Readers;
pub(super) use renew::renew;

use super::{
    Error,
    cells::{Cells, Connection, KeyPart, misfit},
    json,
    stream::Stream,
};

impl Cells for PgRow {
    fn is_null(&self, column: usize) -> Result<bool, Error> {
        Ok(self.try_get_raw(column)?.is_null())
    }

    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
        write_or_null(bytes(self, column)?, ty, out)
    }

    fn key(&self, column: usize, ty: &AttributeType) -> Result<Option<KeyPart>, Error> {
        key(bytes(self, column)?, ty)
    }

    fn ordinal(&self, column: usize) -> Result<usize, Error> {
        Ok(usize::try_from(self.try_get::<i64, _>(column)?).unwrap_or_default())
    }
}

fn write_or_null(bytes: Option<&[u8]>, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
    match bytes {
        None => {
            out.extend_from_slice(b"null");
            Ok(())
        }
        Some(bytes) => write(bytes, ty, out).ok_or_else(|| misfit(ty)),
    }
}

fn key(bytes: Option<&[u8]>, ty: &AttributeType) -> Result<Option<KeyPart>, Error> {
    let Some(bytes) = bytes else { return Ok(None) };
    let part = match ty {
        AttributeType::Int | AttributeType::BigInt => whole_number(bytes).map(KeyPart::Integer),
        AttributeType::String { .. } | AttributeType::Text | AttributeType::Decimal { .. } | AttributeType::Enum(_) => {
            text(bytes).map(|text| KeyPart::Text(text.to_owned()))
        }
        AttributeType::Bytes => Some(KeyPart::Bytes(bytes.to_vec())),
        AttributeType::Float => float(bytes).map(KeyPart::Text),
        other => {
            let mut written = Vec::new();
            write(bytes, other, &mut written).and_then(|()| {
                let text = std::str::from_utf8(&written).ok()?;
                Some(KeyPart::Text(era(text.trim_matches('"'))))
            })
        }
    };
    part.map(Some).ok_or_else(|| misfit(ty))
}

/// A date or another text as PostgreSQL reads it: years before the first are counted backwards and said so.
fn era(text: &str) -> String {
    let before = text.strip_prefix('-').or_else(|| text.starts_with("0000-").then_some(text));
    let parts = before.and_then(|text| text.split_once('-'));
    match parts.map(|(year, rest)| (year.parse::<u32>(), rest)) {
        Some((Ok(year), rest)) => format!("{:04}-{rest} BC", year + 1),
        _ => text.to_owned(),
    }
}

fn bytes(row: &PgRow, column: usize) -> Result<Option<&[u8]>, Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        return Ok(None);
    }
    value.as_bytes().map(Some).map_err(|error| sqlx::Error::Decode(error).into())
}

impl Connection for PgConnection {
    type Rows = Vec<PgRow>;

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Vec<PgRow>, Error> {
        let query = sqlx::query_with(AssertSqlSafe(statement.text.clone()), SqlxValues(Values(values)));
        Ok(query.fetch_all(self).await?)
    }

    async fn stream(
        &mut self,
        statement: &Statement,
        values: Vec<Value>,
        to: &mut Stream<'_, Vec<PgRow>>,
    ) -> Result<(), Error> {
        let query = sqlx::query_with(AssertSqlSafe(statement.text.clone()), SqlxValues(Values(values)));
        to.take_all(query.fetch(self)).await
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], types: &[AttributeType]) -> Vec<Value> {
        parent_keys(keys, types)
    }
}

/// The keys of all parents: an array for each part of them.
pub(super) fn parent_keys(keys: &[Vec<KeyPart>], types: &[AttributeType]) -> Vec<Value> {
    let part = |part: usize, ty: &AttributeType| {
        let values = keys.iter().filter_map(|key| key.get(part));
        let (array, values): (ArrayType, Vec<Value>) = match ty {
            AttributeType::Int | AttributeType::BigInt => {
                (ArrayType::BigInt, values.map(|part| Value::BigInt(Some(as_integer(part)))).collect())
            }
            _ => (ArrayType::String, values.map(|part| Value::from(as_text(part))).collect()),
        };
        Value::Array(array, Some(Box::new(values)))
    };
    types.iter().enumerate().map(|(index, ty)| part(index, ty)).collect()
}

fn as_integer(part: &KeyPart) -> i64 {
    match part {
        KeyPart::Integer(number) => *number,
        KeyPart::Text(_) | KeyPart::Bytes(_) => 0,
    }
}

fn as_text(part: &KeyPart) -> String {
    match part {
        KeyPart::Integer(number) => number.to_string(),
        KeyPart::Text(text) => text.clone(),
        KeyPart::Bytes(bytes) => format!("\\x{}", hex(bytes)),
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn whole_number(bytes: &[u8]) -> Option<i64> {
    Some(match bytes.len() {
        2 => i16::from_be_bytes(bytes.try_into().ok()?).into(),
        4 => i32::from_be_bytes(bytes.try_into().ok()?).into(),
        _ => i64::from_be_bytes(bytes.try_into().ok()?),
    })
}

/// A floating-point number in its shortest form: also what JSON has no number for.
fn float(bytes: &[u8]) -> Option<String> {
    Some(match bytes.len() {
        4 => f32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        _ => f64::from_be_bytes(bytes.try_into().ok()?).to_string(),
    })
}

/// Writes a value as JSON of an attribute's type; nothing where it is not of that type.
fn write(bytes: &[u8], ty: &AttributeType, out: &mut Vec<u8>) -> Option<()> {
    match ty {
        AttributeType::Boolean => out.extend_from_slice(if *bytes.first()? == 0 { b"false" } else { b"true" }),
        AttributeType::Int => json::integer(whole_number(bytes)?, out),
        AttributeType::BigInt => json::quoted_integer(whole_number(bytes)?, out),
        AttributeType::Float if bytes.len() == 4 => json::float(f32::from_be_bytes(bytes.try_into().ok()?), out),
        AttributeType::Float => json::float(f64::from_be_bytes(bytes.try_into().ok()?), out),
        AttributeType::String { .. } | AttributeType::Text | AttributeType::Decimal { .. } => {
            json::string(text(bytes)?, out);
        }
        AttributeType::Json => out.extend_from_slice(bytes),
        AttributeType::Uuid(_) => json::uuid(Uuid::from_slice(bytes).ok()?, out),
        AttributeType::Date => write_date(i32::from_be_bytes(bytes.try_into().ok()?), out)?,
        AttributeType::Time => write_time(i64::from_be_bytes(bytes.try_into().ok()?), out)?,
        AttributeType::DateTime { .. } => write_date_time(i64::from_be_bytes(bytes.try_into().ok()?), out)?,
        AttributeType::Bytes => json::bytes(bytes, out),
        AttributeType::Enum(list) => json::string(enum_name(list, text(bytes)?)?, out),
    }
    Some(())
}

fn enum_name<'l>(list: &'l EnumType, text: &str) -> Option<&'l str> {
    let found = list.values.iter().find(|value| match &value.stored {
        StoredValue::Text(label) => label == text,
        StoredValue::Integer(number) => text.parse() == Ok(*number),
    });
    found.map(|value| value.name.as_str())
}

/// PostgreSQL counts days and microseconds from the first day of 2000.
fn epoch() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2000, 1, 1)
}

fn write_date(days: i32, out: &mut Vec<u8>) -> Option<()> {
    if write_infinity(days == i32::MAX, days == i32::MIN, out) {
        return Some(());
    }
    json::date(epoch()?.checked_add_signed(Duration::days(days.into()))?, out);
    Some(())
}

fn write_date_time(microseconds: i64, out: &mut Vec<u8>) -> Option<()> {
    if write_infinity(microseconds == i64::MAX, microseconds == i64::MIN, out) {
        return Some(());
    }
    let point: NaiveDateTime =
        epoch()?.and_time(NaiveTime::MIN).checked_add_signed(Duration::microseconds(microseconds))?;
    json::date_time(point, out);
    Some(())
}

/// Dates before and after all others have no ISO spelling; PostgreSQL's own is kept.
fn write_infinity(positive: bool, negative: bool, out: &mut Vec<u8>) -> bool {
    if positive {
        out.extend_from_slice(b"\"infinity\"");
    } else if negative {
        out.extend_from_slice(b"\"-infinity\"");
    }
    positive || negative
}

/// The end of a day, in microseconds of it.
const MIDNIGHT: i64 = 86_400_000_000;

fn write_time(microseconds: i64, out: &mut Vec<u8>) -> Option<()> {
    if microseconds == MIDNIGHT {
        out.extend_from_slice(b"\"24:00:00\"");
        return Some(());
    }
    let seconds = u32::try_from(microseconds / 1_000_000).ok()?;
    let nanoseconds = u32::try_from(microseconds % 1_000_000).ok()? * 1_000;
    json::time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanoseconds)?, out);
    Some(())
}
