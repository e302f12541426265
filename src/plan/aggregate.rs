//! Counts, sums, averages and extremes, in all and by groups.

use crate::catalog::{AttributeId, AttributeType, Entity, EntityId, name};

use super::{
    Error, Filter, Input, Member, Merged, Object, Output, Parent, Query, Result, Step,
    page::Limits,
    read::Planner,
    selection::{Field, Selection, collect},
};

/// A statement that counts, sums and compares.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The entity.
    pub entity: EntityId,
    /// Which records.
    pub filter: Option<Filter>,
    /// One row per combination of these; empty: one row in all.
    pub group_by: Vec<AttributeId>,
    /// What is read of each row.
    pub columns: Vec<AggregateColumn>,
    /// How many groups at most.
    pub limit: Option<u64>,
}

/// One value of each row of an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateColumn {
    /// What is made of the attribute.
    pub function: AggregateFunction,
    /// The attribute; nothing for a count of records.
    pub attribute: Option<AttributeId>,
    /// The type of the result.
    pub ty: AttributeType,
}

/// What an aggregate makes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateFunction {
    /// The attribute itself, as part of a group's key.
    Key,
    /// How many records.
    Count,
    /// The sum.
    Sum,
    /// The average.
    Avg,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

/// The functions that are fields of an aggregate.
pub const AGGREGATE_FUNCTIONS: &[(&str, AggregateFunction)] = &[
    ("sum", AggregateFunction::Sum),
    ("avg", AggregateFunction::Avg),
    ("min", AggregateFunction::Min),
    ("max", AggregateFunction::Max),
];

impl AggregateFunction {
    /// The type of the result for an attribute's type; nothing where the function makes no sense.
    #[must_use]
    pub fn result(self, ty: &AttributeType) -> Option<AttributeType> {
        match self {
            Self::Key => ty.is_comparable().then(|| ty.clone()),
            Self::Count => None,
            // A sum of many may be larger than each.
            Self::Sum => ty.is_numeric().then(|| match ty {
                AttributeType::Int => AttributeType::BigInt,
                AttributeType::BigInt => AttributeType::decimal(Some(0)),
                other => other.clone(),
            }),
            Self::Avg => ty.is_numeric().then_some(AttributeType::Float),
            Self::Min | Self::Max => ty.has_extremes().then(|| ty.clone()),
        }
    }
}

/// Plans the fields of an aggregate: one step for the totals, one for the groups, each only where selected.
pub(super) fn plan(
    planner: &mut Planner<'_>,
    parent: Option<&Parent>,
    id: EntityId,
    merged: &Merged<'_>,
) -> Result<Object> {
    let catalog = planner.catalog;
    let entity = catalog.entity(id);
    let filter = super::filter::plan(catalog, id, merged.field.arguments.get("where"))?;
    let group_by = group_by(entity, merged.field)?;
    let type_name = format!("{}Aggregate", entity.type_name);
    let mut totals = Totals { planner, parent, entity: id, filter: filter.as_ref(), step: None };
    let mut members = Vec::new();
    for part in collect(&merged.selections, &|condition| condition == type_name) {
        let value = match part.field.name.as_str() {
            "__typename" => Output::Text(type_name.clone()),
            "groups" => {
                if group_by.is_empty() {
                    let hint = "Name the attributes to group by: groupBy: [COUNTRY].";
                    return Err(Error::invalid("groups needs groupBy").hint(hint).at(part.field.position));
                }
                groups(totals.planner, parent, id, filter.as_ref(), &group_by, &part)?
            }
            _ => totals.field(&part)?,
        };
        members.push(Member { key: part.field.response_key.clone(), value });
    }
    Ok(Object { members })
}

/// A step that only counts, for `totalCount`.
pub(super) fn count(
    planner: &mut Planner<'_>,
    parent: Option<&Parent>,
    id: EntityId,
    filter: Option<&Filter>,
) -> Output {
    let mut totals = Totals { planner, parent, entity: id, filter, step: None };
    totals.value(AggregateFunction::Count, None, AttributeType::Int)
}

struct Totals<'p, 'c, 'a> {
    planner: &'p mut Planner<'c>,
    parent: Option<&'a Parent>,
    entity: EntityId,
    filter: Option<&'a Filter>,
    step: Option<usize>,
}

impl Totals<'_, '_, '_> {
    fn field(&mut self, part: &Merged<'_>) -> Result<Output> {
        let entity = self.planner.catalog.entity(self.entity);
        if part.field.name == "count" {
            return Ok(self.value(AggregateFunction::Count, None, AttributeType::Int));
        }
        let (function, type_name, fields) = function_fields(entity, part)?;
        let mut members = Vec::new();
        for field in fields {
            let value = match attribute_of(entity, function, field)? {
                None => Output::Text(type_name.clone()),
                Some((attribute, ty)) => self.value(function, Some(attribute), ty),
            };
            members.push(Member { key: field.response_key.clone(), value });
        }
        Ok(Output::Nested(Object { members }))
    }

    fn value(&mut self, function: AggregateFunction, attribute: Option<AttributeId>, ty: AttributeType) -> Output {
        let step = *self.step.get_or_insert_with(|| {
            self.planner.push(Step {
                parent: self.parent.cloned(),
                query: Query::Aggregate(Aggregate {
                    entity: self.entity,
                    filter: self.filter.cloned(),
                    group_by: Vec::new(),
                    columns: Vec::new(),
                    limit: None,
                }),
            })
        });
        let column = self.planner.aggregate_column(step, AggregateColumn { function, attribute, ty });
        let empty = if function == AggregateFunction::Count { "0" } else { "null" };
        Output::ChildScalar { step, column, empty }
    }
}

fn groups(
    planner: &mut Planner<'_>,
    parent: Option<&Parent>,
    id: EntityId,
    filter: Option<&Filter>,
    group_by: &[AttributeId],
    merged: &Merged<'_>,
) -> Result<Output> {
    let entity = planner.catalog.entity(id);
    let Limits { max_page, .. } = planner.limits;
    let aggregate = Aggregate {
        entity: id,
        filter: filter.cloned(),
        group_by: group_by.to_vec(),
        columns: Vec::new(),
        limit: Some(max_page.saturating_add(1)),
    };
    let step = planner.push(Step { parent: parent.cloned(), query: Query::Aggregate(aggregate) });
    let type_name = format!("{}AggregateGroup", entity.type_name);
    let mut members = Vec::new();
    for part in collect(&merged.selections, &|condition| condition == type_name) {
        let value = match part.field.name.as_str() {
            "__typename" => Output::Text(type_name.clone()),
            "count" => {
                let count =
                    AggregateColumn { function: AggregateFunction::Count, attribute: None, ty: AttributeType::Int };
                Output::Scalar { column: planner.aggregate_column(step, count), required: true }
            }
            "key" => {
                let key_type = planner.catalog.group_key_type(entity);
                let fields = collect(&part.selections, &|condition| condition == key_type);
                let fields = fields.into_iter().map(|part| part.field);
                group_object(planner, step, entity, AggregateFunction::Key, &key_type, fields, Some(group_by))?
            }
            _ => {
                let (function, type_name, fields) = function_fields(entity, &part)?;
                group_object(planner, step, entity, function, &type_name, fields.into_iter(), None)?
            }
        };
        members.push(Member { key: part.field.response_key.clone(), value });
    }
    Ok(Output::Many { step, object: Object { members } })
}

fn group_object<'a>(
    planner: &mut Planner<'_>,
    step: usize,
    entity: &Entity,
    function: AggregateFunction,
    type_name: &str,
    fields: impl Iterator<Item = &'a Field>,
    only: Option<&[AttributeId]>,
) -> Result<Output> {
    let mut members = Vec::new();
    for field in fields {
        let value = match attribute_of(entity, function, field)? {
            None => Output::Text(type_name.to_owned()),
            // Attributes that are not grouped by have no one value in a group.
            Some((attribute, _)) if only.is_some_and(|only| !only.contains(&attribute)) => {
                let message = format!("{} is not among the attributes of groupBy", field.name);
                return Err(Error::invalid(message).at(field.position));
            }
            Some((attribute, ty)) => {
                let column = AggregateColumn { function, attribute: Some(attribute), ty };
                Output::Scalar { column: planner.aggregate_column(step, column), required: false }
            }
        };
        members.push(Member { key: field.response_key.clone(), value });
    }
    Ok(Output::Nested(Object { members }))
}

fn function_fields<'a>(entity: &Entity, part: &Merged<'a>) -> Result<(AggregateFunction, String, Vec<&'a Field>)> {
    let (_, function) = AGGREGATE_FUNCTIONS
        .iter()
        .find(|(name, _)| *name == part.field.name)
        .ok_or_else(|| Error::invalid(format!("there is no aggregate {}", part.field.name)).at(part.field.position))?;
    let type_name = format!("{}{}", entity.type_name, name::capitalized(&part.field.name));
    let selections: &[&'a Selection] = &part.selections;
    let fields = collect(selections, &|condition| condition == type_name).into_iter().map(|part| part.field).collect();
    Ok((*function, type_name, fields))
}

/// Nothing for `__typename`.
fn attribute_of(
    entity: &Entity,
    function: AggregateFunction,
    field: &Field,
) -> Result<Option<(AttributeId, AttributeType)>> {
    if field.name == "__typename" {
        return Ok(None);
    }
    let attribute = entity.find_attribute(&field.name);
    let found = attribute.and_then(|id| Some((id, function.result(&entity.attribute(id).ty)?)));
    found.map(Some).ok_or_else(|| Error::invalid(format!("{} has no such aggregate", field.name)).at(field.position))
}

fn group_by(entity: &Entity, field: &Field) -> Result<Vec<AttributeId>> {
    let given = field.arguments.get("groupBy").filter(|value| !value.is_null());
    let values = given.map_or(&[][..], Input::as_list);
    let mut attributes = Vec::new();
    for value in values {
        let found = value.as_str().and_then(|name| find_by_enum_value(entity, name));
        let attribute = found.ok_or_else(|| Error::invalid(format!("there is no attribute {value} to group by")))?;
        if !attributes.contains(&attribute) {
            attributes.push(attribute);
        }
    }
    Ok(attributes)
}

fn find_by_enum_value(entity: &Entity, value: &str) -> Option<AttributeId> {
    let position = entity.attributes.iter().position(|a| a.ty.is_comparable() && name::shouty(&a.name) == value);
    position.map(AttributeId)
}
