//! Deletes with what the cascade configurations say: level by level, one statement for each relationship of a level,
//! whatever the number of records. Everything is found and held before anything is deleted.

use std::collections::{HashMap, HashSet};

use crate::{
    catalog::{CascadeDelete, EntityId, EntityKind, OneToMany, RelationshipId, RelationshipKind},
    error::Code,
    execute::{Error, Models},
    plan::{self, writable::is_arm},
    sql::Lock,
};

use super::{record::Record, store::keys, writer::Writer};

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
    /// Notes that records go; answers those that were not known to.
    fn add(&mut self, entity: EntityId, records: Vec<Record>) -> (Vec<Record>, Vec<Record>) {
        let going = self.going.entry(entity).or_default();
        records.into_iter().partition(|record| going.insert(record.reference.clone()))
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
        let (records, _) = cascade.add(id, records);
        cascade.levels.push(Level { entity: id, records });
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
        for level in cascade.levels.iter().rev() {
            self.remove(level.entity, &level.records).await?;
        }
        for (entity, models) in models {
            if let Some(behavior) = self.behavior(entity) {
                behavior.after_delete(self.transaction.connection(), models).await?;
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
            if one.referenced != entity || !is_plain || catalog.entity(one.referencing).kind == EntityKind::View {
                continue;
            }
            let behavior = self.on_delete(one);
            let lock = match behavior {
                CascadeDelete::Cascade => Lock::Delete,
                CascadeDelete::RemoveLink => Lock::Change,
                CascadeDelete::Restrict => Lock::Reference,
            };
            let members = self.members(one, &cascade.levels[level].records, lock).await?;
            let id = RelationshipId(position);
            match behavior {
                CascadeDelete::Cascade => {
                    let (records, known) = cascade.add(one.referencing, members);
                    // Where data leads in a circle, what goes anyway is let go of first.
                    if !known.is_empty() && !self.cleared(one).is_empty() {
                        self.unpoint(one, &known.iter().collect::<Vec<_>>()).await?;
                    }
                    if !records.is_empty() {
                        cascade.levels.push(Level { entity: one.referencing, records });
                    }
                }
                CascadeDelete::RemoveLink => cascade.unlinked.push((id, members)),
                CascadeDelete::Restrict => cascade.holding.push((id, members)),
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
            let mut models = behavior.load(self.transaction.connection(), entity, &keys(&level.records)).await?;
            behavior.before_delete(self.transaction.connection(), &mut models).await?;
            all.push((level.entity, models));
        }
        Ok(all)
    }
}
