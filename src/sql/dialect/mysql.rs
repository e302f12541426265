//! MariaDB, which speaks MySQL's dialect with `RETURNING`.

use std::str::FromStr;

use sea_orm::{
    prelude::BigDecimal,
    sea_query::{Expr, ExprTrait, Func, LikeExpr, Query, SelectStatement, Value},
};

use super::{Pattern, Typed, escape_like, hex, json_list, key_marker};
use crate::{
    catalog::{AttributeType, DatabaseType, UuidStorage, enum_labels},
    plan::Literal,
    sql::alias::iden,
};

/// Not the backslash: whether that escapes anything in a quoted text is a setting of the server.
const ESCAPE: char = '|';

/// The collation in which texts are equal only where all their letters are.
const EXACT: &str = "utf8mb4_bin";

/// The longest key of text: no index holds more bytes.
const LONGEST_KEY: u32 = 3072;

/// A value as it compares with a column and as it is stored: in the column's own type, so that an index serves it.
pub(super) fn comparable(literal: &Literal, database_type: Option<&DatabaseType>) -> Value {
    let is_single = || database_type.is_some_and(is_single);
    match literal {
        Literal::Uuid(uuid, UuidStorage::Native) if !is_of(database_type, "uuid") => uuid.as_bytes().to_vec().into(),
        // Of single precision the same number has other digits.
        Literal::Float(number) if is_single() => single(*number),
        Literal::Text(digits) if is_single() => digits.parse().map_or_else(|_| value(literal), single),
        literal => value(literal),
    }
}

/// An enum, and one of its values, by their places among the labels: it is ordered by them, but compared as text.
pub(super) fn place(column: &Typed<'_>, literal: &Literal) -> Option<(Expr, Expr)> {
    let declared = column.database_type.filter(|ty| ty.name.starts_with("enum("))?;
    let Literal::Text(label) = literal else { return None };
    let index = enum_labels(&declared.name).iter().position(|known| known == label)?;
    let place = u32::try_from(index).ok()?.checked_add(1)?;
    Some((column.expr.clone().add(0), Expr::val(place)))
}

/// The number of single precision that is next to a number; the number itself where there is none.
fn single(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "single precision is what the column keeps")]
    let single = number as f32;
    if single.is_finite() { single.into() } else { number.into() }
}

fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Boolean(value) => (*value).into(),
        Literal::Integer(value) => (*value).into(),
        Literal::Float(value) => (*value).into(),
        // As text it would be compared as a binary floating-point number. What is no number, no column holds.
        Literal::Decimal(text) => Value::BigDecimal(BigDecimal::from_str(text).ok().map(Box::new)),
        Literal::Bytes(value) => value.clone().into(),
        other => text(other).into(),
    }
}

fn text(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(value) => u8::from(*value).to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Decimal(value) | Literal::Text(value) => value.clone(),
        Literal::Uuid(value, _) => value.to_string(),
        Literal::Date(value) => value.to_string(),
        Literal::Time(value) => value.format("%H:%M:%S%.6f").to_string(),
        Literal::DateTime(value) => value.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        Literal::Bytes(value) => hex(value),
        Literal::Json(value) => value.to_string(),
    }
}

/// A value as it travels in a JSON list: bytes as hexadecimal digits.
fn json(literal: &Literal) -> serde_json::Value {
    match literal {
        Literal::Boolean(value) => u8::from(*value).into(),
        Literal::Integer(value) => (*value).into(),
        Literal::Float(value) => (*value).into(),
        other => text(other).into(),
    }
}

/// The keys of any number of records as one JSON list.
pub(super) fn keys(keys: &[Vec<Literal>]) -> Vec<Value> {
    vec![json_list(keys, json)]
}

/// The key of one record: a value per part.
pub(super) fn key(key: &[Literal], types: &[AttributeType]) -> Vec<Value> {
    let part = |(literal, ty): (&Literal, &AttributeType)| match (literal, ty) {
        (Literal::Bytes(bytes), AttributeType::Uuid(_)) => hex(bytes).into(),
        (literal, _) => value(literal),
    };
    key.iter().zip(types).map(part).collect()
}

/// A part of that key, to compare with a column.
pub(super) fn key_parameter(part: usize, column: &Typed<'_>) -> Expr {
    let value = Expr::val(key_marker(part));
    match column.database_type {
        _ if is_sixteen_bytes(column) => unhyphenated(value),
        Some(ty) if is_single(ty) => value.cast_as("float"),
        _ => value,
    }
}

pub(super) fn is_in(column: &Typed<'_>, list: Expr) -> Expr {
    column.expr.clone().in_subquery(list_of(std::slice::from_ref(column), list, false))
}

pub(super) fn list(literals: &[Literal]) -> Value {
    literals.iter().map(json).collect::<serde_json::Value>().to_string().into()
}

/// Lists of keys as a table with the columns `k0`, `k1`, ….
pub(super) fn key_list(key: &[Typed<'_>]) -> SelectStatement {
    list_of(key, Expr::val(key_marker(0)), false)
}

/// The same with the position of each key.
pub(super) fn parents(key: &[Typed<'_>]) -> SelectStatement {
    list_of(key, Expr::val(key_marker(0)), true)
}

fn list_of(key: &[Typed<'_>], list: Expr, numbered: bool) -> SelectStatement {
    let mut columns: Vec<String> = numbered.then(|| "ord FOR ORDINALITY".to_owned()).into_iter().collect();
    let mut select = Query::select();
    for (part, column) in key.iter().enumerate() {
        let name = iden(&format!("k{part}"));
        let path = if key.len() == 1 { "$".to_owned() } else { format!("$[{part}]") };
        columns.push(format!("k{part} {} PATH '{path}'", listed_type(column)));
        let value = Expr::col(name.clone());
        select.expr_as(if is_bytes(column) { unhyphenated(value) } else { value }, name);
    }
    if numbered {
        select.expr_as(Expr::col(iden("ord")).sub(1), iden("ord"));
    }
    let rows = Expr::cust(format!("'$[*]' COLUMNS ({})", columns.join(", ")));
    select.from_function(Func::cust(iden("JSON_TABLE")).arg(list).arg(rows), iden("list"));
    select
}

fn unhyphenated(digits: Expr) -> Expr {
    let digits = Func::cust(iden("REPLACE")).arg(digits).arg(Expr::val("-")).arg(Expr::val(""));
    Func::cust(iden("UNHEX")).arg(digits).into()
}

/// The type in which a value of a list is compared with a column: wide enough that nothing that the column cannot hold
/// is cut down to something that it does, and for text in the column's own collation.
fn listed_type(column: &Typed<'_>) -> String {
    let text = |length: u32| {
        let collation = column.database_type.and_then(|ty| ty.collation.as_deref());
        let charset = collation.and_then(|name| name.split('_').next()).unwrap_or_default();
        // Written into the statement by itself, so that it is no more than a word.
        let is_word =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match collation {
            Some(name) if is_word(name) => format!("varchar({length}) CHARACTER SET {charset} COLLATE {name}"),
            _ => format!("varchar({length})"),
        }
    };
    match column.ty {
        _ if is_of(column.database_type, "bit") || is_of(column.database_type, "bigint unsigned") => {
            "bigint unsigned".to_owned()
        }
        AttributeType::Boolean | AttributeType::Int | AttributeType::BigInt => "bigint".to_owned(),
        AttributeType::Float if column.database_type.is_some_and(is_single) => "float".to_owned(),
        AttributeType::Float => "double".to_owned(),
        AttributeType::Decimal { scale, .. } => format!("decimal(65, {})", scale.unwrap_or_default().clamp(30, 38)),
        AttributeType::Date => "date".to_owned(),
        AttributeType::Time => "time(6)".to_owned(),
        AttributeType::DateTime { .. } => "datetime(6)".to_owned(),
        AttributeType::Uuid(UuidStorage::Native) => "varchar(36)".to_owned(),
        AttributeType::Bytes => format!("varchar({})", 2 * LONGEST_KEY),
        AttributeType::String { max_length } => {
            text(max_length.map_or(LONGEST_KEY, |length| Ord::min(length, LONGEST_KEY)) + 1)
        }
        AttributeType::Uuid(UuidStorage::Text) | AttributeType::Enum(_) | AttributeType::Text | AttributeType::Json => {
            text(256)
        }
    }
}

fn is_bytes(column: &Typed<'_>) -> bool {
    *column.ty == AttributeType::Bytes || is_sixteen_bytes(column)
}

/// Whether a column keeps UUIDs in `binary(16)`.
fn is_sixteen_bytes(column: &Typed<'_>) -> bool {
    *column.ty == AttributeType::Uuid(UuidStorage::Native) && !is_of(column.database_type, "uuid")
}

/// Whether a column is of a type, whatever its length: `bigint(20) unsigned` is of `bigint unsigned`.
fn is_of(ty: Option<&DatabaseType>, name: &str) -> bool {
    let Some(ty) = ty else { return false };
    let plain = match (ty.name.split_once('('), ty.name.split_once(')')) {
        (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
        _ => ty.name.clone(),
    };
    plain.trim_end_matches(" zerofill") == name
}

fn is_single(ty: &DatabaseType) -> bool {
    is_of(Some(ty), "float") || is_of(Some(ty), "float unsigned")
}

/// Bits are read as the number that they stand for.
pub(super) fn readable(column: &Typed<'_>) -> Expr {
    match column.ty {
        AttributeType::Decimal { .. } if is_of(column.database_type, "bit") => column.expr.clone().cast_as("unsigned"),
        _ => column.expr.clone(),
    }
}

/// Letter case counts or does not, whatever the column's collation says.
pub(super) fn matches(column: Expr, pattern: String, ignore_case: bool) -> Expr {
    let exact = Expr::cust_with_expr(format!("CONVERT(? USING utf8mb4) COLLATE {EXACT}"), column);
    let text = if ignore_case { Func::lower(exact).into() } else { exact };
    text.like(LikeExpr::new(pattern).escape(ESCAPE))
}

pub(super) fn pattern(pattern: Pattern, text: &str, ignore_case: bool) -> String {
    let lower = ignore_case.then(|| text.to_lowercase());
    pattern.surround(&escape_like(lower.as_deref().unwrap_or(text), ESCAPE), '%')
}
