//! SQLite's rows. Any column may hold a value of any storage class there, so each is looked at.

mod batch;
mod call;
mod elsewhere;
mod file_id;
mod reader;
mod session;
mod sessions;
mod told;
mod writer;

use std::io::Write as _;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rusqlite::types::ValueRef as Stored;
use sea_orm::sea_query::{Value, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::{
    AssertSqlSafe, Decode, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef,
    sqlite::{SqliteRow, SqliteValueRef},
};
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

pub(super) use batch::{Batch, BatchRow};
pub(super) use sessions::Sessions;
pub(super) use writer::Writer;

/// Writes a value as JSON of an attribute's type.
#[inline]
fn write(stored: Stored<'_>, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
    if matches!(stored, Stored::Null) {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    write_present(&stored, ty, out).ok_or_else(|| misfit(ty))
}

/// A value as part of a key; nothing for null.
fn key(stored: Stored<'_>) -> Option<KeyPart> {
    Some(match stored {
        Stored::Null => return None,
        Stored::Integer(number) => KeyPart::Integer(number),
        Stored::Real(number) => KeyPart::Text(number.to_string()),
        Stored::Text(text) => KeyPart::Text(String::from_utf8_lossy(text).into_owned()),
        Stored::Blob(blob) => KeyPart::Bytes(blob.to_vec()),
    })
}

fn stored(row: &SqliteRow, column: usize) -> Result<Stored<'_>, Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        return Ok(Stored::Null);
    }
    let decoded = match value.type_info().name() {
        "INTEGER" => <i64 as Decode<Sqlite>>::decode(value).map(Stored::Integer),
        "REAL" => <f64 as Decode<Sqlite>>::decode(value).map(Stored::Real),
        "TEXT" => bytes(value).map(Stored::Text),
        _ => bytes(value).map(Stored::Blob),
    };
    decoded.map_err(|error| sqlx::Error::Decode(error).into())
}

fn bytes(value: SqliteValueRef<'_>) -> Result<&[u8], sqlx::error::BoxDynError> {
    <&[u8] as Decode<'_, Sqlite>>::decode(value)
}

impl Cells for SqliteRow {
    fn is_null(&self, column: usize) -> Result<bool, Error> {
        Ok(self.try_get_raw(column)?.is_null())
    }

    fn write(&self, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
        write(stored(self, column)?, ty, out)
    }

    fn key(&self, column: usize, _: &AttributeType) -> Result<Option<KeyPart>, Error> {
        Ok(key(stored(self, column)?))
    }

    fn ordinal(&self, column: usize) -> Result<usize, Error> {
        Ok(usize::try_from(self.try_get::<i64, _>(column)?).unwrap_or_default())
    }
}

impl Connection for SqliteConnection {
    type Rows = Vec<SqliteRow>;

    async fn fetch(&mut self, statement: &Statement, values: Vec<Value>) -> Result<Vec<SqliteRow>, Error> {
        let query = sqlx::query_with(AssertSqlSafe(statement.text.clone()), SqlxValues(Values(values)));
        Ok(query.fetch_all(self).await?)
    }

    async fn stream(
        &mut self,
        statement: &Statement,
        values: Vec<Value>,
        to: &mut Stream<'_, Vec<SqliteRow>>,
    ) -> Result<(), Error> {
        let query = sqlx::query_with(AssertSqlSafe(statement.text.clone()), SqlxValues(Values(values)));
        to.take_all(query.fetch(self)).await
    }

    fn parent_keys(&self, keys: &[Vec<KeyPart>], _: &[AttributeType]) -> Vec<Value> {
        json_keys::parent_keys(keys)
    }
}

/// Whether a date has a month or a day of zero, which other databases write for none.
fn is_zero_date(text: &[u8]) -> bool {
    let is_date = |text: &[u8]| {
        text.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
    };
    text.get(..10).is_some_and(|date| (&date[5..7] == b"00" || &date[8..] == b"00") && is_date(date))
}

/// Writes a value that is there as JSON of an attribute's type; nothing where it is not of that type.
fn write_present(stored: &Stored<'_>, ty: &AttributeType, out: &mut Vec<u8>) -> Option<()> {
    match (ty, stored) {
        (AttributeType::Boolean, Stored::Integer(number)) => {
            out.extend_from_slice(if *number == 0 { b"false" } else { b"true" });
        }
        (AttributeType::Boolean, Stored::Real(number)) => {
            out.extend_from_slice(if *number == 0.0 { b"false" } else { b"true" });
        }
        (AttributeType::Boolean, Stored::Text(text)) => {
            out.extend_from_slice(if boolean(text)? { b"true" } else { b"false" });
        }
        (AttributeType::BigInt, Stored::Integer(number)) => json::quoted_integer(*number, out),
        (AttributeType::Int | AttributeType::Float | AttributeType::Json, Stored::Integer(number)) => {
            json::integer(*number, out);
        }
        (AttributeType::Float | AttributeType::Json, Stored::Real(number)) => json::float(*number, out),
        (AttributeType::Decimal { scale, .. }, Stored::Real(number)) if number.is_finite() => {
            decimal(*scale, out, |out| display(*number, out));
        }
        (AttributeType::Decimal { scale, .. }, Stored::Integer(number)) => {
            decimal(*scale, out, |out| json::integer(*number, out));
        }
        (AttributeType::Decimal { scale, .. }, Stored::Text(text)) => {
            let text = std::str::from_utf8(text).ok()?;
            decimal(*scale, out, |out| json::escaped(text, out));
        }
        (AttributeType::Uuid(_), Stored::Blob(bytes)) => json::uuid(Uuid::from_slice(bytes).ok()?, out),
        (AttributeType::Uuid(_), Stored::Text(text)) => json::uuid(Uuid::try_parse_ascii(text).ok()?, out),
        (AttributeType::Date | AttributeType::DateTime { .. }, Stored::Text(text)) if is_zero_date(text) => {
            out.extend_from_slice(b"null");
        }
        (AttributeType::Date, Stored::Text(text)) => json::date(date(std::str::from_utf8(text).ok()?)?, out),
        (AttributeType::Time, Stored::Text(text)) => json::time(time(std::str::from_utf8(text).ok()?)?, out),
        (AttributeType::DateTime { .. }, Stored::Text(text)) => {
            json::date_time(date_time(std::str::from_utf8(text).ok()?)?, out);
        }
        (AttributeType::Date, Stored::Integer(_) | Stored::Real(_)) => json::date(moment(stored)?.date(), out),
        (AttributeType::DateTime { .. }, Stored::Integer(_) | Stored::Real(_)) => json::date_time(moment(stored)?, out),
        (AttributeType::Json, Stored::Text(text) | Stored::Blob(text)) => {
            json::document(&String::from_utf8_lossy(text), out);
        }
        (AttributeType::Bytes, Stored::Blob(blob) | Stored::Text(blob)) => json::bytes(blob, out),
        (AttributeType::Bytes, Stored::Integer(number)) => json::bytes(number.to_string().as_bytes(), out),
        (AttributeType::Bytes, Stored::Real(number)) => json::bytes(number.to_string().as_bytes(), out),
        (AttributeType::Enum(list), stored) => json::string(enum_name(list, stored)?, out),
        (AttributeType::String { .. } | AttributeType::Text, stored) => match stored {
            Stored::Text(text) | Stored::Blob(text) => json::text(text, out),
            Stored::Integer(number) => json::quoted_integer(*number, out),
            Stored::Real(number) => {
                out.push(b'"');
                display(*number, out);
                out.push(b'"');
            }
            Stored::Null => return None,
        },
        _ => return None,
    }
    Some(())
}

fn enum_name<'l>(list: &'l EnumType, stored: &Stored<'_>) -> Option<&'l str> {
    let found = list.values.iter().find(|value| match (&value.stored, stored) {
        (StoredValue::Text(label), Stored::Text(text)) => label.as_bytes() == *text,
        (StoredValue::Integer(known), Stored::Integer(number)) => known == number,
        _ => false,
    });
    found.map(|value| value.name.as_str())
}

/// The words for truth values that people and other databases write.
fn boolean(text: &[u8]) -> Option<bool> {
    match text.to_ascii_lowercase().as_slice() {
        b"true" | b"t" | b"yes" | b"y" | b"on" | b"1" => Some(true),
        b"false" | b"f" | b"no" | b"n" | b"off" | b"0" => Some(false),
        _ => None,
    }
}

/// Up to here SQLite takes a number for a Julian day (its modifier `auto`), beyond it for seconds since 1970.
const LAST_DAY: f64 = 5_373_484.5;

/// The Julian day on which 1970 began.
const DAY_OF_EPOCH: f64 = 2_440_587.5;

/// A number as a point in time, as SQLite's date functions take it: to the millisecond.
fn moment(stored: &Stored<'_>) -> Option<NaiveDateTime> {
    let number = match stored {
        #[expect(clippy::cast_precision_loss, reason = "numbers beyond 2^53 seconds are no points in time")]
        Stored::Integer(number) => *number as f64,
        Stored::Real(number) => *number,
        _ => return None,
    };
    let is_day = (0.0..LAST_DAY).contains(&number);
    let seconds = if is_day { (number - DAY_OF_EPOCH) * 86_400.0 } else { number };
    #[expect(clippy::cast_possible_truncation, reason = "what is too large saturates and is no point in time")]
    let milliseconds = (seconds * 1_000.0).round() as i64;
    Some(DateTime::from_timestamp_millis(milliseconds)?.naive_utc())
}

/// The longest text of a number with a point and fifteen digits, of which no number has two.
const UNIQUE: usize = 16;

/// A number in its shortest form, without an exponent.
fn display(number: f64, out: &mut Vec<u8>) {
    if (1e-4..1e15).contains(&number.abs()) {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(number);
        if text.len() <= UNIQUE {
            return out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
        }
    }
    // Writing to a vector cannot fail.
    let _ = write!(out, "{number}");
}

/// A decimal string with at least as many digits after the point as the column declares.
fn decimal(scale: Option<u32>, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    let start = out.len();
    write(out);
    let written = &out[start..];
    let declared = usize::try_from(scale.unwrap_or(0)).unwrap_or(0);
    let is_plain = written.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if declared > 0 && is_plain {
        let point = written.iter().position(|byte| *byte == b'.');
        let present = point.map(|point| written.len() - point - 1);
        out.extend(present.is_none().then_some(b'.'));
        out.extend(std::iter::repeat_n(b'0', declared.saturating_sub(present.unwrap_or(0))));
    }
    out.push(b'"');
}

/// A date, whether a time follows it or not. Years beyond four digits have a sign.
fn date(text: &str) -> Option<NaiveDate> {
    text.parse().ok().or_else(|| text.get(..10)?.parse().ok())
}

fn time(text: &str) -> Option<NaiveTime> {
    text.parse().or_else(|_| NaiveTime::parse_from_str(text, "%H:%M")).ok()
}

/// The spellings that SQLite's own date functions read; without an offset the time is UTC.
fn date_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if text.len() == 10 {
        return Some(date(text)?.and_time(NaiveTime::MIN));
    }
    let spelled = |format| NaiveDateTime::parse_from_str(text, format).ok();
    spelled("%Y-%m-%d %H:%M:%S%.f")
        .or_else(|| Some(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc).naive_utc()))
        .or_else(|| {
            Some(DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z").ok()?.with_timezone(&Utc).naive_utc())
        })
        .or_else(|| spelled("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|| spelled("%Y-%m-%d %H:%M"))
        .or_else(|| spelled("%Y-%m-%dT%H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_rust_shows_them() {
        let mut random = 0x5eed_u64;
        let bits = std::iter::repeat_with(|| {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            f64::from_bits(random)
        });
        let cents = (0..20_000).map(|cents| f64::from(cents) / 100.0);
        let powers = (-30..30).flat_map(|power| [1.0, 9.999_999, -1.5].map(|number| number * 10_f64.powi(power)));
        let numbers = bits.filter(|number| number.is_finite()).take(20_000).chain(cents).chain(powers);
        for number in numbers.chain([0.0, -0.0, 1e15, 999_999_999_999_999.9, 1e-4, 0.000_1]) {
            let mut written = Vec::new();
            display(number, &mut written);
            assert_eq!(String::from_utf8_lossy(&written), number.to_string());
        }
    }
}
