//! New records, with everything that is created and linked along with them: first what they reference, then they
//! themselves, then what references them. All records of a level take the same few statements.

use crate::{
    catalog::{AttributeId, End, EntityId, OneToMany, RelationshipKind},
    execute::Error,
    plan::{
        self, Literal,
        write::{Address, Assignment, LinkChange, LinkOperation, NewRecord, Target},
    },
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
            self.existing_targets(id, records, &mut rows).await?;
            self.new_targets(id, records, &mut rows).await?;
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

    /// Finds the existing records that new ones reference, with one statement for each navigation property and way to
    /// name them.
    async fn existing_targets(
        &mut self,
        id: EntityId,
        records: &[Fresh<'_>],
        rows: &mut [Vec<Assignment>],
    ) -> Result<(), Error> {
        for (link, operations) in by_property(records, |end| end == End::Referencing) {
            let Some(one) = self.catalog.relationship(link.hop.relationship).as_one_to_many() else { continue };
            let (mut addresses, mut indexes) = (Vec::new(), Vec::new());
            for (index, operation) in operations {
                let LinkOperation::Associate(targets) = operation else { continue };
                for address in targets {
                    if let Some(at) = own_key(one, address, &rows[index]) {
                        let assigned = self.assign(id, &mut rows[index], at);
                        assigned.map_err(|error| self.at_property(id, link, error))?;
                    } else {
                        addresses.push(address.clone());
                        indexes.push(index);
                    }
                }
            }
            let found = self.find(link.hop.target, &addresses, Part::Target, target_lock(one)).await;
            let targets = found.map_err(|error| self.at_property(id, link, error))?;
            if one.unique {
                let displaced = self.displace(one, &targets, &[]).await;
                displaced.map_err(|error| self.at_property(id, link, error))?;
            }
            self.reference(id, link, one, &targets, &indexes, rows)?;
        }
        Ok(())
    }

    /// Creates the records that new ones reference, with those of one navigation property together.
    async fn new_targets(
        &mut self,
        id: EntityId,
        records: &[Fresh<'_>],
        rows: &mut [Vec<Assignment>],
    ) -> Result<(), Error> {
        for (link, operations) in by_property(records, |end| end == End::Referencing) {
            let Some(one) = self.catalog.relationship(link.hop.relationship).as_one_to_many() else { continue };
            let (mut fresh, mut indexes) = (Vec::new(), Vec::new());
            for (index, operation) in operations {
                let LinkOperation::Create(targets) = operation else { continue };
                fresh.extend(targets.iter().map(|record| Fresh { record, also: Vec::new() }));
                indexes.extend(targets.iter().map(|_| index));
            }
            let targets = self.create_each(&fresh).await;
            let targets = targets.map_err(|error| self.at_property(id, link, error))?;
            self.reference(id, link, one, &targets, &indexes, rows)?;
        }
        Ok(())
    }

    /// Lets rows that are about to be inserted reference records: each target with the position of its row.
    fn reference(
        &self,
        id: EntityId,
        link: &LinkChange,
        one: &OneToMany,
        targets: &[Record],
        indexes: &[usize],
        rows: &mut [Vec<Assignment>],
    ) -> Result<(), Error> {
        for (target, index) in targets.iter().zip(indexes) {
            let assigned = self.pointing_at(one, target).and_then(|at| self.assign(id, &mut rows[*index], at));
            assigned.map_err(|error| self.at_property(id, link, error))?;
        }
        Ok(())
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
