//! The end of a relationship that was made here: its column or table goes, records stay.

use serde_json::Value;

use crate::{
    catalog::{
        AttributeId, Catalog, Constant, Definition, DefinitionKind, Entity, IntersectDefinition, LookupDefinition,
        MultiTableDefinition, Relationship, Table,
    },
    error::Code,
    plan::{Error, Result},
    sql::ddl::TableChange,
};

use super::{Ground, edit::Edit};

/// Checks the end of a relationship, of a multi-table lookup, or of one of its targets.
pub(super) fn delete(ground: &Ground, schema_name: &str) -> Result<Edit> {
    let Some(definition) = ground.definition(schema_name).filter(|known| known.is_custom) else {
        ground.relationship(schema_name)?;
        let message = format!("{schema_name} is declared in code or found in the database: it is not deleted here");
        let error = Error::new(Code::Forbidden, message).with("relationship", schema_name);
        return Err(error.hint("its names, description and cascade can be changed by updateRelationship"));
    };
    let edit = match &definition.kind {
        DefinitionKind::OneToMany(lookup) => one_to_many(ground, definition, lookup),
        DefinitionKind::ManyToMany(intersect) => many_to_many(ground, definition, intersect),
        DefinitionKind::MultiTable(lookup) if definition.schema_name == schema_name => {
            multi_table(ground, definition, lookup)
        }
        DefinitionKind::MultiTable(lookup) => target(definition, lookup, schema_name),
    };
    edit.map_err(|error| error.with("relationship", schema_name))
}

fn one_to_many(ground: &Ground, definition: &Definition, lookup: &LookupDefinition) -> Result<Edit> {
    let own = [definition.schema_name.as_str()];
    check_free(ground, &lookup.referencing, &lookup.columns, &own)?;
    // A column that somebody took away beside the gateway is no reason to keep what is said about it.
    let is_there = |column: &&String| !ground.lacks_column(&lookup.referencing, column);
    let tables = lookup.columns.iter().filter(is_there).map(|column| TableChange::DropLookup {
        schema_name: definition.schema_name.clone(),
        table: lookup.referencing.clone(),
        column: column.clone(),
    });
    Ok(gone(definition, tables.collect()))
}

fn many_to_many(ground: &Ground, definition: &Definition, intersect: &IntersectDefinition) -> Result<Edit> {
    let catalog = &ground.catalog;
    let is_it = |entity: &Entity| entity.table == intersect.intersect;
    let hangs_on = |known: &&Relationship| {
        known.schema_name != definition.schema_name
            && known.as_one_to_many().map_or(
                // A many-to-many relationship of the intersect entity with others.
                known
                    .as_many_to_many()
                    .is_some_and(|many| many.ends.iter().any(|end| is_it(catalog.entity(end.entity)))),
                |one| {
                    is_it(catalog.entity(one.referenced)) || (is_it(catalog.entity(one.referencing)) && known.is_custom)
                },
            )
    };
    refuse_dependents(catalog.relationships.iter().filter(hangs_on).map(|known| known.schema_name.clone()).collect())?;
    // What was said about the intersect's own lookups has nothing to speak of any more.
    let is_about = |known: &&Definition| {
        !known.is_custom
            && matches!(&known.kind, DefinitionKind::OneToMany(lookup) if lookup.referencing == intersect.intersect)
    };
    let said = ground.definitions.iter().filter(is_about).map(|known| known.schema_name.clone());
    // A table that somebody took away beside the gateway is no reason to keep what is said about it.
    let is_there = !ground.lacks_table(&intersect.intersect);
    let table = is_there.then(|| TableChange::DropIntersect { table: intersect.intersect.clone() });
    let mut edit = gone(definition, table.into_iter().collect());
    edit.dropped.extend(said);
    Ok(edit)
}

fn multi_table(ground: &Ground, definition: &Definition, lookup: &MultiTableDefinition) -> Result<Edit> {
    let columns = vec![lookup.column.clone(), lookup.discriminator.clone()];
    let own: Vec<&str> = lookup.arms.iter().map(|arm| arm.schema_name.as_str()).collect();
    check_free(ground, &lookup.table, &columns, &own)?;
    let change = TableChange::DropMultiTable {
        schema_name: definition.schema_name.clone(),
        table: lookup.table.clone(),
        key: lookup.column.clone(),
        discriminator: lookup.discriminator.clone(),
    };
    let is_there = columns.iter().all(|column| !ground.lacks_column(&lookup.table, column));
    Ok(gone(definition, is_there.then_some(change).into_iter().collect()))
}

fn target(definition: &Definition, lookup: &MultiTableDefinition, schema_name: &str) -> Result<Edit> {
    let (leaving, staying): (Vec<_>, Vec<_>) =
        lookup.arms.iter().cloned().partition(|arm| arm.schema_name == schema_name);
    if staying.is_empty() {
        let message = format!("{schema_name} is the last target of {}", definition.schema_name);
        return Err(Error::invalid(message).hint(format!("delete the lookup, {}", definition.schema_name)));
    }
    let values = leaving.into_iter().filter_map(|arm| match arm.lookup.discriminator?.value {
        Constant::Text(value) => Some(value),
        _ => None,
    });
    let tables = values.map(|value| TableChange::ForgetTarget {
        table: lookup.table.clone(),
        key: lookup.column.clone(),
        discriminator: lookup.discriminator.clone(),
        value,
    });
    let kind = DefinitionKind::MultiTable(MultiTableDefinition { arms: staying, ..lookup.clone() });
    Ok(Edit {
        schema_name: schema_name.to_owned(),
        tables: tables.collect(),
        stored: vec![Definition { kind, ..definition.clone() }],
        ..Edit::default()
    })
}

fn gone(definition: &Definition, tables: Vec<TableChange>) -> Edit {
    Edit {
        schema_name: definition.schema_name.clone(),
        gone: Some(definition.clone()),
        dropped: vec![definition.schema_name.clone()],
        tables,
        ..Edit::default()
    }
}

/// Refuses the end of columns that other relationships use. Keys, views and the like are the database's to tell.
fn check_free(ground: &Ground, table: &Table, columns: &[String], own: &[&str]) -> Result<()> {
    let catalog: &Catalog = &ground.catalog;
    let Some((id, entity)) = catalog.find_table(table) else { return Ok(()) };
    let ids: Vec<AttributeId> = columns.iter().filter_map(|column| entity.find_column(column)).collect();
    let uses = |attributes: &[AttributeId]| attributes.iter().any(|attribute| ids.contains(attribute));
    let others = catalog.relationships.iter().filter(|known| !own.contains(&known.schema_name.as_str()));
    let dependents = others.filter_map(|known| {
        let one = known.as_one_to_many()?;
        let holds = one.referencing == id && uses(&one.referencing_attributes)
            || one.referenced == id && uses(&one.referenced_attributes);
        holds.then(|| known.schema_name.clone())
    });
    refuse_dependents(dependents.collect())
}

fn refuse_dependents(dependents: Vec<String>) -> Result<()> {
    if dependents.is_empty() { Ok(()) } else { Err(restricted(dependents)) }
}

/// Other things depend on what is to go.
#[must_use]
pub fn restricted(dependents: Vec<String>) -> Error {
    let message = format!("in use by {}", dependents.join(", "));
    Error::new(Code::Restricted, message)
        .with("dependents", dependents.into_iter().map(Value::from).collect::<Vec<_>>())
}
