//! What is asked for: a change of relationship definitions as its input spells it, before anything is checked.

use serde::Deserialize;

/// One change of definitions.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A lookup, and the relationship over it.
    CreateOneToMany(NewOneToMany),
    /// An intersect table, and the relationship over it.
    CreateManyToMany(NewManyToMany),
    /// A lookup that leads to records of several entities.
    CreateMultiTable(NewMultiTable),
    /// A further target of such a lookup.
    AddTarget {
        /// The lookup's schema name.
        schema_name: String,
        /// The target.
        target: NewTarget,
    },
    /// What changes about a relationship.
    Update {
        /// Its schema name.
        schema_name: String,
        /// What changes.
        input: Update,
    },
    /// A relationship, or a multi-table lookup, goes.
    Delete {
        /// Its schema name.
        schema_name: String,
    },
}

/// A one-to-many relationship to be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOneToMany {
    /// Its unique name.
    pub schema_name: String,
    /// The entity that is pointed at.
    pub referenced_entity: String,
    /// The entity that gets the lookup.
    pub referencing_entity: String,
    /// The lookup.
    pub lookup: NewLookup,
    /// The name of the referenced entity's end.
    pub referenced_entity_navigation_property_name: Option<String>,
    /// The name of the referencing entity's end.
    pub referencing_entity_navigation_property_name: Option<String>,
    /// What operations on a referenced record do.
    pub cascade: Option<Cascade>,
    /// Whether it forms a hierarchy.
    #[serde(default)]
    pub is_hierarchical: bool,
    /// What it says about itself.
    pub description: Option<String>,
}

/// A lookup column to be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLookup {
    /// The column's name.
    pub name: String,
    /// Whether it may not be null.
    #[serde(default)]
    pub required: bool,
    /// Whether no two records point at the same one.
    #[serde(default)]
    pub unique: bool,
    /// What it says about itself.
    pub description: Option<String>,
}

/// A many-to-many relationship to be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewManyToMany {
    /// Its unique name.
    pub schema_name: String,
    /// The name of the intersect entity's table.
    pub intersect_entity_name: String,
    /// The first end.
    pub entity1: NewEnd,
    /// The second end.
    pub entity2: NewEnd,
    /// What it says about itself.
    pub description: Option<String>,
}

/// An end of a many-to-many relationship to be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEnd {
    /// The entity at this end.
    pub entity: String,
    /// The name of its collection of records of the other end.
    pub navigation_property_name: Option<String>,
    /// The intersect's column that points at this end.
    pub intersect_attribute: Option<String>,
}

/// A multi-table lookup to be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMultiTable {
    /// Its unique name.
    pub schema_name: String,
    /// The entity that gets the lookup.
    pub referencing_entity: String,
    /// Its columns.
    pub lookup: NewMultiTableColumn,
    /// The entities that it leads to.
    pub targets: Vec<NewTarget>,
}

/// The columns of a multi-table lookup to be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMultiTableColumn {
    /// The name of the column of keys.
    pub name: String,
    /// The name of the column that says which table a key belongs to.
    pub discriminator: Option<String>,
    /// What the lookup says about itself.
    pub description: Option<String>,
}

/// A target of a multi-table lookup to be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTarget {
    /// The unique name of its relationship.
    pub schema_name: Option<String>,
    /// The entity.
    pub referenced_entity: String,
    /// The name of the target's end.
    pub referenced_entity_navigation_property_name: Option<String>,
    /// The name of the referencing entity's end.
    pub referencing_entity_navigation_property_name: Option<String>,
    /// What operations on a referenced record do.
    pub cascade: Option<Cascade>,
    /// What it says about itself.
    pub description: Option<String>,
}

/// What changes about a relationship; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// Cannot change.
    pub schema_name: Option<String>,
    /// Cannot change.
    pub referenced_entity: Option<String>,
    /// Cannot change.
    pub referencing_entity: Option<String>,
    /// Cannot change.
    pub lookup_name: Option<String>,
    /// Cannot change.
    pub intersect_entity_name: Option<String>,
    /// The name of the referenced entity's end.
    pub referenced_entity_navigation_property_name: Option<String>,
    /// The name of the referencing entity's end.
    pub referencing_entity_navigation_property_name: Option<String>,
    /// The name of the first end's collection.
    pub entity1_navigation_property_name: Option<String>,
    /// The name of the second end's collection.
    pub entity2_navigation_property_name: Option<String>,
    /// What operations on a referenced record do.
    pub cascade: Option<Cascade>,
    /// Whether it forms a hierarchy.
    pub is_hierarchical: Option<bool>,
    /// What it says about itself; an empty text takes that away.
    pub description: Option<String>,
}

/// A cascade configuration as it is given: per action how far it goes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cascade {
    /// All actions at once.
    pub behavior: Option<Behavior>,
    /// On delete.
    pub delete: Option<CascadeType>,
    /// On change of the owner.
    pub assign: Option<CascadeType>,
    /// On merge of two records.
    pub merge: Option<CascadeType>,
    /// On change of the referenced record.
    pub reparent: Option<CascadeType>,
    /// In views that roll up.
    pub rollup_view: Option<CascadeType>,
    /// On sharing.
    pub share: Option<CascadeType>,
    /// On the end of sharing.
    pub unshare: Option<CascadeType>,
}

/// How far an action goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CascadeType {
    /// To no other record.
    NoCascade,
    /// To all referencing records.
    Cascade,
    /// To the active ones.
    Active,
    /// To those of the same owner.
    UserOwned,
    /// Their lookup becomes null.
    RemoveLink,
    /// It is refused while there are any.
    Restrict,
}

/// The usual cascade configurations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Behavior {
    /// What happens to a referenced record happens to those that reference it.
    Parental,
    /// Nothing happens to them but that their lookup becomes null.
    Referential,
    /// They keep the record that they reference from being deleted.
    ReferentialRestrictDelete,
    /// Anything else.
    Custom,
}
