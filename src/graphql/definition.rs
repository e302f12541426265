//! The catalog as data: definitions of entities and relationships. Unlike entity data they are answered by resolvers,
//! each of which reads the catalog that the schema was built from.

mod cascade;
mod entity;
mod many_to_many;
pub(super) mod mutation;
mod one_to_many;
pub(super) mod payload;
mod relationship;

use std::{any::Any, sync::Arc};

use async_graphql::{
    ErrorExtensions, Result, Value,
    dynamic::{Field, FieldFuture, FieldValue, Object, ResolverContext, TypeRef},
};

use crate::{
    catalog::{AttributeId, Catalog, Entity, RelationshipId},
    define::unknown_entity,
    error::Code,
    plan,
};

use super::types::{Types, input, resolver_error};

pub(super) fn register(types: &mut Types<'_>, definable: bool) {
    cascade::register(types, definable);
    entity::register(types);
    relationship::register(types);
    one_to_many::register(types);
    many_to_many::register(types);
}

/// The fields of the query type.
pub(super) fn root_fields() -> Vec<Field> {
    let logical_name = input("logicalName", TypeRef::named_nn(TypeRef::STRING), "The entity's logical name.");
    let schema_name = input("schemaName", TypeRef::named(TypeRef::STRING), "Its schema name.");
    let id = input("metadataId", TypeRef::named(TypeRef::ID), "Its id, instead of the schema name.");
    let filter = input("where", TypeRef::named(relationship::WHERE), "Which relationships; all without it.");
    vec![
        resolved("entityDefinitions", list_of(entity::ENTITY), "All entities.", |catalog, _| {
            Ok(ids(catalog.entities().map(|(id, _)| id)))
        }),
        resolved("entityDefinition", TypeRef::named(entity::ENTITY), "One entity.", |catalog, context| {
            let name = name_argument(context, "logicalName")?;
            let found = catalog.entities().find(|(_, entity)| entity.logical_name == name);
            found.map(|(id, _)| FieldValue::owned_any(id)).ok_or_else(|| refusal(&unknown_entity(catalog, name)))
        })
        .argument(logical_name),
        resolved(
            "relationshipDefinitions",
            list_of(relationship::INTERFACE),
            "All relationships.",
            |catalog, context| {
                let filter = relationship::Where::parse(&context.args)?;
                let all = (0..catalog.relationships.len()).map(RelationshipId);
                let found = all.filter(|id| filter.holds(catalog, catalog.relationship(*id)));
                Ok(FieldValue::list(found.map(|id| relationship::typed(catalog, id))))
            },
        )
        .argument(filter),
        resolved(
            "relationshipDefinition",
            TypeRef::named(relationship::INTERFACE),
            "One relationship, by its schema name or its id.",
            |catalog, context| Ok(relationship::typed(catalog, relationship::named(catalog, context)?)),
        )
        .argument(schema_name)
        .argument(id),
    ]
}

/// A required argument. The engine lets it pass when it is a variable without a value.
fn name_argument<'a>(context: &'a ResolverContext<'_>, name: &str) -> Result<&'a str> {
    let value = context.args.as_index_map().get(name);
    match value {
        Some(Value::String(text)) => Ok(text),
        _ => Err(resolver_error(Code::Invalid, format!("{name} takes a text"))),
    }
}

/// A refusal as resolvers have it.
fn refusal(refusal: &plan::Error) -> async_graphql::Error {
    let details = &refusal.details;
    resolver_error(refusal.code, &refusal.message).extend_with(|_, extensions| {
        for (name, value) in details.iter() {
            extensions.set(name, Value::from_json(value.clone()).unwrap_or_default());
        }
    })
}

/// A field that a function of the catalog resolves.
fn resolved<F>(name: &str, ty: TypeRef, description: &str, resolve: F) -> Field
where
    F: for<'a> Fn(&'a Catalog, &ResolverContext<'a>) -> Result<FieldValue<'a>> + Send + Sync + 'static,
{
    let field = Field::new(name, ty, move |context| {
        match context.data::<Arc<Catalog>>().and_then(|catalog| resolve(catalog, &context)) {
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
    read: for<'a> fn(&'a Catalog, &'a T) -> FieldValue<'a>,
) -> Field {
    resolved(name, ty, description, move |catalog, context| Ok(read(catalog, context.parent_value.try_downcast_ref()?)))
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
