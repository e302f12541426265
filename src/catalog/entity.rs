//! An entity: a table, view or intersect table with its attributes, keys and navigation properties.

use serde::{Deserialize, Serialize};

use super::{Attribute, AttributeId, NavigationProperty};

/// Position of an entity in [`Catalog::entities`](super::Catalog::entities).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub usize);

/// A table, view or intersect table.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Singular name in camelCase (`invoiceLine`): the by-key field.
    pub logical_name: String,
    /// The GraphQL type's name (`InvoiceLine`).
    pub type_name: String,
    /// Plural name in camelCase (`invoiceLines`): the list field, and the first part of every `ref`.
    pub set_name: String,
    /// Where it is stored.
    pub table: Table,
    /// What stores it.
    pub kind: EntityKind,
    /// Whether the database is known to do nothing by itself when records change: what a statement has written stays so.
    pub is_passive: bool,
    /// The table's comment.
    pub description: Option<String>,
    /// Its attributes in column order.
    pub attributes: Vec<Attribute>,
    /// The primary key; empty where nothing tells records apart.
    pub primary_key: Vec<AttributeId>,
    /// Unique constraints beside the primary key.
    pub alternate_keys: Vec<AlternateKey>,
    /// The attribute that counts the changes of a record, where there is one: the gateway increments it.
    pub version: Option<AttributeId>,
    /// Its ends of relationships.
    pub navigation: Vec<NavigationProperty>,
}

/// A table's name in the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Table {
    /// The database's own word is schema; here that word means the GraphQL schema only.
    pub namespace: Option<String>,
    /// The name as the database spells it.
    pub name: String,
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// What stores an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityKind {
    /// A table.
    Table,
    /// A view: readable only.
    View,
    /// The table behind a many-to-many relationship, without anything of its own: readable only.
    Intersect,
}

/// A unique constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlternateKey {
    /// Its name in keys: the attribute's, or all of them joined (`systemuseridTeamid`).
    pub name: String,
    /// Its attributes, in the constraint's order.
    pub attributes: Vec<AttributeId>,
}

impl Entity {
    /// The attribute at a position.
    ///
    /// # Panics
    /// If the position belongs to another entity.
    #[must_use]
    pub fn attribute(&self, id: AttributeId) -> &Attribute {
        &self.attributes[id.0]
    }

    /// The attribute of that logical name.
    #[must_use]
    pub fn find_attribute(&self, name: &str) -> Option<AttributeId> {
        self.attributes.iter().position(|a| a.name == name).map(AttributeId)
    }

    /// The attribute stored in that column.
    #[must_use]
    pub fn find_column(&self, column: &str) -> Option<AttributeId> {
        self.attributes.iter().position(|a| a.column == column).map(AttributeId)
    }

    /// The navigation property of that name.
    #[must_use]
    pub fn find_navigation(&self, name: &str) -> Option<&NavigationProperty> {
        self.navigation.iter().find(|n| n.name == name)
    }

    /// Whether records can be addressed by key.
    #[must_use]
    pub fn has_key(&self) -> bool {
        !self.primary_key.is_empty()
    }

    /// Whether the given attributes are, in any order, the primary key or an alternate key.
    #[must_use]
    pub fn is_unique(&self, attributes: &[AttributeId]) -> bool {
        let same = |key: &[AttributeId]| key.len() == attributes.len() && key.iter().all(|a| attributes.contains(a));
        same(&self.primary_key) || self.alternate_keys.iter().any(|key| same(&key.attributes))
    }
}
