//! Multi-table lookups: which one-to-many relationships of an entity are one lookup that leads to several tables.

use std::collections::HashSet;

use super::{
    AttributeId, AttributeType, Catalog, Condition, Definition, EntityId, Exact, Given, GivenArms, MultiTableLookup,
    OneToMany, Problems, Relationship,
    build::{free_name, type_names},
    definition_link, name,
    navigation_name::Names,
};

/// Relationships that are one lookup.
struct Group<'a> {
    entity: EntityId,
    discriminator: Option<AttributeId>,
    arms: Vec<String>,
    /// The name of its definition, where one is stored.
    definition: Option<&'a str>,
    /// What its name is made from, and the name itself where it is given.
    wanted: String,
    given: Option<&'a Exact>,
}

/// Puts the multi-table lookups on the entities.
pub(super) fn attach(
    catalog: &mut Catalog,
    names: &mut Names,
    definitions: &[Definition],
    given: &Given,
    problems: &mut Problems,
) {
    let mut groups = shared(catalog, definitions, given);
    groups.extend(separate(catalog, given, problems));
    let enums =
        catalog.entities.iter().flat_map(|entity| &entity.attributes).filter_map(|attribute| match &attribute.ty {
            AttributeType::Enum(list) => Some(list.type_name.clone()),
            _ => None,
        });
    let mut taken: HashSet<String> = catalog.entities.iter().flat_map(type_names).chain(enums).collect();
    for group in groups {
        if let Some(discriminator) = group.discriminator {
            catalog.entities[group.entity.0].attributes[discriminator.0].is_lookup = true;
        }
        let origin = group.given.map(|name| name.origin);
        let name = names.take(catalog, group.entity, &group.wanted, "Record", origin, problems);
        let wanted = format!("{}{}", catalog.entity(group.entity).type_name, name::capitalized(&name));
        let type_name = free_name(&wanted, "Union", |name| !taken.contains(name) && !name::is_reserved_type(name));
        taken.insert(type_name.clone());
        catalog.multi_table_lookups.push(MultiTableLookup {
            name,
            type_name,
            definition: group.definition.map(str::to_owned),
            entity: group.entity,
            discriminator: group.discriminator,
            arms: group.arms,
        });
    }
}

/// Relationships that share their lookup and differ in a discriminator. Several to one and the same entity are a lookup
/// only where that is said: the column may just as well tell something of the record itself, as whether an order is open.
fn shared<'a>(catalog: &Catalog, definitions: &'a [Definition], given: &'a Given) -> Vec<Group<'a>> {
    let mut groups: Vec<(EntityId, Vec<AttributeId>, AttributeId, Vec<&OneToMany>)> = Vec::new();
    for one in catalog.relationships.iter().filter_map(Relationship::as_one_to_many) {
        let Some((discriminator, _)) = one.condition.as_ref().and_then(Condition::discriminator) else { continue };
        let group = groups.iter_mut().find(|(entity, lookup, known, _)| {
            *entity == one.referencing && *lookup == one.referencing_attributes && *known == discriminator
        });
        match group {
            Some((.., arms)) => arms.push(one),
            None => groups.push((one.referencing, one.referencing_attributes.clone(), discriminator, vec![one])),
        }
    }
    let groups = groups.into_iter().filter_map(|(id, lookup, discriminator, arms)| {
        let entity = catalog.entity(id);
        let columns = match lookup.as_slice() {
            [only] => Some([*only, discriminator].map(|id| &*entity.attribute(id).column)),
            _ => None,
        };
        let stored = columns.and_then(|columns| definition_link::multi_table(catalog, definitions, id, columns));
        let given = columns.and_then(|columns| given_name(given, catalog, id, columns));
        let is_to_one = arms.iter().all(|one| one.referenced == arms[0].referenced);
        if is_to_one && stored.is_none() && given.is_none() {
            return None;
        }
        let wanted = match (stored, given, lookup.as_slice()) {
            (Some((_, name)), ..) => name.to_owned(),
            (None, Some(given), _) => given.name.clone(),
            (None, None, [only]) => {
                name::lookup_stem(&entity.attribute(*only).column).unwrap_or_else(|| "target".to_owned())
            }
            _ => "target".to_owned(),
        };
        let definition = stored.map(|(schema_name, _)| schema_name);
        let arms = arms.into_iter().map(|one| one.referencing_navigation.clone()).collect();
        let given = given.filter(|_| stored.is_none());
        Some(Group { entity: id, discriminator: Some(discriminator), arms, definition, wanted, given })
    });
    groups.collect()
}

fn given_name<'a>(given: &'a Given, catalog: &Catalog, id: EntityId, columns: [&str; 2]) -> Option<&'a Exact> {
    let lookups = &given.of(&catalog.entity(id).table)?.lookups;
    lookups.iter().find_map(|lookup| match &lookup.arms {
        GivenArms::Shared { key, discriminator } if columns == [key, discriminator] => Some(&lookup.name),
        _ => None,
    })
}

/// Lookups of their own that are said to be one.
fn separate<'a>(catalog: &Catalog, given: &'a Given, problems: &mut Problems) -> Vec<Group<'a>> {
    let mut groups = Vec::new();
    for (id, entity) in catalog.entities() {
        for lookup in given.of(&entity.table).map_or(&[][..], |given| &given.lookups) {
            let GivenArms::Separate(columns) = &lookup.arms else { continue };
            let arm = |column: &String| {
                let attribute = entity.find_column(column)?;
                let links = catalog.relationships.iter().filter_map(Relationship::as_one_to_many);
                let mut own = links.filter(|one| {
                    one.referencing == id && one.referencing_attributes == [attribute] && one.condition.is_none()
                });
                match (own.next(), own.next()) {
                    (Some(only), None) if entity.attribute(attribute).nullable => {
                        Some(only.referencing_navigation.clone())
                    }
                    _ => None,
                }
            };
            let mut arms = Vec::with_capacity(columns.len());
            for column in columns {
                match arm(column) {
                    Some(arm) => arms.push(arm),
                    None => problems.error_at(
                        lookup.name.origin,
                        &entity.table,
                        Some(column),
                        "is no arm of a lookup: that takes one column that may be null and leads to one table",
                    ),
                }
            }
            let (wanted, given) = (lookup.name.name.clone(), Some(&lookup.name));
            groups.push(Group { entity: id, discriminator: None, arms, definition: None, wanted, given });
        }
    }
    groups
}
