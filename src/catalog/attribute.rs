//! An attribute: one column of an entity as the catalog knows it. Nothing here knows GraphQL or SQL text.

use std::sync::Arc;

/// Position of an attribute in [`Entity::attributes`](super::Entity::attributes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeId(pub usize);

/// One column of an entity.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a column, not a state machine")]
pub struct Attribute {
    /// Logical name in camelCase; the GraphQL field has the same name.
    pub name: String,
    /// The column's name in the database, exactly as it is spelled there.
    pub column: String,
    /// What its values are.
    pub ty: AttributeType,
    /// The column's declared type where a parameter has to be cast to it (`"public"."mood"`, `numeric`).
    pub database_type: Option<DatabaseType>,
    /// Whether the column may hold null. The column decides, not the relationship.
    pub nullable: bool,
    /// Whether the database fills it in when it is left out of an insert.
    pub has_default: bool,
    /// Whether only the database writes it (computed and always-identity columns).
    pub generated: bool,
    /// Whether it holds (part of) the foreign key of a relationship. Read-only in inputs: a link has one way to be written.
    pub is_lookup: bool,
    /// The column's comment.
    pub description: Option<String>,
}

/// A type name as the database spells it, optionally qualified by its namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseType {
    /// The namespace of a user-defined type.
    pub namespace: Option<String>,
    /// The type's name.
    pub name: String,
    /// The collation of a text type, where values have to be told in it to meet an index (MariaDB).
    pub collation: Option<String>,
    /// The collation in which values are compared, where it is not `BINARY` (SQLite).
    pub compared_in: Option<String>,
    /// Whether a zero, which is no date, stands for null there: in columns of dates that begin as zero.
    pub zero_is_null: bool,
}

impl DatabaseType {
    /// A type of the database itself, such as `numeric`.
    #[must_use]
    pub fn built_in(name: &str) -> Self {
        Self { namespace: None, name: name.to_owned(), collation: None, compared_in: None, zero_is_null: false }
    }

    /// The collation in which SQLite compares the values of a column of such a type.
    #[must_use]
    pub fn comparison(declared: Option<&Self>) -> &str {
        declared.and_then(|ty| ty.compared_in.as_deref()).unwrap_or("BINARY")
    }
}

/// What the values of an attribute are, independent of the database that stores them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeType {
    /// `true` or `false`.
    Boolean,
    /// An integer that fits 32 bits with sign.
    Int,
    /// An integer of up to 64 bits; a string in GraphQL because JSON numbers end at 2⁵³.
    BigInt,
    /// A binary floating-point number.
    Float,
    /// An exact decimal number; a string in GraphQL.
    Decimal {
        /// Digits after the point, where the column declares them.
        scale: Option<u32>,
        /// Whether it may also be infinite, or no number at all.
        beyond_numbers: bool,
    },
    /// Text.
    String {
        /// The longest value in characters, where the column declares it.
        max_length: Option<u32>,
    },
    /// A UUID.
    Uuid(UuidStorage),
    /// A calendar date without time.
    Date,
    /// A time of day without date and zone.
    Time,
    /// A point in time. Without a zone in the column it is taken as UTC.
    DateTime {
        /// Whether the column keeps the zone's offset (`timestamp with time zone`).
        zoned: bool,
    },
    /// A JSON document.
    Json,
    /// Binary data, base64 in GraphQL.
    Bytes,
    /// One of a closed list of values.
    Enum(Arc<EnumType>),
    /// A type that the gateway reads as the database's own text (intervals, network addresses, ranges).
    Text,
}

/// How a database without a UUID type keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UuidStorage {
    /// The database's own type, or its 16 bytes.
    Native,
    /// The hyphenated text.
    Text,
}

/// A closed list of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// The GraphQL type's name.
    pub type_name: String,
    /// The values in declaration order.
    pub values: Vec<EnumValue>,
}

/// One value of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumValue {
    /// The GraphQL name, `UPPER_CASE`.
    pub name: String,
    /// What the column holds.
    pub stored: StoredValue,
}

/// What a column holds for an enum value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredValue {
    /// A label of a database enum, or a string.
    Text(String),
    /// A number.
    Integer(i64),
}

impl AttributeType {
    /// A decimal that is always a number.
    #[must_use]
    pub fn decimal(scale: Option<u32>) -> Self {
        Self::Decimal { scale, beyond_numbers: false }
    }

    /// Whether values have an order that every database agrees on.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Self::Json | Self::Bytes | Self::Text)
    }

    /// Whether values can be compared for equality.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        !matches!(self, Self::Json)
    }

    /// Whether values can be summed up.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::Int | Self::BigInt | Self::Float | Self::Decimal { .. })
    }

    /// Whether a smallest and a largest value make sense on every database.
    #[must_use]
    pub fn has_extremes(&self) -> bool {
        self.is_ordered() && !matches!(self, Self::Boolean | Self::Uuid(_) | Self::Enum(_))
    }

    /// The word for this type in messages and definitions.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Boolean => "Boolean",
            Self::Int => "Int",
            Self::BigInt => "BigInt",
            Self::Float => "Float",
            Self::Decimal { .. } => "Decimal",
            Self::String { .. } | Self::Text => "String",
            Self::Uuid(_) => "UUID",
            Self::Date => "Date",
            Self::Time => "Time",
            Self::DateTime { .. } => "DateTime",
            Self::Json => "JSON",
            Self::Bytes => "Bytes",
            Self::Enum(list) => &list.type_name,
        }
    }
}
