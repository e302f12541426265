//! The planner of queries: fields resolved against the catalog into steps and the response's template.

use crate::catalog::{Attribute, AttributeId, AttributeType, Catalog, EntityId, NavigationProperty};

use super::{
    Aggregate, AggregateColumn, Column, Error, Filter, Hop, Input, Member, Merged, Object, Output, Parent, Query,
    Reference, Result, Rows, Step, aggregate, connection, key, order,
    page::{self, Limits},
    selection::{Selection, collect},
};

/// A planned query.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPlan {
    /// The statements to run, each after its parent.
    pub steps: Vec<Step>,
    /// What is written from their rows.
    pub object: Object,
}

/// The most records that are joined to one record: SQLite takes 64 tables in a join.
const MAX_JOINS: usize = 60;

/// Plans one field of the query type.
///
/// # Errors
/// Why the field is refused.
pub fn plan(catalog: &Catalog, limits: Limits, field: &Merged<'_>) -> Result<ReadPlan> {
    let mut planner = Planner::new(catalog, limits);
    let done = planner.root(field).and_then(|value| {
        planner.finish(Object { members: vec![Member { key: field.field.response_key.clone(), value }] })
    });
    done.map_err(|error| error.at(field.field.position))
}

/// Plans in the making.
pub(super) struct Planner<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) limits: Limits,
    steps: Vec<Step>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(catalog: &'a Catalog, limits: Limits) -> Self {
        Self { catalog, limits, steps: Vec::new() }
    }

    /// The plan that writes `object` from the rows of all steps.
    pub(super) fn finish(self, object: Object) -> Result<ReadPlan> {
        let too_many = |step: &Step| matches!(&step.query, Query::Rows(rows) if rows.joins.len() > MAX_JOINS);
        if self.steps.iter().any(too_many) {
            let message = format!("a record may be read with {MAX_JOINS} others that it leads to");
            return Err(Error::new(crate::error::Code::LimitExceeded, message));
        }
        Ok(ReadPlan { steps: self.steps, object })
    }

    fn root(&mut self, merged: &Merged<'_>) -> Result<Output> {
        let name = merged.field.name.as_str();
        if name == "node" {
            let text = merged
                .field
                .arguments
                .get(self.catalog.profile.reference())
                .and_then(Input::as_str)
                .unwrap_or_default();
            let reference = Reference::parse(self.catalog, text)?;
            return self.record(reference.entity, key::equals(reference.key), merged);
        }
        if let Some(id) = self.catalog.find_entity(name) {
            if self.catalog.entity(id).logical_name == name {
                let filter = key::plan(self.catalog, id, merged.field.arguments.get("key"))?;
                return self.record(id, filter, merged);
            }
            return self.list(None, id, merged);
        }
        self.suffixed(name, merged, |catalog, set_name| {
            catalog.find_entity(set_name).filter(|id| catalog.entity(*id).set_name == set_name).map(|id| (None, id))
        })
    }

    /// `…Connection` and `…Aggregate` of whatever the rest of the name stands for.
    fn suffixed(
        &mut self,
        name: &str,
        merged: &Merged<'_>,
        find: impl Fn(&Catalog, &str) -> Option<(Option<Parent>, EntityId)>,
    ) -> Result<Output> {
        if let Some((parent, id)) = name.strip_suffix("Connection").and_then(|rest| find(self.catalog, rest)) {
            return connection::plan(self, parent.as_ref(), id, merged).map(Output::Connection);
        }
        if let Some((parent, id)) = name.strip_suffix("Aggregate").and_then(|rest| find(self.catalog, rest)) {
            return aggregate::plan(self, parent.as_ref(), id, merged).map(Output::Nested);
        }
        Err(Error::invalid(format!("there is no field {name}")))
    }

    fn record(&mut self, id: EntityId, filter: Filter, merged: &Merged<'_>) -> Result<Output> {
        let rows = Rows { filter: Some(filter), limit: 1, ..self.rows(id) };
        let step = self.push(Step { parent: None, query: Query::Rows(rows) });
        Ok(Output::First { step, object: self.entity_object(step, 0, id, &merged.selections)? })
    }

    fn list(&mut self, parent: Option<Parent>, id: EntityId, merged: &Merged<'_>) -> Result<Output> {
        let arguments = &merged.field.arguments;
        let mut rows = self.rows(id);
        rows.filter = super::filter::plan(self.catalog, id, arguments.get("where"))?;
        rows.limit = page::count(self.limits, "first", arguments)?.unwrap_or(self.limits.default_page);
        rows.offset = page::natural("offset", arguments)?.unwrap_or(0);
        order::plan(self.catalog, &mut rows, arguments.get("orderBy"))?;
        let step = self.push(Step { parent, query: Query::Rows(rows) });
        Ok(Output::Many { step, object: self.entity_object(step, 0, id, &merged.selections)? })
    }

    /// Rows of an entity, with nothing said about them yet.
    pub(super) fn rows(&self, entity: EntityId) -> Rows {
        Rows {
            entity,
            by_key: false,
            joins: Vec::new(),
            columns: Vec::new(),
            filter: None,
            order: Vec::new(),
            after: None,
            before: None,
            backward: false,
            limit: self.limits.default_page,
            offset: 0,
        }
    }

    /// The template of one record: of the step's entity, or of a record joined to it.
    pub(super) fn entity_object(
        &mut self,
        step: usize,
        source: usize,
        id: EntityId,
        selections: &[&Selection],
    ) -> Result<Object> {
        let catalog = self.catalog;
        let mut members = Vec::new();
        for merged in collect(selections, &|condition| applies(catalog, id, condition)) {
            let value =
                self.entity_field(step, source, id, &merged).map_err(|error| error.at(merged.field.position))?;
            members.push(Member { key: merged.field.response_key.clone(), value });
        }
        Ok(Object { members })
    }

    fn entity_field(&mut self, step: usize, source: usize, id: EntityId, merged: &Merged<'_>) -> Result<Output> {
        let catalog = self.catalog;
        let entity = catalog.entity(id);
        let name = merged.field.name.as_str();
        match name {
            "__typename" => return Ok(Output::Text(entity.type_name.clone())),
            name if name == catalog.profile.reference() && entity.has_key() => {
                let key = entity.primary_key.iter().map(|attribute| {
                    (entity.attribute(*attribute).name.clone(), self.column(step, source, *attribute))
                });
                return Ok(Output::Reference { set_name: entity.set_name.clone(), key: key.collect() });
            }
            "etag" if entity.has_key() => return Ok(self.etag(step, source, id)),
            _ => {}
        }
        if let Some(attribute) = entity.find_attribute(name) {
            let Attribute { ty, nullable, .. } = entity.attribute(attribute);
            // A document may be `null` without being null.
            let required = !nullable && *ty != AttributeType::Json;
            return Ok(Output::Scalar { column: self.column(step, source, attribute), required });
        }
        if let Some(property) = entity.find_navigation(name) {
            if property.collection {
                let parent = self.parent(step, source, property);
                return self.list(Some(parent), property.target, merged);
            }
            let (present, object) = self.joined(step, source, property, merged)?;
            return Ok(Output::Joined { present, object });
        }
        if let Some(lookup) = catalog.multi_table_lookups_of(id).find(|lookup| lookup.name == name) {
            let arms = lookup.arms.iter().filter_map(|arm| entity.find_navigation(arm));
            return arms.map(|arm| self.joined(step, source, arm, merged)).collect::<Result<_>>().map(Output::AnyOf);
        }
        let target = |rest: &str| entity.find_navigation(rest).filter(|property| property.collection);
        let known = ["Connection", "Aggregate"].iter().find_map(|suffix| name.strip_suffix(suffix).and_then(target));
        let parent = known.map(|property| (self.parent(step, source, property), property));
        self.suffixed(name, merged, |_, rest| {
            parent
                .as_ref()
                .filter(|(_, property)| property.name == rest)
                .map(|(parent, property)| (Some(parent.clone()), property.target))
        })
    }

    fn etag(&mut self, step: usize, source: usize, id: EntityId) -> Output {
        let entity = self.catalog.entity(id);
        let attributes = match entity.version {
            Some(version) => vec![version],
            None => (0..entity.attributes.len()).map(AttributeId).collect(),
        };
        let columns = attributes.into_iter().map(|attribute| self.column(step, source, attribute)).collect();
        Output::Etag { columns, is_version: entity.version.is_some() }
    }

    fn joined(
        &mut self,
        step: usize,
        source: usize,
        property: &NavigationProperty,
        merged: &Merged<'_>,
    ) -> Result<(usize, Object)> {
        let hop = Hop::from(property);
        let joined = self.rows_mut(step).join(source, hop);
        // What the relationship matches is null just where there is no record.
        let present = self.column(step, joined, hop.target_attributes(self.catalog)[0]);
        let object = self.entity_object(step, joined, property.target, &merged.selections)?;
        Ok((present, object))
    }

    fn parent(&mut self, step: usize, source: usize, property: &NavigationProperty) -> Parent {
        let hop = Hop::from(property);
        let key = hop.start_attributes(self.catalog).iter().map(|id| self.column(step, source, *id)).collect();
        Parent { step, key, hop }
    }

    pub(super) fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// The position of an attribute among the columns of a step, added now unless it was before.
    pub(super) fn column(&mut self, step: usize, source: usize, attribute: AttributeId) -> usize {
        let catalog = self.catalog;
        let rows = self.rows_mut(step);
        let known = rows.columns.iter().position(|column| column.source == source && column.attribute == attribute);
        known.unwrap_or_else(|| {
            let ty = catalog.entity(rows.source(source)).attribute(attribute).ty.clone();
            rows.columns.push(Column { source, attribute, ty });
            rows.columns.len() - 1
        })
    }

    pub(super) fn aggregate_column(&mut self, step: usize, column: AggregateColumn) -> usize {
        let Query::Aggregate(Aggregate { columns, .. }) = &mut self.steps[step].query else {
            unreachable!("an aggregate's columns are asked of the step that was made for it")
        };
        columns.iter().position(|known| *known == column).unwrap_or_else(|| {
            columns.push(column);
            columns.len() - 1
        })
    }

    fn rows_mut(&mut self, step: usize) -> &mut Rows {
        match &mut self.steps[step].query {
            Query::Rows(rows) => rows,
            Query::Aggregate(_) => unreachable!("records are read from the step that was made for them"),
        }
    }
}

/// Whether a type condition includes an entity's type.
fn applies(catalog: &Catalog, id: EntityId, condition: &str) -> bool {
    let entity = catalog.entity(id);
    let is_arm = |lookup: &crate::catalog::MultiTableLookup| {
        lookup.type_name == condition
            && lookup.arms.iter().any(|arm| {
                catalog.entity(lookup.entity).find_navigation(arm).is_some_and(|property| property.target == id)
            })
    };
    condition == entity.type_name
        || (condition == "Node" && entity.has_key())
        || catalog.multi_table_lookups.iter().any(is_arm)
}
