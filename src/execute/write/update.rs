//! Changes of existing records: their own values and lookups in one statement, then the links of others to them.

use crate::{
    catalog::{End, EntityId, OneToMany},
    error::Code,
    execute::Error,
    plan::{
        self,
        writable::link_attributes,
        write::{Address, Assignment, Change, LinkChange, LinkOperation, NewRecord, Target, Which},
    },
    sql::Lock,
};

use super::{
    create::is_same_value,
    one_to_many::target_lock,
    payload::{Outcome, Written},
    record::{Part, Record},
    writer::Writer,
};

impl<'w> Writer<'w> {
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
            && !change.values.iter().any(|(attribute, _)| self.catalog.entity(id).attribute(*attribute).is_lookup)
            && self.behavior(id).is_none()
            && self.dialect.answers_updates()
            && let Some(record) = self.update_given(id, key, &change.values).await?
        {
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
        let values = self.own_values(id, &all, &own, &change.values).await?;
        let mut is_changed = !values.is_empty();
        let is_known_by = link_attributes(self.catalog, id);
        let is_stale = values.iter().any(|(attribute, _)| is_known_by.contains(attribute));
        self.update(id, &all, values).await?;
        for link in own {
            let relationship = link.hop.relationship;
            if let Some(one) = self.catalog.relationship(relationship).as_one_to_many() {
                let checked = self.check_hierarchy(relationship, one, &all).await;
                checked.map_err(|error| self.at_property(id, link, error))?;
            }
        }
        // Others may reference what has just changed.
        let read_again = if is_stale && !others.is_empty() { Some(self.again(id, records).await?) } else { None };
        for link in others {
            for record in read_again.as_deref().unwrap_or(records) {
                let outcomes = self.link(record, link).await?;
                is_changed |= outcomes.iter().any(|outcome| outcome.status.is_change());
            }
        }
        Ok(Written::with_outcome(records, if is_changed { Outcome::Updated } else { Outcome::Unchanged }))
    }

    /// The values that a change gives to records: its own, and those of their lookups.
    async fn own_values(
        &mut self,
        id: EntityId,
        records: &[&Record],
        links: &[&LinkChange],
        values: &[Assignment],
    ) -> Result<Vec<Assignment>, Error> {
        self.check_kept(id, values)?;
        self.check_links_stay(id, records, links, values)?;
        let mut pointings = Vec::with_capacity(links.len());
        for link in links {
            let pointing = self.pointing(records, link).await;
            pointings.extend(pointing.map_err(|error| self.at_property(id, link, error))?);
        }
        let mut all = values.to_vec();
        for pointing in &pointings {
            let others = pointings.iter().filter(|other| other.link.navigation != pointing.link.navigation);
            let given: Vec<Assignment> = values.iter().chain(others.flat_map(|other| &other.at)).cloned().collect();
            let room = self.make_room(pointing, &given).await;
            let assigned = room.and_then(|()| self.assign(id, &mut all, pointing.at.clone()));
            assigned.map_err(|error| self.at_property(id, pointing.link, error))?;
        }
        Ok(all)
    }

    /// A value that a lookup shares with the record itself does not change while the link is there, unless the link
    /// changes with it: it would lead to another record.
    fn check_links_stay(
        &self,
        id: EntityId,
        records: &[&Record],
        links: &[&LinkChange],
        values: &[Assignment],
    ) -> Result<(), Error> {
        let lookups = self.catalog.relationships.iter().filter_map(|relationship| relationship.as_one_to_many());
        let lookups = lookups.filter(|one| one.referencing == id && one.condition.is_none());
        for one in lookups.filter(|one| links.iter().all(|link| link.navigation != one.referencing_navigation)) {
            for (attribute, value) in values.iter().filter(|(known, _)| one.referencing_attributes.contains(known)) {
                let changes = |record: &&&Record| {
                    record.values(&one.referencing_attributes).is_some()
                        && !is_same_value(value.as_ref(), record.value(*attribute))
                };
                if let Some(record) = records.iter().find(changes) {
                    let entity = self.catalog.entity(id);
                    let name = &entity.attribute(*attribute).name;
                    let message = format!("{name} is a part of {} and cannot change alone", one.referencing_navigation);
                    let refusal =
                        plan::Error::invalid(message).hint("The link can be set or emptied in the same update.");
                    let refusal = refusal.property(&entity.logical_name, &one.referencing_navigation);
                    return Err(refusal.with("ref", record.reference.as_str()).into());
                }
            }
        }
        Ok(())
    }

    /// What a change makes of the lookup of records; nothing where it leads there already.
    async fn pointing<'p>(
        &mut self,
        records: &[&'p Record],
        link: &'p LinkChange,
    ) -> Result<Option<Pointing<'p>>, Error>
    where
        'w: 'p,
    {
        let Some(one) = self.catalog.relationship(link.hop.relationship).as_one_to_many() else { return Ok(None) };
        let targets = match link.operations.as_slice() {
            [LinkOperation::Associate(addresses)] => {
                self.find(one.referenced, addresses, Part::Target, target_lock(one)).await?
            }
            [LinkOperation::Create(new)] => self.create_all(new, &[]).await?,
            // Emptying an arm must leave the other arms alone, where those are set.
            _ => {
                let linked: Vec<&Record> =
                    records.iter().copied().filter(|record| self.is_linked(one, record)).collect();
                if !linked.is_empty() && linked.len() == records.len() {
                    return Ok(Some(Pointing { link, one, at: self.cleared(one), towards: None }));
                }
                self.unpoint(one, &linked).await?;
                return Ok(None);
            }
        };
        let Some(target) = targets.into_iter().next() else { return Ok(None) };
        let at = self.pointing_at(one, &target)?;
        let leading = self.leading_to(one, records, &target).await?;
        let moving: Vec<&Record> =
            records.iter().copied().filter(|record| !leading.contains(&record.reference)).collect();
        let pointing = Pointing { link, one, at, towards: Some((target, moving)) };
        Ok(Some(pointing).filter(|pointing| pointing.towards.as_ref().is_some_and(|(_, moving)| !moving.is_empty())))
    }

    /// Lets records lead to a target: they must be free to, and in a one-to-one relationship nobody else leads there.
    async fn make_room(&mut self, pointing: &Pointing<'_>, given: &[Assignment]) -> Result<(), Error> {
        let Some((target, moving)) = &pointing.towards else { return Ok(()) };
        self.check_movable(pointing.one, moving, &pointing.at, given)?;
        if pointing.one.unique {
            self.displace(pointing.one, std::slice::from_ref(target), moving).await?;
        }
        Ok(())
    }
}

/// What a change makes of a lookup.
struct Pointing<'p> {
    link: &'p LinkChange,
    one: &'p OneToMany,
    /// The values of its attributes.
    at: Vec<Assignment>,
    /// The record that it is to lead to, and those whose lookup leads elsewhere so far; nothing where it is emptied.
    towards: Option<(Record, Vec<&'p Record>)>,
}
