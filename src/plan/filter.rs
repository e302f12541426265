//! `where` arguments: JSON in, a tree of comparisons on attributes and over links out.

use crate::catalog::{AttributeId, AttributeType, Catalog, EntityId, NavigationProperty};

use super::{
    Error, Hop, Input, Members, Operand, Result,
    literal::shorten,
    operator::{self, Operator, Shape},
};

/// A condition on the records of one entity.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All hold; empty: always true.
    All(Vec<Filter>),
    /// At least one holds; empty: never true.
    Any(Vec<Filter>),
    /// It does not hold, by SQL's logic of three values.
    Not(Box<Filter>),
    /// An attribute compared with values.
    Compare {
        /// The attribute.
        attribute: AttributeId,
        /// How.
        operator: Operator,
        /// With what: two for `between`, one for the rest.
        operands: Vec<Operand>,
    },
    /// An attribute is null (or, negated, is not).
    Null {
        /// The attribute.
        attribute: AttributeId,
        /// Whether it is null.
        is_null: bool,
    },
    /// Records at the other end of a relationship.
    Related {
        /// The way there.
        hop: Hop,
        /// How many of them.
        quantifier: Quantifier,
        /// What is asked of them.
        filter: Box<Filter>,
    },
}

impl Filter {
    fn conditions(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::conditions).sum::<usize>().max(1),
            Self::Not(part) => part.conditions(),
            Self::Related { filter, .. } => 1 + filter.conditions(),
            Self::Compare { .. } | Self::Null { .. } => 1,
        }
    }

    /// What it says of every record, where it says the same of all: it asks nothing, or for nothing.
    fn constant(&self) -> Option<bool> {
        match self {
            Self::All(parts) if parts.iter().any(|part| part.constant() == Some(false)) => Some(false),
            Self::All(parts) => parts.iter().all(|part| part.constant() == Some(true)).then_some(true),
            Self::Any(parts) if parts.iter().any(|part| part.constant() == Some(true)) => Some(true),
            Self::Any(parts) => parts.iter().all(|part| part.constant() == Some(false)).then_some(false),
            Self::Not(part) => part.constant().map(|always| !always),
            Self::Related { quantifier, filter, .. } => match (quantifier, filter.constant()) {
                (Quantifier::Every, Some(true)) | (Quantifier::None, Some(false)) => Some(true),
                (Quantifier::Some, Some(false)) => Some(false),
                _ => None,
            },
            Self::Compare { .. } | Self::Null { .. } => None,
        }
    }
}

/// How many related records must fulfil a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// None.
    None,
    /// All; true where there are none.
    Every,
}

/// The deepest nesting of `and`, `or`, `not` and links in one `where`.
const MAX_DEPTH: usize = 16;

/// The most conditions in one `where`: SQLite takes an expression that is a thousand levels deep, and a list of
/// conditions is as deep as it is long.
const MAX_CONDITIONS: usize = 500;

/// Plans a `where` argument; null and absent mean no filter.
///
/// # Errors
/// `INVALID` for unknown names and values of the wrong type, `LIMIT_EXCEEDED` when nested too deep or too large.
pub fn plan(catalog: &Catalog, entity: EntityId, value: Option<&Input>) -> Result<Option<Filter>> {
    match value.filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) => {
            let filter = plan_object(catalog, entity, value, 0)?;
            if filter.conditions() > MAX_CONDITIONS {
                let message = format!("a filter may have {MAX_CONDITIONS} conditions");
                return Err(Error::new(crate::error::Code::LimitExceeded, message).hint("`in` takes a list of values."));
            }
            Ok(Some(filter).filter(|filter| filter.constant() != Some(true)))
        }
    }
}

fn plan_object(catalog: &Catalog, entity: EntityId, value: &Input, depth: usize) -> Result<Filter> {
    if depth > MAX_DEPTH {
        let message = format!("a filter may be nested {MAX_DEPTH} levels deep");
        return Err(Error::new(crate::error::Code::LimitExceeded, message));
    }
    let mut parts = Vec::new();
    for (name, value) in object(value, "a filter")?.iter().filter(|(_, value)| !value.is_null()) {
        parts.push(match name.as_str() {
            "and" => Filter::All(plan_list(catalog, entity, value, depth + 1)?),
            "or" => Filter::Any(plan_list(catalog, entity, value, depth + 1)?),
            "not" => Filter::Not(Box::new(plan_object(catalog, entity, value, depth + 1)?)),
            _ => plan_field(catalog, entity, name, value, depth + 1)?,
        });
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
}

fn plan_list(catalog: &Catalog, entity: EntityId, value: &Input, depth: usize) -> Result<Vec<Filter>> {
    value.as_list().iter().map(|value| plan_object(catalog, entity, value, depth)).collect()
}

fn plan_field(catalog: &Catalog, id: EntityId, name: &str, value: &Input, depth: usize) -> Result<Filter> {
    let entity = catalog.entity(id);
    if let Some(attribute) = entity.find_attribute(name) {
        return plan_attribute(catalog, id, attribute, value);
    }
    if let Some(property) = entity.find_navigation(name) {
        return plan_navigation(catalog, property, value, depth);
    }
    if let Some(property) = name.strip_suffix("Exists").and_then(|name| entity.find_navigation(name)) {
        let exists = value.as_bool().ok_or_else(|| Error::invalid(format!("{name} takes true or false")))?;
        let quantifier = if exists { Quantifier::Some } else { Quantifier::None };
        return Ok(Filter::Related { hop: property.into(), quantifier, filter: Box::new(Filter::All(Vec::new())) });
    }
    Err(Error::invalid(format!("{} has nothing to filter by named {name}", entity.type_name))
        .entity(&entity.logical_name))
}

fn plan_navigation(catalog: &Catalog, property: &NavigationProperty, value: &Input, depth: usize) -> Result<Filter> {
    let related = |quantifier, filter| Filter::Related { hop: property.into(), quantifier, filter: Box::new(filter) };
    if !property.collection {
        return Ok(related(Quantifier::Some, plan_object(catalog, property.target, value, depth)?));
    }
    let mut parts = Vec::new();
    for (name, value) in object(value, &property.name)?.iter().filter(|(_, value)| !value.is_null()) {
        let quantifier = match name.as_str() {
            "some" => Quantifier::Some,
            "none" => Quantifier::None,
            "every" => Quantifier::Every,
            _ => return Err(Error::invalid(format!("{} takes some, every and none, not {name}", property.name))),
        };
        parts.push(related(quantifier, plan_object(catalog, property.target, value, depth)?));
    }
    Ok(Filter::All(parts))
}

fn plan_attribute(catalog: &Catalog, id: EntityId, attribute_id: AttributeId, value: &Input) -> Result<Filter> {
    let entity = catalog.entity(id);
    let attribute = entity.attribute(attribute_id);
    let explain = |error: Error| {
        Error { message: format!("{}: {}", attribute.name, error.message), ..error }.entity(&entity.logical_name)
    };
    let mut parts = Vec::new();
    for (name, operand) in object(value, &attribute.name)? {
        let row = operator::find(name).filter(|row| row.fits(&attribute.ty)).ok_or_else(|| {
            explain(Error::invalid(format!("there is no operator {name} for {}", attribute.ty.word())))
        })?;
        let filter = plan_operand(attribute_id, row, operand, &attribute.ty).map_err(explain)?;
        parts.extend(filter);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
}

fn plan_operand(
    attribute: AttributeId,
    row: &operator::Row,
    operand: &Input,
    ty: &AttributeType,
) -> Result<Option<Filter>> {
    let compare = |operands| Some(Filter::Compare { attribute, operator: row.operator, operands });
    match (row.shape, row.operator) {
        (_, Operator::Equal) if operand.is_null() => Ok(Some(Filter::Null { attribute, is_null: true })),
        (_, Operator::NotEqual) if operand.is_null() => Ok(Some(Filter::Null { attribute, is_null: false })),
        // Elsewhere null has only one sense: not given.
        _ if operand.is_null() => Ok(None),
        (Shape::Flag, _) => {
            let is_null =
                operand.as_bool().ok_or_else(|| Error::invalid(format!("{} takes true or false", row.name)))?;
            Ok(Some(Filter::Null { attribute, is_null }))
        }
        (Shape::One, _) => Ok(compare(vec![Operand::one(operand, ty)?])),
        (Shape::List, _) => Ok(compare(vec![Operand::list(row.name, operand, ty)?])),
        (Shape::Pair, _) => {
            let values = operand.as_list();
            if values.len() != 2 {
                return Err(Error::invalid(format!("{} takes two values, not {}", row.name, values.len())));
            }
            if values.iter().any(Input::is_null) {
                return Err(Error::invalid(format!("{} takes no null among its values", row.name)).hint("Use isNull."));
            }
            Ok(compare(values.iter().map(|value| Operand::one(value, ty)).collect::<Result<_>>()?))
        }
    }
}

fn object<'a>(value: &'a Input, what: &str) -> Result<&'a Members> {
    value.as_object().ok_or_else(|| Error::invalid(format!("{what} takes an object, not {}", shorten(value))))
}
