//! The catalog as data: definitions of entities and relationships. Unlike entity data they are answered by resolvers,
//! each of which reads the catalog that the schema was built from.

mod entity;
mod many_to_many;
mod one_to_many;
mod relationship;

use std::{any::Any, sync::Arc};

use async_graphql::{
    Result, Value,
    dynamic::{Field, FieldFuture, FieldValue, Object, ResolverContext, TypeRef},
};

use crate::catalog::{AttributeId, AttributeType, Catalog, Entity, EntityId, RelationshipId};

use super::{
    enumeration::Enums,
    types::{Types, input},
};

/// What definitions are read from.
pub(super) struct Source {
    pub(super) catalog: Arc<Catalog>,
    pub(super) enums: Enums,
}

impl Source {
    fn entity(&self, id: EntityId) -> &Entity {
        self.catalog.entity(id)
    }

    /// The GraphQL type of an attribute's values.
    fn type_name<'a>(&'a self, ty: &'a AttributeType) -> &'a str {
        match ty {
            AttributeType::Enum(list) => self.enums.find(list).unwrap_or(&list.type_name),
            other => other.word(),
        }
    }
}

pub(super) fn register(types: &mut Types<'_>) {
    entity::register(types);
    relationship::register(types);
    one_to_many::register(types);
    many_to_many::register(types);
}

/// The fields of the query type.
pub(super) fn root_fields() -> Vec<Field> {
    let logical_name = input("logicalName", TypeRef::named_nn(TypeRef::STRING), "The entity's logical name.");
    let schema_name = input("schemaName", TypeRef::named_nn(TypeRef::STRING), "The relationship's schema name.");
    let filter = input("where", TypeRef::named(relationship::WHERE), "Which relationships; all without it.");
    vec![
        resolved("entityDefinitions", list_of(entity::ENTITY), "All entities.", |source, _| {
            Ok(ids(source.catalog.entities().map(|(id, _)| id)))
        }),
        resolved("entityDefinition", TypeRef::named(entity::ENTITY), "One entity.", |source, context| {
            let name = context.args.try_get("logicalName")?.string()?;
            let found = source.catalog.find_entity(name);
            let found = found.filter(|id| source.entity(*id).logical_name == name);
            Ok(found.map_or(FieldValue::NULL, FieldValue::owned_any))
        })
        .argument(logical_name),
        resolved(
            "relationshipDefinitions",
            list_of(relationship::INTERFACE),
            "All relationships.",
            |source, context| {
                let filter = relationship::Where::parse(&context.args)?;
                let all = (0..source.catalog.relationships.len()).map(RelationshipId);
                let found = all.filter(|id| filter.holds(source, source.catalog.relationship(*id)));
                Ok(FieldValue::list(found.map(|id| relationship::typed(source, id))))
            },
        )
        .argument(filter),
        resolved(
            "relationshipDefinition",
            TypeRef::named(relationship::INTERFACE),
            "One relationship.",
            |source, context| {
                let name = context.args.try_get("schemaName")?.string()?;
                let found = source.catalog.relationships.iter().position(|known| known.schema_name == name);
                Ok(found.map_or(FieldValue::NULL, |position| relationship::typed(source, RelationshipId(position))))
            },
        )
        .argument(schema_name),
    ]
}

/// A field that a function of the catalog resolves.
fn resolved<F>(name: &str, ty: TypeRef, description: &str, resolve: F) -> Field
where
    F: for<'a> Fn(&'a Source, &ResolverContext<'a>) -> Result<FieldValue<'a>> + Send + Sync + 'static,
{
    let field = Field::new(name, ty, move |context| {
        match context.data::<Source>().and_then(|source| resolve(source, &context)) {
            // Only a missing value is null for every type.
            Ok(value) => FieldFuture::Value(Some(value).filter(|value| value.as_value() != Some(&Value::Null))),
            Err(error) => FieldFuture::new(async move { Err::<Option<FieldValue<'_>>, _>(error) }),
        }
    });
    field.description(description)
}

/// A field of what an object stands for: an id, or a part of the catalog itself.
fn field<T: Any>(
    name: &str,
    ty: TypeRef,
    description: &str,
    read: for<'a> fn(&'a Source, &'a T) -> FieldValue<'a>,
) -> Field {
    resolved(name, ty, description, move |source, context| Ok(read(source, context.parent_value.try_downcast_ref()?)))
}

fn object(name: &str, description: &str, fields: Vec<Field>) -> Object {
    fields.into_iter().fold(Object::new(name).description(description), Object::field)
}

fn string() -> TypeRef {
    TypeRef::named_nn(TypeRef::STRING)
}

fn optional_string() -> TypeRef {
    TypeRef::named(TypeRef::STRING)
}

fn strings() -> TypeRef {
    list_of(TypeRef::STRING)
}

fn boolean() -> TypeRef {
    TypeRef::named_nn(TypeRef::BOOLEAN)
}

fn list_of(type_name: &str) -> TypeRef {
    TypeRef::named_nn_list_nn(type_name)
}

fn text<'a>(text: impl Into<String>) -> FieldValue<'a> {
    FieldValue::value(text.into())
}

fn optional_text<'a>(text: Option<&String>) -> FieldValue<'a> {
    text.map_or(FieldValue::NULL, FieldValue::value)
}

fn flag<'a>(flag: bool) -> FieldValue<'a> {
    FieldValue::value(flag)
}

fn ids<'a, T: Any + Send + Sync>(ids: impl Iterator<Item = T>) -> FieldValue<'a> {
    FieldValue::list(ids.map(FieldValue::owned_any))
}

fn attributes<'a>(entity: &Entity, attributes: &[AttributeId]) -> FieldValue<'a> {
    FieldValue::list(attributes.iter().map(|id| text(&entity.attribute(*id).name)))
}

fn first_attribute<'a>(entity: &Entity, attributes: &[AttributeId]) -> FieldValue<'a> {
    optional_text(attributes.first().map(|id| &entity.attribute(*id).name))
}
