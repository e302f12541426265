//! Names of navigation properties: what the source calls them, or the naming rule, and what is still free.

use std::collections::{HashMap, HashSet};

use super::{
    Catalog, EntityId, Given, ManyToMany, ManyToManyEnd, Problems, Relationship, RelationshipKind,
    build::free_name,
    intersect::{EndName, Intersect},
    link::Link,
    name,
};

/// What a navigation property takes beside its own name.
const BELONGINGS: [&str; 4] = ["", "Connection", "Aggregate", "Exists"];

/// How many relationships from one entity to another would call their collection by the same rule.
pub(super) type Siblings = HashMap<(EntityId, EntityId), usize>;

/// Counts them.
pub(super) fn siblings(links: &[Link]) -> Siblings {
    let mut siblings = Siblings::new();
    for link in links.iter().filter(|link| link.referenced_name.is_none() || link.origins[1].is_some()) {
        *siblings.entry((link.referencing, link.referenced)).or_default() += 1;
    }
    siblings
}

/// The field names taken on each entity.
pub(super) struct Names {
    taken: Vec<HashSet<String>>,
    /// Those that a configuration gives, and where.
    given: HashMap<(EntityId, String), usize>,
}

impl Names {
    pub(super) fn new(catalog: &Catalog, given: &Given) -> Self {
        let mut names = Self { taken: Vec::with_capacity(catalog.entities.len()), given: HashMap::new() };
        for (id, entity) in catalog.entities() {
            names.taken.push(entity.attributes.iter().map(|attribute| attribute.name.clone()).collect());
            for attribute in &entity.attributes {
                if let Some(exact) = given.attribute(&entity.table, &attribute.column) {
                    names.given.insert((id, attribute.name.clone()), exact.origin);
                }
            }
        }
        names
    }

    /// Takes the names that are given, before anything else can have them.
    pub(super) fn reserve(
        &mut self,
        catalog: &Catalog,
        links: &[Link],
        intersects: &[Intersect<'_>],
        problems: &mut Problems,
    ) {
        for link in links {
            let ends = [(link.referencing, &link.referencing_name), (link.referenced, &link.referenced_name)];
            for ((entity, name), origin) in ends.into_iter().zip(link.origins) {
                if let (Some(name), Some(origin)) = (name, origin) {
                    self.reserve_one(catalog, entity, name, origin, problems);
                }
            }
        }
        for intersect in intersects {
            for (link, name) in intersect.links.iter().zip(&intersect.navigation) {
                if let Some(EndName { name, origin: Some(origin) }) = name {
                    self.reserve_one(catalog, links[*link].referenced, name, *origin, problems);
                }
            }
        }
    }

    fn reserve_one(&mut self, catalog: &Catalog, id: EntityId, name: &str, origin: usize, problems: &mut Problems) {
        let entity = catalog.entity(id);
        if !self.is_free(catalog, id, name) {
            let message = format!("{} has a field {name} already, or one that belongs to it", entity.logical_name);
            problems.error_at(origin, &entity.table, Some(name), message);
        }
        for more in BELONGINGS {
            self.taken[id.0].insert(format!("{name}{more}"));
            self.given.insert((id, format!("{name}{more}")), origin);
        }
    }

    fn is_free(&self, catalog: &Catalog, entity: EntityId, name: &str) -> bool {
        let taken = &self.taken[entity.0];
        !catalog.is_reserved_field(name) && BELONGINGS.iter().all(|more| !taken.contains(&format!("{name}{more}")))
    }

    /// A name that is given stands in the way of what would be called so by itself: nothing is renamed for it.
    fn check_given(&self, catalog: &Catalog, id: EntityId, wanted: &str, problems: &mut Problems) {
        let origin = BELONGINGS.iter().find_map(|more| self.given.get(&(id, format!("{wanted}{more}"))));
        if let Some(origin) = origin {
            let table = &catalog.entity(id).table;
            let message = "is already the name of a navigation property, which needs another name first";
            problems.error_at(*origin, table, Some(wanted), message);
        }
    }

    pub(super) fn take(
        &mut self,
        catalog: &Catalog,
        entity: EntityId,
        wanted: &str,
        suffix: &str,
        origin: Option<usize>,
        problems: &mut Problems,
    ) -> String {
        if let Some(origin) = origin {
            self.reserve_one(catalog, entity, wanted, origin, problems);
            return wanted.to_owned();
        }
        let name = free_name(wanted, suffix, |name| self.is_free(catalog, entity, name));
        if name != wanted {
            self.check_given(catalog, entity, wanted, problems);
            let table = &catalog.entity(entity).table;
            problems.warning(
                table,
                Some(wanted),
                format!("is a name twice: the navigation property is served as {name}"),
            );
        }
        self.taken[entity.0].extend(BELONGINGS.map(|more| format!("{name}{more}")));
        name
    }

    pub(super) fn single(&mut self, catalog: &Catalog, link: &Link, problems: &mut Problems) -> String {
        let target = catalog.entity(link.referenced);
        if let Some(name) = &link.referencing_name {
            if link.origins[0].is_some() {
                return name.clone();
            }
            return self.take(catalog, link.referencing, name, &target.type_name, None, problems);
        }
        let stem = stem(catalog, link).unwrap_or_else(|| target.logical_name.clone());
        self.check_given(catalog, link.referencing, &stem, problems);
        let taken = &self.taken[link.referencing.0];
        // The documented rule, not a collision: a lookup column named after its target keeps its name.
        let wanted = if taken.contains(&stem) { format!("{stem}{}", target.type_name) } else { stem };
        self.take(catalog, link.referencing, &wanted, &target.type_name, None, problems)
    }

    pub(super) fn reverse(
        &mut self,
        catalog: &Catalog,
        siblings: &Siblings,
        link: &Link,
        single: &str,
        problems: &mut Problems,
    ) -> String {
        let source = catalog.entity(link.referencing);
        let by = format!("By{}", name::capitalized(&stem(catalog, link).unwrap_or_else(|| single.to_owned())));
        if let Some(name) = &link.referenced_name {
            if link.origins[1].is_some() {
                return name.clone();
            }
            return self.take(catalog, link.referenced, name, &by, None, problems);
        }
        let unique = link.condition.is_none() && source.is_unique(&link.referencing_attributes);
        let base = if unique { &source.logical_name } else { &source.set_name };
        let siblings = siblings.get(&(link.referencing, link.referenced)).copied().unwrap_or_default();
        let is_shared = siblings > 1 || link.referencing == link.referenced;
        if !is_shared {
            self.check_given(catalog, link.referenced, base, problems);
        }
        let is_taken = self.taken[link.referenced.0].contains(base);
        let wanted = if is_shared || is_taken { format!("{base}{by}") } else { base.clone() };
        self.take(catalog, link.referenced, &wanted, &by, None, problems)
    }

    pub(super) fn many_to_many(
        &mut self,
        catalog: &Catalog,
        intersect: &Intersect<'_>,
        links: &[Link],
        problems: &mut Problems,
    ) -> Relationship {
        let entity = catalog.entity(intersect.entity);
        let pair = intersect.links.map(|index| &links[index]);
        let is_self = pair[0].referenced == pair[1].referenced;
        let by = format!("By{}", entity.type_name);
        let navigation = [0, 1].map(|role| {
            let (own, other) = (pair[role], pair[1 - role]);
            let wanted = match &intersect.navigation[role] {
                Some(EndName { name, origin: Some(_) }) => return name.clone(),
                Some(EndName { name, origin: None }) => name.clone(),
                None if is_self => name::plural(&stem(catalog, other).unwrap_or_else(|| entity.logical_name.clone())),
                None => {
                    let set = &catalog.entity(other.referenced).set_name;
                    self.check_given(catalog, own.referenced, set, problems);
                    let taken = self.taken[own.referenced.0].contains(set);
                    if taken { format!("{set}{by}") } else { set.clone() }
                }
            };
            self.take(catalog, own.referenced, &wanted, &by, None, problems)
        });
        let end = |role: usize| ManyToManyEnd {
            entity: pair[role].referenced,
            attributes: pair[role].referenced_attributes.clone(),
            intersect_attributes: pair[role].referencing_attributes.clone(),
            navigation: navigation[role].clone(),
            is_assumed: pair[role].is_assumed,
        };
        Relationship {
            schema_name: intersect.schema_name.map_or_else(|| entity.logical_name.clone(), str::to_owned),
            description: intersect.description.map(str::to_owned),
            is_custom: false,
            kind: RelationshipKind::ManyToMany(ManyToMany { intersect: intersect.entity, ends: [end(0), end(1)] }),
        }
    }
}

fn stem(catalog: &Catalog, link: &Link) -> Option<String> {
    match link.referencing_attributes.as_slice() {
        [only] => name::lookup_stem(&catalog.entity(link.referencing).attribute(*only).column),
        _ => None,
    }
}
