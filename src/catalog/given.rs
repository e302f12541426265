//! What a configuration gives: names that are taken as they are or refused, and facts that no database tells. Found by
//! tables and columns, as everything that is said beside the tables.

use std::collections::HashMap;

use super::{
    CascadeDelete, Catalog, ConditionDraft, Problems, Table,
    link::{self, Link},
};

/// A name that is served exactly as it is given. What else wants it is a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exact {
    /// The name.
    pub name: String,
    /// Where it is given: the position in the text of the configuration.
    pub origin: usize,
}

/// How records name their reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// `ref`, so that a column `id` keeps its name.
    #[default]
    Standard,
    /// `id`, as tools for Relay want it; a column `id` is `rowId`.
    Relay,
}

impl Profile {
    /// The field, input field and argument that holds a record's reference.
    #[must_use]
    pub fn reference(self) -> &'static str {
        match self {
            Self::Standard => "ref",
            Self::Relay => "id",
        }
    }
}

/// All that is given.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// How records name their reference.
    pub profile: Profile,
    /// What is given for tables.
    pub entities: HashMap<Table, GivenEntity>,
}

/// What is given for one table.
#[derive(Debug, Clone, Default)]
pub struct GivenEntity {
    /// The entity's logical name, from which the type's follows.
    pub logical_name: Option<Exact>,
    /// Its set's name.
    pub set_name: Option<Exact>,
    /// Names of attributes by their columns.
    pub attributes: HashMap<String, Exact>,
    /// The column that counts the changes of a record.
    pub version: Option<GivenVersion>,
    /// Whether it links two others, and how that is called.
    pub intersect: GivenIntersect,
    /// What is given for its lookups.
    pub relationships: Vec<GivenRelationship>,
    /// Which of its lookups are one that leads to several tables.
    pub lookups: Vec<GivenLookup>,
}

/// What is said about the version of an entity's records.
#[derive(Debug, Clone)]
pub enum GivenVersion {
    /// None counts.
    None,
    /// The column of that name does.
    Column(Exact),
}

/// What is said about a table of pairs.
#[derive(Debug, Clone, Default)]
pub struct GivenIntersect {
    /// Whether it is one, where that is not left to what its keys say; and where it is said.
    pub is_intersect: Option<(bool, usize)>,
    /// The relationship's name.
    pub schema_name: Option<Exact>,
    /// What it says about itself.
    pub description: Option<String>,
    /// Its ends.
    pub ends: Option<GivenEnds>,
}

/// What is said about the ends of a table of pairs.
#[derive(Debug, Clone)]
pub struct GivenEnds {
    /// Where it is said.
    pub origin: usize,
    /// For each end the column that points at it.
    pub columns: [String; 2],
    /// For each end the name of its collection.
    pub navigation: [Option<Exact>; 2],
}

/// What is given for the relationship over one lookup.
#[derive(Debug, Clone)]
pub struct GivenRelationship {
    /// Where it is said.
    pub origin: usize,
    /// The lookup's columns.
    pub columns: Vec<String>,
    /// The table that is pointed at.
    pub target: Table,
    /// Its columns, in the order of `columns`.
    pub target_columns: Vec<String>,
    /// What else must hold, from the point of view of the table with the lookup.
    pub condition: Option<ConditionDraft>,
    /// The relationship's name.
    pub schema_name: Option<Exact>,
    /// The single-valued end's name.
    pub navigation: Option<Exact>,
    /// The other end's name.
    pub partner: Option<Exact>,
    /// What a delete does, and where it is said.
    pub delete: Option<(CascadeDelete, usize)>,
    /// Whether it forms a hierarchy.
    pub hierarchical: Option<bool>,
    /// What it says about itself.
    pub description: Option<String>,
}

/// Lookups that are one.
#[derive(Debug, Clone)]
pub struct GivenLookup {
    /// The field's name.
    pub name: Exact,
    /// What makes them one.
    pub arms: GivenArms,
}

/// What makes several lookups one.
#[derive(Debug, Clone)]
pub enum GivenArms {
    /// A column of keys, and one that says whose they are.
    Shared {
        /// The column of keys.
        key: String,
        /// The column that says whose they are.
        discriminator: String,
    },
    /// A column for each target.
    Separate(Vec<String>),
}

impl Given {
    /// Takes over what another one gives beside what is given here.
    pub(crate) fn extend(&mut self, other: Self) {
        for (table, more) in other.entities {
            let entity = self.entities.entry(table).or_default();
            entity.logical_name = entity.logical_name.take().or(more.logical_name);
            entity.set_name = entity.set_name.take().or(more.set_name);
            entity.version = entity.version.take().or(more.version);
            entity.intersect.is_intersect = entity.intersect.is_intersect.or(more.intersect.is_intersect);
            for (column, name) in more.attributes {
                entity.attributes.entry(column).or_insert(name);
            }
            entity.relationships.extend(more.relationships);
            entity.lookups.extend(more.lookups);
        }
    }

    /// What is given for a table.
    pub(super) fn of(&self, table: &Table) -> Option<&GivenEntity> {
        self.entities.get(table)
    }

    /// Where a name is given to a relationship.
    pub(super) fn schema_origin(&self, name: &str) -> Option<usize> {
        let names = self.entities.values().flat_map(|entity| {
            let relationships = entity.relationships.iter().filter_map(|said| said.schema_name.as_ref());
            relationships.chain(entity.intersect.schema_name.as_ref())
        });
        names.filter(|exact| exact.name == name).map(|exact| exact.origin).max()
    }

    /// The name that is given to an attribute.
    pub(super) fn attribute(&self, table: &Table, column: &str) -> Option<&Exact> {
        self.of(table)?.attributes.get(column)
    }
}

/// Puts what is given for relationships into the links.
pub(super) fn refine(catalog: &Catalog, links: &mut [Link], given: &Given, problems: &mut Problems) {
    for (table, entity) in &given.entities {
        for said in &entity.relationships {
            let Some(link) = links.iter_mut().find(|link| is_about(catalog, link, table, said)) else {
                problems.error_at(said.origin, table, Some(&said.columns.join(", ")), "leads nowhere that is served");
                continue;
            };
            if let Some(name) = &said.schema_name {
                link.schema_name = Some(name.name.clone());
            }
            if let Some(name) = &said.navigation {
                (link.referencing_name, link.origins[0]) = (Some(name.name.clone()), Some(name.origin));
            }
            if let Some(name) = &said.partner {
                (link.referenced_name, link.origins[1]) = (Some(name.name.clone()), Some(name.origin));
            }
            if let Some((delete, origin)) = said.delete {
                (link.delete, link.delete_origin) = (Some(delete), Some(origin));
            }
            link.hierarchical = said.hierarchical.unwrap_or(link.hierarchical);
            link.description.clone_from(&said.description);
        }
    }
}

/// Whether a link is the one that is spoken of.
fn is_about(catalog: &Catalog, link: &Link, table: &Table, said: &GivenRelationship) -> bool {
    let (referencing, referenced) = (catalog.entity(link.referencing), catalog.entity(link.referenced));
    if referencing.table != *table || referenced.table != said.target {
        return false;
    }
    let pairs = link.referencing_attributes.iter().zip(&link.referenced_attributes);
    let mut known: Vec<(&str, &str)> = pairs
        .map(|(own, other)| (referencing.attribute(*own).column.as_str(), referenced.attribute(*other).column.as_str()))
        .collect();
    let mut asked: Vec<(&str, &str)> =
        said.columns.iter().zip(&said.target_columns).map(|(own, other)| (own.as_str(), other.as_str())).collect();
    known.sort_unstable();
    asked.sort_unstable();
    if known != asked {
        return false;
    }
    let ends = [link.referencing, link.referenced];
    // What it speaks of has been found when the link was made.
    let mut problems = Problems::default();
    let condition = said.condition.as_ref();
    let condition = condition.map(|draft| link::condition(catalog, draft, true, ends, "", table, &mut problems));
    condition.map_or(link.condition.is_none(), |condition| condition.is_some() && condition == link.condition)
}
