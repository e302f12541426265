//! Finds the many-to-many relationships: entities whose rows are links between two others.

use super::{
    AttributeId, Catalog, Entity, EntityId, EntityKind, Exact, Given, GivenEnds, GivenIntersect, IntersectName,
    Problems, link::Link, version::is_version,
};

/// A many-to-many relationship before its ends are named.
#[derive(Debug)]
pub(super) struct Intersect<'a> {
    pub(super) entity: EntityId,
    /// Positions in the list of links: the two lookups of the intersect.
    pub(super) links: [usize; 2],
    /// The relationship's name, where it has one.
    pub(super) schema_name: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    /// Names of the collections, in the order of `links`.
    pub(super) navigation: [Option<EndName>; 2],
}

/// The name of an end's collection.
#[derive(Debug, Clone)]
pub(super) struct EndName {
    pub(super) name: String,
    /// Where it is given to be exactly this.
    pub(super) origin: Option<usize>,
}

/// Detects every entity whose primary key, or a unique constraint, is exactly two lookups. One that has nothing else
/// of its own but a surrogate key and a version becomes [`EntityKind::Intersect`].
pub(super) fn detect<'a>(
    catalog: &mut Catalog,
    links: &[Link],
    names: &'a [IntersectName],
    given: &'a Given,
    problems: &mut Problems,
) -> Vec<Intersect<'a>> {
    for name in names {
        if catalog.find_table(&name.table).is_none() {
            problems.error(&name.table, None, "is named as an intersect but is not registered");
        }
    }
    let nothing = GivenIntersect::default();
    let mut lookups_of: Vec<Vec<usize>> = vec![Vec::new(); catalog.entities.len()];
    for (index, link) in links.iter().enumerate().filter(|(_, link)| link.condition.is_none()) {
        lookups_of[link.referencing.0].push(index);
    }
    let mut found = Vec::new();
    for (id, lookups) in lookups_of.into_iter().enumerate().map(|(index, lookups)| (EntityId(index), lookups)) {
        let entity = catalog.entity(id);
        let said = given.of(&entity.table).map_or(&nothing, |given| &given.intersect);
        if let Some((false, origin)) = said.is_intersect {
            if said.ends.is_some() {
                problems.error_at(origin, &entity.table, None, "is said to be no intersect, but its ends are named");
            }
            continue;
        }
        let name = names.iter().find(|name| name.table == entity.table);
        if let (Some((true, origin)), false) = (said.is_intersect, entity.has_key()) {
            problems.error_at(origin, &entity.table, None, "is said to be an intersect but has no key: name one, too");
            continue;
        }
        let pair = pair(entity, &lookups, links, said, problems);
        let Some(pair) = pair.filter(|_| entity.has_key()) else {
            if let Some(name) = name {
                problems.error(&name.table, None, "is named as an intersect but no key of it is made of two lookups");
            }
            continue;
        };
        let mut intersect =
            Intersect { entity: id, links: pair, schema_name: None, description: None, navigation: [None, None] };
        if let Some(name) = name {
            named(&mut intersect, entity, name, links, problems);
        }
        if let Some(given) = given.of(&entity.table) {
            intersect.give(entity, &given.intersect, links, problems);
        }
        if entity.kind == EntityKind::Table && is_bare(entity, given, &pair, links) {
            catalog.entities[id.0].kind = EntityKind::Intersect;
        }
        found.push(intersect);
    }
    found
}

/// The two lookups that link: those of a key, or those that are said to.
fn pair(
    entity: &Entity,
    lookups: &[usize],
    links: &[Link],
    said: &GivenIntersect,
    problems: &mut Problems,
) -> Option<[usize; 2]> {
    let by_columns = said.ends.as_ref().and_then(|ends| {
        let [first, second] = ends.columns.each_ref().map(|column| position(entity, column, lookups, links));
        Some([first?, second?]).filter(|[first, second]| first != second)
    });
    let by_key = key_pair(entity, lookups, links);
    match (&said.is_intersect, &said.ends) {
        (None, None) => by_key,
        (_, Some(GivenEnds { origin, .. })) => {
            let is_key = |pair: &[usize; 2]| by_key.is_some_and(|key| pair.iter().all(|index| key.contains(index)));
            let is_said = matches!(said.is_intersect, Some((true, _)));
            let found = by_columns.filter(|pair| is_said || is_key(pair));
            if found.is_none() {
                let message = "does not link two records by these columns: no key is made of two lookups that they \
                               belong to; where they do all the same, say intersect = true of the table";
                problems.error_at(*origin, &entity.table, None, message);
            }
            found
        }
        (Some((_, origin)), None) => {
            let found = by_key.or_else(|| <[usize; 2]>::try_from(lookups).ok());
            if found.is_none() {
                let message = format!(
                    "is said to be an intersect but has {} lookups: name the two that link in [[many-to-many]]",
                    lookups.len()
                );
                problems.error_at(*origin, &entity.table, None, message);
            }
            found.map(|pair| order_by_column(pair, links))
        }
    }
}

fn position(entity: &Entity, column: &str, lookups: &[usize], links: &[Link]) -> Option<usize> {
    let attribute = entity.find_column(column)?;
    lookups.iter().copied().find(|index| links[*index].referencing_attributes.contains(&attribute))
}

impl<'a> Intersect<'a> {
    /// Takes what a configuration gives.
    fn give(&mut self, entity: &Entity, given: &'a GivenIntersect, links: &[Link], problems: &mut Problems) {
        self.description = given.description.as_deref();
        if let Some(name) = &given.schema_name {
            self.schema_name = Some(&name.name);
        }
        let Some(GivenEnds { origin, columns, navigation }) = &given.ends else { return };
        let places = columns.each_ref().map(|column| position(entity, column, &self.links, links));
        if let [Some(first), Some(second)] = places
            && first != second
        {
            self.links = [first, second];
            let name = |exact: &Exact| EndName { name: exact.name.clone(), origin: Some(exact.origin) };
            self.navigation = navigation.each_ref().map(|exact| exact.as_ref().map(name));
        } else {
            problems.error_at(*origin, &entity.table, None, "does not link two records by these columns");
        }
    }
}

fn named<'a>(
    intersect: &mut Intersect<'a>,
    entity: &Entity,
    name: &'a IntersectName,
    links: &[Link],
    problems: &mut Problems,
) {
    let places = [0, 1].map(|end: usize| position(entity, &name.ends[end].0, &intersect.links, links));
    match places {
        [Some(first), Some(second)] if first != second => {
            intersect.links = [first, second];
            intersect.schema_name = Some(&name.schema_name);
            intersect.navigation =
                [0, 1].map(|end: usize| Some(EndName { name: name.ends[end].1.clone(), origin: None }));
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
fn is_bare(entity: &Entity, given: &Given, pair: &[usize; 2], links: &[Link]) -> bool {
    let is_lookup = |id: AttributeId| pair.iter().any(|index| links[*index].referencing_attributes.contains(&id));
    let rest =
        (0..entity.attributes.len()).map(AttributeId).filter(|id| !is_lookup(*id) && !entity.primary_key.contains(id));
    rest.into_iter().all(|id| is_version(entity, given, id))
        && (entity.primary_key.len() == 1 || entity.primary_key.iter().all(|id| is_lookup(*id)))
}
