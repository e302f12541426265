//! Changes of existing records: their own values and lookups in one statement, then the links of others to them.

use crate::{
    catalog::{End, EntityId},
    error::Code,
    execute::Error,
    plan::{
        self,
        write::{Address, Assignment, Change, LinkChange, LinkOperation, NewRecord, Target, Which},
    },
    sql::Lock,
};

use super::{
    create::is_same_value,
    one_to_many::{points_at, target_lock},
    payload::{Outcome, Written},
    record::{Part, Record},
    writer::Writer,
};

impl Writer<'_> {
    /// Changes the records of a field.
    pub(super) async fn update_records(
        &mut self,
        id: EntityId,
        which: &Which,
        change: &Change,
    ) -> Result<Written, Error> {
        // With nothing to decide before, the record is found and changed at once.
        if let Which::One { address, if_match: None } = which
            && let Target::Key(key) = &address.target
            && change.links.is_empty()
            && !change.values.is_empty()
            && self.behavior(id).is_none()
        {
            let record = self.update_given(id, key, &change.values).await?;
            let record = record.ok_or_else(|| self.missing(id, address, Part::Subject))?;
            return Ok(Written::with_outcome(&[record], Outcome::Updated));
        }
        self.enter_all(change).await?;
        let records = self.find_which(id, which, Lock::Change).await?;
        self.change(id, &records, change).await
    }

    /// Changes a record, or creates it.
    pub(super) async fn upsert_record(
        &mut self,
        id: EntityId,
        address: &Address,
        new: &NewRecord,
        change: &Change,
    ) -> Result<Written, Error> {
        self.enter_all(change).await?;
        match self.find_one(id, address, None, Lock::Change).await {
            Ok(record) => {
                self.check_same_key(id, &record, new)?;
                self.change(id, &[record], change).await
            }
            Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => {
                // Another transaction may create it in between: then it is there when this one is run again.
                self.create_records(std::slice::from_ref(new)).await.map_err(|error| match error {
                    Error::Refused(refusal) if refusal.code == Code::Conflict => Error::Raced(refusal),
                    other => other,
                })
            }
            Err(error) => Err(error),
        }
    }

    /// A record that is found by another key keeps its primary key.
    fn check_same_key(&self, id: EntityId, record: &Record, new: &NewRecord) -> Result<(), Error> {
        let entity = self.catalog.entity(id);
        for attribute in &entity.primary_key {
            let given = new.values.iter().find(|(known, _)| known == attribute).and_then(|(_, value)| value.as_ref());
            if given.is_some() && !is_same_value(given, record.value(*attribute)) {
                let message = format!("{} is the primary key and cannot change", entity.attribute(*attribute).name);
                let refusal = plan::Error::new(Code::Immutable, message).entity(&entity.logical_name);
                return Err(refusal.with("ref", record.reference.as_str()).into());
            }
        }
        Ok(())
    }

    async fn enter_all(&mut self, change: &Change) -> Result<(), Error> {
        for link in &change.links {
            self.enter(link.hop.relationship).await?;
        }
        Ok(())
    }

    async fn change(&mut self, id: EntityId, records: &[Record], change: &Change) -> Result<Written, Error> {
        if change.values.is_empty() && change.links.is_empty() {
            return Ok(Written::with_outcome(records, Outcome::Unchanged));
        }
        let all: Vec<&Record> = records.iter().collect();
        let (own, others): (Vec<&LinkChange>, Vec<&LinkChange>) =
            change.links.iter().partition(|link| link.hop.end == End::Referencing);
        let mut values = change.values.clone();
        for link in &own {
            let more = self.own_values(&all, link).await;
            let more = more.map_err(|error| self.at_property(id, link, error))?;
            self.assign(id, &mut values, more)?;
        }
        let mut is_changed = !values.is_empty();
        self.update(id, &all, values).await?;
        for link in own {
            let relationship = link.hop.relationship;
            if let Some(one) = self.catalog.relationship(relationship).as_one_to_many() {
                let checked = self.check_hierarchy(relationship, one, &all).await;
                checked.map_err(|error| self.at_property(id, link, error))?;
            }
        }
        for link in others {
            for record in records {
                let outcomes = self.link(record, link).await?;
                is_changed |= outcomes.iter().any(|outcome| outcome.status.is_change());
            }
        }
        Ok(Written::with_outcome(records, if is_changed { Outcome::Updated } else { Outcome::Unchanged }))
    }

    /// The values that a change gives to the lookup of records.
    async fn own_values(&mut self, records: &[&Record], link: &LinkChange) -> Result<Vec<Assignment>, Error> {
        let Some(one) = self.catalog.relationship(link.hop.relationship).as_one_to_many() else {
            return Ok(Vec::new());
        };
        let target = match link.operations.as_slice() {
            [LinkOperation::Associate(addresses)] => {
                self.find(one.referenced, addresses, Part::Target, target_lock(one)).await?
            }
            [LinkOperation::Create(new)] => self.create_all(new, &[]).await?,
            // Emptying an arm must leave the other arms alone, where those are set.
            _ => {
                let linked: Vec<&Record> =
                    records.iter().copied().filter(|record| self.is_linked(one, record)).collect();
                if !linked.is_empty() && linked.len() == records.len() {
                    return Ok(self.cleared(one));
                }
                self.unpoint(one, &linked).await?;
                return Ok(Vec::new());
            }
        };
        let Some(target) = target.first() else { return Ok(Vec::new()) };
        let at = self.pointing_at(one, target)?;
        let moving: Vec<&Record> = records.iter().copied().filter(|record| !points_at(record, &at)).collect();
        if moving.is_empty() {
            return Ok(Vec::new());
        }
        self.check_movable(one, &moving, &at)?;
        if one.unique {
            self.displace(one, target, &moving).await?;
        }
        Ok(at)
    }
}
