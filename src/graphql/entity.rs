//! Entities as object types: attributes, navigation properties, and the reference of every record that has a key.

use async_graphql::dynamic::{Field, Interface, InterfaceField, Object, TypeRef};

use crate::catalog::{Attribute, AttributeId, Catalog, End, Entity, EntityId, EntityKind, RelationshipKind};

use super::{
    navigation,
    types::{Types, comment, data_field, named, printable},
};

/// The interface of everything that has a reference.
pub(super) const NODE: &str = "Node";

const REFERENCE: &str = "The reference: entity set and key in one text, which `node` and every `key` take back.";

const ETAG: &str = "Changes with every change of the record, and only then: what `ifMatch` compares with.";

pub(super) fn node(types: &Types<'_>) -> Interface {
    Interface::new(NODE)
        .description("A record that can be addressed by its reference.")
        .field(
            InterfaceField::new(types.catalog.profile.reference(), TypeRef::named_nn(TypeRef::ID))
                .description(REFERENCE),
        )
        .field(InterfaceField::new("etag", TypeRef::named_nn(TypeRef::STRING)).description(ETAG))
}

pub(super) fn register(types: &mut Types<'_>, id: EntityId) {
    let catalog = types.catalog;
    let entity = catalog.entity(id);
    let mut object = Object::new(&entity.type_name).description(describe(entity));
    if entity.has_key() {
        object = object
            .implement(NODE)
            .field(data_field(catalog.profile.reference(), TypeRef::named_nn(TypeRef::ID), REFERENCE))
            .field(data_field("etag", TypeRef::named_nn(TypeRef::STRING), ETAG));
    }
    for (position, attribute) in entity.attributes.iter().enumerate() {
        let written_by = navigation_of(catalog, id, AttributeId(position));
        object = object.field(attribute_field(types, attribute, &written_by));
    }
    object = navigation::fields(types, id).into_iter().fold(object, Object::field);
    types.add(&entity.type_name, object);
}

fn describe(entity: &Entity) -> String {
    comment(entity.description.as_deref()).unwrap_or_else(|| {
        let table = printable(&entity.table.to_string());
        match entity.kind {
            EntityKind::Table => format!("A record of the table {table}."),
            EntityKind::View => format!("A record of the view {table}."),
            EntityKind::Intersect => format!("A link of a many-to-many relationship, kept in the table {table}."),
        }
    })
}

fn attribute_field(types: &mut Types<'_>, attribute: &Attribute, written_by: &[&str]) -> Field {
    let about = comment(attribute.description.as_deref())
        .unwrap_or_else(|| format!("Column {}.", printable(&attribute.column)));
    let description = match written_by {
        [] => about,
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("{about}\n\nA lookup, written through {}.", names.join(", "))
        }
    };
    data_field(&attribute.name, named(types.value(&attribute.ty), attribute.nullable), description)
}

/// The navigation properties through which a lookup attribute (or the discriminator of a lookup) is written.
fn navigation_of(catalog: &Catalog, id: EntityId, attribute: AttributeId) -> Vec<&str> {
    let entity = catalog.entity(id);
    let holds = |name: &str| {
        catalog
            .multi_table_lookups_of(id)
            .any(|lookup| lookup.discriminator == Some(attribute) && lookup.arms.iter().any(|arm| arm == name))
    };
    let properties = entity.navigation.iter().filter(|property| property.end == End::Referencing);
    properties
        .filter(|property| match &catalog.relationship(property.relationship).kind {
            RelationshipKind::OneToMany(one) => {
                one.referencing_attributes.contains(&attribute) || holds(&property.name)
            }
            RelationshipKind::ManyToMany(_) => false,
        })
        .map(|property| property.name.as_str())
        .collect()
}
