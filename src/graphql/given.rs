//! What a request gives for the variables of its operation: shape and leaves.
//!
//! Requests of one shape differ in the values of their leaves only: in truth values, numbers, texts, and lists of equal
//! ones. Null is part of the shape, and so are the names of members and the lengths of other lists.

use async_graphql::parser::types::OperationDefinition;
use async_graphql_value::ConstValue;
use serde_json::{Map, Value};

use crate::{
    error::Code,
    plan::{Error, Input, Leaf, Members, Result},
};

use super::document::position;

/// The variables of a request, seen without looking at the values of their leaves.
#[derive(Debug)]
pub(super) struct Given<'g> {
    /// Equal for requests of one shape.
    pub(super) shape: Vec<u8>,
    /// The values of the leaves, in order.
    pub(super) leaves: Vec<&'g Value>,
}

impl<'g> Given<'g> {
    /// What is given for the variables of an operation.
    pub(super) fn of(operation: &OperationDefinition, given: &'g Map<String, Value>) -> Self {
        let mut this = Self { shape: Vec::with_capacity(32), leaves: Vec::new() };
        for definition in &operation.variable_definitions {
            match given.get(definition.node.name.node.as_str()) {
                Some(value) => this.value(value),
                None => this.shape.push(b'-'),
            }
        }
        this
    }

    fn value(&mut self, value: &'g Value) {
        if let Some(class) = class(value) {
            self.shape.push(class);
            self.leaves.push(value);
            return;
        }
        match value {
            Value::Array(values) => {
                if let Some(class) = list_class(values) {
                    self.shape.extend([b'*', class]);
                    self.leaves.push(value);
                } else {
                    self.shape.push(b'[');
                    for value in values {
                        self.value(value);
                    }
                    self.shape.push(b']');
                }
            }
            Value::Object(members) => {
                self.shape.push(b'{');
                for (name, value) in members {
                    // A name says how long it is, so that nothing in it is taken for the end.
                    self.shape.extend(name.len().to_le_bytes());
                    self.shape.extend_from_slice(name.as_bytes());
                    self.value(value);
                }
                self.shape.push(b'}');
            }
            _ => self.shape.push(b'0'),
        }
    }
}

/// What the engine tells scalars apart by; nothing for what is no leaf.
fn class(value: &Value) -> Option<u8> {
    match value {
        Value::Bool(_) => Some(b'b'),
        Value::String(_) => Some(b's'),
        Value::Number(number) => Some(match (number.as_i64(), number.is_u64()) {
            (Some(number), _) if i32::try_from(number).is_ok() => b'i',
            (Some(_), _) => b'l',
            (None, true) => b'u',
            (None, false) => b'd',
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What all elements of a list are; nothing where they are not alike.
fn list_class(values: &[Value]) -> Option<u8> {
    let first = class(values.first()?)?;
    values.iter().all(|value| class(value) == Some(first)).then_some(first)
}

/// Variables with their defaults (GraphQL 6.1.2, `CoerceVariableValues`), and their leaves in the order of [`Given`].
///
/// # Errors
/// When a required one is missing.
pub(super) fn variables(operation: &OperationDefinition, given: &Map<String, Value>) -> Result<(Members, Vec<Leaf>)> {
    let (mut members, mut leaves) = (Members::new(), Vec::new());
    for definition in &operation.variable_definitions {
        let name = definition.node.name.node.as_str();
        let value = match (given.get(name), &definition.node.default_value) {
            (Some(value), _) => Some(input(value, &mut leaves)),
            (None, Some(default)) => Some(Input::constant(json(default.node.clone()))),
            (None, None) => None,
        };
        if !definition.node.var_type.node.nullable && value.as_ref().is_none_or(Input::is_null) {
            let message = format!("the variable ${name} of type {} must be given", definition.node.var_type.node);
            return Err(Error::new(Code::GraphqlValidationFailed, message).at(position(definition.pos)));
        }
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    }
    Ok((members, leaves))
}

fn input(value: &Value, leaves: &mut Vec<Leaf>) -> Input {
    let is_leaf = class(value).is_some() || value.as_array().is_some_and(|values| list_class(values).is_some());
    if is_leaf {
        let leaf = Leaf::new(leaves.len(), value.clone());
        leaves.push(leaf.clone());
        return Input::Variable(leaf);
    }
    match value {
        Value::Array(values) => Input::List(values.iter().map(|value| input(value, leaves)).collect()),
        Value::Object(members) => {
            Input::Object(members.iter().map(|(name, value)| (name.clone(), input(value, leaves))).collect())
        }
        scalar => Input::Scalar(scalar.clone()),
    }
}

fn json(value: ConstValue) -> Value {
    value.into_json().unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn operation(text: &str) -> OperationDefinition {
        let document = parse_query(text).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        operation.node.clone()
    }

    #[track_caller]
    fn check(one: &Value, other: &Value, same: bool) {
        let operation = operation("query($a: Int, $b: Int = 1) { a }");
        let shape = |given: &Value| Given::of(&operation, given.as_object().unwrap()).shape;
        assert_eq!(shape(one) == shape(other), same, "{one} and {other}");
    }

    #[test]
    fn values_of_a_kind_have_one_shape() {
        check(&json!({ "a": 1 }), &json!({ "a": -7 }), true);
        check(&json!({ "a": "x" }), &json!({ "a": "" }), true);
        check(&json!({ "a": { "b": [{ "c": 1 }] } }), &json!({ "a": { "b": [{ "c": 2 }] } }), true);
        check(&json!({ "a": [1, 2, 3] }), &json!({ "a": [4] }), true);
        // What is not declared does not count.
        check(&json!({ "z": 1 }), &json!({}), true);
    }

    #[test]
    fn other_kinds_have_other_shapes() {
        let values = [
            json!(1),
            json!(1_u64 << 40),
            json!(u64::MAX),
            json!(1.5),
            json!("1"),
            json!(true),
            json!(null),
            json!([1]),
            json!(["1"]),
            json!([1, "1"]),
            json!([1, 1.5, 2]),
            json!([]),
            json!([null]),
            json!([[1]]),
            json!({}),
            json!({ "b": 1 }),
            json!({ "c": 1 }),
            json!({ "b": 1, "c": 1 }),
            json!({ "b": { "c": 1 } }),
        ];
        for (index, one) in values.iter().enumerate() {
            for (other, value) in values.iter().enumerate() {
                check(&json!({ "a": one }), &json!({ "a": value }), index == other);
            }
            check(&json!({ "a": one }), &json!({}), false);
            check(&json!({ "a": one }), &json!({ "b": one }), false);
        }
    }

    #[test]
    fn leaves_are_counted_alike_with_and_without_a_look_at_them() {
        let operation = operation("query($a: Int, $b: Int = 1, $c: Int) { a }");
        let given = json!({ "c": { "y": [1, null, { "z": "t" }], "x": true }, "a": [1, 2] });
        let given = given.as_object().unwrap();
        let (members, leaves) = variables(&operation, given).unwrap();
        let counted = Given::of(&operation, given).leaves;
        assert_eq!(leaves.len(), 4);
        for (leaf, value) in leaves.iter().zip(counted) {
            assert_eq!(*Input::Variable(leaf.clone()).value(), *value);
        }
        assert_eq!(members["b"].leaf(), None);
        assert_eq!(members["a"].leaf(), Some(0));
    }
}
