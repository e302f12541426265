//! New records, with everything that is created and linked along with them: first what they reference, then they
//! themselves, then what references them. All records of a level take the same few statements.

use crate::{
    catalog::{AttributeId, End, EntityId, OneToMany, RelationshipKind},
    execute::Error,
    plan::{
        self, Literal,
        write::{Address, Assignment, LinkChange, LinkOperation, NewRecord, Target},
    },
    sql::Lock,
};

use super::{
    one_to_many::target_lock,
    payload::Written,
    record::{Part, Record},
    writer::Writer,
};

/// A new record, and the values that the way to it gives.
pub(super) struct Fresh<'a> {
    pub(super) record: &'a NewRecord,
    pub(super) also: Vec<Assignment>,
}

impl Writer<'_> {
    /// Creates the records of a field.
    pub(super) async fn create_records(&mut self, records: &[NewRecord]) -> Result<Written, Error> {
        let created = self.create_all(records, &[]).await?;
        Ok(Written::created(&created))
    }

    /// Creates records of one entity, all with some values more.
    pub(super) async fn create_all(
        &mut self,
        records: &[NewRecord],
        also: &[Assignment],
    ) -> Result<Vec<Record>, Error> {
        let fresh: Vec<Fresh<'_>> = records.iter().map(|record| Fresh { record, also: also.to_vec() }).collect();
        self.create_each(&fresh).await
    }

    /// Creates records of one entity, level by level: what all of them reference, they themselves, what references them.
    pub(super) async fn create_each(&mut self, records: &[Fresh<'_>]) -> Result<Vec<Record>, Error> {
        let Some(first) = records.first() else { return Ok(Vec::new()) };
        let id = first.record.entity;
        // Whose links lead back to where they were made from, so the way must be of a known size.
        Box::pin(async move {
            let mut rows: Vec<Vec<Assignment>> = Vec::with_capacity(records.len());
            for Fresh { record, also } in records {
                self.check_kept(id, &record.values)?;
                let mut row = record.values.clone();
                self.assign(id, &mut row, also.clone())?;
                rows.push(row);
            }
            for (link, operations) in by_property(records, |end| end == End::Referencing) {
                if let Some(one) = self.catalog.relationship(link.hop.relationship).as_one_to_many() {
                    let referred = self.refer(id, one, &operations, &mut rows).await;
                    referred.map_err(|error| self.at_property(id, link, error))?;
                }
            }
            let created = self.insert(id, rows).await?;
            for (link, operations) in by_property(records, |end| end != End::Referencing) {
                self.enter(link.hop.relationship).await?;
                let linked = match &self.catalog.relationship(link.hop.relationship).kind {
                    RelationshipKind::ManyToMany(many) => self.link_new(many, link, &created, &operations).await,
                    RelationshipKind::OneToMany(one) => self.refer_to_new(one, link, &created, &operations).await,
                };
                linked.map_err(|error| self.at_property(id, link, error))?;
            }
            Ok(created)
        })
        .await
    }

    /// Lets rows that are about to be inserted reference what they name at one navigation property.
    async fn refer(
        &mut self,
        id: EntityId,
        one: &OneToMany,
        operations: &[(usize, &LinkOperation)],
        rows: &mut [Vec<Assignment>],
    ) -> Result<(), Error> {
        let mut named = Named::by(operations);
        let mut own = Vec::new();
        named.existing.retain(|(index, address)| match own_key(one, address, &rows[*index]) {
            Some(at) => {
                own.push((*index, at));
                false
            }
            None => true,
        });
        let existing = self.existing(one.referenced, &named, target_lock(one)).await?;
        if one.unique {
            let targets: Vec<Record> = existing.iter().map(|(_, target)| target.clone()).collect();
            self.displace(one, &targets, &[]).await?;
        }
        for (index, target) in existing.into_iter().chain(self.fresh(&named).await?) {
            own.push((index, self.pointing_at(one, &target)?));
        }
        own.into_iter().try_for_each(|(index, at)| self.assign(id, &mut rows[index], at))
    }

    /// The existing records that new ones name, with the positions of those.
    pub(super) async fn existing(
        &mut self,
        id: EntityId,
        named: &Named<'_>,
        lock: Lock,
    ) -> Result<Vec<(usize, Record)>, Error> {
        let addresses: Vec<Address> = named.existing.iter().map(|(_, address)| (*address).clone()).collect();
        let found = self.find(id, &addresses, Part::Target, lock).await?;
        Ok(named.existing.iter().map(|(index, _)| *index).zip(found).collect())
    }

    /// Creates the records that new ones are to be linked with; with the positions of those.
    pub(super) async fn fresh(&mut self, named: &Named<'_>) -> Result<Vec<(usize, Record)>, Error> {
        let fresh: Vec<Fresh<'_>> = named.fresh.iter().map(|(_, record)| Fresh { record, also: Vec::new() }).collect();
        let created = self.create_each(&fresh).await?;
        Ok(named.fresh.iter().map(|(index, _)| *index).zip(created).collect())
    }

    /// Lets existing and new records reference records that have just been created.
    async fn refer_to_new(
        &mut self,
        one: &OneToMany,
        link: &LinkChange,
        created: &[Record],
        operations: &[(usize, &LinkOperation)],
    ) -> Result<(), Error> {
        let mut fresh = Vec::new();
        for (index, operation) in operations {
            if let LinkOperation::Create(records) = operation {
                let at = self.pointing_at(one, &created[*index])?;
                fresh.extend(records.iter().map(|record| Fresh { record, also: at.clone() }));
            } else {
                self.lookups_of_others(&created[*index], link, one, operation).await?;
            }
        }
        self.create_each(&fresh).await?;
        Ok(())
    }

    /// Adds values to a row. Two that differ for one attribute contradict each other.
    pub(super) fn assign(&self, id: EntityId, row: &mut Vec<Assignment>, more: Vec<Assignment>) -> Result<(), Error> {
        for (attribute, value) in more {
            match row.iter().find(|(known, _)| *known == attribute) {
                Some((_, known)) if is_same_value(known.as_ref(), value.as_ref()) => {}
                Some(_) => {
                    let name = &self.catalog.entity(id).attribute(attribute).name;
                    return Err(plan::Error::invalid(format!("{name} would have to have two values at once")).into());
                }
                None => row.push((attribute, value)),
            }
        }
        Ok(())
    }
}

/// The lookup of a row that is about to be inserted and references itself: its own key names the target. That is
/// how the first record of an entity comes about whose records must all reference another one of it.
fn own_key(one: &OneToMany, address: &Address, row: &[Assignment]) -> Option<Vec<Assignment>> {
    let Target::Key(key) = &address.target else { return None };
    let value = |attribute: &AttributeId| row.iter().find(|(known, _)| known == attribute)?.1.as_ref();
    let is_own = one.referenced == one.referencing
        && !one.hierarchical
        && key.iter().all(|(attribute, wanted)| value(attribute) == Some(wanted));
    let pairs = one.referencing_attributes.iter().zip(&one.referenced_attributes);
    pairs.map(|(lookup, key)| Some((*lookup, Some(value(key)?.clone())))).collect::<Option<_>>().filter(|_| is_own)
}

/// Whether a value that a client gave and one that is stored are the same, whatever form each has.
pub(super) fn is_same_value(given: Option<&Literal>, stored: Option<&Literal>) -> bool {
    match (given, stored) {
        (Some(Literal::Uuid(uuid, _)), Some(Literal::Bytes(bytes))) => uuid.as_bytes().as_slice() == bytes.as_slice(),
        (Some(Literal::Uuid(uuid, _)), Some(Literal::Text(text))) => uuid::Uuid::parse_str(text).as_ref() == Ok(uuid),
        (Some(Literal::Date(date)), Some(Literal::Text(text))) => text.parse().as_ref() == Ok(date),
        (Some(Literal::Decimal(a)), Some(Literal::Text(b))) => a == b,
        (given, stored) => given == stored,
    }
}

/// What new records name at one navigation property, each with the position of the record that names it.
#[derive(Default)]
pub(super) struct Named<'a> {
    existing: Vec<(usize, &'a Address)>,
    fresh: Vec<(usize, &'a NewRecord)>,
}

impl<'a> Named<'a> {
    /// A new record has no links that could be undone.
    pub(super) fn by(operations: &[(usize, &'a LinkOperation)]) -> Self {
        let mut named = Self::default();
        for (index, operation) in operations {
            match operation {
                LinkOperation::Associate(refs) => named.existing.extend(refs.iter().map(|address| (*index, address))),
                LinkOperation::Create(records) => named.fresh.extend(records.iter().map(|record| (*index, record))),
                LinkOperation::Disassociate { .. } | LinkOperation::Replace(_) | LinkOperation::Clear => {}
            }
        }
        named
    }
}

/// What new records say about links at each navigation property of certain ends, with the positions of the records.
fn by_property<'a>(
    records: &[Fresh<'a>],
    is_wanted: impl Fn(End) -> bool,
) -> Vec<(&'a LinkChange, Vec<(usize, &'a LinkOperation)>)> {
    let mut properties: Vec<(&LinkChange, Vec<(usize, &LinkOperation)>)> = Vec::new();
    for (index, fresh) in records.iter().enumerate() {
        for link in fresh.record.links.iter().filter(|link| is_wanted(link.hop.end)) {
            let known = properties.iter().position(|(known, _)| known.navigation == link.navigation);
            let position = known.unwrap_or_else(|| {
                properties.push((link, Vec::new()));
                properties.len() - 1
            });
            properties[position].1.extend(link.operations.iter().map(|operation| (index, operation)));
        }
    }
    properties
}
