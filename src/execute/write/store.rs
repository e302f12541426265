//! The few ways in which records come, change and go. What SeaORM entities do around these happens here and nowhere
//! else; a refusal of the database is told by the entity that it is about.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::{
    catalog::{AttributeId, AttributeType, Entity, EntityId, UuidStorage},
    error::Code,
    execute::{Behavior, Error, cells::Rows as _},
    plan::{
        self, Literal,
        writable::{link_attributes, made_key},
        write::Assignment,
    },
};

use super::{
    constraint::explain,
    record::{Record, only},
    writer::{Key, Writer},
};

/// How many records one statement inserts: few sizes, so that there are few texts to prepare.
const BATCHES: &[usize] = &[64, 8];

/// The most values in one statement. SQLite takes 32,766 parameters, PostgreSQL 65,535.
const MAX_VALUES: usize = 30_000;

impl Writer<'_> {
    /// Inserts records of an entity; answers them in the same order.
    pub(super) async fn insert(&mut self, id: EntityId, rows: Vec<Vec<Assignment>>) -> Result<Vec<Record>, Error> {
        let rows = self.before_insert(id, rows).await?;
        let mut records: Vec<(usize, Record)> = Vec::with_capacity(rows.len());
        for batch in batches(&rows) {
            let inserted = self.insert_batch(id, &rows, &batch, None).await?;
            if inserted.len() != batch.len() {
                let entity = &self.catalog.entity(id).logical_name;
                let message = format!("a rule of the database kept a record of {entity} from being created");
                return Err(plan::Error::invalid(message).entity(entity).into());
            }
            // Databases take the rows of a statement one after the other, and answer them so.
            records.extend(batch.into_iter().zip(inserted));
        }
        records.sort_unstable_by_key(|(index, _)| *index);
        let records: Vec<Record> = records.into_iter().map(|(_, record)| record).collect();
        self.after_save(id, &records, true).await?;
        Ok(records)
    }

    /// Inserts rows unless their unique key `unique` exists; answers those that were inserted, in any order.
    pub(super) async fn insert_missing(
        &mut self,
        id: EntityId,
        rows: Vec<Vec<Assignment>>,
        unique: &[AttributeId],
    ) -> Result<Vec<Record>, Error> {
        let rows = self.before_insert(id, rows).await?;
        let mut records = Vec::with_capacity(rows.len());
        for batch in batches(&rows) {
            records.extend(self.insert_batch(id, &rows, &batch, Some(unique)).await?);
        }
        self.after_save(id, &records, true).await?;
        Ok(records)
    }

    /// Inserts rows that hold nothing but the values of a unique key, unless they exist; answers those that were inserted,
    /// in any order. One statement, unless code or the gateway has something to add to each row.
    pub(super) async fn insert_keys(
        &mut self,
        id: EntityId,
        attributes: &[AttributeId],
        keys: &[Key],
    ) -> Result<Vec<Record>, Error> {
        if keys.len() < 2 || self.behavior(id).is_some() || made_key(self.catalog.entity(id)).is_some() {
            let row = |key: &Key| attributes.iter().copied().zip(key.iter().cloned().map(Some)).collect();
            return self.insert_missing(id, keys.iter().map(row).collect(), attributes).await;
        }
        let returning = link_attributes(self.catalog, id);
        let statement = self.write(id).insert_keys(attributes, &returning);
        let inserted = self.fetch(&statement, keys).await.map_err(|error| self.missed(id, error))?;
        inserted.iter().map(|row| self.record(id, &returning, &row, 0)).collect()
    }

    /// What the refusal of a row means that was not there a moment ago.
    fn missed(&self, id: EntityId, error: Error) -> Error {
        match explain(self.catalog, id, Code::TargetNotFound, error) {
            Error::Refused(refusal) if refusal.code == Code::Conflict => Error::Raced(refusal),
            error => error,
        }
    }

    /// Inserts the rows at some positions, which all set the same attributes.
    async fn insert_batch(
        &mut self,
        id: EntityId,
        rows: &[Vec<Assignment>],
        batch: &[usize],
        missing: Option<&[AttributeId]>,
    ) -> Result<Vec<Record>, Error> {
        let columns = attributes(&rows[batch[0]]);
        let values = |index: &usize| rows[*index].iter().map(|(_, value)| value.clone()).collect();
        let values: Vec<Vec<Option<Literal>>> = batch.iter().map(values).collect();
        let returning = link_attributes(self.catalog, id);
        let statement = match missing {
            None => self.write(id).insert(&columns, &values, &returning),
            Some(unique) => self.write(id).insert_missing(&columns, &values, &returning, unique),
        };
        let inserted = self.fetch(&statement, &[]).await.map_err(|error| match missing {
            Some(_) => self.missed(id, error),
            None => explain(self.catalog, id, Code::TargetNotFound, error),
        })?;
        inserted.iter().map(|row| self.record(id, &returning, &row, 0)).collect()
    }

    /// Refuses values of a client's that would become others when they are stored.
    pub(super) fn check_kept(&self, id: EntityId, values: &[Assignment]) -> Result<(), Error> {
        for (attribute, value) in values {
            if value.as_ref().is_some_and(|value| !self.dialect.keeps(value)) {
                let entity = self.catalog.entity(id);
                let message = format!("{}: a number with more digits than are kept", entity.attribute(*attribute).name);
                return Err(plan::Error::invalid(message).entity(&entity.logical_name).into());
            }
        }
        Ok(())
    }

    /// Sets attributes of records to the same values, and counts their versions.
    pub(super) async fn update(
        &mut self,
        id: EntityId,
        records: &[&Record],
        values: Vec<Assignment>,
    ) -> Result<(), Error> {
        if records.is_empty() || values.is_empty() {
            return Ok(());
        }
        let version = self.catalog.entity(id).version;
        for (keys, values) in self.before_update(id, records, values).await? {
            if values.is_empty() {
                continue;
            }
            let counted = version.filter(|version| !values.iter().any(|(known, _)| known == version));
            let refused = self.refused_update(id, &values);
            let statement = self.write(id).update(only(&keys), &values, counted);
            self.fetch(&statement, &keys).await.map_err(|error| explain(self.catalog, id, refused, error))?;
        }
        let records: Vec<Record> = records.iter().map(|record| (*record).clone()).collect();
        self.after_save(id, &records, false).await
    }

    /// Sets attributes of the record of a key that a client gave, in one statement; nothing where there is none. Not
    /// for entities with a behavior, which is told of a record before it changes.
    pub(super) async fn update_given(
        &mut self,
        id: EntityId,
        key: &[(AttributeId, Literal)],
        values: &[Assignment],
    ) -> Result<Option<Record>, Error> {
        self.check_kept(id, values)?;
        let returning = link_attributes(self.catalog, id);
        let version = self.catalog.entity(id).version;
        let statement = self.write(id).update_given(key, values, version, self.generation, &returning);
        let rows = self.fetch(&statement, &[]).await;
        let rows = rows.map_err(|error| explain(self.catalog, id, self.refused_update(id, values), error))?;
        self.is_current = rows.len() > 0;
        rows.iter().next().map(|row| self.record(id, &returning, &row, 0)).transpose()
    }

    /// Deletes records of an entity, and nothing else.
    pub(super) async fn remove(&mut self, id: EntityId, keys: &[Key]) -> Result<(), Error> {
        let statement = self.write(id).delete(only(keys));
        let deleted = self.fetch(&statement, keys).await;
        deleted.map_err(|error| explain(self.catalog, id, Code::Restricted, error))?;
        Ok(())
    }

    /// What the entity's behavior is, where it has one.
    pub(super) fn behavior(&self, id: EntityId) -> Option<Behavior> {
        self.behaviors.find(id).cloned()
    }

    async fn before_insert(&mut self, id: EntityId, rows: Vec<Vec<Assignment>>) -> Result<Vec<Vec<Assignment>>, Error> {
        let entity = self.catalog.entity(id);
        let mut prepared = Vec::with_capacity(rows.len());
        for mut row in rows {
            if let Some(behavior) = self.behavior(id) {
                row = behavior.before_insert(self.transaction.connection()?, entity, row).await?;
            }
            if let Some(key) = made_key(entity).filter(|key| value_of(&row, *key).is_none()) {
                row.retain(|(known, _)| *known != key);
                row.push((key, Some(new_key(&entity.attribute(key).ty))));
            }
            prepared.push(row);
        }
        level(entity, &mut prepared);
        Ok(prepared)
    }

    /// The statements that an update takes: one for all records, or, where a behavior changed what is set, one for
    /// all records that are set alike.
    async fn before_update(
        &mut self,
        id: EntityId,
        records: &[&Record],
        values: Vec<Assignment>,
    ) -> Result<Vec<(Vec<Key>, Vec<Assignment>)>, Error> {
        let keys: Vec<Key> = records.iter().map(|record| record.key.clone()).collect();
        let Some(behavior) = self.behavior(id) else { return Ok(vec![(keys, values)]) };
        let entity = self.catalog.entity(id);
        let models = behavior.load(self.transaction.connection()?, entity, &keys).await?;
        let sets = behavior.before_update(self.transaction.connection()?, entity, &models, &values).await?;
        let mut alike: Vec<(Vec<Key>, Vec<Assignment>)> = Vec::new();
        for (key, set) in keys.into_iter().zip(sets) {
            match alike.iter_mut().find(|(_, known)| *known == set) {
                Some((keys, _)) => keys.push(key),
                None => alike.push((vec![key], set)),
            }
        }
        Ok(alike)
    }

    async fn after_save(&mut self, id: EntityId, records: &[Record], is_new: bool) -> Result<(), Error> {
        let Some(behavior) = self.behavior(id).filter(|_| !records.is_empty()) else { return Ok(()) };
        let models = behavior.load(self.transaction.connection()?, self.catalog.entity(id), &keys(records)).await?;
        behavior.after_save(self.transaction.connection()?, models, is_new).await
    }

    /// What a foreign key's refusal of an update means: others reference what was to change, or it references nothing.
    fn refused_update(&self, id: EntityId, values: &[Assignment]) -> Code {
        let lookups = self.catalog.relationships.iter().filter_map(|relationship| relationship.as_one_to_many());
        let mut referenced = lookups.filter(|one| one.referenced == id).flat_map(|one| &one.referenced_attributes);
        let is_referenced = referenced.any(|attribute| values.iter().any(|(known, _)| known == attribute));
        if is_referenced { Code::Restricted } else { Code::TargetNotFound }
    }
}

/// Lets rows set the same attributes where that makes no difference: what may be null and has no default is null when
/// it is left out.
fn level(entity: &Entity, rows: &mut [Vec<Assignment>]) {
    let all: BTreeSet<AttributeId> = rows.iter().flatten().map(|(attribute, _)| *attribute).collect();
    let is_null = |attribute: &AttributeId| {
        let known = entity.attribute(*attribute);
        known.nullable && !known.has_default && !known.generated
    };
    let nulls: Vec<AttributeId> = all.into_iter().filter(is_null).collect();
    for row in rows {
        let missing = nulls.iter().filter(|attribute| row.iter().all(|(known, _)| known != *attribute));
        let missing: Vec<Assignment> = missing.map(|attribute| (*attribute, None)).collect();
        row.extend(missing);
        row.sort_by_key(|(attribute, _)| *attribute);
    }
}

/// The positions of the rows that one statement each inserts: rows that set the same attributes, and not more values
/// than a statement may have.
fn batches(rows: &[Vec<Assignment>]) -> Vec<Vec<usize>> {
    let mut alike: IndexMap<Vec<AttributeId>, Vec<usize>> = IndexMap::new();
    for (index, row) in rows.iter().enumerate() {
        alike.entry(attributes(row)).or_default().push(index);
    }
    let mut batches = Vec::new();
    for (columns, indexes) in &alike {
        let most = MAX_VALUES / columns.len().max(1);
        let mut rest = indexes.as_slice();
        while !rest.is_empty() {
            // No statement inserts several rows of nothing but defaults.
            let most = if columns.is_empty() { 1 } else { rest.len().min(most) };
            let size = BATCHES.iter().copied().find(|size| *size <= most).unwrap_or(1);
            let (batch, others) = rest.split_at(size);
            batches.push(batch.to_vec());
            rest = others;
        }
    }
    batches
}

fn attributes(row: &[Assignment]) -> Vec<AttributeId> {
    row.iter().map(|(attribute, _)| *attribute).collect()
}

fn value_of(row: &[Assignment], attribute: AttributeId) -> Option<&Literal> {
    row.iter().find(|(known, _)| *known == attribute).and_then(|(_, value)| value.as_ref())
}

/// The primary keys of records.
pub(super) fn keys(records: &[Record]) -> Vec<Key> {
    records.iter().map(|record| record.key.clone()).collect()
}

/// A key that nobody else makes, in the order of time so that indexes grow at their end (RFC 9562, version 7).
fn new_key(ty: &AttributeType) -> Literal {
    let storage = match ty {
        AttributeType::Uuid(storage) => *storage,
        _ => UuidStorage::Native,
    };
    Literal::Uuid(uuid::Uuid::now_v7(), storage)
}
