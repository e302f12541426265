//! Mutations that are one statement: one field about one record, on tables where the database does nothing by itself. They
//! need no transaction, unless the answer might fail after them, and what they answer comes from the rows of the
//! statement. Whatever it does not do, because there
//! is no such record or for any other reason, is put to the ordinary way, which says why.

use std::collections::HashSet;

use sea_orm::sea_query::Value;

use crate::{
    catalog::{
        AttributeId, AttributeType, Catalog, End, Entity, EntityId, EntityKind, ManyToMany, ManyToManyEnd, OneToMany,
        RelationshipKind,
    },
    error::Code,
    execute::{
        Behaviors, Error, Fragment,
        cells::Cells,
        encode,
        read::{self, Fetched},
        reference,
    },
    plan::{
        Column, Hop, Join, Literal, Output, Query, ReadPlan, Rows, Step,
        writable::{is_kept, made_key, shared_with},
        write::{Action, Address, Change, LinkChange, LinkOperation, PayloadPart, Target, Which, WritePlan},
    },
    sql::{self, Dialect, Statement},
};

use super::{
    Surroundings, Write,
    constraint::explain,
    link::{RefOutcome, RefStatus},
    payload::{Written, payload},
    writer::{Key, Writer},
};

/// A mutation that is one statement.
#[derive(Debug)]
pub(in crate::execute) struct Single<'f> {
    catalog: &'f Catalog,
    plan: &'f WritePlan,
    read: Option<&'f ReadPlan>,
    does: Does,
    /// Whether the answer can hold whatever is stored: then the statement may be permanent before it is answered.
    pub(in crate::execute) is_sure: bool,
}

/// What the statement does, and so how many rows it answers.
#[derive(Debug)]
struct Does {
    statement: Statement,
    /// The keys that it is run with.
    keys: Vec<Key>,
    /// The entity of the references that it is about; then each row tells what became of one.
    target: Option<EntityId>,
}

impl<'f> Single<'f> {
    /// What the fields of a mutation are as one statement, if they can be.
    pub(in crate::execute) fn of(
        dialect: Dialect,
        surroundings: Surroundings<'f>,
        fields: &'f [Write],
    ) -> Option<Self> {
        let [Write { plan, .. }] = fields else { return None };
        if !dialect.writes_at_once() || reads(plan).nth(1).is_some() {
            return None;
        }
        let (catalog, read) = (surroundings.catalog, reads(plan).next());
        let subject = Subject { surroundings, entity: plan.entity, read };
        let does = match &plan.action {
            Action::Update { which, change } => subject.update(which, change)?,
            Action::Link { address, if_match: None, change } => subject.link(address, change)?,
            _ => return None,
        };
        let is_sure = read.and_then(columns).is_none_or(|columns| columns.iter().all(|column| always_fits(&column.ty)));
        Some(Self { catalog, plan, read, does, is_sure })
    }

    /// The statement with the values of its parameters.
    pub(in crate::execute) fn statement(&self, dialect: Dialect) -> (&Statement, Vec<Value>) {
        let Does { statement, keys, .. } = &self.does;
        (statement, read::parameters(statement, &[], &dialect.keys(keys, &statement.parent_key)))
    }

    /// The answer in the rows of the statement; nothing where it did nothing.
    pub(in crate::execute) fn answer<R: Cells>(
        &self,
        rows: Vec<R>,
        max_answer: usize,
    ) -> Result<Option<Fragment>, Error> {
        if rows.len() != self.does.keys.len().max(1) {
            return Ok(None);
        }
        let is_told = self.plan.payload.iter().any(|(_, part)| matches!(part, PayloadPart::Results(_)));
        let shift = self.read.and_then(columns).map_or(0, <[Column]>::len);
        let outcomes = match self.does.target {
            Some(target) => outcomes(self.catalog.entity(target), &rows, shift, is_told)?,
            None => Some(Vec::new()),
        };
        let Some(outcomes) = outcomes else { return Ok(None) };
        let fetched = [Fetched { rows, parents: None }];
        let record = self.read.map(|read| encode::object(read, &fetched, max_answer)).transpose()?;
        Ok(Some(payload(self.plan, &Written::alone(outcomes), record.as_slice())))
    }
}

/// What is read of records, part by part of the payload.
fn reads(plan: &WritePlan) -> impl Iterator<Item = &ReadPlan> {
    plan.payload.iter().filter_map(|(_, part)| match part {
        PayloadPart::Records(read) => Some(read),
        _ => None,
    })
}

/// The columns of a read with one step.
fn columns(read: &ReadPlan) -> Option<&[Column]> {
    match read.steps.as_slice() {
        [Step { query: Query::Rows(rows), .. }] => Some(&rows.columns),
        _ => None,
    }
}

/// The entity that the field is about, and what is read of its record.
#[derive(Clone, Copy)]
struct Subject<'f> {
    surroundings: Surroundings<'f>,
    entity: EntityId,
    read: Option<&'f ReadPlan>,
}

impl<'f> Subject<'f> {
    fn update(self, which: &Which, change: &Change) -> Option<Does> {
        let Which::One { address, if_match: None } = which else { return None };
        let Surroundings { catalog, behaviors, .. } = self.surroundings;
        let entity = catalog.entity(self.entity);
        let is_own = |id: AttributeId| !entity.attribute(id).is_lookup && !self.is_referenced(id);
        let is_simple = change.links.is_empty() && change.values.iter().all(|(id, _)| is_own(*id));
        if !is_simple || change.values.is_empty() || !is_plain(catalog, behaviors, self.entity) {
            return None;
        }
        let statement = self.single(None)?.update(key(address)?, &change.values);
        Some(Does { statement, keys: Vec::new(), target: None })
    }

    fn link(self, address: &Address, change: &LinkChange) -> Option<Does> {
        let [LinkOperation::Associate(addresses)] = change.operations.as_slice() else { return None };
        match &self.surroundings.catalog.relationship(change.hop.relationship).kind {
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
        let Surroundings { catalog, behaviors, .. } = self.surroundings;
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
            || !is_plain(catalog, behaviors, self.entity)
            || !is_target(catalog, one.referenced, &one.referenced_attributes)
            || !are_alike(catalog, [one.referencing, one.referenced], keys)
        {
            return None;
        }
        let statement = self.single(Some(hop))?.associate(one, key(address)?, key(target)?);
        Some(Does { statement, keys: Vec::new(), target: Some(one.referenced) })
    }

    /// Rows of an intersect.
    fn connect(self, many: &ManyToMany, role: usize, address: &Address, addresses: &[Address]) -> Option<Does> {
        let named = Named::of(self.surroundings.catalog, self.surroundings.behaviors, many, addresses)?;
        let Named { by, keys } = named;
        let statement = self.single(None)?.connect(many, role, key(address)?, &by, keys.len());
        Some(Does { statement, keys, target: Some(many.ends[1 - role].entity) })
    }

    /// The statements about the entity, where what is read is of the record alone, or of the one that a hop leads to.
    fn single(self, hop: Option<Hop>) -> Option<sql::Single<'f>> {
        let Surroundings { catalog, generation, .. } = self.surroundings;
        let rows = match self.read {
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
    keys: Vec<Key>,
}

impl Named {
    /// What addresses name, where each row of the intersect is nothing but a link.
    fn of(catalog: &Catalog, behaviors: &Behaviors, many: &ManyToMany, addresses: &[Address]) -> Option<Self> {
        let intersect = catalog.entity(many.intersect);
        let lookups = many.ends.each_ref().map(|end| end.intersect_attributes.as_slice());
        let is_end = |end: &ManyToManyEnd| {
            is_target(catalog, end.entity, &end.attributes)
                && are_alike(catalog, [many.intersect, end.entity], [&end.intersect_attributes, &end.attributes])
        };
        let mut references = catalog.relationships.iter().filter_map(|relationship| relationship.as_one_to_many());
        if !is_plain(catalog, behaviors, many.intersect)
            || !intersect.is_unique(&lookups.concat())
            || made_key(intersect).is_some()
            || !many.ends.iter().all(is_end)
            || references.any(|one| one.referenced == many.intersect)
        {
            return None;
        }
        let by: Vec<AttributeId> = key(addresses.first()?)?.iter().map(|(id, _)| *id).collect();
        let alike = |address| key(address).filter(|key| key.iter().map(|(id, _)| id).eq(&by));
        let values = |address| alike(address).map(|key| key.iter().map(|(_, value)| value.clone()).collect());
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
        own: &Key,
        addresses: &[Address],
    ) -> Result<Option<Vec<RefOutcome>>, Error> {
        let (catalog, target) = (self.catalog, many.ends[1 - role].entity);
        if !self.dialect.writes_at_once() {
            return Ok(None);
        }
        let Some(Named { by, keys }) = Named::of(catalog, self.behaviors, many, addresses) else { return Ok(None) };
        let single = sql::Single { catalog, entity: many.ends[role].entity, generation: self.generation, rows: None };
        let statement = single.replace(many, role, own, &by, keys.len());
        // What is linked is there and held: what a foreign key does not allow is that links go.
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

/// What became of each reference to a record of an entity, from position `shift` of its row. Only where references are
/// told, repeated ones are found.
fn outcomes<R: Cells>(
    entity: &Entity,
    rows: &[R],
    shift: usize,
    is_told: bool,
) -> Result<Option<Vec<RefOutcome>>, Error> {
    let key = || {
        entity.primary_key.iter().enumerate().map(|(part, id)| {
            let attribute = entity.attribute(*id);
            (attribute.name.as_str(), shift + 1 + part, &attribute.ty)
        })
    };
    let mut seen = HashSet::new();
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in rows {
        let reference = if is_told { reference::text(row, &entity.set_name, key())? } else { String::new() };
        // A second reference to the same record finds it linked.
        let is_again = is_told && !seen.insert(reference.clone());
        let status = match row.ordinal(shift)? {
            sql::GONE => RefStatus::Disassociated,
            sql::LINKED if !is_again => RefStatus::Associated,
            sql::MOVED => RefStatus::Moved,
            sql::LINKED | sql::ALREADY_LINKED => RefStatus::AlreadyAssociated,
            _ => return Ok(None),
        };
        outcomes.push(RefOutcome { reference, status });
    }
    Ok(Some(outcomes))
}

/// Whether neither code nor the database does anything beside a change of an entity's records.
fn is_plain(catalog: &Catalog, behaviors: &Behaviors, id: EntityId) -> bool {
    catalog.entity(id).is_passive && behaviors.find(id).is_none()
}

/// Whether a record of an entity can be held, told by its reference, and referenced by attributes of it.
fn is_target(catalog: &Catalog, id: EntityId, by: &[AttributeId]) -> bool {
    let entity = catalog.entity(id);
    entity.kind != EntityKind::View
        && entity.primary_key.iter().all(|id| always_fits(&entity.attribute(*id).ty))
        && by.iter().all(|id| !entity.attribute(*id).nullable)
}

/// The key of an address; nothing for what an earlier field wrote.
fn key(address: &Address) -> Option<&[(AttributeId, Literal)]> {
    match &address.target {
        Target::Key(key) => Some(key),
        Target::Earlier(_) => None,
    }
}

/// Whether attributes of two entities are of the same types of the database.
fn are_alike(catalog: &Catalog, entities: [EntityId; 2], attributes: [&[AttributeId]; 2]) -> bool {
    let types = |side: usize| {
        let entity = catalog.entity(entities[side]);
        attributes[side].iter().map(move |id| &entity.attribute(*id).database_type)
    };
    types(0).eq(types(1))
}

/// Whether the answer can hold whatever is stored in a column of a type.
fn always_fits(ty: &AttributeType) -> bool {
    match ty {
        AttributeType::Boolean
        | AttributeType::Int
        | AttributeType::BigInt
        | AttributeType::Decimal { .. }
        | AttributeType::String { .. }
        | AttributeType::Text
        | AttributeType::Json
        | AttributeType::Uuid(_)
        | AttributeType::Bytes => true,
        AttributeType::Float
        | AttributeType::Date
        | AttributeType::Time
        | AttributeType::DateTime { .. }
        | AttributeType::Enum(_) => false,
    }
}
