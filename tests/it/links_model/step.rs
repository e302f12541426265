//! One step: an operation that changes links or records, and how GraphQL spells it.

use std::{collections::BTreeSet, fmt};

use super::graph::{Entity, Property, capitalized};

/// How a step names a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// By its primary key.
    Key(i32),
    /// By its reference.
    Ref(i32),
    /// By its alternate key, where it has one.
    Code(i32),
    /// As a record of another entity.
    OtherEntity(i32),
    /// As nothing that could be a record.
    Nonsense,
}

impl Reference {
    fn graphql(&self, entity: Entity) -> String {
        match self {
            Self::Code(key) if entity == Entity::Parent => format!("{{code: \"p{key}\"}}"),
            Self::Key(key) | Self::Code(key) => format!("{{id: {key}}}"),
            Self::Ref(key) => format!("{{ref: \"{}({key})\"}}", entity.set_name()),
            Self::OtherEntity(key) => {
                let other = if entity == Entity::Team { Entity::Member } else { Entity::Team };
                format!("{{ref: \"{}({key})\"}}", other.set_name())
            }
            Self::Nonsense => "{ref: \"nonsense\"}".to_owned(),
        }
    }
}

/// A record that is created or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) entity: Entity,
    /// Its key, where it is created.
    pub(super) key: Option<i32>,
    pub(super) n: i32,
    pub(super) binds: Vec<(&'static Property, Bind)>,
}

/// What an input says about a navigation property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bind {
    Null,
    One(Reference),
    New(Box<Record>),
    Many(Change),
}

/// What an input says about a collection, in the order in which it happens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) replace: Option<Vec<Reference>>,
    pub(super) disassociate: Vec<Reference>,
    pub(super) associate: Vec<Reference>,
    pub(super) create: Vec<Record>,
}

/// One operation: fields that all happen, in their order, or not at all.
#[derive(Clone)]
pub(super) struct Operation(pub(super) Vec<Step>);

/// One field of an operation.
#[derive(Clone)]
pub(super) enum Step {
    /// A single-valued property has exactly one reference.
    Associate {
        property: &'static Property,
        key: Reference,
        refs: Vec<Reference>,
    },
    /// A single-valued property has no reference.
    Disassociate {
        property: &'static Property,
        key: Reference,
        refs: Vec<Reference>,
        if_exists: bool,
    },
    Replace {
        property: &'static Property,
        key: Reference,
        refs: Vec<Reference>,
    },
    Clear {
        property: &'static Property,
        key: Reference,
    },
    Create {
        record: Record,
    },
    CreateMany {
        entity: Entity,
        records: Vec<Record>,
    },
    Update {
        key: Reference,
        record: Record,
    },
    UpdateMany {
        which: Which,
        record: Record,
    },
    Upsert {
        key: Reference,
        record: Record,
    },
    Delete {
        entity: Entity,
        key: Reference,
    },
    DeleteMany {
        entity: Entity,
        which: Which,
    },
}

/// The records of a field that concerns many.
#[derive(Debug, Clone)]
pub(super) struct Which {
    /// The keys that its filter lets through; a filter that asks nothing has none.
    pub(super) keys: Option<Vec<i32>>,
    pub(super) at_most: usize,
}

/// What a field answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Payload {
    /// A record, and what became of each reference.
    Links,
    /// A record, and what became of it.
    Record,
    /// Records.
    Records,
}

fn list(refs: &[Reference], entity: Entity) -> String {
    let refs: Vec<String> = refs.iter().map(|reference| reference.graphql(entity)).collect();
    format!("[{}]", refs.join(", "))
}

impl Record {
    /// The keys of this record and of those that its input creates.
    fn created(&self, found: &mut BTreeSet<(Entity, i32)>) {
        found.extend(self.key.map(|key| (self.entity, key)));
        for (_, bind) in &self.binds {
            match bind {
                Bind::New(record) => record.created(found),
                Bind::Many(change) => change.create.iter().for_each(|record| record.created(found)),
                Bind::Null | Bind::One(_) => {}
            }
        }
    }

    fn graphql(&self) -> String {
        let mut fields: Vec<String> = self.key.iter().map(|key| format!("id: {key}")).collect();
        if let (Some(key), Entity::Parent) = (self.key, self.entity) {
            fields.push(format!("code: \"p{key}\""));
        }
        fields.push(format!("n: {}", self.n));
        fields
            .extend(self.binds.iter().map(|(property, bind)| format!("{}: {}", property.name, bind.graphql(property))));
        format!("{{{}}}", fields.join(", "))
    }
}

impl Bind {
    fn graphql(&self, property: &Property) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::One(reference) => format!("{{ref: {}}}", reference.graphql(property.target)),
            Self::New(record) => format!("{{create: {}}}", record.graphql()),
            Self::Many(change) => change.graphql(property.target),
        }
    }
}

impl Change {
    fn graphql(&self, target: Entity) -> String {
        let mut fields = Vec::new();
        fields.extend(self.replace.iter().map(|refs| format!("replace: {}", list(refs, target))));
        for (name, refs) in [("disassociate", &self.disassociate), ("associate", &self.associate)] {
            if !refs.is_empty() {
                fields.push(format!("{name}: {}", list(refs, target)));
            }
        }
        if !self.create.is_empty() {
            let records: Vec<String> = self.create.iter().map(Record::graphql).collect();
            fields.push(format!("create: [{}]", records.join(", ")));
        }
        format!("{{{}}}", fields.join(", "))
    }
}

impl Step {
    /// The entity whose record the payload has.
    pub(super) fn entity(&self) -> Entity {
        match self {
            Self::Associate { property, .. }
            | Self::Disassociate { property, .. }
            | Self::Replace { property, .. }
            | Self::Clear { property, .. } => property.entity,
            Self::Create { record }
            | Self::Update { record, .. }
            | Self::UpdateMany { record, .. }
            | Self::Upsert { record, .. } => record.entity,
            Self::CreateMany { entity, .. } | Self::Delete { entity, .. } | Self::DeleteMany { entity, .. } => *entity,
        }
    }

    /// The records that it creates if it succeeds.
    pub(super) fn created(&self) -> BTreeSet<(Entity, i32)> {
        let mut found = BTreeSet::new();
        match self {
            Self::CreateMany { records, .. } => records.iter().for_each(|record| record.created(&mut found)),
            Self::Create { record }
            | Self::Update { record, .. }
            | Self::UpdateMany { record, .. }
            | Self::Upsert { record, .. } => record.created(&mut found),
            _ => {}
        }
        found
    }

    pub(super) fn payload(&self) -> Payload {
        match self {
            Self::Create { .. } | Self::Update { .. } | Self::Upsert { .. } | Self::Delete { .. } => Payload::Record,
            Self::CreateMany { .. } | Self::UpdateMany { .. } | Self::DeleteMany { .. } => Payload::Records,
            _ => Payload::Links,
        }
    }

    /// The field with its arguments.
    fn field(&self) -> String {
        let refs_of = |property: &Property, refs: &[Reference]| match refs {
            [only] if !property.is_collection => format!(", ref: {}", only.graphql(property.target)),
            _ if !property.is_collection => String::new(),
            refs => format!(", refs: {}", list(refs, property.target)),
        };
        match self {
            Self::Associate { property, key, refs } => {
                let (name, key) = (property.mutation("associate"), key.graphql(property.entity));
                format!("{name}(key: {key}{})", refs_of(property, refs))
            }
            Self::Disassociate { property, key, refs, if_exists } => {
                let (name, key) = (property.mutation("disassociate"), key.graphql(property.entity));
                let if_exists = if *if_exists { ", ifExists: true" } else { "" };
                format!("{name}(key: {key}{}{if_exists})", refs_of(property, refs))
            }
            Self::Replace { property, key, refs } => {
                let (name, key) = (property.mutation("replace"), key.graphql(property.entity));
                format!("{name}(key: {key}{})", refs_of(property, refs))
            }
            Self::Clear { property, key } => {
                format!("{}(key: {})", property.mutation("clear"), key.graphql(property.entity))
            }
            Self::Create { record } => format!("create{}(input: {})", record.entity.type_name(), record.graphql()),
            Self::Update { key, record } => {
                let key = key.graphql(record.entity);
                format!("update{}(key: {key}, input: {})", record.entity.type_name(), record.graphql())
            }
            Self::Upsert { key, record } => {
                let key = key.graphql(record.entity);
                format!("upsert{}(key: {key}, input: {})", record.entity.type_name(), record.graphql())
            }
            Self::Delete { entity, key } => format!("delete{}(key: {})", entity.type_name(), key.graphql(*entity)),
            Self::CreateMany { entity, records } => {
                let inputs: Vec<String> = records.iter().map(Record::graphql).collect();
                format!("create{}(inputs: [{}])", capitalized(entity.set_name()), inputs.join(", "))
            }
            Self::UpdateMany { which, record } => {
                let name = capitalized(record.entity.set_name());
                format!("update{name}({}, input: {})", which.graphql(), record.graphql())
            }
            Self::DeleteMany { entity, which } => {
                format!("delete{}({})", capitalized(entity.set_name()), which.graphql())
            }
        }
    }

    /// The field with its arguments and what it is to answer.
    fn graphql(&self) -> String {
        let entity = self.entity();
        let (about, records) = match self.payload() {
            Payload::Links => ("changed results { ref status }", entity.logical_name()),
            Payload::Record => ("outcome", entity.logical_name()),
            Payload::Records => ("count", entity.set_name().to_owned()),
        };
        format!("{} {{ {about} {records} {} }}", self.field(), deep_selection(entity))
    }
}

impl Which {
    fn graphql(&self) -> String {
        let filter = self.keys.as_ref().map(|keys| format!("id: {{in: {keys:?}}}")).unwrap_or_default();
        format!("where: {{{filter}}}, atMost: {}", self.at_most)
    }
}

fn order(property: &Property) -> &'static str {
    if property.is_collection { "(orderBy: [{id: ASC}])" } else { "" }
}

/// Selects a record with its links, and with what those records say about the other end.
fn deep_selection(entity: Entity) -> String {
    let properties = entity.properties().map(|property| {
        let partner = property.partner();
        format!("{}{} {{ id {}{} {{ id }} }}", property.name, order(property), partner.name, order(partner))
    });
    format!("{{ id n {} }}", properties.collect::<Vec<_>>().join(" "))
}

/// Selects a record with its links.
pub(super) fn selection(entity: Entity) -> String {
    let properties = entity.properties().map(|property| format!("{}{} {{ id }}", property.name, order(property)));
    format!("{{ id n {} }}", properties.collect::<Vec<_>>().join(" "))
}

impl Operation {
    /// The response key of a field.
    pub(super) fn response_key(index: usize) -> String {
        format!("step{index}")
    }

    fn written(&self, field: fn(&Step) -> String) -> String {
        let fields = self.0.iter().enumerate();
        let fields: Vec<String> =
            fields.map(|(index, step)| format!("{}: {}", Self::response_key(index), field(step))).collect();
        format!("mutation {{ {} }}", fields.join(" "))
    }

    pub(super) fn graphql(&self) -> String {
        self.written(Step::graphql)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written(Step::field))
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.field())
    }
}
