//! What definitions make of tables, said of drafts: the columns, keys, relations and intersect tables that come with a
//! definition and go with it.

use super::{
    ColumnDraft, ConditionDraft, Definition, DefinitionKind, EntityDraft, IntersectDefinition, KeyDraft,
    LookupDefinition, MultiTableDefinition, RelationDraft, Table, relationship::Comparison,
};

/// Adds what a custom definition makes, where it is not there yet. Tables that are not among the drafts are let be.
pub fn add(drafts: &mut Vec<EntityDraft>, definition: &Definition) {
    match &definition.kind {
        DefinitionKind::OneToMany(lookup) => add_lookup(drafts, lookup),
        DefinitionKind::ManyToMany(intersect) => add_intersect(drafts, intersect),
        DefinitionKind::MultiTable(lookup) => add_multi_table(drafts, lookup),
    }
}

/// Takes away what a custom definition made.
pub fn remove(drafts: &mut Vec<EntityDraft>, definition: &Definition) {
    match &definition.kind {
        DefinitionKind::OneToMany(lookup) => {
            for column in &lookup.columns {
                remove_column(drafts, &lookup.referencing, column);
            }
        }
        DefinitionKind::ManyToMany(intersect) => {
            drafts.retain(|draft| draft.table.as_ref() != Some(&intersect.intersect));
            for draft in drafts {
                draft.relations.retain(|relation| relation.target != intersect.intersect);
            }
        }
        DefinitionKind::MultiTable(lookup) => {
            remove_column(drafts, &lookup.table, &lookup.column);
            remove_column(drafts, &lookup.table, &lookup.discriminator);
        }
    }
}

/// Whether the tables of a definition are those of code, whose columns the database is not asked for.
pub(super) fn is_of_code(drafts: &[EntityDraft], definition: &Definition) -> bool {
    let is_registered = |table: &Table| find(drafts, table).is_some_and(|draft| !draft.is_discovered);
    match &definition.kind {
        DefinitionKind::OneToMany(lookup) => is_registered(&lookup.referencing),
        DefinitionKind::ManyToMany(intersect) => intersect.ends.iter().all(|end| is_registered(&end.table)),
        DefinitionKind::MultiTable(lookup) => is_registered(&lookup.table),
    }
}

/// Says of tables what a database cannot say of them: which arms a multi-table lookup has, and of which type the
/// values of a lookup are where it holds none yet.
pub(super) fn complete(drafts: &mut [EntityDraft], definition: &Definition) {
    match &definition.kind {
        DefinitionKind::OneToMany(lookup) => settle_type(drafts, lookup),
        DefinitionKind::MultiTable(lookup) => {
            for arm in &lookup.arms {
                settle_type(drafts, &arm.lookup);
                add_arm(drafts, lookup, &arm.lookup);
            }
        }
        DefinitionKind::ManyToMany(_) => {}
    }
}

fn find<'a>(drafts: &'a [EntityDraft], table: &Table) -> Option<&'a EntityDraft> {
    drafts.iter().find(|draft| draft.table.as_ref() == Some(table))
}

fn find_mut<'a>(drafts: &'a mut [EntityDraft], table: &Table) -> Option<&'a mut EntityDraft> {
    drafts.iter_mut().find(|draft| draft.table.as_ref() == Some(table))
}

fn column<'a>(drafts: &'a [EntityDraft], table: &Table, name: &str) -> Option<&'a ColumnDraft> {
    find(drafts, table)?.columns.iter().find(|column| column.name == name)
}

/// A column for the keys of another table.
fn key_column(drafts: &[EntityDraft], table: &Table, key: &str, name: &str, required: bool) -> Option<ColumnDraft> {
    let key = column(drafts, table, key)?;
    Some(ColumnDraft {
        name: name.to_owned(),
        nullable: !required,
        has_default: false,
        generated: false,
        description: None,
        ..key.clone()
    })
}

fn relation(columns: &[String], target: &Table, target_columns: &[String]) -> RelationDraft {
    RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: columns.to_vec(),
        target: target.clone(),
        target_columns: target_columns.to_vec(),
        hierarchical: false,
        delete: None,
        condition: Ok(None),
        constraint: None,
        is_assumed: false,
    }
}

fn add_column(drafts: &mut [EntityDraft], table: &Table, column: Option<ColumnDraft>) {
    if let (Some(draft), Some(column)) = (find_mut(drafts, table), column)
        && !draft.columns.iter().any(|known| known.name == column.name)
    {
        draft.columns.push(column);
    }
}

fn add_relation(drafts: &mut [EntityDraft], table: &Table, relation: RelationDraft) {
    let Some(draft) = find_mut(drafts, table) else { return };
    let is_same = |known: &RelationDraft| {
        known.is_referencing
            && known.columns == relation.columns
            && known.target == relation.target
            && known.target_columns == relation.target_columns
            && known.condition == relation.condition
    };
    if !draft.relations.iter().any(is_same) {
        draft.relations.push(relation);
    }
}

fn add_lookup(drafts: &mut [EntityDraft], lookup: &LookupDefinition) {
    let (Some(name), Some(key)) = (lookup.columns.first(), lookup.referenced_columns.first()) else { return };
    let required = lookup.column.as_ref().is_some_and(|column| column.required);
    let mut column = key_column(drafts, &lookup.referenced, key, name, required);
    if let Some(column) = &mut column {
        column.description = lookup.column.as_ref().and_then(|column| column.description.clone());
    }
    add_column(drafts, &lookup.referencing, column);
    if let Some(draft) = find_mut(drafts, &lookup.referencing)
        && lookup.column.as_ref().is_some_and(|column| column.unique)
        && !draft.unique_keys.iter().any(|key| key.columns == lookup.columns)
    {
        draft.unique_keys.push(KeyDraft { columns: lookup.columns.clone() });
    }
    add_relation(
        drafts,
        &lookup.referencing,
        relation(&lookup.columns, &lookup.referenced, &lookup.referenced_columns),
    );
}

fn add_intersect(drafts: &mut Vec<EntityDraft>, intersect: &IntersectDefinition) {
    if find(drafts, &intersect.intersect).is_some() {
        return;
    }
    let columns: Option<Vec<ColumnDraft>> = intersect
        .ends
        .iter()
        .map(|end| key_column(drafts, &end.table, end.columns.first()?, end.intersect_columns.first()?, true))
        .collect();
    let Some(columns) = columns else { return };
    drafts.push(EntityDraft {
        table: Some(intersect.intersect.clone()),
        primary_key: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
        relations: intersect
            .ends
            .iter()
            .map(|end| relation(&end.intersect_columns, &end.table, &end.columns))
            .collect(),
        ..EntityDraft::default()
    });
}

fn add_multi_table(drafts: &mut [EntityDraft], lookup: &MultiTableDefinition) {
    let Some(arm) = lookup.arms.first().map(|arm| &arm.lookup) else { return };
    let Some(key) = arm.referenced_columns.first() else { return };
    let column = key_column(drafts, &arm.referenced, key, &lookup.column, false);
    add_column(drafts, &lookup.table, column);
    let discriminator = ColumnDraft {
        name: lookup.discriminator.clone(),
        ty: Some(super::AttributeType::String { max_length: None }),
        database_type: None,
        nullable: true,
        has_default: false,
        generated: false,
        description: None,
    };
    add_column(drafts, &lookup.table, Some(discriminator));
}

fn add_arm(drafts: &mut [EntityDraft], lookup: &MultiTableDefinition, arm: &LookupDefinition) {
    let Some(discriminator) = &arm.discriminator else { return };
    let is_there =
        [&lookup.column, &lookup.discriminator].into_iter().all(|name| column(drafts, &lookup.table, name).is_some());
    if is_there && find(drafts, &arm.referenced).is_some() {
        let condition = ConditionDraft::Compare {
            is_own: true,
            column: discriminator.column.clone(),
            comparison: Comparison::Equal,
            values: vec![discriminator.value.clone()],
        };
        let arm = relation(&arm.columns, &arm.referenced, &arm.referenced_columns);
        add_relation(drafts, &lookup.table, RelationDraft { condition: Ok(Some(condition)), ..arm });
    }
}

/// A lookup made here has the type of what it points at, which no database can tell of an empty column of `SQLite`.
fn settle_type(drafts: &mut [EntityDraft], lookup: &LookupDefinition) {
    for (own, key) in lookup.columns.iter().zip(&lookup.referenced_columns) {
        let ty = column(drafts, &lookup.referenced, key).and_then(|column| column.ty.clone());
        let own = find_mut(drafts, &lookup.referencing)
            .and_then(|draft| draft.columns.iter_mut().find(|column| column.name == *own));
        if let (Some(own), Some(ty)) = (own, ty) {
            own.ty = Some(ty);
            let said = lookup.column.as_ref().and_then(|column| column.description.clone());
            own.description = own.description.take().or(said);
        }
    }
}

fn remove_column(drafts: &mut [EntityDraft], table: &Table, name: &str) {
    let has = |columns: &[String]| columns.iter().any(|column| column == name);
    for draft in drafts {
        if draft.table.as_ref() == Some(table) {
            draft.columns.retain(|column| column.name != name);
            draft.unique_keys.retain(|key| !has(&key.columns));
            draft.relations.retain(|relation| !has(&relation.columns));
        } else {
            draft.relations.retain(|relation| relation.target != *table || !has(&relation.target_columns));
        }
    }
}
