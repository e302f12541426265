//! What the steps mean, in memory: the records, the links, and what an operation answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    attempt::Attempt,
    graph::{Entity, Property, Relationship},
    step::{Operation, Reference, Step},
};

/// What happens to a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Associated,
    AlreadyAssociated,
    Moved,
    Disassociated,
    NotAssociated,
}

impl Status {
    pub(super) fn graphql(self) -> &'static str {
        match self {
            Self::Associated => "ASSOCIATED",
            Self::AlreadyAssociated => "ALREADY_ASSOCIATED",
            Self::Moved => "MOVED",
            Self::Disassociated => "DISASSOCIATED",
            Self::NotAssociated => "NOT_ASSOCIATED",
        }
    }

    pub(super) fn is_change(self) -> bool {
        !matches!(self, Self::AlreadyAssociated | Self::NotAssociated)
    }
}

/// The codes of what can be wrong whatever the tables hold.
const PLANNED: [&str; 3] = ["INVALID", "REQUIRED_RELATIONSHIP", "TYPE_MISMATCH"];

/// All records and links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The value of each record.
    pub(super) records: BTreeMap<(Entity, i32), i32>,
    /// What each lookup that is not null leads to.
    pub(super) lookups: BTreeMap<(Relationship, i32), i32>,
    /// The rows of the intersects.
    pub(super) pairs: BTreeSet<(Relationship, i32, i32)>,
}

/// What must come of an operation.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It succeeds; what each field comes to.
    Done(Vec<Done>),
    /// It fails in the field of one of these positions, with one of the codes there, and changes nothing.
    Refused(BTreeSet<(usize, &'static str)>),
    /// Nothing says in which order its parts happen, and the order matters.
    Unsaid,
}

/// What must come of a field.
enum StepVerdict {
    Done(Done),
    Refused(BTreeSet<&'static str>),
    Unsaid,
}

/// The success of a field.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) state: State,
    /// The records in the payload.
    pub(super) keys: Vec<i32>,
    /// For each reference in order.
    pub(super) results: Vec<(i32, Status)>,
    /// What lost its link without being named, in any order.
    pub(super) removed: BTreeSet<i32>,
}

impl State {
    /// The records that a property leads to.
    pub(super) fn members(&self, property: &Property, key: i32) -> Vec<i32> {
        let of_relationship = |other: Relationship| other == property.relationship;
        if property.relationship.is_many_to_many() {
            let rows = self.pairs.iter().filter(|row| of_relationship(row.0));
            let ends = rows.map(|row| if property.is_first { (row.1, row.2) } else { (row.2, row.1) });
            return ends.filter(|(own, _)| *own == key).map(|(_, other)| other).collect();
        }
        if property.is_first {
            return self.lookups.get(&(property.relationship, key)).copied().into_iter().collect();
        }
        let rows = self.lookups.iter().filter(|(row, to)| of_relationship(row.0) && **to == key);
        rows.map(|(row, _)| row.1).collect()
    }

    /// A record as the gateway answers it, with what `other` makes of the records that it is linked to.
    fn json(&self, entity: Entity, key: i32, other: impl Fn(&Property, i32) -> Value) -> Value {
        let mut fields = Map::new();
        fields.insert("id".to_owned(), json!(key));
        fields.insert("n".to_owned(), json!(self.records.get(&(entity, key))));
        for property in entity.properties() {
            let linked = self.linked(property, key, |key| other(property, key));
            fields.insert(property.name.to_owned(), linked);
        }
        fields.into()
    }

    fn linked(&self, property: &Property, key: i32, record: impl Fn(i32) -> Value) -> Value {
        let mut records = self.members(property, key).into_iter().map(record);
        if property.is_collection { records.collect() } else { records.next().unwrap_or_default() }
    }

    /// A record as the payload of a mutation has it: what it is linked to says what it is linked to itself.
    pub(super) fn payload(&self, entity: Entity, key: i32) -> Value {
        self.json(entity, key, |property, key| {
            let partner = property.partner();
            json!({ "id": key, partner.name: self.linked(partner, key, |key| json!({ "id": key })) })
        })
    }

    /// All records of an entity, as the gateway answers them.
    pub(super) fn all(&self, entity: Entity) -> Value {
        let keys = self.records.keys().filter(|(other, _)| *other == entity);
        keys.map(|(_, key)| self.json(entity, *key, |_, key| json!({ "id": key }))).collect()
    }

    /// Whether a folder is another one or above it.
    pub(super) fn is_above(&self, folder: i32, of: i32) -> bool {
        let parent = |key: &i32| self.lookups.get(&(Relationship::FolderParent, *key)).copied();
        // Not further than there are folders, because a cycle that was refused already is still there.
        std::iter::successors(Some(of), parent).take(self.records.len()).any(|key| key == folder)
    }

    /// A folder that stands above itself.
    pub(super) fn cycle(&self) -> Option<i32> {
        let mut folders = self.lookups.iter().filter(|((lookup, _), _)| *lookup == Relationship::FolderParent);
        folders.find(|((_, key), parent)| self.is_above(*key, **parent)).map(|((_, key), _)| *key)
    }

    /// What must come of an operation.
    pub(super) fn operation(&self, operation: &Operation) -> Verdict {
        let mut all: Vec<Done> = Vec::new();
        let mut refused = BTreeSet::new();
        for (position, step) in operation.0.iter().enumerate() {
            match all.last().map_or(self, |done| &done.state).step(step) {
                StepVerdict::Done(done) if refused.is_empty() => all.push(done),
                StepVerdict::Done(_) => {}
                // Behind a field that fails, only what is wrong whatever the tables hold can be told.
                StepVerdict::Refused(codes) => {
                    let codes = codes.into_iter().filter(|code| refused.is_empty() || PLANNED.contains(code));
                    let told: Vec<_> = codes.map(|code| (position, code)).collect();
                    refused.extend(told);
                }
                StepVerdict::Unsaid => return Verdict::Unsaid,
            }
        }
        if refused.is_empty() { Verdict::Done(all) } else { Verdict::Refused(refused) }
    }

    fn step(&self, step: &Step) -> StepVerdict {
        let mut attempt = Attempt::new(self.clone(), step.created());
        let (mut results, mut removed) = (Vec::new(), BTreeSet::new());
        let keys = match step {
            Step::Associate { property, key, refs } => {
                let key = attempt.resolve(property.entity, key, "NOT_FOUND");
                results = attempt.associate(property, key, refs);
                Vec::from_iter(key)
            }
            Step::Disassociate { property, key, refs, if_exists } => {
                let key = attempt.resolve(property.entity, key, "NOT_FOUND");
                if property.is_collection {
                    results = attempt.disassociate(property, key, refs, *if_exists);
                } else {
                    removed = attempt.keep(property, key, &BTreeSet::new());
                }
                Vec::from_iter(key)
            }
            Step::Replace { property, key, refs } => {
                let key = attempt.resolve(property.entity, key, "NOT_FOUND");
                (results, removed) = attempt.replace(property, key, refs);
                Vec::from_iter(key)
            }
            Step::Clear { property, key } => {
                let key = attempt.resolve(property.entity, key, "NOT_FOUND");
                removed = attempt.keep(property, key, &BTreeSet::new());
                Vec::from_iter(key)
            }
            Step::Create { record } => Vec::from_iter(attempt.create(record, None)),
            Step::CreateMany { records, .. } => attempt.create_many(records),
            Step::Update { key, record } => {
                let key = attempt.resolve(record.entity, key, "NOT_FOUND");
                attempt.update(key, record);
                Vec::from_iter(key)
            }
            Step::UpdateMany { which, record } => attempt.update_many(which, record),
            Step::Upsert { key, record } => Vec::from_iter(attempt.upsert(key, record)),
            Step::Delete { entity, key } => {
                let key = attempt.resolve(*entity, key, "NOT_FOUND");
                if let Some(key) = key {
                    attempt.delete(*entity, key);
                }
                Vec::from_iter(key)
            }
            Step::DeleteMany { entity, which } => attempt.delete_many(*entity, which),
        };
        if attempt.is_unsaid {
            StepVerdict::Unsaid
        } else if attempt.faults.is_empty() {
            StepVerdict::Done(Done { state: attempt.state, keys, results, removed })
        } else {
            StepVerdict::Refused(attempt.faults)
        }
    }
}

impl Reference {
    /// The key that it names; otherwise what is wrong with it.
    pub(super) fn key(&self) -> Result<i32, &'static str> {
        match self {
            Self::Key(key) | Self::Ref(key) | Self::Code(key) => Ok(*key),
            Self::OtherEntity(_) => Err("TYPE_MISMATCH"),
            Self::Nonsense => Err("INVALID"),
        }
    }
}
