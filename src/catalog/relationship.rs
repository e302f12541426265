//! A relationship: one definition, seen from two ends.

use serde::{Deserialize, Serialize};

use super::{AttributeId, EntityId};

/// Position of a relationship in [`Catalog::relationships`](super::Catalog::relationships).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelationshipId(pub usize);

/// A definition of how records of two entities relate.
#[derive(Debug, Clone)]
pub struct Relationship {
    /// Unique name of the definition.
    pub schema_name: String,
    /// What kind it is, with its two ends.
    pub kind: RelationshipKind,
    /// What the definition says about itself.
    pub description: Option<String>,
    /// Whether it was made while the gateway ran.
    pub is_custom: bool,
}

/// The two kinds of relationship. One-to-one is a one-to-many whose lookup is unique.
#[derive(Debug, Clone)]
pub enum RelationshipKind {
    /// A lookup on the referencing entity points at one record of the referenced entity.
    OneToMany(OneToMany),
    /// Rows of an intersect entity pair records of two entities.
    ManyToMany(ManyToMany),
}

/// A one-to-many or one-to-one relationship.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a relationship, not a state machine")]
pub struct OneToMany {
    /// The entity that is pointed at (the "one").
    pub referenced: EntityId,
    /// The attributes that are pointed at, in the order of `referencing_attributes`.
    pub referenced_attributes: Vec<AttributeId>,
    /// The collection-valued end's name (single-valued when `unique`), unless the end is hidden.
    pub referenced_navigation: Option<String>,
    /// The entity that holds the lookup (the "many").
    pub referencing: EntityId,
    /// The lookup attributes.
    pub referencing_attributes: Vec<AttributeId>,
    /// The single-valued end's name.
    pub referencing_navigation: String,
    /// Whether a referenced record has at most one referencing record (one-to-one).
    pub unique: bool,
    /// Whether a referencing record must have a referenced one: no lookup attribute is nullable.
    pub required: bool,
    /// Whether the database itself holds lookups to records that are there: it was found with a foreign key.
    pub is_enforced: bool,
    /// Whether the relationship forms a hierarchy. Only said, never guessed.
    pub hierarchical: bool,
    /// What happens to referencing records when the referenced one is deleted.
    pub cascade: CascadeConfiguration,
    /// What else must hold for two records to be related, beside equal keys.
    pub condition: Option<Condition>,
}

/// A many-to-many relationship.
#[derive(Debug, Clone)]
pub struct ManyToMany {
    /// The entity whose rows are the links.
    pub intersect: EntityId,
    /// The two ends; on one entity with itself they are two roles.
    pub ends: [ManyToManyEnd; 2],
}

/// One end of a many-to-many relationship.
#[derive(Debug, Clone)]
pub struct ManyToManyEnd {
    /// The entity at this end.
    pub entity: EntityId,
    /// The attributes of that entity that the intersect points at.
    pub attributes: Vec<AttributeId>,
    /// The intersect's attributes that point at this end.
    pub intersect_attributes: Vec<AttributeId>,
    /// The name of this end's collection of records of the other end.
    pub navigation: String,
    /// Whether only a configuration says so: the intersect may point at records that are not there.
    pub is_assumed: bool,
}

/// What deleting a referenced record does to the records that reference it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CascadeConfiguration {
    /// On delete; nothing where neither code nor database says anything.
    pub delete: Option<CascadeDelete>,
}

/// Behaviours on delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CascadeDelete {
    /// The referencing records are deleted too.
    Cascade,
    /// Their lookup becomes null.
    RemoveLink,
    /// The delete is refused while there are any.
    Restrict,
    /// Their lookup takes its default, which only the database knows.
    SetDefault,
    /// The gateway does nothing with them: whatever the database does, or nothing at all.
    NoAction,
}

/// A constant condition of a relationship.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// An attribute compared with a constant.
    Compare {
        /// Whose attribute it is.
        side: ConditionSide,
        /// The attribute.
        attribute: AttributeId,
        /// How it is compared.
        comparison: Comparison,
        /// With what; several only for [`Comparison::In`].
        values: Vec<Constant>,
    },
    /// An attribute is null.
    IsNull {
        /// Whose attribute it is.
        side: ConditionSide,
        /// The attribute.
        attribute: AttributeId,
    },
}

/// The entity that a condition speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionSide {
    /// The one with the lookup.
    Referencing,
    /// The one that is pointed at.
    Referenced,
}

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Smaller.
    Less,
    /// Smaller or equal.
    LessOrEqual,
    /// Larger.
    Greater,
    /// Larger or equal.
    GreaterOrEqual,
    /// One of.
    In,
}

/// A constant in a condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Constant {
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// Text, or anything that a database reads from text.
    Text(String),
}

impl Condition {
    /// Whether it speaks of an attribute of that side.
    #[must_use]
    pub fn mentions(&self, whose: ConditionSide) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.mentions(whose)),
            Self::Not(part) => part.mentions(whose),
            Self::Compare { side, .. } | Self::IsNull { side, .. } => *side == whose,
        }
    }

    /// The attribute and constant, where this is one equality on the referencing entity:
    /// the discriminator of a multi-table lookup.
    #[must_use]
    pub fn discriminator(&self) -> Option<(AttributeId, &Constant)> {
        match self {
            Self::All(parts) if parts.len() == 1 => parts[0].discriminator(),
            Self::Compare { side: ConditionSide::Referencing, attribute, comparison: Comparison::Equal, values } => {
                values.first().map(|value| (*attribute, value))
            }
            _ => None,
        }
    }
}

impl Relationship {
    /// The one-to-many definition, if it is one.
    #[must_use]
    pub fn as_one_to_many(&self) -> Option<&OneToMany> {
        match &self.kind {
            RelationshipKind::OneToMany(one) => Some(one),
            RelationshipKind::ManyToMany(_) => None,
        }
    }

    /// The many-to-many definition, if it is one.
    #[must_use]
    pub fn as_many_to_many(&self) -> Option<&ManyToMany> {
        match &self.kind {
            RelationshipKind::ManyToMany(many) => Some(many),
            RelationshipKind::OneToMany(_) => None,
        }
    }
}
