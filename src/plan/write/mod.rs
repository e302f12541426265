//! What is to be written: a field of the mutation type, resolved against the catalog into one action and a payload.

mod action;
mod address;
mod input;
mod payload;
mod type_name;

use crate::catalog::{AttributeId, EntityId};

use super::{Filter, Hop, Literal, ReadPlan};

pub use action::plan;
pub use address::{Address, Earlier, Target};
pub use input::required;
pub use type_name::*;

/// A planned mutation.
#[derive(Debug, Clone, PartialEq)]
pub struct WritePlan {
    /// The key in the response.
    pub response_key: String,
    /// The entity whose records, or whose links, are written.
    pub entity: EntityId,
    /// What is done.
    pub action: Action,
    /// What is answered.
    pub payload: Payload,
    /// Whether the payload is about one record, and not about a list.
    pub is_one: bool,
}

/// What a mutation does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// New records.
    Create(Vec<NewRecord>),
    /// Changes to existing records.
    Update {
        /// Which.
        which: Which,
        /// What changes.
        change: Change,
    },
    /// A record that is changed or, where there is none, created.
    Upsert {
        /// Which.
        address: Address,
        /// The record, with the key that it is addressed by.
        new: NewRecord,
        /// The same as a change.
        change: Change,
    },
    /// Records that go, with what the cascade configurations say.
    Delete(Which),
    /// Links of one record.
    Link {
        /// Which record.
        address: Address,
        /// The etag that it must have.
        if_match: Option<String>,
        /// What changes.
        change: LinkChange,
    },
}

/// Which existing records an action is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Which {
    /// One.
    One {
        /// Which.
        address: Address,
        /// The etag that it must have.
        if_match: Option<String>,
    },
    /// All that fulfil a filter.
    Matching {
        /// The filter.
        filter: Filter,
        /// With more of them than this, nothing is done.
        at_most: u64,
    },
}

/// A value for an attribute; nothing for null.
pub type Assignment = (AttributeId, Option<Literal>);

/// A record to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRecord {
    /// Its entity.
    pub entity: EntityId,
    /// Values of its attributes.
    pub values: Vec<Assignment>,
    /// Links that it is created with.
    pub links: Vec<LinkChange>,
}

/// A change of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Values of its attributes.
    pub values: Vec<Assignment>,
    /// Which leaf of the request's variables gives each of them.
    pub leaves: Vec<Option<usize>>,
    /// Changes of its links.
    pub links: Vec<LinkChange>,
}

/// What is done with the links of a record at one navigation property.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkChange {
    /// The navigation property's name.
    pub navigation: String,
    /// The way over it.
    pub hop: Hop,
    /// What is done, in this order.
    pub operations: Vec<LinkOperation>,
}

/// One thing that is done with links.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkOperation {
    /// Links existing records.
    Associate(Vec<Address>),
    /// Unlinks records.
    Disassociate {
        /// Which.
        refs: Vec<Address>,
        /// Whether those that are not linked are let be.
        if_exists: bool,
    },
    /// Makes these the only links.
    Replace(Vec<Address>),
    /// Undoes all links.
    Clear,
    /// Creates records and links them.
    Create(Vec<NewRecord>),
}

/// What a mutation answers, in response order.
pub type Payload = Vec<(String, PayloadPart)>;

/// A member of a payload.
#[derive(Debug, Clone, PartialEq)]
pub enum PayloadPart {
    /// The record, or the records, as they are after the write; of a delete as they were before it. A plan whose root
    /// step is run with their keys.
    Records(ReadPlan),
    /// What became of the record.
    Outcome,
    /// How many records were written.
    Count,
    /// Whether any link changed.
    Changed,
    /// What became of each reference.
    Results(Vec<(String, ResultPart)>),
    /// `__typename`
    Text(String),
}

/// A member of a reference's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultPart {
    /// The reference.
    Reference,
    /// What became of it.
    Status,
    /// `__typename`
    Text(String),
}
