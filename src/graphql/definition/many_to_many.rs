//! Definitions of many-to-many relationships: two ends, and the intersect entity between them.

use async_graphql::dynamic::{Field, FieldValue, TypeRef};

use crate::{
    catalog::{Catalog, ManyToMany, ManyToManyEnd, RelationshipId},
    graphql::types::Types,
};

use super::{attributes, first_attribute, relationship, resolved, string, strings, text};

pub(super) const NAME: &str = "ManyToManyRelationship";

pub(super) fn register(types: &mut Types<'_>) {
    let about = "A many-to-many relationship: rows of the intersect entity pair records of two entities.";
    let intersect =
        many("intersectEntityName", string(), "The logical name of the intersect entity.", |catalog, many| {
            text(&catalog.entity(many.intersect).logical_name)
        });
    let fields = std::iter::once(intersect).chain(end(0)).chain(end(1)).collect();
    types.add(NAME, relationship::implementation(NAME, about, fields));
}

/// A field of the definition behind a relationship.
fn many(
    name: &str,
    ty: TypeRef,
    description: &str,
    read: impl for<'a> Fn(&'a Catalog, &'a ManyToMany) -> FieldValue<'a> + Send + Sync + 'static,
) -> Field {
    resolved(name, ty, description, move |catalog, context| {
        let id: &RelationshipId = context.parent_value.try_downcast_ref()?;
        Ok(catalog.relationship(*id).as_many_to_many().map_or(FieldValue::NULL, |many| read(catalog, many)))
    })
}

fn end(role: usize) -> [Field; 4] {
    let ordinal = ["first", "second"][role];
    let field = |name: &str,
                 ty: TypeRef,
                 about: &str,
                 read: for<'a> fn(&'a Catalog, &'a ManyToMany, &'a ManyToManyEnd) -> FieldValue<'a>| {
        many(&format!("entity{}{name}", role + 1), ty, &format!("{about} the {ordinal} end."), move |catalog, many| {
            read(catalog, many, &many.ends[role])
        })
    };
    [
        field("LogicalName", string(), "The logical name of the entity at", |catalog, _, end| {
            text(&catalog.entity(end.entity).logical_name)
        }),
        field(
            "IntersectAttribute",
            string(),
            "The first attribute of the intersect entity that points at",
            |catalog, many, end| first_attribute(catalog.entity(many.intersect), &end.intersect_attributes),
        ),
        field(
            "IntersectAttributes",
            strings(),
            "The attributes of the intersect entity that point at",
            |catalog, many, end| attributes(catalog.entity(many.intersect), &end.intersect_attributes),
        ),
        field("NavigationPropertyName", string(), "The navigation property of the entity at", |_, _, end| {
            text(&end.navigation)
        }),
    ]
}
