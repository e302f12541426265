//! The few ways in which records come, change and go. What SeaORM entities do around these happens here and nowhere
//! else; a refusal of the database is told by the entity that it is about.

use crate::{
    catalog::{AttributeId, AttributeType, EntityId, UuidStorage},
    error::Code,
    execute::{Behavior, Error},
    plan::{
        Literal,
        writable::{link_attributes, made_key},
        write::Assignment,
    },
    sql::{Keys, Lock},
};

use super::{
    constraint::explain,
    record::{Record, only},
    writer::{Key, Writer},
};

/// How many records one statement inserts: few sizes, so that there are few texts to prepare.
const BATCHES: &[usize] = &[64, 8];

impl Writer<'_> {
    /// Inserts records of an entity; answers them in the same order.
    pub(super) async fn insert(&mut self, id: EntityId, rows: Vec<Vec<Assignment>>) -> Result<Vec<Record>, Error> {
        let rows = self.before_insert(id, rows).await?;
        let mut records = Vec::with_capacity(rows.len());
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            // Only where the keys are known, the records are found again in the order of the inputs.
            let alike = if self.has_whole_key(id, &rest[0]) { alike(rest) } else { 1 };
            let size = BATCHES.iter().copied().find(|size| *size <= alike).unwrap_or(1);
            let (batch, others) = rest.split_at(size);
            records.extend(self.insert_batch(id, batch).await?);
            rest = others;
        }
        self.after_save(id, &records, true).await?;
        Ok(records)
    }

    async fn insert_batch(&mut self, id: EntityId, rows: &[Vec<Assignment>]) -> Result<Vec<Record>, Error> {
        let columns: Vec<AttributeId> = rows[0].iter().map(|(attribute, _)| *attribute).collect();
        let values = |row: &Vec<Assignment>| row.iter().map(|(_, value)| value.clone()).collect();
        let values: Vec<Vec<Option<Literal>>> = rows.iter().map(values).collect();
        let returning = link_attributes(self.catalog, id);
        let statement = self.write(id).insert(&columns, &values, &returning, false);
        let inserted = self
            .fetch(&statement, &[])
            .await
            .map_err(|error| explain(self.catalog, id, Code::TargetNotFound, error))?;
        if let [row] = inserted.as_slice() {
            return Ok(vec![self.record(id, &returning, row, 0)?]);
        }
        let primary_key = self.catalog.entity(id).primary_key.clone();
        let key = |row: &Vec<Assignment>| primary_key.iter().filter_map(|part| value_of(row, *part).cloned()).collect();
        let keys: Vec<Key> = rows.iter().map(key).collect();
        let found = self.find_keys(id, &primary_key, Keys::Given, &keys, Lock::Change, false).await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// Inserts rows unless their unique key exists; answers those that were inserted, in any order.
    pub(super) async fn insert_missing(
        &mut self,
        id: EntityId,
        rows: Vec<Vec<Assignment>>,
    ) -> Result<Vec<Record>, Error> {
        let rows = self.before_insert(id, rows).await?;
        let returning = link_attributes(self.catalog, id);
        let mut records = Vec::with_capacity(rows.len());
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let alike = alike(rest);
            let size = BATCHES.iter().copied().find(|size| *size <= alike).unwrap_or(1);
            let (batch, others) = rest.split_at(size);
            let columns: Vec<AttributeId> = batch[0].iter().map(|(attribute, _)| *attribute).collect();
            let values = |row: &Vec<Assignment>| row.iter().map(|(_, value)| value.clone()).collect();
            let values: Vec<Vec<Option<Literal>>> = batch.iter().map(values).collect();
            let statement = self.write(id).insert(&columns, &values, &returning, true);
            let inserted = self.fetch(&statement, &[]).await;
            let inserted = inserted.map_err(|error| explain(self.catalog, id, Code::TargetNotFound, error))?;
            for row in &inserted {
                records.push(self.record(id, &returning, row, 0)?);
            }
            rest = others;
        }
        self.after_save(id, &records, true).await?;
        Ok(records)
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
            let statement = self.write(id).update(only(&keys), &values, counted);
            self.fetch(&statement, &keys).await.map_err(|error| explain(self.catalog, id, Code::Restricted, error))?;
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
        let returning = link_attributes(self.catalog, id);
        let version = self.catalog.entity(id).version;
        let statement = self.write(id).update_given(key, values, version, &returning);
        let rows = self.fetch(&statement, &[]).await;
        let rows = rows.map_err(|error| explain(self.catalog, id, Code::Restricted, error))?;
        rows.first().map(|row| self.record(id, &returning, row, 0)).transpose()
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
                row = behavior.before_insert(self.transaction.connection(), entity, row).await?;
            }
            if let Some(key) = made_key(entity).filter(|key| value_of(&row, *key).is_none()) {
                row.retain(|(known, _)| *known != key);
                row.push((key, Some(new_key(&entity.attribute(key).ty))));
            }
            row.sort_by_key(|(attribute, _)| *attribute);
            prepared.push(row);
        }
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
        let models = behavior.load(self.transaction.connection(), entity, &keys).await?;
        let sets = behavior.before_update(self.transaction.connection(), entity, &models, &values).await?;
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
        let models = behavior.load(self.transaction.connection(), self.catalog.entity(id), &keys(records)).await?;
        behavior.after_save(self.transaction.connection(), models, is_new).await
    }

    fn has_whole_key(&self, id: EntityId, row: &[Assignment]) -> bool {
        self.catalog.entity(id).primary_key.iter().all(|part| value_of(row, *part).is_some())
    }
}

/// How many rows from the start set the same attributes.
fn alike(rows: &[Vec<Assignment>]) -> usize {
    let attributes = |row: &Vec<Assignment>| row.iter().map(|(attribute, _)| *attribute).collect::<Vec<_>>();
    let first = attributes(&rows[0]);
    rows.iter().take_while(|row| attributes(row) == first).count()
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
