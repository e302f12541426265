//! Relations in, relationships out: the two declarations of one relationship become one, and both ends get names.

use std::collections::{HashMap, HashSet};

use super::{
    AttributeId, CascadeConfiguration, CascadeDelete, Catalog, Condition, ConditionDraft, ConditionSide, Definition,
    End, EntityDraft, EntityId, EntityKind, Given, NavigationProperty, OneToMany, Problems, RelationDraft,
    Relationship, RelationshipId, RelationshipKind, Table, fit,
    intersect::Intersect,
    lookup, name,
    navigation_name::{self, Names},
};

/// A one-to-many relationship before its ends are named.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a relation, not a state machine")]
pub(super) struct Link {
    pub(super) referencing: EntityId,
    pub(super) referencing_attributes: Vec<AttributeId>,
    pub(super) referenced: EntityId,
    pub(super) referenced_attributes: Vec<AttributeId>,
    pub(super) condition: Option<Condition>,
    pub(super) referencing_name: Option<String>,
    pub(super) referenced_name: Option<String>,
    /// The definition's name, where one is stored.
    pub(super) schema_name: Option<String>,
    pub(super) hierarchical: bool,
    pub(super) delete: Option<CascadeDelete>,
    /// Where a configuration says so.
    pub(super) delete_origin: Option<usize>,
    /// Where the names of the referencing and the referenced end are given to be exactly these.
    pub(super) origins: [Option<usize>; 2],
    pub(super) description: Option<String>,
    pub(super) says_single: bool,
    /// Whether only the database says so, and not code.
    pub(super) is_discovered: bool,
    /// Whether only a configuration says so.
    pub(super) is_assumed: bool,
    /// Whether the database declares it.
    is_enforced: bool,
}

/// All one-to-many relationships that the drafts declare, each once.
pub(super) fn relationships(catalog: &Catalog, drafts: &[EntityDraft], problems: &mut Problems) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut of_entity: HashMap<EntityId, Vec<usize>> = HashMap::new();
    let tables: HashMap<&Table, EntityId> = catalog.entities().map(|(id, entity)| (&entity.table, id)).collect();
    for draft in drafts {
        let Some(table) = &draft.table else { continue };
        for relation in &draft.relations {
            let Some(link) = resolve(catalog, &tables, draft, table, relation, problems) else { continue };
            let known = of_entity.entry(link.referencing).or_default();
            if let Some(index) = known.iter().copied().find(|index| links[*index].is_same(&link)) {
                links[index].merge(link);
            } else {
                known.push(links.len());
                links.push(link);
            }
        }
    }
    links.retain(|link| fit::check(catalog, link, problems));
    links.sort_by(|a, b| {
        (a.referencing, &a.referencing_attributes, a.referenced).cmp(&(
            b.referencing,
            &b.referencing_attributes,
            b.referenced,
        ))
    });
    links
}

impl Link {
    fn is_same(&self, other: &Self) -> bool {
        self.referencing == other.referencing
            && self.referenced == other.referenced
            && self.referencing_attributes == other.referencing_attributes
            && self.referenced_attributes == other.referenced_attributes
            && self.condition == other.condition
    }

    fn merge(&mut self, other: Self) {
        self.referencing_name = self.referencing_name.take().or(other.referencing_name);
        self.referenced_name = self.referenced_name.take().or(other.referenced_name);
        self.says_single |= other.says_single;
        self.hierarchical |= other.hierarchical;
        self.delete = self.delete.or(other.delete);
        self.is_discovered &= other.is_discovered;
        self.is_assumed &= other.is_assumed;
        self.is_enforced |= other.is_enforced;
    }
}

fn resolve(
    catalog: &Catalog,
    tables: &HashMap<&Table, EntityId>,
    draft: &EntityDraft,
    table: &Table,
    relation: &RelationDraft,
    problems: &mut Problems,
) -> Option<Link> {
    let is_discovered = draft.is_discovered;
    let label =
        relation.name.clone().or_else(|| relation.constraint.clone()).unwrap_or_else(|| relation.columns.join(", "));
    let id = *tables.get(table)?;
    let Some(target_id) = tables.get(&relation.target).copied() else {
        problems.warning(table, Some(&label), format!("leads to {}, which is not served: left out", relation.target));
        return None;
    };
    let (entity, target) = (catalog.entity(id), catalog.entity(target_id));
    if relation.columns.len() != relation.target_columns.len() || relation.columns.is_empty() {
        let message = "does not name the same number of columns on both sides";
        problems.fault(is_discovered, table, Some(&label), message);
        return None;
    }
    let mut missing = false;
    let mut pairs: Vec<(AttributeId, AttributeId)> = Vec::new();
    for (column, target_column) in relation.columns.iter().zip(&relation.target_columns) {
        match (entity.find_column(column), target.find_column(target_column)) {
            (Some(own), Some(other)) => pairs.push(if relation.is_referencing { (own, other) } else { (other, own) }),
            (own, _) => {
                missing = true;
                let (table, column) = if own.is_none() { (table, column) } else { (&target.table, target_column) };
                let message = format!("is used by relation {label} but is not served");
                problems.fault(is_discovered, table, Some(column), message);
            }
        }
    }
    let (referencing, referenced) = if relation.is_referencing { (id, target_id) } else { (target_id, id) };
    let condition = match &relation.condition {
        Ok(None) => None,
        Ok(Some(draft)) => Some(condition(
            catalog,
            draft,
            relation.is_referencing,
            [referencing, referenced],
            &label,
            table,
            problems,
        )?),
        Err(reason) => {
            problems.error(table, Some(&label), format!("has a condition that cannot be read: {reason}"));
            return None;
        }
    };
    if missing {
        return None;
    }
    pairs.sort_unstable();
    let name = relation.name.as_deref().map(name::camel);
    let (referencing_attributes, referenced_attributes) = pairs.into_iter().unzip();
    Some(Link {
        referencing,
        referencing_attributes,
        referenced,
        referenced_attributes,
        condition,
        referencing_name: name.clone().filter(|_| relation.is_referencing),
        referenced_name: name.filter(|_| !relation.is_referencing),
        says_single: relation.is_single && !relation.is_referencing,
        is_discovered,
        is_assumed: relation.is_assumed,
        is_enforced: is_discovered && relation.constraint.is_some(),
        schema_name: None,
        hierarchical: relation.hierarchical,
        delete: relation.delete,
        delete_origin: None,
        origins: [None, None],
        description: None,
    })
}

/// A condition by attributes.
pub(super) fn condition(
    catalog: &Catalog,
    draft: &ConditionDraft,
    is_referencing: bool,
    [referencing, referenced]: [EntityId; 2],
    label: &str,
    owner: &Table,
    problems: &mut Problems,
) -> Option<Condition> {
    let ends = [referencing, referenced];
    let mut each = |parts: &[ConditionDraft]| -> Option<Vec<Condition>> {
        parts.iter().map(|part| condition(catalog, part, is_referencing, ends, label, owner, problems)).collect()
    };
    match draft {
        ConditionDraft::All(parts) => Some(Condition::All(each(parts)?)),
        ConditionDraft::Any(parts) => Some(Condition::Any(each(parts)?)),
        ConditionDraft::Not(part) => {
            Some(Condition::Not(Box::new(condition(catalog, part, is_referencing, ends, label, owner, problems)?)))
        }
        ConditionDraft::Compare { is_own, column, .. } | ConditionDraft::IsNull { is_own, column } => {
            // By side, not by table: a table may be related to itself.
            let (side, id) = if *is_own == is_referencing {
                (ConditionSide::Referencing, referencing)
            } else {
                (ConditionSide::Referenced, referenced)
            };
            let Some(attribute) = catalog.entity(id).find_column(column) else {
                let table = &catalog.entity(id).table;
                problems.error(owner, Some(label), format!("has a condition on {table}.{column}, which is not served"));
                return None;
            };
            Some(match draft {
                ConditionDraft::Compare { comparison, values, .. } => {
                    Condition::Compare { side, attribute, comparison: *comparison, values: values.clone() }
                }
                _ => Condition::IsNull { side, attribute },
            })
        }
    }
}

/// Tells the attributes of lookups apart from all others.
pub(super) fn mark_lookups(catalog: &mut Catalog, links: &[Link]) {
    for link in links {
        for id in &link.referencing_attributes {
            catalog.entities[link.referencing.0].attributes[id.0].is_lookup = true;
        }
    }
}

/// Gives every relationship its names and puts its ends on the entities.
pub(super) fn attach(
    catalog: &mut Catalog,
    links: Vec<Link>,
    intersects: &[Intersect<'_>],
    definitions: &[Definition],
    given: &Given,
    problems: &mut Problems,
) {
    let mut names = Names::new(catalog, given);
    names.reserve(catalog, &links, intersects, problems);
    let hidden: HashSet<usize> = intersects
        .iter()
        .filter(|intersect| catalog.entity(intersect.entity).kind == EntityKind::Intersect)
        .flat_map(|intersect| intersect.links)
        .collect();

    for link in hidden.iter().map(|index| &links[*index]) {
        if let Some(origin) = link.origins[1] {
            let table = &catalog.entity(link.referencing).table;
            let message = "is a table of pairs, whose own collections are hidden: name the ends in [[many-to-many]]";
            problems.error_at(origin, table, link.referenced_name.as_deref(), message);
        }
    }

    let single: Vec<String> = links.iter().map(|link| names.single(catalog, link, problems)).collect();
    let siblings = navigation_name::siblings(&links);
    let many: Vec<Option<String>> = links
        .iter()
        .enumerate()
        .map(|(index, link)| {
            (!hidden.contains(&index)).then(|| names.reverse(catalog, &siblings, link, &single[index], problems))
        })
        .collect();

    for intersect in intersects {
        let relationship = names.many_to_many(catalog, intersect, &links, problems);
        push(catalog, relationship);
    }
    let mut deletes = Vec::new();
    for ((link, single), many) in links.into_iter().zip(single).zip(many) {
        deletes.extend(link.delete_origin.map(|origin| (catalog.relationships.len(), origin)));
        push(catalog, one_to_many(catalog, link, single, many));
    }
    lookup::attach(catalog, &mut names, definitions, given, problems);
    for (index, origin) in deletes {
        check_delete(catalog, &catalog.relationships[index], origin, problems);
    }
    catalog.relationships.iter().fold(HashSet::new(), |mut seen, relationship| {
        let name = &relationship.schema_name;
        if !seen.insert(name) {
            let message = "is the name of two relationships";
            match given.schema_origin(name) {
                Some(origin) => problems.error_at(origin, name, None, message),
                None => problems.error(name, None, message),
            }
        }
        seen
    });
}

/// What a configuration says of a delete must come to pass: what would be said and ignored is refused.
fn check_delete(catalog: &Catalog, relationship: &Relationship, origin: usize, problems: &mut Problems) {
    let Some(one) = relationship.as_one_to_many() else { return };
    let entity = catalog.entity(one.referencing);
    let is_kept = |id: &AttributeId| !entity.attribute(*id).nullable || entity.primary_key.contains(id);
    let message = match one.cascade.delete {
        Some(CascadeDelete::Cascade) if entity.kind == EntityKind::Intersect => return,
        Some(_) if entity.kind == EntityKind::Intersect => "is part of a table of pairs, which go with either record",
        None | Some(CascadeDelete::NoAction) => return,
        _ if entity.kind == EntityKind::View => "is a view: no delete reaches what is behind it",
        _ if !entity.has_key() => "has no key, so that no delete of the gateway's reaches its records",
        _ if one.condition.is_some() && catalog.lookup_of_arm(one).is_none() => {
            "is read-only there, because the relationship has a condition: no delete follows it"
        }
        Some(CascadeDelete::RemoveLink) if one.referencing_attributes.iter().all(is_kept) => {
            "must not be empty: a delete cannot remove the link"
        }
        _ => return,
    };
    let columns: Vec<&str> = one.referencing_attributes.iter().map(|id| &*entity.attribute(*id).column).collect();
    problems.error_at(origin, &entity.table, Some(&columns.join(", ")), message);
}

fn one_to_many(catalog: &Catalog, link: Link, single: String, many: Option<String>) -> Relationship {
    let entity = catalog.entity(link.referencing);
    let required = link.referencing_attributes.iter().all(|id| !entity.attribute(*id).nullable);
    Relationship {
        schema_name: link.schema_name.unwrap_or_else(|| format!("{}_{single}", entity.logical_name)),
        description: link.description,
        is_custom: false,
        kind: RelationshipKind::OneToMany(OneToMany {
            unique: link.condition.is_none() && entity.is_unique(&link.referencing_attributes),
            required: required && link.condition.is_none(),
            referenced: link.referenced,
            referenced_attributes: link.referenced_attributes,
            referenced_navigation: many,
            referencing: link.referencing,
            referencing_attributes: link.referencing_attributes,
            referencing_navigation: single,
            is_enforced: link.is_enforced,
            hierarchical: link.hierarchical,
            cascade: CascadeConfiguration { delete: link.delete },
            condition: link.condition,
        }),
    }
}

fn push(catalog: &mut Catalog, relationship: Relationship) {
    let id = RelationshipId(catalog.relationships.len());
    for (owner, property) in ends(id, &relationship) {
        catalog.entities[owner.0].navigation.push(property);
    }
    catalog.relationships.push(relationship);
}

fn ends(relationship: RelationshipId, definition: &Relationship) -> Vec<(EntityId, NavigationProperty)> {
    match &definition.kind {
        RelationshipKind::OneToMany(one) => {
            let single = NavigationProperty {
                name: one.referencing_navigation.clone(),
                relationship,
                end: End::Referencing,
                target: one.referenced,
                collection: false,
                nullable: !one.required,
                partner: one.referenced_navigation.clone(),
            };
            let reverse = one.referenced_navigation.as_ref().map(|name| NavigationProperty {
                name: name.clone(),
                relationship,
                end: End::Referenced,
                target: one.referencing,
                collection: !one.unique,
                nullable: one.unique,
                partner: Some(one.referencing_navigation.clone()),
            });
            std::iter::once((one.referencing, single))
                .chain(reverse.map(|property| (one.referenced, property)))
                .collect()
        }
        RelationshipKind::ManyToMany(many) => [0, 1]
            .map(|role| {
                let (own, other) = (&many.ends[role], &many.ends[1 - role]);
                let property = NavigationProperty {
                    name: own.navigation.clone(),
                    relationship,
                    end: End::Role(role),
                    target: other.entity,
                    collection: true,
                    nullable: false,
                    partner: Some(other.navigation.clone()),
                };
                (own.entity, property)
            })
            .into(),
    }
}
