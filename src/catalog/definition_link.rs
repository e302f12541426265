//! Stored definitions and the relationships that they speak of: found by tables and columns, named and described as
//! the definitions say. A definition that fits nothing any more is left out with a warning.

use super::{
    Catalog, Condition, Constant, Definition, DefinitionKind, EntityId, IntersectName, LookupDefinition, Problems,
    Table, link::Link,
};

/// One stored lookup with what stands beside it, whether by itself or as an arm of a multi-table lookup.
struct Said<'a> {
    schema_name: &'a str,
    lookup: &'a LookupDefinition,
}

fn lookups(definition: &Definition) -> Vec<Said<'_>> {
    match &definition.kind {
        DefinitionKind::OneToMany(lookup) => vec![Said { schema_name: &definition.schema_name, lookup }],
        DefinitionKind::ManyToMany(_) => Vec::new(),
        DefinitionKind::MultiTable(multi) => {
            multi.arms.iter().map(|arm| Said { schema_name: &arm.schema_name, lookup: &arm.lookup }).collect()
        }
    }
}

/// Puts what the definitions say into the links.
pub(super) fn refine(catalog: &Catalog, links: &mut [Link], definitions: &[Definition], problems: &mut Problems) {
    for said in definitions.iter().flat_map(lookups) {
        let Said { schema_name, lookup } = said;
        let Some(link) = links.iter_mut().find(|link| is_about(catalog, link, lookup)) else {
            problems.warning(
                &lookup.referencing,
                Some(schema_name),
                "is a definition that fits the tables no longer: left out",
            );
            continue;
        };
        link.schema_name = Some(schema_name.to_owned());
        if let Some(name) = &lookup.referencing_navigation {
            (link.referencing_name, link.origins[0]) = (Some(name.clone()), None);
        }
        if let Some(name) = &lookup.referenced_navigation {
            (link.referenced_name, link.origins[1]) = (Some(name.clone()), None);
        }
        link.delete = lookup.delete.or(link.delete);
        link.hierarchical = lookup.hierarchical.unwrap_or(link.hierarchical);
    }
}

fn is_about(catalog: &Catalog, link: &Link, lookup: &LookupDefinition) -> bool {
    let (referencing, referenced) = (catalog.entity(link.referencing), catalog.entity(link.referenced));
    if referencing.table != lookup.referencing || referenced.table != lookup.referenced {
        return false;
    }
    let pairs = link.referencing_attributes.iter().zip(&link.referenced_attributes);
    let mut known: Vec<(&str, &str)> = pairs
        .map(|(own, other)| (referencing.attribute(*own).column.as_str(), referenced.attribute(*other).column.as_str()))
        .collect();
    let said = lookup.columns.iter().zip(&lookup.referenced_columns);
    let mut said: Vec<(&str, &str)> = said.map(|(own, other)| (own.as_str(), other.as_str())).collect();
    known.sort_unstable();
    said.sort_unstable();
    let discriminator = link.condition.as_ref().and_then(Condition::discriminator);
    let discriminator: Option<(&str, &Constant)> =
        discriminator.map(|(id, value)| (referencing.attribute(id).column.as_str(), value));
    known == said && discriminator == lookup.discriminator.as_ref().map(|it| (it.column.as_str(), &it.value))
}

/// The names of many-to-many relationships: those that definitions give, and of the others those that code gives.
pub(super) fn intersects(
    catalog: &Catalog,
    names: &[IntersectName],
    definitions: &[Definition],
    problems: &mut Problems,
) -> Vec<IntersectName> {
    let mut all = Vec::new();
    for definition in definitions {
        let DefinitionKind::ManyToMany(intersect) = &definition.kind else { continue };
        let has = |table: &Table, columns: &[String]| {
            let entity = catalog.find_table(table);
            entity.is_some_and(|(_, entity)| columns.iter().all(|column| entity.find_column(column).is_some()))
        };
        let fits = intersect
            .ends
            .iter()
            .all(|end| has(&intersect.intersect, &end.intersect_columns) && has(&end.table, &end.columns));
        let name = |index: usize| -> Option<(String, String)> {
            let end = &intersect.ends[index];
            Some((end.intersect_columns.first()?.clone(), end.navigation.clone()?))
        };
        if let (true, Some(first), Some(second)) = (fits, name(0), name(1)) {
            let (table, schema_name) = (intersect.intersect.clone(), definition.schema_name.clone());
            all.push(IntersectName { table, schema_name, ends: [first, second] });
        } else {
            problems.warning(
                &intersect.intersect,
                Some(&definition.schema_name),
                "is a definition that fits the tables no longer: left out",
            );
        }
    }
    let others: Vec<IntersectName> =
        names.iter().filter(|name| !all.iter().any(|known| known.table == name.table)).cloned().collect();
    all.extend(others);
    all
}

/// A stored multi-table lookup: its definition's name and the name of its field.
pub(super) fn multi_table<'a>(
    catalog: &Catalog,
    definitions: &'a [Definition],
    entity: EntityId,
    [key, discriminator]: [&str; 2],
) -> Option<(&'a str, &'a str)> {
    definitions.iter().find_map(|definition| match &definition.kind {
        DefinitionKind::MultiTable(lookup)
            if lookup.table == catalog.entity(entity).table
                && lookup.column == key
                && lookup.discriminator == discriminator =>
        {
            Some((definition.schema_name.as_str(), lookup.name.as_str()))
        }
        _ => None,
    })
}

/// Marks the relationships that were made while the gateway ran, and puts down what definitions say about themselves.
pub(super) fn describe(catalog: &mut Catalog, definitions: &[Definition]) {
    for definition in definitions {
        let mut describe = |schema_name: &str, description: &Option<String>| {
            if let Some(id) = catalog.find_relationship(schema_name) {
                let known = &mut catalog.relationships[id.0];
                known.is_custom = definition.is_custom;
                // One that only says more leaves what a configuration says.
                if definition.is_custom || description.is_some() {
                    known.description.clone_from(description);
                }
            }
        };
        match &definition.kind {
            DefinitionKind::MultiTable(lookup) => {
                for arm in &lookup.arms {
                    describe(&arm.schema_name, &arm.description);
                }
            }
            _ => describe(&definition.schema_name, &definition.description),
        }
    }
}
