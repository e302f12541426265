//! What exists: entities, attributes, relationships and navigation properties, checked and named once,
//! then passed on as one immutable value. Does no I/O and knows neither GraphQL nor SQL.

mod attribute;
mod attribute_name;
mod build;
mod definition;
mod definition_draft;
mod definition_link;
mod draft;
mod entity;
mod entity_name;
mod enum_labels;
mod fit;
mod given;
mod intersect;
mod link;
mod lookup;
pub mod name;
mod navigation;
mod navigation_name;
mod problem;
mod relationship;
mod remark;
#[cfg(test)]
mod tests;
mod version;

use std::collections::HashMap;

pub use attribute::{
    Attribute, AttributeId, AttributeType, DatabaseType, EnumType, EnumValue, StoredValue, UuidStorage,
};
pub use build::{build, build_given};
pub use definition::{
    ArmDefinition, Definition, DefinitionKind, Discriminator, EndDefinition, IntersectDefinition, LookupColumn,
    LookupDefinition, MultiTableDefinition,
};
pub use definition_draft::{add as add_definition, remove as remove_definition};
pub use draft::{ColumnDraft, ConditionDraft, EntityDraft, IntersectName, KeyDraft, RelationDraft};
pub use entity::{AlternateKey, Entity, EntityId, EntityKind, Table};
pub(crate) use enum_labels::enum_labels;
pub use given::{
    Exact, Given, GivenArms, GivenEnds, GivenEntity, GivenIntersect, GivenLookup, GivenRelationship, GivenVersion,
    Profile,
};
pub use navigation::{End, MultiTableLookup, NavigationProperty};
pub use problem::{Problem, Problems, Severity};
pub use relationship::{
    CascadeConfiguration, CascadeDelete, Comparison, Condition, ConditionSide, Constant, ManyToMany, ManyToManyEnd,
    OneToMany, Relationship, RelationshipId, RelationshipKind,
};
pub use remark::{Remark, Says, remark};

/// Everything the gateway serves. Made by [`build()`], never changed afterwards.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// All entities, ordered by name.
    pub entities: Vec<Entity>,
    /// All relationships.
    pub relationships: Vec<Relationship>,
    /// All multi-table lookups.
    pub multi_table_lookups: Vec<MultiTableLookup>,
    /// How records name their reference.
    pub profile: Profile,
    /// What was noticed and worked around while the catalog was built.
    pub warnings: Vec<Problem>,
    by_name: HashMap<String, EntityId>,
}

impl Catalog {
    /// The entity at a position.
    ///
    /// # Panics
    /// If the position belongs to another catalog.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.0]
    }

    /// The relationship at a position.
    ///
    /// # Panics
    /// If the position belongs to another catalog.
    #[must_use]
    pub fn relationship(&self, id: RelationshipId) -> &Relationship {
        &self.relationships[id.0]
    }

    /// All entities with their positions.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &Entity)> {
        self.entities.iter().enumerate().map(|(index, entity)| (EntityId(index), entity))
    }

    /// The entity whose logical, set or type name this is. The three never collide between entities.
    #[must_use]
    pub fn find_entity(&self, name: &str) -> Option<EntityId> {
        self.by_name.get(name).copied()
    }

    /// The type of what a group of records has in common: `UserGroupKey`, unless `UserGroup` is an entity with a key.
    #[must_use]
    pub fn group_key_type(&self, entity: &Entity) -> String {
        self.type_beside(entity, ["Group", "Key"], "AggregateGroupKey")
    }

    /// The type of a payload about links: `BookRefPayload`, unless `BookRef` is an entity with payloads.
    #[must_use]
    pub fn links_type(&self, entity: &Entity) -> String {
        self.type_beside(entity, ["Ref", "Payload"], "ReferencePayload")
    }

    fn type_beside(&self, entity: &Entity, [first, second]: [&str; 2], otherwise: &str) -> String {
        let name = &entity.type_name;
        match self.find_entity(&format!("{name}{first}")) {
            Some(_) => format!("{name}{otherwise}"),
            None => format!("{name}{first}{second}"),
        }
    }

    /// The entity that is stored in that table.
    #[must_use]
    pub fn find_table(&self, table: &Table) -> Option<(EntityId, &Entity)> {
        self.entities().find(|(_, entity)| entity.table == *table)
    }

    /// Whether the gateway itself defines a field of this name on every entity.
    #[must_use]
    pub fn is_reserved_field(&self, name: &str) -> bool {
        name::is_reserved_field(self.profile, name)
    }

    /// The relationship of that schema name.
    #[must_use]
    pub fn find_relationship(&self, schema_name: &str) -> Option<RelationshipId> {
        self.relationships.iter().position(|known| known.schema_name == schema_name).map(RelationshipId)
    }

    /// The multi-table lookup that a one-to-many relationship is an arm of.
    #[must_use]
    pub fn lookup_of_arm(&self, one: &OneToMany) -> Option<&MultiTableLookup> {
        self.multi_table_lookups_of(one.referencing).find(|lookup| lookup.arms.contains(&one.referencing_navigation))
    }

    /// The multi-table lookups of an entity.
    pub fn multi_table_lookups_of(&self, entity: EntityId) -> impl Iterator<Item = &MultiTableLookup> {
        self.multi_table_lookups.iter().filter(move |lookup| lookup.entity == entity)
    }

    /// Whether an attribute says which arm of a multi-table lookup is set.
    #[must_use]
    pub fn is_discriminator(&self, entity: EntityId, attribute: AttributeId) -> bool {
        self.multi_table_lookups_of(entity).any(|lookup| lookup.discriminator == Some(attribute))
    }

    fn index(&mut self) {
        self.by_name = self
            .entities()
            .flat_map(|(id, entity)| {
                [&entity.logical_name, &entity.set_name, &entity.type_name].map(|name| (name.clone(), id))
            })
            .collect();
    }
}
