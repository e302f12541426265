//! A CSDL document as data, with the names of its specification (OData CSDL 4.01, sections 4 to 13). Names are
//! unqualified; the writers put the namespace before them.

use std::borrow::Cow;

/// The namespace of everything that the document defines.
pub(super) const NAMESPACE: &str = "Relata";

/// The version of the document: types without a key, and untyped properties, need this one.
pub(super) const VERSION: &str = "4.01";

/// The vocabulary of descriptions; both files of it lie at one address.
pub(super) const CORE_NAMESPACE: &str = "Org.OData.Core.V1";
pub(super) const CORE_ALIAS: &str = "Core";
pub(super) const CORE_ADDRESS: &str = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1";

/// One schema with its container.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) entity_types: Vec<EntityType>,
    pub(super) enum_types: Vec<EnumType>,
    /// The container's name.
    pub(super) container: String,
    pub(super) entity_sets: Vec<EntitySet>,
}

/// Section 6.
#[derive(Debug)]
pub(super) struct EntityType {
    pub(super) name: String,
    pub(super) description: Option<String>,
    /// Names of properties; empty where nothing addresses an entity.
    pub(super) key: Vec<String>,
    pub(super) properties: Vec<Property>,
    pub(super) navigation: Vec<NavigationProperty>,
}

/// Section 7.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) nullable: bool,
    pub(super) description: Option<String>,
}

/// A type with its facets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    Boolean,
    Int32,
    Int64,
    Double,
    /// Without a scale: as many digits after the point as there are.
    Decimal {
        scale: Option<u32>,
    },
    String {
        max_length: Option<u32>,
    },
    Guid,
    Date,
    TimeOfDay,
    DateTimeOffset,
    Binary,
    /// Any JSON value: an object, a list or a scalar.
    Untyped,
    /// An enumeration type of this document.
    Enum(String),
}

impl Type {
    /// The digits of a second that a value may have: the gateway writes nanoseconds where a database keeps them.
    pub(super) const SECOND_DIGITS: u32 = 9;

    /// The qualified name.
    pub(super) fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Boolean => "Edm.Boolean",
            Self::Int32 => "Edm.Int32",
            Self::Int64 => "Edm.Int64",
            Self::Double => "Edm.Double",
            Self::Decimal { .. } => "Edm.Decimal",
            Self::String { .. } => "Edm.String",
            Self::Guid => "Edm.Guid",
            Self::Date => "Edm.Date",
            Self::TimeOfDay => "Edm.TimeOfDay",
            Self::DateTimeOffset => "Edm.DateTimeOffset",
            Self::Binary => "Edm.Binary",
            Self::Untyped => "Edm.Untyped",
            Self::Enum(name) => return Cow::Owned(qualified(name)),
        })
    }

    /// Whether a key may be of this type (section 6.5).
    pub(super) fn can_be_key(&self) -> bool {
        !matches!(self, Self::Double | Self::Binary | Self::Untyped)
    }

    /// The facet of temporal values (section 3.4.2).
    pub(super) fn precision(&self) -> Option<u32> {
        matches!(self, Self::TimeOfDay | Self::DateTimeOffset).then_some(Self::SECOND_DIGITS)
    }

    /// The facet of text (section 3.4.1).
    pub(super) fn max_length(&self) -> Option<u32> {
        match self {
            Self::String { max_length } => *max_length,
            _ => None,
        }
    }
}

/// Section 8.
#[derive(Debug)]
pub(super) struct NavigationProperty {
    pub(super) name: String,
    /// The name of the entity type that it leads to.
    pub(super) target: String,
    pub(super) cardinality: Cardinality,
    pub(super) partner: Option<String>,
    /// Pairs of a property here and the property of the target that it equals.
    pub(super) constraints: Vec<(String, String)>,
    pub(super) on_delete: Option<OnDelete>,
    pub(super) description: Option<String>,
}

/// How many entities a navigation property leads to. Only a single one can be said to be nullable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cardinality {
    Single { nullable: bool },
    Collection,
}

/// What deleting an entity does to those that a navigation property of it leads to (section 8.6).
#[derive(Debug, Clone, Copy)]
pub(super) enum OnDelete {
    Cascade,
    None,
    SetNull,
    SetDefault,
}

impl OnDelete {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cascade => "Cascade",
            Self::None => "None",
            Self::SetNull => "SetNull",
            Self::SetDefault => "SetDefault",
        }
    }
}

/// Section 10.
#[derive(Debug)]
pub(super) struct EnumType {
    pub(super) name: String,
    pub(super) members: Vec<(String, i64)>,
}

impl EnumType {
    /// The smaller of the usual integer types that holds every value.
    pub(super) fn underlying_type(&self) -> &'static str {
        let is_small = self.members.iter().all(|(_, value)| i32::try_from(*value).is_ok());
        if is_small { "Edm.Int32" } else { "Edm.Int64" }
    }
}

/// Section 13.2.
#[derive(Debug)]
pub(super) struct EntitySet {
    pub(super) name: String,
    /// The name of its entity type.
    pub(super) entity_type: String,
    /// Pairs of a navigation property and the entity set that its entities are in.
    pub(super) bindings: Vec<(String, String)>,
}

/// A name of this document as other parts of it say it.
pub(super) fn qualified(name: &str) -> String {
    format!("{NAMESPACE}.{name}")
}
