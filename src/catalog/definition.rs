//! Stored definitions: relationships that were made while the gateway ran, and what was changed about those that code
//! or the database declares. They speak of tables and columns, because names of entities only follow from these.

use serde::{Deserialize, Serialize};

use super::{CascadeDelete, Constant, Table};

/// A definition as it is stored beside the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// Its unique name.
    pub schema_name: String,
    /// Whether its columns and tables were made with it and go with it. Otherwise it only says more about a
    /// relationship that is declared elsewhere.
    pub is_custom: bool,
    /// What it says about itself.
    pub description: Option<String>,
    /// What it relates, and how.
    pub kind: DefinitionKind,
}

impl Definition {
    /// The names by which relationships and lookups go that it defines: its own, and those of its arms.
    pub fn schema_names(&self) -> impl Iterator<Item = &str> {
        let arms = match &self.kind {
            DefinitionKind::MultiTable(lookup) => lookup.arms.as_slice(),
            _ => &[],
        };
        std::iter::once(self.schema_name.as_str()).chain(arms.iter().map(|arm| arm.schema_name.as_str()))
    }
}

/// The kinds of definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DefinitionKind {
    /// A lookup that points at records of one table.
    OneToMany(LookupDefinition),
    /// A table of pairs.
    ManyToMany(IntersectDefinition),
    /// A lookup that points at records of several tables, at one at a time.
    MultiTable(MultiTableDefinition),
}

/// A lookup: who points at whom, by which columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LookupDefinition {
    /// The table that holds the lookup.
    pub referencing: Table,
    /// The lookup's columns.
    pub columns: Vec<String>,
    /// The table that is pointed at.
    pub referenced: Table,
    /// Its columns, in the order of `columns`.
    pub referenced_columns: Vec<String>,
    /// What tells an arm of a multi-table lookup from the others.
    pub discriminator: Option<Discriminator>,
    /// The single-valued end's name; nothing where the declared one stays.
    pub referencing_navigation: Option<String>,
    /// The other end's name; nothing where the declared one stays.
    pub referenced_navigation: Option<String>,
    /// What a delete does; nothing where the declared behaviour stays.
    pub delete: Option<CascadeDelete>,
    /// Whether it forms a hierarchy; nothing where what is declared stays.
    pub hierarchical: Option<bool>,
    /// The column that was made with the definition.
    pub column: Option<LookupColumn>,
}

/// The value of a column that says which table a lookup points at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Discriminator {
    /// The column, of the table that holds the lookup.
    pub column: String,
    /// Its value.
    pub value: Constant,
}

/// A lookup column that was made with its definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LookupColumn {
    /// Whether it may not be null.
    pub required: bool,
    /// Whether no two records point at the same one.
    pub unique: bool,
    /// What it says about itself.
    pub description: Option<String>,
}

/// A table of pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntersectDefinition {
    /// The table.
    pub intersect: Table,
    /// What each half of a pair points at.
    pub ends: [EndDefinition; 2],
}

/// One end of a many-to-many relationship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndDefinition {
    /// The table at this end.
    pub table: Table,
    /// Its columns that are pointed at.
    pub columns: Vec<String>,
    /// The intersect's columns that point at them.
    pub intersect_columns: Vec<String>,
    /// The name of this end's collection of records of the other; nothing where the declared one stays.
    pub navigation: Option<String>,
}

/// A lookup that points at records of several tables by a key and the name of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MultiTableDefinition {
    /// The table that holds the lookup.
    pub table: Table,
    /// The column of keys.
    pub column: String,
    /// The column that says which table a key belongs to.
    pub discriminator: String,
    /// The name of the field that leads to whichever record it is.
    pub name: String,
    /// Its targets, at least one.
    pub arms: Vec<ArmDefinition>,
}

/// One target of a multi-table lookup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArmDefinition {
    /// The unique name of its relationship.
    pub schema_name: String,
    /// What it says about itself.
    pub description: Option<String>,
    /// Who points at whom.
    pub lookup: LookupDefinition,
}
