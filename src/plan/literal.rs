//! Values that clients send, parsed to the type of the attribute that they are compared with.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::catalog::{AttributeType, StoredValue, UuidStorage};

use super::{Error, Result};

/// A value in the form that its attribute's type gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A floating-point number; infinite or no number only in cursors.
    Float(f64),
    /// An exact decimal number in plain notation.
    Decimal(String),
    /// Text, or a value that the database reads from text.
    Text(String),
    /// A UUID.
    Uuid(Uuid, UuidStorage),
    /// A date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A point in time, in UTC.
    DateTime(NaiveDateTime),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A JSON document: written, never compared.
    Json(Value),
}

impl Literal {
    /// Parses a value that the gateway itself answered, in a reference or a cursor. A column may hold more than its
    /// attribute's type says: larger integers on SQLite, infinite dates on PostgreSQL.
    ///
    /// # Errors
    /// `INVALID` where the value is not one of that type.
    pub fn parse_answered(value: &Value, ty: &AttributeType) -> Result<Self> {
        match ty {
            AttributeType::Int => Self::parse(value, &AttributeType::BigInt),
            // In cursors, where JSON has no number.
            AttributeType::Float if matches!(value.as_str(), Some("NaN" | "inf" | "-inf")) => {
                Ok(Self::Float(value.as_str().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)))
            }
            other => Self::parse_compared(value, other),
        }
    }

    /// Parses a value that is compared and never stored: also what its database has beyond numbers and dates.
    ///
    /// # Errors
    /// `INVALID` where the value is not one of that type.
    pub fn parse_compared(value: &Value, ty: &AttributeType) -> Result<Self> {
        match (ty, value.as_str()) {
            // Dates before and after all others.
            (AttributeType::Date | AttributeType::DateTime { .. }, Some(text @ ("infinity" | "-infinity"))) => {
                Ok(Self::Text(text.to_owned()))
            }
            (AttributeType::Time, Some(text @ "24:00:00")) => Ok(Self::Text(text.to_owned())),
            (AttributeType::Decimal { beyond_numbers: true, .. }, Some(text @ ("NaN" | "Infinity" | "-Infinity"))) => {
                Ok(Self::Decimal(text.to_owned()))
            }
            _ => Self::parse(value, ty),
        }
    }

    /// Parses a value that is stored. What the column would cut off or round is refused.
    ///
    /// # Errors
    /// `INVALID` where the value is not one of that type, or the column does not keep it as it is.
    pub fn parse_stored(value: &Value, ty: &AttributeType) -> Result<Self> {
        if *ty == AttributeType::Json {
            return Ok(Self::Json(value.clone()));
        }
        let literal = Self::parse(value, ty)?;
        match (ty, &literal) {
            (AttributeType::String { max_length: Some(most) }, Self::Text(text)) => {
                let length = text.chars().count();
                if length > usize::try_from(*most).unwrap_or(usize::MAX) {
                    return Err(Error::invalid(format!("a text of {length} characters is longer than {most}")));
                }
            }
            (AttributeType::Decimal { scale: Some(scale), .. }, Self::Decimal(text))
                if decimal_places(text) > i64::from(*scale) =>
            {
                let message = format!("{} has more than {scale} digits after the point", shorten(value));
                return Err(Error::invalid(message));
            }
            // No database keeps the sixty-first second of a minute as that.
            (_, Self::Time(time)) if time.nanosecond() >= 1_000_000_000 => return Err(leap_second(value)),
            (_, Self::DateTime(point)) if point.nanosecond() >= 1_000_000_000 => return Err(leap_second(value)),
            _ => {}
        }
        Ok(literal)
    }

    /// Parses a JSON value as a value of an attribute type.
    ///
    /// # Errors
    /// `INVALID` where the value is not one of that type.
    pub fn parse(value: &Value, ty: &AttributeType) -> Result<Self> {
        let refuse = || Error::invalid(format!("{} is not a value of type {}", shorten(value), ty.word()));
        let text = || value.as_str().ok_or_else(refuse);
        match ty {
            AttributeType::Boolean => value.as_bool().map(Self::Boolean).ok_or_else(refuse),
            AttributeType::Int => {
                value.as_i64().filter(|number| i32::try_from(*number).is_ok()).map(Self::Integer).ok_or_else(refuse)
            }
            AttributeType::BigInt => match value {
                Value::Number(number) => number.as_i64().map(Self::Integer).ok_or_else(refuse),
                _ => text()?.parse().map(Self::Integer).map_err(|_| refuse()),
            },
            AttributeType::Float => {
                value.as_f64().filter(|number| number.is_finite()).map(Self::Float).ok_or_else(refuse)
            }
            AttributeType::Decimal { .. } => match value {
                Value::Number(number) => decimal(&number.to_string()).map(Self::Decimal).ok_or_else(refuse),
                _ => decimal(text()?).map(Self::Decimal).ok_or_else(refuse),
            },
            AttributeType::String { .. } | AttributeType::Text => {
                let text = text()?;
                if text.contains('\0') {
                    return Err(Error::invalid("text with the character U+0000 cannot be stored"));
                }
                Ok(Self::Text(text.to_owned()))
            }
            AttributeType::Uuid(storage) => {
                Uuid::parse_str(text()?).map(|uuid| Self::Uuid(uuid, *storage)).map_err(|_| refuse())
            }
            AttributeType::Date => text()?.parse().map(Self::Date).map_err(|_| refuse()),
            AttributeType::Time => text()?.parse().map(Self::Time).map_err(|_| refuse()),
            AttributeType::DateTime { .. } => date_time(text()?).map(Self::DateTime).ok_or_else(refuse),
            AttributeType::Bytes => BASE64_STANDARD.decode(text()?).map(Self::Bytes).map_err(|_| refuse()),
            AttributeType::Enum(list) => {
                let name = text()?;
                let found = list.values.iter().find(|value| value.name == name).ok_or_else(refuse)?;
                Ok(match &found.stored {
                    StoredValue::Text(label) => Self::Text(label.clone()),
                    StoredValue::Integer(number) => Self::Integer(*number),
                })
            }
            AttributeType::Json => Err(Error::invalid("values of type JSON cannot be compared")),
        }
    }
}

/// RFC 3339; without an offset the time is UTC.
fn date_time(text: &str) -> Option<NaiveDateTime> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(zoned) => Some(zoned.with_timezone(&Utc).naive_utc()),
        // ISO 8601 knows years beyond the four digits of RFC 3339.
        Err(_) => text.strip_suffix('Z').unwrap_or(text).parse().ok(),
    }
}

/// Digits with an optional sign, point and exponent; nothing else reaches the database.
fn decimal(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let well_formed = digits.len() <= 1_000
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && exponent.is_none_or(|exponent| exponent.parse::<i16>().is_ok_and(|value| value.abs() <= 1_000));
    well_formed.then(|| text.to_owned())
}

/// How many digits after the point a decimal number needs, which has an exponent or has none.
fn decimal_places(text: &str) -> i64 {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{places}");
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let is_zero = digits.bytes().all(|digit| !matches!(digit, b'1'..=b'9'));
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    if is_zero { 0 } else { count(places.len()) - count(zeros) - exponent.parse::<i64>().unwrap_or_default() }
}

fn leap_second(value: &Value) -> Error {
    Error::invalid(format!("{} is a leap second, which cannot be stored", shorten(value)))
}

/// A value as it may stand in a message.
pub(super) fn shorten(value: &impl std::fmt::Display) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
