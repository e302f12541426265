//! Values between the gateway and the fields of an active model: a literal becomes the very type that the field has,
//! and what a hook left there becomes a literal of the attribute's type.

use chrono::{DateTime, Utc};
use sea_orm::{
    prelude::Decimal,
    sea_query::{ArrayType, Enum, OptionEnum, Value, sea_value_to_json_value},
};
use uuid::Uuid;

use crate::{
    catalog::{AttributeType, UuidStorage},
    plan::Literal,
};

/// Nothing, as a field of that type holds it. `None` for types of optional parts of SeaORM: the gateway can read what a
/// hook left in such a field, but not put anything there.
pub(super) fn null(field: &ArrayType) -> Option<Value> {
    Some(match field {
        ArrayType::Bool => Value::Bool(None),
        ArrayType::TinyInt => Value::TinyInt(None),
        ArrayType::SmallInt => Value::SmallInt(None),
        ArrayType::Int => Value::Int(None),
        ArrayType::BigInt => Value::BigInt(None),
        ArrayType::TinyUnsigned => Value::TinyUnsigned(None),
        ArrayType::SmallUnsigned => Value::SmallUnsigned(None),
        ArrayType::Unsigned => Value::Unsigned(None),
        ArrayType::BigUnsigned => Value::BigUnsigned(None),
        ArrayType::Float => Value::Float(None),
        ArrayType::Double => Value::Double(None),
        ArrayType::String => Value::String(None),
        ArrayType::Enum(name) => Value::Enum(OptionEnum::None((**name).clone())),
        ArrayType::Char => Value::Char(None),
        ArrayType::Bytes => Value::Bytes(None),
        ArrayType::Json => Value::Json(None),
        ArrayType::ChronoDate => Value::ChronoDate(None),
        ArrayType::ChronoTime => Value::ChronoTime(None),
        ArrayType::ChronoDateTime => Value::ChronoDateTime(None),
        ArrayType::ChronoDateTimeUtc => Value::ChronoDateTimeUtc(None),
        ArrayType::ChronoDateTimeLocal => Value::ChronoDateTimeLocal(None),
        ArrayType::ChronoDateTimeWithTimeZone => Value::ChronoDateTimeWithTimeZone(None),
        ArrayType::Uuid => Value::Uuid(None),
        ArrayType::Decimal => Value::Decimal(None),
        #[allow(unreachable_patterns, reason = "there are further types where a part of SeaORM is switched on")]
        _ => return None,
    })
}

/// A literal as a field of that type holds it; nothing where it does not fit.
pub(super) fn to_value(literal: &Literal, field: &ArrayType) -> Option<Value> {
    match literal {
        Literal::Boolean(truth) => matches!(field, ArrayType::Bool).then(|| (*truth).into()),
        Literal::Integer(number) => integer(*number, field),
        Literal::Float(number) => float(*number, field),
        Literal::Decimal(digits) => match field {
            ArrayType::Decimal => decimal(digits).map(Into::into),
            ArrayType::String => Some(digits.clone().into()),
            other => float(digits.parse().ok()?, other),
        },
        Literal::Text(text) => self::text(text, field).or_else(|| stored(text, field)),
        Literal::Uuid(uuid, _) => match field {
            ArrayType::Uuid => Some((*uuid).into()),
            ArrayType::Bytes => Some(uuid.as_bytes().to_vec().into()),
            other => text(&uuid.to_string(), other),
        },
        Literal::Date(date) => matches!(field, ArrayType::ChronoDate).then(|| (*date).into()),
        Literal::Time(time) => matches!(field, ArrayType::ChronoTime).then(|| (*time).into()),
        Literal::DateTime(point) => {
            let utc: DateTime<Utc> = point.and_utc();
            Some(match field {
                ArrayType::ChronoDateTime => Value::ChronoDateTime(Some(*point)),
                ArrayType::ChronoDateTimeUtc => Value::ChronoDateTimeUtc(Some(utc)),
                ArrayType::ChronoDateTimeLocal => Value::ChronoDateTimeLocal(Some(utc.into())),
                ArrayType::ChronoDateTimeWithTimeZone => Value::ChronoDateTimeWithTimeZone(Some(utc.into())),
                _ => return None,
            })
        }
        Literal::Bytes(bytes) => match field {
            ArrayType::Bytes => Some(bytes.clone().into()),
            // As a database without a type for them stores them.
            ArrayType::Uuid => Some(Uuid::from_slice(bytes).ok()?.into()),
            _ => None,
        },
        Literal::Json(document) => match field {
            ArrayType::Json => Some(document.clone().into()),
            other => text(&document.to_string(), other),
        },
    }
}

/// A value in the text in which keys are passed on as they are stored.
fn stored(text: &str, field: &ArrayType) -> Option<Value> {
    let literal = match field {
        ArrayType::Uuid => Literal::Uuid(Uuid::parse_str(text).ok()?, UuidStorage::Native),
        ArrayType::ChronoDate => Literal::Date(text.parse().ok()?),
        ArrayType::ChronoTime => Literal::Time(text.parse().ok()?),
        ArrayType::ChronoDateTime
        | ArrayType::ChronoDateTimeUtc
        | ArrayType::ChronoDateTimeLocal
        | ArrayType::ChronoDateTimeWithTimeZone => {
            let spelled = text.replacen(' ', "T", 1).into();
            Literal::parse(&spelled, &AttributeType::DateTime { zoned: true }).ok()?
        }
        ArrayType::Decimal => Literal::Decimal(text.to_owned()),
        ArrayType::Double | ArrayType::Float => Literal::Float(text.parse().ok()?),
        _ => return None,
    };
    to_value(&literal, field)
}

fn integer(number: i64, field: &ArrayType) -> Option<Value> {
    Some(match field {
        ArrayType::TinyInt => Value::TinyInt(Some(number.try_into().ok()?)),
        ArrayType::SmallInt => Value::SmallInt(Some(number.try_into().ok()?)),
        ArrayType::Int => Value::Int(Some(number.try_into().ok()?)),
        ArrayType::BigInt => Value::BigInt(Some(number)),
        ArrayType::TinyUnsigned => Value::TinyUnsigned(Some(number.try_into().ok()?)),
        ArrayType::SmallUnsigned => Value::SmallUnsigned(Some(number.try_into().ok()?)),
        ArrayType::Unsigned => Value::Unsigned(Some(number.try_into().ok()?)),
        ArrayType::BigUnsigned => Value::BigUnsigned(Some(number.try_into().ok()?)),
        _ => return None,
    })
}

fn float(number: f64, field: &ArrayType) -> Option<Value> {
    match field {
        ArrayType::Double => Some(number.into()),
        ArrayType::Float => {
            #[expect(clippy::cast_possible_truncation, reason = "the field has single precision")]
            let single = number as f32;
            single.is_finite().then(|| single.into())
        }
        _ => None,
    }
}

fn text(text: &str, field: &ArrayType) -> Option<Value> {
    match field {
        ArrayType::String => Some(text.into()),
        ArrayType::Enum(name) => {
            let value = Enum { type_name: (**name).clone(), value: text.to_owned().into() };
            Some(Value::Enum(OptionEnum::Some(Box::new(value))))
        }
        ArrayType::Char => {
            let mut letters = text.chars();
            letters.next().filter(|_| letters.next().is_none()).map(Into::into)
        }
        // Sums of money are read as text.
        ArrayType::Decimal => decimal(text).map(Into::into),
        _ => None,
    }
}

/// A decimal number with all its digits; nothing where it has more than the type holds.
fn decimal(digits: &str) -> Option<Decimal> {
    match digits.split_once(['e', 'E']) {
        None => Decimal::from_str_exact(digits).ok(),
        // Only the exponent's notation is read exactly; the digits before it would be rounded.
        Some((mantissa, _)) => {
            Decimal::from_str_exact(mantissa).ok().and_then(|_| Decimal::from_scientific(digits).ok())
        }
    }
}

/// Whether a field holds nothing.
pub(super) fn is_null(value: &Value) -> bool {
    *value == value.as_null()
}

/// What a hook left in a field, as a value of the attribute's type; nothing where it is not one.
pub(super) fn to_literal(value: Value, ty: &AttributeType) -> Option<Literal> {
    Some(match value {
        Value::Bool(Some(truth)) => Literal::Boolean(truth),
        Value::TinyInt(Some(number)) => Literal::Integer(number.into()),
        Value::SmallInt(Some(number)) => Literal::Integer(number.into()),
        Value::Int(Some(number)) => Literal::Integer(number.into()),
        Value::BigInt(Some(number)) => Literal::Integer(number),
        Value::TinyUnsigned(Some(number)) => Literal::Integer(number.into()),
        Value::SmallUnsigned(Some(number)) => Literal::Integer(number.into()),
        Value::Unsigned(Some(number)) => Literal::Integer(number.into()),
        Value::BigUnsigned(Some(number)) => Literal::Integer(number.try_into().ok()?),
        // By its shortest digits, which are those that somebody wrote.
        Value::Float(Some(number)) if number.is_finite() => real(number.to_string(), ty)?,
        Value::Double(Some(number)) if number.is_finite() => real(number.to_string(), ty)?,
        Value::Decimal(Some(number)) => match ty {
            AttributeType::Float => Literal::Float(number.to_string().parse().ok()?),
            AttributeType::Text | AttributeType::String { .. } => Literal::Text(number.to_string()),
            _ => Literal::Decimal(number.to_string()),
        },
        Value::String(Some(text)) => self::read(text, ty)?,
        Value::Enum(OptionEnum::Some(value)) => Literal::Text(value.value.into_owned()),
        Value::Char(Some(letter)) => Literal::Text(letter.to_string()),
        Value::Bytes(Some(bytes)) => match ty {
            AttributeType::Uuid(storage) => Literal::Uuid(Uuid::from_slice(&bytes).ok()?, *storage),
            _ => Literal::Bytes(bytes),
        },
        Value::Json(Some(document)) => match ty {
            AttributeType::Json => Literal::Json(*document),
            _ => Literal::Text(document.to_string()),
        },
        Value::ChronoDate(Some(date)) => Literal::Date(date),
        Value::ChronoTime(Some(time)) => Literal::Time(time),
        Value::ChronoDateTime(Some(point)) => Literal::DateTime(point),
        Value::ChronoDateTimeUtc(Some(point)) => Literal::DateTime(point.naive_utc()),
        Value::ChronoDateTimeLocal(Some(point)) => Literal::DateTime(point.naive_utc()),
        Value::ChronoDateTimeWithTimeZone(Some(point)) => Literal::DateTime(point.naive_utc()),
        Value::Uuid(Some(uuid)) => match ty {
            AttributeType::Uuid(storage) => Literal::Uuid(uuid, *storage),
            AttributeType::Bytes => Literal::Bytes(uuid.into_bytes().to_vec()),
            _ => Literal::Uuid(uuid, UuidStorage::Text),
        },
        other => match sea_value_to_json_value(&other) {
            serde_json::Value::String(text) => self::read(text, ty)?,
            document => Literal::parse(&document, ty).ok()?,
        },
    })
}

fn real(digits: String, ty: &AttributeType) -> Option<Literal> {
    match ty {
        AttributeType::Decimal { .. } => Some(Literal::Decimal(digits)),
        _ => digits.parse().ok().map(Literal::Float),
    }
}

/// A text that stands for a value of another type.
fn read(text: String, ty: &AttributeType) -> Option<Literal> {
    match ty {
        AttributeType::String { .. } | AttributeType::Text | AttributeType::Enum(_) => Some(Literal::Text(text)),
        AttributeType::Json => serde_json::from_str(&text).ok().map(Literal::Json),
        // SQL's spelling of a point in time.
        AttributeType::DateTime { .. } => {
            let iso = text.trim().replacen(' ', "T", 1).replace(' ', "");
            Literal::parse(&iso.into(), ty).ok()
        }
        _ => Literal::parse(&text.into(), ty).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_all_their_digits_or_do_not_fit() {
        let check = |text: &str, expected: Option<&str>| {
            let found = to_value(&Literal::Decimal(text.to_owned()), &ArrayType::Decimal);
            let found = found.and_then(|value| to_literal(value, &AttributeType::decimal(None)));
            assert_eq!(found, expected.map(|digits| Literal::Decimal(digits.to_owned())), "{text}");
        };
        check("12.50", Some("12.50"));
        check("-0.0000000000000000000000000001", Some("-0.0000000000000000000000000001"));
        check("79228162514264337593543950335", Some("79228162514264337593543950335"));
        check("79228162514264337593543950336", None);
        check("1.00000000000000000000000000001", None);
        check("+1.5e3", Some("1500"));
        check("15E-1", Some("1.5"));
        check("1.00000000000000000000000000001e2", None);
        check("1e-40", None);
        check("1e40", None);
    }

    #[test]
    fn numbers_that_are_too_large_for_their_field_do_not_fit() {
        assert_eq!(to_value(&Literal::Integer(128), &ArrayType::TinyInt), None);
        assert_eq!(to_value(&Literal::Integer(-1), &ArrayType::BigUnsigned), None);
        assert_eq!(to_value(&Literal::Float(1e39), &ArrayType::Float), None);
        assert_eq!(to_value(&Literal::Text("ab".to_owned()), &ArrayType::Char), None);
        assert_eq!(to_literal(Value::BigUnsigned(Some(u64::MAX)), &AttributeType::BigInt), None);
        assert_eq!(to_literal(Value::Double(Some(f64::NAN)), &AttributeType::Float), None);
    }

    #[test]
    fn a_field_of_single_precision_means_the_digits_that_were_written() {
        let value = to_value(&Literal::Float(0.1), &ArrayType::Float).expect("it fits");
        assert_eq!(to_literal(value, &AttributeType::Float), Some(Literal::Float(0.1)));
    }

    #[test]
    fn text_in_a_field_is_read_as_the_attributes_type() {
        let check = |text: &str, ty: &AttributeType, expected: Option<Literal>| {
            assert_eq!(to_literal(text.into(), ty), expected, "{text}");
        };
        let point = "2024-02-29T12:00:00.5".parse().expect("a moment");
        let moment = AttributeType::DateTime { zoned: true };
        check("2024-02-29 14:00:00.5 +02:00", &moment, Some(Literal::DateTime(point)));
        check("2024-02-29 12:00:00.500000", &moment, Some(Literal::DateTime(point)));
        check("{\"a\": 1}", &AttributeType::Json, Some(Literal::Json(serde_json::json!({ "a": 1 }))));
        check("12", &AttributeType::Date, None);
    }
}
