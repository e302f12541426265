//! A new multi-table lookup, and further targets of one: a column of keys and a column that says which table each
//! belongs to. No foreign key leads to several tables, so that there is none.

use crate::{
    catalog::{
        ArmDefinition, Attribute, CascadeDelete, Constant, Definition, DefinitionKind, Discriminator, Entity, EntityId,
        LookupDefinition, MultiTableDefinition, name,
    },
    error::Code,
    plan::{Error, Result},
    sql::ddl::{NewColumn, TableChange},
};

use super::{
    Ground,
    change::{NewMultiTable, NewTarget},
    edit::Edit,
    eligible::{why_not_referenced, why_not_referencing},
    name::{Fields, check_description, check_identifier},
    one_to_many::{check_column, check_only_cascading, many_name, on_delete, said, single_name},
};

/// A lookup while targets are added to it.
struct Draft<'a> {
    ground: &'a Ground,
    fields: Fields<'a>,
    referencing_id: EntityId,
    lookup: MultiTableDefinition,
    schema_name: &'a str,
}

/// Checks a multi-table lookup to be.
pub(super) fn create(ground: &Ground, new: &NewMultiTable) -> Result<Edit> {
    check_identifier("schemaName", &new.schema_name)?;
    check_description(new.lookup.description.as_deref())?;
    ground.check_schema_name(&new.schema_name)?;
    let (referencing_id, referencing) = ground.entity(&new.referencing_entity, why_not_referencing)?;
    let column = &new.lookup.name;
    let stem = column.strip_suffix("_id").or_else(|| column.strip_suffix("Id")).unwrap_or(column);
    let discriminator = new.lookup.discriminator.clone().unwrap_or_else(|| format!("{stem}_type"));
    check_identifier("lookup.name", column)?;
    check_identifier("lookup.discriminator", &discriminator)?;
    if column.eq_ignore_ascii_case(&discriminator) {
        return Err(Error::invalid("the two columns of the lookup need two names"));
    }
    let mut fields = Fields::of(&ground.catalog);
    for column in [column, &discriminator] {
        check_column(ground, referencing, column)?;
        fields.take_attribute(referencing_id, &name::camel(column))?;
    }
    let first = new.targets.first().ok_or_else(|| Error::invalid("a multi-table lookup needs a target"))?;
    let wanted = name::lookup_stem(column).unwrap_or_else(|| "target".to_owned());
    let union = if fields.is_free(referencing_id, &wanted) { wanted } else { format!("{wanted}Record") };
    fields.take(referencing_id, &union)?;

    let lookup = MultiTableDefinition {
        table: referencing.table.clone(),
        column: column.clone(),
        discriminator,
        name: union,
        arms: Vec::new(),
    };
    let mut draft = Draft { ground, fields, referencing_id, lookup, schema_name: &new.schema_name };
    for target in &new.targets {
        draft.add(target)?;
    }
    let (_, target) = ground.entity(&first.referenced_entity, why_not_referenced)?;
    let key = target.attribute(target.primary_key[0]);
    let change = TableChange::AddMultiTable {
        schema_name: new.schema_name.clone(),
        table: referencing.table.clone(),
        key: NewColumn {
            name: column.clone(),
            ty: key.ty.clone(),
            database_type: key.database_type.clone(),
            required: false,
        },
        discriminator: draft.lookup.discriminator.clone(),
    };
    let lookup = draft.lookup;
    let definition = Definition {
        schema_name: new.schema_name.clone(),
        is_custom: true,
        description: said(new.lookup.description.as_deref()),
        kind: DefinitionKind::MultiTable(lookup.clone()),
    };
    Ok(Edit {
        schema_name: new.schema_name.clone(),
        relationships: lookup.arms.into_iter().map(|arm| arm.schema_name).collect(),
        made: Some(definition.clone()),
        stored: vec![definition],
        tables: vec![change],
        ..Edit::default()
    })
}

/// Checks a further target of a lookup.
pub(super) fn add_target(ground: &Ground, schema_name: &str, target: &NewTarget) -> Result<Edit> {
    let known = ground.definitions.iter().find(|known| known.schema_name == schema_name);
    let Some((definition, lookup)) = known.and_then(|known| match &known.kind {
        DefinitionKind::MultiTable(lookup) => Some((known, lookup)),
        _ => None,
    }) else {
        // Where the name is that of something else, it says what it is not.
        ground.relationship(schema_name)?;
        return Err(Error::invalid(format!("{schema_name} is no multi-table lookup that was made here")));
    };
    let gone = || Error::new(Code::Conflict, format!("the table of {schema_name} is not there any more"));
    let (referencing_id, _) = ground.catalog.find_table(&lookup.table).ok_or_else(gone)?;
    let fields = Fields::of(&ground.catalog);
    let mut draft = Draft { ground, fields, referencing_id, lookup: lookup.clone(), schema_name };
    let added = draft.add(target)?;
    let kind = DefinitionKind::MultiTable(draft.lookup);
    Ok(Edit {
        schema_name: added.clone(),
        relationships: vec![added],
        stored: vec![Definition { kind, ..definition.clone() }],
        ..Edit::default()
    })
}

impl Draft<'_> {
    /// Adds a target and answers the name of its relationship.
    fn add(&mut self, target: &NewTarget) -> Result<String> {
        check_description(target.description.as_deref())?;
        let ground = self.ground;
        let referencing = ground.catalog.entity(self.referencing_id);
        let (id, entity) = ground.entity(&target.referenced_entity, why_not_referenced)?;
        if id == self.referencing_id {
            let message = "a multi-table lookup cannot lead to its own entity: make a relationship of it by itself";
            return Err(Error::invalid(message).entity(&entity.logical_name));
        }
        if self.lookup.arms.iter().any(|arm| arm.lookup.referenced == entity.table) {
            return Err(Error::invalid("an entity is a target of the lookup twice").entity(&entity.logical_name));
        }
        let key = entity.attribute(entity.primary_key[0]);
        self.check_key(entity, key)?;

        let default = || format!("{}_{}", self.schema_name, target.referenced_entity);
        let schema_name = target.schema_name.clone().unwrap_or_else(default);
        check_identifier("schemaName", &schema_name)?;
        ground.check_schema_name(&schema_name)?;
        let is_twice = self.lookup.arms.iter().any(|arm| arm.schema_name == schema_name);
        if is_twice || schema_name == self.schema_name {
            let message = format!("{schema_name} is a name twice");
            return Err(Error::new(Code::Conflict, message).with("relationship", schema_name));
        }

        let ends = [(self.referencing_id, referencing), (id, entity)];
        let given = target.referencing_entity_navigation_property_name.as_deref();
        let wanted = format!("{}{}", self.lookup.name, entity.type_name);
        let single = single_name(&mut self.fields, ends, &self.lookup.column, Some(given.unwrap_or(&wanted)))?;
        let given = target.referenced_entity_navigation_property_name.as_deref();
        let many = many_name(&mut self.fields, ends, &self.lookup.name, false, given)?;
        let delete = on_delete(target.cascade.as_ref(), false)?;
        if delete == CascadeDelete::Cascade {
            let arms: Vec<&str> = self.lookup.arms.iter().map(|arm| arm.schema_name.as_str()).collect();
            check_only_cascading(&ground.catalog, self.referencing_id, &arms)?;
        }
        self.lookup.arms.push(ArmDefinition {
            schema_name: schema_name.clone(),
            description: said(target.description.as_deref()),
            lookup: LookupDefinition {
                referencing: self.lookup.table.clone(),
                columns: vec![self.lookup.column.clone()],
                referenced: entity.table.clone(),
                referenced_columns: vec![key.column.clone()],
                discriminator: Some(Discriminator {
                    column: self.lookup.discriminator.clone(),
                    value: Constant::Text(entity.table.name.clone()),
                }),
                referencing_navigation: Some(single),
                referenced_navigation: Some(many),
                delete: Some(delete),
                hierarchical: None,
                column: None,
            },
        });
        Ok(schema_name)
    }

    /// One column holds the keys of all targets: they are of one type, and told apart by their tables' names.
    fn check_key(&self, entity: &Entity, key: &Attribute) -> Result<()> {
        for arm in &self.lookup.arms {
            let Some((_, known)) = self.ground.catalog.find_table(&arm.lookup.referenced) else { continue };
            let other = known.attribute(known.primary_key[0]);
            if (&other.ty, &other.database_type) != (&key.ty, &key.database_type) {
                let message = format!(
                    "the keys of {} and {} are of different types: one lookup cannot hold both",
                    known.logical_name, entity.logical_name
                );
                return Err(Error::invalid(message).entity(&entity.logical_name));
            }
            if known.table.name == entity.table.name {
                let message = format!("two tables are named {}: a lookup cannot tell them apart", entity.table.name);
                return Err(Error::invalid(message).entity(&entity.logical_name));
            }
        }
        Ok(())
    }
}
