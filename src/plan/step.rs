//! A step of a plan: what becomes exactly one SQL statement.

use crate::catalog::{AttributeId, AttributeType, EntityId};

use super::{Aggregate, Bound, Filter, Hop, OrderTerm};

/// One statement to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Whose children are fetched; nothing for the root of a field.
    pub parent: Option<Parent>,
    /// What is fetched.
    pub query: Query,
}

/// The records whose related records a step fetches, all of them at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    /// The step that fetched them.
    pub step: usize,
    /// The columns of that step's rows that the relationship matches.
    pub key: Vec<usize>,
    /// The way from them.
    pub hop: Hop,
}

/// What a step fetches.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// Records.
    Rows(Rows),
    /// Counts, sums and the like.
    Aggregate(Aggregate),
}

impl Query {
    /// Lets go of what is asked of records, and with it of the values that clients gave: what it fetches stays.
    pub fn forget_conditions(&mut self) {
        match self {
            Self::Rows(rows) => (rows.filter, rows.after, rows.before) = (None, None, None),
            Self::Aggregate(aggregate) => aggregate.filter = None,
        }
    }
}

/// Records of one entity with the single-valued navigation properties that hang on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The entity.
    pub entity: EntityId,
    /// Whether the records are those whose primary keys the statement is run with, in the order of the keys: then
    /// nothing else is said about which and in what order, and a limit of one means one key instead of a list.
    pub by_key: bool,
    /// Records joined in, each at most one per row.
    pub joins: Vec<Join>,
    /// What is read of each row.
    pub columns: Vec<Column>,
    /// Which records.
    pub filter: Option<Filter>,
    /// In which order; ends with a key, so that it is total.
    pub order: Vec<OrderTerm>,
    /// Start after this place in the order.
    pub after: Option<Bound>,
    /// End before this place in the order.
    pub before: Option<Bound>,
    /// Take the page from the end.
    pub backward: bool,
    /// How many rows, per parent.
    pub limit: u64,
    /// How many rows to skip, per parent.
    pub offset: u64,
}

/// A record joined to the rows of a step over a single-valued navigation property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Join {
    /// Where the step over the relationship starts: 0 is the step's entity, n the join at position n − 1.
    pub source: usize,
    /// The way.
    pub hop: Hop,
}

/// One value of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Whose attribute: 0 is the step's entity, n the join at position n − 1.
    pub source: usize,
    /// The attribute.
    pub attribute: AttributeId,
    /// Its type.
    pub ty: AttributeType,
}

impl Rows {
    /// The entity that a source stands for.
    ///
    /// # Panics
    /// If there is no such source.
    #[must_use]
    pub fn source(&self, source: usize) -> EntityId {
        if source == 0 { self.entity } else { self.joins[source - 1].hop.target }
    }
}
