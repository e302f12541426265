//! Records that a write is about: found by the keys that clients give, held, and known by what links are about.

use crate::{
    catalog::{AttributeId, AttributeType, EntityId},
    error::Code,
    execute::{
        Error,
        cells::{Cells, KeyPart, Rows as _},
        etag::etag,
        reference,
        transaction::Row,
    },
    plan::{
        self, Literal,
        writable::link_attributes,
        write::{Address, Target, Which},
    },
    sql::{Keys, Lock},
};

use super::{
    store::keys,
    writer::{Key, Writer},
};

/// A stored record as far as links are concerned.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Its primary key.
    pub(super) key: Key,
    /// Its reference: what clients know it by, and what tells it from others of its entity.
    pub(super) reference: String,
    /// What was read of it, as it is stored.
    values: Vec<(AttributeId, Option<Literal>)>,
    /// Its etag, where it was asked for.
    etag: Option<String>,
}

/// What a record is to an operation, which decides what its absence is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The operation is about it.
    Subject,
    /// A reference names it.
    Target,
}

impl Record {
    /// The stored value of an attribute; nothing for null.
    pub(super) fn value(&self, attribute: AttributeId) -> Option<&Literal> {
        self.values.iter().find(|(known, _)| *known == attribute).and_then(|(_, value)| value.as_ref())
    }

    /// The stored values of attributes; nothing where one is null.
    pub(super) fn values(&self, attributes: &[AttributeId]) -> Option<Vec<Literal>> {
        attributes.iter().map(|attribute| self.value(*attribute).cloned()).collect()
    }
}

impl Writer<'_> {
    /// A row as a record: `columns` follow each other from position `shift`.
    pub(super) fn record(
        &self,
        id: EntityId,
        columns: &[AttributeId],
        row: &Row<'_>,
        shift: usize,
    ) -> Result<Record, Error> {
        let entity = self.catalog.entity(id);
        let mut values = Vec::with_capacity(columns.len());
        for (position, attribute) in columns.iter().enumerate() {
            let ty = &entity.attribute(*attribute).ty;
            let part = row.key(position + shift, ty)?;
            values.push((*attribute, part.map(|part| stored(part, ty))));
        }
        let at = |attribute: &AttributeId| columns.iter().position(|known| known == attribute).unwrap_or_default();
        let key = entity.primary_key.iter().filter_map(|attribute| values[at(attribute)].1.clone()).collect();
        let names = entity.primary_key.iter().map(|attribute| {
            let known = entity.attribute(*attribute);
            (known.name.as_str(), at(attribute) + shift, &known.ty)
        });
        let reference = reference::text(row, &entity.set_name, names)?;
        Ok(Record { key, reference, values, etag: None })
    }

    /// Finds a record for each address, in their order, and holds them.
    pub(super) async fn find(
        &mut self,
        id: EntityId,
        addresses: &[Address],
        part: Part,
        lock: Lock,
    ) -> Result<Vec<Record>, Error> {
        self.find_with(id, addresses, part, lock, false).await
    }

    /// Finds one record and holds it. It must have the etag, where one is given.
    pub(super) async fn find_one(
        &mut self,
        id: EntityId,
        address: &Address,
        if_match: Option<&str>,
        lock: Lock,
    ) -> Result<Record, Error> {
        let addresses = std::slice::from_ref(address);
        let found = self.find_with(id, addresses, Part::Subject, lock, if_match.is_some()).await?;
        let record = found.into_iter().next().ok_or_else(|| self.missing(id, address, Part::Subject))?;
        match (if_match, &record.etag) {
            (Some(wanted), Some(etag)) if wanted != etag => {
                let message = format!("the record is not as it was when its etag was {wanted}");
                let refusal = plan::Error::new(Code::PreconditionFailed, message)
                    .entity(&self.catalog.entity(id).logical_name)
                    .with("ref", record.reference)
                    .hint("Read the record again and decide anew.");
                Err(refusal.into())
            }
            _ => Ok(record),
        }
    }

    async fn find_with(
        &mut self,
        id: EntityId,
        addresses: &[Address],
        part: Part,
        lock: Lock,
        with_etag: bool,
    ) -> Result<Vec<Record>, Error> {
        let mut found: Vec<Option<Record>> = vec![None; addresses.len()];
        for group in groups(addresses) {
            let keys: Vec<Key> = group.iter().filter_map(|index| self.key_of(&addresses[*index])).collect();
            let (by, origin) = match &addresses[group[0]].target {
                Target::Key(key) => (key.iter().map(|(attribute, _)| *attribute).collect(), Keys::Given),
                Target::Earlier(_) => (self.catalog.entity(id).primary_key.clone(), Keys::Stored),
            };
            if keys.len() < group.len() {
                continue;
            }
            for (ordinal, record) in self.find_keys(id, &by, origin, &keys, lock, with_etag).await? {
                if let Some(place) = group.get(ordinal).and_then(|index| found.get_mut(*index)) {
                    place.get_or_insert(record);
                }
            }
        }
        found
            .into_iter()
            .zip(addresses)
            .map(|(record, address)| record.ok_or_else(|| self.missing(id, address, part)))
            .collect()
    }

    fn key_of(&self, address: &Address) -> Option<Key> {
        match &address.target {
            Target::Key(key) => Some(key.iter().map(|(_, value)| value.clone()).collect()),
            Target::Earlier(field) => self.written.get(*field).and_then(|keys| keys.first()).cloned(),
        }
    }

    /// The records of keys, each with the position of its key.
    pub(super) async fn find_keys(
        &mut self,
        id: EntityId,
        by: &[AttributeId],
        origin: Keys,
        keys: &[Key],
        lock: Lock,
        with_etag: bool,
    ) -> Result<Vec<(usize, Record)>, Error> {
        let columns = self.columns(id, with_etag);
        let statement = self.write(id).find(by, origin, only(keys), &columns, lock);
        let rows = self.fetch(&statement, keys).await?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows.iter() {
            let mut record = self.record(id, &columns, &row, 1)?;
            if with_etag {
                record.etag = Some(self.etag(id, &row, 1)?);
            }
            records.push((row.ordinal(0)?, record));
        }
        Ok(records)
    }

    /// Records as they are after a change.
    pub(super) async fn again(&mut self, id: EntityId, records: &[Record]) -> Result<Vec<Record>, Error> {
        let primary_key = &self.catalog.entity(id).primary_key;
        let found = self.find_keys(id, primary_key, Keys::Stored, &keys(records), Lock::Change, false).await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// The records whose attributes `by` are among keys and, where it is given, whose attribute has a certain value.
    pub(super) async fn among(
        &mut self,
        id: EntityId,
        by: &[AttributeId],
        having: Option<&(AttributeId, Literal)>,
        keys: &[Key],
        lock: Lock,
    ) -> Result<Vec<Record>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let columns = self.columns(id, false);
        let statement = self.write(id).among(by, only(keys), having, &columns, lock);
        let rows = self.fetch(&statement, keys).await?;
        rows.iter().map(|row| self.record(id, &columns, &row, 0)).collect()
    }

    /// What is read of a record: what links are about, or all of it.
    fn columns(&self, id: EntityId, all: bool) -> Vec<AttributeId> {
        if all {
            (0..self.catalog.entity(id).attributes.len()).map(AttributeId).collect()
        } else {
            link_attributes(self.catalog, id)
        }
    }

    /// The etag of a row that holds all attributes from position `shift`.
    fn etag(&self, id: EntityId, row: &Row<'_>, shift: usize) -> Result<String, Error> {
        let entity = self.catalog.entity(id);
        let columns = entity.attributes.iter().enumerate().map(|(position, known)| (position + shift, &known.ty));
        match entity.version {
            Some(version) => etag(row, columns.skip(version.0).take(1), true),
            None => etag(row, columns, false),
        }
    }

    /// The records that an update or a delete is about.
    pub(super) async fn find_which(&mut self, id: EntityId, which: &Which, lock: Lock) -> Result<Vec<Record>, Error> {
        match which {
            Which::One { address, if_match } => Ok(vec![self.find_one(id, address, if_match.as_deref(), lock).await?]),
            Which::Matching { filter, at_most } => {
                let columns = self.columns(id, false);
                let statement = self.write(id).matching(filter, &columns, at_most + 1, lock);
                let rows = self.fetch(&statement, &[]).await?;
                if rows.len() as u64 > *at_most {
                    let message = format!("more than {at_most} records fulfil the filter");
                    let refusal = plan::Error::new(Code::LimitExceeded, message)
                        .entity(&self.catalog.entity(id).logical_name)
                        .hint("atMost says how many records may be written at once.");
                    return Err(refusal.into());
                }
                rows.iter().map(|row| self.record(id, &columns, &row, 0)).collect()
            }
        }
    }

    /// The refusal for a record that does not exist.
    pub(super) fn missing(&self, id: EntityId, address: &Address, part: Part) -> Error {
        let entity = &self.catalog.entity(id).logical_name;
        let code = if part == Part::Subject { Code::NotFound } else { Code::TargetNotFound };
        let message = format!("there is no {entity} {}", address.spelled);
        let refusal = plan::Error::new(code, message).with("ref", address.spelled.as_str());
        // A missing target concerns who refers to it.
        if part == Part::Subject { refusal.entity(entity).into() } else { refusal.into() }
    }
}

/// The key, where there is one only.
pub(super) fn only(keys: &[Key]) -> Option<&[Literal]> {
    match keys {
        [only] => Some(only),
        _ => None,
    }
}

/// Positions of addresses that name records in the same way, so that one statement finds them.
fn groups(addresses: &[Address]) -> Vec<Vec<usize>> {
    let alike = |a: &Address, b: &Address| match (&a.target, &b.target) {
        (Target::Key(a), Target::Key(b)) => a.iter().map(|(id, _)| id).eq(b.iter().map(|(id, _)| id)),
        (Target::Earlier(_), Target::Earlier(_)) => true,
        _ => false,
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        match groups.iter_mut().find(|group| alike(&addresses[group[0]], address)) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

/// A stored value, to be written elsewhere as it is.
fn stored(part: KeyPart, ty: &AttributeType) -> Literal {
    match (part, ty) {
        (KeyPart::Integer(number), AttributeType::Boolean) => Literal::Boolean(number != 0),
        (KeyPart::Text(text), AttributeType::Boolean) => Literal::Boolean(text == "true"),
        // An enum that is kept as numbers is read as text.
        (KeyPart::Text(text), AttributeType::Enum(_)) => match text.parse() {
            Ok(number) => Literal::Integer(number),
            Err(_) => Literal::Text(text),
        },
        (part, _) => plain(part),
    }
}

fn plain(part: KeyPart) -> Literal {
    match part {
        KeyPart::Integer(number) => Literal::Integer(number),
        KeyPart::Text(text) => Literal::Text(text),
        KeyPart::Bytes(bytes) => Literal::Bytes(bytes),
    }
}
