//! One operation on the model: it happens in full, or its faults are known.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    graph::{Entity, Property, Relationship},
    model::{State, Status},
    step::{Bind, Change, Record, Reference, Which},
};

/// A state on its way to the next.
pub(super) struct Attempt {
    pub(super) state: State,
    /// The codes of all that is wrong; which of them is told is the gateway's choice.
    pub(super) faults: BTreeSet<&'static str>,
    /// Whether two parts of the operation contradict each other and nothing says which comes last.
    pub(super) is_unsaid: bool,
    /// What this operation made of each lookup, and in which of its parts.
    written: BTreeMap<(Relationship, i32), (usize, Option<i32>)>,
    /// The records that this operation creates, sooner or later.
    created: BTreeSet<(Entity, i32)>,
    part: usize,
}

impl Attempt {
    pub(super) fn new(state: State, created: BTreeSet<(Entity, i32)>) -> Self {
        Self { state, faults: BTreeSet::new(), is_unsaid: false, written: BTreeMap::new(), created, part: 0 }
    }

    /// The record that a reference names, or the fault.
    pub(super) fn resolve(&mut self, entity: Entity, reference: &Reference, missing: &'static str) -> Option<i32> {
        let fault = match reference.key() {
            Ok(key) => {
                // Whether it is there already depends on what comes first.
                self.is_unsaid |= self.created.contains(&(entity, key));
                if self.state.records.contains_key(&(entity, key)) {
                    return Some(key);
                }
                missing
            }
            Err(code) => code,
        };
        self.faults.insert(fault);
        None
    }

    fn targets(&mut self, property: &Property, refs: &[Reference]) -> Vec<i32> {
        refs.iter().filter_map(|reference| self.resolve(property.target, reference, "TARGET_NOT_FOUND")).collect()
    }

    /// Links records; a status for each.
    pub(super) fn associate(
        &mut self,
        property: &Property,
        key: Option<i32>,
        refs: &[Reference],
    ) -> Vec<(i32, Status)> {
        let targets = self.targets(property, refs);
        let Some(key) = key else { return Vec::new() };
        targets.into_iter().map(|target| (target, self.link(property, key, target))).collect()
    }

    /// Unlinks records; a status for each.
    pub(super) fn disassociate(
        &mut self,
        property: &Property,
        key: Option<i32>,
        refs: &[Reference],
        if_exists: bool,
    ) -> Vec<(i32, Status)> {
        let targets = self.targets(property, refs);
        let Some(key) = key else { return Vec::new() };
        let members = self.state.members(property, key);
        let mut results = Vec::new();
        for target in targets {
            if members.contains(&target) {
                self.unlink(property, key, target);
                results.push((target, Status::Disassociated));
            } else if if_exists {
                results.push((target, Status::NotAssociated));
            } else {
                self.faults.insert("NOT_ASSOCIATED");
            }
        }
        results
    }

    /// Makes references the only links: a status for each, and what lost its link.
    pub(super) fn replace(
        &mut self,
        property: &Property,
        key: Option<i32>,
        refs: &[Reference],
    ) -> (Vec<(i32, Status)>, BTreeSet<i32>) {
        let targets: BTreeSet<i32> = self.targets(property, refs).into_iter().collect();
        let removed = self.keep(property, key, &targets);
        (self.associate(property, key, refs), removed)
    }

    /// Unlinks all but these, and answers which.
    pub(super) fn keep(&mut self, property: &Property, key: Option<i32>, kept: &BTreeSet<i32>) -> BTreeSet<i32> {
        let Some(key) = key else { return BTreeSet::new() };
        let members: BTreeSet<i32> = self.state.members(property, key).into_iter().collect();
        let removed: BTreeSet<i32> = members.difference(kept).copied().collect();
        for target in &removed {
            self.unlink(property, key, *target);
        }
        removed
    }

    fn link(&mut self, property: &Property, key: i32, target: i32) -> Status {
        let (first, second) = if property.is_first { (key, target) } else { (target, key) };
        if property.relationship.is_many_to_many() {
            let is_new = self.state.pairs.insert((property.relationship, first, second));
            return if is_new { Status::Associated } else { Status::AlreadyAssociated };
        }
        let before = self.state.lookups.get(&(property.relationship, first)).copied();
        if before == Some(second) {
            self.write(property.relationship, first, Some(second));
            return Status::AlreadyAssociated;
        }
        let displaced = if property.relationship == Relationship::BadgeChild {
            self.state.members(if property.is_first { property.partner() } else { property }, second)
        } else {
            Vec::new()
        };
        for other in &displaced {
            self.write(property.relationship, *other, None);
        }
        if property.relationship == Relationship::FolderParent && self.state.is_above(first, second) {
            self.faults.insert("CYCLE");
        }
        self.write(property.relationship, first, Some(second));
        if before.is_some() || !displaced.is_empty() { Status::Moved } else { Status::Associated }
    }

    fn unlink(&mut self, property: &Property, key: i32, target: i32) {
        let (first, second) = if property.is_first { (key, target) } else { (target, key) };
        if property.relationship.is_many_to_many() {
            self.state.pairs.remove(&(property.relationship, first, second));
        } else if property.relationship.is_required() {
            self.faults.insert("REQUIRED_RELATIONSHIP");
        } else {
            self.write(property.relationship, first, None);
        }
    }

    fn write(&mut self, relationship: Relationship, key: i32, to: Option<i32>) {
        match self.written.insert((relationship, key), (self.part, to)) {
            Some((part, other)) if part != self.part && other != to => self.is_unsaid = true,
            _ => {}
        }
        match to {
            Some(to) => self.state.lookups.insert((relationship, key), to),
            None => self.state.lookups.remove(&(relationship, key)),
        };
    }

    /// Creates a record, perhaps through a property of another one, and answers its key. The other record links it if
    /// it is not there yet itself.
    pub(super) fn create(&mut self, record: &Record, through: Option<(&Property, Option<i32>)>) -> Option<i32> {
        let key = record.key?;
        let back = through.map(|(property, _)| property.partner()).filter(|back| !back.is_collection);
        let binds = || record.binds.iter();
        let mut linked: Vec<Relationship> = through.map(|(property, _)| property.relationship).into_iter().collect();
        let mut lookups = Vec::new();
        for (property, bind) in binds().filter(|(property, _)| !property.is_collection && property.is_first) {
            if back == Some(*property) {
                self.contradiction(property, bind);
            } else if let Some(target) = self.target(property, bind) {
                lookups.push((*property, target));
                linked.push(property.relationship);
            } else if !matches!(bind, Bind::Null) {
                linked.push(property.relationship);
            }
        }
        let mut required = Relationship::LOOKUPS.iter().filter(|(lookup, _)| lookup.is_required());
        if required.any(|(lookup, entity)| *entity == record.entity && !linked.contains(lookup)) {
            self.faults.insert("REQUIRED_RELATIONSHIP");
        }
        if self.state.records.insert((record.entity, key), record.n).is_some() {
            self.faults.insert("CONFLICT");
        }
        for (property, target) in lookups {
            self.part += 1;
            self.link(property, key, target);
        }
        if let Some((property, Some(owner))) = through {
            self.part += 1;
            self.link(property, owner, key);
        }
        for (property, bind) in binds().filter(|(property, _)| property.is_collection || !property.is_first) {
            if back == Some(*property) {
                self.contradiction(property, bind);
            } else {
                self.bind(property, key, bind);
            }
        }
        Some(key)
    }

    /// Creates records, and answers their keys.
    pub(super) fn create_many(&mut self, records: &[Record]) -> Vec<i32> {
        let keys = records.iter().filter_map(|record| {
            self.part += 1;
            self.create(record, None)
        });
        keys.collect()
    }

    /// A record that is created through a property cannot choose another record for that link.
    fn contradiction(&mut self, property: &Property, bind: &Bind) {
        match bind {
            Bind::One(reference) => {
                self.resolve(property.target, reference, "TARGET_NOT_FOUND");
                self.faults.insert("INVALID");
            }
            _ => self.is_unsaid = true,
        }
    }

    /// The record that a single-valued property of the referencing end is to lead to.
    fn target(&mut self, property: &Property, bind: &Bind) -> Option<i32> {
        match bind {
            Bind::One(reference) => self.resolve(property.target, reference, "TARGET_NOT_FOUND"),
            Bind::New(record) => self.create(record, Some((property, None))),
            Bind::Null | Bind::Many(_) => None,
        }
    }

    fn bind(&mut self, property: &Property, key: i32, bind: &Bind) {
        self.part += 1;
        match bind {
            // That much is wrong whatever record it is.
            Bind::Null if property.is_first && property.relationship.is_required() => {
                self.faults.insert("REQUIRED_RELATIONSHIP");
            }
            Bind::Null => {
                self.keep(property, Some(key), &BTreeSet::new());
            }
            Bind::One(reference) => {
                self.associate(property, Some(key), std::slice::from_ref(reference));
            }
            Bind::New(record) if property.is_first => {
                if let Some(target) = self.create(record, Some((property, None))) {
                    self.part += 1;
                    self.link(property, key, target);
                }
            }
            Bind::New(record) => {
                self.create(record, Some((property, Some(key))));
            }
            Bind::Many(change) => self.change(property, key, change),
        }
    }

    fn change(&mut self, property: &Property, key: i32, change: &Change) {
        if let Some(refs) = &change.replace {
            self.replace(property, Some(key), refs);
        }
        self.disassociate(property, Some(key), &change.disassociate, false);
        self.associate(property, Some(key), &change.associate);
        for record in &change.create {
            self.create(record, Some((property, Some(key))));
        }
    }

    /// Changes a record.
    pub(super) fn update(&mut self, key: Option<i32>, record: &Record) {
        // Of a record that is not there, only what its input says can be judged.
        let key = key.unwrap_or(-1);
        let (own, others): (Vec<_>, Vec<_>) =
            record.binds.iter().partition(|(property, _)| !property.is_collection && property.is_first);
        for (property, bind) in own.into_iter().chain(others) {
            self.bind(property, key, bind);
        }
        self.state.records.insert((record.entity, key), record.n);
        // A person may be on both ends of one link.
        self.is_unsaid |= record.entity == Entity::Person && record.binds.len() > 1;
        // Along a hierarchy, one part may make room for the other.
        let folders = self.written.iter().filter(|(row, _)| row.0 == Relationship::FolderParent);
        let parts: BTreeSet<usize> = folders.map(|(_, (part, _))| *part).collect();
        self.is_unsaid |= parts.len() > 1;
    }

    /// The records that a filter lets through, or why it is refused.
    fn matches(&mut self, entity: Entity, which: &Which) -> Vec<i32> {
        let Some(keys) = &which.keys else {
            self.faults.insert("INVALID");
            return Vec::new();
        };
        let keys: BTreeSet<i32> = keys.iter().copied().collect();
        let found = keys.into_iter().filter(|key| self.state.records.contains_key(&(entity, *key)));
        let found: Vec<i32> = found.collect();
        if found.len() > which.at_most {
            self.faults.insert("LIMIT_EXCEEDED");
        }
        found
    }

    /// Changes the records that a filter lets through, and answers their keys.
    pub(super) fn update_many(&mut self, which: &Which, record: &Record) -> Vec<i32> {
        let found = self.matches(record.entity, which);
        let is_for_one = |(property, bind): &(&Property, Bind)| {
            property.relationship == Relationship::BadgeChild && !matches!(bind, Bind::Null)
        };
        // Several records cannot have the one place; whether references are looked at when nobody needs them is open.
        self.is_unsaid |= found.len() != 1 && record.binds.iter().any(is_for_one);
        let is_for_many = |(property, bind): &(&Property, Bind)| match bind {
            Bind::Null | Bind::One(_) => property.is_first,
            Bind::New(_) => false,
            Bind::Many(change) => *change == Change::default(),
        };
        if !record.binds.iter().all(is_for_many) {
            self.faults.insert("INVALID");
        }
        for key in &found {
            self.update(Some(*key), record);
            self.written.clear();
        }
        if found.is_empty() {
            let state = self.state.clone();
            self.update(None, record);
            self.is_unsaid |= !self.faults.is_empty();
            self.state = state;
        }
        found
    }

    /// Changes a record if it is there, or else creates it; answers its key.
    pub(super) fn upsert(&mut self, key: &Reference, record: &Record) -> Option<i32> {
        if !record.key.is_some_and(|key| self.state.records.contains_key(&(record.entity, key))) {
            return self.create(record, None);
        }
        // What its input is for is not known before: null may mean to unlink or that nothing is given.
        let required = Relationship::LOOKUPS
            .iter()
            .any(|(lookup, entity)| *entity == record.entity && lookup.is_required() && record.binds.is_empty());
        self.is_unsaid |= required || record.binds.iter().any(|(_, bind)| matches!(bind, Bind::Null));
        let key = key.key().ok();
        self.update(key, record);
        key
    }

    /// Deletes the records that a filter lets through, and answers their keys.
    pub(super) fn delete_many(&mut self, entity: Entity, which: &Which) -> Vec<i32> {
        let found = self.matches(entity, which);
        for key in &found {
            self.delete(entity, *key);
        }
        found
    }

    /// Deletes a record, and what the relationships say of those that reference it.
    pub(super) fn delete(&mut self, entity: Entity, key: i32) {
        if self.state.records.remove(&(entity, key)).is_none() {
            return;
        }
        for (lookup, referencing) in Relationship::LOOKUPS {
            let property =
                referencing.properties().find(|property| property.relationship == lookup && property.is_first);
            let property = property.map(Property::partner).filter(|property| property.entity == entity);
            for other in property.map(|property| self.state.members(property, key)).unwrap_or_default() {
                match lookup {
                    Relationship::FolderParent => self.delete(referencing, other),
                    Relationship::ItemParent => {
                        self.faults.insert("RESTRICTED");
                    }
                    _ => {
                        self.state.lookups.remove(&(lookup, other));
                    }
                }
            }
            if referencing == entity {
                self.state.lookups.remove(&(lookup, key));
            }
        }
        let is_of = |row: &(Relationship, i32, i32)| match (row.0, entity) {
            (Relationship::TeamMember, Entity::Member) => row.1 == key,
            (Relationship::TeamMember, Entity::Team) => row.2 == key,
            (Relationship::Follow, Entity::Person) => row.1 == key || row.2 == key,
            _ => false,
        };
        self.state.pairs.retain(|row| !is_of(row));
    }
}
