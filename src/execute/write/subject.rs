//! Which mutations are one statement, and which: what the catalog has to say.

use crate::{
    catalog::{
        AttributeId, Catalog, End, EntityId, EntityKind, ManyToMany, ManyToManyEnd, OneToMany, RelationshipKind,
    },
    error::Code,
    execute::{Behaviors, Error, cells::Rows as _},
    plan::{
        Hop, Join, Literal, Operand, Output, Query, ReadPlan, Rows, Step,
        writable::{is_kept, made_key, shared_with},
        write::{
            Address, Assignment, Change, LinkChange, LinkOperation, Payload, PayloadPart, ResultPart, Target, Which,
        },
    },
    sql::{self, Dialect},
};

use super::{
    Surroundings,
    constraint::explain,
    link::RefOutcome,
    record::Record,
    single::{Does, always_fits, outcomes, reads},
    writer::{Key, Writer},
};

/// The entity that the field is about, and what is answered of its record.
#[derive(Clone, Copy)]
pub(super) struct Subject<'f> {
    pub(super) surroundings: Surroundings<'f>,
    pub(super) dialect: Dialect,
    pub(super) entity: EntityId,
    pub(super) payload: &'f Payload,
}

impl<'f> Subject<'f> {
    pub(super) fn update(self, which: &Which, change: &Change) -> Option<Does> {
        let Which::One { address, if_match: None } = which else { return None };
        let entity = self.surroundings.catalog.entity(self.entity);
        let is_own = |id: AttributeId| !entity.attribute(id).is_lookup && !self.is_referenced(id);
        let is_simple = change.links.is_empty() && change.values.iter().all(|(id, _)| is_own(*id));
        let is_kept = |(_, value): &Assignment| value.as_ref().is_none_or(|value| self.dialect.keeps(value));
        if !is_simple || change.values.is_empty() || !self.is_plain(self.entity) || !change.values.iter().all(is_kept) {
            return None;
        }
        let leaves = change.leaves.iter().copied().chain(std::iter::repeat(None));
        let value = |((id, value), leaf): (&Assignment, Option<usize>)| {
            (*id, value.as_ref().map(|value| Operand { literals: vec![value.clone()], leaf }))
        };
        let values: Vec<_> = change.values.iter().zip(leaves).map(value).collect();
        let (single, key) = (self.single(None)?, key(address)?);
        if self.dialect == Dialect::Sqlite {
            let read = single.read_in_file(&key, None);
            return Some(Does { read, ..Does::by_itself(single.update_in_file(&key, &values)) });
        }
        Some(Does::by_itself(single.update(&key, &values)))
    }

    pub(super) fn link(self, address: &Address, change: &LinkChange) -> Option<Does> {
        let kind = &self.surroundings.catalog.relationship(change.hop.relationship).kind;
        let addresses = match (change.operations.as_slice(), kind) {
            ([LinkOperation::Associate(addresses)], _) => addresses,
            ([LinkOperation::Replace(addresses)], RelationshipKind::ManyToMany(many)) => {
                return self.replace(many, change.hop.role(), address, addresses);
            }
            _ => return None,
        };
        match kind {
            RelationshipKind::OneToMany(one) if change.hop.end == End::Referencing => {
                let [target] = addresses.as_slice() else { return None };
                self.associate(one, address, change.hop, target)
            }
            RelationshipKind::OneToMany(_) => None,
            RelationshipKind::ManyToMany(many) => self.connect(many, change.hop.role(), address, addresses),
        }
    }

    /// A lookup that is about the link alone, and whose change concerns no other record.
    fn associate(self, one: &OneToMany, address: &Address, hop: Hop, target: &Address) -> Option<Does> {
        let catalog = self.surroundings.catalog;
        let entity = catalog.entity(self.entity);
        let is_free = |id: &AttributeId| {
            !entity.primary_key.contains(id)
                && !self.is_referenced(*id)
                && !is_kept(catalog, one, *id)
                && shared_with(catalog, one, *id).next().is_none()
        };
        // A relationship of an entity with itself may become a hierarchy at any time.
        let is_simple = one.condition.is_none()
            && !one.unique
            && one.referencing != one.referenced
            && catalog.lookup_of_arm(one).is_none()
            && one.referencing_attributes.iter().all(is_free);
        let keys = [&one.referencing_attributes, &one.referenced_attributes].map(Vec::as_slice);
        if !is_simple
            || !self.is_plain(self.entity)
            || !is_target(catalog, one.referenced, &one.referenced_attributes)
            || !are_alike(catalog, [one.referencing, one.referenced], keys)
        {
            return None;
        }
        let (single, key, target) = (self.single(Some(hop))?, key(address)?, key(target)?);
        if self.dialect == Dialect::Sqlite {
            let [statement, otherwise] = single.associate_in_file(one, &key, &target).filter(|_| !self.tells())?;
            let read = single.read_in_file(&key, Some(one));
            return Some(Does { otherwise: Some(otherwise), read, ..Does::by_itself(statement) });
        }
        let statuses = self.payload.iter().filter_map(|(_, part)| match part {
            PayloadPart::Results(parts) => Some(parts),
            _ => None,
        });
        let is_told = statuses.flatten().any(|(_, part)| *part == ResultPart::Status);
        Some(Does {
            otherwise: Some(single.associated(one, &key, &target)),
            target: Some(one.referenced),
            ..Does::by_itself(single.associate(one, &key, &target, is_told))
        })
    }

    /// Rows of an intersect.
    fn connect(self, many: &ManyToMany, role: usize, address: &Address, addresses: &[Address]) -> Option<Does> {
        let Named { by, keys } = self.named(many, addresses)?;
        if self.dialect == Dialect::Sqlite {
            return self.link_in_file(many, role, address, Named { by, keys }, false);
        }
        let statement = self.single(None)?.connect(many, role, &key(address)?, &by, keys.len());
        Some(Does { keys, target: Some(many.ends[1 - role].entity), ..Does::by_itself(statement) })
    }

    /// The same as the only rows of the record. Others who set them wait for each other.
    fn replace(self, many: &ManyToMany, role: usize, address: &Address, addresses: &[Address]) -> Option<Does> {
        if reads(self.payload).next().is_some() {
            return None;
        }
        let Named { by, keys } = self.named(many, addresses)?;
        if self.dialect == Dialect::Sqlite {
            return self.link_in_file(many, role, address, Named { by, keys }, true);
        }
        let (single, key) = (self.single(None)?, key(address)?);
        let statement = single.replace(many, role, &key, &by, keys.len());
        let hold = Some(single.hold(&key));
        Some(Does { hold, keys, target: Some(many.ends[1 - role].entity), ..Does::by_itself(statement) })
    }

    /// The two on a file of SQLite, where nothing is told of each reference.
    fn link_in_file(
        self,
        many: &ManyToMany,
        role: usize,
        address: &Address,
        Named { by, keys }: Named,
        alone: bool,
    ) -> Option<Does> {
        if self.tells() || reads(self.payload).next().is_some() {
            return None;
        }
        let (single, key) = (self.single(None)?, key(address)?);
        let otherwise = Some(single.linked_in_file(many, role, &key, &by, keys.len()));
        let insert = single.insert_in_file(many, role, &key, &by);
        let does = if alone {
            Does { then: Some(insert), ..Does::by_itself(single.delete_in_file(many, role, &key, &by)) }
        } else {
            Does::by_itself(insert)
        };
        Some(Does { otherwise, keys, ..does })
    }

    /// Whether it is told what became of each reference.
    fn tells(self) -> bool {
        self.payload.iter().any(|(_, part)| matches!(part, PayloadPart::Results(_)))
    }

    fn is_plain(self, id: EntityId) -> bool {
        is_plain(self.surroundings.catalog, self.surroundings.behaviors, self.dialect, id)
    }

    /// What addresses name, where each row of the intersect is nothing but a link.
    fn named(self, many: &ManyToMany, addresses: &[Address]) -> Option<Named> {
        Named::of(self.surroundings.catalog, many, addresses).filter(|_| self.is_plain(many.intersect))
    }

    /// The statements about the entity, where what is read is of the record alone, or of the one that a hop leads to.
    fn single(self, hop: Option<Hop>) -> Option<sql::Single<'f>> {
        let Surroundings { catalog, generation, .. } = self.surroundings;
        let rows = match reads(self.payload).next() {
            Some(read) => Some(self.rows(read, hop)?),
            None => None,
        };
        Some(sql::Single { catalog, entity: self.entity, generation, rows })
    }

    fn rows(self, read: &'f ReadPlan, hop: Option<Hop>) -> Option<&'f Rows> {
        let [Step { query: Query::Rows(rows), .. }] = read.steps.as_slice() else { return None };
        let is_known = |join: &Join| join.source == 0 && Some(join.hop) == hop && join.hop.target != self.entity;
        let is_one = read.object.members.iter().all(|member| matches!(member.value, Output::First { .. }));
        (is_one && rows.joins.len() <= 1 && rows.joins.iter().all(is_known)).then_some(rows)
    }

    /// Whether other records may follow a change of an attribute.
    fn is_referenced(self, id: AttributeId) -> bool {
        let catalog = self.surroundings.catalog;
        let mut lookups = catalog.relationships.iter().filter_map(|relationship| relationship.as_one_to_many());
        lookups.any(|one| one.referenced == self.entity && one.referenced_attributes.contains(&id))
    }
}

/// References to records at one end of an intersect, which name them in one way.
struct Named {
    by: Vec<AttributeId>,
    keys: Vec<Vec<Operand>>,
}

impl Named {
    /// What addresses name, where each row of the intersect has nothing but a link in it.
    fn of(catalog: &Catalog, many: &ManyToMany, addresses: &[Address]) -> Option<Self> {
        let intersect = catalog.entity(many.intersect);
        let lookups = many.ends.each_ref().map(|end| end.intersect_attributes.as_slice());
        let is_end = |end: &ManyToManyEnd| {
            is_target(catalog, end.entity, &end.attributes)
                && are_alike(catalog, [many.intersect, end.entity], [&end.intersect_attributes, &end.attributes])
        };
        let mut references = catalog.relationships.iter().filter_map(|relationship| relationship.as_one_to_many());
        if !intersect.is_unique(&lookups.concat())
            || made_key(intersect).is_some()
            || !many.ends.iter().all(is_end)
            || references.any(|one| one.referenced == many.intersect)
        {
            return None;
        }
        let by: Vec<AttributeId> = key(addresses.first()?)?.iter().map(|(id, _)| *id).collect();
        let alike = |address| key(address).filter(|key| key.iter().map(|(id, _)| id).eq(&by));
        let values = |address| alike(address).map(|key| key.into_iter().map(|(_, value)| value).collect());
        let keys = addresses.iter().map(values).collect::<Option<_>>()?;
        Some(Self { by, keys })
    }
}

impl Writer<'_> {
    /// Makes references the only links of a record, which is held, and answers what became of each and of those that are
    /// gone; nothing where that is not one statement, or where it did nothing.
    pub(super) async fn replace_at_once(
        &mut self,
        many: &ManyToMany,
        role: usize,
        record: &Record,
        addresses: &[Address],
    ) -> Result<Option<Vec<RefOutcome>>, Error> {
        let (catalog, target) = (self.catalog, many.ends[1 - role].entity);
        if !self.dialect.writes_at_once() {
            return Ok(None);
        }
        let entity = many.ends[role].entity;
        let is_plain = is_plain(catalog, self.behaviors, self.dialect, many.intersect);
        let Some(Named { by, keys }) = Named::of(catalog, many, addresses).filter(|_| is_plain) else {
            return Ok(None);
        };
        let single = sql::Single { catalog, entity, generation: self.generation, rows: None };
        let values = record.key.iter().cloned().map(Operand::from);
        let key: Vec<_> = catalog.entity(entity).primary_key.iter().copied().zip(values).collect();
        let statement = single.replace(many, role, &key, &by, keys.len());
        // What is linked is there and held: what a foreign key does not allow is that links go.
        let keys: Vec<Key> =
            keys.into_iter().map(|key| key.into_iter().flat_map(|part| part.literals).collect()).collect();
        let rows = self.fetch(&statement, &keys).await;
        let rows = rows.map_err(|error| match explain(catalog, many.intersect, Code::Restricted, error) {
            Error::Refused(refusal) if refusal.code == Code::Conflict => Error::Raced(refusal),
            error => error,
        })?;
        if rows.len() < keys.len() {
            return Ok(None);
        }
        self.is_current = true;
        outcomes(catalog.entity(target), &rows, 0, true)
    }
}

/// Whether neither code nor the database does anything beside a change of an entity's records. What SQLite does is seen by
/// what is read after it.
fn is_plain(catalog: &Catalog, behaviors: &Behaviors, dialect: Dialect, id: EntityId) -> bool {
    let entity = catalog.entity(id);
    let is_passive = match dialect {
        Dialect::Sqlite => entity.kind != EntityKind::View,
        _ => entity.is_passive,
    };
    is_passive && behaviors.find(id).is_none()
}

/// Whether a record of an entity can be held, told by its reference, and referenced by attributes of it.
fn is_target(catalog: &Catalog, id: EntityId, by: &[AttributeId]) -> bool {
    let entity = catalog.entity(id);
    entity.kind != EntityKind::View
        && entity.primary_key.iter().all(|id| always_fits(&entity.attribute(*id).ty))
        && by.iter().all(|id| !entity.attribute(*id).nullable)
}

/// The key of an address; nothing for what an earlier field wrote.
fn key(address: &Address) -> Option<Vec<(AttributeId, Operand)>> {
    let Target::Key(key) = &address.target else { return None };
    let leaves = address.leaves.iter().copied().chain(std::iter::repeat(None));
    let part = |((id, value), leaf): (&(AttributeId, Literal), Option<usize>)| {
        (*id, Operand { literals: vec![value.clone()], leaf })
    };
    Some(key.iter().zip(leaves).map(part).collect())
}

/// Whether attributes of two entities are of the same types of the database.
fn are_alike(catalog: &Catalog, entities: [EntityId; 2], attributes: [&[AttributeId]; 2]) -> bool {
    let types = |side: usize| {
        let entity = catalog.entity(entities[side]);
        attributes[side].iter().map(move |id| &entity.attribute(*id).database_type)
    };
    types(0).eq(types(1))
}
