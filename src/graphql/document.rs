//! A validated document as the plan's selection: variables replaced, directives applied, fragments named no more.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection as Part,
        SelectionSet,
    },
};
use async_graphql_value::Value;

use crate::{
    error::Code,
    plan::{Error, Field, Input, Item, Members, Position, Result, Selection},
};

/// The operation that a request names, or the only one.
///
/// # Errors
/// When there is none, or the choice is not clear.
pub(super) fn operation<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d Positioned<OperationDefinition>> {
    let refuse = |message: String| Err(Error::new(Code::GraphqlValidationFailed, message));
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => match operations.get(name) {
            Some(operation) => Ok(operation),
            None => refuse(format!("there is no operation named {name}")),
        },
        (DocumentOperations::Multiple(operations), None) => match operations.values().next() {
            Some(only) if operations.len() == 1 => Ok(only),
            _ => refuse("the operation must be named: there are several".to_owned()),
        },
        (DocumentOperations::Single(_), Some(name)) => refuse(format!("there is no operation named {name}")),
    }
}

/// The operation's selection.
pub(super) fn selection(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Members,
) -> Selection {
    let converter = Converter { fragments: &document.fragments, variables };
    converter.set(&operation.selection_set.node)
}

struct Converter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Members,
}

impl Converter<'_> {
    fn set(&self, set: &SelectionSet) -> Selection {
        Selection { items: set.items.iter().filter_map(|part| self.part(&part.node)).collect() }
    }

    fn part(&self, part: &Part) -> Option<Item> {
        if is_skipped(part.directives(), self.variables) {
            return None;
        }
        Some(match part {
            Part::Field(field) => {
                let node = &field.node;
                let arguments = node
                    .arguments
                    .iter()
                    .filter_map(|(name, value)| Some((name.node.to_string(), resolve(&value.node, self.variables)?)));
                Item::Field(Field {
                    response_key: node.response_key().node.to_string(),
                    name: node.name.node.to_string(),
                    arguments: arguments.collect(),
                    selection: self.set(&node.selection_set.node),
                    position: position(field.pos),
                })
            }
            Part::InlineFragment(fragment) => Item::Fragment {
                type_condition: fragment
                    .node
                    .type_condition
                    .as_ref()
                    .map(|condition| condition.node.on.node.to_string()),
                selection: self.set(&fragment.node.selection_set.node),
            },
            Part::FragmentSpread(spread) => {
                let fragment = self.fragments.get(&spread.node.fragment_name.node)?;
                Item::Fragment {
                    type_condition: Some(fragment.node.type_condition.node.on.node.to_string()),
                    selection: self.set(&fragment.node.selection_set.node),
                }
            }
        })
    }
}

/// Whether `@skip` or `@include` leaves a part out.
pub(super) fn is_skipped(directives: &[Positioned<Directive>], variables: &Members) -> bool {
    directives.iter().any(|directive| {
        let condition = || {
            let value = resolve(&directive.node.get_argument("if")?.node, variables)?;
            value.as_bool()
        };
        match directive.node.name.node.as_str() {
            "skip" => condition() == Some(true),
            "include" => condition() != Some(true),
            _ => false,
        }
    })
}

/// A value with its variables replaced; nothing for a variable that has no value, as if the input were not there.
fn resolve(value: &Value, variables: &Members) -> Option<Input> {
    Some(match value {
        Value::Variable(name) => variables.get(name.as_str())?.clone(),
        // A list keeps its length: a variable without a value is null in it.
        Value::List(values) => {
            Input::List(values.iter().map(|value| resolve(value, variables).unwrap_or(Input::NULL)).collect())
        }
        Value::Object(members) => Input::Object(
            members.iter().filter_map(|(name, value)| Some((name.to_string(), resolve(value, variables)?))).collect(),
        ),
        Value::Enum(name) => Input::Scalar(name.as_str().into()),
        Value::Number(number) => Input::Scalar(number.clone().into()),
        Value::String(text) => Input::Scalar(text.as_str().into()),
        Value::Boolean(value) => Input::Scalar((*value).into()),
        // Binary values come from other encodings than JSON only.
        Value::Null | Value::Binary(_) => Input::NULL,
    })
}

pub(super) fn position(pos: Pos) -> Position {
    Position { line: pos.line, column: pos.column }
}
