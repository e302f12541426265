//! Navigation properties as fields: a record, or a list with its connection and aggregate. In the SDL each tells its
//! relationship. Multi-table lookups are unions of the entities that they may lead to.

use async_graphql::{
    Value,
    dynamic::{Directive, Field, TypeRef, Union},
};

use crate::catalog::{End, Entity, EntityId, MultiTableLookup, NavigationProperty, Relationship, RelationshipKind};

use super::{
    aggregate, connection, query,
    types::{Types, comment, data_field, named},
};

/// The fields of an entity's navigation properties and multi-table lookups.
pub(super) fn fields(types: &Types<'_>, id: EntityId) -> Vec<Field> {
    let catalog = types.catalog;
    let properties = catalog.entity(id).navigation.iter().flat_map(|property| property_fields(types, property));
    let lookups = catalog.multi_table_lookups_of(id).map(|lookup| {
        let description = format!("The record that is linked through one of {}.", lookup.arms.join(", "));
        data_field(&lookup.name, TypeRef::named(&lookup.type_name), description)
    });
    properties.chain(lookups).collect()
}

fn property_fields(types: &Types<'_>, property: &NavigationProperty) -> Vec<Field> {
    let target = types.catalog.entity(property.target);
    let relationship = types.catalog.relationship(property.relationship);
    let about = comment(relationship.description.as_deref());
    let directive = directive(property, relationship);
    if !property.collection {
        let ty = named(&target.type_name, property.nullable);
        let about = about.unwrap_or_else(|| format!("The linked record of {}.", target.logical_name));
        return vec![data_field(&property.name, ty, about).directive(directive)];
    }
    let about = about.unwrap_or_else(|| format!("The linked records of {}.", target.set_name));
    let mut fields = vec![query::list_field(types, &property.name, target, about).directive(directive)];
    if target.has_key() {
        fields.push(connection::field(types, &property.name, target));
    }
    fields.push(aggregate::field(types, &property.name, target));
    fields
}

fn directive(property: &NavigationProperty, relationship: &Relationship) -> Directive {
    let kind = match (&relationship.kind, property.end) {
        (RelationshipKind::ManyToMany(_), _) => "MANY_TO_MANY",
        (RelationshipKind::OneToMany(one), _) if one.unique => "ONE_TO_ONE",
        (RelationshipKind::OneToMany(_), End::Referencing) => "MANY_TO_ONE",
        (RelationshipKind::OneToMany(_), _) => "ONE_TO_MANY",
    };
    let directive = Directive::new("relationship").argument("name", Value::from(relationship.schema_name.as_str()));
    let directive = match &property.partner {
        Some(partner) => directive.argument("partner", Value::from(partner.as_str())),
        None => directive,
    };
    directive.argument("kind", Value::from(kind))
}

pub(super) fn register_unions(types: &mut Types<'_>) {
    for lookup in &types.catalog.multi_table_lookups {
        let entity = types.catalog.entity(lookup.entity);
        let union = Union::new(&lookup.type_name)
            .description(format!("What {} of {} may lead to.", lookup.name, entity.logical_name));
        let union = targets(types, entity, lookup).fold(union, |union, target| union.possible_type(&target.type_name));
        types.add(&lookup.type_name, union);
    }
}

fn targets<'a>(
    types: &Types<'a>,
    entity: &'a Entity,
    lookup: &'a MultiTableLookup,
) -> impl Iterator<Item = &'a Entity> {
    let catalog = types.catalog;
    let arms = lookup.arms.iter().filter_map(|arm| entity.find_navigation(arm));
    arms.map(|property| catalog.entity(property.target))
}
