//! SQLite.

use sea_orm::sea_query::{
    Expr, ExprTrait, Func, LikeExpr, Query, SelectStatement, Value, extension::sqlite::SqliteExpr,
};

use chrono::{NaiveDateTime, NaiveTime, Timelike};

use super::{Pattern, Typed, escape_like, hex, json_list, key_marker};
use crate::{
    catalog::{AttributeType, UuidStorage},
    plan::Literal,
    sql::alias::iden,
};

/// The spelling in which points in time compare: one for all the spellings that SQLite's date functions read.
const DATE_TIME: &str = "%Y-%m-%d %H:%M:%f";

/// A value in the form in which it compares with a column of its type.
pub(super) fn value(literal: &Literal, ty: &AttributeType) -> Value {
    match literal {
        Literal::Boolean(value) => Value::from(*value),
        Literal::Integer(value) => (*value).into(),
        Literal::Float(value) => (*value).into(),
        // Columns of decimals hold binary floating-point numbers in SQLite.
        Literal::Decimal(value) if matches!(ty, AttributeType::Decimal { .. }) => {
            value.parse::<f64>().map_or_else(|_| value.clone().into(), Into::into)
        }
        Literal::Decimal(value) | Literal::Text(value) => value.clone().into(),
        Literal::Uuid(value, UuidStorage::Native) => value.as_bytes().to_vec().into(),
        Literal::Uuid(value, UuidStorage::Text) => value.to_string().into(),
        Literal::Date(value) => value.to_string().into(),
        Literal::Time(value) => time(*value).into(),
        Literal::DateTime(value) => date_time(*value).into(),
        Literal::Bytes(value) => value.clone().into(),
        Literal::Json(value) => value.to_string().into(),
    }
}

/// Whether the binary floating-point number that stands for a decimal is read back as the same.
pub(super) fn keeps_decimal(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| significant(&number.to_string()) == significant(text))
}

/// A decimal's sign, its digits without zeros around them, and how many places the point is from the first of them.
fn significant(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let unsigned = mantissa.trim_start_matches(['+', '-']);
    let (whole, places) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = format!("{whole}{places}");
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let digits = digits.trim_matches('0').to_owned();
    if digits.is_empty() {
        return Some((false, digits, 0));
    }
    let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + exponent.parse::<i64>().ok()?;
    Some((mantissa.starts_with('-'), digits, point))
}

/// A value as it is kept: points in time with all their digits, in the spelling of the driver.
pub(super) fn stored(literal: &Literal, ty: &AttributeType) -> Value {
    let format = |format: &str| match literal {
        Literal::DateTime(value) => Some(value.format(format).to_string()),
        Literal::Time(value) => Some(value.format(format).to_string()),
        _ => None,
    };
    let spelled = match ty {
        AttributeType::DateTime { zoned: true } => format("%Y-%m-%d %H:%M:%S%.f+00:00"),
        AttributeType::DateTime { zoned: false } => format("%Y-%m-%d %H:%M:%S%.f"),
        AttributeType::Time => format("%H:%M:%S%.f"),
        _ => None,
    };
    spelled.map_or_else(|| value(literal, ty), Value::from)
}

fn time(time: NaiveTime) -> String {
    milliseconds(time).format("%H:%M:%S%.3f").to_string()
}

fn date_time(point: NaiveDateTime) -> String {
    milliseconds(point).format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// A time rounded as SQLite's date functions print it: to the millisecond, but never into the next minute.
fn milliseconds<T: Timelike + Copy>(time: T) -> T {
    let (second, thousandths) = match (time.second(), (time.nanosecond() + 500_000) / 1_000_000) {
        (59, 1_000..) => (59, 999),
        (second, 1_000..) => (second + 1, 0),
        (second, thousandths) => (second, thousandths),
    };
    let rounded = time.with_second(second).and_then(|time| time.with_nanosecond(thousandths * 1_000_000));
    rounded.unwrap_or(time)
}

pub(super) fn comparable(column: &Typed<'_>) -> Expr {
    // Numbers are seconds since 1970 where they are too large to be days.
    let format = |format: &str| Func::cust(iden("strftime")).arg(format).arg(column.expr.clone()).arg("auto").into();
    match column.ty {
        AttributeType::DateTime { .. } => format(DATE_TIME),
        AttributeType::Date => format("%Y-%m-%d"),
        AttributeType::Time => format("%H:%M:%f"),
        AttributeType::Uuid(UuidStorage::Text) => Func::lower(column.expr.clone()).into(),
        // Answered as text, whatever its storage class is.
        AttributeType::Text => column.expr.clone().cast_as("text"),
        _ => column.expr.clone(),
    }
}

/// A column as it compares with the key of one record.
pub(super) fn key_column(column: &Typed<'_>) -> Expr {
    match column.ty {
        AttributeType::Text => comparable(column),
        _ => column.expr.clone(),
    }
}

pub(super) fn is_in(column: &Typed<'_>, list: Expr) -> Expr {
    let element = key_expr(Expr::col(iden("value")), column.ty);
    let list =
        Query::select().expr(element).from_function(Func::cust(iden("json_each")).arg(list), iden("list")).take();
    comparable(column).in_subquery(list)
}

pub(super) fn list(literals: &[Literal]) -> Value {
    literals.iter().map(json).collect::<serde_json::Value>().to_string().into()
}

/// A value as it travels in a JSON list: bytes as hexadecimal digits.
fn json(literal: &Literal) -> serde_json::Value {
    match literal {
        Literal::Boolean(value) => i64::from(*value).into(),
        Literal::Integer(value) => (*value).into(),
        Literal::Float(value) => (*value).into(),
        Literal::Decimal(value) => value.parse::<f64>().map_or_else(|_| value.clone().into(), Into::into),
        Literal::Text(value) => value.clone().into(),
        Literal::Uuid(value, UuidStorage::Native) => hex(value.as_bytes()).into(),
        Literal::Uuid(value, UuidStorage::Text) => value.to_string().into(),
        Literal::Date(value) => value.to_string().into(),
        Literal::Time(value) => time(*value).into(),
        Literal::DateTime(value) => date_time(*value).into(),
        Literal::Bytes(value) => hex(value).into(),
        Literal::Json(value) => value.to_string().into(),
    }
}

/// The keys of any number of records as one JSON list: of values, or of lists of values.
pub(super) fn keys(keys: &[Vec<Literal>]) -> Vec<Value> {
    vec![json_list(keys, json)]
}

/// The elements of such a list as a table with the columns `k0`, `k1`, ….
pub(super) fn key_list(key: &[Typed<'_>]) -> SelectStatement {
    let list = iden("list");
    let mut select = Query::select();
    for (part, column) in key.iter().enumerate() {
        let value = Expr::col((list.clone(), iden("value")));
        let value = if key.len() == 1 {
            value
        } else {
            Func::cust(iden("json_extract")).arg(value).arg(Expr::val(format!("$[{part}]"))).into()
        };
        select.expr_as(key_expr(value, column.ty), iden(&format!("k{part}")));
    }
    select.from_function(Func::cust(iden("json_each")).arg(Expr::val(key_marker(0))), list);
    select
}

/// What a value from a JSON list is compared as.
fn key_expr(value: Expr, ty: &AttributeType) -> Expr {
    match ty {
        AttributeType::Uuid(UuidStorage::Native) | AttributeType::Bytes => Func::cust(iden("unhex")).arg(value).into(),
        _ => value,
    }
}

/// LIKE ignores the case of ASCII letters here, GLOB does not.
pub(super) fn matches(column: Expr, pattern: String, ignore_case: bool) -> Expr {
    if ignore_case { column.like(LikeExpr::new(pattern).escape('\\')) } else { column.glob(pattern) }
}

pub(super) fn pattern(pattern: Pattern, text: &str, ignore_case: bool) -> String {
    if ignore_case {
        return pattern.surround(&escape_like(text, '\\'), '%');
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '*' | '?' | '[' => escaped.extend(['[', letter, ']']),
            other => escaped.push(other),
        }
    }
    pattern.surround(&escaped, '*')
}

/// A sum of binary floating-point numbers, back on the grid of decimals that they stand for.
pub(super) fn decimal_sum(column: Expr, scale: u32) -> Expr {
    Func::cust(iden("round")).arg(column.sum()).arg(Expr::val(scale)).into()
}

/// A key that is bound once for each parent. Without the sign, SQLite would look in the statistics of an analysed table
/// whether another plan suits each value better, and prepare the statement anew.
pub(super) fn only_parent(part: usize) -> Expr {
    Expr::cust_with_values("+?", [key_marker(part)])
}

/// `json_each` numbers the elements of its list in `key`.
pub(super) fn parents(key: &[Typed<'_>]) -> SelectStatement {
    let mut select = key_list(key);
    select.expr_as(Expr::col((iden("list"), iden("key"))), iden("ord"));
    select
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_kept_that_binary_numbers_tell_apart() {
        for kept in [
            "0",
            "-0",
            "0.00",
            "1",
            "+1.50",
            "-1.5",
            ".5",
            "5.",
            "007",
            "0.1",
            "99999999.99",
            "1e5",
            "1.5E-3",
            "900719925474099e-3",
            "1e300",
            "123456789012345000000",
        ] {
            assert!(keeps_decimal(kept), "{kept}");
        }
        for lost in ["9007199254740993", "1234567890123456789", "0.12345678901234567891", "1e400", "1e-400"] {
            assert!(!keeps_decimal(lost), "{lost}");
        }
    }
}
