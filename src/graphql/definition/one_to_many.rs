//! Definitions of one-to-many relationships: the referenced and the referencing end, and what a delete does.

use async_graphql::dynamic::{Field, FieldValue, TypeRef};

use crate::{
    catalog::{Catalog, OneToMany, RelationshipId},
    graphql::types::Types,
};

use super::{
    attributes, boolean, cascade, first_attribute, flag, optional_string, optional_text, relationship, resolved,
    string, strings, text,
};

pub(super) const NAME: &str = "OneToManyRelationship";

pub(super) fn register(types: &mut Types<'_>) {
    let about =
        "A one-to-many relationship: a lookup of the referencing entity points at one record of the referenced.";
    let fields = referenced_end().into_iter().chain(referencing_end()).chain(facts()).collect();
    types.add(NAME, relationship::implementation(NAME, about, fields));
}

/// A field of the definition behind a relationship.
fn one(
    name: &str,
    ty: TypeRef,
    description: &str,
    read: for<'a> fn(&'a Catalog, &'a OneToMany) -> FieldValue<'a>,
) -> Field {
    resolved(name, ty, description, move |catalog, context| {
        let id: &RelationshipId = context.parent_value.try_downcast_ref()?;
        Ok(catalog.relationship(*id).as_one_to_many().map_or(FieldValue::NULL, |one| read(catalog, one)))
    })
}

fn referenced_end() -> [Field; 4] {
    [
        one("referencedEntity", string(), "The logical name of the entity that is pointed at.", |catalog, one| {
            text(&catalog.entity(one.referenced).logical_name)
        }),
        one("referencedAttribute", string(), "The first attribute that is pointed at.", |catalog, one| {
            first_attribute(catalog.entity(one.referenced), &one.referenced_attributes)
        }),
        one("referencedAttributes", strings(), "The attributes that are pointed at.", |catalog, one| {
            attributes(catalog.entity(one.referenced), &one.referenced_attributes)
        }),
        one(
            "referencedEntityNavigationPropertyName",
            optional_string(),
            "The navigation property of the referenced entity; null where it has none.",
            |_, one| optional_text(one.referenced_navigation.as_ref()),
        ),
    ]
}

fn referencing_end() -> [Field; 4] {
    [
        one("referencingEntity", string(), "The logical name of the entity that holds the lookup.", |catalog, one| {
            text(&catalog.entity(one.referencing).logical_name)
        }),
        one("referencingAttribute", string(), "The first lookup attribute.", |catalog, one| {
            first_attribute(catalog.entity(one.referencing), &one.referencing_attributes)
        }),
        one(
            "referencingAttributes",
            strings(),
            "The lookup attributes, in the order of those they point at.",
            |catalog, one| attributes(catalog.entity(one.referencing), &one.referencing_attributes),
        ),
        one(
            "referencingEntityNavigationPropertyName",
            string(),
            "The navigation property of the referencing entity.",
            |_, one| text(&one.referencing_navigation),
        ),
    ]
}

fn facts() -> [Field; 8] {
    [
        one("isOneToOne", boolean(), "Whether a record has at most one that references it.", |_, one| flag(one.unique)),
        one("isRequired", boolean(), "Whether a referencing record always has a referenced one.", |_, one| {
            flag(one.required)
        }),
        one("isHierarchical", boolean(), "Whether it forms a hierarchy.", |_, one| flag(one.hierarchical)),
        one("isConditional", boolean(), "Whether records must fulfil a constant condition, too.", |_, one| {
            flag(one.condition.is_some())
        }),
        one(
            "cascadeConfiguration",
            TypeRef::named_nn(cascade::CONFIGURATION),
            "What operations do to referencing records.",
            |_, one| FieldValue::borrowed_any(&one.cascade),
        ),
        one("behavior", TypeRef::named_nn(cascade::BEHAVIOR), "What that amounts to.", |_, one| {
            cascade::behavior_of(one.cascade)
        }),
        one("lookupName", string(), "The first column of the lookup.", |catalog, one| {
            let column = one.referencing_attributes.first();
            text(column.map_or("", |id| &*catalog.entity(one.referencing).attribute(*id).column))
        }),
        one(
            "multiTableLookup",
            optional_string(),
            "The multi-table lookup that this is a target of: its schema name, or where it has none its name.",
            |catalog, one| {
                let lookup = catalog.lookup_of_arm(one);
                optional_text(lookup.map(|lookup| lookup.definition.as_ref().unwrap_or(&lookup.name)))
            },
        ),
    ]
}
