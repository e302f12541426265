//! New records, with everything that is created and linked along with them: first what they reference, then they
//! themselves, then what references them.

use crate::{
    catalog::{End, EntityId},
    execute::Error,
    plan::{
        self, Literal,
        write::{Address, Assignment, LinkChange, LinkOperation, NewRecord},
    },
    sql::Lock,
};

use super::{
    one_to_many::target_lock,
    payload::Written,
    record::{Part, Record},
    writer::Writer,
};

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
        let Some(first) = records.first() else { return Ok(Vec::new()) };
        let id = first.entity;
        // Whose links lead back to where they were made from, so the way must be of a known size.
        Box::pin(async move {
            let mut rows: Vec<Vec<Assignment>> = Vec::with_capacity(records.len());
            for record in records {
                let mut row = record.values.clone();
                self.assign(id, &mut row, also.to_vec())?;
                rows.push(row);
            }
            self.existing_targets(id, records, &mut rows).await?;
            for (record, row) in records.iter().zip(&mut rows) {
                for (link, operation) in own_links(record) {
                    if let LinkOperation::Create(targets) = operation {
                        let targets = self.create_all(targets, &[]).await;
                        let targets = targets.map_err(|error| self.at_property(id, link, error))?;
                        self.reference(id, link, &targets, row).await?;
                    }
                }
            }
            let created = self.insert(id, rows).await?;
            for (record, created) in records.iter().zip(&created) {
                for link in record.links.iter().filter(|link| link.hop.end != End::Referencing) {
                    self.enter(link.hop.relationship).await?;
                    self.link(created, link).await?;
                }
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
        records: &[NewRecord],
        rows: &mut [Vec<Assignment>],
    ) -> Result<(), Error> {
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        for (index, record) in records.iter().enumerate() {
            for (link, operation) in own_links(record) {
                let LinkOperation::Associate(addresses) = operation else { continue };
                let position = wanted.iter().position(|known| known.link.navigation == link.navigation);
                let position = position.unwrap_or_else(|| {
                    wanted.push(Wanted { link, addresses: Vec::new(), rows: Vec::new() });
                    wanted.len() - 1
                });
                wanted[position].addresses.extend(addresses.iter().cloned());
                wanted[position].rows.push(index);
            }
        }
        for Wanted { link, addresses, rows: indexes } in wanted {
            let one = self.catalog.relationship(link.hop.relationship).as_one_to_many();
            let lock = one.map_or(Lock::Reference, target_lock);
            let found = self.find(link.hop.target, &addresses, Part::Target, lock).await;
            let found = found.map_err(|error| self.at_property(id, link, error))?;
            for (index, target) in indexes.into_iter().zip(found) {
                self.reference(id, link, &[target], &mut rows[index]).await?;
            }
        }
        Ok(())
    }

    /// Lets a row that is about to be inserted reference a record.
    async fn reference(
        &mut self,
        id: EntityId,
        link: &LinkChange,
        targets: &[Record],
        row: &mut Vec<Assignment>,
    ) -> Result<(), Error> {
        let relationship = self.catalog.relationship(link.hop.relationship);
        let (Some(one), Some(target)) = (relationship.as_one_to_many(), targets.first()) else { return Ok(()) };
        if one.unique {
            let displaced = self.displace(one, target, &[]).await;
            displaced.map_err(|error| self.at_property(id, link, error))?;
        }
        let at = self.pointing_at(one, target)?;
        self.assign(id, row, at).map_err(|error| self.at_property(id, link, error))
    }

    /// Adds values to a row. Two that differ for one attribute contradict each other.
    pub(super) fn assign(&self, id: EntityId, row: &mut Vec<Assignment>, more: Vec<Assignment>) -> Result<(), Error> {
        for (attribute, value) in more {
            match row.iter().find(|(known, _)| *known == attribute) {
                Some((_, known)) if is_same_value(known.as_ref(), value.as_ref()) => {}
                Some(_) => {
                    let entity = self.catalog.entity(id);
                    let name = &entity.attribute(attribute).name;
                    let message = format!("{name} would have to have two values at once");
                    return Err(plan::Error::invalid(message).entity(&entity.logical_name).into());
                }
                None => row.push((attribute, value)),
            }
        }
        Ok(())
    }
}

/// The existing records that new ones reference at one navigation property.
struct Wanted<'a> {
    link: &'a LinkChange,
    addresses: Vec<Address>,
    /// For each address the new record that references it.
    rows: Vec<usize>,
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

/// What a new record says about its own lookups.
fn own_links(record: &NewRecord) -> impl Iterator<Item = (&LinkChange, &LinkOperation)> {
    let own = record.links.iter().filter(|link| link.hop.end == End::Referencing);
    own.flat_map(|link| link.operations.iter().map(move |operation| (link, operation)))
}
