//! Drafts in, catalog out: names the entities and attributes, checks them, and reports every problem it finds.

use std::{collections::HashSet, sync::Arc};

use super::{
    AlternateKey, Attribute, AttributeId, AttributeType, Catalog, Definition, Entity, EntityDraft, EntityKind,
    EnumType, Given, IntersectName, Problems, Severity, Table, attribute_name::AttributeNames, definition_draft,
    definition_link, draft::ColumnDraft, entity_name, given, intersect, link, name, version,
};

/// Builds the catalog that the drafts describe and the definitions refine.
///
/// # Errors
/// All problems that keep a catalog from being built. What could be worked around stands in [`Catalog::warnings`].
pub fn build(
    drafts: Vec<EntityDraft>,
    names: &[IntersectName],
    definitions: &[Definition],
) -> Result<Catalog, Problems> {
    build_given(drafts, names, definitions, &Given::default())
}

/// The same with what a configuration gives.
///
/// # Errors
/// As for [`build`], and names that are given but taken.
pub fn build_given(
    mut drafts: Vec<EntityDraft>,
    names: &[IntersectName],
    definitions: &[Definition],
    given: &Given,
) -> Result<Catalog, Problems> {
    let mut problems = Problems::default();
    drafts.retain(|draft| draft.table.is_some());
    for definition in definitions.iter().filter(|definition| definition.is_custom) {
        if definition_draft::is_of_code(&drafts, definition) {
            definition_draft::add(&mut drafts, definition);
        }
        definition_draft::complete(&mut drafts, definition);
    }
    drafts.sort_by(|a, b| a.table.cmp(&b.table));
    for pair in drafts.windows(2).filter(|pair| pair[0].table == pair[1].table) {
        if let Some(table) = &pair[0].table {
            problems.error(table, None, "is registered twice");
        }
    }
    for draft in &drafts {
        problems.found(&draft.warnings);
    }
    drafts.retain(|draft| has_columns(draft, &mut problems));

    let entities = build_entities(&drafts, given, &mut problems);
    let mut catalog = Catalog { entities, profile: given.profile, ..Catalog::default() };
    settle_enums(&mut catalog.entities, &mut problems);
    let mut relations = link::relationships(&catalog, &drafts, &mut problems);
    given::refine(&catalog, &mut relations, given, &mut problems);
    definition_link::refine(&catalog, &mut relations, definitions, &mut problems);
    let names = definition_link::intersects(&catalog, names, definitions, &mut problems);
    link::mark_lookups(&mut catalog, &relations);
    let intersects = intersect::detect(&mut catalog, &relations, &names, given, &mut problems);
    link::attach(&mut catalog, relations, &intersects, definitions, given, &mut problems);
    definition_link::describe(&mut catalog, definitions);
    for entity in &mut catalog.entities {
        entity.version = version::find(entity, given, &mut problems);
    }

    if problems.has_errors() {
        return Err(problems);
    }
    catalog.warnings = problems.0.into_iter().filter(|problem| problem.severity == Severity::Warning).collect();
    catalog.index();
    Ok(catalog)
}

fn build_entities(drafts: &[EntityDraft], given: &Given, problems: &mut Problems) -> Vec<Entity> {
    let mut tables: Vec<(&EntityDraft, &Table)> =
        drafts.iter().filter_map(|draft| Some((draft, draft.table.as_ref()?))).collect();
    tables.sort_by_key(|(draft, _)| draft.precedence);
    let names = entity_name::all(&tables.iter().map(|(_, table)| *table).collect::<Vec<_>>(), given, problems);
    let mut entities: Vec<Entity> = tables
        .into_iter()
        .zip(names)
        .map(|((draft, table), names)| build_entity(draft, table, names, given, problems))
        .collect();
    entities.sort_by(|a, b| a.table.cmp(&b.table));
    entities
}

fn build_entity(
    draft: &EntityDraft,
    table: &Table,
    names: name::EntityNames,
    given: &Given,
    problems: &mut Problems,
) -> Entity {
    let attributes = build_attributes(&draft.columns, table, given, problems);
    let mut entity = Entity {
        logical_name: names.logical_name,
        type_name: names.type_name,
        set_name: names.set_name,
        table: table.clone(),
        kind: if draft.is_view { EntityKind::View } else { EntityKind::Table },
        is_passive: draft.is_passive,
        description: draft.description.clone(),
        attributes,
        primary_key: Vec::new(),
        alternate_keys: Vec::new(),
        version: None,
        navigation: Vec::new(),
    };
    let mut keys: Vec<Vec<AttributeId>> =
        draft.unique_keys.iter().filter_map(|key| key_columns(&entity, &key.columns)).collect();
    entity.primary_key = key_columns(&entity, &draft.primary_key).unwrap_or_default();
    if let Some(column) = draft.primary_key.iter().find(|column| key_column(&entity, column).is_none()) {
        let message = "is part of the primary key but has a type that the gateway cannot address";
        if draft.is_discovered {
            problems.warning(table, Some(column), message);
        } else {
            problems.error(table, Some(column), message);
        }
    }
    if entity.primary_key.is_empty() && !draft.is_view {
        // A unique constraint without nulls addresses records just as well.
        match keys.iter().position(|key| key.iter().all(|id| !entity.attribute(*id).nullable)) {
            Some(index) => entity.primary_key = keys.remove(index),
            None => problems.warning(
                table,
                None,
                "has no primary key and no unique constraint without nulls: its records can be listed, but neither \
                 addressed nor written",
            ),
        }
    }
    for key in keys {
        if !entity.is_unique(&key) {
            let words: Vec<&str> = key.iter().map(|id| entity.attribute(*id).name.as_str()).collect();
            entity.alternate_keys.push(AlternateKey { name: name::joined(&words), attributes: key });
        }
    }
    entity
}

/// The columns of a key, where all of them have values that can be compared.
fn key_columns(entity: &Entity, columns: &[String]) -> Option<Vec<AttributeId>> {
    columns.iter().map(|column| key_column(entity, column)).collect()
}

fn key_column(entity: &Entity, column: &str) -> Option<AttributeId> {
    entity.find_column(column).filter(|id| entity.attribute(*id).ty.is_comparable())
}

fn build_attributes(columns: &[ColumnDraft], table: &Table, given: &Given, problems: &mut Problems) -> Vec<Attribute> {
    let profile = given.profile;
    let mut names = AttributeNames::of(columns, table, given, problems);
    let mut attributes = Vec::with_capacity(columns.len());
    for column in columns {
        let Some(ty) = column.ty.clone() else {
            let declared = column.database_type.as_ref().map_or("unknown", |ty| ty.name.as_str());
            problems.warning(table, Some(&column.name), format!("left out: there is no type for {declared}"));
            continue;
        };
        let name = match given.attribute(table, &column.name) {
            Some(exact) => exact.name.clone(),
            None => names.take(profile, table, &column.name, problems),
        };
        attributes.push(Attribute {
            name,
            column: column.name.clone(),
            ty,
            database_type: column.database_type.clone(),
            nullable: column.nullable,
            has_default: column.has_default,
            generated: column.generated,
            is_lookup: false,
            description: column.description.clone(),
        });
    }
    attributes
}

/// Whether there is anything to serve of a table.
fn has_columns(draft: &EntityDraft, problems: &mut Problems) -> bool {
    let has_columns = draft.columns.iter().any(|column| column.ty.is_some());
    if let (false, Some(table), []) = (has_columns, &draft.table, draft.warnings.as_slice()) {
        problems.fault(draft.is_discovered, table, None, "it has no column with a type that the gateway knows");
    }
    has_columns
}

/// Enum types share one space of names with the entities, what is derived from them, and the gateway's own types.
fn settle_enums(entities: &mut [Entity], problems: &mut Problems) {
    let mut taken: HashSet<String> = entities.iter().flat_map(type_names).collect();
    let mut known: Vec<(Arc<EnumType>, Arc<EnumType>)> = Vec::new();
    for entity in entities {
        for attribute in &mut entity.attributes {
            let AttributeType::Enum(list) = &attribute.ty else { continue };
            let settled = if let Some((_, settled)) = known.iter().find(|(from, _)| from == list) {
                Arc::clone(settled)
            } else {
                let is_free = |name: &str| {
                    [name, &format!("{name}Filter")]
                        .iter()
                        .all(|name| !taken.contains(*name) && !name::is_reserved_type(name))
                };
                let type_name = free_name(&list.type_name, "Enum", is_free);
                if type_name != list.type_name {
                    let message = format!("is an enum served as {type_name} because {} is taken", list.type_name);
                    problems.warning(&entity.table, Some(&attribute.column), message);
                }
                taken.insert(type_name.clone());
                let settled = Arc::new(EnumType { type_name, values: list.values.clone() });
                known.push((Arc::clone(list), Arc::clone(&settled)));
                settled
            };
            attribute.ty = AttributeType::Enum(settled);
        }
    }
}

/// The entity's own type and all that are named after it.
pub(super) fn type_names(entity: &Entity) -> Vec<String> {
    let set = name::capitalized(&entity.set_name);
    let derived = name::DERIVED_SUFFIXES.iter().map(|suffix| format!("{}{suffix}", entity.type_name));
    let of_set = name::DERIVED_SET_SUFFIXES.iter().map(|suffix| format!("{set}{suffix}"));
    derived.chain(of_set).chain(std::iter::once(entity.type_name.clone())).collect()
}

/// The wanted name, or the first of `nameSuffix`, `nameSuffix2`, … that is free.
pub(super) fn free_name(wanted: &str, suffix: &str, is_free: impl Fn(&str) -> bool) -> String {
    if is_free(wanted) {
        return wanted.to_owned();
    }
    let first = format!("{wanted}{suffix}");
    if is_free(&first) {
        return first;
    }
    (2..=u32::MAX).map(|number| format!("{first}{number}")).find(|name| is_free(name)).unwrap_or(first)
}
