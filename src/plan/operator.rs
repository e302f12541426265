//! The one table of filter operators: the schema, the parser and the SQL all read it.

use crate::catalog::AttributeType;

/// An operator of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal; null asks for null.
    Equal,
    /// Not equal; null asks for anything but null. A null attribute is neither equal nor unequal to a value.
    NotEqual,
    /// One of a list.
    In,
    /// None of a list.
    NotIn,
    /// Smaller.
    Less,
    /// Smaller or equal.
    LessOrEqual,
    /// Larger.
    Greater,
    /// Larger or equal.
    GreaterOrEqual,
    /// From the first to the second, both included.
    Between,
    /// Null, or not.
    IsNull,
    /// Contains the text.
    Contains,
    /// Starts with the text.
    StartsWith,
    /// Ends with the text.
    EndsWith,
    /// Equal but for letter case.
    EqualIgnoreCase,
    /// Contains the text in any letter case.
    ContainsIgnoreCase,
    /// Starts with the text in any letter case.
    StartsWithIgnoreCase,
    /// Ends with the text in any letter case.
    EndsWithIgnoreCase,
}

/// What an operator is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One value.
    One,
    /// A list of values.
    List,
    /// A list of exactly two values.
    Pair,
    /// `true` or `false`.
    Flag,
}

/// Which attribute types have an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// Every type with equality.
    Comparable,
    /// Every type with an order.
    Ordered,
    /// Text.
    Text,
    /// Every type.
    All,
}

/// A row of [`OPERATORS`].
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The input field's name.
    pub name: &'static str,
    /// The operator.
    pub operator: Operator,
    /// What it is given.
    pub shape: Shape,
    /// Which types have it.
    pub applies: Applies,
    /// What it means, for the schema's documentation.
    pub description: &'static str,
}

const fn row(name: &'static str, operator: Operator, shape: Shape, applies: Applies, description: &'static str) -> Row {
    Row { name, operator, shape, applies, description }
}

/// Every operator.
pub const OPERATORS: &[Row] = &[
    row("eq", Operator::Equal, Shape::One, Applies::Comparable, "Equal. `null` asks for null."),
    row("ne", Operator::NotEqual, Shape::One, Applies::Comparable, "Not equal. `null` asks for anything but null."),
    row("in", Operator::In, Shape::List, Applies::Comparable, "One of the list; nothing is in an empty list."),
    row("notIn", Operator::NotIn, Shape::List, Applies::Comparable, "None of the list."),
    row("lt", Operator::Less, Shape::One, Applies::Ordered, "Less than."),
    row("lte", Operator::LessOrEqual, Shape::One, Applies::Ordered, "Less than or equal."),
    row("gt", Operator::Greater, Shape::One, Applies::Ordered, "Greater than."),
    row("gte", Operator::GreaterOrEqual, Shape::One, Applies::Ordered, "Greater than or equal."),
    row("between", Operator::Between, Shape::Pair, Applies::Ordered, "From the first to the second, both included."),
    row("isNull", Operator::IsNull, Shape::Flag, Applies::All, "`true`: null; `false`: not null."),
    row("contains", Operator::Contains, Shape::One, Applies::Text, "Contains the text, letter by letter."),
    row("startsWith", Operator::StartsWith, Shape::One, Applies::Text, "Starts with the text."),
    row("endsWith", Operator::EndsWith, Shape::One, Applies::Text, "Ends with the text."),
    row("eqIgnoreCase", Operator::EqualIgnoreCase, Shape::One, Applies::Text, "Equal in any letter case."),
    row("containsIgnoreCase", Operator::ContainsIgnoreCase, Shape::One, Applies::Text, "Contains, in any letter case."),
    row("startsWithIgnoreCase", Operator::StartsWithIgnoreCase, Shape::One, Applies::Text, "Starts with, in any case."),
    row(
        "endsWithIgnoreCase",
        Operator::EndsWithIgnoreCase,
        Shape::One,
        Applies::Text,
        "Ends with, in any letter case.",
    ),
];

impl Row {
    /// Whether attributes of a type have this operator.
    #[must_use]
    pub fn fits(&self, ty: &AttributeType) -> bool {
        match self.applies {
            Applies::All => true,
            Applies::Comparable => ty.is_comparable(),
            Applies::Ordered => ty.is_ordered() && !matches!(ty, AttributeType::Boolean | AttributeType::Enum(_)),
            Applies::Text => matches!(ty, AttributeType::String { .. }),
        }
    }
}

/// The operator of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    OPERATORS.iter().find(|row| row.name == name)
}
