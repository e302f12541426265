//! What definitions of all kinds of relationship have in common: the interface, and the filter on them.

use async_graphql::{
    Result, Value,
    dynamic::{
        Enum, EnumItem, Field, FieldValue, InputObject, Interface, InterfaceField, Object, ObjectAccessor,
        ResolverContext, TypeRef,
    },
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    catalog::{Catalog, EntityId, Relationship, RelationshipId, RelationshipKind},
    define::unknown_relationship,
    error::Code,
    graphql::types::{Types, input, resolver_error},
};

use super::{
    boolean, field, flag, many_to_many, object, one_to_many, optional_string, optional_text, refusal, string, text,
};

pub(super) const INTERFACE: &str = "RelationshipDefinition";
pub(super) const WHERE: &str = "RelationshipDefinitionWhere";
const KIND: &str = "RelationshipKind";

/// The name space of the ids of definitions.
const METADATA: Uuid = Uuid::from_u128(0x5d1c_7e30_94ab_4f62_8b07_c1f2_6e9a_d348);

pub(super) fn register(types: &mut Types<'_>) {
    types.add(INTERFACE, interface());
    types.add(WHERE, filter());
    let kinds = [
        EnumItem::new("ONE_TO_MANY")
            .description("A lookup points at one record; one-to-one where the lookup is unique."),
        EnumItem::new("MANY_TO_MANY").description("Rows of an intersect entity pair records."),
    ];
    types.add(KIND, Enum::new(KIND).description("The kinds of relationship.").items(kinds));
}

/// The relationship that the arguments name: by its schema name or by its id.
pub(super) fn named(catalog: &Catalog, context: &ResolverContext<'_>) -> Result<RelationshipId> {
    let given = |name: &str| match context.args.as_index_map().get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(resolver_error(Code::Invalid, format!("{name} takes a text"))),
    };
    let found = match (given("schemaName")?, given("metadataId")?) {
        (Some(name), None) => catalog.find_relationship(name).ok_or(name),
        (None, Some(id)) => {
            let is_it = |known: &Relationship| metadata_id(known).to_string().eq_ignore_ascii_case(id);
            catalog.relationships.iter().position(is_it).map(RelationshipId).ok_or(id)
        }
        _ => return Err(resolver_error(Code::Invalid, "name a relationship by its schemaName or by its metadataId")),
    };
    found.map_err(|name| refusal(&unknown_relationship(catalog, name)))
}

/// A relationship as a value of the interface.
pub(super) fn typed<'a>(catalog: &Catalog, id: RelationshipId) -> FieldValue<'a> {
    let ty = match catalog.relationship(id).kind {
        RelationshipKind::OneToMany(_) => one_to_many::NAME,
        RelationshipKind::ManyToMany(_) => many_to_many::NAME,
    };
    FieldValue::owned_any(id).with_type(ty)
}

type Common = (&'static str, TypeRef, &'static str, for<'a> fn(&'a Catalog, &'a RelationshipId) -> FieldValue<'a>);

/// The fields of every kind of relationship.
fn common() -> [Common; 5] {
    [
        ("metadataId", TypeRef::named_nn(TypeRef::ID), "The unique id of the definition.", |catalog, id| {
            text(metadata_id(catalog.relationship(*id)).to_string())
        }),
        ("schemaName", string(), "The unique name of the definition.", |catalog, id| {
            text(&catalog.relationship(*id).schema_name)
        }),
        ("kind", TypeRef::named_nn(KIND), "Which kind of relationship it is.", |catalog, id| {
            text(kind(catalog.relationship(*id)))
        }),
        ("description", optional_string(), "What the definition says about itself.", |catalog, id| {
            optional_text(catalog.relationship(*id).description.as_ref())
        }),
        ("isCustom", boolean(), "Whether it was created while the gateway ran.", |catalog, id| {
            flag(catalog.relationship(*id).is_custom)
        }),
    ]
}

/// The id of a definition: as lasting as its schema name, which never changes.
pub(super) fn metadata_id(relationship: &Relationship) -> Uuid {
    Uuid::new_v5(&METADATA, relationship.schema_name.as_bytes())
}

fn kind(relationship: &Relationship) -> &'static str {
    match relationship.kind {
        RelationshipKind::OneToMany(_) => "ONE_TO_MANY",
        RelationshipKind::ManyToMany(_) => "MANY_TO_MANY",
    }
}

fn interface() -> Interface {
    common().into_iter().fold(
        Interface::new(INTERFACE).description("A relationship: one definition, seen from two ends."),
        |interface, (name, ty, about, _)| interface.field(InterfaceField::new(name, ty).description(about)),
    )
}

/// A kind of relationship: the common fields and its own.
pub(super) fn implementation(name: &str, description: &str, own: Vec<Field>) -> Object {
    let common = common().into_iter().map(|(name, ty, about, read)| field(name, ty, about, read));
    object(name, description, common.chain(own).collect()).implement(INTERFACE)
}

fn filter() -> InputObject {
    let name = |name: &str, about: &str| input(name, optional_string(), about);
    InputObject::new(WHERE)
        .description("Conditions on relationships; all that are given hold.")
        .field(input("kind", TypeRef::named(KIND), "Of this kind."))
        .field(name("schemaName", "Of this schema name."))
        .field(name("entity", "With this entity, by its logical name, at either end."))
        .field(name("referencedEntity", "With this entity, by its logical name, pointed at."))
        .field(name("referencingEntity", "With this entity, by its logical name, holding the lookup."))
}

/// A filter on relationships, as it was given; what is null or absent does not filter.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Where {
    kind: Option<String>,
    schema_name: Option<String>,
    entity: Option<String>,
    referenced_entity: Option<String>,
    referencing_entity: Option<String>,
}

impl Where {
    pub(super) fn parse(arguments: &ObjectAccessor<'_>) -> Result<Self> {
        match arguments.get("where").filter(|value| !value.is_null()) {
            // The engine checks no argument in which a variable is missing.
            Some(value) => {
                value.deserialize().map_err(|_| resolver_error(Code::Invalid, format!("where takes a {WHERE}")))
            }
            None => Ok(Self::default()),
        }
    }

    pub(super) fn holds(&self, catalog: &Catalog, relationship: &Relationship) -> bool {
        let (referencing, referenced, both) = match &relationship.kind {
            RelationshipKind::OneToMany(one) => {
                (Some(one.referencing), Some(one.referenced), [one.referencing, one.referenced])
            }
            RelationshipKind::ManyToMany(many) => (None, None, [many.ends[0].entity, many.ends[1].entity]),
        };
        let is = |wanted: &Option<String>, entities: &[EntityId]| {
            wanted.as_ref().is_none_or(|name| entities.iter().any(|id| catalog.entity(*id).logical_name == *name))
        };
        self.kind.as_ref().is_none_or(|wanted| wanted == kind(relationship))
            && self.schema_name.as_ref().is_none_or(|name| *name == relationship.schema_name)
            && is(&self.entity, &both)
            && is(&self.referenced_entity, referenced.as_slice())
            && is(&self.referencing_entity, referencing.as_slice())
    }
}
