//! Deletes with what the cascade configurations say. What goes is found level by level, with one statement for each
//! relationship of a level, and held; then all records of an entity go with one statement, those that reference others
//! before the ones that they reference.

use std::collections::{HashMap, HashSet};

use crate::{
    catalog::{CascadeDelete, Catalog, EntityId, EntityKind, OneToMany, RelationshipId, RelationshipKind},
    error::Code,
    execute::{Error, Models},
    plan::{
        self,
        writable::{cleared, is_arm},
    },
    sql::Lock,
};

use super::{
    record::Record,
    store::keys,
    writer::{Key, Writer},
};

/// Records of one entity that go together.
struct Level {
    entity: EntityId,
    records: Vec<Record>,
}

/// What a delete is about, as far as it is known.
#[derive(Default)]
struct Cascade {
    /// What goes, each level after the one that it is found from.
    levels: Vec<Level>,
    /// The references of what goes.
    going: HashMap<EntityId, HashSet<String>>,
    /// Records that stay and lose their link, unless they go for another reason.
    unlinked: Vec<(RelationshipId, Vec<Record>)>,
    /// Records that hold back what they reference, unless they go for another reason.
    holding: Vec<(RelationshipId, Vec<Record>)>,
}

impl Cascade {
    /// Notes that records go: a level of those that were not known to.
    fn add(&mut self, entity: EntityId, mut records: Vec<Record>) {
        let going = self.going.entry(entity).or_default();
        records.retain(|record| going.insert(record.reference.clone()));
        if !records.is_empty() {
            self.levels.push(Level { entity, records });
        }
    }

    /// The entities of which records go, in the order in which they were found.
    fn entities(&self) -> Vec<EntityId> {
        let mut entities: Vec<EntityId> = Vec::new();
        for level in &self.levels {
            if !entities.contains(&level.entity) {
                entities.push(level.entity);
            }
        }
        entities
    }

    /// The records of an entity that go.
    fn records(&self, entity: EntityId) -> impl Iterator<Item = &Record> {
        self.levels.iter().filter(move |level| level.entity == entity).flat_map(|level| &level.records)
    }

    fn stays(&self, entity: EntityId, record: &Record) -> bool {
        self.going.get(&entity).is_none_or(|going| !going.contains(&record.reference))
    }
}

impl Writer<'_> {
    /// Deletes records, which this transaction holds.
    pub(super) async fn delete(&mut self, id: EntityId, records: Vec<Record>) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let mut cascade = Cascade::default();
        cascade.add(id, records);
        let mut next = 0;
        while next < cascade.levels.len() {
            self.follow(&mut cascade, next).await?;
            next += 1;
        }
        self.check_holding(&cascade)?;
        let models = self.before_delete(&cascade).await?;
        for (relationship, records) in &cascade.unlinked {
            if let Some(one) = self.catalog.relationship(*relationship).as_one_to_many() {
                let staying: Vec<&Record> =
                    records.iter().filter(|record| cascade.stays(one.referencing, record)).collect();
                self.unpoint(one, &staying).await?;
            }
        }
        let order = Order::of(self.catalog, cascade.entities());
        for one in order.opened {
            let linked = cascade.records(one.referencing).filter(|record| self.is_linked(one, record));
            self.unpoint(one, &linked.collect::<Vec<_>>()).await?;
        }
        for entity in order.entities {
            let keys: Vec<Key> = cascade.records(entity).map(|record| record.key.clone()).collect();
            self.remove(entity, &keys).await?;
        }
        for (entity, models) in models {
            if let Some(behavior) = self.behavior(entity) {
                behavior.after_delete(self.transaction.connection()?, models).await?;
            }
        }
        Ok(())
    }

    /// Finds what references the records of a level.
    async fn follow(&mut self, cascade: &mut Cascade, level: usize) -> Result<(), Error> {
        let catalog = self.catalog;
        let entity = cascade.levels[level].entity;
        for (position, relationship) in catalog.relationships.iter().enumerate() {
            let RelationshipKind::OneToMany(one) = &relationship.kind else { continue };
            let is_plain = one.condition.is_none() || is_arm(catalog, one);
            let referencing = catalog.entity(one.referencing);
            // Records without a key cannot be followed: what the database itself says about them happens.
            if one.referenced != entity || !is_plain || referencing.kind == EntityKind::View || !referencing.has_key() {
                continue;
            }
            let behavior = self.on_delete(one);
            let lock = match behavior {
                CascadeDelete::Cascade => Lock::Delete,
                CascadeDelete::RemoveLink => Lock::Change,
                CascadeDelete::Restrict => Lock::Reference,
                CascadeDelete::SetDefault | CascadeDelete::NoAction => continue,
            };
            let members = self.members(one, &cascade.levels[level].records, lock).await?;
            let id = RelationshipId(position);
            match behavior {
                CascadeDelete::Cascade => cascade.add(one.referencing, members),
                CascadeDelete::RemoveLink => cascade.unlinked.push((id, members)),
                CascadeDelete::Restrict => cascade.holding.push((id, members)),
                CascadeDelete::SetDefault | CascadeDelete::NoAction => {}
            }
        }
        Ok(())
    }

    /// What a relationship says about deletes. Where it says nothing, links go with the record (OData 4.01 Protocol
    /// 11.4.5), unless a record would be left without one that it must have.
    fn on_delete(&self, one: &OneToMany) -> CascadeDelete {
        if self.catalog.entity(one.referencing).kind == EntityKind::Intersect {
            return CascadeDelete::Cascade;
        }
        one.cascade.delete.unwrap_or_else(|| {
            if self.cleared(one).is_empty() { CascadeDelete::Restrict } else { CascadeDelete::RemoveLink }
        })
    }

    fn check_holding(&self, cascade: &Cascade) -> Result<(), Error> {
        for (relationship, records) in &cascade.holding {
            let definition = self.catalog.relationship(*relationship);
            let Some(one) = definition.as_one_to_many() else { continue };
            let count = records.iter().filter(|record| cascade.stays(one.referencing, record)).count();
            if count > 0 {
                let set_name = &self.catalog.entity(one.referencing).set_name;
                let message = format!("{count} of {set_name} hold back what was to be deleted");
                let refusal = plan::Error::new(Code::Restricted, message)
                    .entity(&self.catalog.entity(one.referenced).logical_name)
                    .with("relationship", definition.schema_name.as_str())
                    .with("count", count);
                let refusal = match &one.referenced_navigation {
                    Some(name) => refusal.navigation(name),
                    None => refusal,
                };
                return Err(refusal.into());
            }
        }
        Ok(())
    }

    async fn before_delete(&mut self, cascade: &Cascade) -> Result<Vec<(EntityId, Models)>, Error> {
        let mut all = Vec::new();
        for level in &cascade.levels {
            let Some(behavior) = self.behavior(level.entity) else { continue };
            let entity = self.catalog.entity(level.entity);
            let mut models = behavior.load(self.transaction.connection()?, entity, &keys(&level.records)).await?;
            behavior.before_delete(self.transaction.connection()?, &mut models).await?;
            all.push((level.entity, models));
        }
        Ok(all)
    }
}

/// In which order the records of entities can be deleted.
#[derive(Debug)]
struct Order<'c> {
    /// Those that reference others before the ones that they reference.
    entities: Vec<EntityId>,
    /// Where entities reference each other in a circle, the lookups that are emptied first.
    opened: Vec<&'c OneToMany>,
}

impl<'c> Order<'c> {
    /// Records of one entity may reference each other: the database looks at them when all are gone.
    fn of(catalog: &'c Catalog, mut rest: Vec<EntityId>) -> Self {
        let lookups = catalog.relationships.iter().filter_map(|relationship| relationship.as_one_to_many());
        let mut lookups: Vec<&OneToMany> = lookups
            .filter(|one| one.condition.is_none() && one.referencing != one.referenced)
            .filter(|one| rest.contains(&one.referencing) && rest.contains(&one.referenced))
            .collect();
        let mut order = Self { entities: Vec::with_capacity(rest.len()), opened: Vec::new() };
        while !rest.is_empty() {
            let is_free = |entity: &EntityId| lookups.iter().all(|one| one.referenced != *entity);
            if let Some(free) = rest.iter().position(is_free) {
                let entity = rest.remove(free);
                lookups.retain(|one| one.referencing != entity);
                order.entities.push(entity);
            } else if let Some(opened) = lookups.iter().position(|one| !cleared(catalog, one).is_empty()) {
                order.opened.push(lookups.remove(opened));
            } else {
                // Only the database can tell whether this goes: it may look when the transaction ends.
                lookups.clear();
            }
        }
        order
    }
}
