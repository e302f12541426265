//! The schema's types while they are collected: each name once, scalars, enums and filters only where they are used,
//! and the few ways in which every file of this module makes fields and descriptions.

use std::collections::HashSet;

use async_graphql::{
    ErrorExtensions,
    dynamic::{Field, FieldFuture, FieldValue, InputValue, ResolverContext, Type, TypeRef, indexmap::IndexMap},
};

use crate::{
    catalog::{AttributeType, Catalog, Entity, name},
    error::Code,
    plan::Limits,
};

use super::{
    enumeration::{self, Enums},
    scalar,
};

/// The types in the making, and what they are made from.
pub(super) struct Types<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) limits: Limits,
    /// Names that follow from entities: nothing whose name is free to choose may take them.
    fixed: HashSet<String>,
    enums: Enums,
    collected: IndexMap<String, Type>,
    problems: Vec<String>,
}

impl<'a> Types<'a> {
    pub(super) fn new(catalog: &'a Catalog, limits: Limits) -> Self {
        let derived = catalog.entities.iter().flat_map(|entity| {
            let suffixes = name::DERIVED_SUFFIXES.iter().map(|suffix| format!("{}{suffix}", entity.type_name));
            suffixes.chain([entity.type_name.clone(), set_where(entity)])
        });
        let unions = catalog.multi_table_lookups.iter().map(|lookup| lookup.type_name.clone());
        let fixed = derived.chain(unions).collect();
        Self { catalog, limits, fixed, enums: Enums::default(), collected: IndexMap::new(), problems: Vec::new() }
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

    /// The wanted name, or the first of `nameSuffix`, `nameSuffix2`, … that is neither used nor going to be.
    pub(super) fn free_name(&self, wanted: &str, suffix: &str) -> String {
        let numbered = (2..=u32::MAX).map(|number| format!("{wanted}{suffix}{number}"));
        let mut names = [wanted.to_owned(), format!("{wanted}{suffix}")].into_iter().chain(numbered);
        names.find(|name| self.is_free(name)).unwrap_or_else(|| wanted.to_owned())
    }

    fn is_free(&self, name: &str) -> bool {
        let own = |name: &str| {
            let names = |type_name: &str| name::EntityNames {
                type_name: type_name.to_owned(),
                logical_name: String::new(),
                set_name: String::new(),
            };
            name::is_reserved(&names(name))
        };
        // An enum brings a filter with it.
        [name.to_owned(), format!("{name}Filter")]
            .iter()
            .all(|name| !self.contains(name) && !self.fixed.contains(name) && !own(name))
    }

    /// The name of the type of an attribute's values, which is added on first use.
    pub(super) fn value(&mut self, ty: &AttributeType) -> String {
        if let AttributeType::Enum(list) = ty {
            if let Some(known) = self.enums.find(list) {
                return known.to_owned();
            }
            let name = self.free_name(&list.type_name, "Enum");
            self.fixed.extend([name.clone(), format!("{name}Filter")]);
            self.add(&name, enumeration::database_enum(&name, list));
            self.enums.insert(list, &name);
            return name;
        }
        let name = ty.word();
        if let Some(scalar) = scalar::find(name).filter(|_| !self.contains(name)) {
            self.add(name, scalar);
        }
        name.to_owned()
    }

    /// All types and the names that enums got, or what is wrong with them.
    pub(super) fn finish(self) -> Result<(impl Iterator<Item = Type>, Enums), String> {
        if self.problems.is_empty() {
            Ok((self.collected.into_values(), self.enums))
        } else {
            Err(self.problems.join("; "))
        }
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
    let error =
        async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", Code::Internal.as_str()));
    FieldFuture::new(async move { Err::<Option<FieldValue<'_>>, _>(error) })
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
/// What SDL cannot hold is left out: control characters, and the quotes that would end its block strings.
pub(super) fn comment(text: Option<&str>) -> Option<String> {
    let kept: String = text?.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect();
    let kept = kept.trim().replace("\"\"\"", "'''");
    (!kept.is_empty()).then_some(kept)
}
