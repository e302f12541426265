//! Definitions of entities: names, keys, attributes, and the relationships that they take part in.

use async_graphql::dynamic::{Enum, EnumItem, Field, FieldValue, Object, TypeRef};

use crate::{
    catalog::{
        Attribute, Catalog, Entity, EntityId, EntityKind, ManyToMany, MultiTableLookup, OneToMany, Relationship,
        RelationshipId,
    },
    define::eligible,
    plan::Key,
};

use super::{
    attributes, boolean, field, flag, ids, list_of, many_to_many, object, one_to_many, optional_string, optional_text,
    string, strings, text,
};
use crate::graphql::types::Types;

pub(super) const ENTITY: &str = "EntityDefinition";
const ATTRIBUTE: &str = "AttributeDefinition";
const KEY: &str = "KeyDefinition";
const KIND: &str = "EntityKind";
const LOOKUP: &str = "MultiTableLookupDefinition";

pub(super) fn register(types: &mut Types<'_>) {
    types.add(ENTITY, entity());
    types.add(ATTRIBUTE, attribute());
    types.add(KEY, key());
    types.add(LOOKUP, lookup());
    let kinds = [EntityKind::Table, EntityKind::View, EntityKind::Intersect].map(|kind| {
        let (name, about) = describe(kind);
        EnumItem::new(name).description(about)
    });
    types.add(KIND, Enum::new(KIND).description("What stores an entity.").items(kinds));
}

fn describe(kind: EntityKind) -> (&'static str, &'static str) {
    match kind {
        EntityKind::Table => ("TABLE", "A table."),
        EntityKind::View => ("VIEW", "A view: readable only."),
        EntityKind::Intersect => ("INTERSECT", "The table of a many-to-many relationship: readable only."),
    }
}

fn entity() -> Object {
    let fields = vec![
        field::<EntityId>(
            "logicalName",
            string(),
            "Its singular name: the root field of one record.",
            |catalog, id| text(&catalog.entity(*id).logical_name),
        ),
        field::<EntityId>("typeName", string(), "The name of its GraphQL type.", |catalog, id| {
            text(&catalog.entity(*id).type_name)
        }),
        field::<EntityId>("entitySetName", string(), "Its plural name: the root field of its list.", |catalog, id| {
            text(&catalog.entity(*id).set_name)
        }),
        field::<EntityId>("tableName", string(), "Its table or view in the database.", |catalog, id| {
            text(catalog.entity(*id).table.to_string())
        }),
        field::<EntityId>("kind", TypeRef::named_nn(KIND), "What stores it.", |catalog, id| {
            text(describe(catalog.entity(*id).kind).0)
        }),
        field::<EntityId>("description", optional_string(), "The table's comment.", |catalog, id| {
            optional_text(catalog.entity(*id).description.as_ref())
        }),
        field::<EntityId>("primaryKey", strings(), "The attributes of its primary key.", |catalog, id| {
            attributes(catalog.entity(*id), &catalog.entity(*id).primary_key)
        }),
        field::<EntityId>("alternateKeys", list_of(KEY), "Its further keys.", |catalog, id| {
            let keys = Key::all(catalog.entity(*id)).into_iter();
            let primary = usize::from(catalog.entity(*id).has_key());
            ids(keys.skip(primary).map(|key| (*id, key)))
        }),
        field::<EntityId>(
            "attributes",
            list_of(ATTRIBUTE),
            "Its attributes in the order of their columns.",
            |catalog, id| {
                let attributes = catalog.entity(*id).attributes.iter();
                FieldValue::list(attributes.map(|attribute| FieldValue::borrowed_any(attribute)))
            },
        ),
        field::<EntityId>(
            "oneToManyRelationships",
            list_of(one_to_many::NAME),
            "The relationships in which it is referenced.",
            |catalog, id| {
                relationships(catalog, |known| {
                    known.as_one_to_many().is_some_and(|OneToMany { referenced, .. }| referenced == id)
                })
            },
        ),
        field::<EntityId>(
            "manyToOneRelationships",
            list_of(one_to_many::NAME),
            "The relationships in which it holds the lookup.",
            |catalog, id| {
                relationships(catalog, |known| {
                    known.as_one_to_many().is_some_and(|OneToMany { referencing, .. }| referencing == id)
                })
            },
        ),
        field::<EntityId>(
            "manyToManyRelationships",
            list_of(many_to_many::NAME),
            "The many-to-many relationships at whose ends it stands.",
            |catalog, id| {
                let is_end = |ManyToMany { ends, .. }: &ManyToMany| ends.iter().any(|end| end.entity == *id);
                relationships(catalog, |known| known.as_many_to_many().is_some_and(is_end))
            },
        ),
        field::<EntityId>(
            "multiTableLookups",
            list_of(LOOKUP),
            "Its lookups that lead to several entities.",
            |catalog, id| {
                let lookups = catalog.multi_table_lookups_of(*id);
                FieldValue::list(lookups.map(|lookup| FieldValue::borrowed_any(lookup)))
            },
        ),
    ];
    let fields = fields.into_iter().chain(eligibility()).collect();
    object(ENTITY, "An entity: a table or view with its attributes, keys and relationships.", fields)
}

/// Which new relationships an entity may take part in.
fn eligibility() -> [Field; 6] {
    [
        field::<EntityId>("canBeReferenced", boolean(), "Whether a new lookup may point at it.", |catalog, id| {
            flag(eligible::why_not_referenced(catalog.entity(*id)).is_none())
        }),
        field::<EntityId>("canBeReferencing", boolean(), "Whether it may get a new lookup.", |catalog, id| {
            flag(eligible::why_not_referencing(catalog.entity(*id)).is_none())
        }),
        field::<EntityId>(
            "canBeInManyToMany",
            boolean(),
            "Whether it may stand at an end of a new many-to-many relationship.",
            |catalog, id| flag(eligible::why_not_many_to_many(catalog.entity(*id)).is_none()),
        ),
        field::<EntityId>(
            "validReferencedEntities",
            strings(),
            "The entities that a new lookup of it may point at.",
            |catalog, id| names(eligible::valid_referenced(catalog, *id)),
        ),
        field::<EntityId>(
            "validReferencingEntities",
            strings(),
            "The entities that may get a new lookup that points at it.",
            |catalog, id| names(eligible::valid_referencing(catalog, *id)),
        ),
        field::<EntityId>(
            "validManyToManyEntities",
            strings(),
            "The entities at the other end of a new many-to-many relationship.",
            |catalog, id| names(eligible::valid_many_to_many(catalog, *id)),
        ),
    ]
}

fn names<'a>(entities: impl Iterator<Item = &'a Entity>) -> FieldValue<'a> {
    FieldValue::list(entities.map(|entity| text(&entity.logical_name)))
}

fn relationships<'a>(catalog: &Catalog, is_wanted: impl Fn(&Relationship) -> bool) -> FieldValue<'a> {
    let all = catalog.relationships.iter().enumerate();
    ids(all.filter(|(_, relationship)| is_wanted(relationship)).map(|(position, _)| RelationshipId(position)))
}

fn attribute() -> Object {
    let fields = vec![
        field::<Attribute>("logicalName", string(), "Its name: the field of the entity's type.", |_, attribute| {
            text(&attribute.name)
        }),
        field::<Attribute>("columnName", string(), "Its column in the database.", |_, attribute| {
            text(&attribute.column)
        }),
        field::<Attribute>("type", string(), "The GraphQL type of its values.", |_, attribute| {
            text(attribute.ty.word())
        }),
        field::<Attribute>("isNullable", boolean(), "Whether it may be null.", |_, attribute| flag(attribute.nullable)),
        field::<Attribute>("isLookup", boolean(), "Whether a relationship writes it.", |_, attribute| {
            flag(attribute.is_lookup)
        }),
        field::<Attribute>("isGenerated", boolean(), "Whether only the database writes it.", |_, attribute| {
            flag(attribute.generated)
        }),
        field::<Attribute>("hasDefault", boolean(), "Whether the database fills it in.", |_, attribute| {
            flag(attribute.has_default)
        }),
        field::<Attribute>("description", optional_string(), "The column's comment.", |_, attribute| {
            optional_text(attribute.description.as_ref())
        }),
    ];
    object(ATTRIBUTE, "An attribute: one column of an entity.", fields)
}

fn key() -> Object {
    let fields = vec![
        field::<(EntityId, Key)>("name", string(), "Its name: the field of the entity's key input.", |_, (_, key)| {
            text(&key.name)
        }),
        field::<(EntityId, Key)>("attributes", strings(), "Its attributes.", |catalog, (id, key)| {
            attributes(catalog.entity(*id), &key.attributes)
        }),
    ];
    object(KEY, "A unique constraint that addresses records.", fields)
}

fn lookup() -> Object {
    let fields = vec![
        field::<MultiTableLookup>("name", string(), "Its name: the field of the union.", |_, lookup| {
            text(&lookup.name)
        }),
        field::<MultiTableLookup>(
            "schemaName",
            optional_string(),
            "The name of its definition, where it was created while the gateway ran.",
            |_, lookup| optional_text(lookup.definition.as_ref()),
        ),
        field::<MultiTableLookup>(
            "isCustom",
            boolean(),
            "Whether it was created while the gateway ran.",
            |_, lookup| flag(lookup.definition.is_some()),
        ),
        field::<MultiTableLookup>("typeName", string(), "The name of its GraphQL union.", |_, lookup| {
            text(&lookup.type_name)
        }),
        field::<MultiTableLookup>(
            "discriminatorAttribute",
            optional_string(),
            "The attribute that says which entity it leads to.",
            |catalog, lookup| {
                let entity = catalog.entity(lookup.entity);
                optional_text(lookup.discriminator.map(|id| &entity.attribute(id).name))
            },
        ),
        field::<MultiTableLookup>(
            "navigationProperties",
            strings(),
            "One per entity that it leads to.",
            |_, lookup| FieldValue::list(lookup.arms.iter().map(text)),
        ),
        field::<MultiTableLookup>(
            "relationships",
            list_of(one_to_many::NAME),
            "The relationships of these.",
            |catalog, lookup| {
                let entity = catalog.entity(lookup.entity);
                let arms = lookup.arms.iter().filter_map(|arm| entity.find_navigation(arm));
                ids(arms.map(|property| property.relationship))
            },
        ),
    ];
    object(LOOKUP, "A lookup that leads to records of several entities, to one at a time.", fields)
}
