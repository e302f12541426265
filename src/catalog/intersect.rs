//! Finds the many-to-many relationships: entities whose rows are links between two others.

use super::{
    AttributeId, Catalog, Entity, EntityId, EntityKind, IntersectName, Problems, link::Link, version::is_version,
};

/// A many-to-many relationship before its ends are named.
#[derive(Debug)]
pub(super) struct Intersect<'a> {
    pub(super) entity: EntityId,
    /// Positions in the list of links: the two lookups of the intersect.
    pub(super) links: [usize; 2],
    /// Names, where code gave them, in the order of `links`.
    pub(super) names: Option<(&'a str, [&'a str; 2])>,
}

/// Detects every entity whose primary key, or a unique constraint, is exactly two lookups. One that has nothing else
/// of its own but a surrogate key and a version becomes [`EntityKind::Intersect`].
pub(super) fn detect<'a>(
    catalog: &mut Catalog,
    links: &[Link],
    names: &'a [IntersectName],
    problems: &mut Problems,
) -> Vec<Intersect<'a>> {
    for name in names {
        if catalog.find_table(&name.table).is_none() {
            problems.error(&name.table, None, "is named as an intersect but is not registered");
        }
    }
    let ids: Vec<EntityId> = catalog.entities().map(|(id, _)| id).collect();
    let mut found = Vec::new();
    for id in ids {
        let lookups: Vec<usize> = (0..links.len())
            .filter(|index| links[*index].referencing == id && links[*index].condition.is_none())
            .collect();
        let entity = catalog.entity(id);
        let pair = key_pair(entity, &lookups, links);
        let Some(pair) = pair.filter(|_| entity.has_key()) else {
            if let Some(name) = names.iter().find(|name| name.table == entity.table) {
                problems.error(&name.table, None, "is named as an intersect but no key of it is made of two lookups");
            }
            continue;
        };
        let (pair, given) = match names.iter().find(|name| name.table == entity.table) {
            Some(name) => named(entity, name, pair, links, problems),
            None => (pair, None),
        };
        if entity.kind == EntityKind::Table && is_bare(entity, &pair, links) {
            catalog.entities[id.0].kind = EntityKind::Intersect;
        }
        found.push(Intersect { entity: id, links: pair, names: given });
    }
    found
}

fn named<'a>(
    entity: &Entity,
    name: &'a IntersectName,
    pair: [usize; 2],
    links: &[Link],
    problems: &mut Problems,
) -> ([usize; 2], Option<(&'a str, [&'a str; 2])>) {
    let position = |column: &str| {
        let attribute = entity.find_column(column)?;
        pair.iter().copied().find(|index| links[*index].referencing_attributes.contains(&attribute))
    };
    match (position(&name.ends[0].0), position(&name.ends[1].0)) {
        (Some(first), Some(second)) if first != second => {
            ([first, second], Some((&name.schema_name, [&name.ends[0].1, &name.ends[1].1])))
        }
        _ => {
            problems.error(
                &name.table,
                None,
                format!(
                    "is named as an intersect by {} and {}, which are not its two lookups",
                    name.ends[0].0, name.ends[1].0
                ),
            );
            (pair, None)
        }
    }
}

fn key_pair(entity: &Entity, lookups: &[usize], links: &[Link]) -> Option<[usize; 2]> {
    let keys = std::iter::once(&entity.primary_key).chain(entity.alternate_keys.iter().map(|key| &key.attributes));
    for key in keys {
        for (position, first) in lookups.iter().enumerate() {
            for second in &lookups[position + 1..] {
                if is_union(key, &links[*first].referencing_attributes, &links[*second].referencing_attributes) {
                    return Some(order_by_column([*first, *second], links));
                }
            }
        }
    }
    None
}

fn is_union(key: &[AttributeId], first: &[AttributeId], second: &[AttributeId]) -> bool {
    key.len() == first.len() + second.len() && key.iter().all(|id| first.contains(id) != second.contains(id))
}

fn order_by_column(pair: [usize; 2], links: &[Link]) -> [usize; 2] {
    let first = |index: usize| links[index].referencing_attributes.first().copied();
    if first(pair[0]) <= first(pair[1]) { pair } else { [pair[1], pair[0]] }
}

/// Nothing but the two lookups, a surrogate key, and a version.
fn is_bare(entity: &Entity, pair: &[usize; 2], links: &[Link]) -> bool {
    let is_lookup = |id: AttributeId| pair.iter().any(|index| links[*index].referencing_attributes.contains(&id));
    let rest =
        (0..entity.attributes.len()).map(AttributeId).filter(|id| !is_lookup(*id) && !entity.primary_key.contains(id));
    rest.into_iter().all(|id| is_version(entity, id))
        && (entity.primary_key.len() == 1 || entity.primary_key.iter().all(|id| is_lookup(*id)))
}
