//! The rule that variables are used only where their type fits (GraphQL 5.8.5, All Variable Usages Are Allowed):
//! the engine has it but does not run it.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Positioned,
    parser::types::{
        Directive, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, Type,
        VariableDefinition,
    },
    registry::{MetaInputValue, MetaType, MetaTypeName, Registry},
};
use async_graphql_value::{ConstValue, Value};

use crate::{
    error::Code,
    plan::{Error, Result},
};

use super::document;

/// Checks every use of a variable in an operation and the fragments that it spreads.
///
/// # Errors
/// The first use that does not fit.
pub(super) fn check(registry: &Registry, document: &ExecutableDocument, operation: &OperationDefinition) -> Result<()> {
    let variables = operation.variable_definitions.iter();
    let mut checker = Checker {
        registry,
        document,
        variables: variables.map(|definition| (definition.node.name.node.as_str(), definition)).collect(),
        fragments: HashSet::new(),
    };
    checker.directives(&operation.directives)?;
    let root = match operation.ty {
        OperationType::Mutation => registry.mutation_type.as_deref().unwrap_or_default(),
        OperationType::Query | OperationType::Subscription => &registry.query_type,
    };
    checker.set(&operation.selection_set.node, root)
}

struct Checker<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    variables: HashMap<&'a str, &'a Positioned<VariableDefinition>>,
    fragments: HashSet<&'a str>,
}

impl<'a> Checker<'a> {
    fn set(&mut self, set: &'a SelectionSet, parent: &str) -> Result<()> {
        set.items.iter().try_for_each(|item| self.part(&item.node, parent))
    }

    fn part(&mut self, part: &'a Selection, parent: &str) -> Result<()> {
        self.directives(part.directives())?;
        match part {
            Selection::Field(field) => {
                let registry = self.registry;
                let meta = registry.types.get(parent).and_then(|ty| ty.field_by_name(&field.node.name.node));
                // Introspection's own fields take no argument that a variable could not fit in.
                let Some(meta) = meta else { return Ok(()) };
                for (name, value) in &field.node.arguments {
                    if let Some(argument) = meta.args.get(name.node.as_str()) {
                        self.input(&value.node, argument)?;
                    }
                }
                self.set(&field.node.selection_set.node, MetaTypeName::concrete_typename(&meta.ty))
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                self.set(&fragment.node.selection_set.node, condition.unwrap_or(parent))
            }
            Selection::FragmentSpread(spread) => {
                let document = self.document;
                match document.fragments.get_key_value(&spread.node.fragment_name.node) {
                    Some((name, fragment)) if self.fragments.insert(name.as_str()) => {
                        self.directives(&fragment.node.directives)?;
                        let condition = fragment.node.type_condition.node.on.node.as_str();
                        self.set(&fragment.node.selection_set.node, condition)
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<()> {
        for directive in directives {
            let Some(meta) = self.registry.directives.get(directive.node.name.node.as_str()) else { continue };
            for (name, value) in &directive.node.arguments {
                if let Some(argument) = meta.args.get(name.node.as_str()) {
                    self.input(&value.node, argument)?;
                }
            }
        }
        Ok(())
    }

    fn input(&self, value: &Value, place: &MetaInputValue) -> Result<()> {
        self.value(value, &place.ty, place.default_value.is_some())
    }

    fn value(&self, value: &Value, ty: &str, has_default: bool) -> Result<()> {
        match value {
            Value::Variable(name) => match self.variables.get(name.as_str()) {
                Some(definition) => fits(definition, ty, has_default),
                None => Ok(()),
            },
            Value::List(values) => {
                let MetaTypeName::List(element) = MetaTypeName::create(ty).unwrap_non_null() else { return Ok(()) };
                values.iter().try_for_each(|value| self.value(value, element, false))
            }
            Value::Object(members) => {
                let name = MetaTypeName::concrete_typename(ty);
                let Some(MetaType::InputObject { input_fields, .. }) = self.registry.types.get(name) else {
                    return Ok(());
                };
                let fields = members.iter().filter_map(|(name, value)| Some((value, input_fields.get(name.as_str())?)));
                fields.into_iter().try_for_each(|(value, field)| self.input(value, field))
            }
            _ => Ok(()),
        }
    }
}

/// GraphQL 5.8.5, `IsVariableUsageAllowed`.
fn fits(definition: &Positioned<VariableDefinition>, place: &str, has_default: bool) -> Result<()> {
    let variable = &definition.node;
    let given = &variable.var_type.node;
    let has_value = variable.default_value.as_ref().is_some_and(|default| default.node != ConstValue::Null);
    let wanted = match MetaTypeName::create(place) {
        // A default takes the place of a variable that is not given.
        MetaTypeName::NonNull(wanted) if given.nullable && (has_value || has_default) => wanted,
        _ => place,
    };
    if is_compatible(given, wanted) {
        return Ok(());
    }
    let message = format!("the variable ${} of type {given} is used where {place} is expected", variable.name.node);
    Err(Error::new(Code::GraphqlValidationFailed, message).at(document::position(definition.pos)))
}

/// GraphQL 5.8.5, `AreTypesCompatible`.
fn is_compatible(given: &Type, wanted: &str) -> bool {
    use async_graphql::parser::types::BaseType;
    match (MetaTypeName::create(wanted), &given.base) {
        (MetaTypeName::NonNull(wanted), base) => {
            let nullable = Type { base: base.clone(), nullable: true };
            !given.nullable && is_compatible(&nullable, wanted)
        }
        (MetaTypeName::List(wanted), BaseType::List(element)) => is_compatible(element, wanted),
        (MetaTypeName::Named(wanted), BaseType::Named(name)) => name.as_str() == wanted,
        _ => false,
    }
}
