//! Parameters and values as the driver that reads PostgreSQL directly has them.

use std::error::Error;

use bytes::BytesMut;
use sea_orm::sea_query::{ArrayType, Value};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// The type that a parameter is sent as; nothing for what no statement that reads has.
pub(super) fn type_of(value: &Value) -> Option<Type> {
    Some(match value {
        Value::Bool(_) => Type::BOOL,
        Value::SmallInt(_) => Type::INT2,
        Value::Int(_) => Type::INT4,
        Value::BigInt(_) => Type::INT8,
        Value::Float(_) => Type::FLOAT4,
        Value::Double(_) => Type::FLOAT8,
        Value::String(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
        Value::Array(ArrayType::BigInt, _) => Type::INT8_ARRAY,
        Value::Array(ArrayType::String, _) => Type::TEXT_ARRAY,
        _ => return None,
    })
}

/// A parameter of a type that [`type_of`] knows.
#[derive(Debug)]
pub(super) struct Parameter<'v>(pub(super) &'v Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Bool(value) => value.to_sql(ty, out),
            Value::SmallInt(number) => number.to_sql(ty, out),
            Value::Int(number) => number.to_sql(ty, out),
            Value::BigInt(number) => number.to_sql(ty, out),
            Value::Float(number) => number.to_sql(ty, out),
            Value::Double(number) => number.to_sql(ty, out),
            Value::String(text) => text.as_deref().to_sql(ty, out),
            Value::Bytes(bytes) => bytes.as_deref().to_sql(ty, out),
            Value::Array(_, None) => Ok(IsNull::Yes),
            Value::Array(_, Some(values)) => {
                let elements: Vec<Parameter<'_>> = values.iter().map(Parameter).collect();
                elements.to_sql(ty, out)
            }
            other => Err(format!("a parameter such as {other:?}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A value of any type as it was sent.
pub(super) struct Bytes<'r>(pub(super) &'r [u8]);

impl<'r> FromSql<'r> for Bytes<'r> {
    fn from_sql(_: &Type, bytes: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
