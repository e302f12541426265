//! A change of a relationship: of one that was made here its definition changes, of one that is declared elsewhere a
//! definition says what is different.

use crate::{
    catalog::{
        CascadeDelete, Catalog, Definition, DefinitionKind, Discriminator, EndDefinition, Entity, EntityId,
        IntersectDefinition, LookupDefinition, ManyToMany, MultiTableDefinition, OneToMany, Relationship,
        RelationshipKind,
    },
    error::Code,
    plan::{Error, Result},
    sql::ddl::{NewColumn, Reference, TableChange},
};

use super::{
    Ground, cascade,
    change::Update,
    edit::Edit,
    name::{Fields, check_description, check_navigation},
    one_to_many::{check_hierarchy, check_only_cascading, check_remove_link, said},
};

/// Checks a change of a relationship.
pub(super) fn update(ground: &Ground, schema_name: &str, input: &Update) -> Result<Edit> {
    check_description(input.description.as_deref())?;
    let edit = match ground.relationship(schema_name) {
        Ok((_, relationship)) => match &relationship.kind {
            RelationshipKind::OneToMany(one) => one_to_many(ground, relationship, one, input),
            RelationshipKind::ManyToMany(many) => many_to_many(ground, relationship, many, input),
        },
        Err(unknown) => match ground.definitions.iter().find(|known| known.schema_name == schema_name) {
            Some(definition) => match &definition.kind {
                DefinitionKind::MultiTable(lookup) => multi_table(definition, lookup, input),
                // What it speaks of is gone.
                _ => Err(unknown),
            },
            None => Err(unknown),
        },
    };
    edit.map_err(|error| error.with("relationship", schema_name))
}

fn immutable(what: &str) -> Error {
    Error::new(Code::Immutable, format!("{what} of a relationship stays as it was made"))
        .hint("delete the relationship and create another")
}

/// Refuses another value of a part that cannot change.
fn check_same<'a>(what: &str, given: Option<&String>, known: impl IntoIterator<Item = &'a str>) -> Result<()> {
    match given {
        Some(given) if !known.into_iter().any(|known| known == given) => Err(immutable(what)),
        _ => Ok(()),
    }
}

/// Refuses parts that this kind of relationship does not have.
fn check_absent(parts: &[(&str, bool)]) -> Result<()> {
    match parts.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(Error::invalid(format!("this relationship has no {name}"))),
        None => Ok(()),
    }
}

/// An end of a relationship, and the name that is asked for it.
struct End<'a> {
    entity: EntityId,
    known: Option<&'a String>,
    given: Option<&'a String>,
    /// The input field that asks.
    what: &'static str,
}

/// Gives ends other names, where they are asked for. All give theirs up before any takes one, so that the ends of one
/// entity may exchange them.
fn rename(fields: &mut Fields<'_>, ends: [End<'_>; 2]) -> Result<[Option<String>; 2]> {
    let ends = ends.map(|end| End { given: end.given.filter(|given| Some(*given) != end.known), ..end });
    for End { entity, known, given, what } in &ends {
        match (given, known) {
            (None, _) => {}
            (Some(given), Some(known)) => {
                check_navigation(what, given)?;
                fields.release(*entity, known);
            }
            (Some(_), None) => return Err(Error::invalid(format!("{what}: this end has no navigation property"))),
        }
    }
    for end in &ends {
        if let Some(given) = end.given {
            fields.take(end.entity, given)?;
        }
    }
    Ok(ends.map(|end| end.given.cloned()))
}

fn one_to_many(ground: &Ground, relationship: &Relationship, one: &OneToMany, input: &Update) -> Result<Edit> {
    let catalog = &ground.catalog;
    let schema_name = &relationship.schema_name;
    let (referencing, referenced) = (catalog.entity(one.referencing), catalog.entity(one.referenced));
    let columns = || one.referencing_attributes.iter().map(|id| referencing.attribute(*id).column.as_str());
    check_same("the schema name", input.schema_name.as_ref(), [schema_name.as_str()])?;
    check_same("the referenced entity", input.referenced_entity.as_ref(), [&*referenced.logical_name])?;
    check_same("the referencing entity", input.referencing_entity.as_ref(), [&*referencing.logical_name])?;
    check_same("the lookup", input.lookup_name.as_ref(), columns())?;
    check_absent(&[
        ("intersect entity", input.intersect_entity_name.is_some()),
        ("entity1NavigationPropertyName", input.entity1_navigation_property_name.is_some()),
        ("entity2NavigationPropertyName", input.entity2_navigation_property_name.is_some()),
    ])?;

    let mut fields = Fields::of(catalog);
    let ends = [
        End {
            entity: one.referencing,
            known: Some(&one.referencing_navigation),
            given: input.referencing_entity_navigation_property_name.as_ref(),
            what: "referencingEntityNavigationPropertyName",
        },
        End {
            entity: one.referenced,
            known: one.referenced_navigation.as_ref(),
            given: input.referenced_entity_navigation_property_name.as_ref(),
            what: "referencedEntityNavigationPropertyName",
        },
    ];
    let [single, many] = rename(&mut fields, ends)?;
    let delete = input.cascade.as_ref().map(cascade::delete).transpose()?.flatten();
    if let Some(delete) = delete {
        check_delete(ground, relationship, one, delete)?;
    }
    if input.is_hierarchical == Some(true) {
        check_hierarchy(catalog, [one.referencing, one.referenced], Some(schema_name))?;
    }

    let mut definition = match ground.definition(schema_name) {
        Some(known) => known.clone(),
        None => declared(catalog, relationship, one)?,
    };
    let (description, lookup) = part(&mut definition, schema_name);
    if let (Some(description), Some(given)) = (description, &input.description) {
        *description = said(Some(given));
    }
    let mut tables = Vec::new();
    if let Some(lookup) = lookup {
        lookup.referencing_navigation = single.or(lookup.referencing_navigation.take());
        lookup.referenced_navigation = many.or(lookup.referenced_navigation.take());
        lookup.hierarchical = input.is_hierarchical.or(lookup.hierarchical);
        let is_other = delete.is_some() && delete != one.cascade.delete;
        lookup.delete = delete.or(lookup.delete);
        if is_other && let Some(column) = &lookup.column {
            tables.push(on_delete(schema_name, [referencing, referenced], lookup, column.unique, column.required));
        }
    }
    let name = definition.schema_name.clone();
    Ok(changed(ground, schema_name, definition, &name, tables))
}

/// Nothing is stored anew where nothing changed.
fn changed(ground: &Ground, schema_name: &str, definition: Definition, name: &str, tables: Vec<TableChange>) -> Edit {
    let is_same = ground.definitions.iter().any(|known| known.schema_name == name && *known == definition);
    Edit {
        schema_name: schema_name.to_owned(),
        relationships: vec![schema_name.to_owned()],
        stored: if is_same { Vec::new() } else { vec![definition] },
        tables,
        ..Edit::default()
    }
}

fn check_delete(ground: &Ground, relationship: &Relationship, one: &OneToMany, delete: CascadeDelete) -> Result<()> {
    let entity = ground.catalog.entity(one.referencing);
    let may_be_empty = one.referencing_attributes.iter().any(|id| entity.attribute(*id).nullable);
    check_remove_link(delete, may_be_empty)?;
    if delete == CascadeDelete::Cascade && one.cascade.delete != Some(CascadeDelete::Cascade) {
        let lookup = ground.catalog.lookup_of_arm(one);
        let siblings = lookup.into_iter().flat_map(|lookup| &lookup.arms).filter_map(|arm| entity.find_navigation(arm));
        let names = siblings.map(|property| &*ground.catalog.relationship(property.relationship).schema_name);
        let among: Vec<&str> = names.chain([&*relationship.schema_name]).collect();
        check_only_cascading(&ground.catalog, one.referencing, &among)?;
    }
    Ok(())
}

/// The foreign key with another action.
fn on_delete(
    schema_name: &str,
    [referencing, referenced]: [&Entity; 2],
    lookup: &LookupDefinition,
    unique: bool,
    required: bool,
) -> TableChange {
    let key = referenced.attribute(referenced.primary_key[0]);
    TableChange::SetOnDelete {
        schema_name: schema_name.to_owned(),
        table: referencing.table.clone(),
        column: NewColumn {
            name: lookup.columns[0].clone(),
            ty: key.ty.clone(),
            database_type: key.database_type.clone(),
            required,
        },
        unique,
        references: Reference { table: referenced.table.clone(), column: key.column.clone(), on_delete: lookup.delete },
    }
}

/// The description and lookup of a definition that go by a schema name.
fn part<'a>(
    definition: &'a mut Definition,
    schema_name: &str,
) -> (Option<&'a mut Option<String>>, Option<&'a mut LookupDefinition>) {
    match &mut definition.kind {
        DefinitionKind::OneToMany(lookup) => (Some(&mut definition.description), Some(lookup)),
        DefinitionKind::MultiTable(lookup) => match lookup.arms.iter_mut().find(|arm| arm.schema_name == schema_name) {
            Some(arm) => (Some(&mut arm.description), Some(&mut arm.lookup)),
            None => (None, None),
        },
        DefinitionKind::ManyToMany(_) => (Some(&mut definition.description), None),
    }
}

/// A definition that says nothing yet of a relationship that is declared elsewhere.
fn declared(catalog: &Catalog, relationship: &Relationship, one: &OneToMany) -> Result<Definition> {
    let (referencing, referenced) = (catalog.entity(one.referencing), catalog.entity(one.referenced));
    let discriminator = match &one.condition {
        None => None,
        Some(condition) => {
            let (column, value) = condition.discriminator().ok_or_else(|| {
                Error::new(Code::Unsupported, "a relationship with such a condition cannot be changed here")
            })?;
            Some(Discriminator { column: referencing.attribute(column).column.clone(), value: value.clone() })
        }
    };
    let columns = |entity: &Entity, ids: &[crate::catalog::AttributeId]| {
        ids.iter().map(|id| entity.attribute(*id).column.clone()).collect()
    };
    Ok(Definition {
        schema_name: relationship.schema_name.clone(),
        is_custom: false,
        description: relationship.description.clone(),
        kind: DefinitionKind::OneToMany(LookupDefinition {
            referencing: referencing.table.clone(),
            columns: columns(referencing, &one.referencing_attributes),
            referenced: referenced.table.clone(),
            referenced_columns: columns(referenced, &one.referenced_attributes),
            discriminator,
            referencing_navigation: None,
            referenced_navigation: None,
            delete: None,
            hierarchical: None,
            column: None,
        }),
    })
}

fn many_to_many(ground: &Ground, relationship: &Relationship, many: &ManyToMany, input: &Update) -> Result<Edit> {
    let catalog = &ground.catalog;
    let schema_name = &relationship.schema_name;
    let intersect = catalog.entity(many.intersect);
    check_same("the schema name", input.schema_name.as_ref(), [schema_name.as_str()])?;
    let names = [&*intersect.table.name, &*intersect.logical_name];
    check_same("the intersect entity", input.intersect_entity_name.as_ref(), names)?;
    check_absent(&[
        ("referencedEntity", input.referenced_entity.is_some()),
        ("referencingEntity", input.referencing_entity.is_some()),
        ("lookup", input.lookup_name.is_some()),
        ("cascade: its links go with either record", input.cascade.is_some()),
        ("hierarchy", input.is_hierarchical.is_some()),
        (
            "referencedEntityNavigationPropertyName: say entity1 or entity2",
            input.referenced_entity_navigation_property_name.is_some(),
        ),
        (
            "referencingEntityNavigationPropertyName: say entity1 or entity2",
            input.referencing_entity_navigation_property_name.is_some(),
        ),
    ])?;
    let mut fields = Fields::of(catalog);
    let asked = |index: usize, given, what| {
        let end = &many.ends[index];
        End { entity: end.entity, known: Some(&end.navigation), given, what }
    };
    let ends = [
        asked(0, input.entity1_navigation_property_name.as_ref(), "entity1NavigationPropertyName"),
        asked(1, input.entity2_navigation_property_name.as_ref(), "entity2NavigationPropertyName"),
    ];
    let renamed = rename(&mut fields, ends)?;
    let end = |index: usize| {
        let end = &many.ends[index];
        let entity = catalog.entity(end.entity);
        EndDefinition {
            table: entity.table.clone(),
            columns: end.attributes.iter().map(|id| entity.attribute(*id).column.clone()).collect(),
            intersect_columns: end
                .intersect_attributes
                .iter()
                .map(|id| intersect.attribute(*id).column.clone())
                .collect(),
            navigation: renamed[index].clone().or_else(|| Some(end.navigation.clone())),
        }
    };
    let description = match &input.description {
        Some(given) => said(Some(given)),
        None => relationship.description.clone(),
    };
    let definition = Definition {
        schema_name: schema_name.clone(),
        is_custom: relationship.is_custom,
        description,
        kind: DefinitionKind::ManyToMany(IntersectDefinition {
            intersect: intersect.table.clone(),
            ends: [end(0), end(1)],
        }),
    };
    Ok(changed(ground, schema_name, definition, schema_name, Vec::new()))
}

/// Of a multi-table lookup itself only what it says about itself changes; its targets are relationships of their own.
fn multi_table(stored: &Definition, lookup: &MultiTableDefinition, input: &Update) -> Result<Edit> {
    check_same("the schema name", input.schema_name.as_ref(), [stored.schema_name.as_str()])?;
    let only = Update { schema_name: None, description: None, ..input.clone() };
    if only != Update::default() {
        let message = "of a multi-table lookup only the description changes: name one of its targets";
        return Err(Error::invalid(message));
    }
    let mut definition = stored.clone();
    if let Some(given) = &input.description {
        definition.description = said(Some(given));
    }
    Ok(Edit {
        schema_name: stored.schema_name.clone(),
        relationships: lookup.arms.iter().map(|arm| arm.schema_name.clone()).collect(),
        stored: if definition == *stored { Vec::new() } else { vec![definition] },
        ..Edit::default()
    })
}
