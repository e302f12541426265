//! A navigation property: one end of a relationship as the entity at that end sees it.

use super::{AttributeId, EntityId, RelationshipId};

/// One end of a relationship.
#[derive(Debug, Clone)]
pub struct NavigationProperty {
    /// Its name; the GraphQL field has the same name.
    pub name: String,
    /// The relationship it is an end of.
    pub relationship: RelationshipId,
    /// Which end it is.
    pub end: End,
    /// The entity it leads to.
    pub target: EntityId,
    /// Whether it leads to many records or to at most one.
    pub collection: bool,
    /// Whether a single-valued one may lead nowhere. Always `false` for collections, which may be empty instead.
    pub nullable: bool,
    /// The name of the other end on the target, unless that end is hidden.
    pub partner: Option<String>,
}

/// Which end of its relationship a navigation property is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// The entity with the lookup.
    Referencing,
    /// The entity that the lookup points at.
    Referenced,
    /// The first or second end of a many-to-many relationship (0 or 1).
    Role(usize),
}

/// A lookup that points at records of several entities: setting one arm clears the others.
#[derive(Debug, Clone)]
pub struct MultiTableLookup {
    /// Its name; the GraphQL field (a union) has the same name.
    pub name: String,
    /// The GraphQL union's name.
    pub type_name: String,
    /// The name of its definition, where it was made while the gateway ran.
    pub definition: Option<String>,
    /// The entity that holds it.
    pub entity: EntityId,
    /// The attribute whose value says which arm is set, where one key is shared by all arms.
    pub discriminator: Option<AttributeId>,
    /// The arms, in declaration order: names of single-valued navigation properties of `entity`.
    pub arms: Vec<String>,
}
