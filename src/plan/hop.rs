//! One step over a relationship, from the end where it starts to the entity where it arrives.

use crate::catalog::{
    AttributeId, Catalog, End, EntityId, ManyToMany, NavigationProperty, RelationshipId, RelationshipKind,
};

/// One step over a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The relationship.
    pub relationship: RelationshipId,
    /// The end where the step starts.
    pub end: End,
    /// The entity where it arrives.
    pub target: EntityId,
}

impl From<&NavigationProperty> for Hop {
    fn from(property: &NavigationProperty) -> Self {
        Self { relationship: property.relationship, end: property.end, target: property.target }
    }
}

impl Hop {
    /// The attributes that the relationship matches on the side where the step starts.
    #[must_use]
    pub fn start_attributes(self, catalog: &Catalog) -> &[AttributeId] {
        match &catalog.relationship(self.relationship).kind {
            RelationshipKind::OneToMany(one) if self.end == End::Referencing => &one.referencing_attributes,
            RelationshipKind::OneToMany(one) => &one.referenced_attributes,
            RelationshipKind::ManyToMany(many) => &many.ends[self.role()].attributes,
        }
    }

    /// The attributes that the relationship matches on the side where the step arrives.
    #[must_use]
    pub fn target_attributes(self, catalog: &Catalog) -> &[AttributeId] {
        match &catalog.relationship(self.relationship).kind {
            RelationshipKind::OneToMany(one) if self.end == End::Referencing => &one.referenced_attributes,
            RelationshipKind::OneToMany(one) => &one.referencing_attributes,
            RelationshipKind::ManyToMany(many) => &many.ends[1 - self.role()].attributes,
        }
    }

    /// What is compared with the keys at the start: the attributes at the target, or the lookups of the intersect.
    #[must_use]
    pub fn lookups(self, catalog: &Catalog) -> (EntityId, &[AttributeId]) {
        match self.many_to_many(catalog) {
            Some(many) => (many.intersect, &many.ends[self.role()].intersect_attributes),
            None => (self.target, self.target_attributes(catalog)),
        }
    }

    /// The end of a many-to-many relationship where the step starts.
    #[must_use]
    pub fn role(self) -> usize {
        match self.end {
            End::Role(role) => role,
            End::Referencing | End::Referenced => 0,
        }
    }

    /// The entity where the step over the relationship starts.
    #[must_use]
    pub fn start_entity(self, catalog: &Catalog) -> EntityId {
        match &catalog.relationship(self.relationship).kind {
            RelationshipKind::OneToMany(one) if self.end == End::Referencing => one.referencing,
            RelationshipKind::OneToMany(one) => one.referenced,
            RelationshipKind::ManyToMany(many) => many.ends[self.role()].entity,
        }
    }

    /// The many-to-many relationship that the step goes over, if it is one.
    #[must_use]
    pub fn many_to_many(self, catalog: &Catalog) -> Option<&ManyToMany> {
        catalog.relationship(self.relationship).as_many_to_many()
    }
}
