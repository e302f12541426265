//! Parameters whose values come with each request: how what a client gives becomes what the statement takes.

use std::mem::{Discriminant, discriminant};

use sea_orm::sea_query::Value;

use crate::{
    catalog::{AttributeType, DatabaseType},
    plan::{Literal, Operand},
};

use super::dialect::{Dialect, Pattern, Typed};

/// A parameter whose value a leaf of the request's variables gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Which leaf.
    pub leaf: usize,
    /// The type of the attribute that it is compared with, or stored in.
    ty: AttributeType,
    database_type: Option<DatabaseType>,
    form: Form,
    /// Which kind of value the statement was compiled for.
    kind: Option<Discriminant<Literal>>,
    /// The parameter that the statement was compiled with.
    value: Value,
}

/// What a statement takes in the place of what a client gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The value.
    Value,
    /// All values in one.
    List,
    /// A pattern that looks for the text.
    Pattern(Pattern, bool),
    /// The value as it is stored.
    Stored,
}

impl Slot {
    /// The slot of an operand; nothing where its value is always the same, or the statement's text depends on it.
    pub(super) fn of(dialect: Dialect, operand: &Operand, column: &Typed<'_>, form: Form) -> Option<Self> {
        let leaf = operand.leaf?;
        let database_type = column.database_type.cloned();
        let kind = operand.literals.first().map(discriminant);
        let value = form.value(dialect, &operand.literals, column.ty, column.database_type);
        let slot = Self { leaf, ty: column.ty.clone(), database_type, form, kind, value };
        slot.takes(dialect, &operand.literals).then_some(slot)
    }

    /// The parameter that the statement was compiled with.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Lets go of that parameter.
    pub(super) fn forget(&mut self) {
        self.value = Value::String(None);
    }

    /// The parameter for a value, or a list of them; nothing where they are not of the attribute's type, or need another
    /// statement.
    pub fn bind(&self, dialect: Dialect, value: &serde_json::Value) -> Option<Value> {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let literals = match self.form {
            Form::Stored => vec![Literal::parse_stored(value, &self.ty).ok()?],
            _ => values.iter().map(|value| Literal::parse_compared(value, &self.ty)).collect::<Result<_, _>>().ok()?,
        };
        self.takes(dialect, &literals)
            .then(|| self.form.value(dialect, &literals, &self.ty, self.database_type.as_ref()))
    }

    /// Whether the statement is the right one for values: their casts depend on what they are.
    fn takes(&self, dialect: Dialect, literals: &[Literal]) -> bool {
        let is_alike = |literal: &Literal| {
            let is_of_a_kind = || self.kind == Some(discriminant(literal));
            let is_kept = self.form != Form::Stored || dialect.keeps(literal);
            is_kept && dialect.is_plain(literal) && (self.form == Form::List || is_of_a_kind())
        };
        literals.iter().all(is_alike)
    }
}

impl Form {
    /// The parameter that stands for values of a type.
    pub(super) fn value(
        self,
        dialect: Dialect,
        literals: &[Literal],
        ty: &AttributeType,
        database_type: Option<&DatabaseType>,
    ) -> Value {
        match (self, literals.first()) {
            (Self::List, _) => dialect.list(literals),
            (Self::Stored, Some(literal)) => dialect.stored_value(literal, ty, database_type),
            (Self::Value, Some(literal)) => dialect.value(literal, ty, database_type),
            (Self::Pattern(pattern, ignore_case), Some(Literal::Text(text))) => {
                dialect.pattern(pattern, text, ignore_case).into()
            }
            _ => Value::String(None),
        }
    }
}

/// Stands for a slot until the statement's parameters are known. No text of a client has this character.
pub(super) fn marker(slot: usize) -> String {
    format!("\0{slot}")
}

/// The slot that a parameter stands for.
pub(super) fn marked(value: &Value) -> Option<usize> {
    match value {
        Value::String(Some(text)) => text.strip_prefix('\0')?.parse().ok(),
        _ => None,
    }
}
