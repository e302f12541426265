//! What may be written: pure questions to the catalog, which the schema and the planner of writes both ask.

use crate::catalog::{
    AttributeId, AttributeType, Catalog, End, Entity, EntityId, EntityKind, ManyToMany, NavigationProperty, OneToMany,
    RelationshipKind,
};

/// What may be done with the links of a navigation property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// Nothing: they can only be read.
    ReadOnly,
    /// They are made when a record is created and stay: the whole lookup is part of the primary key.
    OnCreate,
    /// They are made and changed.
    Free {
        /// Whether a record may be left without a link.
        clearable: bool,
        /// Whether links can be made from two existing records: a row of the intersect needs no more than them.
        associable: bool,
    },
}

impl Linking {
    /// Whether links between existing records can be made.
    #[must_use]
    pub fn associates(self) -> bool {
        matches!(self, Self::Free { associable: true, .. })
    }

    /// Whether links can be undone.
    #[must_use]
    pub fn clears(self) -> bool {
        matches!(self, Self::Free { clearable: true, .. })
    }
}

/// Whether records of an entity are created, updated and deleted.
#[must_use]
pub fn is_writable(entity: &Entity) -> bool {
    entity.kind == EntityKind::Table && entity.has_key()
}

/// What may be done with the links of a navigation property.
#[must_use]
pub fn linking(catalog: &Catalog, property: &NavigationProperty) -> Linking {
    match (&catalog.relationship(property.relationship).kind, property.end) {
        (RelationshipKind::OneToMany(one), _) => one_to_many(catalog, one),
        (RelationshipKind::ManyToMany(many), _) => many_to_many(catalog, many),
    }
}

fn one_to_many(catalog: &Catalog, one: &OneToMany) -> Linking {
    let (referencing, referenced) = (catalog.entity(one.referencing), catalog.entity(one.referenced));
    let is_plain = one.condition.is_none() || is_arm(catalog, one);
    let lookups = || one.referencing_attributes.iter();
    if !is_plain
        || !is_writable(referencing)
        || !referenced.has_key()
        || lookups().any(|id| referencing.attribute(*id).generated)
    {
        return Linking::ReadOnly;
    }
    if lookups().all(|id| referencing.primary_key.contains(id)) {
        return Linking::OnCreate;
    }
    Linking::Free { clearable: !cleared(catalog, one).is_empty(), associable: true }
}

fn many_to_many(catalog: &Catalog, many: &ManyToMany) -> Linking {
    let intersect = catalog.entity(many.intersect);
    if intersect.kind == EntityKind::View || many.ends.iter().any(|end| !catalog.entity(end.entity).has_key()) {
        return Linking::ReadOnly;
    }
    let is_lookup = |id: AttributeId| many.ends.iter().any(|end| end.intersect_attributes.contains(&id));
    let ids = (0..intersect.attributes.len()).map(AttributeId);
    let associable = ids.filter(|id| !is_lookup(*id)).all(|id| !is_required(intersect, id));
    Linking::Free { clearable: true, associable }
}

/// Whether a one-to-many relationship is an arm of a multi-table lookup.
#[must_use]
pub fn is_arm(catalog: &Catalog, one: &OneToMany) -> bool {
    catalog.lookup_of_arm(one).is_some()
}

/// The lookup attributes that become null when a link is undone: those that may be null and that no other
/// relationship uses (OData 4.01 CSDL 8.6). Empty where a record must always have a link.
#[must_use]
pub fn cleared(catalog: &Catalog, one: &OneToMany) -> Vec<AttributeId> {
    let entity = catalog.entity(one.referencing);
    let nullable = |id: &&AttributeId| entity.attribute(**id).nullable && !entity.primary_key.contains(id);
    let all: Vec<AttributeId> = one.referencing_attributes.iter().filter(nullable).copied().collect();
    let own: Vec<AttributeId> =
        all.iter().filter(|id| shared_with(catalog, one, **id).next().is_none()).copied().collect();
    if own.is_empty() { all } else { own }
}

/// The lookup attributes that are about the link alone: those that are emptied with it or, where a record must always
/// have a link, all. A tenant's number in a lookup of two parts tells something of the record itself, too.
fn own_lookups(catalog: &Catalog, one: &OneToMany) -> Vec<AttributeId> {
    let cleared = cleared(catalog, one);
    if cleared.is_empty() { one.referencing_attributes.clone() } else { cleared }
}

/// Whether a lookup attribute tells something of the record itself, so that a link does not change it.
#[must_use]
pub fn is_kept(catalog: &Catalog, one: &OneToMany, id: AttributeId) -> bool {
    one.referencing_attributes.contains(&id) && !own_lookups(catalog, one).contains(&id)
}

/// The other relationships that the same lookup attribute serves; arms of one lookup do not count.
pub fn shared_with<'c>(catalog: &'c Catalog, one: &OneToMany, id: AttributeId) -> impl Iterator<Item = &'c OneToMany> {
    let lookups = catalog.entity(one.referencing).navigation.iter().filter(|property| property.end == End::Referencing);
    let others = lookups.filter_map(|property| catalog.relationship(property.relationship).as_one_to_many());
    others.filter(move |other| {
        other.referencing == one.referencing
            && other.condition.is_none()
            && other.referencing_attributes.contains(&id)
            && other.referencing_attributes != one.referencing_attributes
    })
}

/// Whether clients may give an attribute's value when a record is created.
#[must_use]
pub fn is_settable(catalog: &Catalog, id: EntityId, attribute: AttributeId) -> bool {
    let entity = catalog.entity(id);
    !entity.attribute(attribute).generated
        && entity.version != Some(attribute)
        && !catalog.is_discriminator(id, attribute)
        && !is_written_by_link(catalog, id, attribute)
}

/// Whether clients may change an attribute's value.
#[must_use]
pub fn is_changeable(catalog: &Catalog, id: EntityId, attribute: AttributeId) -> bool {
    is_settable(catalog, id, attribute) && !catalog.entity(id).primary_key.contains(&attribute)
}

/// Whether inputs of new records say anything about the links of a navigation property.
#[must_use]
pub fn links_on_create(catalog: &Catalog, property: &NavigationProperty) -> bool {
    matches!(linking(catalog, property), Linking::OnCreate | Linking::Free { associable: true, .. })
}

/// Whether inputs of changes say anything about the links of a navigation property. Links that stay can still be made
/// together with the record at their other end.
#[must_use]
pub fn links_on_update(catalog: &Catalog, property: &NavigationProperty) -> bool {
    match linking(catalog, property) {
        Linking::ReadOnly => false,
        Linking::OnCreate => property.end == End::Referenced,
        Linking::Free { associable, clearable } => associable || clearable,
    }
}

/// Whether there is anything to say about a new record of an entity.
#[must_use]
pub fn has_create(catalog: &Catalog, id: EntityId) -> bool {
    let entity = catalog.entity(id);
    (0..entity.attributes.len()).any(|position| is_settable(catalog, id, AttributeId(position)))
        || entity.navigation.iter().any(|property| links_on_create(catalog, property))
}

/// Whether there is anything to change in a record of an entity.
#[must_use]
pub fn has_update(catalog: &Catalog, id: EntityId) -> bool {
    let entity = catalog.entity(id);
    (0..entity.attributes.len()).any(|position| is_changeable(catalog, id, AttributeId(position)))
        || entity.navigation.iter().any(|property| links_on_update(catalog, property))
}

/// The relationships whose lookups links of a record write.
fn lookups_of(catalog: &Catalog, id: EntityId) -> impl Iterator<Item = &OneToMany> {
    let properties = catalog.entity(id).navigation.iter().filter(|property| property.end == End::Referencing);
    let lookups = properties.filter_map(|property| catalog.relationship(property.relationship).as_one_to_many());
    lookups.filter(|one| one_to_many(catalog, one) != Linking::ReadOnly)
}

fn is_written_by_link(catalog: &Catalog, id: EntityId, attribute: AttributeId) -> bool {
    lookups_of(catalog, id).any(|one| own_lookups(catalog, one).contains(&attribute))
}

/// Whether an input of a new record must give a value for the attribute: no link can give it instead.
#[must_use]
pub fn must_be_given(catalog: &Catalog, id: EntityId, attribute: AttributeId) -> bool {
    is_required(catalog.entity(id), attribute)
        && lookups_of(catalog, id).all(|one| !one.referencing_attributes.contains(&attribute))
}

/// Whether a record cannot be created without a value for the attribute.
#[must_use]
pub fn is_required(entity: &Entity, id: AttributeId) -> bool {
    let attribute = entity.attribute(id);
    !attribute.nullable
        && !attribute.has_default
        && !attribute.generated
        && entity.version != Some(id)
        && made_key(entity) != Some(id)
}

/// The key that the gateway makes when a client gives none: one UUID for which the database has no default.
#[must_use]
pub fn made_key(entity: &Entity) -> Option<AttributeId> {
    match entity.primary_key.as_slice() {
        [only] => {
            let attribute = entity.attribute(*only);
            let is_free = matches!(attribute.ty, AttributeType::Uuid(_))
                && !attribute.has_default
                && !attribute.generated
                && !attribute.is_lookup;
            is_free.then_some(*only)
        }
        _ => None,
    }
}

/// The attributes of an entity that links are about: its primary key, its lookups and their discriminators, what
/// other records reference, and its version.
#[must_use]
pub fn link_attributes(catalog: &Catalog, id: EntityId) -> Vec<AttributeId> {
    let entity = catalog.entity(id);
    let mut attributes = entity.primary_key.clone();
    attributes.extend(entity.version);
    for property in &entity.navigation {
        match &catalog.relationship(property.relationship).kind {
            RelationshipKind::OneToMany(one) => {
                if one.referencing == id {
                    attributes.extend(&one.referencing_attributes);
                    attributes.extend(discriminator(one).map(|(attribute, _)| attribute));
                }
                if one.referenced == id {
                    attributes.extend(&one.referenced_attributes);
                }
            }
            RelationshipKind::ManyToMany(many) => {
                let ends = many.ends.iter().filter(|end| end.entity == id);
                attributes.extend(ends.flat_map(|end| &end.attributes));
            }
        }
    }
    attributes.sort_unstable();
    attributes.dedup();
    attributes
}

/// What an arm of a multi-table lookup sets beside the lookup: the discriminator and its value.
#[must_use]
pub fn discriminator(one: &OneToMany) -> Option<(AttributeId, &crate::catalog::Constant)> {
    one.condition.as_ref().and_then(crate::catalog::Condition::discriminator)
}
