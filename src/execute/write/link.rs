//! Links of one record at one navigation property: what is done with them, and what became of each reference.

use crate::{
    catalog::{End, EntityId, RelationshipKind},
    execute::Error,
    plan::{
        Hop,
        write::{Address, LinkChange, LinkOperation},
    },
    sql::Lock,
};

use super::{payload::Written, record::Record, writer::Writer};

/// What became of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RefOutcome {
    /// The reference.
    pub(super) reference: String,
    /// What became of it.
    pub(super) status: RefStatus,
}

/// What can become of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefStatus {
    Associated,
    AlreadyAssociated,
    Moved,
    Disassociated,
    NotAssociated,
}

impl RefStatus {
    /// The GraphQL value.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Associated => "ASSOCIATED",
            Self::AlreadyAssociated => "ALREADY_ASSOCIATED",
            Self::Moved => "MOVED",
            Self::Disassociated => "DISASSOCIATED",
            Self::NotAssociated => "NOT_ASSOCIATED",
        }
    }

    /// Whether anything changed.
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::Associated | Self::Moved | Self::Disassociated)
    }
}

impl Record {
    /// What became of a reference to this record.
    pub(super) fn with_status(&self, status: RefStatus) -> RefOutcome {
        RefOutcome { reference: self.reference.clone(), status }
    }
}

impl Writer<'_> {
    /// Changes links of one record.
    pub(super) async fn link_record(
        &mut self,
        id: EntityId,
        address: &Address,
        if_match: Option<&str>,
        change: &LinkChange,
    ) -> Result<Written, Error> {
        self.enter(change.hop.relationship).await?;
        let record = self.find_one(id, address, if_match, source_lock(self.catalog, change)).await?;
        let outcomes = self.link(&record, change).await?;
        Ok(Written::linked(&record, outcomes))
    }

    /// Does with the links of a record at a navigation property what is asked.
    pub(super) async fn link(&mut self, record: &Record, change: &LinkChange) -> Result<Vec<RefOutcome>, Error> {
        let mut outcomes = Vec::new();
        for operation in &change.operations {
            let done = match &self.catalog.relationship(change.hop.relationship).kind {
                RelationshipKind::ManyToMany(many) => self.many_to_many(record, change, many, operation).await,
                RelationshipKind::OneToMany(one) if change.hop.end == End::Referencing => {
                    self.own_lookup(record, change, one, operation).await
                }
                RelationshipKind::OneToMany(one) => self.lookups_of_others(record, change, one, operation).await,
            };
            outcomes
                .extend(done.map_err(|error| self.at_property(change.hop.start_entity(self.catalog), change, error))?);
        }
        Ok(outcomes)
    }

    /// An error with the navigation property at which it was met.
    pub(super) fn at_property(&self, id: EntityId, link: &LinkChange, error: Error) -> Error {
        error.property(&self.catalog.entity(id).logical_name, &link.navigation)
    }
}

/// How the record is held whose links change. Its own lookup changes with it; its collection as a whole can be set by
/// one transaction at a time, while single members come and go beside each other.
fn source_lock(catalog: &crate::catalog::Catalog, change: &LinkChange) -> Lock {
    let is_whole = |operation: &LinkOperation| matches!(operation, LinkOperation::Replace(_) | LinkOperation::Clear);
    let is_single = |hop: Hop| catalog.relationship(hop.relationship).as_one_to_many().is_some_and(|one| one.unique);
    if change.hop.end == End::Referencing || change.operations.iter().any(is_whole) || is_single(change.hop) {
        Lock::Change
    } else {
        Lock::Reference
    }
}
