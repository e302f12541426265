//! A new one-to-many relationship: a lookup column on the referencing entity, and both ends' names.

use crate::{
    catalog::{
        CascadeDelete, Catalog, Definition, DefinitionKind, Entity, EntityId, LookupColumn, LookupDefinition,
        Relationship, name,
    },
    error::Code,
    plan::{Error, Result},
    sql::ddl::{NewColumn, Reference, TableChange},
};

use super::{
    Ground, cascade,
    change::{Cascade, NewOneToMany},
    edit::Edit,
    eligible::{why_not_referenced, why_not_referencing},
    name::{Fields, check_description, check_identifier, check_navigation},
};

/// Checks a one-to-many relationship to be.
pub(super) fn create(ground: &Ground, new: &NewOneToMany) -> Result<Edit> {
    check_identifier("schemaName", &new.schema_name)?;
    check_description(new.description.as_deref())?;
    check_description(new.lookup.description.as_deref())?;
    ground.check_schema_name(&new.schema_name)?;
    let (referenced_id, referenced) = ground.entity(&new.referenced_entity, why_not_referenced)?;
    let (referencing_id, referencing) = ground.entity(&new.referencing_entity, why_not_referencing)?;

    let lookup = &new.lookup;
    check_identifier("lookup.name", &lookup.name)?;
    check_column(ground, referencing, &lookup.name)?;
    let mut fields = Fields::of(&ground.catalog);
    fields.take_attribute(referencing_id, &name::camel(&lookup.name))?;
    let single = single_name(
        &mut fields,
        [(referencing_id, referencing), (referenced_id, referenced)],
        &lookup.name,
        new.referencing_entity_navigation_property_name.as_deref(),
    )?;
    let many = many_name(
        &mut fields,
        [(referencing_id, referencing), (referenced_id, referenced)],
        &single,
        lookup.unique,
        new.referenced_entity_navigation_property_name.as_deref(),
    )?;

    let delete = on_delete(new.cascade.as_ref(), lookup.required)?;
    if delete == CascadeDelete::Cascade {
        check_only_cascading(&ground.catalog, referencing_id, &[])?;
    }
    if new.is_hierarchical {
        check_hierarchy(&ground.catalog, [referencing_id, referenced_id], None)?;
    }

    let key = referenced.attribute(referenced.primary_key[0]);
    let definition = Definition {
        schema_name: new.schema_name.clone(),
        is_custom: true,
        description: said(new.description.as_deref()),
        kind: DefinitionKind::OneToMany(LookupDefinition {
            referencing: referencing.table.clone(),
            columns: vec![lookup.name.clone()],
            referenced: referenced.table.clone(),
            referenced_columns: vec![key.column.clone()],
            discriminator: None,
            referencing_navigation: Some(single),
            referenced_navigation: Some(many),
            delete: Some(delete),
            hierarchical: Some(new.is_hierarchical),
            column: Some(LookupColumn {
                required: lookup.required,
                unique: lookup.unique,
                description: said(lookup.description.as_deref()),
            }),
        }),
    };
    let change = TableChange::AddLookup {
        schema_name: new.schema_name.clone(),
        table: referencing.table.clone(),
        column: NewColumn {
            name: lookup.name.clone(),
            ty: key.ty.clone(),
            database_type: key.database_type.clone(),
            required: lookup.required,
        },
        unique: lookup.unique,
        references: Reference { table: referenced.table.clone(), column: key.column.clone(), on_delete: Some(delete) },
    };
    Ok(Edit {
        schema_name: new.schema_name.clone(),
        relationships: vec![new.schema_name.clone()],
        made: Some(definition.clone()),
        stored: vec![definition],
        tables: vec![change],
        must_be_empty: lookup.required.then(|| referencing.table.clone()),
        ..Edit::default()
    })
}

/// A description that says something.
pub(super) fn said(description: Option<&str>) -> Option<String> {
    description.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Refuses a column that is there already.
pub(super) fn check_column(ground: &Ground, entity: &Entity, column: &str) -> Result<()> {
    if ground.has_column(&entity.table, column) {
        let message = format!("{} has a column {column} already", entity.table);
        return Err(Error::new(Code::Conflict, message).entity(&entity.logical_name));
    }
    Ok(())
}

/// The name of the end with the lookup: the given one, or the lookup's word.
pub(super) fn single_name(
    fields: &mut Fields<'_>,
    [(id, _), (_, referenced)]: [(EntityId, &Entity); 2],
    column: &str,
    given: Option<&str>,
) -> Result<String> {
    let name = if let Some(given) = given {
        check_navigation("referencingEntityNavigationPropertyName", given)?;
        given.to_owned()
    } else {
        let stem = name::lookup_stem(column).unwrap_or_else(|| referenced.logical_name.clone());
        // Named like its own column, as discovery names it.
        if stem == name::camel(column) { format!("{stem}{}", referenced.type_name) } else { stem }
    };
    fields.take(id, &name)?;
    Ok(name)
}

/// The name of the other end: the given one, or the referencing entity's, in the number that fits.
pub(super) fn many_name(
    fields: &mut Fields<'_>,
    [(referencing_id, referencing), (id, _)]: [(EntityId, &Entity); 2],
    single: &str,
    is_unique: bool,
    given: Option<&str>,
) -> Result<String> {
    let name = if let Some(given) = given {
        check_navigation("referencedEntityNavigationPropertyName", given)?;
        given.to_owned()
    } else {
        let base = if is_unique { &referencing.logical_name } else { &referencing.set_name };
        if referencing_id != id && fields.is_free(id, base) {
            base.clone()
        } else {
            format!("{base}By{}", name::capitalized(single))
        }
    };
    fields.take(id, &name)?;
    Ok(name)
}

/// What a delete does, by what is said or else by whether the lookup may be empty.
pub(super) fn on_delete(given: Option<&Cascade>, required: bool) -> Result<CascadeDelete> {
    let given = given.map(cascade::delete).transpose()?.flatten();
    let delete = given.unwrap_or(if required { CascadeDelete::Restrict } else { CascadeDelete::RemoveLink });
    check_remove_link(delete, !required)?;
    Ok(delete)
}

/// Refuses to empty a lookup that must not be empty.
pub(super) fn check_remove_link(delete: CascadeDelete, may_be_empty: bool) -> Result<()> {
    if delete == CascadeDelete::RemoveLink && !may_be_empty {
        return Err(Error::invalid("the lookup must not be empty: a delete cannot remove the link")
            .hint("use CASCADE or RESTRICT"));
    }
    Ok(())
}

/// Refuses a second relationship that deletes records of the same entity with those that they reference. `among` are
/// the names of those that count as one with it.
pub(super) fn check_only_cascading(catalog: &Catalog, referencing: EntityId, among: &[&str]) -> Result<()> {
    let cascades = |known: &&Relationship| {
        known
            .as_one_to_many()
            .is_some_and(|one| one.referencing == referencing && one.cascade.delete == Some(CascadeDelete::Cascade))
            && !among.contains(&known.schema_name.as_str())
    };
    match catalog.relationships.iter().find(cascades) {
        Some(other) => {
            let entity = &catalog.entity(referencing).logical_name;
            let message = format!("{} deletes records of {entity} already", other.schema_name);
            Err(Error::new(Code::Conflict, message).entity(entity).with("relationship", &*other.schema_name))
        }
        None => Ok(()),
    }
}

/// Refuses a hierarchy across entities, and a second one on an entity. `own` is the relationship itself, where it
/// exists already.
pub(super) fn check_hierarchy(
    catalog: &Catalog,
    [referencing, referenced]: [EntityId; 2],
    own: Option<&str>,
) -> Result<()> {
    if referencing != referenced {
        return Err(Error::invalid("a hierarchy relates an entity to itself"));
    }
    let is_other = |known: &&Relationship| {
        known.as_one_to_many().is_some_and(|one| one.referencing == referencing && one.hierarchical)
            && own != Some(known.schema_name.as_str())
    };
    match catalog.relationships.iter().find(is_other) {
        Some(other) => {
            let entity = &catalog.entity(referencing).logical_name;
            let message = format!("{} is the hierarchy of {entity} already", other.schema_name);
            Err(Error::new(Code::Conflict, message).entity(entity).with("relationship", &*other.schema_name))
        }
        None => Ok(()),
    }
}
