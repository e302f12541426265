//! The schema's types while they are collected: each name once, scalars, enums and filters only where they are used,
//! and the few ways in which every file of this module makes fields and descriptions.

use std::collections::HashSet;

use async_graphql::{
    ErrorExtensions,
    dynamic::{Field, FieldFuture, FieldValue, InputValue, ResolverContext, Type, TypeRef, indexmap::IndexMap},
};

use crate::{
    catalog::{AttributeType, Catalog, Entity, EntityId, name},
    error::Code,
    plan::Limits,
};

use super::{enumeration, scalar};

/// The types in the making, and what they are made from.
pub(super) struct Types<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) limits: Limits,
    /// The entities that collections lead to.
    collections: HashSet<EntityId>,
    collected: IndexMap<String, Type>,
    problems: Vec<String>,
}

impl<'a> Types<'a> {
    pub(super) fn new(catalog: &'a Catalog, limits: Limits) -> Self {
        let properties = catalog.entities.iter().flat_map(|entity| &entity.navigation);
        let collections = properties.filter(|property| property.collection).map(|property| property.target).collect();
        Self { catalog, limits, collections, collected: IndexMap::new(), problems: Vec::new() }
    }

    /// Whether a collection leads to an entity.
    pub(super) fn is_collection(&self, id: EntityId) -> bool {
        self.collections.contains(&id)
    }

    /// Adds a type. A second one of the same name is a problem: the engine would silently keep only one of them.
    pub(super) fn add(&mut self, name: &str, ty: impl Into<Type>) {
        if self.collected.insert(name.to_owned(), ty.into()).is_some() {
            self.problem(format!("two types are named {name}"));
        }
    }

    pub(super) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.collected.contains_key(name)
    }

    /// The name of the type of an attribute's values, which is added on first use.
    pub(super) fn value(&mut self, ty: &AttributeType) -> String {
        let name = ty.word();
        if !self.contains(name) {
            match ty {
                AttributeType::Enum(list) => self.add(name, enumeration::database_enum(list)),
                _ => self.add_scalar(name),
            }
        }
        name.to_owned()
    }

    fn add_scalar(&mut self, name: &str) {
        // GraphQL's own are there already.
        if let Some(scalar) = scalar::find(name) {
            self.add(name, scalar);
        }
    }

    /// All types, or what is wrong with them.
    pub(super) fn finish(self) -> Result<impl Iterator<Item = Type>, String> {
        if self.problems.is_empty() { Ok(self.collected.into_values()) } else { Err(self.problems.join("; ")) }
    }
}

/// The input type of filters over collections of an entity.
pub(super) fn set_where(entity: &Entity) -> String {
    format!("{}Where", name::capitalized(&entity.set_name))
}

/// A field of entity data.
pub(super) fn data_field(name: &str, ty: TypeRef, description: impl Into<String>) -> Field {
    Field::new(name, ty, never_resolved).description(description)
}

/// Stands for the resolvers of entity data: operations on it are answered as a whole, before any resolver runs.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the engine asks for")]
fn never_resolved(context: ResolverContext<'_>) -> FieldFuture<'_> {
    let message = format!("the field {} was resolved by itself", context.item.node.name.node);
    let error = resolver_error(Code::Internal, message);
    FieldFuture::new(async move { Err::<Option<FieldValue<'_>>, _>(error) })
}

/// An error of a resolver, with its code.
pub(super) fn resolver_error(code: Code, message: impl Into<String>) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code.as_str()))
}

/// An argument or a field of an input object.
pub(super) fn input(name: &str, ty: TypeRef, description: impl Into<String>) -> InputValue {
    InputValue::new(name, ty).description(description)
}

/// A named type, non-null unless it is nullable.
pub(super) fn named(type_name: impl Into<String>, nullable: bool) -> TypeRef {
    if nullable { TypeRef::named(type_name) } else { TypeRef::named_nn(type_name) }
}

/// A comment of the database as a description; nothing where it is empty.
pub(super) fn comment(text: Option<&str>) -> Option<String> {
    text.map(printable).filter(|kept| !kept.is_empty())
}

/// The text without what SDL cannot hold: control characters, and the quotes that would end its block strings.
pub(super) fn printable(text: &str) -> String {
    let kept: String = text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect();
    kept.trim().replace("\"\"\"", "'''")
}
