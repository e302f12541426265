//! Names of navigation properties: what the source calls them, or the naming rule, and what is still free.

use std::collections::HashSet;

use super::{
    Catalog, EntityId, ManyToMany, ManyToManyEnd, Problems, Relationship, RelationshipKind, build::free_name,
    intersect::Intersect, link::Link, name,
};

/// The field names taken on each entity.
pub(super) struct Names(Vec<HashSet<String>>);

impl Names {
    pub(super) fn new(catalog: &Catalog) -> Self {
        Self(catalog.entities.iter().map(|entity| entity.attributes.iter().map(|a| a.name.clone()).collect()).collect())
    }

    pub(super) fn take(
        &mut self,
        catalog: &Catalog,
        entity: EntityId,
        wanted: &str,
        suffix: &str,
        problems: &mut Problems,
    ) -> String {
        let taken = &mut self.0[entity.0];
        let is_free = |name: &str| {
            !name::is_reserved_field(name)
                && ["", "Connection", "Aggregate", "Exists"]
                    .iter()
                    .all(|more| !taken.contains(&format!("{name}{more}")))
        };
        let name = free_name(wanted, suffix, is_free);
        if name != wanted {
            let table = &catalog.entity(entity).table;
            problems.warning(
                table,
                Some(wanted),
                format!("is a name twice: the navigation property is served as {name}"),
            );
        }
        taken.extend(["", "Connection", "Aggregate", "Exists"].map(|more| format!("{name}{more}")));
        name
    }

    pub(super) fn single(&mut self, catalog: &Catalog, link: &Link, problems: &mut Problems) -> String {
        let target = catalog.entity(link.referenced);
        if let Some(name) = &link.referencing_name {
            return self.take(catalog, link.referencing, name, &target.type_name, problems);
        }
        let stem = stem(catalog, link).unwrap_or_else(|| target.logical_name.clone());
        let taken = &self.0[link.referencing.0];
        // The documented rule, not a collision: a lookup column named after its target keeps its name.
        let wanted = if taken.contains(&stem) { format!("{stem}{}", target.type_name) } else { stem };
        self.take(catalog, link.referencing, &wanted, &target.type_name, problems)
    }

    pub(super) fn reverse(
        &mut self,
        catalog: &Catalog,
        links: &[Link],
        link: &Link,
        single: &str,
        problems: &mut Problems,
    ) -> String {
        let source = catalog.entity(link.referencing);
        let by = format!("By{}", name::capitalized(&stem(catalog, link).unwrap_or_else(|| single.to_owned())));
        if let Some(name) = &link.referenced_name {
            return self.take(catalog, link.referenced, name, &by, problems);
        }
        let unique = link.condition.is_none() && source.is_unique(&link.referencing_attributes);
        let base = if unique { &source.logical_name } else { &source.set_name };
        let siblings = links.iter().filter(|other| {
            other.referencing == link.referencing
                && other.referenced == link.referenced
                && other.referenced_name.is_none()
        });
        let is_shared =
            siblings.count() > 1 || link.referencing == link.referenced || self.0[link.referenced.0].contains(base);
        let wanted = if is_shared { format!("{base}{by}") } else { base.clone() };
        self.take(catalog, link.referenced, &wanted, &by, problems)
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
            let wanted = match intersect.names {
                Some((_, names)) => names[role].to_owned(),
                None if is_self => name::plural(&stem(catalog, other).unwrap_or_else(|| entity.logical_name.clone())),
                None => {
                    let set = &catalog.entity(other.referenced).set_name;
                    let taken = self.0[own.referenced.0].contains(set);
                    if taken { format!("{set}{by}") } else { set.clone() }
                }
            };
            self.take(catalog, own.referenced, &wanted, &by, problems)
        });
        let end = |role: usize| ManyToManyEnd {
            entity: pair[role].referenced,
            attributes: pair[role].referenced_attributes.clone(),
            intersect_attributes: pair[role].referencing_attributes.clone(),
            navigation: navigation[role].clone(),
        };
        Relationship {
            schema_name: intersect.names.map_or_else(|| entity.logical_name.clone(), |(name, _)| name.to_owned()),
            description: None,
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
