//! A new many-to-many relationship: an intersect table, and both ends' names.

use crate::{
    catalog::{Definition, DefinitionKind, EndDefinition, Entity, IntersectDefinition, Table, name},
    error::Code,
    plan::{Error, Result},
    sql::ddl::{NewColumn, Reference, TableChange},
};

use super::{
    Ground,
    change::{NewEnd, NewManyToMany},
    edit::Edit,
    eligible::why_not_many_to_many,
    name::{Fields, check_description, check_identifier, check_navigation},
    one_to_many::said,
};

/// Checks a many-to-many relationship to be.
pub(super) fn create(ground: &Ground, new: &NewManyToMany) -> Result<Edit> {
    check_identifier("schemaName", &new.schema_name)?;
    check_description(new.description.as_deref())?;
    ground.check_schema_name(&new.schema_name)?;
    let ends = [&new.entity1, &new.entity2];
    let (first_id, first) = ground.entity(&ends[0].entity, why_not_many_to_many)?;
    let (second_id, second) = ground.entity(&ends[1].entity, why_not_many_to_many)?;
    let is_self = first_id == second_id;

    check_table(ground, &new.intersect_entity_name)?;
    let intersect = Table { namespace: first.table.namespace.clone(), name: new.intersect_entity_name.clone() };

    let columns = [column(ends[0], first, is_self.then_some(1))?, column(ends[1], second, is_self.then_some(2))?];
    if columns[0].eq_ignore_ascii_case(&columns[1]) {
        return Err(Error::invalid("the two columns of the intersect table need two names"));
    }

    // Without names both ends are named after the relationship (Name = Partner), but for two roles of one entity.
    let default = name::camel(&new.schema_name);
    let names = ends.map(|end| end.navigation_property_name.as_deref().unwrap_or(&default));
    for (index, name) in names.into_iter().enumerate() {
        check_navigation(&format!("entity{}.navigationPropertyName", index + 1), name)?;
    }
    if is_self && ends.iter().any(|end| end.navigation_property_name.is_none()) {
        let message = "the two ends are on one entity: give each a navigationPropertyName of its own";
        return Err(Error::invalid(message).entity(&first.logical_name));
    }
    let mut fields = Fields::of(&ground.catalog);
    fields.take(first_id, names[0])?;
    fields.take(second_id, names[1])?;

    let key = |entity: &Entity| entity.attribute(entity.primary_key[0]).clone();
    let end = |entity: &Entity, index: usize| EndDefinition {
        table: entity.table.clone(),
        columns: vec![key(entity).column],
        intersect_columns: vec![columns[index].clone()],
        navigation: Some(names[index].to_owned()),
    };
    let definition = Definition {
        schema_name: new.schema_name.clone(),
        is_custom: true,
        description: said(new.description.as_deref()),
        kind: DefinitionKind::ManyToMany(IntersectDefinition {
            intersect: intersect.clone(),
            ends: [end(first, 0), end(second, 1)],
        }),
    };
    let half = |entity: &Entity, index: usize| {
        let key = key(entity);
        let column =
            NewColumn { name: columns[index].clone(), ty: key.ty, database_type: key.database_type, required: true };
        let delete = Some(crate::catalog::CascadeDelete::Cascade);
        (column, Reference { table: entity.table.clone(), column: key.column, on_delete: delete })
    };
    let change = TableChange::AddIntersect {
        schema_name: new.schema_name.clone(),
        table: intersect,
        ends: Box::new([half(first, 0), half(second, 1)]),
    };
    Ok(Edit {
        schema_name: new.schema_name.clone(),
        relationships: vec![new.schema_name.clone()],
        made: Some(definition.clone()),
        stored: vec![definition],
        tables: vec![change],
        ..Edit::default()
    })
}

/// Refuses a table whose name, or whose entity's names, are taken.
fn check_table(ground: &Ground, table: &str) -> Result<()> {
    check_identifier("intersectEntityName", table)?;
    let conflict = |message: String| Err(Error::new(Code::Conflict, message));
    if ground.has_table(table) {
        return conflict(format!("there is a table {table} already"));
    }
    let names = name::entity(table);
    if name::is_reserved(&names) {
        return conflict(format!("{} is a name of the gateway's own", names.type_name));
    }
    let claimed = names.claimed();
    let meets = |entity: &Entity| {
        let known = name::entity_named(&entity.type_name).claimed();
        known.iter().any(|name| claimed.contains(name))
    };
    match ground.catalog.entities.iter().find(|entity| meets(entity)) {
        Some(entity) => conflict(format!("{table} would be served by the names of {}", entity.logical_name)),
        None => Ok(()),
    }
}

fn column(end: &NewEnd, entity: &Entity, role: Option<u8>) -> Result<String> {
    if let Some(given) = &end.intersect_attribute {
        check_identifier("intersectAttribute", given)?;
        return Ok(given.clone());
    }
    let words = name::snake(&entity.logical_name);
    let name = match role {
        Some(role) => format!("{words}_id_{role}"),
        None => format!("{words}_id"),
    };
    check_identifier("intersectAttribute", &name)?;
    Ok(name)
}
