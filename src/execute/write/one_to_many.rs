//! Links over a lookup, from both of its ends: they are values of the lookup of the referencing record, which may be
//! the record that an operation is about, or the ones that it refers to.

use std::collections::{HashMap, HashSet};

use crate::{
    catalog::{AttributeId, AttributeType, EntityId, OneToMany, RelationshipId},
    error::Code,
    execute::{Error, cells::Rows as _},
    plan::{
        self, Literal,
        writable::{cleared, discriminator, is_arm, is_kept, shared_with},
        write::{Address, Assignment, LinkChange, LinkOperation, required},
    },
    sql::{self, Keys, Lock},
};

use super::{
    link::{RefOutcome, RefStatus},
    record::{Part, Record},
    writer::{Key, Writer},
};

impl Writer<'_> {
    /// Does what is asked with the lookup of the record itself.
    pub(super) async fn own_lookup(
        &mut self,
        record: &Record,
        change: &LinkChange,
        one: &OneToMany,
        operation: &LinkOperation,
    ) -> Result<Vec<RefOutcome>, Error> {
        let relationship = change.hop.relationship;
        match operation {
            LinkOperation::Associate(addresses) => {
                let targets = self.find(one.referenced, addresses, Part::Target, target_lock(one)).await?;
                let mut outcomes = Vec::new();
                for target in &targets {
                    let statuses = self.point(relationship, one, &[record], target).await?;
                    outcomes.extend(statuses.into_iter().map(|status| target.with_status(status)));
                }
                Ok(outcomes)
            }
            LinkOperation::Create(records) => {
                let targets = self.create_all(records, &[]).await?;
                for target in &targets {
                    self.point(relationship, one, &[record], target).await?;
                }
                Ok(targets.iter().map(|target| target.with_status(RefStatus::Associated)).collect())
            }
            LinkOperation::Clear | LinkOperation::Replace(_) | LinkOperation::Disassociate { .. } => {
                let former = self.former(one, record).await?;
                if !self.is_linked(one, record) {
                    return Ok(Vec::new());
                }
                self.unpoint(one, &[record]).await?;
                Ok(former.iter().map(|former| former.with_status(RefStatus::Disassociated)).collect())
            }
        }
    }

    /// Does what is asked with the lookups of the records at the other end.
    pub(super) async fn lookups_of_others(
        &mut self,
        record: &Record,
        change: &LinkChange,
        one: &OneToMany,
        operation: &LinkOperation,
    ) -> Result<Vec<RefOutcome>, Error> {
        let relationship = change.hop.relationship;
        match operation {
            LinkOperation::Associate(addresses) => {
                let records = self.find_others(one, addresses).await?;
                self.adopt(relationship, one, record, &records).await
            }
            LinkOperation::Disassociate { refs, if_exists } => {
                let records = self.find_others(one, refs).await?;
                let leading = self.leading_to(one, &records.iter().collect::<Vec<_>>(), record).await?;
                let is_member = |other: &&Record| leading.contains(&other.reference);
                if let Some(stranger) = records.iter().find(|other| !is_member(other)).filter(|_| !if_exists) {
                    return Err(not_associated(&record.reference, stranger).into());
                }
                let members: Vec<&Record> = records.iter().filter(is_member).collect();
                self.unpoint(one, &distinct(&members)).await?;
                let status = |other: &Record| {
                    if is_member(&other) { RefStatus::Disassociated } else { RefStatus::NotAssociated }
                };
                Ok(records.iter().map(|other| other.with_status(status(other))).collect())
            }
            LinkOperation::Replace(addresses) => {
                let records = self.find_others(one, addresses).await?;
                let members = self.members(one, std::slice::from_ref(record), Lock::Change).await?;
                let kept: HashSet<&str> = records.iter().map(|other| other.reference.as_str()).collect();
                let gone: Vec<&Record> =
                    members.iter().filter(|member| !kept.contains(member.reference.as_str())).collect();
                self.unpoint(one, &gone).await?;
                let mut outcomes = self.adopt(relationship, one, record, &records).await?;
                outcomes.extend(gone.into_iter().map(|member| member.with_status(RefStatus::Disassociated)));
                Ok(outcomes)
            }
            LinkOperation::Clear => {
                let members = self.members(one, std::slice::from_ref(record), Lock::Change).await?;
                self.unpoint(one, &members.iter().collect::<Vec<_>>()).await?;
                Ok(members.iter().map(|member| member.with_status(RefStatus::Disassociated)).collect())
            }
            LinkOperation::Create(records) => {
                let at = self.pointing_at(one, record)?;
                if one.unique {
                    self.displace(one, std::slice::from_ref(record), &[]).await?;
                }
                let created = self.create_all(records, &at).await?;
                Ok(created.iter().map(|created| created.with_status(RefStatus::Associated)).collect())
            }
        }
    }

    async fn find_others(&mut self, one: &OneToMany, addresses: &[Address]) -> Result<Vec<Record>, Error> {
        self.find(one.referencing, addresses, Part::Target, Lock::Change).await
    }

    /// Points the lookups of records at a record; what became of each, a record that comes twice included.
    async fn adopt(
        &mut self,
        relationship: RelationshipId,
        one: &OneToMany,
        target: &Record,
        records: &[Record],
    ) -> Result<Vec<RefOutcome>, Error> {
        let unrepeated = distinct(&records.iter().collect::<Vec<_>>());
        let statuses = self.point(relationship, one, &unrepeated, target).await?;
        let statuses: HashMap<&str, RefStatus> =
            unrepeated.iter().map(|known| known.reference.as_str()).zip(statuses).collect();
        let mut seen = HashSet::new();
        let outcomes = records.iter().map(|other| {
            let is_first = seen.insert(other.reference.as_str());
            let status = statuses.get(other.reference.as_str()).copied().filter(|_| is_first);
            other.with_status(status.unwrap_or(RefStatus::AlreadyAssociated))
        });
        Ok(outcomes.collect())
    }

    /// Points the lookups of records at a record; what became of each.
    pub(super) async fn point(
        &mut self,
        relationship: RelationshipId,
        one: &OneToMany,
        records: &[&Record],
        target: &Record,
    ) -> Result<Vec<RefStatus>, Error> {
        let at = self.pointing_at(one, target)?;
        let leading = self.leading_to(one, records, target).await?;
        let status = |record: &&Record| {
            if leading.contains(&record.reference) {
                RefStatus::AlreadyAssociated
            } else if record.values(&one.referencing_attributes).is_some() {
                RefStatus::Moved
            } else {
                RefStatus::Associated
            }
        };
        let mut statuses: Vec<RefStatus> = records.iter().map(status).collect();
        let moving: Vec<&Record> =
            records.iter().copied().filter(|record| !leading.contains(&record.reference)).collect();
        if !moving.is_empty() {
            self.check_movable(one, &moving, &at, &[])?;
            if one.unique && self.displace(one, std::slice::from_ref(target), &moving).await? {
                // Another link made room, at the other end.
                statuses.fill(RefStatus::Moved);
            }
            self.update(one.referencing, &moving, at).await?;
            self.check_hierarchy(relationship, one, &moving).await?;
        }
        Ok(statuses)
    }

    /// The references of those records whose lookups lead to a target. Where a key may be spelled in several ways, the
    /// database tells.
    pub(super) async fn leading_to(
        &mut self,
        one: &OneToMany,
        records: &[&Record],
        target: &Record,
    ) -> Result<HashSet<String>, Error> {
        let Some(key) = target.values(&one.referenced_attributes) else { return Ok(HashSet::new()) };
        let linked = records.iter().filter(|record| self.is_linked(one, record));
        let (same, others): (Vec<&Record>, Vec<&Record>) =
            linked.partition(|record| record.values(&one.referencing_attributes).as_ref() == Some(&key));
        let mut leading: HashSet<String> = same.into_iter().map(|record| record.reference.clone()).collect();
        let entity = self.catalog.entity(one.referencing);
        if one.referencing_attributes.iter().any(|lookup| is_lenient(&entity.attribute(*lookup).ty)) {
            let by = [one.referencing_attributes.as_slice(), &entity.primary_key].concat();
            let keys: Vec<Key> = others.iter().map(|record| [key.as_slice(), &record.key].concat()).collect();
            let found = self.among(one.referencing, &by, None, &keys, Lock::Change).await?;
            leading.extend(found.into_iter().map(|record| record.reference));
        }
        Ok(leading)
    }

    /// Empties the lookups of records.
    pub(super) async fn unpoint(&mut self, one: &OneToMany, records: &[&Record]) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let cleared = self.cleared(one);
        if cleared.is_empty() {
            return Err(required(self.catalog, one).with("ref", records[0].reference.as_str()).into());
        }
        self.update(one.referencing, records, cleared).await
    }

    /// What an empty lookup is: nulls, in its discriminator too.
    pub(super) fn cleared(&self, one: &OneToMany) -> Vec<Assignment> {
        let attributes = cleared(self.catalog, one);
        let entity = self.catalog.entity(one.referencing);
        let tells = discriminator(one).map(|(attribute, _)| attribute);
        let tells = tells.filter(|attribute| !attributes.is_empty() && entity.attribute(*attribute).nullable);
        attributes.into_iter().chain(tells).map(|attribute| (attribute, None)).collect()
    }

    /// What a lookup is that leads to a record.
    pub(super) fn pointing_at(&self, one: &OneToMany, target: &Record) -> Result<Vec<Assignment>, Error> {
        let Some(key) = target.values(&one.referenced_attributes) else {
            return Err(self.unreferenced(one.referenced, &one.referenced_attributes, target));
        };
        let lookups = one.referencing_attributes.iter().copied();
        let mut at: Vec<Assignment> = lookups.zip(key.into_iter().map(Some)).collect();
        if let Some(tells) = self.arm(one) {
            at.push((tells.0, Some(tells.1)));
        }
        at.extend(self.other_arms(one));
        Ok(at)
    }

    /// What the other arms of a lookup are that has a column for each: nulls.
    fn other_arms(&self, one: &OneToMany) -> Vec<Assignment> {
        let Some(lookup) = self.catalog.lookup_of_arm(one).filter(|lookup| lookup.discriminator.is_none()) else {
            return Vec::new();
        };
        let entity = self.catalog.entity(one.referencing);
        let others = lookup.arms.iter().filter(|arm| **arm != one.referencing_navigation);
        let others = others.filter_map(|arm| {
            let property = entity.find_navigation(arm)?;
            self.catalog.relationship(property.relationship).as_one_to_many()
        });
        others.flat_map(|other| cleared(self.catalog, other)).map(|attribute| (attribute, None)).collect()
    }

    /// The refusal to reference a record that lacks a value of the key that others reference it by.
    pub(super) fn unreferenced(&self, id: EntityId, key: &[AttributeId], record: &Record) -> Error {
        let entity = self.catalog.entity(id);
        let lacking = key.iter().find(|attribute| record.value(**attribute).is_none());
        let name = lacking.map_or("key", |attribute| &entity.attribute(*attribute).name);
        let message = format!("{} has no {name} by which it could be referenced", record.reference);
        plan::Error::invalid(message).with("ref", record.reference.as_str()).into()
    }

    /// The discriminator of an arm of a multi-table lookup, and its value.
    pub(super) fn arm(&self, one: &OneToMany) -> Option<(AttributeId, Literal)> {
        let (attribute, constant) = discriminator(one).filter(|_| is_arm(self.catalog, one))?;
        Some((attribute, sql::constant(constant, self.catalog.entity(one.referencing).attribute(attribute))))
    }

    /// Whether the lookup of a record leads anywhere over the relationship.
    pub(super) fn is_linked(&self, one: &OneToMany, record: &Record) -> bool {
        let is_arm = self.arm(one).is_none_or(|(attribute, value)| record.value(attribute) == Some(&value));
        is_arm && record.values(&one.referencing_attributes).is_some()
    }

    /// The record that the lookup of a record leads to, if there is one.
    async fn former(&mut self, one: &OneToMany, record: &Record) -> Result<Vec<Record>, Error> {
        let Some(key) = record.values(&one.referencing_attributes).filter(|_| self.is_linked(one, record)) else {
            return Ok(Vec::new());
        };
        let by = &one.referenced_attributes;
        let found = self.find_keys(one.referenced, by, Keys::Stored, &[key], Lock::Reference, false).await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// The records whose lookups lead to any of the given ones.
    pub(super) async fn members(
        &mut self,
        one: &OneToMany,
        targets: &[Record],
        lock: Lock,
    ) -> Result<Vec<Record>, Error> {
        let keys: Vec<_> = targets.iter().filter_map(|target| target.values(&one.referenced_attributes)).collect();
        let arm = self.arm(one);
        self.among(one.referencing, &one.referencing_attributes, arm.as_ref(), &keys, lock).await
    }

    /// In a one-to-one relationship a record that leads to a target loses it to the one that is about to; whether
    /// there was any.
    pub(super) async fn displace(
        &mut self,
        one: &OneToMany,
        targets: &[Record],
        moving: &[&Record],
    ) -> Result<bool, Error> {
        let members = self.members(one, targets, Lock::Change).await?;
        let others = members.iter().filter(|member| moving.iter().all(|known| known.reference != member.reference));
        let others: Vec<&Record> = others.collect();
        self.unpoint(one, &others).await?;
        Ok(!others.is_empty())
    }

    /// A lookup that is part of the primary key stays; one that tells something beside the link does not change with
    /// it, unless `given` says that it is to.
    pub(super) fn check_movable(
        &self,
        one: &OneToMany,
        moving: &[&Record],
        at: &[Assignment],
        given: &[Assignment],
    ) -> Result<(), Error> {
        let entity = self.catalog.entity(one.referencing);
        for record in moving {
            for (attribute, value) in at {
                let is_given = || given.iter().any(|(known, _)| known == attribute);
                if record.value(*attribute) == value.as_ref() || is_given() {
                    continue;
                }
                let name = &entity.attribute(*attribute).name;
                let refusal = if entity.primary_key.contains(attribute) {
                    plan::Error::new(Code::Immutable, format!("{name} is part of the primary key and cannot change"))
                } else if record.value(*attribute).is_some() && self.is_held(one, record, *attribute) {
                    let message = format!("{name} is not about this link alone and cannot change with it");
                    plan::Error::invalid(message).hint("What else it is about can be set in the same update.")
                } else {
                    continue;
                };
                let refusal = refusal.property(&entity.logical_name, &one.referencing_navigation);
                return Err(refusal.with("ref", record.reference.as_str()).into());
            }
        }
        Ok(())
    }

    /// Whether a lookup attribute of a record tells something beside the link: of the record, or of another link.
    fn is_held(&self, one: &OneToMany, record: &Record, attribute: AttributeId) -> bool {
        // Another arm of the same lookup is not set beside this one.
        let lookup = self.catalog.lookup_of_arm(one);
        let is_arm =
            |other: &&OneToMany| lookup.is_some_and(|lookup| lookup.arms.contains(&other.referencing_navigation));
        let mut others = shared_with(self.catalog, one, attribute).filter(|other| !is_arm(other));
        is_kept(self.catalog, one, attribute)
            || others.any(|other| record.values(&other.referencing_attributes).is_some())
    }

    /// In a hierarchy no record becomes its own ancestor. This transaction holds the hierarchy's lock, where it has one.
    pub(super) async fn check_hierarchy(
        &mut self,
        relationship: RelationshipId,
        one: &OneToMany,
        moved: &[&Record],
    ) -> Result<(), Error> {
        if !one.hierarchical {
            return Ok(());
        }
        let keys: Vec<_> = moved.iter().map(|record| record.key.clone()).collect();
        if let Some(statement) = sql::hold_ancestors(self.catalog, self.dialect, one) {
            self.fetch(&statement, &keys).await?;
        }
        let statement = sql::own_ancestors(self.catalog, self.dialect, one);
        if self.fetch(&statement, &keys).await?.len() == 0 {
            return Ok(());
        }
        let name = &self.catalog.relationship(relationship).schema_name;
        let refusal = plan::Error::new(Code::Cycle, "a record would become its own ancestor")
            .property(&self.catalog.entity(one.referencing).logical_name, &one.referencing_navigation)
            .with("relationship", name.as_str());
        Err(refusal.into())
    }
}

/// How a record is held that a lookup is to lead to: in a one-to-one relationship by one transaction at a time, so that
/// each sees whom it displaces.
pub(super) fn target_lock(one: &OneToMany) -> Lock {
    if one.unique { Lock::Change } else { Lock::Reference }
}

/// Whether a database may take values for the same that are not the same to the letter: collations and types ignore
/// case or trailing spaces, and numbers have trailing zeros.
fn is_lenient(ty: &AttributeType) -> bool {
    matches!(
        ty,
        AttributeType::String { .. } | AttributeType::Text | AttributeType::Decimal { .. } | AttributeType::Float
    )
}

/// Each record once.
pub(super) fn distinct<'r>(records: &[&'r Record]) -> Vec<&'r Record> {
    let mut seen = HashSet::new();
    records.iter().copied().filter(|record| seen.insert(record.reference.as_str())).collect()
}

/// The refusal to unlink what is not linked.
pub(super) fn not_associated(from: &str, record: &Record) -> plan::Error {
    plan::Error::new(Code::NotAssociated, format!("{} is not linked to {from}", record.reference))
        .with("ref", record.reference.as_str())
        .hint("With ifExists such references are let be.")
}
