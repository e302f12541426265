//! A statement with the values that it is run with: once, or for each of several parents.

use std::sync::Arc;

use rusqlite::{
    Error, Result, Statement as Prepared,
    types::{ToSql, ToSqlOutput, Value as Owned, ValueRef},
};
use sea_orm::sea_query::Value;

use crate::{
    catalog::{AttributeType, UuidStorage},
    execute::cells::{Each, KeyPart},
    sql::{Parameter, Statement, hex},
};

/// What is run.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) text: Arc<str>,
    values: Vec<Value>,
    parents: Option<Parents>,
}

/// The keys of parents, and where they stand.
#[derive(Debug)]
struct Parents {
    keys: Arc<Vec<Vec<KeyPart>>>,
    places: Vec<Place>,
}

/// A parameter that is a part of a key.
#[derive(Debug)]
struct Place {
    parameter: usize,
    part: usize,
    /// Whether its column holds bytes.
    is_binary: bool,
}

impl Call {
    pub(super) fn new(statement: &Statement, values: Vec<Value>) -> Self {
        Self { text: Arc::clone(&statement.text), values, parents: None }
    }

    pub(super) fn each(each: Each<'_>) -> Self {
        let types = &each.statement.parent_key;
        let place = |(index, parameter): (usize, &Parameter)| match *parameter {
            Parameter::ParentKeys { part } => {
                let is_binary =
                    matches!(types.get(part), Some(AttributeType::Bytes | AttributeType::Uuid(UuidStorage::Native)));
                Some(Place { parameter: index + 1, part, is_binary })
            }
            _ => None,
        };
        let places = each.statement.parameters.iter().enumerate().filter_map(place).collect();
        let parents = Parents { keys: Arc::clone(each.keys), places };
        Self { text: Arc::clone(&each.statement.text), values: each.values, parents: Some(parents) }
    }

    /// How often it is run: for each parent, or once.
    pub(super) fn runs(&self) -> usize {
        self.parents.as_ref().map_or(1, |parents| parents.keys.len())
    }

    /// Whether rows are told apart by the position of their parent.
    pub(super) fn has_parents(&self) -> bool {
        self.parents.is_some()
    }

    /// Binds what is the same for each run.
    pub(super) fn bind(&self, statement: &mut Prepared<'_>) -> Result<()> {
        for (index, value) in self.values.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, Bound(value))?;
        }
        Ok(())
    }

    /// Binds the key of a run's parent.
    pub(super) fn bind_parent(&self, run: usize, statement: &mut Prepared<'_>) -> Result<()> {
        let Some(parents) = &self.parents else { return Ok(()) };
        for Place { parameter, part, is_binary } in &parents.places {
            statement.raw_bind_parameter(*parameter, BoundKey(parents.keys[run].get(*part), *is_binary))?;
        }
        Ok(())
    }
}

/// A part of a parent's key.
struct BoundKey<'k>(Option<&'k KeyPart>, bool);

impl ToSql for BoundKey<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let value = match (self.0, self.1) {
            (None, _) => ValueRef::Null,
            (Some(KeyPart::Integer(number)), _) => ValueRef::Integer(*number),
            (Some(KeyPart::Text(text)), _) => ValueRef::Text(text.as_bytes()),
            (Some(KeyPart::Bytes(bytes)), true) => ValueRef::Blob(bytes),
            // As in a list of keys, where bytes are hexadecimal digits.
            (Some(KeyPart::Bytes(bytes)), false) => return Ok(ToSqlOutput::Owned(Owned::Text(hex(bytes)))),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// A parameter's value.
struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let integer = |number: Option<i64>| number.map_or(ValueRef::Null, ValueRef::Integer);
        let value = match self.0 {
            Value::Bool(value) => integer(value.map(i64::from)),
            Value::TinyInt(number) => integer(number.map(i64::from)),
            Value::SmallInt(number) => integer(number.map(i64::from)),
            Value::Int(number) => integer(number.map(i64::from)),
            Value::BigInt(number) => integer(*number),
            Value::TinyUnsigned(number) => integer(number.map(i64::from)),
            Value::SmallUnsigned(number) => integer(number.map(i64::from)),
            Value::Unsigned(number) => integer(number.map(i64::from)),
            Value::BigUnsigned(None) | Value::Float(None) => ValueRef::Null,
            Value::BigUnsigned(Some(number)) => match i64::try_from(*number) {
                Ok(number) => ValueRef::Integer(number),
                Err(error) => return Err(Error::ToSqlConversionFailure(error.into())),
            },
            Value::Float(Some(number)) => ValueRef::Real((*number).into()),
            Value::Double(number) => number.map_or(ValueRef::Null, ValueRef::Real),
            Value::String(text) => text.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
            Value::Bytes(bytes) => bytes.as_ref().map_or(ValueRef::Null, |bytes| ValueRef::Blob(bytes)),
            other => return Err(Error::ToSqlConversionFailure(format!("a parameter such as {other:?}").into())),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
