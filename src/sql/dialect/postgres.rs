//! PostgreSQL.

use sea_orm::sea_query::{
    ArrayType, Expr, ExprTrait, Func, LikeExpr, Query, SelectStatement, Value,
    extension::postgres::{PgExpr, PgFunc},
};

use chrono::{Datelike, NaiveDate};

use super::{Pattern, Typed, escape_like, hex, key_marker};
use crate::{
    catalog::{AttributeType, DatabaseType, EnumType, EnumValue, StoredValue},
    plan::Literal,
    sql::{alias::iden, levels},
};

/// A cast to a type of the database itself.
pub(super) fn cast(expr: Expr, name: &'static str) -> Expr {
    expr.cast_as(name)
}

fn cast_to(expr: Expr, ty: &DatabaseType) -> Expr {
    match &ty.namespace {
        Some(namespace) => Func::cast_as_quoted(expr, (iden(namespace), iden(&ty.name))).into(),
        None => Func::cast_as_quoted(expr, iden(&ty.name)).into(),
    }
}

/// Numbers and truth values go as they are; everything else as text, cast to the column's own type,
/// so that the comparison happens in that type and an index on the column serves it.
pub(super) fn typed(value: Expr, literal: &Literal, column: &Typed<'_>) -> Expr {
    let is_of_type = matches!(
        (column.ty, literal),
        (AttributeType::Float, Literal::Float(_)) | (AttributeType::Bytes, Literal::Bytes(_))
    );
    let value = if is_of_type { value } else { key_text(value, column) };
    match (column.database_type, column.ty) {
        (_, AttributeType::Boolean | AttributeType::Int | AttributeType::BigInt) | (None, AttributeType::Bytes) => {
            value
        }
        // An enum that a column keeps as numbers.
        (_, AttributeType::Enum(_)) if matches!(literal, Literal::Integer(_)) => value,
        (_, AttributeType::Text) => cast(value, "text"),
        // A number beyond single precision compares as what it is instead of being refused.
        (Some(_), AttributeType::Float) if is_beyond_single(literal) => cast(value, "float8"),
        (Some(ty), _) => cast_to(value, ty),
        (None, AttributeType::Float) => cast(value, "float8"),
        (None, AttributeType::Decimal { .. }) => cast(value, "numeric"),
        (None, AttributeType::Uuid(_)) => cast(value, "uuid"),
        (None, AttributeType::Date) => cast(value, "date"),
        (None, AttributeType::Time) => cast(value, "time"),
        (None, AttributeType::DateTime { zoned: true }) => cast(value, "timestamptz"),
        (None, AttributeType::DateTime { zoned: false }) => cast(value, "timestamp"),
        // Assigned to a column of the other type of documents, it is converted.
        (None, AttributeType::Json) => cast(value, "json"),
        (None, _) => cast(value, "text"),
    }
}

/// Types that are read as the database's text are compared as that: some, such as `xml` and `point`, have no equality.
pub(super) fn comparable(column: &Typed<'_>) -> Expr {
    match column.ty {
        AttributeType::Text => as_text(column),
        // A domain over an enum has none of the enum's operators.
        AttributeType::Enum(_) => {
            column.database_type.map_or_else(|| column.expr.clone(), |ty| cast_to(column.expr.clone(), ty))
        }
        _ => column.expr.clone(),
    }
}

/// Keys are cast to the column's own type, or to what a domain over an enum is made of.
pub(super) fn comparable_key(column: &Typed<'_>) -> Expr {
    match column.ty {
        AttributeType::Enum(_) => comparable(column),
        _ => column.expr.clone(),
    }
}

/// A value as the database prints it. The cast of an `inet` adds the length of the mask where nobody else does.
fn as_text(column: &Typed<'_>) -> Expr {
    let is_address = column.database_type.is_some_and(|ty| ty.namespace.is_none() && ty.name == "inet");
    if is_address {
        Func::cust(iden("abbrev")).arg(column.expr.clone()).into()
    } else {
        cast(column.expr.clone(), "text")
    }
}

/// Numbers up to here are rounded to the largest one of single precision.
const MAX_SINGLE: f64 = 3.402_823_567_797_336_4e38;

pub(super) fn is_beyond_single(literal: &Literal) -> bool {
    matches!(literal, Literal::Float(number) if number.abs() > MAX_SINGLE)
}

pub(super) fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Boolean(value) => (*value).into(),
        Literal::Integer(value) => (*value).into(),
        Literal::Float(value) => (*value).into(),
        Literal::Bytes(value) => value.clone().into(),
        other => text(other).into(),
    }
}

fn text(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Decimal(value) | Literal::Text(value) => value.clone(),
        Literal::Uuid(value, _) => value.to_string(),
        Literal::Date(value) => era(*value, ""),
        Literal::Time(value) => value.to_string(),
        // Taken as UTC whether the column has a zone or not.
        Literal::DateTime(value) => era(value.date(), &value.format(" %H:%M:%S%.fZ").to_string()),
        Literal::Bytes(value) => format!("\\x{}", hex(value)),
        Literal::Json(value) => value.to_string(),
    }
}

/// A value as it is kept: in the column's own type, which is what assignments ask for.
pub(super) fn stored(value: Expr, literal: &Literal, column: &Typed<'_>) -> Expr {
    match (column.database_type, column.ty) {
        (Some(ty), AttributeType::Text) => cast_to(cast(value, "text"), ty),
        _ => typed(value, literal, column),
    }
}

/// The keys of any number of records: a list per part.
pub(super) fn keys(keys: &[Vec<Literal>], types: &[AttributeType]) -> Vec<Value> {
    let list = |part: usize, ty: &AttributeType| {
        let values = keys.iter().filter_map(|key| key.get(part));
        let (array, values): (ArrayType, Vec<Value>) = match ty {
            AttributeType::Int | AttributeType::BigInt => (ArrayType::BigInt, values.map(value).collect()),
            _ => (ArrayType::String, values.map(|literal| text(literal).into()).collect()),
        };
        Value::Array(array, Some(Box::new(values)))
    };
    types.iter().enumerate().map(|(part, ty)| list(part, ty)).collect()
}

/// A date and what follows it. Years before the first are counted backwards and said so.
fn era(date: NaiveDate, rest: &str) -> String {
    let year = date.year();
    let (count, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    format!("{count:04}-{:02}-{:02}{rest}{era}", date.month(), date.day())
}

pub(super) fn list(literals: &[Literal]) -> Value {
    let texts = literals.iter().map(|literal| text(literal).into()).collect();
    Value::Array(ArrayType::String, Some(Box::new(texts)))
}

pub(super) fn is_in(column: &Typed<'_>, list: Expr, literals: &[Literal]) -> Expr {
    // A column of an array type has no element type of its own name; comparing as text is exact for those.
    let list =
        if literals.iter().any(is_beyond_single) { cast(list, "float8[]") } else { cast(list, list_type(column)) };
    let (left, list) = match (column.ty, column.database_type) {
        // Strings that code knows as an enum compare as they are, so that an index serves them.
        (AttributeType::Enum(known), None) if !is_number(known) => (column.expr.clone(), list),
        (AttributeType::Text, _) => (as_text(column), list),
        (AttributeType::Enum(_), _) => (cast(column.expr.clone(), "text"), list),
        _ => (column.expr.clone(), list),
    };
    left.eq(PgFunc::any(list))
}

/// The array type that a list is compared in: padding and precision are the column's own.
fn list_type(column: &Typed<'_>) -> &'static str {
    match column.database_type {
        Some(ty) if is_padded(ty) => "bpchar[]",
        Some(ty) if ty.namespace.is_none() && ty.name == "float4" => "float4[]",
        _ => array_type(column.ty),
    }
}

fn is_number(list: &EnumType) -> bool {
    matches!(list.values.first(), Some(EnumValue { stored: StoredValue::Integer(_), .. }))
}

/// The array type in which lists and parents' keys travel.
fn array_type(ty: &AttributeType) -> &'static str {
    match ty {
        AttributeType::Boolean => "bool[]",
        AttributeType::Int => "int4[]",
        AttributeType::BigInt => "int8[]",
        AttributeType::Float => "float8[]",
        AttributeType::Decimal { .. } => "numeric[]",
        AttributeType::Uuid(_) => "uuid[]",
        AttributeType::Date => "date[]",
        AttributeType::Time => "time[]",
        AttributeType::DateTime { zoned: true } => "timestamptz[]",
        AttributeType::DateTime { zoned: false } => "timestamp[]",
        AttributeType::Bytes => "bytea[]",
        AttributeType::String { .. } | AttributeType::Enum(_) | AttributeType::Text | AttributeType::Json => "text[]",
    }
}

/// The encoder reads numbers, text, UUIDs, dates and bytes in their binary form; the rest comes as text.
pub(super) fn readable(column: &Typed<'_>) -> Expr {
    match column.ty {
        AttributeType::Text => as_text(column),
        AttributeType::Decimal { .. } | AttributeType::Enum(_) | AttributeType::Json => {
            cast(column.expr.clone(), "text")
        }
        AttributeType::String { .. } if column.database_type.is_some_and(|ty| !is_plain_text(ty)) => {
            cast(column.expr.clone(), "text")
        }
        _ => column.expr.clone(),
    }
}

fn is_padded(ty: &DatabaseType) -> bool {
    ty.namespace.is_none() && ty.name == "bpchar"
}

fn is_plain_text(ty: &DatabaseType) -> bool {
    ty.namespace.is_none() && matches!(ty.name.as_str(), "text" | "varchar" | "bpchar" | "name")
}

/// ILIKE takes no ESCAPE in the parentheses that sea-query puts around it; the backslash is the default anyway.
pub(super) fn matches(column: Expr, pattern: String, ignore_case: bool) -> Expr {
    if ignore_case { column.ilike(pattern) } else { column.like(LikeExpr::new(pattern).escape('\\')) }
}

pub(super) fn pattern(pattern: Pattern, text: &str) -> String {
    pattern.surround(&escape_like(text, '\\'), '%')
}

/// The key of one record: a value per part.
pub(super) fn key(key: &[Literal]) -> Vec<Value> {
    let part = |literal: &Literal| match literal {
        Literal::Integer(number) => (*number).into(),
        other => text(other).into(),
    };
    key.iter().map(part).collect()
}

/// What was read of a key is text where values of clients are none. One text of a statement must not stand for both: the
/// pool's driver would take the parameters of one for those of the other.
fn key_text(value: Expr, column: &Typed<'_>) -> Expr {
    match column.ty {
        AttributeType::Float | AttributeType::Bytes => cast(value, "text"),
        _ => value,
    }
}

/// A part of that key, to compare with a column.
pub(super) fn key_parameter(part: usize, column: &Typed<'_>) -> Expr {
    let value = Expr::val(key_marker(part));
    let value = key_text(value, column);
    match (column.ty, column.database_type) {
        (AttributeType::Int | AttributeType::BigInt, _) => value,
        (_, Some(ty)) => cast_to(value, ty),
        (ty, None) => cast(value, array_type(ty).trim_end_matches("[]")),
    }
}

/// Lists of keys as a table with the columns `k0`, `k1`, …: several `unnest` in one select list run in step.
pub(super) fn key_list(key: &[Typed<'_>]) -> SelectStatement {
    let mut keys = Query::select();
    for (part, column) in key.iter().enumerate() {
        let array = cast(Expr::val(key_marker(part)), array_type(column.ty));
        let element = Func::cust(iden("unnest")).arg(array).into();
        let element = match column.database_type {
            // What travels as text compares as its own type: padding, letter case and indexes are the type's.
            Some(ty) if array_type(column.ty) == "text[]" && !matches!(ty.name.as_str(), "text" | "varchar") => {
                cast_to(element, ty)
            }
            // The same number has other digits in single precision.
            Some(ty) if *column.ty == AttributeType::Float => cast_to(element, ty),
            _ => element,
        };
        keys.expr_as(element, iden(&format!("k{part}")));
    }
    keys
}

/// Any element of a list of keys. An index finds all of them at once, which a join with them does for one after the other
/// or not at all.
pub(super) fn any_parent(part: usize, column: &Typed<'_>) -> Expr {
    PgFunc::any(cast(Expr::val(key_marker(part)), array_type(column.ty))).into()
}

/// The same of a column of another level: found first, as a list.
pub(super) fn any_of_level(level: usize, column: usize) -> Expr {
    let values = Query::select().column(levels::column(column)).from(levels::table(level)).take();
    PgFunc::any(Func::cust(iden("ARRAY")).arg(Expr::from(values))).into()
}

/// The rows are numbered as they come. A second series beside them would be taken for a thousand rows, and the plan
/// with it.
pub(super) fn parents(key: &[Typed<'_>]) -> SelectStatement {
    let mut select = Query::select();
    for part in 0..key.len() {
        select.column(iden(&format!("k{part}")));
    }
    select.expr_as(Expr::cust("row_number() OVER () - 1"), iden("ord"));
    select.from_subquery(key_list(key), iden("keys"));
    select
}
