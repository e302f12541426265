//! The mutations that a catalog makes possible, by the names of their fields: one table, from which the schema is
//! made and by which the planner knows what a field asks for.

use indexmap::IndexMap;

use crate::catalog::{Catalog, End, EntityId, name};

use super::writable::{Linking, has_create, has_update, is_writable, linking};

/// What a field of the mutation type does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mutation {
    /// The entity whose record is written, or whose links.
    pub entity: EntityId,
    /// What is done.
    pub kind: MutationKind,
}

/// The kinds of mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MutationKind {
    /// One new record.
    Create,
    /// Any number of new records.
    CreateMany,
    /// Changes one record.
    Update,
    /// Changes the records that fulfil a filter.
    UpdateMany,
    /// Changes a record, or creates it.
    Upsert,
    /// Deletes one record.
    Delete,
    /// Deletes the records that fulfil a filter.
    DeleteMany,
    /// Changes links of one record.
    Link {
        /// The position of the navigation property in [`Entity::navigation`](crate::catalog::Entity::navigation).
        property: usize,
        /// How.
        verb: LinkVerb,
    },
}

/// What can be done with links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkVerb {
    /// Links records (OData: `PUT single/$ref`, `POST collection/$ref`).
    Associate,
    /// Unlinks records (OData: `DELETE …/$ref`).
    Disassociate,
    /// Makes references the only links (OData: `PUT collection/$ref`).
    Replace,
    /// Undoes all links (OData 4.01: `DELETE collection/$ref`).
    Clear,
}

impl LinkVerb {
    const fn word(self) -> &'static str {
        match self {
            Self::Associate => "associate",
            Self::Disassociate => "disassociate",
            Self::Replace => "replace",
            Self::Clear => "clear",
        }
    }
}

/// All mutations of a catalog.
#[derive(Debug, Clone, Default)]
pub struct Mutations {
    by_name: IndexMap<String, Mutation>,
}

impl Mutations {
    /// The mutations that a catalog makes possible, entity by entity.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let mut mutations = Self::default();
        for (id, entity) in catalog.entities() {
            if is_writable(entity) {
                mutations.records(catalog, id);
            }
            for property in 0..entity.navigation.len() {
                mutations.links(catalog, id, property);
            }
        }
        mutations
    }

    /// The mutation of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Mutation> {
        self.by_name.get(name).copied()
    }

    /// All of them with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Mutation)> {
        self.by_name.iter().map(|(name, mutation)| (name.as_str(), *mutation))
    }

    fn records(&mut self, catalog: &Catalog, id: EntityId) {
        let entity = catalog.entity(id);
        let (one, many) = (&entity.type_name, name::capitalized(&entity.set_name));
        let names = [
            (format!("create{one}"), MutationKind::Create),
            (format!("create{many}"), MutationKind::CreateMany),
            (format!("update{one}"), MutationKind::Update),
            (format!("update{many}"), MutationKind::UpdateMany),
            (format!("upsert{one}"), MutationKind::Upsert),
            (format!("delete{one}"), MutationKind::Delete),
            (format!("delete{many}"), MutationKind::DeleteMany),
        ];
        let (creates, updates) = (has_create(catalog, id), has_update(catalog, id));
        for (name, kind) in names {
            let makes_sense = match kind {
                MutationKind::Create | MutationKind::CreateMany | MutationKind::Upsert => creates,
                MutationKind::Update | MutationKind::UpdateMany => updates,
                MutationKind::Delete | MutationKind::DeleteMany | MutationKind::Link { .. } => true,
            };
            if makes_sense {
                self.by_name.insert(name, Mutation { entity: id, kind });
            }
        }
    }

    fn links(&mut self, catalog: &Catalog, id: EntityId, index: usize) {
        let entity = catalog.entity(id);
        let property = &entity.navigation[index];
        let linking = linking(catalog, property);
        let mut verbs = Vec::new();
        verbs.extend(linking.associates().then_some(LinkVerb::Associate));
        verbs.extend(linking.clears().then_some(LinkVerb::Disassociate));
        if property.collection {
            verbs.extend(linking.associates().then_some(LinkVerb::Replace));
            verbs.extend(linking.clears().then_some(LinkVerb::Clear));
        }
        debug_assert!(property.end != End::Referencing || !property.collection, "a lookup leads to one record");
        debug_assert!(linking != Linking::ReadOnly || verbs.is_empty(), "what is read-only has no mutation");
        for verb in verbs {
            let kind = MutationKind::Link { property: index, verb };
            let target = name::capitalized(&property.name);
            let wanted = format!("{}{}{target}", verb.word(), entity.type_name);
            // `contact.accountFoo` and `contactAccount.foo` read alike; the type's name has no such letter.
            let name = if self.by_name.contains_key(&wanted) {
                format!("{}{}_{target}", verb.word(), entity.type_name)
            } else {
                wanted
            };
            self.by_name.insert(name, Mutation { entity: id, kind });
        }
    }
}
