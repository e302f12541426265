//! Which entities may take part in relationships that are made while the gateway runs, and with which others.

use crate::catalog::{Catalog, Entity, EntityId, EntityKind};

/// Why an entity may not be pointed at by a new lookup; nothing where it may.
#[must_use]
pub fn why_not_referenced(entity: &Entity) -> Option<&'static str> {
    if let Some(why) = why_not_referencing(entity) {
        return Some(why);
    }
    let [key] = entity.primary_key[..] else { return Some("its key is not a single attribute") };
    // The new column would not have it.
    let is_collated = entity.attribute(key).database_type.as_ref().is_some_and(|ty| ty.compared_in.is_some());
    is_collated.then_some("its key is compared in another collation than BINARY")
}

/// Why an entity may not get a new lookup; nothing where it may.
#[must_use]
pub fn why_not_referencing(entity: &Entity) -> Option<&'static str> {
    match entity.kind {
        EntityKind::View => Some("it is a view"),
        EntityKind::Intersect => Some("it is the intersect entity of a many-to-many relationship"),
        // A link is written by the key of its record.
        EntityKind::Table => (!entity.has_key()).then_some("it has no key"),
    }
}

/// Why an entity may not stand at an end of a new many-to-many relationship; nothing where it may.
#[must_use]
pub fn why_not_many_to_many(entity: &Entity) -> Option<&'static str> {
    why_not_referenced(entity)
}

/// The entities that an entity may reference in a new relationship; none where it may not get a lookup.
pub fn valid_referenced(catalog: &Catalog, id: EntityId) -> impl Iterator<Item = &Entity> {
    partners(catalog, why_not_referencing(catalog.entity(id)), why_not_referenced)
}

/// The entities that may reference an entity in a new relationship; none where it may not be pointed at.
pub fn valid_referencing(catalog: &Catalog, id: EntityId) -> impl Iterator<Item = &Entity> {
    partners(catalog, why_not_referenced(catalog.entity(id)), why_not_referencing)
}

/// The entities that may stand at the other end of a new many-to-many relationship.
pub fn valid_many_to_many(catalog: &Catalog, id: EntityId) -> impl Iterator<Item = &Entity> {
    partners(catalog, why_not_many_to_many(catalog.entity(id)), why_not_many_to_many)
}

fn partners<'a>(
    catalog: &'a Catalog,
    own: Option<&'static str>,
    other: fn(&Entity) -> Option<&'static str>,
) -> impl Iterator<Item = &'a Entity> {
    catalog.entities.iter().filter(move |entity| own.is_none() && other(entity).is_none())
}
